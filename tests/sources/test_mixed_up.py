"""Rows that were mixed up: ids, titles or ratings that each look right, and contradict what the source promises."""

from __future__ import annotations

import csv
import io
import itertools
import random
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from itdr.builders.core.errors import RawFileError
from itdr.builders.sources._shared.films import ANCHORS
from tests.rawgen import ml_32m
from tests.sources.test_edited_files import stored

Rows = list[list[str]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    ml_32m.write(folder, users=250, items=2_500, dirt=False, ratings=20_000)
    return folder


def edited(folder: Path, name: str, change: Callable[[Rows], Rows]) -> None:
    """Change the rows of a CSV file behind its header."""
    path = folder / name
    header, *rows = csv.reader(io.StringIO(path.read_text("utf-8"), newline=""))
    out = io.StringIO(newline="")
    csv.writer(out).writerows([header, *change(rows)])
    path.write_text(out.getvalue(), "utf-8", newline="")


def shuffled(rows: Rows) -> Rows:
    users = [row[0] for row in rows]
    random.Random(7).shuffle(users)
    return [[user, *row[1:]] for user, row in zip(users, rows, strict=True)]


def merged(rows: Rows) -> Rows:
    return [[str((int(user) + 1) // 2), *rest] for user, *rest in rows]


def numbered(rows: Rows) -> Rows:
    return [
        [str(place), item, rating, str(1_690_000_000 + 60 * place)]
        for place, (_, item, rating, _) in enumerate(rows, 1)
    ]


def with_anchors(rows: Rows) -> Rows:
    """The films with all known ones, in the order of their ids."""
    known = [[item, title, kinds] for item, (title, kinds) in ANCHORS.items()]
    rows = [row for row in rows if row[0] not in ANCHORS]
    return sorted([*rows, *known], key=lambda row: int(row[0]))


def shifted(place: int) -> Callable[[Rows], Rows]:
    """One column moved down by a row."""

    def change(rows: Rows) -> Rows:
        rows = with_anchors(rows)
        before = [rows[-1], *rows[:-1]]
        return [
            [*row[:place], other[place], *row[place + 1 :]]
            for row, other in zip(rows, before, strict=True)
        ]

    return change


def filled_down(rows: Rows) -> Rows:
    return [[row[0], rows[place // 3 * 3][1], *row[2:]] for place, row in enumerate(rows)]


def all_ones(rows: Rows) -> Rows:
    return [[user, item, "1.0", time] for user, item, _, time in rows]


def in_words(rows: Rows) -> Rows:
    return [[user, item, rating.replace("5.0", "five"), time] for user, item, rating, time in rows]


def as_days(rows: Rows) -> Rows:
    return [
        [user, item, rating.replace(".5", ".05.2024"), time] for user, item, rating, time in rows
    ]


def in_future(rows: Rows) -> Rows:
    return [[user, item, rating, str(int(time) + 700_000_000)] for user, item, rating, time in rows]


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("ratings.csv", shuffled, "the user and the item of another one at another time"),
        ("ratings.csv", merged, "the user and the item of another one at another time"),
        ("ratings.csv", numbered, "replaced by the numbers of rows"),
        ("movies.csv", shifted(0), "stand at other ids"),
        ("movies.csv", shifted(1), "stand at other ids"),
        ("movies.csv", shifted(2), "none of their categories"),
        ("movies.csv", filled_down, "filled down"),
        ("ratings.csv", all_ones, "are 1: they were replaced by one number"),
        ("ratings.csv", in_words, "missing or no numbers"),
        ("ratings.csv", as_days, "of the wrong type"),
        ("ratings.csv", in_future, "the times were converted"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_was_mixed_up_is_refused_with_its_cause(
    name: str, change: Callable[[Rows], Rows], said: str, made: Path, tmp_path: Path
) -> None:
    home = tmp_path / "data" / "ml-32m"
    shutil.copytree(made, home)
    edited(home, name, change)
    with pytest.raises(RawFileError, match=said) as error:
        stored("ml-32m", tmp_path / "data", tmp_path / "store")
    assert name in str(error.value)


def one_each(rows: Rows) -> Rows:
    return [next(of) for _, of in itertools.groupby(rows, key=lambda row: row[0])]


def twice(rows: Rows) -> Rows:
    return [*rows, *rows[:100]]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("ratings.csv", one_each),
        ("ratings.csv", twice),
        ("movies.csv", with_anchors),
        ("movies.csv", lambda rows: with_anchors(rows)[:2_000]),
        ("ratings.csv", lambda rows: [row for row in rows if row[2] == "5.0"]),
        ("ratings.csv", lambda rows: [row for row in rows if row[2] >= "4"]),
    ],
)
def test_a_part_that_somebody_chose_is_read(
    name: str, change: Callable[[Rows], Rows], made: Path, tmp_path: Path
) -> None:
    home = tmp_path / "data" / "ml-32m"
    shutil.copytree(made, home)
    edited(home, name, change)
    stored("ml-32m", tmp_path / "data", tmp_path / "store")


def test_a_part_beside_the_archive_is_told(
    made: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    home = tmp_path / "data" / "ml-32m"
    shutil.copytree(made, home)
    with zipfile.ZipFile(home / "ml-32m.zip", "w") as archive:
        for name in ("ratings.csv", "movies.csv", "tags.csv"):
            archive.write(home / name, f"ml-32m/{name}")
    edited(home, "ratings.csv", lambda rows: rows[:5_000])
    stored("ml-32m", tmp_path / "data", tmp_path / "store")
    assert "it was taken, and ml-32m.zip, which lies there too, was not opened" in caplog.text
