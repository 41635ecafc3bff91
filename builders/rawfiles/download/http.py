"""One attempt to bring a file nearer to completion over HTTP: redirects, ranges, what came back."""

from __future__ import annotations

import logging
import os
import re
import threading
from collections.abc import Iterator
from contextlib import closing
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests

from itdr.builders.core.errors import DownloadError
from itdr.builders.core.paths import RESERVE, free_bytes, human
from itdr.builders.core.schema import Remote
from itdr.builders.rawfiles import filetype
from itdr.builders.rawfiles.download.hosts import authorization, refusal_hint
from itdr.builders.rawfiles.download.partial import Part, write_all
from itdr.builders.rawfiles.download.retry import (
    Permanent,
    RetryPolicy,
    Silent,
    Stopped,
    Transient,
    network,
)

logger = logging.getLogger("itdr")
AGENT = "itdr (python-requests)"
BUSY = (408, 423, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524)


def attempt(
    url: str,
    remote: Remote,
    part: Part,
    session: requests.Session,
    policy: RetryPolicy,
    bar: Silent,
    stop: threading.Event | None = None,
) -> None:
    """Ask `url` for what is missing and append it to `part`; returns when the body is whole.

    Raises Transient, Permanent, Stopped, DownloadError (no room on the disk), or OSError of writing.
    """
    offset = part.resumable(url, remote)
    headers = {"User-Agent": AGENT, "Accept": "*/*", "Accept-Encoding": "identity"}
    if offset:
        headers["Range"] = f"bytes={offset}-"
        validator = part.validator()
        if validator and part.state.get("url") == url:
            headers["If-Range"] = validator
    with network(policy):
        response = _open(session, url, headers, policy, remote)
    with closing(response):
        if response.status_code == 206 and offset:
            total: int | None = _continued(response, part, url, offset)
            part.state |= {"total": total, "framed": True}
            bar.place(offset, total)
            body = _stream(response, policy)
        else:
            _check_status(response, url, part)
            body, total = _started(response, url, remote, part, policy)
            bar.place(0, total)
        _append(body, part, remote, total, bar, stop)
    part.finish()


def _open(
    session: requests.Session,
    url: str,
    headers: dict[str, str],
    policy: RetryPolicy,
    remote: Remote,
) -> requests.Response:
    """Follow redirects by hand: a token goes to the host that it belongs to, and to no other. An
    invalid certificate is forgiven for one address only."""
    timeout = (policy.connect_timeout, policy.read_timeout)
    verify = True
    hops = 0
    while True:
        own = authorization(url)
        try:
            response = session.get(
                url,
                headers={**headers, **own},
                stream=True,
                allow_redirects=False,
                timeout=timeout,
                verify=verify,
            )
        except requests.exceptions.SSLError as error:
            if not verify or own or not remote.checksum or "certificate" not in str(error).lower():
                raise
            logger.warning(
                "itdr: the certificate of %s is not valid; going on, as the checksum of %s is known",
                urlsplit(url).netloc,
                remote.name,
            )
            verify = False
            continue
        if not response.is_redirect:
            return response
        target = urljoin(url, response.headers["Location"])
        response.close()
        hops += 1
        if hops > policy.redirects or urlsplit(target).scheme not in ("http", "https"):
            raise Permanent(f"it redirects without end, or to no web address ({target[:200]})")
        url, verify = target, True


def _check_status(response: requests.Response, url: str, part: Part) -> None:
    status = response.status_code
    if status == 200:
        return
    if status in BUSY:
        raise Transient(f"the server answers {status}", wait=_retry_after(response))
    if status in (206, 416):
        part.discard()
        raise Transient("the server sent another range than asked for")
    if status in (401, 402, 403, 407, 451):
        raise Permanent(f"refused ({status}): {refusal_hint(url)}")
    if status in (404, 410):
        raise Permanent(f"not there ({status})")
    raise Permanent(f"the server answers {status} {response.reason or ''}".rstrip())


def _retry_after(response: requests.Response) -> float | None:
    """Seconds that `Retry-After` asks for: a number, or a date against the server's own clock."""
    text = response.headers.get("Retry-After", "").strip()
    if re.fullmatch("[0-9]+", text):
        return float(text)
    try:
        until = parsedate_to_datetime(text)
        return max(0.0, (until - parsedate_to_datetime(response.headers["Date"])).total_seconds())
    except (KeyError, TypeError, ValueError):
        return None


