"""Whether the items of a source, as a whole, are what they should be: titles, and columns that were swapped."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from itdr.builders.core.duckdb_csv import literal
from itdr.builders.core.errors import RawFileError
from itdr.builders.core.letters import are_lost
from itdr.builders.core.reasons import ENOUGH_TO_JUDGE
from itdr.builders.core.schema import Source
from itdr.builders.core.title_faults import NA, TitleCounts
from itdr.builders.store.build.anchors import moved
from itdr.builders.store.build.limits import Row
from itdr.builders.store.build.list_checks import cut_lists

ENOUGH_TO_COMPARE = 2 * ENOUGH_TO_JUDGE
"""So many items show which of two columns has more different values."""
_LOST_LETTERS = """
SELECT count(*) AS n,
       count(CASE WHEN title LIKE '%??%' AND lower(title) = upper(title) THEN 1 END) AS lost,
       count(CASE WHEN lost_letter(title) THEN 1 END) AS within,
       count(CASE WHEN beyond_ascii(title) THEN 1 END) AS beyond
FROM items_raw WHERE reject IS NULL AND title IS NOT NULL
"""
LEAST_CUT, LEAST_LENGTHS = 15, 5
"""Characters of a title that may have been cut off: many shorter ones are of the same length. Titles of fewer lengths
are made by a rule."""
NEARLY_ALL = 0.95
FIRST_WORD = 40
"""In so many characters, a text has its first word."""
AT_END, MOST_AT_END, MORE_AT_END, MANY_LENGTHS = 3, 0.15, 3, 8
"""Titles that were cut and then tidied are of the last three lengths: this share of all, and so many times as many as
there are of the three lengths before; and there are so many lengths."""
_TITLES = f"""
SELECT count(title) AS n, count(DISTINCT hashed(split_part(title, ' (', 1))) AS titles,
       count(CASE WHEN between_quotes(title) THEN 1 END) AS quoted,
       count(CASE WHEN title LIKE '%"%' THEN 1 END) AS quotes,
       count(CASE WHEN instr(title, chr(92) || chr(34)) > 0 THEN 1 END) AS marked,
       count(CASE WHEN title IN ({", ".join(map(literal, NA))}) THEN 1 END) AS na,
       count(CASE WHEN title IS NULL THEN 1 END) AS missing,
       count(CASE WHEN split_part(title, ' (', 1) = upper(split_part(title, ' (', 1)) AND title <> lower(title) THEN 1 END)
           AS capitals
FROM items_raw WHERE reject IS NULL
"""


def lengths_query(text: str, at_end: int = AT_END) -> str:
    """SQL that counts different texts by their length.

    Args:
        text: an SQL expression on a row of `items_raw`.
        at_end: of so many of the greatest lengths, and of as many below them, the texts are counted.

    Returns:
        A SELECT of the values that the checks of what was cut off take.
    """
    return f"""
SELECT CAST(coalesce(sum(CASE WHEN size >= {LEAST_CUT} THEN n END), 0) AS BIGINT) AS n,
       coalesce(max_by(n, size), 0) AS longest, count(*) AS lengths,
       CAST(coalesce(sum(n), 0) AS BIGINT) AS titles,
       CAST(coalesce(sum(CASE WHEN size > top - {at_end} THEN n END), 0) AS BIGINT) AS at_end,
       CAST(coalesce(sum(CASE WHEN size <= top - {at_end} AND size > top - 2 * {at_end} THEN n END), 0) AS BIGINT)
           AS before, coalesce(max(top), 0) AS top, coalesce(max(firsts), 0) AS firsts
