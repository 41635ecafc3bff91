"""Contents of the released files: which changes are told, which say nothing, and that real files are what is declared of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from itdr.builders.core.schema import COLUMNS
from itdr.builders.store import losses
from itdr.builders.store.build.reference import contents
from itdr.builders.store.layout import read_manifest
from itdr.builders.store.measuring import contents_of
from itdr.builders.store.prepare import prepare
from itdr.builders.store.spec import StoreSpec
from tests.rawgen import ml_32m
from tests.sources.harness import Lines, edited, load

TABLES = ("interactions", "items")


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("released")
    ml_32m.write(root / "ml-32m", users=30, items=60, dirt=False)
    return root


@pytest.fixture
def release(films: Path, caches: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The made-up films as a known release."""
    known = yaml.safe_load(contents_of("ml-32m", films, "ml-made-up", TABLES))
    monkeypatch.setattr(contents, "read_contents", lambda: known)


def manifest(root: Path, source: str = "ml-32m") -> dict[str, Any]:
    spec = StoreSpec(load(source), data_dir=root)
    return read_manifest(prepare(spec, offline=True, progress=False))


def in_one(old: str, new: str) -> Callable[[Lines], Lines]:
    """Replaces a text in the first line that has it."""

    def edit(lines: Lines) -> Lines:
        at = next(place for place, line in enumerate(lines) if old in line)
        return [*lines[:at], lines[at].replace(old, new), *lines[at + 1 :]]

    return edit


def exchanged(column: int) -> Callable[[Lines], Lines]:
    """Exchanges a column of two lines in which it differs."""

    def edit(lines: Lines) -> Lines:
        rows = [line.split(",") for line in lines]
        other = next(row for row in rows if row[column] != rows[0][column])
        rows[0][column], other[column] = other[column], rows[0][column]
        return [",".join(row) for row in rows]

    return edit


@pytest.mark.parametrize(
    ("name", "edit", "columns"),
    [
        ("ratings.csv", exchanged(2), "'rating' of"),
        ("ratings.csv", exchanged(3), "'timestamp' of"),
        ("movies.csv", in_one("|", "|The "), "'categories' of"),
        ("movies.csv", in_one(" (19", "! (19"), "'title' of"),
        ("movies.csv", in_one(" (19", "! (18"), "'title' and 'year' of"),
    ],
)
def test_one_value_that_was_edited_or_moved_is_told(
    films: Path, tmp_path: Path, release: None, name: str, edit: Any, columns: str
) -> None:
    found = manifest(edited(films / "ml-32m", tmp_path, name, edit))
    (said,) = losses.deviating(found)
    assert said.startswith(f"{name}: {columns} its ")
    assert "as in ml-made-up" in said
    assert len(found["as_released"]) == 1


def shuffled(lines: Lines) -> Lines:
    random.Random(1).shuffle(lines)
    return lines


def quoted(lines: Lines) -> Lines:
    return [",".join(f'"{value}"' for value in line.split(",")) + "\r" for line in lines]


@pytest.mark.parametrize("edit", [list, shuffled, quoted])
def test_order_quotes_and_line_ends_change_nothing(
    films: Path, tmp_path: Path, release: None, edit: Any
) -> None:
    found = manifest(edited(films / "ml-32m", tmp_path, "ratings.csv", edit))
    assert losses.deviating(found) == []
    assert found["as_released"] == dict.fromkeys(TABLES, "ml-made-up")
    assert losses.as_released(found) == [
        f"{table}: the same as in ml-made-up, value by value" for table in TABLES
    ]


def test_lost_records_are_told_beside_files_of_the_release(
    films: Path, tmp_path: Path, release: None
) -> None:
    found = manifest(edited(films / "ml-32m", tmp_path, "ratings.csv", lambda lines: lines[:-1]))
    records = found["rows"]["interactions"]
    assert losses.deviating(found) == [
        f"ratings.csv: {records:,} records, and ml-made-up, of which other files are, has {records + 1:,}"
    ]
    assert found["as_released"] == {"items": "ml-made-up"}


def test_a_part_of_all_tables_may_be_of_any_release(
    films: Path, tmp_path: Path, release: None
) -> None:
    root = edited(films / "ml-32m", tmp_path, "ratings.csv", lambda lines: lines[:-1])
    movies = root / "ml-32m" / "movies.csv"
    movies.write_bytes(b"".join(movies.read_bytes().splitlines(keepends=True)[:-1]))
    found = manifest(root)
    assert losses.deviating(found) == []
    assert found["as_released"] == {}


def test_ids_that_differ_are_told_alone(films: Path, tmp_path: Path, release: None) -> None:
    first = (films / "ml-32m" / "movies.csv").read_text("utf-8").splitlines()[1]
    _, comma, rest = first.partition(",")
    found = manifest(
        edited(films / "ml-32m", tmp_path, "movies.csv", in_one(first, f"99999{comma}{rest}"))
    )
    (said,) = losses.deviating(found)
    assert said.startswith("movies.csv: the ids of its ")


@pytest.mark.parametrize("source", sorted(contents.read_contents()))
def test_declared_contents_are_of_columns(source: str) -> None:
    assert load(source).id == source
    for table, releases in contents.read_contents()[source].items():
        for one in releases:
            assert set(one) == {"release", "records", "columns"}
            assert set(one["columns"]) <= set(COLUMNS[table])
            assert all(isinstance(value, int) for value in one["columns"].values())


@pytest.mark.real
@pytest.mark.parametrize("source", sorted(contents.read_contents()))
def test_real_files_are_what_is_declared_of_them(source: str, raw: Path) -> None:
    found = manifest(raw, source)
    assert set(found["as_released"]) == set(contents.read_contents()[source])
    assert not any("not as in" in said for said in losses.deviating(found))
