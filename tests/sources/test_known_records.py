"""Known records of the released files: which changes of a part are told, which parts say nothing, and that real files are what is
declared of them."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from itdr.builders.core.schema import COLUMNS, IDS
from itdr.builders.store import losses
from itdr.builders.store.build.reference import known_records
from itdr.builders.store.build.reference.known_records import KEY, NONE, VALUE, KnownTable
from itdr.builders.store.layout import read_manifest
from itdr.builders.store.measuring import known_records_of
from itdr.builders.store.prepare import prepare
from itdr.builders.store.spec import StoreSpec
from tests.rawgen import ml_32m
from tests.sources.harness import Lines, edited, load

DECLARED: dict[str, dict[str, Any]] = yaml.safe_load(known_records.FILE.read_text("utf-8"))
TABLES = [(source, table) for source, tables in DECLARED.items() for table in tables]
USERS, ITEMS = 60, 1_000


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("released")
    ml_32m.write(root / "ml-32m", users=USERS, items=ITEMS, dirt=False)
    return root


@pytest.fixture(scope="module")
def records(films: Path) -> dict[str, list[list[str]]]:
    """Of each table 200 records, with the names of their columns."""
    return {
        table: list(csv.reader(known_records_of("ml-32m", films, table, 200, True).splitlines()))
        for table in ("interactions", "items")
    }


@pytest.fixture
def release(
    records: dict[str, list[list[str]]], caches: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    """Makes the made-up films a known release."""

    def know(tolerance: float = 0, within: str = "") -> None:
        known = {
            table: KnownTable("ml-made-up", tolerance, within, (), head[2:], lines)
            for table, (head, *lines) in records.items()
        }
        monkeypatch.setattr(known_records, "read_known_records", lambda source: known)

    know()
    return know


def manifest(root: Path, source: str = "ml-32m") -> dict[str, Any]:
    return read_manifest(prepare(StoreSpec(load(source), data_dir=root), True, False))


def sentences(root: Path, source: str = "ml-32m") -> list[str]:
    return [one for one in losses.deviating(manifest(root, source)) if "known from" in one]


def column(at: int, change: Callable[[list[str]], list[str]]) -> Callable[[Lines], Lines]:
    """Changes a column as a whole."""

    def edit(lines: Lines) -> Lines:
        rows = [line.split(",") for line in lines]
        for row, value in zip(rows, change([row[at] for row in rows]), strict=True):
            row[at] = value
        return [",".join(row) for row in rows]

    return edit


def block_moved(values: list[str]) -> list[str]:
    return [*values[1:100], values[0], *values[100:]]


def some_more_genres(lines: Lines) -> Lines:
    return [
        f"{line}|War" if at % 10 == 0 and "War" not in line else line
        for at, line in enumerate(lines)
    ]


def some_filled(values: list[str]) -> list[str]:
    draw = random.Random(3)
    return ["3.0" if draw.random() < 0.2 else value for value in values]


def renumbered(values: list[str]) -> list[str]:
    return [str(USERS + 1 - int(value)) for value in values]


def some_renumbered(values: list[str]) -> list[str]:
    """Every twentieth film under the number before."""
    return [
        str(int(value) - 1) if at % 20 == 0 and int(value) > 1 else value
        for at, value in enumerate(values)
    ]


@pytest.mark.parametrize(
    ("edit", "clause"),
    [
        (column(2, block_moved), "another 'rating' here"),
        (column(2, some_filled), "another 'rating' here"),
        (column(3, block_moved), "another 'timestamp' here"),
        (column(0, renumbered), "ids of users or items"),
        (column(1, some_renumbered), "ids of users or items"),
        (lambda lines: [line for at, line in enumerate(lines) if at % 20], "rows are missing"),
        (lambda lines: [line for line in lines if not line.startswith("7,")], "rows are missing"),
    ],
)
def test_a_changed_part_is_told(
    films: Path, tmp_path: Path, release: object, edit: Any, clause: str
) -> None:
    root = edited(films / "ml-32m", tmp_path, "ratings.csv", edit)
    (sentence,) = sentences(root)
    assert sentence.startswith("ratings.csv: ")
    assert "known from ml-made-up" in sentence
    assert clause in sentence


def test_changed_genres_are_told(films: Path, tmp_path: Path, release: object) -> None:
    (sentence,) = sentences(edited(films / "ml-32m", tmp_path, "movies.csv", some_more_genres))
    assert sentence.startswith("movies.csv: ")
    assert "another 'categories' here" in sentence


def test_lost_films_are_told_as_records(films: Path, tmp_path: Path, release: object) -> None:
    def lose(lines: Lines) -> Lines:
        return [line for at, line in enumerate(lines) if at % 20]

    (sentence,) = sentences(edited(films / "ml-32m", tmp_path, "movies.csv", lose))
    assert sentence.startswith("movies.csv: of 200 records that are known from ml-made-up, 1")


def whole_users(lines: Lines) -> Lines:
    return [line for line in lines if int(line.split(",")[0]) % 2]


def shuffled(lines: Lines) -> Lines:
    random.Random(1).shuffle(lines)
    return lines


@pytest.mark.parametrize("edit", [list, shuffled, whole_users])
def test_parts_and_other_orders_say_nothing(
    films: Path, tmp_path: Path, release: object, edit: Any
) -> None:
    assert sentences(edited(films / "ml-32m", tmp_path, "ratings.csv", edit)) == []


def test_another_release_says_nothing(tmp_path: Path, release: object) -> None:
    ml_32m.write(tmp_path / "ml-32m", seed=5, users=USERS, items=ITEMS, dirt=False)
    assert sentences(tmp_path) == []


def test_another_edition_is_not_compared(
    films: Path, tmp_path: Path, release: Callable[..., None]
) -> None:
    root = edited(films / "ml-32m", tmp_path, "ratings.csv", column(2, some_filled))
    release(within="ml-small")
    assert sentences(root) == []


def test_some_of_a_copy_in_another_form_may_differ(
    films: Path, tmp_path: Path, release: Callable[..., None]
) -> None:
    root = edited(films / "ml-32m", tmp_path, "movies.csv", some_more_genres)
    release(tolerance=0.2)
    assert sentences(root) == []


def test_empty_records_that_agree_by_chance_show_no_release() -> None:
    found = known_records.Findings(200, 0.0, 200, 200, 200, 40, {"age": 160})
    assert not found.is_of_release
    assert found._replace(agreeing=100).is_of_release


@pytest.mark.parametrize(("source", "table"), TABLES)
def test_declared_records_are_of_columns(source: str, table: str) -> None:
    known = known_records.read_known_records(source)[table]
    assert load(source).id == source
    assert set(DECLARED[source][table]) <= {"release", "tolerance", "within", "without"}
    assert set(known.columns) <= set(COLUMNS[table]) - set(IDS)
    keys = [record[0] for record in known.records]
    assert len(set(keys)) == len(keys) >= known_records.ENOUGH
    for key, rows, *values in known.records:
        assert len(key) == KEY
        assert int(rows) > 0
        assert all(value == NONE or len(value) == VALUE for value in values)


def test_every_file_of_records_is_declared() -> None:
    names = {path.name for path in known_records.FOLDER.iterdir()}
    assert names == {f"{source}.{table}.csv" for source, table in TABLES}


@pytest.mark.real
@pytest.mark.parametrize("source", sorted(DECLARED))
def test_real_files_have_the_records_that_are_declared(
    source: str, raw: Path, caches: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    findings = {}
    look_up = known_records.look_up

    def record(row: Any, table: str, *rest: Any) -> known_records.Findings:
        findings[table] = look_up(row, table, *rest)
        return findings[table]

    monkeypatch.setattr(known_records, "look_up", record)
    domain = {"amazon-reviews-2023": "All_Beauty"}.get(source)
    spec = StoreSpec(load(source), domain, data_dir=raw)
    sentence = losses.deviating(read_manifest(prepare(spec, True, False)))
    assert not any("known from" in one for one in sentence)
    assert set(findings) == set(DECLARED[source])
    for one in findings.values():
        assert one.is_of_release
        assert one.records == one.agreeing
