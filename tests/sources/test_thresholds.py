"""What is refused of a source's tables as a whole, at the edge of each threshold: just below it, at it, above."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from itdr.builders.core.emptied import escaped, printed_as_is
from itdr.builders.core.errors import RawFileError
from itdr.builders.core.reasons import OUTSIDE_SCALE, is_unreadable
from itdr.builders.store.build import item_checks, limits, text_checks
from tests.sources.harness import load

SOURCE = load("ml-32m")
FILES = [Path("raw.csv")]
SOUND = {
    item_checks._LOST_LETTERS: (1_000, 0, 0, 100),
    **dict.fromkeys(map(item_checks.shapes_query, item_checks.SHAPES), (1_000, 0)),
    item_checks._YEARS: (1_000, 1_000),
    item_checks._CREATORS: (1_000, 1_000, 500),
    item_checks._KINDS: (1_000, 1_000, 20, 500),
}
"""What each query finds in sound items."""
LOST, YEARS = item_checks._LOST_LETTERS, item_checks._YEARS
CREATORS, KINDS = item_checks._CREATORS, item_checks._KINDS
EDGES: dict[str, tuple[str, list[tuple[int, ...]], list[tuple[int, ...]]]] = {
    "letters lost": (
        LOST,
        [(38, 19, 0, 1), (25, 19, 0, 1), (40, 20, 0, 1), (1_000, 500, 0, 1)],
        [(39, 20, 0, 1), (20, 20, 0, 1), (1_000, 501, 0, 1)],
    ),
    "letters lost within": (
        LOST,
        [(50, 0, 3, 0), (50, 0, 4, 1), (50, 0, 50, 1)],
        [(50, 0, 4, 0), (50, 0, 5, 0)],
    ),
    **{
        f"another column for the {column}": (
            item_checks.shapes_query(column),
            [(19, 19), (40, 20), (1_000, 500)],
            [(20, 20), (39, 20), (1_000, 501)],
        )
        for column in item_checks.SHAPES
    },
    "years lost": (YEARS, [(19, 0), (20, 5), (100, 25)], [(20, 4), (100, 24), (21, 5)]),
    "creators in place of titles": (
        CREATORS,
        [(39, 1, 39), (40, 36, 40), (40, 37, 40)],
        [(40, 35, 40), (41, 1, 41)],
    ),
    "categories in place of titles": (
        KINDS,
        [(39, 1, 39, 9), (40, 20, 40, 9), (40, 19, 32, 9)],
        [(40, 19, 33, 9), (40, 19, 40, 9)],
    ),
    "no categories": (
        KINDS,
        [(39, 39, 39, 0), (40, 40, 32, 0), (40, 40, 40, 1)],
        [(40, 40, 33, 0), (40, 40, 40, 0)],
    ),
}  # fmt: skip
"""By fault, the query that finds it, results that are let pass, and results that are refused."""


def answering(query: str, found: tuple[int, ...]) -> Callable[[str], tuple[int, ...]]:
    return lambda asked: found if asked == query else SOUND[asked]


@pytest.mark.parametrize("fault", EDGES)
def test_items_are_refused_from_the_threshold_on(fault: str) -> None:
    query, passed, refused = EDGES[fault]
    columns = ("title", "description", "year", "creators", "categories")
    for found in passed:
        item_checks.require_plausible_items(SOURCE, columns, answering(query, found), FILES)
    for found in refused:
        with pytest.raises(RawFileError):
            item_checks.require_plausible_items(SOURCE, columns, answering(query, found), FILES)


LETTERS: dict[str, tuple[list[tuple[int, ...]], list[tuple[int, ...]], str]] = {
    "encoded twice": (
        [(20, 15, 0, 0), (19, 16, 0, 0), (19, 18, 0, 0), (3, 3, 0, 0), (100, 79, 0, 0)],
        [(20, 16, 0, 0), (4, 4, 0, 0), (19, 19, 0, 0), (100, 80, 0, 0)],
        "were encoded twice",
    ),
    "not decoded": (
        [(20, 0, 15, 0), (19, 0, 18, 0), (3, 0, 3, 0)],
        [(20, 0, 16, 0), (4, 0, 4, 0)],
        "a program could not decode",
    ),
    "lost": (
        [(0, 0, 0, 3), (9, 0, 0, 9)],
        [(0, 0, 0, 4), (8, 0, 0, 9)],
        "question marks in place of letters",
    ),
}
"""By fault, counts of a column's letters that are let pass, counts that are refused, and what is said."""
JUDGED = [(table, name) for table, names in text_checks.JUDGED.items() for name in names]


