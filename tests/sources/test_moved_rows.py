"""Columns of the interactions that were moved against the others by some rows, as scripts do that sort or join one
column alone."""

from __future__ import annotations

import contextlib
import importlib
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from itdr.builders.core.errors import RawFileError
from itdr.builders.store.build.moved_rows import require_own_rows
from tests.sources.harness import load
from tests.sources.test_edited_files import stored

Columns = dict[str, np.ndarray]
FILES = [Path("raw.csv")]
SHAPES = {
    "ml-32m": ("ratings.csv", ",", 1),
    "bookcrossing": ("BX-Book-Ratings.csv", ";", 1),
}
"""By source: a file in the order of users, what divides its fields, and the lines of its header."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a source's files, with the ids of items in order within each user where they are so."""
    root = tmp_path_factory.mktemp("made")

    def folder(source: str) -> Path:
        if not (root / source).exists():
            written = importlib.import_module(f"tests.rawgen.{source.replace('-', '_')}")
            written.write(root / source, users=80, items=150, dirt=False)
            edit(root, source, in_order)
        return root / source

    return folder


def edit(root: Path, source: str, change: Callable[[list[list[str]]], list[list[str]]]) -> None:
    """Change the fields of a source's interactions."""
    name, mark, head = SHAPES[source]
    path = root / source / name
    lines = path.read_text("utf-8").splitlines()
    rows = [line.split(mark) for line in lines[head:]]
    text = "\n".join([*lines[:head], *map(mark.join, change(rows))])
    path.write_text(f"{text}\n", "utf-8")


def in_order(rows: list[list[str]]) -> list[list[str]]:
    return sorted(rows, key=lambda row: (int(row[0].strip('"')), len(row[1]), row[1]))


@pytest.mark.parametrize(
    ("source", "column", "by", "said"),
    [
        ("ml-32m", 0, 20, "20 rows above"),
        ("ml-32m", 1, -1, "1 row above"),
        ("bookcrossing", 1, 1, "1 row below"),
    ],
)
def test_a_column_that_was_moved_is_refused(
    source: str, column: int, by: int, said: str, made: Callable[[str], Path], tmp_path: Path
) -> None:
    shutil.copytree(made(source), tmp_path / "data" / source)
    stored(source, tmp_path / "data", tmp_path / "before")

    def change(rows: list[list[str]]) -> list[list[str]]:
        moved = [row[column] for row in rows]
        moved = [*moved[-by:], *moved[:-by]]
        return [
            [*row[:column], one, *row[column + 1 :]] for row, one in zip(rows, moved, strict=True)
        ]

    edit(tmp_path / "data", source, change)
    with pytest.raises(
        RawFileError, match=f"ids of items begin anew {said}.*moved by {abs(by)} row"
    ) as error:
        stored(source, tmp_path / "data", tmp_path / "after")
    assert SHAPES[source][0] in str(error.value)


def staged(path: Path, **columns: np.ndarray) -> Path:
    """A file as a build stages its interactions."""
    n = len(next(iter(columns.values())))
    pq.write_table(pa.table({**columns, "reject": pa.nulls(n, pa.string())}), path)
    return path


