"""A file that lies there under another name or in another form is named, with what to do; never skipped
without a word."""

from __future__ import annotations

import errno
import logging
import os
from pathlib import Path
from typing import Any

import pytest

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.schema import RawFile, Remote, Source
from itdr.builders.rawfiles import locate
from tests.rawfiles.made_up import (
    MANUAL,
    MOVIES,
    OPEN,
    RATINGS,
    TAGS,
    TAR,
    put,
    ready,
    source,
    tarred,
    zipped,
)
from tests.rawfiles.server import Misbehaving

pytestmark = pytest.mark.usefixtures("mirror")
INNER = zipped(movies_csv=MOVIES)
NEAR = {
    "movies.csv.txt": (MOVIES, "if it is movies.csv, rename it to that"),
    "Movies (1).csv": (MOVIES, "if it is movies.csv, rename it to that"),
    "movies - Copy.csv": (MOVIES, "if it is movies.csv, rename it to that"),
    "movies.xlsx": (
        b"PK\x03\x04",
        "it is in another format, .xlsx; put the official movies.csv there",
    ),
    "movies.parquet": (b"PAR1", "it is in another format, .parquet"),
    "movies.csv.zst": (b"\x28\xb5\x2f\xfd", "itdr does not read .zst; unpack it there"),
    "movies.csv.xz": (b"\xfd7zXZ", "itdr does not read .xz; unpack it there"),
    "movies.csv.bz2": (b"BZh9", "itdr does not read .bz2; unpack it there"),
    "movies.csv.part": (MOVIES[:9], "a download that was not finished"),
    "movies.csv.crdownload": (MOVIES[:9], "a download that was not finished"),
    "movies.csv.zip": (INNER[:-40], "the zip is truncated or damaged"),
    "movies.zip": (zipped(data_txt=MOVIES), "it holds data.txt, not movies.csv"),
    "set.zip": (zipped(movies_csv_zip=INNER), "it holds movies.csv.zip, an archive in an archive"),
    "two.zip": (
        zipped(a__movies_csv=MOVIES, b__movies_csv=MOVIES),
        "it holds a/movies.csv, b/movies.csv: several files could be meant",
    ),
    "made-up.tar.gz": (tarred(movies_csv=MOVIES), "another kind of archive; unpack it there"),
    "movies.dat": (MOVIES, "if it is movies.csv, rename it to that"),
    "movies_1.csv": (MOVIES, "if it is a part of movies.csv, join the parts into one file"),
    "movies.part2.csv": (MOVIES, "if it is a part of movies.csv, join the parts into one file"),
    "made-up.tar.bz2": (b"BZh9", "itdr does not read .bz2; unpack it there"),
    "made-up.tar.xz": (b"\xfd7zXZ", "itdr does not read .xz; unpack it there"),
    "archive.tar": (tarred(movies_csv=MOVIES), "if it holds movies.csv, unpack it there"),
    "all.tar.bz2": (b"BZh9", "if it holds movies.csv, unpack it there"),
    "made-up.zip.part": (b"PK\x03\x04", "a download that was not finished"),
}


@pytest.mark.parametrize("name", NEAR)
def test_what_lies_there_is_named(
    name: str, data: Path, tmp_path: Path, server: Misbehaving
) -> None:
    body, reason = NEAR[name]
    put(data, "ratings.csv", RATINGS)
    path = put(data, name, body)
    for of in (MANUAL, OPEN):
        with pytest.raises(RawFileError) as error:
            ready(of, data, tmp_path, offline=True)
        assert f"found, but not taken: {path}: {reason}" in str(error.value)
    assert not server.seen


def _folder(path: Path) -> None:
    path.mkdir()


def _dangling(path: Path) -> None:
    path.symlink_to("/nowhere/movies.csv")


ODD = {
    "folder": (_folder, "it is a folder; put the file movies.csv there"),
    "broken link": (_dangling, "it is a dead link to /nowhere/movies.csv"),
    "link to itself": (lambda path: path.symlink_to(path.name), "it is a dead link to movies.csv"),
    "pipe": (os.mkfifo, "it is a pipe or device, not a file"),
}


@pytest.mark.parametrize("what", ODD)
def test_what_is_no_file_is_named(what: str, data: Path, tmp_path: Path) -> None:
    make, reason = ODD[what]
    path = put(data, "ratings.csv", RATINGS).with_name("movies.csv")
    make(path)
    with pytest.raises(RawFileError) as error:
        ready(MANUAL, data, tmp_path)
    assert f"{path}: {reason}" in str(error.value)


@pytest.mark.parametrize("of", [MANUAL, OPEN], ids=["manual", "open"])
def test_an_empty_file_is_named_where_another_is_missing(
    of: Source, data: Path, tmp_path: Path, server: Misbehaving
) -> None:
    path = put(data, "ratings.csv", b"")
    with pytest.raises(RawFileError) as error:
        ready(of, data, tmp_path)
    assert f"found, but not taken: {path}: it is empty" in str(error.value)
    assert not server.seen


