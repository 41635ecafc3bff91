"""Mirrors that attack: each is a failed mirror, and the next one serves."""

from __future__ import annotations

import gzip
import io
import json
import logging
import random
import stat
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from itdr.builders.core import paths
from itdr.builders.core.errors import ConfigError, DownloadError, RawFileError
from itdr.builders.core.schema import RawFile, Remote
from itdr.builders.rawfiles import limits, locate, refused_files
from itdr.builders.rawfiles.checksums import record_path, refused_path
from itdr.builders.rawfiles.download import hosts
from itdr.builders.rawfiles.download.download import fetch
from tests.rawfiles.made_up import RATINGS, source, zipped
from tests.rawfiles.server import Misbehaving, Resource, leftovers, quick

BODY = random.Random(11).randbytes(60_000)
OK = b"HTTP/1.1 200 OK\r\n"
MOVED = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: "
HEADS = {
    "location ipv6": MOVED + b"http://[::1/x\r\n\r\n",
    "location port": MOVED + b"http://127.0.0.1:99999/x\r\n\r\n",
    "location bytes": MOVED + b"http://\xff\xfe\x00/\x80\r\n\r\n",
    "location controls": MOVED + b"http://a\x0bb/\x1b[2J\r\n\r\n",
    "location nowhere": MOVED + b"http:///x\r\n\r\n",
    "location file": MOVED + b"file:///etc/passwd\r\n\r\n",
    "location long": MOVED + b"http://" + b"a" * 60_000 + b"/\r\n\r\n",
    "range of digits": b"HTTP/1.1 206 P\r\nContent-Range: bytes 0-1/" + b"9" * 5000 + b"\r\n\r\n",
    "length huge": OK + b"Content-Length: 100000000000000000\r\n\r\n" + BODY,
    "length of digits": OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\nabc",
    "length negative": OK + b"Content-Length: -5\r\n\r\nabc",
    "length twice": OK + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\nabcdefg",
    "length words": OK + b"Content-Length: five\r\n\r\nabc",
    "chunk negative": OK + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nabcde\r\n0\r\n\r\n",
    "chunk no number": OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabcde\r\n0\r\n\r\n",
    "chunk huge": OK + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\nabcde",
    "chunk long line": OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"1" * 90_000 + b"\r\n",
    "no http": b"SSH-2.0-OpenSSH_9.6\r\n",
    "nothing": b"",
    "status words": b"HTTP/1.1 OK fine\r\n\r\n",
    "status 999": b"HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n",
    "status negative": b"HTTP/1.1 -1 Odd\r\nContent-Length: 0\r\n\r\n",
    "many heads": OK + b"X: y\r\n" * 300 + b"\r\n",
    "long head": OK + b"X: " + b"y" * 90_000 + b"\r\n\r\n",
    "retry forever": b"HTTP/1.1 503 Busy\r\nRetry-After: " + b"9" * 400 + b"\r\nContent-Length: 0\r\n\r\n",
    "retry year 0": b"HTTP/1.1 503 Busy\r\nRetry-After: Mon, 00 Jan 0000 99:99:99 GMT\r\n"
    b"Date: x\r\nContent-Length: 0\r\n\r\n",
    "encoding odd": OK + b"Content-Encoding: " + b"x" * 500 + b"\r\nContent-Length: 3\r\n\r\nabc",
    "continue": b"HTTP/1.1 100 Continue\r\n\r\n" * 2000,
}  # fmt: skip