def rated(n: int = 8_000, items: int = 200, effect: float = 1.0) -> Columns:
    """Ratings at random places, which hang on the item more or less."""
    rng = np.random.default_rng(17)
    user, item = rng.integers(0, n // 10, n), rng.integers(0, items, n)
    rating = rng.normal(3, 1, n) + effect * rng.normal(0, 1, items)[item]
    return {"user_number": user, "item_number": item, "rating": rating}


@pytest.mark.parametrize("by", [1, -1, 25])
@pytest.mark.parametrize("column", ["rating", "item_number"])
def test_ratings_that_belong_to_other_rows(column: str, by: int, tmp_path: Path) -> None:
    columns = rated()
    columns[column] = np.roll(columns[column], by)
    file = staged(tmp_path / "rows.parquet", **columns)
    with pytest.raises(RawFileError, match=rf"agree with others .* moved by {abs(by)} row"):
        require_own_rows(load("yelp"), file, ["user_id", "item_id", "rating"], FILES)


@pytest.mark.parametrize(
    "columns",
    [
        rated(),
        rated(effect=0),
        rated(n=300),
        {name: values[np.argsort(rated()["user_number"])] for name, values in rated().items()},
        {name: values[np.argsort(rated()["item_number"])] for name, values in rated().items()},
        {name: values[:0] for name, values in rated().items()},
        {**rated(), "rating": np.full(8_000, np.nan)},
    ],
    ids=["as they are", "by chance", "few", "by user", "by item", "none", "without ratings"],
)
def test_ratings_that_belong_to_no_other_row(columns: Columns, tmp_path: Path) -> None:
    file = staged(tmp_path / "rows.parquet", **columns)
    require_own_rows(load("yelp"), file, ["user_id", "item_id", "rating"], FILES)


def sessions(users: int = 60, each: int = 60, apart: int = 100_000) -> Columns:
    """Users whose times lie close together."""
    rng = np.random.default_rng(17)
    first = rng.permutation(users) * apart
    return {
        "user_number": np.repeat(np.arange(users), each),
        "item_number": rng.integers(0, 500, users * each),
        "timestamp": 10**9 + np.repeat(first, each) + rng.integers(0, 900, users * each),
    }


@pytest.mark.parametrize("by", [1, -5, 25])
@pytest.mark.parametrize("column", ["timestamp", "user_number"])
def test_times_of_other_users(column: str, by: int, tmp_path: Path) -> None:
    columns = sessions()
    columns[column] = np.roll(columns[column], by)
    file = staged(tmp_path / "rows.parquet", **columns)
    with pytest.raises(RawFileError, match=rf"times of another session .* by {abs(by)} row"):
        require_own_rows(load("ml-1m"), file, ["user_id", "item_id", "timestamp"], FILES)


@pytest.mark.parametrize(
    "columns",
    [
        sessions(),
        sessions(apart=1),
        {**sessions(), "timestamp": np.random.default_rng(1).integers(0, 10**9, 3_600)},
        {**sessions(users=18), "timestamp": np.roll(sessions(users=18)["timestamp"], 1)},
        {**sessions(), "user_number": np.random.default_rng(1).integers(0, 60, 3_600)},
    ],
    ids=["as they are", "all at once", "no sessions", "few users", "users in no order"],
)
def test_times_that_may_be_right(columns: Columns, tmp_path: Path) -> None:
    file = staged(tmp_path / "rows.parquet", **columns)
    require_own_rows(load("ml-1m"), file, ["user_id", "item_id", "timestamp"], FILES)


def check(path: Path, **columns: np.ndarray) -> list[str]:
    names = {"rating": "rating", "timestamp": "timestamp", "weight": "weight"}
    given = ["user_id", "item_id", *(names[name] for name in columns if name in names)]
    return require_own_rows(load("ml-1m"), staged(path / "rows.parquet", **columns), given, FILES)


def by_user(n: int = 60, each: int = 20) -> Columns:
    """Interactions of one user after the other, of items in the order of their ids."""
    rng = np.random.default_rng(17)
    items = np.sort(rng.permuted(np.tile(np.arange(500), (n, 1)), axis=1)[:, :each], axis=1)
    return {
        "user_number": np.repeat(np.arange(n), each),
        "item_number": items.ravel(),
        "timestamp": rng.integers(10**9, 2 * 10**9, n * each),
        "weight": rng.integers(1, 10**6, n * each),
        "rating": rng.integers(1, 6, n * each).astype(float),
    }


@pytest.mark.parametrize("column", ["timestamp", "weight", "rating"])
@pytest.mark.parametrize("way", [1, -1])
def test_a_column_sorted_within_users(column: str, way: int, tmp_path: Path) -> None:
    columns = by_user()
    check(tmp_path, **columns)
    columns[column] = np.sort(columns[column].reshape(60, 20), axis=1)[:, ::way].ravel()
    with pytest.raises(RawFileError, match=r"within nearly all users .* are both in order"):
        check(tmp_path, **columns)


def test_users_may_be_numbered_in_the_order_of_their_sessions(tmp_path: Path) -> None:
    columns = sessions()
    for apart, refused in ((100_000, False), (0, True)):
        starts = np.repeat(np.arange(60) * apart, 60)
        columns["timestamp"] = np.sort(starts + np.random.default_rng(17).integers(0, 900, 3_600))
        file = staged(tmp_path / f"{apart}.parquet", **columns)
        with pytest.raises(RawFileError) if refused else contextlib.nullcontext():
            require_own_rows(load("ml-1m"), file, ["user_id", "item_id", "timestamp"], FILES)


@pytest.mark.parametrize("column", ["timestamp", "weight", "item_number"])
def test_a_column_sorted_throughout(column: str, tmp_path: Path) -> None:
    columns = by_user()
    columns["item_number"] = np.random.default_rng(5).permutation(columns["item_number"])
    check(tmp_path, **columns)
    columns[column] = np.sort(columns[column])
    with pytest.raises(RawFileError, match=r"in all rows .* are both in order"):
        check(tmp_path, **columns)


def test_means_in_place_of_ratings(tmp_path: Path) -> None:
    columns = rated()
    rating = np.round(columns["rating"])
    check(tmp_path, **{**columns, "rating": rating})
    check(tmp_path, **{**columns, "rating": np.full(8_000, 5.0)})
    with pytest.raises(RawFileError, match=r"none of 200 items .* two different ratings"):
        check(tmp_path, **{**columns, "rating": columns["item_number"] % 5 + 1.0})


def test_what_is_unusual_is_said(tmp_path: Path) -> None:
    assert check(tmp_path, **rated()) == []
    assert check(tmp_path, **sessions()) == []
    (note,) = check(tmp_path, **rated(effect=0))
    assert "by chance alone" in note
    columns = sessions()
    columns["timestamp"] = np.repeat(columns["timestamp"][::60], 60)
    assert check(tmp_path, **columns) == []
    columns["rating"] = columns["item_number"] % 5 + np.arange(3_600) % 2
    (note,) = check(tmp_path, **columns)
    assert "60 of 60 users that were looked at have one time" in note


@pytest.mark.parametrize("column", ["timestamp", "weight", "rating"])
@pytest.mark.parametrize("kept", [0, 1, 2])
def test_missing_values_are_no_values(column: str, kept: int, tmp_path: Path) -> None:
    columns = by_user()
    values = columns[column].astype(float)
    values[np.arange(len(values)) % 20 >= kept] = np.nan
    values[-20:] = np.nan
    assert check(tmp_path, **{**columns, column: values}) == []


def test_ids_of_two_kinds_are_compared(tmp_path: Path) -> None:
    columns = rated()
    rows = {
        **columns,
        "item_text": [f"x{item}" if item % 2 else None for item in columns["item_number"]],
        "item_number": [None if item % 2 else item for item in columns["item_number"]],
        "rating": np.roll(columns["rating"], 2),
    }
    file = staged(tmp_path / "rows.parquet", **{k: pa.array(v) for k, v in rows.items()})
    with pytest.raises(RawFileError, match=re.escape("moved by 2 rows")):
        require_own_rows(load("yelp"), file, ["user_id", "item_id", "rating"], FILES)


def test_times_in_order_through_users_that_stand_together(tmp_path: Path) -> None:
    columns = by_user()
    rng = np.random.default_rng(7)
    columns["user_number"] = rng.permutation(1_000)[columns["user_number"]]
    columns["item_number"] = rng.permutation(columns["item_number"])
    check(tmp_path, **columns)
    columns["timestamp"] = np.sort(columns["timestamp"])
    with pytest.raises(RawFileError, match="users and times are both in order"):
        check(tmp_path, **columns)
    by_time = rng.permutation(len(columns["user_number"]))
    columns["user_number"] = columns["user_number"][by_time]
    check(tmp_path, **columns)


@pytest.mark.parametrize("empty_first", [True, False])
def test_rows_sorted_by_ids_of_which_some_are_empty(empty_first: bool, tmp_path: Path) -> None:
    """Where an id is empty the name is one: in the file's order it stands first or last."""
    columns = by_user()
    n, each = 60, 20
    ids = np.array([f"{item:08x}" for item in columns["item_number"]], object).reshape(n, each)
    names = np.array([[f"name:band {k}" for k in (7, 3)]] * n, object)
    ids = np.hstack([names, ids[:, 2:]] if empty_first else [ids[:, :1:-1], names])
    rows = {"user_number": columns["user_number"], "item_text": ids.ravel()}
    file = staged(tmp_path / "rows.parquet", **{k: pa.array(v) for k, v in rows.items()})
    assert require_own_rows(load("lastfm-360k"), file, ["user_id", "item_id"], FILES) == []
