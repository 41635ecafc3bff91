"""What is refused of a source's tables as a whole, at the edge of each threshold: just below it, at it, above."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa
import pytest

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.reasons import IMPLAUSIBLE_TIME, NO_TIME, OUTSIDE_SCALE, is_unreadable
from itdr.builders.core.schema import Source
from itdr.builders.sources.amazon_books import NO_USER
from itdr.builders.store.build import build, item_checks, limits, text_checks
from itdr.builders.store.engine import connect
from tests.sources.harness import load

SOURCE = load("ml-32m")
FILES = [Path("raw.csv")]
Columns = Mapping[str, Sequence[Any]]


def texts(n: int, some: int, faulty: str, sound: str = "Film {}") -> list[str]:
    """So many texts, some of them faulty."""
    return [(faulty if k < some else sound).format(k) for k in range(n)]


def encoded(n: int, twice: int) -> list[str]:
    return texts(n, twice, "PokÃ©mon {}", "Pokémon {}")


def lost(n: int, lost: int, within: int, beyond: int) -> Columns:
    sound = ["Amélie"] * beyond + [f"Film {k}" for k in range(n)]
    titles = [f"??, ?{k}?" for k in range(lost)] + [f"Am?lie {k}" for k in range(within)]
    return {"title": (titles + sound)[:n]}


def years(n: int, known: int) -> Columns:
    return {"title": texts(n, 0, ""), "year": [1999 if k < known else None for k in range(n)]}


def creators(n: int, titles: int, names: int) -> Columns:
    shown = [f"Author {k % titles}" for k in range(n)]
    return {"title": shown, "creators": [[f"Film {k % names}"] for k in range(n)]}


def categories(n: int, titles: int, kinds: int, several: int) -> Columns:
    shown = [f"Kind {k % titles}" for k in range(n)]
    listed = [[f"c{k}", "d"] if k < several else [f"c{k}"] for k in range(kinds)]
    return {"title": shown, "categories": [listed[k % kinds] for k in range(n)]}


def some_cut(n: int, cut: int) -> Columns:
    """Titles of 26 to 50 characters, of which so many have 50."""
    sizes = [50 if k < cut else 26 + k % 24 for k in range(n)]
    return {"title": [f"W{k} ".ljust(size, "x") for k, size in enumerate(sizes)]}


def publishers(n: int, makers: int, publishers: int) -> Columns:
    return {
        "title": texts(n, 0, ""),
        "creators": [[f"Studio {k % makers}"] for k in range(n)],
        "attributes": [[{"name": "Publisher", "value": f"P{k % publishers}"}] for k in range(n)],
    }


class Edge(NamedTuple):
    """A fault: a table of items from counts, counts that are let pass, counts that are refused, and what is said."""

    table: Callable[..., Columns]
    passed: list[tuple[int, ...]]
    refused: list[tuple[int, ...]]
    said: str


EDGES: dict[str, Edge] = {
    "titles encoded twice": Edge(
        lambda n, twice: {"title": encoded(n, twice)},
        [(20, 15), (19, 16), (19, 18), (3, 3), (100, 79)],
        [(20, 16), (20, 17), (4, 4), (19, 19), (100, 80)],
        "of {0} titles with letters beyond ASCII in raw.csv, {1} were",
    ),
    "descriptions encoded twice": Edge(
        lambda n, twice: {"title": texts(n, 0, ""), "description": encoded(n, twice)},
        [(20, 15), (3, 3)],
        [(20, 16), (4, 4)],
        "of {0} descriptions with letters beyond ASCII in raw.csv, {1} were",
    ),
    "letters lost": Edge(
        lost,
        [(38, 19, 0, 1), (25, 19, 0, 1), (40, 20, 0, 1), (1_000, 500, 0, 1)],
        [(39, 20, 0, 1), (20, 20, 0, 0), (1_000, 501, 0, 1)],
        "{1} of {0} titles .* question marks",
    ),
    "letters lost within": Edge(
        lost,
        [(50, 0, 3, 0), (50, 0, 4, 1), (50, 0, 49, 1)],
        [(50, 0, 4, 0), (50, 0, 5, 0)],
        "{2} of {0} titles .* question marks",
    ),
    "blanks escaped": Edge(
        lambda n, escaped: {"title": texts(n, escaped, "Heat%20{}")},
        [(3, 3), (40, 4), (100, 10)],
        [(4, 4), (39, 4), (100, 11)],
        "{1} of {0} titles .* hold codes for characters: '%20'",
    ),
    "addresses for titles": Edge(
        lambda n, wrong: {"title": texts(n, wrong, "https://x.org/{}")},
        [(19, 19), (40, 20)],
        [(20, 20), (39, 20)],
        "{1} of {0} items .* have addresses of web pages for their title",
    ),
    "records for descriptions": Edge(
        lambda n, wrong: {
            "title": texts(n, 0, ""),
            "description": texts(n, wrong, '[{{"Label": {}}}]'),
        },
        [(19, 19), (40, 20)],
        [(20, 20), (39, 20)],
        "{1} of {0} items .* have lists or records in JSON for their description",
    ),
    "sentences for categories": Edge(
        lambda n, wrong: {
            "title": texts(n, 0, ""),
            "categories": [
                ["In a quiet town " * 5, "it begins " * 7] if k < wrong else ["Drama"]
                for k in range(n)
            ],
        },
        [(19, 19), (40, 20)],
        [(20, 20), (39, 20)],
        "{1} of {0} items .* have sentences for their categories",
    ),
    "years lost": Edge(
        years,
        [(19, 0), (20, 5), (100, 25)],
        [(20, 4), (100, 24), (21, 5)],
        "only {1} of {0} items",
    ),
    "creators in place of titles": Edge(
        creators,
        [(39, 1, 39), (40, 36, 40), (40, 37, 40)],
        [(40, 35, 40), (41, 1, 41)],
        "{1} different titles and {2} different creators",
    ),
    "categories in place of titles": Edge(
        categories,
        [(39, 1, 39, 9), (40, 20, 40, 9), (40, 19, 32, 9)],
        [(40, 19, 33, 9), (40, 19, 40, 9)],
        "{1} different titles and {2} different categories",
    ),
    "some titles cut": Edge(
        some_cut,
        [(1_000, 160), (999, 200)],
        [(1_000, 190)],
        "{1} of {0} titles in raw.csv have 50 characters, more than the five lengths before",
    ),
    "publishers in place of developers": Edge(
        publishers,
        [(4_999, 1_000, 1_400), (5_000, 1_000, 1_200)],
        [(5_000, 1_000, 1_201)],
        "{1} different creators and {2} different publishers",
    ),
    "no categories": Edge(
        categories,
        [(39, 39, 39, 0), (40, 40, 32, 0), (40, 40, 40, 1)],
        [(40, 40, 33, 0), (40, 40, 40, 0)],
        "one category each, and {2} different",
    ),
}
TYPES = {"year": pa.int16(), "rating": pa.float32(), "timestamp": pa.int64(), "reject": pa.string()}


def arrow(columns: Columns) -> dict[str, pa.Array]:
    return {name: pa.array(values, TYPES.get(name)) for name, values in columns.items()}


def said_at(edge: Edge, counts: tuple[int, ...]) -> str:
    """What is said of a refused table, as a pattern."""
    return edge.said.format(*(f"{count:,}" for count in counts))


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    opened = connect(tmp_path_factory.mktemp("stage") / "stage.duckdb")
    yield opened
    opened.close()


def rows_of(con: duckdb.DuckDBPyConnection, name: str, columns: Columns) -> limits.Row:
    """What runs queries on a table of that name."""
    n = len(next(iter(columns.values())))
    con.register("given", pa.table(arrow({"reject": [None] * n, **columns})))
    con.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM given")
    return lambda query: con.execute(query).fetchall()[0]


def check_items(con: duckdb.DuckDBPyConnection, columns: Columns) -> None:
    row = rows_of(con, "items_raw", columns)
    require_items(SOURCE, list(columns), row, FILES)


def require_items(source: Source, names: list[str], row: limits.Row, files: list[Path]) -> None:
    """Both checks of items, as a build makes them."""
    item_checks.require_plausible_items(source, names, row, files)
    text_checks.require_sound_texts(source, "items", names, row, files, {})


@pytest.mark.parametrize("fault", EDGES)
def test_items_are_refused_from_the_threshold_on(
    fault: str, con: duckdb.DuckDBPyConnection
) -> None:
    edge = EDGES[fault]
    for counts in edge.passed:
        check_items(con, edge.table(*counts))
    for counts in edge.refused:
        with pytest.raises(RawFileError, match=said_at(edge, counts)):
            check_items(con, edge.table(*counts))


@pytest.mark.parametrize(
    ("off", "ratings", "is_refused"),
    [(19, 19, False), (20, 20, True), (20, 100, True), (20, 101, False), (21, 101, True)],
)
def test_another_scale_is_refused_from_the_threshold_on(
    off: int, ratings: int, is_refused: bool, con: duckdb.DuckDBPyConnection
) -> None:
    columns = {
        "rating": [10.0] * off + [1.0] * (ratings - off),
        "reject": [OUTSIDE_SCALE] * off + [None] * (ratings - off),
    }

    def check() -> None:
        row = rows_of(con, "interactions_staged", columns)
        rejected = {("interactions", OUTSIDE_SCALE): off}
        limits.require_limits(SOURCE, ("rating",), row, rejected, FILES)

    if not is_refused:
        return check()
    with pytest.raises(RawFileError, match=f"{off} are off the scale"):
        check()


def test_two_copies_with_other_users(con: duckdb.DuckDBPyConnection) -> None:
    def check(n: int, joined: int) -> None:
        users = [k % 50 + 1 for k in range(n)]
        items, times = [k % 80 + 1 for k in range(n)], [10**9 + 7 * k for k in range(n)]
        columns = {
            "user_number": users + [user + 1_000 for user in users][:joined],
            "item_number": items + items[:joined],
            "timestamp": times + times[:joined],
        }
        row = rows_of(con, "interactions_staged", {**columns, "reject": [None] * (n + joined)})
        limits.require_limits(SOURCE, ("user_id", "item_id", "timestamp"), row, {}, FILES)

    check(500, 0)
    check(500, 499)
    check(249, 249)
    with pytest.raises(
        RawFileError, match=r"500 interactions .* two copies of the file were joined"
    ):
        check(250, 250)


MANY = limits.SOME_HIGHEST
HALVES = 1_100_000_000
"""A second at which users gave half stars, which they could not at first."""


@pytest.mark.parametrize(
    ("ratings", "time", "refused"),
    [
        pytest.param([1.0, 2.0, 5.0], HALVES - 10**8, "", id="before there were half stars"),
        pytest.param(
            [1.0, 2.0, 5.0], HALVES, "of 2003-05-15 or later .* were rounded", id="rounded"
        ),
        pytest.param([1.0, 2.5, 5.0], HALVES, "", id="half stars"),
        pytest.param([0.5, 2.0, 3.0], HALVES, "", id="low ones alone"),
        pytest.param([0.5, 2.0, 4.5], HALVES, "from 0.5 to 4.5, and none is 5", id="one step less"),
        pytest.param([0.0, 1.0, 4.5], HALVES, "from 0 to 4.5, and none is 5", id="from 0"),
        pytest.param([0.0, 0.3333, 1.0], HALVES, "are off the scale", id="from 0 to 1"),
        pytest.param(
            [0.0, 1.0, 0.0], HALVES, "0 or 1, not .* reduced to yes or no", id="yes or no"
        ),
        pytest.param([0.5, 2.0, 2.5], HALVES, "none of .* is above 2.5", id="half the scale"),
        pytest.param([-1.0, 2.0, 5.0], HALVES, "are -1, which .* 'not rated'", id="unrated"),
        pytest.param([-1.0, 2.0, 5.5], HALVES, "are off the scale", id="not unrated alone"),
    ],
)
def test_parts_with_true_ratings_are_taken_and_changed_ratings_told(
    ratings: list[float], time: int, refused: str, con: duckdb.DuckDBPyConnection
) -> None:
    given = ratings * (MANY // 3 + 1)
    off = [not 0.5 <= rating <= 5 for rating in given]
    columns = {
        "rating": given,
        "timestamp": [time] * len(given),
        "reject": [OUTSIDE_SCALE if one else None for one in off],
    }

    def check() -> None:
        row = rows_of(con, "interactions_staged", columns)
        rejected = {("interactions", OUTSIDE_SCALE): sum(off)}
        limits.require_limits(SOURCE, ("rating", "timestamp"), row, rejected, FILES)

    if not refused:
        return check()
    with pytest.raises(RawFileError, match=refused):
        check()


@pytest.mark.parametrize(
    ("rows", "timed", "is_refused"), [(19, 0, False), (20, 0, True), (21, 0, True), (20, 1, False)]
)
def test_missing_times_are_refused_from_the_threshold_on(
    rows: int, timed: int, is_refused: bool, con: duckdb.DuckDBPyConnection
) -> None:
    columns = {"timestamp": [1] * timed + [None] * (rows - timed)}

    def check() -> None:
        row = rows_of(con, "interactions_staged", columns)
        limits.require_limits(SOURCE, ("timestamp",), row, {}, FILES)

    if not is_refused:
        return check()
    with pytest.raises(RawFileError, match=f"none of the {rows} interactions"):
        check()


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (
            IMPLAUSIBLE_TIME,
            "7 interactions in raw.csv have an implausible time, and the 20 others have none",
        ),
        (NO_TIME, "7 interactions in raw.csv have no valid time, and the 20 others have none"),
    ],
)
def test_times_that_were_converted_are_called_so(
    reason: str, said: str, con: duckdb.DuckDBPyConnection
) -> None:
    row = rows_of(con, "interactions_staged", {"timestamp": [None] * 20})
    with pytest.raises(RawFileError, match=said):
        limits.require_limits(SOURCE, ("timestamp",), row, {("interactions", reason): 7}, FILES)


@pytest.mark.parametrize(
    ("rows", "rejected", "refused"),
    [(19, 19, False), (200, 19, False), (200, 20, True), (201, 20, False), (1_000, 100, True)],
)
def test_a_table_of_which_rows_are_left_out_is_refused_from_the_threshold_on(
    rows: int, rejected: int, refused: bool
) -> None:
    found = {("interactions", NO_USER): rejected, ("items", "another reason"): rows}

    def check(source: Source) -> None:
        build.require_few_left_out(source, "interactions", rows, found, {"raw": FILES[0]})

    if refused:
        with pytest.raises(RawFileError, match=f"of {rows:,} rows of interactions .* {rejected}"):
            check(SOURCE)
    else:
        check(SOURCE)
    check(load("amazon-books"))  # of which many official rows have no user


@pytest.mark.parametrize(
    ("rows", "rejected", "unreadable"),
    [(19, 19, False), (20, 20, True), (400, 380, False), (400, 381, True), (21, 20, True), (20, 19, False)],
)  # fmt: skip
def test_a_table_is_unreadable_from_the_threshold_on(
    rows: int, rejected: int, unreadable: bool
) -> None:
    assert is_unreadable(rows, rejected) == unreadable
