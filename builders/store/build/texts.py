"""Texts of raw files as they are stored: cleaned here, whatever source they come from.

Control characters, line and paragraph separators and other blanks become one blank; invisible
characters that change what is read (direction marks, noncharacters, tags) are removed. Placeholders
for missing values that other programs write (`NaN`, `None`, `null`) become null.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from itdr.builders.core.duckdb_csv import literal
from itdr.builders.core.python_lists import string_list_sql

NO_TAG = "empty tag"
NO_VALUE = ("NaN", "nan", "None", "null", "NULL", "<NA>", r"\N")
"""Placeholders that pandas, JSON writers and databases write; other spellings may be titles."""
UNREADABLE = "\N{REPLACEMENT CHARACTER}|^#(?:#{4,}|NAME[?]|REF!|VALUE!|NUM!|NULL!|DIV/0!|N/A)$"
"""A letter that a program could not decode, or what a spreadsheet shows in place of a value."""
NO_USER = (*NO_VALUE, "N/A", "n/a", "-", "inf", "Inf", "-inf")
"""Placeholders for a missing user: they would all be one person. Titles that serve as ids may be so."""

_BLANKS = (
    (0x00, 0x1F), (0x7F, 0xA0), (0x1680, 0x1680), (0x2000, 0x200B), (0x2028, 0x2029),
    (0x202F, 0x202F), (0x205F, 0x2060), (0x3000, 0x3000), (0xFEFF, 0xFEFF),
)  # fmt: skip
"""Controls, separators, and spaces of all widths, zero-width ones included."""
_HIDDEN = (
    (0x00AD, 0x00AD), (0x061C, 0x061C), (0x200E, 0x200F), (0x202A, 0x202E), (0x2061, 0x206F),
    (0xFDD0, 0xFDEF), (0xFFF9, 0xFFFB), (0xE0000, 0xE0FFF),
    *((plane + 0xFFFE, plane + 0xFFFF) for plane in range(0, 0x110000, 0x10000)),
)  # fmt: skip
"""Soft hyphens, marks of direction, invisible operators, annotations, tags, and noncharacters."""

TEXTS: Mapping[str, Mapping[str, str]] = {
    "interactions": {"text": "text"},
    "items": {
        "title": "text",
        "description": "text",
        "categories": "list",
        "creators": "list",
        "attributes": "pairs",
    },
    "users": dict.fromkeys(("gender", "age_group", "country", "location", "occupation"), "text"),
    "tags": {"tag": "tag"},
}
"""The columns of each table that people read, by kind of content."""


def cleaned_sql(table: str, column: str) -> str:
    """SQL for a reader's column in its stored form; columns that nobody reads stay unchanged.

    Args:
        table: the canonical table.
        column: its column.

    Returns:
        An SQL expression.
    """
    kind = TEXTS[table].get(column)
    if kind in ("text", "tag"):
        # A tag is what somebody typed: "null" and "nan" are tags like any other.
        return clean_sql(column, NO_VALUE if kind == "text" else ())
    if kind == "list":
        column = _listed(column)
        return _filled(f"list_transform({column}, lambda t: {clean_sql('t')})", "t", column)
    if kind == "pairs":
        pair = f"{{'name': {clean_sql('p.name')}, 'value': {clean_sql('p.value')}}}"
        return _filled(
            f"list_transform({column}, lambda p: {pair})", "p.name", column, "p.value", name="p"
        )
    return column


def clean_sql(text: str, missing: Collection[str] = NO_VALUE) -> str:
    """SQL for a text without invisible characters; null where nothing is left.

    Args:
        text: an SQL expression of the text.
        missing: placeholders that stand for a missing value.

    Returns:
        An SQL expression.
    """
    hidden = f"regexp_replace({text}, {literal(_chars(_HIDDEN, '+'))}, '', 'g')"
    blanks = f"regexp_replace({hidden}, {literal(_chars((*_BLANKS, (0x20, 0x20)), '+'))}, ' ', 'g')"
    dirty = f"regexp_matches({text}, {literal(_DIRTY)})"
    words = ", ".join(literal(word) for word in ("", *missing))
    short = f"length({text}) <= {max(map(len, ('', *missing)))} AND {text} IN ({words})"
    return (
        f"CASE WHEN {short} THEN NULL WHEN {dirty} "
        f"THEN nullif(trim({blanks}, ' '), '') ELSE {text} END"
    )


def missing_id_sql(column: str) -> str:
    """SQL condition: an id is only a placeholder for a missing one.

    Args:
        column: the id column.
    """
    missing = NO_USER if column == "user_id" else NO_VALUE
    words = ", ".join(map(literal, missing))
    return f"(length({column}) <= {max(map(len, missing))} AND {column} IN ({words}))"


def _listed(column: str) -> str:
    """SQL for a list; where it was split from a Python list, "['Action', 'Drama']", the items of that one.

    A Python list that is not whole has no items.
    """
    return f"CASE WHEN {_begins_list(column)} THEN {_items(column)} ELSE {column} END"


def broken_list_sql(column: str) -> str:
    """SQL condition: a list was split from a Python list that is not whole, and has no items now.

    Args:
        column: a column of `TEXTS` with lists.
    """
    nothing = f"({column}[1] = '[]' AND len({column}) = 1)"
    return f"({_begins_list(column)} AND len({_items(column)}) = 0 AND NOT {nothing})"


def _begins_list(column: str) -> str:
    return f"regexp_matches({column}[1], '^\\[\\s*(?:u?[''\"]|\\]$)')"


def _items(column: str) -> str:
    whole = f"array_to_string({column}, ', ')"
    return string_list_sql(whole)


def _filled(transformed: str, value: str, column: str, *more: str, name: str = "t") -> str:
    """SQL for a list without its empty elements; a null list stays null."""
    keep = " AND ".join(f"{part} IS NOT NULL" for part in (value, *more))
    return f"CASE WHEN {column} IS NULL THEN NULL ELSE list_filter({transformed}, lambda {name}: {keep}) END"


def _chars(ranges: tuple[tuple[int, int], ...], repeat: str = "") -> str:
    """A character class for RE2."""
    return "[" + "".join(f"\\x{{{low:x}}}-\\x{{{high:x}}}" for low, high in ranges) + "]" + repeat


_DIRTY = f"{_chars((*_BLANKS, *_HIDDEN))}|  |^ | $"