@pytest.mark.parametrize("fault", LETTERS)
@pytest.mark.parametrize(("table", "column"), JUDGED)
def test_every_column_of_texts_is_judged_by_its_letters(
    table: str, column: str, fault: str
) -> None:
    passed, refused, said = LETTERS[fault]
    query = text_checks.letters_query(table, column)

    def check(found: tuple[int, ...]) -> None:
        sound = {text_checks.CODES: (0, 0, 0)}
        row = {**sound, query: found}.__getitem__
        text_checks.require_sound_texts(SOURCE, table, (column,), row, FILES, {})

    for found in passed:
        check(found)
    for found in refused:
        with pytest.raises(RawFileError, match=rf"{text_checks.JUDGED[table][column]} .*{said}"):
            check(found)


CODED: dict[str, list[tuple[tuple[int, int, int], int, int, bool]]] = {
    "addressed": [((40, 3, 0), 0, 0, False), ((40, 4, 0), 0, 0, False), ((39, 4, 0), 0, 0, True)],
    "escaped": [
        ((40, 0, 0), 3, 0, False), ((40, 0, 0), 4, 0, True), ((40, 0, 4), 4, 0, False),
        ((40, 0, 3), 4, 0, True), ((40, 0, 40), 41, 0, True),
    ],
    "printed": [
        ((0, 0, 0), 0, 3, False), ((0, 0, 0), 0, 4, True), ((20, 0, 0), 0, 20, False),
        ((20, 0, 0), 0, 21, True), ((21, 0, 20), 1, 20, False), ((20, 0, 20), 1, 20, True),
    ],
}  # fmt: skip
"""By fault: titles, those with codes as in addresses, those beyond ASCII; titles with other codes, and as
a program prints them; whether they are refused."""


@pytest.mark.parametrize("fault", CODED)
def test_titles_with_codes_are_refused_from_the_threshold_on(fault: str) -> None:
    letters = text_checks.letters_query("items", "title")
    for found, codes, prints, is_refused in CODED[fault]:
        row = {letters: (0, 0, 0, 0), text_checks.CODES: found}.__getitem__
        emptied = {("items", escaped("title")): codes, ("items", printed_as_is("title")): prints}
        arguments = SOURCE, "items", ("title",), row, FILES, emptied
        if not is_refused:
            text_checks.require_sound_texts(*arguments)
            continue
        with pytest.raises(RawFileError, match=r"titles in raw\.csv"):
            text_checks.require_sound_texts(*arguments)


@pytest.mark.parametrize(
    ("off", "ratings", "is_refused"),
    [(19, 19, False), (20, 20, True), (20, 100, True), (20, 101, False), (21, 101, True)],
)
def test_another_scale_is_refused_from_the_threshold_on(
    off: int, ratings: int, is_refused: bool
) -> None:
    def check() -> None:
        rejected = {("interactions", OUTSIDE_SCALE): off}
        row = {limits.RATINGS: (ratings, 1, 10)}.__getitem__
        limits.require_limits(SOURCE, ("rating",), row, rejected, FILES)

    if not is_refused:
        return check()
    with pytest.raises(RawFileError, match=f"{off} are off the scale"):
        check()


@pytest.mark.parametrize(
    ("rows", "timed", "is_refused"), [(19, 0, False), (20, 0, True), (21, 0, True), (20, 1, False)]
)
def test_missing_times_are_refused_from_the_threshold_on(
    rows: int, timed: int, is_refused: bool
) -> None:
    def check() -> None:
        row = {limits.TIMES: (rows, timed)}.__getitem__
        limits.require_limits(SOURCE, ("timestamp",), row, {}, FILES)

    if not is_refused:
        return check()
    with pytest.raises(RawFileError, match=f"none of the {rows} interactions"):
        check()


@pytest.mark.parametrize(
    ("rows", "rejected", "unreadable"),
    [(19, 19, False), (20, 20, True), (400, 380, False), (400, 381, True), (21, 20, True), (20, 19, False)],
)  # fmt: skip
def test_a_table_is_unreadable_from_the_threshold_on(
    rows: int, rejected: int, unreadable: bool
) -> None:
    assert is_unreadable(rows, rejected) == unreadable
