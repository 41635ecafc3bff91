"""Raw files are found where people put them, fetched where they are missing, and never mistaken."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import shutil
import time
from pathlib import Path

import pytest

from itdr.builders.core.errors import DownloadError, RawFileError
from itdr.builders.core.paths import cache_root, raw_root, store_root, work_root
from itdr.builders.core.schema import Remote, Source
from itdr.builders.rawfiles import checksums, locate, refused_files
from itdr.builders.rawfiles.download.download import fetch
from tests.rawfiles.made_up import (
    ALL,
    AT,
    BASE,
    FILES,
    MANUAL,
    MOVIES,
    OPEN,
    RATINGS,
    RATINGS_GZ,
    TAGS,
    TAR,
    URL,
    ZIP,
    put,
    ready,
    source,
    tarred,
    zipped,
)
from tests.rawfiles.server import Misbehaving, count, quick, sha

pytestmark = pytest.mark.usefixtures("mirror")
PLACED = {
    "unpacked": ({"ratings.csv": RATINGS, "movies.csv": MOVIES, "tags.csv": TAGS}, ALL),
    "without the optional one": ({"ratings.csv": RATINGS, "movies.csv": MOVIES}, BASE),
    "in a folder of the archive": ({"made/ratings.csv": RATINGS, "made/Movies.CSV": MOVIES}, BASE),
    "alias": ({"ratings.csv": RATINGS, "Films.csv": MOVIES}, BASE),
    "gzip": ({"ratings.csv.gz": RATINGS_GZ, "movies.csv": MOVIES}, BASE),
    "zip": ({"made-up.zip": ZIP}, ALL),
    "zip by another spelling": ({"Made_Up.zip": ZIP}, ALL),
    "zip in a folder": ({"downloads/made-up.zip": ZIP}, ALL),
    "zip renamed by the browser": ({"archive (1).zip": ZIP}, ALL),
    "tar.gz under the name of a zip": ({"made-up.zip": TAR}, BASE),
    "tar in zip": ({"made-up.zip": zipped(made__set_tar=TAR)}, BASE),
    "unpacked wins over packed": ({"made-up.zip": ZIP, "movies.csv": b"a part\n"},
                                  {**ALL, "movies": b"a part\n"}),
    "beside junk": ({"made-up.zip": ZIP, "notes.txt": b"?", "other.zip": b"PK\x03\x04 no"}, ALL),
}  # fmt: skip


@pytest.mark.parametrize("how", PLACED)
@pytest.mark.parametrize("of", [OPEN, MANUAL], ids=["open", "manual"])
def test_placed_files_are_used(
    how: str, of: Source, data: Path, tmp_path: Path, server: Misbehaving
) -> None:
    placed, expected = PLACED[how]
    for name, body in placed.items():
        put(data, name, body)
    found = locate.find(of, of.files, data)
    assert all(found[key].origin == "data_dir" for key in expected)  # type: ignore[union-attr]
    assert ready(of, data, tmp_path, offline=True) == expected
    assert not server.seen


def test_what_is_in_the_cache_folder_counts_too(tmp_path: Path) -> None:
    (raw_root() / "made-up").mkdir(parents=True)
    (raw_root() / "made-up" / "made-up.zip").write_bytes(ZIP)
    found = locate.find(MANUAL, FILES, None)
    assert {one.origin for one in found.values() if one} == {"cache"}
    assert ready(MANUAL, None, tmp_path, offline=True) == ALL
    assert locate.drop_downloads(MANUAL, FILES) == 0, "what somebody placed is never removed"
    assert (raw_root() / "made-up" / "made-up.zip").exists()


def test_fetched_verified_unpacked(server: Misbehaving, tmp_path: Path) -> None:
    server.put(AT, ZIP, "drop:100", "status:503")
    before = {key: one and one.fingerprint for key, one in locate.find(OPEN, FILES, None).items()}
    assert {one.origin for one in locate.find(OPEN, FILES, None).values() if one} == {"declared"}
    assert not server.seen and not raw_root().exists(), "looking does nothing"
    assert ready(OPEN, None, tmp_path) == ALL
    found = locate.find(OPEN, FILES, None)
    assert {one.origin for one in found.values() if one} == {"cache"}
    assert {key: one and one.fingerprint for key, one in found.items()} == before
    assert ready(OPEN, None, tmp_path, offline=True) == ALL
    assert len(server.seen) == 3
    assert locate.drop_downloads(OPEN, FILES) == len(ZIP)
    dropped = locate.find(OPEN, FILES, None)
    assert {key: one and one.fingerprint for key, one in dropped.items()} == before


def test_files_in_data_dir_win_over_downloads(
    server: Misbehaving, data: Path, tmp_path: Path
) -> None:
    server.put(AT, ZIP)
    ready(OPEN, None, tmp_path)
    put(data, "movies.csv", b"mine\n")
    found = locate.find(OPEN, FILES, data)
    assert found["movies"].origin == "data_dir" and found["ratings"].origin == "cache"  # type: ignore[union-attr]
    assert ready(OPEN, data, tmp_path)["movies"] == b"mine\n"


def test_the_fingerprint_of_a_placed_file(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(data, "ratings.csv", RATINGS)
    put(data, "made-up.zip", ZIP)
    os.utime(path, ns=(10**18, 10**18))
    (tmp_path / "link").symlink_to(data, target_is_directory=True)
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    monkeypatch.setenv("HOME", str(tmp_path))
    spelled = [data, Path("../raw"), Path("~/raw"), tmp_path / "link", tmp_path / "x/../raw"]
    (tmp_path / "x").mkdir()
    prints = [
        {key: one and one.fingerprint for key, one in locate.find(OPEN, FILES, way).items()}
        for way in spelled
    ]
    assert all(one == prints[0] for one in prints)
    content = hashlib.blake2b(RATINGS, digest_size=8).hexdigest()
    assert prints[0]["ratings"] == f"placed:ratings.csv:{len(RATINGS)}:{10**18}:{content}"
    os.utime(path, ns=(10**18, 10**18 + 1))
    now = locate.find(OPEN, FILES, data)
    assert now["ratings"].fingerprint != prints[0]["ratings"]  # type: ignore[union-attr]
    assert now["movies"].fingerprint == prints[0]["movies"]  # type: ignore[union-attr]
    os.utime(path, ns=(10**18, 10**18))
    path.write_bytes(RATINGS[:-1])
    os.utime(path, ns=(10**18, 10**18))
    assert locate.find(OPEN, FILES, data)["ratings"].fingerprint != prints[0]["ratings"]  # type: ignore[union-attr]


@pytest.mark.parametrize("whole", [1 << 25, 1 << 10])
def test_other_content_of_the_same_size_and_time_is_another_file(
    whole: int, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checksums, "WHOLE", whole)
    monkeypatch.setattr(checksums, "BLOCK", 64)
    path = put(data, "ratings.csv", RATINGS)
    before, old = locate.find(OPEN, FILES, data)["ratings"], path.stat()
    other = tmp_path / "copy"
    shutil.copytree(data, other)
    copied = locate.find(OPEN, FILES, other)["ratings"]
    assert before and copied and copied.fingerprint == before.fingerprint
    for changed in (RATINGS.replace(b",4.5\n", b",1.5\n"), RATINGS[:-3] + b"1.\n"):
        assert len(changed) == len(RATINGS)
        path.write_bytes(changed)
        os.utime(path, ns=(old.st_atime_ns, old.st_mtime_ns))  # as `touch -r` does
        now = locate.find(OPEN, FILES, data)["ratings"]
        assert now and now.fingerprint != before.fingerprint
    path.write_bytes(RATINGS)
    os.utime(path, ns=(old.st_atime_ns, old.st_mtime_ns))
    assert locate.find(OPEN, FILES, data)["ratings"] == before


def test_a_declaration_decides_the_fingerprint_of_a_download() -> None:
    first = locate.find(OPEN, FILES, None)["ratings"]
    other = dataclasses.replace(OPEN, remotes=(Remote("made-up.zip", (URL,), 7),))
    second = locate.find(other, FILES, None)["ratings"]
    moved = dataclasses.replace(OPEN.remotes[0], urls=("https://new.example.org/x.zip",))
    third = locate.find(dataclasses.replace(OPEN, remotes=(moved,)), FILES, None)["ratings"]
    assert first and second and third
    assert first.fingerprint != second.fingerprint
    assert first.fingerprint == third.fingerprint, "another address gives the same file"


def test_finding_reads_no_file_whole(data: Path, tmp_path: Path) -> None:
    big = put(data, "ratings.csv", b"user\n")
    os.truncate(big, 1 << 38)
    put(data, "made-up.zip", TAR)
    os.truncate(data / "made-up" / "made-up.zip", 1 << 38)
    start = time.monotonic()
    found = locate.find(OPEN, FILES, data)
    assert time.monotonic() - start < 2
    assert found["ratings"] and found["movies"] and str(1 << 38) in found["movies"].fingerprint


def test_one_error_for_all_that_is_missing(data: Path, tmp_path: Path) -> None:
    put(data, "tags.csv", TAGS)
    with pytest.raises(RawFileError) as caught:
        ready(MANUAL, data, tmp_path)
    text = str(caught.value)
    assert "ratings.csv (46.49 kB), in made-up.zip" in text and "movies.csv" in text
    assert "tags.csv" not in text
    assert f"{data / 'made-up'}, {raw_root() / 'made-up'}" in text
    assert MANUAL.by_hand in text and "Made-up terms" in text
    assert f"into {data / 'made-up'}:" in text
    with pytest.raises(RawFileError, match="give its parent"):
        ready(MANUAL, data / "made-up", tmp_path)
    with pytest.raises(RawFileError, match=r"is no folder.*leave data_dir out"):
        ready(OPEN, tmp_path / "nowhere", tmp_path)


def test_offline_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import datasets

    from itdr.builders.core.paths import offline_variable

    assert offline_variable() is None
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    monkeypatch.setenv("HF_DATASETS_OFFLINE", "1")
    assert offline_variable() == "HF_DATASETS_OFFLINE"
    with pytest.raises(DownloadError, match=r"made-up\.zip .*HF_DATASETS_OFFLINE forbids it"):
        ready(OPEN, None, tmp_path, offline=True)


def test_a_refused_download_says_how_to_do_it_by_hand(
    server: Misbehaving, data: Path, tmp_path: Path
) -> None:
    server.put(AT, ZIP, "status:403")
    with pytest.raises(DownloadError) as caught:
        ready(OPEN, data, tmp_path)
    text = str(caught.value)
    assert "refused (403)" in text and OPEN.by_hand in text and str(data / "made-up") in text


CLIMBING = zipped(up__ratings_csv=RATINGS, movies_csv=MOVIES).replace(b"up/", b"../")
BROKEN = {
    "cut zip": ("made-up.zip", ZIP[:-3000], "cut off"),
    "damaged zip": ("made-up.zip", ZIP[:500] + b"??" + ZIP[502:], "damaged"),
    "page for a zip": ("made-up.zip", b"<!DOCTYPE html><html>", "web page"),
    "page for a csv": ("ratings.csv", b"\n<html><body>Sign in", "web page"),
    "empty": ("ratings.csv", b"", "it is empty"),
    "cut gzip": ("ratings.csv.gz", RATINGS_GZ[:-5], "cut off"),
    "damaged gzip": ("ratings.csv.gz", RATINGS_GZ[:900] + b"??" + RATINGS_GZ[902:], "damaged"),
    "text as gzip": ("ratings.csv.gz", RATINGS, "no gzip file"),
    "climbing zip": ("made-up.zip", CLIMBING, "outside"),
    "another zip": ("made-up.zip", zipped(x_csv=RATINGS), "does not hold"),
    "another tar": ("made-up.zip", tarred(x_csv=RATINGS), "does not hold"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_placed_file_is_an_error(how: str, data: Path, tmp_path: Path) -> None:
    name, body, reason = BROKEN[how]
    put(data, name, body)
    if name != "made-up.zip":
        put(data, "movies.csv", MOVIES)
    count("broken placed file")
    with pytest.raises(RawFileError, match=reason) as caught:
        ready(MANUAL, data, tmp_path)
    assert "made-up" in str(caught.value)


def test_a_partial_file_is_taken_with_a_warning(
    data: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put(data, "ratings.csv", RATINGS[:1000])
    put(data, "movies.csv", MOVIES)
    assert ready(MANUAL, data, tmp_path)["ratings"] == RATINGS[:1000]
    assert f"1000 bytes, the official file {len(RATINGS)}" in caplog.text


OTHER = {"content": RATINGS[:-2] + b"?\n", "size": RATINGS[:-9]}
DECLARED = tuple(
    dataclasses.replace(file, checksum=sha(RATINGS)) if file.key == "ratings" else file
    for file in FILES
)


@pytest.mark.parametrize("how", OTHER)
@pytest.mark.parametrize("name", ["made-up.zip", "ratings.csv"])
def test_a_download_that_is_not_the_published_file_is_put_aside(
    name: str, how: str, server: Misbehaving, tmp_path: Path
) -> None:
    """No checksum is declared of the archive, but those of the files inside are."""
    at, packed = f"files.example.org/{name}", name.endswith(".zip")
    file = dataclasses.replace(DECLARED[0], packed_in=(name,) if packed else ())
    of = source((Remote(name, (f"https://{at}",)),), (file,))
    server.put(at, zipped(made__ratings_csv=OTHER[how]) if packed else OTHER[how])
    with pytest.raises(RawFileError) as caught:
        ready(of, None, tmp_path)
    text = str(caught.value)
    assert f"{raw_root() / 'made-up' / name} does not give the official ratings.csv" in text
    assert f"put aside as {name}.wrong" in text
    assert f"<data_dir>/made-up/{name}" in text
    server.put(at, zipped(made__ratings_csv=RATINGS) if packed else RATINGS)
    assert ready(of, None, tmp_path) == {"ratings": RATINGS}, "fetched anew"
    assert ready(of, None, tmp_path, offline=True) == {"ratings": RATINGS}


def test_a_wrong_download_in_a_cache_that_may_only_be_read(
    server: Misbehaving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*given: object) -> None:
        raise OSError(30, "Read-only file system")

    server.put(AT, zipped(made__ratings_csv=OTHER["content"]))
    of = source((Remote("made-up.zip", (URL,)),), DECLARED[:1])
    fetch(of.remotes[0], raw_root() / "made-up", policy=quick())
    monkeypatch.setattr(refused_files.os, "replace", refuse)
    with pytest.raises(RawFileError, match=r"Delete it to fetch it again .*Read-only"):
        ready(of, None, tmp_path, offline=True)


@pytest.mark.parametrize("how", OTHER)
def test_what_need_not_be_the_published_file_is_taken(
    how: str, server: Misbehaving, data: Path, tmp_path: Path
) -> None:
    """A placed file; the latest version on Kaggle; an archive with a right checksum of its own."""
    archive = zipped(made__ratings_csv=OTHER[how])
    server.put(AT, archive)
    for remote in (
        Remote("made-up.zip", (URL,), access="kaggle"),
        Remote("made-up.zip", (URL,), checksum=sha(archive)),
    ):
        of = source((remote,), DECLARED[:1])
        assert ready(of, None, tmp_path) == {"ratings": OTHER[how]}
        locate.drop_downloads(of, of.files)
    put(data, "made-up.zip", archive)
    assert ready(of, data, tmp_path) == {"ratings": OTHER[how]}


def test_what_could_be_two_files_is_said(
    data: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put(data, "movies.csv", MOVIES)
    put(data, "a/ratings.csv", RATINGS)
    put(data, "b/ratings.csv", RATINGS[:50])
    with pytest.raises(RawFileError, match=r"a/ratings\.csv.*b/ratings\.csv: several files"):
        ready(OPEN, data, tmp_path)
    put(data, "ratings.csv", RATINGS)
    put(data, "a/tags.csv", TAGS)
    put(data, "b/tags.csv", TAGS)
    assert ready(MANUAL, data, tmp_path) == BASE
    assert "tags.csv left out" in caplog.text


# ---- where the cache is


def test_roots(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ITDR_CACHE", "~/there")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_root() == tmp_path / "there"
    assert (raw_root(), store_root(), work_root()) == tuple(
        tmp_path / "there" / name for name in ("raw", "store", "work")
    )
    monkeypatch.delenv("ITDR_CACHE")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    assert cache_root() == tmp_path / "hf" / "itdr"
    monkeypatch.delenv("HF_HOME")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_root() == tmp_path / "xdg" / "huggingface" / "itdr"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_root() == tmp_path / ".cache" / "huggingface" / "itdr"
