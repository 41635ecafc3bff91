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
from itdr.builders.store.build.reference import known_people, known_records
from itdr.builders.store.build.reference.known_records import KEY, NONE, VALUE, KnownTable
from itdr.builders.store.layout import read_manifest
from itdr.builders.store.measuring import known_people_of, known_records_of
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

    def know(tolerance: float = 0, within: str = "", rows: int = 0) -> None:
        known = {
            table: KnownTable("ml-made-up", tolerance, within, (), head[2:], lines, rows)
            for table, (head, *lines) in records.items()
        }
        monkeypatch.setattr(known_records, "read_known_records", lambda source: known)

    know()
    return know


@pytest.fixture(scope="module")
def whole(films: Path) -> known_people.KnownPeople:
    """All users of the made-up films."""
    (_, _, *columns), *users = csv.reader(known_people_of("ml-32m", films, USERS).splitlines())
    return known_people.KnownPeople(columns, users)


@pytest.fixture
def people(
    records: dict[str, list[list[str]]],
    whole: known_people.KnownPeople,
    caches: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Makes the made-up films a release of which all users are known, and hardly any rating of itself."""
    known = {
        table: KnownTable("ml-made-up", 0, "", (), head[2:], lines, 10_000)
        for table, (head, *lines) in records.items()
    }
    known["interactions"] = known["interactions"]._replace(records=records["interactions"][1:3])
    monkeypatch.setattr(known_records, "read_known_records", lambda source: known)
    monkeypatch.setattr(known_people, "read_known_people", lambda source: whole)


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


def merged(lines: Lines) -> Lines:
    """Two users under the ids of others."""
    return [f"1{line[1:]}" if line.startswith(("2,", "3,")) else line for line in lines]


def one_more(values: list[str]) -> list[str]:
    return [str(4.5 - float(value)) if at == 500 else value for at, value in enumerate(values)]


def first_of_four_lost(lines: Lines) -> Lines:
    starts = {next(line for line in lines if line.startswith(f"{user},")) for user in (3, 5, 7, 9)}
    return [line for line in lines if line not in starts]


@pytest.mark.parametrize(
    ("edit", "clause"),
    [
        (merged, "known from ml-made-up (58 here), 1 has more interactions here"),
        (column(2, one_more), "1 has another 'rating' in some"),
        (column(3, lambda values: ["964982703", *values[1:]]), "1 has another 'timestamp' in some"),
        (column(1, lambda values: [values[900], *values[1:]]), "1 has other items in some"),
        (first_of_four_lost, "4 have fewer interactions here"),
    ],
)
def test_what_changed_of_known_users_is_told(
    films: Path, tmp_path: Path, people: object, edit: Any, clause: str
) -> None:
    (sentence,) = sentences(edited(films / "ml-32m", tmp_path, "ratings.csv", edit))
    assert sentence.startswith("ratings.csv: ")
    assert clause in sentence


def cut_at_an_end(lines: Lines) -> Lines:
    return lines[:-3]


@pytest.mark.parametrize("edit", [list, shuffled, whole_users, cut_at_an_end])
def test_whole_users_say_nothing(films: Path, tmp_path: Path, people: object, edit: Any) -> None:
    assert sentences(edited(films / "ml-32m", tmp_path, "ratings.csv", edit)) == []


def more_of_all(lines: Lines) -> Lines:
    """As if the release held more of each user."""
    rows = [line.split(",") for line in lines]
    more = {(user, str(int(film) % ITEMS + 1)): rest for user, film, *rest in rows}
    there = {(user, film) for user, film, *_ in rows}
    return lines + [",".join([*pair, *rest]) for pair, rest in more.items() if pair not in there]


def test_files_with_more_rows_than_the_copy_may_hold_more_of_its_users(
    films: Path, tmp_path: Path, people: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {
        table: one._replace(rows=USERS)
        for table, one in known_records.read_known_records("ml-32m").items()
    }
    monkeypatch.setattr(known_records, "read_known_records", lambda source: known)
    assert sentences(edited(films / "ml-32m", tmp_path, "ratings.csv", merged)) == []


def some_of_all(lines: Lines) -> Lines:
    """Another part, in which most users have more."""
    return [line for line in more_of_all(lines) if int(line.split(",")[0]) <= 20]


@pytest.mark.parametrize("edit", [more_of_all, some_of_all])
def test_users_who_are_more_complete_say_nothing(
    films: Path, tmp_path: Path, people: object, edit: Any
) -> None:
    assert sentences(edited(films / "ml-32m", tmp_path, "ratings.csv", edit)) == []


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (known_people.FoundPeople(100, 200, 20, 20, 0, {}), True),
        (known_people.FoundPeople(100, 200, 60, 60, 0, {}), False),
        (known_people.FoundPeople(100, 200, 70, 20, 0, {}), False),
        (known_people.FoundPeople(1, 4_997, 3, 1, 0, {}), False),
        (known_people.FoundPeople(100, 200, 2, 0, 2, {}), False),
        (known_people.FoundPeople(100, 200, 3, 0, 3, {}), True),
    ],
)
def test_only_a_few_of_the_known_users_may_show_it(
    found: known_people.FoundPeople, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_people, "look_up", lambda *_: found)
    whole = known_people.KnownPeople(("item_id",), [["00000000", "1", "1"]])
    assert bool(known_people.clauses(lambda _: (), (), whole, "ml")) == told


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


def test_none_of_the_copy_itself_may_differ(
    films: Path, tmp_path: Path, release: Callable[..., None]
) -> None:
    root = edited(films / "ml-32m", tmp_path, "movies.csv", some_more_genres)
    release(tolerance=0.2, rows=ITEMS)
    (sentence,) = sentences(root)
    assert "another 'categories' here" in sentence


def test_tables_with_more_records_than_a_whole_release_are_not_compared(
    films: Path,
    tmp_path: Path,
    records: dict[str, list[list[str]]],
    release: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = edited(films / "ml-32m", tmp_path, "movies.csv", some_more_genres)
    assert sentences(root)
    head, *lines = records["items"]
    whole = KnownTable("ml-made-up", 0, "", (), head[2:], lines, ITEMS - 1, True)
    monkeypatch.setattr(known_records, "read_known_records", lambda source: {"items": whole})
    monkeypatch.setenv("ITDR_CACHE", str(tmp_path / "again"))
    assert sentences(root) == []


def test_empty_records_that_agree_by_chance_show_no_release() -> None:
    found = known_records.Findings(200, 0.0, 200, 200, 200, 40, {"age": 160})
    assert not found.is_of_release
    assert found._replace(agreeing=100).is_of_release


@pytest.mark.parametrize(("source", "table"), TABLES)
def test_declared_records_are_of_columns(source: str, table: str) -> None:
    known = known_records.read_known_records(source)[table]
    assert load(source).id == source
    assert set(DECLARED[source][table]) <= {
        "release",
        "rows",
        "tolerance",
        "whole",
        "within",
        "without",
    }
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


@pytest.mark.parametrize("source", sorted(DECLARED))
def test_declared_users_are_of_columns(source: str) -> None:
    known = known_people.read_known_people(source)
    first, *others = known.columns
    assert first == "item_id"
    assert set(others) <= set(COLUMNS["interactions"]) - set(IDS)
    assert DECLARED[source]["interactions"]["rows"] >= sum(
        int(rows) for _, rows, *_ in known.people
    )
    for person, rows, *sums in known.people:
        assert len(person) == known_people.DIGITS
        assert int(rows) > 0
        assert all(0 <= int(one) < known_people.MODULUS for one in sums)


def test_every_file_of_users_is_declared() -> None:
    names = {path.name for path in known_people.FOLDER.iterdir()}
    assert names == {f"{source}.csv" for source in DECLARED}


@pytest.mark.real
@pytest.mark.parametrize(
    ("source", "facet"),
    [*((source, "base") for source in sorted(DECLARED)), ("amazon-reviews-2023", "text")],
)
def test_real_files_have_the_records_that_are_declared(
    source: str, facet: str, raw: Path, caches: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    findings = {}
    look_up = known_records.look_up

    def record(row: Any, table: str, *rest: Any) -> known_records.Findings:
        findings[table] = look_up(row, table, *rest)
        return findings[table]

    monkeypatch.setattr(known_records, "look_up", record)
    domain = {"amazon-reviews-2023": "All_Beauty"}.get(source)
    spec = StoreSpec(load(source), domain, facet, data_dir=raw)
    sentence = losses.deviating(read_manifest(prepare(spec, True, False)))
    assert not any("known from" in one for one in sentence)
    assert set(findings) == set(DECLARED[source])
    for one in findings.values():
        assert one.is_of_release
        assert one.records == one.agreeing
