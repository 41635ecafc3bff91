"""One download attempt over HTTP: redirects, ranges, and checks of the response."""

from __future__ import annotations

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
from itdr.builders.rawfiles.download.hosts import authorization, redacted_url, refusal_hint
from itdr.builders.rawfiles.download.partial import PartialFile, write_all
from itdr.builders.rawfiles.download.retry import (
    UNREACHABLE,
    Permanent,
    RetryPolicy,
    SilentBar,
    Stopped,
    Transient,
    network,
)
from itdr.builders.rawfiles.download.waiting import Body, call_with_timeout
from itdr.builders.rawfiles.limits import SLACK, DiskRoom, max_unpacked_bytes

AGENT = "itdr (python-requests)"
BUSY = (408, 423, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524)


def attempt(
    url: str,
    remote: Remote,
    part: PartialFile,
    session: requests.Session,
    policy: RetryPolicy,
    bar: SilentBar,
    stop: threading.Event | None = None,
) -> None:
    """Request the missing bytes and append them to a partial file; returns when the body is complete.

    Args:
        url: the address.
        remote: the declaration.
        part: the partial file.
        session: the HTTP session.
        policy: time-outs and limits.
        bar: receives progress.
        stop: ends the attempt when set.

    Raises:
        Transient: trying again may help.
        Permanent: trying this address again cannot help.
        Stopped: `stop` was set.
        DownloadError: the disk has no room.
        OSError: writing failed.
    """
    offset = part.resumable(redacted_url(url), remote)
    headers = {"User-Agent": AGENT, "Accept": "*/*", "Accept-Encoding": "identity"}
    if offset:
        headers["Range"] = f"bytes={offset}-"
        validator = part.validator()
        if validator and part.state.get("url") == redacted_url(url):
            headers["If-Range"] = validator
    with network(policy):
        response = call_with_timeout(
            policy.answer_timeout, lambda: _open(session, url, headers, policy)
        )
    UNREACHABLE.clear()
    stream: Body | None = None
    try:
        if response.status_code == 206 and offset:
            total: int | None = _continued(response, part, url, offset)
            part.state |= {"total": total, "framed": True}
            bar.set_position(offset, total)
            body = iter(stream := Body(response, policy))
        else:
            _check_status(response, url, part)
            _check_encoding(response)
            stream = Body(response, policy)
            body, total = _started(response, iter(stream), url, remote, part)
            bar.set_position(0, total)
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
) -> requests.Response:
    """Send the request and follow redirects by hand, so that a token never reaches another host."""
    timeout = (policy.connect_timeout, policy.read_timeout)
    hops = 0
    while True:
        response = session.get(
            url,
            headers={**headers, **authorization(url)},
            stream=True,
            allow_redirects=False,
            timeout=timeout,
        )
        if not response.is_redirect:
            return response
        location = response.headers["Location"]
        response.close()
        hops += 1
        target = _redirected(url, location)
        if hops > policy.redirects or target is None:
            raise Permanent(
                f"it redirects without end, or to no web address ({redacted_url(location)[:200]!r})"
            )
        url = target


def _redirected(url: str, location: str) -> str | None:
    """The target of a redirect; None where that is not a web address."""
    try:
        target = urljoin(url, location)
        parts = urlsplit(target)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return target if good and target.isprintable() else None


def _check_status(response: requests.Response, url: str, part: PartialFile) -> None:
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
    """The seconds requested by `Retry-After`: a number, or a date relative to the server's clock."""
    text = response.headers.get("Retry-After", "").strip()
    if re.fullmatch("[0-9]{1,18}", text):
        return float(text)
    try:
        until = parsedate_to_datetime(text)
        return max(0.0, (until - parsedate_to_datetime(response.headers["Date"])).total_seconds())
    except (KeyError, TypeError, ValueError, OverflowError, IndexError):
        return None


def _continued(response: requests.Response, part: PartialFile, url: str, offset: int) -> int:
    """The total size, once the response is known to continue the same version of the file.

    The response must carry the same validators as the first response of this address.
    """
    number = "([0-9]{1,18})"
    text = response.headers.get("Content-Range", "")
    match = re.fullmatch(f"bytes {number}-{number}/{number}", text)
    total = part.state.get("total")
    if (
        not match
        or int(match[1]) != offset
        or (total is not None and int(match[3]) != total)
        or int(match[2]) + 1 != int(match[3])
        or _encoding(response)
        or (part.state.get("url") == redacted_url(url) and part.version() != _version(response))
    ):
        part.discard()
        raise Transient("the file changed during the download")
    return int(match[3])


def _version(response: requests.Response) -> tuple[str | None, str | None]:
    return response.headers.get("ETag"), response.headers.get("Last-Modified")


def _check_encoding(response: requests.Response) -> None:
    encoding = _encoding(response)
    if encoding not in (None, "gzip"):
        raise Permanent(f"the server sent it encoded as {encoding[:40]}, which was not asked for")


def _started(
    response: requests.Response,
    stream: Iterator[bytes],
    url: str,
    remote: Remote,
    part: PartialFile,
) -> tuple[Iterator[bytes], int | None]:
    """A body from its first byte, checked before the partial file is discarded for it; and its size."""
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
        reason = filetype.mismatch(remote.name, head) or (
            None
            if vouched
            else filetype.content_type_mismatch(
                remote.name, head, response.headers.get("Content-Type", "")
            )
        )
        if reason:
            raise Permanent(f"{reason}. {refusal_hint(url)}" if "web page" in reason else reason)
        _check_size(remote, total, head)
    _check_room(part.body.parent, remote, total)
    etag, modified = _version(response)
    part.begin(
        url=redacted_url(url),
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
    """Refuse early what cannot be the declared file; where a checksum is declared, it decides later."""
    wrapped = filetype.kind_of(head) == "zip" and "zip" not in filetype.expected_kinds(remote.name)
    if (
        total is not None
        and remote.size is not None
        and total > max_unpacked_bytes(remote.size, total)
    ):
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
    """Raise `Permanent` where the announced body does not fit: another address may have the right file."""
    try:
        require_space(folder, total if total is not None else remote.size)
    except DownloadError as error:
        raise Permanent(str(error)) from None


def require_space(folder: Path, needed: int | None) -> None:
    """Check the free disk space, a reserve included.

    Args:
        folder: where the file will go.
        needed: bytes still to come; None where unknown.

    Raises:
        DownloadError: there is not enough.
    """
    free = free_bytes(folder)
    if needed is not None and free < needed + RESERVE:
        raise DownloadError(
            f"The disk of {folder} has {format_size(free)} free; {format_size(needed)} and a reserve of "
            f"{format_size(RESERVE)} are needed. Free some space, or set ITDR_CACHE to a folder on a "
            "larger disk."
        )


def _append(
    body: Iterator[bytes],
    part: PartialFile,
    remote: Remote,
    total: int | None,
    bar: SilentBar,
    stop: threading.Event | None,
) -> None:
    limit = total
    if limit is None and remote.size is not None:
        limit = 2 * remote.size + SLACK
    room = DiskRoom(part.body.parent) if total is None else None
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
            bar.advance(len(piece))
    except Permanent:
        part.discard()
        raise
    finally:
        os.close(handle)
    if total is None and not part.state.get("framed", True):
        total = remote.size  # the end of the connection is the only end that such a body has
    if total is not None and have < total:
        raise Transient(f"the connection ended after {have} of {total} bytes")


def _take(room: DiskRoom, count: int, have: int) -> None:
    """Raise `Permanent` where a body of unannounced length would fill the disk."""
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