def _continued(response: requests.Response, part: Part, url: str, offset: int) -> int:
    """The total size, once sure that the answer goes on where the part ends, in the same file."""
    found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", response.headers.get("Content-Range", ""))
    etag, total = part.state.get("etag"), part.state.get("total")
    if (
        not found
        or int(found[1]) != offset
        or (total is not None and int(found[3]) != total)
        or int(found[2]) + 1 != int(found[3])
        or _encoding(response)
        or (part.state.get("url") == url and etag and etag != response.headers.get("ETag", etag))
    ):
        part.discard()
        raise Transient("the file changed during the download")
    return int(found[3])


def _started(
    response: requests.Response, url: str, remote: Remote, part: Part, policy: RetryPolicy
) -> tuple[Iterator[bytes], int | None]:
    """The body from its first byte, looked at before the part is given up for it; and its size."""
    encoding = _encoding(response)
    if encoding not in (None, "gzip"):
        raise Permanent(f"the server sent it encoded as {encoding}, which was not asked for")
    length = response.headers.get("Content-Length", "")
    chunked = "chunked" in response.headers.get("Transfer-Encoding", "").lower()
    total = int(length) if re.fullmatch("[0-9]{1,18}", length) and not chunked else None
    stream = _stream(response, policy)
    head = b""
    while len(head) < filetype.HEAD and (piece := next(stream, b"")):
        head += piece
    if not head and total:
        raise Transient(f"the connection ended before the first of {total} bytes")
    if encoding is None:
        reason = filetype.unlike(remote.name, head)
        if reason:
            raise Permanent(f"{reason}. {refusal_hint(url)}" if "web page" in reason else reason)
        _check_size(remote, total, head)
    require_space(part.body.parent, total if total is not None else remote.size)
    part.begin(
        url=url,
        etag=response.headers.get("ETag"),
        modified=response.headers.get("Last-Modified"),
        total=total,
        encoding=encoding,
        framed=total is not None or chunked,
    )

    def body() -> Iterator[bytes]:
        yield head
        yield from stream

    return body(), total


def _check_size(remote: Remote, total: int | None, head: bytes) -> None:
    """Refuse early what cannot be the declared file; where a checksum is declared, that decides."""
    wrapped = filetype.kind_of(head) == "zip" and "zip" not in filetype.expected_kinds(remote.name)
    if remote.checksum or remote.plain_checksum or wrapped or None in (total, remote.size):
        return
    if total != remote.size:
        raise Permanent(
            f"it has {total} bytes, {remote.size} are declared: the publisher may have replaced it"
        )


def require_space(folder: Path, needed: int | None) -> None:
    """DownloadError where `folder`'s disk has no room for `needed` more bytes and a reserve."""
    free = free_bytes(folder)
    if needed is not None and free < needed + RESERVE:
        raise DownloadError(
            f"The disk of {folder} has {human(free)} free; {human(needed)} and a reserve of "
            f"{human(RESERVE)} are needed. Free some space, or set ITDR_CACHE to a folder on a "
            "larger disk."
        )


def _append(
    body: Iterator[bytes],
    part: Part,
    remote: Remote,
    total: int | None,
    bar: Silent,
    stop: threading.Event | None,
) -> None:
    limit = total
    if limit is None and remote.size is not None:
        limit = 2 * remote.size + (16 << 20)
    have = part.size
    handle = os.open(part.body, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0))
    try:
        for piece in body:
            if stop is not None and stop.is_set():
                raise Stopped
            have += len(piece)
            if limit is not None and have > limit:
                raise Permanent("the server sends more bytes than announced")
            write_all(handle, piece)
            bar.add(len(piece))
    except Permanent:
        part.discard()
        raise
    finally:
        os.close(handle)
    if total is None and not part.state.get("framed", True):
        total = remote.size  # the end of the connection is the only end that such a body has
    if total is not None and have < total:
        raise Transient(f"the connection ended after {have} of {total} bytes")


def _stream(response: requests.Response, policy: RetryPolicy) -> Iterator[bytes]:
    """The body as sent, undecoded, each piece as soon as it is there: what came before the
    connection broke counts."""
    raw = response.raw
    with network(policy):
        if getattr(raw, "chunked", False) or not hasattr(raw, "read1"):
            yield from raw.stream(policy.chunk, decode_content=False)
        else:
            while piece := raw.read1(policy.chunk, decode_content=False):
                yield piece


def _encoding(response: requests.Response) -> str | None:
    text = response.headers.get("Content-Encoding", "").strip().lower()
    return {"": None, "identity": None, "x-gzip": "gzip"}.get(text, text)
