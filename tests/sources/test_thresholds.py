"""What is refused of a source's tables as a whole, at the edge of each threshold: just below it, at it, above."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.reasons import ENOUGH_TO_JUDGE, OUTSIDE_SCALE, is_unreadable
from itdr.builders.store.build import item_checks, limits
from tests.sources.harness import load

SOURCE = load("ml-32m")
FILES = [Path("raw.csv")]
TITLE_ENCODED, DESCRIPTION_ENCODED = (
    item_checks._ENCODED_TWICE.format(text=text) for text in ("title", "description")
)
SOUND = {
    TITLE_ENCODED: (0, 0),
    DESCRIPTION_ENCODED: (0, 0),
    item_checks._LOST_LETTERS: (1_000, 0, 0, 100),
    item_checks._ESCAPED: (1_000, 0),
    item_checks._YEARS: (1_000, 1_000),
    item_checks._CREATORS: (1_000, 1_000, 500),
    item_checks._KINDS: (1_000, 1_000, 20, 500),
}
"""What each query finds in sound items."""
LOST, ESCAPED, YEARS = item_checks._LOST_LETTERS, item_checks._ESCAPED, item_checks._YEARS
CREATORS, KINDS = item_checks._CREATORS, item_checks._KINDS
EDGES: dict[str, tuple[str, list[tuple[int, ...]], list[tuple[int, ...]]]] = {
    "titles encoded twice": (
        TITLE_ENCODED,
        [(20, 15), (19, 16), (19, 18), (3, 3), (100, 79)],
        [(20, 16), (20, 17), (4, 4), (19, 19), (100, 80)],
    ),
    "descriptions encoded twice": (
        DESCRIPTION_ENCODED,
        [(20, 15), (3, 3)],
        [(20, 16), (4, 4)],
    ),
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
    "blanks escaped": (ESCAPED, [(20, 19), (40, 20), (37, 19)], [(20, 20), (39, 20), (41, 21)]),
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


def test_descriptions_are_judged_where_titles_are_too_few() -> None:
    def row(asked: str) -> tuple[int, ...]:
        return {TITLE_ENCODED: titles, DESCRIPTION_ENCODED: (50, 50)}.get(asked, SOUND[asked])

    columns = ("title", "description")
    titles = (ENOUGH_TO_JUDGE, 0)
    item_checks.require_plausible_items(SOURCE, columns, row, FILES)
    titles = (ENOUGH_TO_JUDGE - 1, 0)
    with pytest.raises(RawFileError, match="of 50 descriptions"):
        item_checks.require_plausible_items(SOURCE, columns, row, FILES)


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
