"""Whether the items of a source, as a whole, are what they should be: letters, and columns that were swapped."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.reasons import ENOUGH_TO_JUDGE
from itdr.builders.core.schema import Source
from itdr.builders.store.build.limits import Row
from itdr.builders.store.build.text_checks import ENOUGH_IF_ALL

_LOST_LETTERS = """
SELECT count(*) AS n,
       count(CASE WHEN title LIKE '%??%' AND lower(title) = upper(title) THEN 1 END) AS lost,
       count(CASE WHEN lost_letter(title) THEN 1 END) AS within,
       count(CASE WHEN beyond_ascii(title) THEN 1 END) AS beyond
FROM items_raw WHERE reject IS NULL AND title IS NOT NULL
"""
_YEARS = """
SELECT count(*) AS n, count(r.year) AS years
FROM items_raw AS r WHERE reject IS NULL AND title IS NOT NULL
"""
_LEAST_YEARS = 0.25
"""The share of items with a year; titles that were cut lose theirs."""
_CREATORS = """
SELECT count(*) AS n, count(DISTINCT title) AS titles, count(DISTINCT listed(creators)) AS creators
FROM items_raw WHERE reject IS NULL AND title IS NOT NULL
"""
_KINDS = """
SELECT count(*) AS n, count(DISTINCT title) AS titles, count(DISTINCT listed(categories)) AS kinds,
       count(CASE WHEN listed(categories) LIKE '%' || chr(31) || '%' THEN 1 END) AS several
FROM items_raw WHERE reject IS NULL AND title IS NOT NULL
"""
_LONG_NAME = 60
"""Characters of a category, on the average of an item's, that make it a sentence."""
_NAMES = "length(listed(categories)) - length(replace(listed(categories), chr(31), ''))"
SHAPES = {
    "title": ("title LIKE 'http%://%' AND title NOT LIKE '% %'", "addresses of web pages"),
    "description": (
        "description LIKE '{\"%' OR description LIKE '[{\"%'",
        "lists or records in JSON",
    ),
    "categories": (f"length(listed(categories)) >= {_LONG_NAME} * (1 + {_NAMES})", "sentences"),
}
"""By column, an SQL condition of values that belong to another column, and what they are."""


def shapes_query(column: str) -> str:
    """SQL that counts the values of a column of items, and those that belong to another one.

    Args:
        column: a column of `SHAPES`.
    """
    text = "nullif(listed(categories), '')" if column == "categories" else column
    return f"""
SELECT count({text}) AS n, count(CASE WHEN {SHAPES[column][0]} THEN 1 END) AS foreign_values
FROM items_raw WHERE reject IS NULL
"""


def require_plausible_items(
    source: Source, columns: Collection[str], row: Row, files: Sequence[Path]
) -> None:
    """Check a source's items.

    Args:
        source: the declaration; the user's own data are not checked.
        columns: the columns that its reader fills.
        row: runs a query of one row on `items_raw`.
        files: where the items were read from.

    Raises:
        RawFileError: letters or all years were lost, or titles and categories or creators swapped.
    """
    if source.described or "title" not in columns:
        return
    names = ", ".join(map(str, files))
    for column in SHAPES:
        if column in columns:
            n, wrong = row(shapes_query(column))
            if wrong >= ENOUGH_TO_JUDGE and 2 * wrong > n:
                raise RawFileError(
                    f"{source.id}: {wrong:,} of {n:,} items in {names} have {SHAPES[column][1]} for their "
                    f"{column}: the columns were shifted or swapped. Put the official file in place."
                )
    n, lost, within, beyond = row(_LOST_LETTERS)
    if (lost >= ENOUGH_TO_JUDGE and 2 * lost > n) or (within >= ENOUGH_IF_ALL and not beyond):
        raise RawFileError(
            f"{source.id}: {max(lost, within):,} of {n:,} titles in {names} have question marks in place "
            "of letters: they were saved in an encoding that lacks them. Put the official file in place."
        )
    if "year" in columns:
        n, years = row(_YEARS)
        if n >= ENOUGH_TO_JUDGE and years < _LEAST_YEARS * n:
            raise RawFileError(
                f"{source.id}: only {years:,} of {n:,} items in {names} have a year that can be read. "
                "The years were removed or written anew: put the official file in place."
            )
    if "creators" in columns:
        n, titles, creators = row(_CREATORS)
        if n >= 2 * ENOUGH_TO_JUDGE and titles < 0.9 * creators:
            raise RawFileError(
                f"{source.id}: {n:,} items in {names} have {titles:,} different titles and {creators:,} "
                "different creators: the two columns were swapped. Put the official file in place."
            )
    if "categories" in columns:
        n, titles, kinds, several = row(_KINDS)
        if n >= 2 * ENOUGH_TO_JUDGE and 2 * titles < n and kinds > 0.8 * n:
            raise RawFileError(
                f"{source.id}: {n:,} items in {names} have {titles:,} different titles and {kinds:,} "
                "different categories: the two columns were swapped. Put the official file in place."
            )
        if n >= 2 * ENOUGH_TO_JUDGE and not several and kinds > 0.8 * n:
            raise RawFileError(
                f"{source.id}: {n:,} items in {names} have one category each, and {kinds:,} different "
                "ones: these are no categories. Put the official file in place."
            )
