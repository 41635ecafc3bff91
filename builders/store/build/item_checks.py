"""Whether the items of a source, as a whole, are what they should be: encodings, and columns that were swapped."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.reasons import ENOUGH_TO_JUDGE
from itdr.builders.core.schema import Source
from itdr.builders.store.build.limits import Row

ENOUGH_IF_ALL = 4
"""So many texts suffice to conclude something from all of them; fewer than `ENOUGH_TO_JUDGE` never do from some."""
ENOUGH_TO_COMPARE = 2 * ENOUGH_TO_JUDGE
"""So many items show which of two columns has more different values."""
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
_LEAST_TITLES = 0.9
"""Different titles for each different creator: fewer, and the creators are the titles."""
_MOST_KINDS = 0.8
"""Different sets of categories for each item: more, and they are no categories."""
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
    for check in _CHECKS:
        if check.column in columns:
            found = row(check.query)
            if check.is_wrong(*found):
                said = check.message.format(*found, most=max(found[1:3], default=0), names=names)
                raise RawFileError(f"{source.id}: {said} Put the official file in place.")


class _Check(NamedTuple):
    """What must not hold of the items of a source that has a column. message: with the values of the query's
    row in its braces."""

    column: str
    query: str
    is_wrong: Callable[..., bool]
    message: str


def _letters_lost(n: int, lost: int, within: int, beyond: int) -> bool:
    return (lost >= ENOUGH_TO_JUDGE and 2 * lost > n) or (within >= ENOUGH_IF_ALL and not beyond)


def _escaped(n: int, escaped: int) -> bool:
    return escaped >= ENOUGH_TO_JUDGE and 2 * escaped > n


def _years_lost(n: int, years: int) -> bool:
    return n >= ENOUGH_TO_JUDGE and years < _LEAST_YEARS * n


def _creators_swapped(n: int, titles: int, creators: int) -> bool:
    return n >= ENOUGH_TO_COMPARE and titles < _LEAST_TITLES * creators


def _categories_swapped(n: int, titles: int, kinds: int, several: int) -> bool:
    return n >= ENOUGH_TO_COMPARE and 2 * titles < n and kinds > _MOST_KINDS * n


def _no_categories(n: int, titles: int, kinds: int, several: int) -> bool:
    return n >= ENOUGH_TO_COMPARE and not several and kinds > _MOST_KINDS * n


_CHECKS = (
    _Check(
        "title",
        _LOST_LETTERS,
        _letters_lost,
        "{most:,} of {0:,} titles in {names} have question marks in place of letters: they were saved in an "
        "encoding that lacks them.",
    ),
    _Check(
        "title",
        _ESCAPED,
        _escaped,
        "{1:,} of {0:,} titles in {names} hold codes for characters: '%20' as in addresses, or "
        "'\\u00e9' as in JSON.",
    ),
    _Check(
        "year",
        _YEARS,
        _years_lost,
        "only {1:,} of {0:,} items in {names} have a year that can be read. The years were removed or "
        "written anew.",
    ),
    _Check(
        "creators",
        _CREATORS,
        _creators_swapped,
        "{0:,} items in {names} have {1:,} different titles and {2:,} different creators: the two columns "
        "were swapped.",
    ),
    _Check(
        "categories",
        _KINDS,
        _categories_swapped,
        "{0:,} items in {names} have {1:,} different titles and {2:,} different categories: the two columns "
        "were swapped.",
    ),
    _Check(
        "categories",
        _KINDS,
        _no_categories,
        "{0:,} items in {names} have one category each, and {2:,} different ones: these are no categories.",
    ),
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