FROM (
    SELECT size, n, firsts, max(size) OVER () AS top FROM (
        SELECT length(words) AS size, count(DISTINCT hashed(words)) AS n,
               count(DISTINCT CASE WHEN beginning LIKE '% %' THEN hashed(split_part(beginning, ' ', 1)) END) AS firsts
        FROM (
            SELECT words, substring(words, 1, {FIRST_WORD}) AS beginning
            FROM (SELECT {text} AS words FROM items_raw WHERE reject IS NULL) AS given
        ) AS texts
        WHERE words IS NOT NULL GROUP BY length(words)
    ) AS counted
) AS ranked
"""


LENGTHS = lengths_query("title")
LINES = lengths_query("title || ' ' || CAST(item_id AS STRING)")
"""The lengths of titles with their ids, as in a line that was cut off."""
TEXT_AT_END, MOST_TEXTS, MORE_TEXTS, TEXT_LENGTHS, ENOUGH_TEXTS = 5, 0.05, 5, 30, 200
"""The same of texts of many words, which have more lengths."""
DESCRIPTION_LENGTHS = lengths_query("description", TEXT_AT_END)
LONG_TITLES = 150
"""Characters of titles, in the mean, from which they may be descriptions."""
_PROSE = """
SELECT count(*) AS n, CAST(coalesce(sum(length(title)), 0) AS BIGINT) AS titles,
       CAST(coalesce(sum(length(description)), 0) AS BIGINT) AS descriptions,
       count(CASE WHEN instr(description, chr(92) || 'n') > 0 THEN 1 END) AS ends
FROM items_raw WHERE reject IS NULL AND title IS NOT NULL AND description IS NOT NULL
"""
_TEXTS = """
SELECT count(*) AS n, count(*) - count(title) AS untitled, count(*) - count(description) AS undescribed,
       CAST(coalesce(sum(length(title)), 0) AS BIGINT) AS titles,
       CAST(coalesce(sum(length(description)), 0) AS BIGINT) AS descriptions
FROM items_raw WHERE reject IS NULL
"""
LEAST_UNTITLED = 5
"""So many items without a title, and none without a description, show that the two columns were swapped."""
_CHINESE = """
SELECT count(*) AS n, count(CASE WHEN chinese(title) THEN 1 END) AS chinese,
       count(CASE WHEN english(title) THEN 1 END) AS english
FROM items_raw WHERE reject IS NULL AND title IS NOT NULL
"""
_LEAST_ENGLISH = 0.1
"""The share of English titles with one of the commonest words, which no Chinese title has in any spelling."""
_YEARS = """
SELECT count(*) AS n, count(r.year) AS years
FROM items_raw AS r WHERE reject IS NULL AND title IS NOT NULL
"""
_SERIAL = """
SELECT count(r.year) AS years, count(CASE WHEN r.year = 1905 THEN 1 END) AS serial
FROM items_raw AS r WHERE reject IS NULL
"""
"""How many years there are, and how many are that of the days of which a spreadsheet thinks that 1900 to 2014 are the numbers."""
_MOST_OF_1905 = 0.1
"""The share of years that may be 1905; of books with a year alone and no day, spreadsheets change all."""
_LEAST_YEARS = 0.25
"""The share of items with a year; titles that were cut lose theirs."""
_LEAST_TITLES = 0.9
"""Different titles for each different creator: fewer, and the creators are the titles."""
_MOST_KINDS = 0.8
"""Different sets of categories for each item: more, and they are no categories."""
_SOME_LISTS = 0.02
"""The share of items with several categories; where there are fewer, each has one."""
_CREATORS = """
SELECT count(*) AS n, count(DISTINCT hashed(title)) AS titles,
       count(DISTINCT hashed(listed(creators))) AS creators
FROM items_raw WHERE reject IS NULL AND title IS NOT NULL
"""
_PUBLISHERS = """
SELECT count(*) AS n, count(DISTINCT hashed(creators)) AS creators, count(DISTINCT hashed(publisher)) AS publishers,
       count(CASE WHEN length(publisher) >= 100 THEN 1 END) AS long
