"""What a build refuses and counts of its tables as a whole, on Spark in the words of the embedded engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.reasons import NO_TIME, OUTSIDE_SCALE
from itdr.builders.core.schema import Source
from itdr.builders.store.build import (
    crowded_ids,
    id_checks,
    item_checks,
    joins,
    limits,
    list_checks,
    name_checks,
    user_checks,
)
from itdr.builders.store.build.reference import compare, contents, known_people, known_records
from itdr.builders.store.engine import connect
from itdr.builders.store.layout import read_manifest
from itdr.builders.store.prepare import prepare
from itdr.builders.store.spec import StoreSpec
from itdr.spark.engine import SparkEngine
from itdr.spark.session import isolated_session
from itdr.spark.store import StoreBuilder
from itdr.spark.workdir import WorkDir
from tests.rawgen import bookcrossing
from tests.sources.harness import load
from tests.sources.test_thresholds import EDGES, arrow, require_items, said_at

SOURCE = load("ml-32m")
FILES = [Path("raw.csv")]
RATINGS = pa.array([float(n % 10 + 1) for n in range(60)], pa.float32())
OFF = pa.array([OUTSIDE_SCALE if n % 10 > 4 else None for n in range(60)])
INTERACTIONS: dict[str, tuple[dict[str, pa.Array], str]] = {
    "another scale": ({"rating": RATINGS, "reject": OFF}, "of 60 ratings .* 30 are off the scale"),
    "days and months swapped": (
        {
            "timestamp": pa.array([86_400 * (n % 12) for n in range(20)] + [None] * 40, pa.int64()),
            "reject": pa.array([None] * 20 + [NO_TIME] * 40),
        },
        "40 interactions .* the 20 others are all of the first twelve days",
    ),
    "no times": (
        {"timestamp": pa.array([None] * 60, pa.int64())},
        "40 interactions .* no valid time, and the 60 others have none",
    ),
}


@pytest.fixture(scope="module")
def engine(spark: Any, place: str) -> Iterator[SparkEngine]:
    opened = SparkEngine(isolated_session(spark), WorkDir(place))
    yield opened
    opened.close()


def row_on_spark(engine: SparkEngine, query: str) -> tuple[Any, ...]:
    return tuple(engine.session.sql(query).collect()[0])


@contextmanager
def on_both(
    engine: SparkEngine, name: str, columns: Mapping[str, pa.Array], folder: Path
) -> Iterator[tuple[Callable[[str], tuple[Any, ...]], ...]]:
    """How the embedded engine and Spark each give the first row of a query, over a table of these columns."""
    n = len(next(iter(columns.values())))
    table = pa.table({"reject": pa.nulls(n, pa.string()), **columns})
    con = connect(folder / "stage.duckdb")
    con.register("given", table)
    con.execute(f"CREATE VIEW {name} AS SELECT * FROM given")
    engine.register(name, table)
    yield (lambda query: con.execute(query).fetchall()[0], partial(row_on_spark, engine))
    con.close()


def refused(
    engine: SparkEngine, name: str, columns: Mapping[str, pa.Array], check: Any, folder: Path
) -> str:
    """What both engines say of a table that a check refuses."""
    said = []
    with on_both(engine, name, columns, folder) as rows:
        for row in rows:
            with pytest.raises(RawFileError) as error:
                check(SOURCE, list(columns), row, FILES)
            said.append(str(error.value))
    assert said[0] == said[1]
    return said[0]


@pytest.mark.parametrize("what", EDGES)
def test_items_are_refused_alike(engine: SparkEngine, what: str, tmp_path: Path) -> None:
    """At the edge: one fault less, and the embedded engine lets them pass."""
    edge = EDGES[what]
    counts = edge.refused[0]
    text = refused(engine, "items_raw", arrow(edge.table(*counts)), require_items, tmp_path)
    assert re.search(said_at(edge, counts), text)


@pytest.mark.parametrize("what", INTERACTIONS)
def test_interactions_are_refused_alike(engine: SparkEngine, what: str, tmp_path: Path) -> None:
    columns, expected = INTERACTIONS[what]

    def check(source: Source, names: list[str], row: limits.Row, files: list[Path]) -> None:
        rejected = {("interactions", OUTSIDE_SCALE): 30, ("interactions", NO_TIME): 40}
        limits.require_limits(source, names, row, rejected, files)

    text = refused(engine, "interactions_staged", columns, check, tmp_path)
    assert re.search(expected, text)


PAIRS = pa.list_(pa.struct([("name", pa.string()), ("value", pa.string())]))
TITLES = [
    "Don't look",
    "Don ' t look",
    "We’ve met (Ely)",
    "We ’ ve met",
    "a film: one",
    "Film Ägypten",
    "x",
    None,
]
KNOWN = known_records.KnownTable("made up", 0, "", (), ("categories", "title"), [
    ["c4ca42c4ca4238", "1", "000", "-"], ["eccbc8eccbc87e", "2", "-", "000"], ["000000ffffffff", "1", "000", "000"],
])  # fmt: skip
"""The first and the third of three items, and one that is not there."""
PEOPLE = known_people.KnownPeople(
    ("item_id", "rating"),
    [["c4ca4238", "2", "1", "2"], ["c81e728d", "1", "44061", "7"], ["00000000", "1", "1", "1"]],
)
"""The first and the second of three users, and one who is not there."""
QUERIES = {
    "names": ("items_raw", {"title": TITLES}, name_checks.NAMES),
    "categories": ("items_raw", {"categories": [["drama"], ["Drama", "war"], ["Drama"], []]}, name_checks.CATEGORIES),
    "lengths": ("items_raw", {"title": TITLES}, item_checks.LENGTHS),
    "lines": ("items_raw", {"item_id": [*range(8)], "title": TITLES}, item_checks.LINES),
    "question marks": ("items_raw", {"title": ["???? 01", "So what??", "Heat", None], "creators": [["A"], ["B"], ["??"], []]},
                       name_checks.asked_query(["title", "creators"])),
    "rounded ages": ("users_raw", {"age": [20, 25, 31, None]}, user_checks.steps("age")),
    "lists": ("items_raw",
              {"categories": [["a", "b"], ["a"], []], "attributes": pa.array([[{"name": "Tags", "value": "a, b"}], [], None], PAIRS)},
              list_checks.several_query(["categories", "Tags"])),
    "lists of several rows": ("items_raw", {"item_id": ["1", "1", "2", None]}, list_checks.IDS),
    "numbers": ("users_raw", {"user_id": ["user_000012", "N7", "7", "x"]},
                id_checks.numbers_query("(SELECT user_id AS id FROM users_raw) AS r")),
    "copies": ("interactions_staged",
               {"user_number": [1, 2, 3], "item_number": [4, 4, 5], "timestamp": [6, 6, None]},
               limits.COPIES.format(bits=0)),
    "the commonest id": ("user_codes", {"id": ["a", "b", "c"], "n": [3, 60, 5]},
                         crowded_ids.FIRST.format(codes="user_codes")),
    "its pairs": ("interactions_raw",
                  {"user_id": ["a", "a", "a", "b"], "item_id": ["1", "1", "2", "3"], "id": ["a"] * 4, "n": [3] * 4},
                  crowded_ids.AGAIN.format(
                      key="user_id", other="item_id", codes="interactions_raw", most=3)),
    "words for nobody": ("user_codes", {"id": [" Anonymous", "unknown", "guest", "b"], "n": [30, 20, 19, 50]},
                         crowded_ids.CALLED),
    "great numbers": ("users_raw", {"user_id": ["2049", "2050", "1", "3", "x", "N4100"]},
                      id_checks.numbers_query("(SELECT user_id AS id FROM users_raw) AS r")),
    "forms of ids": ("items_raw", {"title": ["user_000012", "B0-zX", None]},
                     f"SELECT min({joins.SHAPE.format(id='title')}) AS n, max({joins.SHAPE.format(id='title')}) AS m FROM items_raw"),
    "checksums": ("items_raw", {"item_id": ["1", "2", "3"], "title": ["Ägypten", None, "x"], "categories": [["a", "b"], [], None],
                                "year": [1999, None, 7]},
                  contents.sums_query("items", ("item_id", "title", "categories", "year"))[1]),
    "known records": ("items_raw", {"item_id": ["1", "2", "3"], "title": ["Ägypten", None, "x"], "categories": [["a", "b"], [], None]},
                      known_records.lookup_query("items", ("item_id", "title", "categories"), KNOWN)[1]),
    "known users": ("interactions_raw",
                    {"user_id": ["1", "1", "1", "2", "3"], "id": ["1", "1", "1", "2", "3"], "item_id": ["a", "b", "c", "d", "e"],
                     "rating": pa.array([1.0, 4.5, None, 2.0, 3.0], pa.float32())},
                    known_people.lookup_query(("item_id", "rating"), PEOPLE)[1].replace("user_codes", "interactions_raw")),
    "marks": ("items_raw", {"title": ["A Fox, a Dog's (2)", "x"]},
              f"SELECT min({joins.FORMS['marks such as commas'].format(id='title')}) AS n FROM items_raw"),
}  # fmt: skip


@pytest.mark.parametrize("what", QUERIES)
def test_tables_are_counted_alike(engine: SparkEngine, what: str, tmp_path: Path) -> None:
    name, columns, query = QUERIES[what]
    with on_both(engine, name, columns, tmp_path) as rows:
        embedded, on_spark = (row(query) for row in rows)
    assert on_spark == embedded
    assert any(embedded)


def test_duplicates_and_deviations_are_told_alike(
    spark: Any, place: str, caches: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare, "ENOUGH_ITEMS", 1)
    monkeypatch.setattr(compare, "ENOUGH", 10)
    bookcrossing.write(tmp_path / "bookcrossing", users=10, items=30, dirt=False)
    path = tmp_path / "bookcrossing" / "BX-Book-Ratings.csv"
    grades = ["0", "3", "0", "5", "3", "4"]
    more = [f'"{user}";"0345417623";"{grade}"' for user in (7, 8) for grade in grades]
    path.write_bytes(path.read_bytes() + "".join(f"{line}\r\n" for line in more).encode())
    spec = StoreSpec(load("bookcrossing"), data_dir=tmp_path)
    embedded = read_manifest(prepare(spec, offline=True, progress=False))
    build = StoreBuilder(spark, WorkDir(place))
    found = read_manifest(build(spec, offline=True, progress=False))
    assert found["duplicates"] == {"identical": 4, "contradicting": 4}
    assert found["deviating"]
    for fact in ("duplicates", "rejected", "unmatched", "untitled", "rows", "deviating"):
        assert found[fact] == embedded[fact], fact
