"""A disk that is full, too small or read-only: said clearly, and the part is kept."""

from __future__ import annotations

import errno
import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from itdr.builders.core import paths
from itdr.builders.core.errors import DownloadError
from itdr.builders.core.schema import Remote
from itdr.builders.rawfiles import archives, locate
from itdr.builders.rawfiles.download import http
from itdr.builders.rawfiles.download.download import fetch
from tests.rawfiles.server import Misbehaving, count, leftovers, quick, sha

BODY = random.Random(5).randbytes(60_000)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT], ids=["full", "quota"])
@pytest.mark.parametrize("after", [0, 1, 5000, 59_000])
def test_a_full_disk(
    after: int, code: int, server: Misbehaving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = server.put("data.bin", BODY)
    room = [after]
    real = os.write

    def write(handle: int, data: bytes) -> int:
        if len(data) > 500 or room[0] < after:  # of the body, not of the state
            if room[0] <= 0:
                raise OSError(code, os.strerror(code))
            done = real(handle, data[: room[0]])
            room[0] -= done
            return done
        return real(handle, data)

    with monkeypatch.context() as patch:
        patch.setattr("itdr.builders.rawfiles.download.partial.os.write", write)
        with pytest.raises(DownloadError, match=r"the disk is full.*ITDR_CACHE"):
            fetch(Remote("data.bin", (url,)), tmp_path, policy=quick())
    count("full disk")
    assert (tmp_path / "data.bin.part").stat().st_size == after
    assert not (tmp_path / "data.bin").exists()
    assert fetch(Remote("data.bin", (url,)), tmp_path, policy=quick()).read_bytes() == BODY
    assert leftovers(tmp_path) == []
    if after:
        assert server.seen[-1].headers["Range"] == f"bytes={after}-"


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 kB; skips where none may be mounted."""
    place = tmp_path / "tiny"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "none", place], capture_output=True
    )
    if made.returncode:
        pytest.skip("no file system may be mounted here")
    yield place
    subprocess.run(["umount", place], check=True)


def test_a_disk_that_is_really_full(
    server: Misbehaving, tiny_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = random.Random(6).randbytes(400_000)
    url = server.put("data.bin", body)
    remote = Remote("data.bin", (url,), checksum=sha(body))
    with pytest.raises(DownloadError, match=r"has 2.* free; 400 kB"):
        fetch(remote, tiny_disk, policy=quick())
    assert leftovers(tiny_disk) == []
    monkeypatch.setattr(http, "free_bytes", lambda folder: 1 << 40)
    with pytest.raises(DownloadError, match="the disk is full"):
        fetch(remote, tiny_disk, policy=quick())
    count("full disk", 2)
    kept = (tiny_disk / "data.bin.part").stat().st_size
    assert kept > 100_000
    subprocess.run(["mount", "-o", "remount,size=2m", tiny_disk], check=True)
    assert fetch(remote, tiny_disk, policy=quick()).read_bytes() == body
    assert server.seen[-1].headers["Range"] == f"bytes={kept}-"


def test_too_little_room_is_said_before_a_byte_is_fetched(
    server: Misbehaving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = server.put("data.bin", BODY)
    monkeypatch.setattr(http, "free_bytes", lambda folder: paths.RESERVE + 59_999)
    with pytest.raises(DownloadError, match=r"60\.00 kB and a reserve of 67\.11 MB"):
        fetch(Remote("data.bin", (url,), size=len(BODY)), tmp_path, policy=quick())
    assert not server.seen
    with pytest.raises(DownloadError, match="a reserve of"):
        fetch(Remote("data.bin", (url,)), tmp_path, policy=quick())
    count("full disk", 2)
    assert leftovers(tmp_path) == []
    monkeypatch.setattr(http, "free_bytes", lambda folder: paths.RESERVE + 60_000)
    assert fetch(Remote("data.bin", (url,)), tmp_path, policy=quick()).read_bytes() == BODY


def test_a_folder_that_cannot_be_written(server: Misbehaving, tmp_path: Path) -> None:
    url = server.put("data.bin", BODY)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises((DownloadError, FileExistsError), match="cannot be written"):
        fetch(Remote("data.bin", (url,)), tmp_path / "file" / "folder", policy=quick())


def test_bytes_are_on_disk_before_they_have_their_name(
    server: Misbehaving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a power cut could leave a name without its bytes: body, then record, then the name."""
    steps: list[str] = []
    rename = os.replace

    def fsync(handle: int) -> None:
        steps.append("sync " + Path(f"/proc/self/fd/{handle}").readlink().name)

    def replace(old: Path, new: Path) -> None:
        steps.append("name " + Path(new).name)
        rename(old, new)

    if not Path("/proc/self/fd").is_dir():
        pytest.skip("shows its open files in /proc only")
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    fetch(Remote("data.bin", (server.put("data.bin", BODY),)), tmp_path, policy=quick())
    assert steps[-5:] == [
        "sync data.bin.part",
        "sync data.bin.sha256.json.tmp",
        "name data.bin.sha256.json",
        "name data.bin",
        f"sync {tmp_path.name}",
    ]


def test_free_space_is_that_of_the_nearest_folder_that_exists(tmp_path: Path) -> None:
    assert paths.free_bytes(tmp_path / "not" / "yet") > 0
    assert archives.RESERVE == locate.RESERVE == paths.RESERVE


@pytest.mark.parametrize(
    ("size", "text"),
    [(None, "unknown size"), (0, "0 B"), (999, "999 B"), (1000, "1.00 kB"),
     (238_950_008, "239 MB"), (99_940_000, "99.94 MB"), (999_600_000, "1.00 GB"),
     (31_408_889_188, "31.41 GB"), (5 * 10**15, "5000 TB")],
)  # fmt: skip
def test_sizes_for_people(size: int | None, text: str) -> None:
    assert paths.format_size(size) == text