FROM (
    SELECT listed(creators) AS creators,
           split_part(split_part(paired(attributes), 'ublisher' || chr(30), 2), chr(31), 1) AS publisher
    FROM items_raw WHERE reject IS NULL
) AS both_of_them WHERE creators <> '' AND publisher <> ''
"""
ENOUGH_BOOKS, MORE_PUBLISHERS = 100, 1.5
"""So many items with both show that publishers are fewer than creators, who are not so many times fewer than these."""
MANY_ITEMS, MORE_OF_MANY = 5_000, 1.2
"""The same of so many items."""
MANY_TITLES, PILED = 1_000, 0.02
"""Of so many titles, at most such a share have the greatest length, where they were not cut off."""
_TURNED = """
SELECT count(*) AS n, count(CASE WHEN listed(creators) LIKE '%, %' THEN 1 END) AS turned
FROM items_raw WHERE reject IS NULL AND listed(creators) <> ''
"""
_KINDS = """
SELECT count(*) AS n, count(DISTINCT hashed(title)) AS titles,
       count(DISTINCT hashed(listed(categories))) AS kinds,
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
    source: Source,
    columns: Collection[str],
    row: Row,
    files: Sequence[Path],
    emptied: Mapping[tuple[str, str], int] = MappingProxyType({}),
) -> None:
    """Check a source's items.

    Args:
        source: the declaration; the user's own data are not checked.
        columns: the columns that its reader fills.
        row: runs a query of one row on `items_raw`.
        files: where the items were read from.
        emptied: counts of values that were emptied, by table and reason.

    Raises:
        RawFileError: titles, letters or all years were lost, or titles and categories or creators swapped.
    """
    if source.described or "title" not in columns:
        return
    names = ", ".join(map(str, files))
    ask = functools.cache(row)
    if fault := TitleCounts(*ask(_TITLES)).fault():
        raise RawFileError(
            f"{source.id}: {fault.format(names=names)} Put the official file in place."
        )
    for check in _IN_CHINESE if source.options.get("chinese") else _CHECKS:
        if {*check.columns.split()} <= {*columns}:
            counts = ask(check.query)
            if check.is_wrong(*counts):
                sentence = check.message.format(
                    *counts, most=max(counts[1:3], default=0), names=names
                )
                raise RawFileError(f"{source.id}: {sentence} Put the official file in place.")
    if fault := moved(source, columns, row) or cut_lists(source, columns, row, emptied):
        raise RawFileError(f"{source.id}: {names}: {fault}. Put the official file in place.")


class _Check(NamedTuple):
    """What must not hold of the items of a source that has some columns. message: with the values of the query's
    row in its braces."""

    columns: str
    query: str
    is_wrong: Callable[..., bool]
    message: str


def _letters_lost(n: int, lost: int, within: int, beyond: int) -> bool:
    return (lost >= ENOUGH_TO_JUDGE and 2 * lost > n) or (not beyond and are_lost(n, within))


def _cut(
    n: int, longest: int, lengths: int, titles: int, at_end: int, before: int, top: int, firsts: int
) -> bool:
    return n >= 5 * ENOUGH_TO_JUDGE and 2 * longest > n and lengths >= LEAST_LENGTHS


def _cut_and_tidied(
    n: int, longest: int, lengths: int, titles: int, at_end: int, before: int, top: int, firsts: int
) -> bool:
    many = titles >= 5 * ENOUGH_TO_JUDGE and at_end > MOST_AT_END * titles
    return many and at_end > MORE_AT_END * before and lengths >= MANY_LENGTHS


def _some_cut(
    n: int, longest: int, lengths: int, titles: int, at_end: int, before: int, top: int, firsts: int
) -> bool:
    """Some titles only are so long that they were cut: more are of the last length than of the five before together."""
    many = titles >= MANY_TITLES and longest >= PILED * titles and firsts >= ENOUGH_TO_JUDGE
    return many and longest > at_end - longest + before and lengths >= MANY_LENGTHS


def _lines_cut(
    n: int, longest: int, lengths: int, titles: int, at_end: int, before: int, top: int, firsts: int
) -> bool:
    """They are not made by a rule: they begin with different words."""
    cut = _cut_and_tidied(n, longest, lengths, titles, at_end, before, top, firsts)
    return cut and firsts >= ENOUGH_TO_JUDGE


def _cut_short(
    n: int, longest: int, lengths: int, titles: int, at_end: int, before: int, top: int, firsts: int
) -> bool:
    return titles >= 5 * ENOUGH_TO_JUDGE and 2 * longest > titles


