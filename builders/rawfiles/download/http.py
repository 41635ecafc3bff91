"""One attempt to bring a file nearer to completion over HTTP: redirects, ranges, what came back."""

from __future__ import annotations

import logging
import os
import re
import threading
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests

from itdr.builders.core.errors import DownloadError
from itdr.builders.core.paths import RESERVE, format_size, free_bytes
from itdr.builders.core.schema import Remote
from itdr.builders.rawfiles import filetype
from itdr.builders.rawfiles.download.hosts import authorization, host_of, refusal_hint, shown
from itdr.builders.rawfiles.download.partial import Part, write_all
from itdr.builders.rawfiles.download.retry import (
    REACH,
    Permanent,
    RetryPolicy,
    Silent,
    Stopped,
    Transient,
    network,
)
from itdr.builders.rawfiles.download.waiting import Body, within
from itdr.builders.rawfiles.limits import SLACK, Room, most_bytes

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
    offset = part.resumable(shown(url), remote)
    headers = {"User-Agent": AGENT, "Accept": "*/*", "Accept-Encoding": "identity"}
    if offset:
        headers["Range"] = f"bytes={offset}-"
        validator = part.validator()
        if validator and part.state.get("url") == shown(url):
            headers["If-Range"] = validator
    with network(policy):
        response = within(
            policy.answer_timeout, lambda: _open(session, url, headers, policy, remote)
        )
    REACH.forget()
    stream: Body | None = None
    try:
        if response.status_code == 206 and offset:
            total: int | None = _continued(response, part, url, offset)
            part.state |= {"total": total, "framed": True}
            bar.place(offset, total)
            body = iter(stream := Body(response, policy))
        else:
            _check_status(response, url, part)
            _check_encoding(response)
            stream = Body(response, policy)
            body, total = _started(response, iter(stream), url, remote, part)
            bar.place(0, total)
        _append(body, part, remote, total, bar, stop)
    finally:
        if stream is None:
            response.close()
        else:
            stream.close()
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
                host_of(url),
                remote.name,
            )
            verify = False
            continue
        if not response.is_redirect:
            return response
        location = response.headers["Location"]
        response.close()
        hops += 1
        target = _redirected(url, location)
        if hops > policy.redirects or target is None:
            raise Permanent(
                f"it redirects without end, or to no web address ({shown(location)[:200]!r})"
            )
        url, verify = target, True


def _redirected(url: str, location: str) -> str | None:
    """Where a redirect leads; None where that is no web address."""
    try:
        target = urljoin(url, location)
        parts = urlsplit(target)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return target if good and target.isprintable() else None


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
    if re.fullmatch("[0-9]{1,18}", text):
        return float(text)
    try:
        until = parsedate_to_datetime(text)
        return max(0.0, (until - parsedate_to_datetime(response.headers["Date"])).total_seconds())
    except (KeyError, TypeError, ValueError, OverflowError, IndexError):
        return None


def _continued(response: requests.Response, part: Part, url: str, offset: int) -> int:
    """The total size, once sure that the answer goes on where the part ends, in the same file: it
    must bear the same marks of a version as the first answer of this address."""
    number = "([0-9]{1,18})"
    text = response.headers.get("Content-Range", "")
    found = re.fullmatch(f"bytes {number}-{number}/{number}", text)
    total = part.state.get("total")
    if (
        not found
        or int(found[1]) != offset
        or (total is not None and int(found[3]) != total)
        or int(found[2]) + 1 != int(found[3])
        or _encoding(response)
        or (part.state.get("url") == shown(url) and part.version() != _version(response))
    ):
        part.discard()
        raise Transient("the file changed during the download")
    return int(found[3])


def _version(response: requests.Response) -> tuple[str | None, str | None]:
    return response.headers.get("ETag"), response.headers.get("Last-Modified")


def _check_encoding(response: requests.Response) -> None:
    encoding = _encoding(response)
    if encoding not in (None, "gzip"):
        raise Permanent(f"the server sent it encoded as {encoding[:40]}, which was not asked for")


def _started(
    response: requests.Response, stream: Iterator[bytes], url: str, remote: Remote, part: Part
) -> tuple[Iterator[bytes], int | None]:
    """The body from its first byte, looked at before the part is given up for it; and its size."""
    encoding = _encoding(response)
    length = response.headers.get("Content-Length", "").strip()
    chunked = "chunked" in response.headers.get("Transfer-Encoding", "").lower()
    if length and not re.fullmatch("[0-9]{1,18}", length):
        raise Transient(f"it announces a length that is none ({length[:20]!r})")
    total = int(length) if length and not chunked else None
    head = b""
    while len(head) < filetype.HEAD and (piece := next(stream, b"")):
        head += piece
    if not head and total:
        raise Transient(f"the connection ended before the first of {total} bytes")
    if encoding is None:
        vouched = bool(remote.checksum) or total == remote.size is not None
        reason = filetype.unlike(remote.name, head) or (
            None
            if vouched
            else filetype.unlike_type(remote.name, head, response.headers.get("Content-Type", ""))
        )
        if reason:
            raise Permanent(f"{reason}. {refusal_hint(url)}" if "web page" in reason else reason)
        _check_size(remote, total, head)
    _check_room(part.body.parent, remote, total)
    etag, modified = _version(response)
    part.begin(
        url=shown(url),
        etag=etag,
        modified=modified,
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
    if total is not None and remote.size is not None and total > most_bytes(remote.size, total):
        raise Permanent(
            f"it announces {format_size(total)}, {format_size(remote.size)} are declared"
        )
    if remote.checksum or remote.plain_checksum or wrapped or None in (total, remote.size):
        return
    if total != remote.size:
        raise Permanent(
            f"it has {total} bytes, {remote.size} are declared: the publisher may have replaced it"
        )


def _check_room(folder: Path, remote: Remote, total: int | None) -> None:
    """Permanent where what this address announces finds no room: another may have the right file."""
    try:
        require_space(folder, total if total is not None else remote.size)
    except DownloadError as error:
        raise Permanent(str(error)) from None


def require_space(folder: Path, needed: int | None) -> None:
    """DownloadError where `folder`'s disk has no room for `needed` more bytes and a reserve."""
    free = free_bytes(folder)
    if needed is not None and free < needed + RESERVE:
        raise DownloadError(
            f"The disk of {folder} has {format_size(free)} free; {format_size(needed)} and a reserve of "
            f"{format_size(RESERVE)} are needed. Free some space, or set ITDR_CACHE to a folder on a "
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
        limit = 2 * remote.size + SLACK
    room = Room(part.body.parent) if total is None else None
    have = part.size
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
    handle = os.open(part.body, flags, 0o666)
    try:
        for piece in body:
            if stop is not None and stop.is_set():
                raise Stopped
            have += len(piece)
            if limit is not None and have > limit:
                raise Permanent("the server sends more bytes than announced")
            if room is not None:
                _take(room, len(piece), have)
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


def _take(room: Room, count: int, have: int) -> None:
    """Permanent where a body whose end is not announced would fill the disk."""
    try:
        room.take(count)
    except OSError:
        raise Permanent(
            f"it sends {format_size(have)} without saying how much will come, and the disk of "
            f"{room.folder} has no room for more than a reserve of {format_size(RESERVE)}"
        ) from None


def _encoding(response: requests.Response) -> str | None:
    text = response.headers.get("Content-Encoding", "").strip().lower()
    return {"": None, "identity": None, "x-gzip": "gzip"}.get(text, text)
