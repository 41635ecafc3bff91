"""A local web server that misbehaves on purpose, and counts how often it did.

Each address has a script: the behaviour of its next answers, one word each. When the script is over,
it behaves. Words: see `Handler`; numbers behind a colon are bytes of the body sent before the fault.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import socket
import socketserver
import struct
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from filelock import FileLock

from itdr.builders.rawfiles.download.retry import RetryPolicy

FAULTS: Counter[str] = Counter()
"""Faults tried in this process, by kind."""
HTML = (
    b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Please log in</body></html>"
)


def count(kind: str, times: int = 1) -> None:
    """Count a fault that no server made: a kill, a full disk, a damaged file."""
    FAULTS[kind] += times


@dataclass
class Resource:
    """What lies at one address. `etag` and `modified` are None where the server tells none."""

    body: bytes
    etag: str | None = '"v1"'
    modified: str | None = None
    script: deque[str] = field(default_factory=deque)
    after: Callable[[Resource], None] | None = None  # runs after the next scripted answer
    headers: dict[str, str] = field(default_factory=dict)
    always: int = 0  # a status that every request gets, whatever its method


@dataclass
class Seen:
    """One request, as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    behaviour: str


class Misbehaving:
    """The server: `put` what it serves, `url` where it is, `seen` what was asked."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.resources: dict[str, Resource] = {}
        self.seen: list[Seen] = []
        self.released = threading.Event()
        self.raw: dict[str, bytes] = {}  # whole answers, head and body, by the word after `raw:`
        self.fallback: Callable[[str], Resource | None] = lambda path: None
        self._server = _Server((host, 0), Handler)
        self._server.world = self
        self.host = host
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.004}, daemon=True
        )

    @property
    def address(self) -> str:
        return f"http://{self.host}:{self.port}"

    def url(self, path: str) -> str:
        return f"{self.address}/{path.lstrip('/')}"

    def put(self, path: str, body: bytes, *script: str, **facts: Any) -> str:
        """Serve `body` at `path`, after the faults of `script`; returns the address."""
        path = "/" + path.lstrip("/")
        self.resources[path] = Resource(body, script=deque(script), **facts)
        return self.url(path)

    def requests(self, path: str) -> list[Seen]:
        return [one for one in self.seen if one.path.partition("?")[0] == "/" + path.lstrip("/")]

    def __enter__(self) -> Misbehaving:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    world: Misbehaving

    def server_bind(self) -> None:
        """Bind without asking the name service who we are."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "here", int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is what the tests are about: no noise."""