def _cut_all(
    n: int, longest: int, lengths: int, titles: int, at_end: int, before: int, top: int, firsts: int
) -> bool:
    """Nearly all, and they are not made by a rule: they begin with different words."""
    many = titles >= 5 * ENOUGH_TO_JUDGE and firsts >= ENOUGH_TO_JUDGE
    return many and top >= LEAST_CUT and at_end > NEARLY_ALL * titles


def _texts_cut(
    n: int, longest: int, lengths: int, titles: int, at_end: int, before: int, top: int, firsts: int
) -> bool:
    # Those that are cut officially end with a word, at any of the last lengths.
    many = at_end >= max(ENOUGH_TO_JUDGE, MOST_TEXTS * titles) and 2 * longest > at_end
    # Those of few lengths may be made by a rule.
    nearly_all = titles >= ENOUGH_TEXTS and lengths > TEXT_AT_END and at_end > NEARLY_ALL * titles
    varied = lengths >= TEXT_LENGTHS or (nearly_all and firsts >= ENOUGH_TO_JUDGE)
    return many and at_end > MORE_TEXTS * before and varied


def _prose_swapped(n: int, titles: int, descriptions: int, ends: int) -> bool:
    return n >= ENOUGH_TO_JUDGE and titles > max(2 * descriptions, LONG_TITLES * n)


def _texts_swapped(n: int, untitled: int, undescribed: int, titles: int, descriptions: int) -> bool:
    few = n < 5 * ENOUGH_TO_JUDGE or untitled < LEAST_UNTITLED
    return not few and not undescribed and titles > descriptions


def _line_ends_coded(n: int, titles: int, descriptions: int, ends: int) -> bool:
    return ends >= ENOUGH_TO_JUDGE and 4 * ends > n


def _not_chinese(n: int, chinese: int, english: int) -> bool:
    return n >= ENOUGH_TO_JUDGE and 2 * chinese < n and english < _LEAST_ENGLISH * n


def _is_foreign(n: int, wrong: int) -> bool:
    return wrong >= ENOUGH_TO_JUDGE and 2 * wrong > n


def _are_serial(n: int, serial: int) -> bool:
    return serial >= ENOUGH_TO_JUDGE and serial > _MOST_OF_1905 * n


def _years_lost(n: int, years: int) -> bool:
    return n >= ENOUGH_TO_JUDGE and years < _LEAST_YEARS * n


def _creators_swapped(n: int, titles: int, creators: int) -> bool:
    return n >= ENOUGH_TO_COMPARE and titles < _LEAST_TITLES * creators


def _publishers_swapped(n: int, creators: int, publishers: int, long: int) -> bool:
    more = MORE_OF_MANY if n >= MANY_ITEMS else MORE_PUBLISHERS
    return n >= ENOUGH_BOOKS and publishers > more * creators


def _publishers_long(n: int, creators: int, publishers: int, long: int) -> bool:
    return long >= ENOUGH_TO_JUDGE and 2 * long > n


def _names_turned(n: int, turned: int) -> bool:
    return n >= ENOUGH_BOOKS and 2 * turned > n


def _categories_swapped(n: int, titles: int, kinds: int, several: int) -> bool:
    return n >= ENOUGH_TO_COMPARE and 2 * titles < n and kinds > _MOST_KINDS * n


def _no_categories(n: int, titles: int, kinds: int, several: int) -> bool:
    return n >= ENOUGH_TO_COMPARE and several < _SOME_LISTS * n and kinds > _MOST_KINDS * n


