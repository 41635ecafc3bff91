"""A complete body is decoded, checked against its declaration, recorded, then trusted."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from itdr.builders.core.errors import DownloadError, RawFileError
from itdr.builders.core.schema import Remote
from itdr.builders.rawfiles.checksums import mark_read, record_path, trust
from itdr.builders.rawfiles.download.download import fetch
from tests.rawfiles.made_up import BODY, GZ, OTHER, TEXT, ZIP_OF_TEXT, bin_remote
from tests.rawfiles.server import Misbehaving, leftovers, quick, sha, words


@pytest.mark.parametrize("script", [["labelled"], ["gzip"], ["labelled", "gzip"], []], ids=words)
@pytest.mark.parametrize("known", ["checksum", "plain_checksum", "size", "nothing"])
def test_a_gzip_file_stays_what_it_is_whatever_its_label(
    script: list[str], known: str, server: Misbehaving, tmp_path: Path
) -> None:
    url = server.put("x.json.gz", GZ, *script)
    facts = {
        "checksum": {"checksum": sha(GZ)},
        "plain_checksum": {"plain_checksum": sha(TEXT)},
        "size": {"size": len(GZ)},
        "nothing": {},
    }[known]
    path = fetch(Remote("x.json.gz", (url,), **facts), tmp_path, policy=quick())  # type: ignore[arg-type]
    assert path.read_bytes() == GZ
    assert leftovers(tmp_path) == []


def test_the_hash_of_the_content_is_checked(server: Misbehaving, tmp_path: Path) -> None:
    url = server.put("x.gz", GZ)
    with pytest.raises(DownloadError, match="sha256 of its content"):
        fetch(Remote("x.gz", (url,), plain_checksum=sha(BODY)), tmp_path, policy=quick())
    url = server.put("x.gz", GZ[:-9])
    with pytest.raises(DownloadError, match="cut off"):
        fetch(Remote("x.gz", (url,), plain_checksum=sha(TEXT)), tmp_path, policy=quick())


def test_text_sent_as_gzip_arrives_as_text(server: Misbehaving, tmp_path: Path) -> None:
    url = server.put("x.csv", TEXT, "gzip")
    assert fetch(Remote("x.csv", (url,)), tmp_path, policy=quick()).read_bytes() == TEXT
    assert server.seen[0].headers["Accept-Encoding"] == "identity"


def test_a_single_file_that_comes_in_a_zip_is_taken_out(
    server: Misbehaving, tmp_path: Path
) -> None:
    url = server.put("data.csv", ZIP_OF_TEXT)
    for facts in ({"checksum": sha(TEXT)}, {"size": len(TEXT)}, {}):
        path = fetch(Remote("data.csv", (url,), **facts), tmp_path / str(facts), policy=quick())  # type: ignore[arg-type]
        assert path.read_bytes() == TEXT
        assert leftovers(tmp_path) == []


def test_md5_is_a_checksum_too(server: Misbehaving, tmp_path: Path) -> None:
    url = server.put("data.bin", BODY)
    digits = hashlib.md5(BODY).hexdigest().upper()
    fetch(bin_remote(url, checksum=f"md5:{digits}"), tmp_path, policy=quick())
    with pytest.raises(DownloadError, match="its md5 is"):
        fetch(bin_remote(url, checksum="md5:" + "0" * 32), tmp_path, policy=quick())


def test_the_declared_size_counts_where_there_is_no_checksum(
    server: Misbehaving, tmp_path: Path
) -> None:
    url = server.put("data.bin", BODY)
    with pytest.raises(DownloadError, match=r"60000 bytes, 60001 are declared"):
        fetch(bin_remote(url, size=60_001), tmp_path, policy=quick())
    url = server.put("data.bin", BODY, "chunked", "chunked")
    with pytest.raises(DownloadError, match=r"60000 bytes, 60001 are declared"):
        fetch(bin_remote(url, size=60_001), tmp_path, policy=quick())
    right = bin_remote(url, size=60_001, checksum=sha(BODY))
    assert fetch(right, tmp_path, policy=quick()).read_bytes() == BODY, "the checksum decides"


@pytest.mark.parametrize("body", [b'{"error": "busy"}' * 99, GZ, b""], ids=["json", "gz", "empty"])
def test_what_is_no_zip_is_not_taken_for_one(
    body: bytes, server: Misbehaving, tmp_path: Path
) -> None:
    url = server.put("x.zip", body)
    with pytest.raises(DownloadError, match=r"no zip file|empty"):
        fetch(Remote("x.zip", (url,)), tmp_path, policy=quick())
    assert leftovers(tmp_path) == []


def test_a_damaged_zip_without_checksum_is_found(server: Misbehaving, tmp_path: Path) -> None:
    damaged = bytearray(ZIP_OF_TEXT)
    damaged[200] ^= 255
    url = server.put("x.zip", bytes(damaged))
    with pytest.raises(DownloadError, match="damaged"):
        fetch(Remote("x.zip", (url,)), tmp_path, policy=quick())
    url = server.put("x.zip", ZIP_OF_TEXT[: len(ZIP_OF_TEXT) // 2])
    with pytest.raises(DownloadError, match="damaged"):
        fetch(Remote("x.zip", (url,)), tmp_path, policy=quick())


@pytest.mark.parametrize("name", ["x.zip", "x.csv", "x.json.gz", "x.tar.gz"])
def test_a_login_page_is_recognised(name: str, server: Misbehaving, tmp_path: Path) -> None:
    url = server.put(name, ZIP_OF_TEXT, "html")
    with pytest.raises(DownloadError, match="web page"):
        fetch(Remote(name, (url,)), tmp_path, policy=quick())
    assert len(server.seen) == 1


def test_the_first_good_download_is_the_measure_of_later_ones(
    server: Misbehaving, tmp_path: Path
) -> None:
    url = server.put("data.bin", BODY)
    path = fetch(bin_remote(url), tmp_path, policy=quick())
    record = json.loads(record_path(path).read_text())
    assert record["sha256"] == hashlib.sha256(BODY).hexdigest() and record["url"] == url
    mark_read(path)
    path.unlink()  # as --drop-raw does
    assert fetch(bin_remote(url), tmp_path, policy=quick()).read_bytes() == BODY
    path.unlink()
    server.put("data.bin", OTHER)
    with pytest.raises(DownloadError, match="not the file that was downloaded first"):
        fetch(bin_remote(url), tmp_path, policy=quick())
    assert not path.exists()
    record_path(path).unlink()
    asked = len(server.seen)
    assert fetch(bin_remote(url), tmp_path, policy=quick()).read_bytes() == OTHER
    assert len(server.seen) == asked, "the bytes were kept"


def test_a_download_that_nobody_read_is_no_measure(server: Misbehaving, tmp_path: Path) -> None:
    """It may have been an error page."""
    url = server.put("data.bin", OTHER)
    fetch(bin_remote(url), tmp_path, policy=quick()).unlink()
    server.put("data.bin", BODY)
    assert fetch(bin_remote(url), tmp_path, policy=quick()).read_bytes() == BODY


def test_another_mirror_may_have_the_file_that_was_downloaded_first(
    server: Misbehaving, tmp_path: Path
) -> None:
    remote = Remote("data.bin", (server.put("a", BODY), server.put("b", BODY)))
    path = fetch(remote, tmp_path, policy=quick())
    mark_read(path)
    path.unlink()
    server.put("a", OTHER)
    assert fetch(remote, tmp_path, policy=quick()).read_bytes() == BODY


def test_a_download_that_was_changed_is_not_trusted(server: Misbehaving, tmp_path: Path) -> None:
    url = server.put("data.bin", BODY)
    remote = bin_remote(url, checksum=sha(BODY))
    path = fetch(remote, tmp_path, policy=quick())
    path.write_bytes(BODY[:-1])
    with pytest.raises(RawFileError, match="changed after it had been downloaded"):
        fetch(remote, tmp_path, policy=quick())
    path.write_bytes(BODY[:-1] + b"?")
    with pytest.raises(RawFileError, match="changed after"):
        fetch(remote, tmp_path, policy=quick())
    path.write_bytes(BODY)  # another time, the same bytes
    assert fetch(remote, tmp_path, policy=quick()) == path
    assert len(server.seen) == 1


def test_what_the_record_tells_without_reading_the_file(
    server: Misbehaving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote = Remote("data.bin", (server.put("data.bin", BODY),), checksum=sha(BODY))
    path = tmp_path / "data.bin"
    assert trust(path, remote) == "absent"
    fetch(remote, tmp_path, policy=quick())
    monkeypatch.setattr("itdr.builders.rawfiles.checksums.chunks", None)
    assert trust(path, remote) == "verified"
    assert trust(path, Remote("data.bin", checksum=sha(OTHER))) == "outdated"
    assert trust(path, Remote("data.bin", plain_checksum=sha(OTHER))) == "outdated"
    assert trust(path, Remote("data.bin", size=1)) == "outdated"
    assert trust(path, Remote("data.bin", size=len(BODY))) == "verified"
    os.utime(path, (1, 1))
    assert trust(path, remote) == "touched"
    os.truncate(path, 7)
    assert trust(path, remote) == "altered"
    record_path(path).write_text("{")
    assert trust(path, remote) == "placed"


def test_a_new_declaration_fetches_anew(server: Misbehaving, tmp_path: Path) -> None:
    url = server.put("data.bin", BODY)
    fetch(bin_remote(url, checksum=sha(BODY)), tmp_path, policy=quick())
    server.put("data.bin", OTHER)
    path = fetch(bin_remote(url, checksum=sha(OTHER)), tmp_path, policy=quick())
    assert path.read_bytes() == OTHER


def test_a_file_placed_by_hand_stays(server: Misbehaving, tmp_path: Path) -> None:
    url = server.put("data.bin", BODY)
    (tmp_path / "data.bin").write_bytes(b"mine")
    assert fetch(Remote("data.bin", (url,)), tmp_path).read_bytes() == b"mine"
    assert not server.seen