class Handler(BaseHTTPRequestHandler):
    """ok; drop:N, reset:N (the connection ends, or breaks, after N bytes of the body); mute (no
    answer at all); stall:N; status:N and retry:N:SECONDS; redirect:URL; html; other (other bytes of
    the same length); spliced:N (206 without the marks of the version); raw:KEY (what `raw` holds, byte
    for byte); said:TYPE:KEY (that body, of that content type); drip:PART (head, body or chunk: a byte
    every 20 ms); endless:CONTENT (no length told, and no end); longer, shorter (another length); ignore-range; ignore-if-range; wrong-range
    (206 from another byte); gzip (encoded on the way); labelled (the bytes as they are, called encoded); br; chunked,
    chunked-drop:N; close, close-drop:N (no length told); announce-more (a length never reached)."""

    protocol_version = "HTTP/1.1"
    current: Resource | None = None
    server: _Server

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def do_HEAD(self) -> None:
        self._answer(send_body=False)

    def do_GET(self) -> None:
        self._answer(send_body=True)

    def _answer(self, send_body: bool) -> None:
        world = self.server.world
        path = self.path.partition("?")[0]
        resource = world.resources.get(path) or world.fallback(path)
        word = "ok"
        if resource is not None and resource.script and send_body:
            word = resource.script.popleft()
        world.seen.append(Seen(self.command, self.path, dict(self.headers), word))
        if resource is None:
            self._plain(404, b"nothing here")
            return
        if resource.always:
            FAULTS["status"] += 1
            self._head(resource.always, {"Content-Length": "0"}, resource)
            return
        kind, _, rest = word.partition(":")
        if kind != "ok":
            FAULTS[kind] += 1
        self.current = resource if word != "ok" else None
        try:
            getattr(self, "_" + kind.replace("-", "_"))(resource, rest, send_body)
        finally:
            self._afterwards()

    def _afterwards(self) -> None:
        """Run what is to happen after a scripted answer, before the client can know that it ended."""
        resource, self.current = self.current, None
        if resource is not None and resource.after is not None:
            after, resource.after = resource.after, None
            after(resource)

    # ---- good answers

    def _ok(
        self, resource: Resource, rest: str, send_body: bool = True, ranges: bool = True
    ) -> None:
        body, start = resource.body, 0
        found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        fresh = self.headers.get("If-Range") in (None, resource.etag, resource.modified)
        if found and ranges and fresh:
            start = int(found[1])
            if start >= len(body):
                self._head(416, {"Content-Range": f"bytes */{len(body)}", "Content-Length": "0"})
                return
            span = f"bytes {start}-{len(body) - 1}/{len(body)}"
            facts = {"Content-Range": span, "Content-Length": str(len(body) - start)}
            self._head(206, facts, resource)
        else:
            self._head(200, {"Content-Length": str(len(body))}, resource)
        if send_body:
            self.wfile.write(body[start:])

    def _head(self, status: int, facts: dict[str, str], resource: Resource | None = None) -> None:
        self.send_response(status)
        for name, value in facts.items():
            self.send_header(name, value)
        if resource is not None:
            if resource.etag:
                self.send_header("ETag", resource.etag)
            if resource.modified:
                self.send_header("Last-Modified", resource.modified)
            for name, value in resource.headers.items():
                self.send_header(name, value)
        self.end_headers()

    def _plain(self, status: int, body: bytes, **facts: str) -> None:
        named = {name.replace("_", "-"): value for name, value in facts.items()}
        self._head(status, {"Content-Length": str(len(body)), **named})
        if self.command != "HEAD":
            self.wfile.write(body)

    # ---- faults

    def _partly(self, resource: Resource, count: int) -> None:
        """An honest head, and only `count` bytes of the body (of the asked range)."""
        body, start, status = resource.body, 0, 200
        found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if found and self.headers.get("If-Range") in (None, resource.etag, resource.modified):
            start, status = int(found[1]), 206
        facts = {"Content-Length": str(len(body) - start)}
        if status == 206:
            facts["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
        self._head(status, facts, resource)
        self.wfile.write(body[start : start + count])
        self.wfile.flush()

    def _end(self, reset: bool = False) -> None:
        self._afterwards()
        if reset:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        if not reset:
            self.connection.shutdown(socket.SHUT_RDWR)

    def _drop(self, resource: Resource, rest: str, _: bool = True) -> None:
        self._partly(resource, int(rest))
        self._end()

    def _reset(self, resource: Resource, rest: str, _: bool = True) -> None:
        self._partly(resource, int(rest))
        self._end(reset=True)

    def _mute(self, resource: Resource, rest: str, _: bool = True) -> None:
        self._end()

    def _stall(self, resource: Resource, rest: str, _: bool = True) -> None:
        self._partly(resource, int(rest))
        self.server.world.released.wait(5)
        self._end()

    def _status(self, resource: Resource, rest: str, _: bool = True) -> None:
        self._plain(int(rest), b"no")

    def _retry(self, resource: Resource, rest: str, _: bool = True) -> None:
        status, _colon, seconds = rest.partition(":")
        self._plain(int(status), b"later", Retry_After=seconds)

    def _redirect(self, resource: Resource, rest: str, _: bool = True) -> None:
        self._plain(302, b"", Location=rest)

    def _html(self, resource: Resource, rest: str, _: bool = True) -> None:
        self._plain(200, HTML, Content_Type="text/html; charset=utf-8")

    def _other(self, resource: Resource, rest: str, _: bool = True) -> None:
        flipped = bytes(byte ^ 1 for byte in resource.body[-64:])
        self._ok(Resource(resource.body[:-64] + flipped, resource.etag, resource.modified), "")

    def _longer(self, resource: Resource, rest: str, _: bool = True) -> None:
        self._ok(Resource(resource.body + b"more", resource.etag), "", ranges=False)

    def _shorter(self, resource: Resource, rest: str, _: bool = True) -> None:
        self._ok(Resource(resource.body[:-4], resource.etag), "", ranges=False)

    def _ignore_range(self, resource: Resource, rest: str, _: bool = True) -> None:
        self._ok(resource, "", ranges=False)

    def _ignore_if_range(self, resource: Resource, rest: str, _: bool = True) -> None:
        self.headers.replace_header("If-Range", str(resource.etag))
        self._ok(resource, "")

    def _wrong_range(self, resource: Resource, rest: str, _: bool = True) -> None:
        size = len(resource.body)
        facts = {"Content-Range": f"bytes 7-{size - 1}/{size}", "Content-Length": str(size - 7)}
        self._head(206, facts, resource)
        self.wfile.write(resource.body[7:])

    def _gzip(self, resource: Resource, rest: str, _: bool = True) -> None:
        body = gzip.compress(resource.body, 6, mtime=0)
        self._plain(200, body, Content_Encoding="gzip")

    def _labelled(self, resource: Resource, rest: str, _: bool = True) -> None:
        self._plain(200, resource.body, Content_Encoding="gzip")

    def _br(self, resource: Resource, rest: str, _: bool = True) -> None:
        self._plain(200, resource.body, Content_Encoding="br")

    def _chunked(self, resource: Resource, rest: str, _: bool = True, stop: int = -1) -> None:
        self._head(200, {"Transfer-Encoding": "chunked"}, resource)
        sent = 0
        while sent < len(resource.body):
            piece = resource.body[sent : sent + 4096]
            if stop >= 0 and sent + len(piece) > stop:
                self._end()
                return
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            sent += len(piece)
        self.wfile.write(b"0\r\n\r\n")

    def _chunked_drop(self, resource: Resource, rest: str, _: bool = True) -> None:
        self._chunked(resource, "", stop=int(rest))

    def _close(self, resource: Resource, rest: str, _: bool = True) -> None:
        self._head(200, {"Connection": "close"}, resource)
        self.wfile.write(resource.body[: int(rest)] if rest else resource.body)
        self._end()

    def _raw(self, resource: Resource, rest: str, _: bool = True) -> None:
        self.wfile.write(self.server.world.raw[rest])
        self.wfile.flush()
        self._end()

    def _said(self, resource: Resource, rest: str, _: bool = True) -> None:
        kind, _colon, key = rest.partition(":")
        self._plain(200, self.server.world.raw[key], Content_Type=kind)

    def _spliced(self, resource: Resource, rest: str, _: bool = True) -> None:
        """The asked range of another version, without the marks by which it could be told."""
        found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if not found:
            self._ok(resource, "")
            return
        start, size = int(found[1]), len(resource.body)
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
        self.send_header("Content-Length", str(size - start))
        if rest:
            self.send_header("Last-Modified", rest)
        self.end_headers()
        self.wfile.write(bytes(byte ^ 1 for byte in resource.body[start:]))

    def _drip(self, resource: Resource, rest: str, _: bool = True) -> None:
        head = b"HTTP/1.1 200 OK\r\n"
        if rest == "head":
            slow = head + b"X-Slow: " + b"x" * 4000
        elif rest == "chunk":
            self.wfile.write(head + b"Transfer-Encoding: chunked\r\n\r\n5;")
            slow = b"x" * 4000
        else:
            self.wfile.write(head + b"Content-Length: %d\r\n\r\n" % len(resource.body))
            slow = resource.body
        for place in range(len(slow)):
            if self.server.world.released.wait(0.02):
                break
            self.wfile.write(slow[place : place + 1])
            self.wfile.flush()
        self._end()

    def _endless(self, resource: Resource, rest: str, _: bool = True) -> None:
        self._head(200, {"Connection": "close"}, resource)
        piece = (rest.encode() or b"1,2,4.5") + b"\n"
        piece *= (1 << 16) // len(piece)
        while not self.server.world.released.is_set():
            self.wfile.write(piece)

    def _close_drop(self, resource: Resource, rest: str, _: bool = True) -> None:
        self._close(resource, rest)

    def _announce_more(self, resource: Resource, rest: str, _: bool = True) -> None:
        self._head(200, {"Content-Length": str(len(resource.body) + 999)}, resource)
        self.wfile.write(resource.body)
        self._end()


def quick(**facts: Any) -> RetryPolicy:
    """A policy for tests: no waiting, small pieces, and stalls noticed at once."""
    waits: list[float] = facts.pop("waits", [])
    plain: dict[str, Any] = {
        "sleep": waits.append,
        "read_timeout": 0.3,
        "chunk": 4096,
        "gain": 4096,
    }
    return RetryPolicy(**(plain | facts))


def sha(body: bytes) -> str:
    """A declared checksum."""
    return "sha256:" + hashlib.sha256(body).hexdigest()


def leftovers(folder: Path) -> list[str]:
    """What below `folder` is neither a finished file, nor its record, nor a free lock."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_dir() or path.name.endswith(".sha256.json"):
            continue
        if path.parent.name == ".locks":
            with FileLock(str(path), timeout=0):
                continue
        if path.name.endswith((".part", ".part.json", ".plain", ".tmp")) or ".hub" in str(path):
            found.append(path.name)
    return found


@contextmanager
def serving(host: str = "127.0.0.1") -> Iterator[Misbehaving]:
    with Misbehaving(host) as world:
        yield world


def words(items: Sequence[str]) -> str:
    """A name for a scenario."""
    return "+".join(items) or "ok"