@pytest.mark.parametrize("closed", ["made-up", "made-up/inner"])
@pytest.mark.parametrize("offline", [True, False])
def test_a_folder_that_may_not_be_read_is_named(
    closed: str,
    offline: bool,
    data: Path,
    tmp_path: Path,
    server: Misbehaving,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, content in {"ratings.csv": RATINGS, "inner/movies.csv": MOVIES}.items():
        put(data, name, content)
    listed = os.scandir

    def scandir(path: Any) -> Any:
        if Path(path) == data / closed:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(RawFileError) as error:
        locate.prepare(OPEN, OPEN.files, data, tmp_path / "work", offline=offline, progress=False)
    said = f"found, but not taken: {data / closed}: the folder cannot be read (Permission denied)"
    assert said in str(error.value)
    assert not server.seen


@pytest.mark.parametrize("name", ["tags (1).csv", "tags.csv.xz", "tags.csv/inside.txt"])
def test_an_optional_file_that_is_not_taken_is_said(
    name: str, data: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put(data, "ratings.csv", RATINGS)
    put(data, "movies.csv", MOVIES)
    put(data, name, TAGS)
    with caplog.at_level(logging.WARNING, "itdr"):
        assert set(ready(MANUAL, data, tmp_path)) == {"ratings", "movies"}
    (said,) = [record.getMessage() for record in caplog.records if "left out" in record.message]
    assert f"tags.csv left out: {data / 'made-up' / name.partition('/')[0]}" in said


def test_other_files_are_not_near(data: Path, tmp_path: Path) -> None:
    put(data, "ratings.csv", RATINGS)
    for name in (
        "readme.txt",
        "ratings.csv.txt",
        "films of today.txt",
        "moviestars.csv",
        "movies_2025.csv",
        "movies.json",
        "old_movies.csv",
        "set.zip",
    ):
        put(data, name, b"?")
    plan = locate.plan(MANUAL, MANUAL.files, data)
    assert "movies" not in plan.problems and "ratings" not in plan.problems


OTHER_NAMES = [
    ("set-of-films-ratings.csv", "Ratings.csv", "if it is set-of-films-ratings.csv, rename"),
    (
        "set-of-films-ratings.csv",
        "films_ratings.csv.gz",
        "if it is set-of-films-ratings.csv, rename",
    ),
    ("films-score-2023.csv", "films score 2023.csv", "if it is films-score-2023.csv, rename"),
    ("films-score-2023.csv", "Films.score.2023.csv", "if it is films-score-2023.csv, rename"),
    ("All_Films.jsonl", "All_Films.json", "if it is All_Films.jsonl, rename it to that"),
    (
        "All_Films.json",
        "All_Films.csv",
        "it is in another format, .csv; put the official All_Films.json there",
    ),
    ("Films200K_pairs.csv", "Films1M_pairs.csv", "it looks like another edition, and itdr reads"),
    ("events/Films200K.csv", "events/Films1M.csv", "it looks like another edition, and itdr reads"),
    ("events/Films200K.csv", "events/log.csv", "if it is events/Films200K.csv, rename it to that"),
]


@pytest.mark.parametrize(("declared", "name", "reason"), OTHER_NAMES)
def test_other_well_known_names_are_near(
    declared: str, name: str, reason: str, data: Path, tmp_path: Path
) -> None:
    of = source((), (RawFile("it", declared), RawFile("items", "items/films.csv")))
    put(data, "items/films.csv", MOVIES)
    path = put(data, name, RATINGS)
    put(data, "items/extra.csv", MOVIES)
    with pytest.raises(RawFileError) as error:
        ready(of, data, tmp_path)
    assert f"found, but not taken: {path}: {reason}" in str(error.value)
    assert "extra.csv" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("films-360K.tar.gz", "it looks like another edition, and itdr reads films-1K.tar.gz"),
        ("archive.tar", "if it holds plays.tsv, unpack it there"),
        ("films-1K.tar.xz", "itdr does not read .xz; unpack it there"),
    ],
)
def test_archives_of_other_names_are_near(
    name: str, reason: str, data: Path, tmp_path: Path
) -> None:
    of = source(
        (Remote("films-1K.tar.gz", ("https://a.example/films-1K.tar.gz",)),),
        (
            RawFile("it", "plays.tsv", packed_in=("films-1K.tar.gz",)),
            RawFile("more", "more.tsv", packed_in=("films-1K.tar.gz",), optional=True),
        ),
    )
    path = put(data, name, TAR)
    assert set(locate.plan(of, of.files, data).problems) == {"it"} | (
        {"more"} if name.endswith("xz") else set()
    )
    with pytest.raises(RawFileError) as error:
        ready(of, data, tmp_path, offline=True)
    assert f"found, but not taken: {path}: {reason}" in str(error.value)


@pytest.mark.parametrize("end", [".gz", ".gz.part", ".xz", ".zst"])
def test_a_file_of_another_folder_is_not_near(end: str, data: Path) -> None:
    files = tuple(RawFile(part, f"{part}/news.tsv", optional=True) for part in ("train", "dev"))
    of = source((), files)
    put(data, f"train/news.tsv{end}", MOVIES)
    assert set(locate.plan(of, files, data).problems) <= {"train"}
    put(data, "dev/news.tsv.xz", MOVIES)
    assert "dev/news.tsv.xz" in locate.plan(of, files, data).problems["dev"]
