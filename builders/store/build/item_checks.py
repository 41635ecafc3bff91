"""Whether the items of a source, as a whole, are what they should be: encodings, and columns that were swapped."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.reasons import ENOUGH_TO_JUDGE
from itdr.builders.core.schema import Source
from itdr.builders.store.build.limits import Row

ENOUGH_IF_ALL = 4
"""So many texts suffice to conclude something from all of them; fewer than `ENOUGH_TO_JUDGE` never do from some."""
_ENCODED_TWICE = """
SELECT count(*) AS n, count(CASE WHEN encoded_twice({text}) THEN 1 END) AS twice
FROM items_raw WHERE reject IS NULL AND {text} IS NOT NULL AND beyond_ascii({text})
"""
_MOST_ENCODED_TWICE = 0.8
_LOST_LETTERS = """
SELECT count(*) AS n,
       count(CASE WHEN title LIKE '%??%' AND lower(title) = upper(title) THEN 1 END) AS lost,
       count(CASE WHEN lost_letter(title) THEN 1 END) AS within,
       count(CASE WHEN beyond_ascii(title) THEN 1 END) AS beyond
FROM items_raw WHERE reject IS NULL AND title IS NOT NULL
"""
_ESCAPED = """
SELECT count(*) AS n, count(CASE WHEN replace(replace(title, '%20', ''), chr(92) || 'u', '') <> title
                            THEN 1 END) AS escaped
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


def require_plausible_items(
    source: Source, columns: Collection[str], row: Row, files: Sequence[Path]
) -> None:
    """Check the texts of a source's items.

    Args:
        source: the declaration; the user's own data are not checked.
        columns: the columns that its reader fills.
        row: runs a query of one row on `items_raw`.
        files: where the items were read from.

    Raises:
        RawFileError: texts were encoded twice or escaped, letters or all years were lost, or titles and
            categories or creators swapped.
    """
    if source.described or "title" not in columns:
        return
    names = ", ".join(map(str, files))
    for text in ("title", "description"):
        if text in columns and _require_encoded_once(source, text, row, names) >= ENOUGH_TO_JUDGE:
            break
    n, lost, within, beyond = row(_LOST_LETTERS)
    if (lost >= ENOUGH_TO_JUDGE and 2 * lost > n) or (within >= ENOUGH_IF_ALL and not beyond):
        raise RawFileError(
            f"{source.id}: {max(lost, within):,} of {n:,} titles in {names} have question marks in place "
            "of letters: they were saved in an encoding that lacks them. Put the official file in place."
        )
    n, escaped = row(_ESCAPED)
    if escaped >= ENOUGH_TO_JUDGE and 2 * escaped > n:
        raise RawFileError(
            f"{source.id}: {escaped:,} of {n:,} titles in {names} hold codes for characters: '%20' as in "
            "addresses, or '\\u00e9' as in JSON. Put the official file in place."
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


def _require_encoded_once(source: Source, text: str, row: Row, names: str) -> int:
    """Check that nearly no text was saved as UTF-8 twice ("Ã©" for "é"); returns how many could tell."""
    n, twice = row(_ENCODED_TWICE.format(text=text))
    if (n >= ENOUGH_TO_JUDGE and twice >= _MOST_ENCODED_TWICE * n) or n == twice >= ENOUGH_IF_ALL:
        raise RawFileError(
            f"{source.id}: of {n:,} {text}s with letters beyond ASCII in {names}, {twice:,} were "
            "encoded twice, such as 'Ã©' for 'é': put the official file in place."
        )
    return int(n)