_CHECKS = (
    *(
        _Check(
            column,
            shapes_query(column),
            _is_foreign,
            f"{{1:,}} of {{0:,}} items in {{names}} have {what} for their {column}: the columns were shifted "
            "or swapped.",
        )
        for column, (_, what) in SHAPES.items()
    ),
    _Check(
        "title",
        _LOST_LETTERS,
        _letters_lost,
        "{most:,} of {0:,} titles in {names} have question marks in place of letters: they were saved in an "
        "encoding that lacks them.",
    ),
    _Check(
        "title",
        LENGTHS,
        _cut,
        "{1:,} of {0:,} longer titles in {names} have the same number of characters, and none has more: they were cut off.",
    ),
    _Check(
        "title",
        LENGTHS,
        _cut_and_tidied,
        "{4:,} of {3:,} titles in {names} have {6:,} characters or hardly less, and none has more: they were cut off.",
    ),
    _Check(
        "title",
        LENGTHS,
        _some_cut,
        "{1:,} of {3:,} titles in {names} have {6:,} characters, more than the five lengths before together, and none has "
        "more: they were cut off.",
    ),
    _Check(
        "title",
        LENGTHS,
        _cut_all,
        "{4:,} of {3:,} titles in {names} have {6:,} characters or hardly less, and none has more: they were cut off.",
    ),
    _Check(
        "item_id title",
        LINES,
        _lines_cut,
        "{4:,} of {3:,} titles in {names} have, with their ids, {6:,} characters or hardly less, and none has more: the lines "
        "were cut off.",
    ),
    _Check(
        "description",
        DESCRIPTION_LENGTHS,
        _texts_cut,
        "{4:,} of {3:,} descriptions in {names} have {6:,} characters or hardly less, and none has more: they were cut off.",
    ),
    _Check(
        "description",
        _TEXTS,
        _texts_swapped,
        "{1:,} of {0:,} items in {names} have no title, all have a description, and titles are longer: the two columns were "
        "swapped.",
    ),
    _Check(
        "description",
        _PROSE,
        _prose_swapped,
        "{0:,} titles in {names} have {1:,} characters, and their descriptions {2:,}: the two columns were swapped or joined.",
    ),
    _Check(
        "description",
        _PROSE,
        _line_ends_coded,
        "{3:,} of {0:,} descriptions in {names} hold '\\n' in place of line ends.",
    ),
    _Check(
        "year",
        _YEARS,
        _years_lost,
        "only {1:,} of {0:,} items in {names} have a year that can be read. The years were removed or "
        "written anew.",
    ),
    _Check(
        "year",
        _SERIAL,
        _are_serial,
        "{1:,} of {0:,} years in {names} are 1905: a spreadsheet took years for the numbers of days.",
    ),
    _Check(
        "creators",
        _CREATORS,
        _creators_swapped,
        "{0:,} items in {names} have {1:,} different titles and {2:,} different creators: the two columns "
        "were swapped, or a record was made for each of several creators.",
    ),
    _Check(
        "creators attributes",
        _PUBLISHERS,
        _publishers_swapped,
        "{0:,} items in {names} have {1:,} different creators and {2:,} different publishers: the two columns were swapped, or creators "
        "merged.",
    ),
    _Check(
        "creators attributes",
        _PUBLISHERS,
        _publishers_long,
        "{3:,} of {0:,} items in {names} have a text in place of a publisher: the columns were shifted or swapped.",
    ),
    _Check(
        "creators",
        _TURNED,
        _names_turned,
        "the creators of {1:,} of {0:,} items in {names} have a comma: last names were put before first ones.",
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
        "{0:,} items in {names} have, as a rule, one category each, and {2:,} different ones: these are no categories.",
    ),
)
_IN_CHINESE = (
    *(check for check in _CHECKS if check.is_wrong is _letters_lost),
    _Check(
        "title",
        LENGTHS,
        _cut_short,
        "{1:,} of {3:,} titles in {names} have {6:,} characters, and none has more: they were cut off.",
    ),
    _Check(
        "title",
        _CHINESE,
        _not_chinese,
        "only {1:,} of {0:,} titles in {names} have a Chinese character, as official ones do, and they are not "
        "English, as those of one edition: letters were removed or changed.",
    ),
    # A description may be shorter than its title there, and posts have a greatest length.
    *(
        check
        for check in _CHECKS
        if check.is_wrong not in (_prose_swapped, _letters_lost, _some_cut)
    ),
)