@pytest.mark.parametrize("kind", HEADS)
def test_a_malformed_answer_is_a_failed_mirror(
    kind: str, server: Misbehaving, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server.raw["it"] = HEADS[kind]
    bad = server.put("bad", BODY, *["raw:it"] * 9)
    good = server.put("good", BODY)
    remote = Remote("d.bin", (bad, good))
    assert fetch(remote, tmp_path, policy=quick(read_timeout=2)).read_bytes() == BODY
    assert leftovers(tmp_path) == []
    assert all(record.getMessage().isprintable() for record in caplog.records)
    with pytest.raises(DownloadError, match="could not be downloaded"):
        server.put("bad", BODY, *["raw:it"] * 9)
        fetch(Remote("e.bin", (bad,)), tmp_path, policy=quick(read_timeout=2))
    server.put("bad", BODY)
    assert fetch(Remote("e.bin", (bad,)), tmp_path, policy=quick()).read_bytes() == BODY


@pytest.mark.parametrize("part", ["head", "body", "chunk"])
def test_a_drip_is_not_waited_for(part: str, server: Misbehaving, tmp_path: Path) -> None:
    bad = server.put("bad", BODY, *[f"drip:{part}"] * 9)
    remote = Remote("d.bin", (bad, server.put("good", BODY)))
    policy = quick(answer_timeout=0.2, window=0.2, slowest=1000.0, attempts=2, read_timeout=5)
    start = time.monotonic()
    assert fetch(remote, tmp_path, policy=policy).read_bytes() == BODY
    assert time.monotonic() - start < 4


def test_a_slow_line_that_is_fast_enough_is_waited_for(server: Misbehaving, tmp_path: Path) -> None:
    url = server.put("data.bin", BODY[:60], "drip:body")
    policy = quick(window=0.2, slowest=5.0)
    assert fetch(Remote("d.bin", (url,)), tmp_path, policy=policy).read_bytes() == BODY[:60]
    assert len(server.seen) == 1


# ---- bombs


def shrink(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LARGE", 1 << 20)
    monkeypatch.setattr(limits, "SLACK", 1 << 20)


ZEROS = bytes(24 << 20)


def zip_of(name: str, body: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, body)
    return out.getvalue()


@pytest.mark.parametrize("size", [None, len(RATINGS)])
@pytest.mark.parametrize("how", ["gzip on the way", "zip of one", "both"])
def test_a_bomb_is_refused_and_leaves_nothing(
    how: str,
    size: int | None,
    server: Misbehaving,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shrink(monkeypatch)
    body = ZEROS if how == "gzip on the way" else zip_of("ratings.csv", ZEROS)
    word = "ok" if how == "zip of one" else "gzip"
    bad = server.put("bad", body, *[word] * 9)
    remote = Remote("ratings.csv", (bad, server.put("good", RATINGS)), size=size)
    assert fetch(remote, tmp_path, policy=quick(read_timeout=20)).read_bytes() == RATINGS
    assert leftovers(tmp_path) == []
    with pytest.raises(DownloadError, match=r"unpacks to more than|unpack"):
        server.put("bad", body, *[word] * 9)
        fetch(Remote("r.csv", (bad,), size=size), tmp_path, policy=quick(read_timeout=20))
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("size", [None, len(RATINGS)])
def test_a_body_without_end_leaves_the_reserve(
    size: int | None, server: Misbehaving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "EVERY", 1 << 20)
    room = paths.RESERVE + (8 << 20)

    def free(folder: Path) -> int:
        return room - sum(one.stat().st_size for one in folder.rglob("*.part"))

    monkeypatch.setattr(limits, "free_bytes", free)
    remote = Remote(
        "ratings.csv",
        (server.put("bad", RATINGS, *["endless:"] * 9), server.put("good", RATINGS)),
        size=size,
    )
    assert fetch(remote, tmp_path, policy=quick()).read_bytes() == RATINGS
    assert leftovers(tmp_path) == []


def test_a_full_disk_leaves_no_scratch(
    server: Misbehaving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = server.put("x.csv", RATINGS, "gzip")
    with monkeypatch.context() as patch:
        patch.setattr(limits, "free_bytes", lambda folder: paths.RESERVE - 1)
        with pytest.raises(DownloadError, match="the disk is full"):
            fetch(Remote("x.csv", (url,)), tmp_path, policy=quick())
    assert [one for one in leftovers(tmp_path) if "plain" in one] == []
    assert fetch(Remote("x.csv", (url,)), tmp_path, policy=quick()).read_bytes() == RATINGS


# ---- error pages


PAGES = {
    "json": (b'{"error": {"code": 429, "message": "slow down"}}\n', "application/json"),
    "json list": (b'[{"error": 1}]', "text/plain"),
    "json as text": (b'{"detail":"Not found"}', "text/plain"),
    "xml": (b"<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>", "application/xml"),
    "xml bare": (b"<Error>\n<Code>AccessDenied</Code>\n</Error>", "text/plain"),
    "html bare": (b"<h1>502 Bad Gateway</h1>\n<hr>nginx", "text/plain"),
    "html body": (b"<body>\n<p>one, two, three</p></body>", "text/csv"),
    "html by type": (b"Please sign in,\nthen go on, thanks\n", "text/html; charset=utf-8"),
    "json by type": (b"null,\n1", "application/problem+json"),
    "text": (b"Too many requests, try again later.\n", "text/plain"),
    "text error": (b"error: backend fetch failed,\nsee the log,\n", "text/plain"),
    "text lines": (b"Service unavailable\nTry later, please\n", "text/plain"),
    "status": (
        b"503 Service Unavailable\r\nNo server is available\r\n",
        "application/octet-stream",
    ),
    "empty": (b"", "text/csv"),
    "blank": (b"\n\n", "text/csv"),
}


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("name", ["ratings.csv", "x.zip", "x.json.gz", "x.jsonl", "r.dat"])
def test_an_error_page_is_no_raw_file(
    name: str, kind: str, server: Misbehaving, tmp_path: Path
) -> None:
    if name == "x.jsonl" and "json" in kind and "type" not in kind:
        return  # only its reader can tell
    server.raw["page"], said = PAGES[kind]
    url = server.put(name, RATINGS, *[f"said:{said}:page"] * 9)
    with pytest.raises(DownloadError):
        fetch(Remote(name, (url,)), tmp_path, policy=quick())
    assert not (tmp_path / name).exists()
    assert leftovers(tmp_path) == []


def test_a_wrong_content_type_of_the_right_bytes_is_forgiven(
    server: Misbehaving, tmp_path: Path
) -> None:
    archive = zipped(ratings_csv=RATINGS)
    server.raw |= {"zip": archive, "gz": gzip.compress(RATINGS), "csv": RATINGS}
    for name, key in (("x.zip", "zip"), ("x.csv.gz", "gz")):
        url = server.put(name, b"", f"said:text/html:{key}")
        assert fetch(Remote(name, (url,)), tmp_path, policy=quick()).is_file()
    url = server.put("x.csv", b"", "said:text/html:csv")
    assert fetch(Remote("x.csv", (url,), size=len(RATINGS)), tmp_path, policy=quick()).is_file()


def read(of: Any, tmp_path: Path) -> bytes:
    """As a build does: prepared, then read by something that wants the right bytes."""
    work = tmp_path / f"work{time.monotonic_ns()}"
    found = locate.prepare(of, of.files, None, work, offline=False, progress=False, policy=quick())
    with refused_files.put_aside_on_error(of, None, found):
        body = found["ratings"].read_bytes()
        if body != RATINGS:
            raise RawFileError(f"{found['ratings']}: column rating is missing.")
    return body


@pytest.mark.parametrize("packed", [False, True])
def test_what_a_reader_refuses_is_put_aside(
    packed: bool, mirror: Path, server: Misbehaving, tmp_path: Path
) -> None:
    name = "made-up.zip" if packed else "ratings.csv"
    file = RawFile("ratings", "ratings.csv", (name,) if packed else ())
    of = source((Remote(name, (f"https://a.example/{name}",)),), (file,))

    def served(body: bytes) -> None:
        server.put(f"a.example/{name}", zipped(ratings_csv=body) if packed else body)

    served(b"column\n1\n")
    with pytest.raises(RawFileError, match=r"rating is missing\. It was put aside as .*\.wrong"):
        read(of, tmp_path)
    path = paths.raw_root() / "made-up" / name
    assert not path.exists() and not record_path(path).exists()
    served(RATINGS)
    assert read(of, tmp_path) == RATINGS
    assert json.loads(record_path(path).read_text())["read"] is True
    assert not refused_path(path).exists(), "the wrong one goes when the right one is there"


def test_an_archive_without_a_member_is_put_aside(
    mirror: Path, server: Misbehaving, tmp_path: Path
) -> None:
    file = RawFile("ratings", "ratings.csv", ("made-up.zip",))
    of = source((Remote("made-up.zip", ("https://a.example/made-up.zip",)),), (file,))
    server.put("a.example/made-up.zip", zipped(other_csv=RATINGS))
    for _ in range(2):  # found out once it is here, and put aside when it is looked for again
        with pytest.raises(RawFileError, match=r"does not hold ratings\.csv"):
            read(of, tmp_path)
        server.put("a.example/made-up.zip", zipped(ratings_csv=RATINGS))
        if not (paths.raw_root() / "made-up" / "made-up.zip").exists():
            break
    assert read(of, tmp_path) == RATINGS


def test_a_file_placed_by_hand_is_never_put_aside(
    mirror: Path, server: Misbehaving, tmp_path: Path
) -> None:
    of = source(
        (Remote("ratings.csv", ("https://a.example/r",)),), (RawFile("ratings", "ratings.csv"),)
    )
    place = paths.raw_root() / "made-up" / "ratings.csv"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"mine\n1\n")
    with pytest.raises(RawFileError, match=r"rating is missing\.$"):
        read(of, tmp_path)
    assert place.read_bytes() == b"mine\n1\n"


# ---- versions


@pytest.mark.parametrize("first", [{"etag": '"v1"'}, {"etag": None, "modified": "yesterday"},
                                   {"etag": '"v1"', "modified": "yesterday"}])  # fmt: skip
@pytest.mark.parametrize("then", ["spliced:", "spliced:today"])
def test_a_range_of_another_version_is_never_appended(
    first: dict[str, Any], then: str, server: Misbehaving, tmp_path: Path
) -> None:
    url = server.put("data.bin", BODY, "drop:30000", then, **first)
    assert fetch(Remote("d.bin", (url,)), tmp_path, policy=quick()).read_bytes() == BODY
    assert leftovers(tmp_path) == []


def test_another_date_behind_the_same_etag_starts_over(server: Misbehaving, tmp_path: Path) -> None:
    def change(resource: Resource) -> None:
        resource.body, resource.modified = BODY[::-1], "today"

    url = server.put("data.bin", BODY, "drop:30000", modified="yesterday", after=change)
    assert fetch(Remote("d.bin", (url,)), tmp_path, policy=quick()).read_bytes() == BODY[::-1]


# ---- the mirror of the site


def test_the_password_of_the_mirror_is_nowhere(
    caches: Path,
    server: Misbehaving,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "itdr")
    address = f"http://ada:pa55word@127.0.0.1:{server.port}/raw"
    monkeypatch.setenv("ITDR_MIRROR", address)
    remote = Remote("d.bin", ("https://a.example/d.bin",))
    server.put("raw/a.example/d.bin", BODY, "drop:9000", "status:503", "redirect:/raw/moved", "ok")
    server.put("raw/moved", BODY, "status:500")
    assert fetch(remote, tmp_path, policy=quick()).read_bytes() == BODY
    assert "Authorization" in server.seen[0].headers
    server.put("raw/a.example/e.bin", BODY, "drop:9000", *["status:503"] * 9)
    with pytest.raises(DownloadError) as caught:
        fetch(Remote("e.bin", ("https://a.example/e.bin",)), tmp_path, policy=quick())
    stored = b"".join(one.read_bytes() for one in tmp_path.rglob("*.json"))
    assert b"raw/a.example" in stored
    for text in (str(caught.value), caplog.text, stored.decode()):
        assert "pa55word" not in text and "ada" not in text
    monkeypatch.setenv("ITDR_MIRROR", "http://ada:pa55word@[::1")
    with pytest.raises(ConfigError, match="ITDR_MIRROR") as said:
        fetch(Remote("f.bin", ("https://a.example/f.bin",)), tmp_path, policy=quick())
    assert "pa55word" not in str(said.value)
    monkeypatch.setenv("ITDR_MIRROR", "http://ada:pa55word@127.0.0.1:9")
    with pytest.raises(DownloadError) as lost:
        fetch(Remote("f.bin", ("https://a.example/f.bin",)), tmp_path, policy=quick())
    assert "pa55word" not in str(lost.value) + caplog.text


@pytest.mark.parametrize(
    "text",
    ["http://[::1", "[::1", "mirror", "ftp://a/b", "http://", "http:///x", "http://a:99999",
     "http://a b", "http://a\nb", "http://a?x=1", "file:///etc"],
)  # fmt: skip
def test_a_mirror_that_is_no_address_is_said(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ITDR_MIRROR", text)
    with pytest.raises(ConfigError, match="ITDR_MIRROR is no web address"):
        hosts.mirror_url("https://a.example/x")


def test_signed_addresses_are_not_shown() -> None:
    assert hosts.redacted_url("https://u:p@h/x?X-Goog-Signature=abc&v=1") == (
        "https://h/x?X-Goog-Signature=…&v=1"
    )


# ---- small


def test_a_download_is_no_program(server: Misbehaving, tmp_path: Path) -> None:
    path = fetch(Remote("d.bin", (server.put("d.bin", BODY),)), tmp_path, policy=quick())
    assert stat.S_IMODE(path.stat().st_mode) & 0o111 == 0


def test_nobody_waits_for_a_third_host_where_two_cannot_be_reached(tmp_path: Path) -> None:
    waits: list[float] = []
    for n in range(2, 8):
        with pytest.raises(DownloadError, match="no connection"):
            remote = Remote(f"{n}.bin", (f"http://127.0.0.{n}:9/x", f"http://127.0.0.{n}:9/y"))
            fetch(remote, tmp_path, policy=quick(waits=waits))
    assert waits == [1.0, 2.0] * 2
