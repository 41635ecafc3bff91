"""Texts of raw files as they are stored: cleaned here, whatever source they come from.

Control characters, line and paragraph separators and other blanks become one blank; invisible
characters that change what is read (direction marks, noncharacters, tags) are removed. Placeholders
for missing values that other programs write (`NaN`, `None`, `null`) become null.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from itdr.builders.core.duckdb_csv import literal
from itdr.builders.core.emptied import ESCAPED, escaped, printed_as_is, unreadable
from itdr.builders.core.python_lists import string_list_sql

NO_TAG = "empty tag"
NO_VALUE = ("NaN", "nan", "None", "null", "NULL", "<NA>", r"\N")
"""Placeholders that pandas, JSON writers and databases write; other spellings may be titles."""
UNREADABLE = "\N{REPLACEMENT CHARACTER}|^#(?:#{4,}|(?i:NAME[?]|NOM[?]|REF!|BEZUG!|VALUE!|WERT!|VALEUR!|NUM!|ZAHL!|NULL!|DIV/0!|N/A))$"
"""A letter that a program could not decode, or what a spreadsheet shows in place of a value."""
ADDRESSED = f"{ESCAPED}|%[2-9A-F][0-9A-F]"
"""The same, and a character as in addresses: "S%C3%A3o". A title may be "100%50"."""
_PLACE = r"(?: \(.*\))?"
PRINTED = rf"""^b'.*'{_PLACE}$|^b".*"{_PLACE}$|^=".*"{_PLACE}$|\(b(?:'.*'|".*")\)$"""
"""A text as a program prints its bytes, or as a formula of a spreadsheet; perhaps with a place behind it."""
TWICE = r"Ã[\x{80}-\x{BF}ƒ‰Š‹ŒŽ]|Â[\x{A1}-\x{BF}]|â€"
"""UTF-8 that was saved as UTF-8 again, in the forms that no name has otherwise: "MÃ¼ller"."""
LISTED = r"""^\[['"].*['"]\]$"""
"""A text as a program prints a list."""
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
        "other_title": "text",
        "description": "text",
        "categories": "list",
        "creators": "list",
        "attributes": "pairs",
    },
    "users": dict.fromkeys(("gender", "age_group", "country", "location", "occupation"), "text"),
    "tags": {"tag": "tag"},
}
"""The columns of each table that people read, by kind of content."""
LONG = ("text", "description")
"""Prose, which may speak of anything: judged as a whole column, not by single values."""
NO_NAME = (*NO_VALUE, "-", "--")
"""Placeholders for a missing name of a person, place or kind; titles may be so."""


def cleaned_sql(table: str, column: str) -> str:
    """SQL for a reader's column in its stored form; columns that nobody reads stay unchanged.

    Args:
        table: the canonical table.
        column: its column, for lists one of `with_lists_sql`.

    Returns:
        An SQL expression.
    """
    kind = TEXTS[table].get(column)
    if kind == "tag":
        # A tag is what somebody typed: "null" and "nan" are tags like any other.
        return clean_sql(column, ())
    if kind == "text":
        missing = NO_NAME if table == "users" else NO_VALUE
        cleaned = clean_sql(column, missing, composed=column not in LONG)
        return f"CASE WHEN NOT {_matches(column, _damage(table, column))} THEN {cleaned} END"
    if kind == "list":
        cleaned = f"CASE WHEN NOT {_matches('t', _ANY_NAME)} THEN {clean_sql('t', NO_NAME)} END"
        return _filled(f"list_transform({column}, lambda t: {cleaned})", "t", column)
    if kind == "pairs":
        value = f"CASE WHEN NOT {_matches('p.value', _ANY_TITLE)} THEN {clean_sql('p.value')} END"
        pair = f"{{'name': {clean_sql('p.name')}, 'value': {value}}}"
        return _filled(
            f"list_transform({column}, lambda p: {pair})", "p.name", column, "p.value", name="p"
        )
    return column


def damage_sql(table: str, column: str) -> str | None:
    """SQL for the reason why `cleaned_sql` empties a value of a column, or a part of one; null where it does not.

    Args:
        table: the canonical table.
        column: its column.

    Returns:
        An SQL expression; None for a column of which nothing is emptied.
    """
    kind = TEXTS[table].get(column)
    if kind not in ("text", "list", "pairs"):
        return None
    text, damage, codes = column, _damage(table, column), ESCAPED
    if kind == "list":
        text = f"array_to_string({column}, chr(10))"
    if kind == "pairs":
        text = f"array_to_string(list_transform({column}, lambda p: p.value), chr(10))"
    if kind == "list" or table == "users":
        codes = ADDRESSED
    if kind == "text" and column in LONG:
        return f"CASE WHEN {_matches(text, damage)} THEN {literal(unreadable(column))} END"
    return (
        f"CASE WHEN {_matches(text, damage)} THEN "
        f"CASE WHEN {_matches(text, f'{_MANY}{UNREADABLE}|{TWICE}')} THEN {literal(unreadable(column))} "
        f"WHEN {_matches(text, codes)} THEN {literal(escaped(column))} "
        f"ELSE {literal(printed_as_is(column))} END END"
    )


def _damage(table: str, column: str) -> str:
    """The regular expression of values that are emptied; in texts of several lines, of one of them."""
    if column in LONG:
        return _BROKEN_CELL
    if TEXTS[table][column] == "list":
        return _MANY + _ANY_NAME
    return _MANY + (_ANY_PLACE if table == "users" else _ANY_TITLE)


def _matches(text: str, pattern: str) -> str:
    """SQL condition: a text matches a regular expression; false for null."""
    return f"coalesce(regexp_matches({text}, {literal(pattern)}), false)"


def clean_sql(text: str, missing: Collection[str] = NO_VALUE, composed: bool = False) -> str:
    """SQL for a text without invisible characters; null where nothing is left.

    Args:
        text: an SQL expression of the text.
        missing: placeholders that stand for a missing value.
        composed: a letter and the accent behind it become one character, as other files have them.

    Returns:
        An SQL expression.
    """
    hidden = f"regexp_replace({text}, {literal(_chars(_HIDDEN, '+'))}, '', 'g')"
    blanks = f"regexp_replace({hidden}, {literal(_chars((*_BLANKS, (0x20, 0x20)), '+'))}, ' ', 'g')"
    if composed:
        blanks = f"nfc_normalize({blanks})"
    dirty = f"regexp_matches({text}, {literal(f'{_DIRTY}|{_APART}' if composed else _DIRTY)})"
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


def lists(table: str, columns: Iterable[str]) -> list[str]:
    """The columns of a table that hold lists of texts.

    Args:
        table: the canonical table.
        columns: the columns that there are.
    """
    return [name for name in columns if TEXTS[table].get(name) == "list"]


def with_lists_sql(query: str, columns: Iterable[str]) -> str:
    """SQL for a FROM clause: a query in which lists that were split from a Python list, "['Action', 'Drama']",
    have the items of that one, and none where it is not whole. `<column>_read` is what was read.

    Each is worked out here once: for a few rows, planning what is written out several times takes longer than
    reading them.

    Args:
        query: a query or the name of a view.
        columns: its columns with lists.

    Returns:
        An SQL expression.
    """
    parsed = [
        f"CASE WHEN {_begins_list(name)} THEN {_items(name)} ELSE {name} END AS {name}"
        for name in columns
    ]
    if not parsed:
        return query
    as_read = ", ".join(f"{name} AS {name}_read" for name in columns)
    return f"(SELECT * REPLACE ({', '.join(parsed)}), {as_read} FROM {query})"


def broken_list_sql(column: str) -> str:
    """SQL condition: a list was split from a Python list that is not whole, and has no items now.

    Args:
        column: a column of `with_lists_sql`.
    """
    parts = f"{column}_read"
    nothing = f"({parts}[1] = '[]' AND len({parts}) = 1)"
    return f"({_begins_list(parts)} AND len({column}) = 0 AND NOT {nothing})"


def _begins_list(column: str) -> str:
    """SQL condition: the first name of a list is the beginning of a Python list, a set, or a whole tuple."""
    begins = f"regexp_matches({column}[1], '^(?:\\[\\s*(?:u?[''\"]|\\]$)|[({{]u?[''\"])')"
    ends = f"regexp_matches({column}[-1], '(?:[''\"],?|^)\\s*\\)$')"
    return f"({begins} AND (NOT starts_with({column}[1], '(') OR {ends}))"


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


_BROKEN_CELL = UNREADABLE.partition("|")[2]
_MANY = "(?m)"
_ANY_TITLE = f"{UNREADABLE}|{ESCAPED}|{PRINTED}|{LISTED}"
_ANY_PLACE = f"{UNREADABLE}|{TWICE}|{ADDRESSED}|{PRINTED}|{LISTED}"
_ANY_NAME = f"{UNREADABLE}|{TWICE}|{ADDRESSED}|{PRINTED}"
_APART = r"[A-Za-z][\x{300}-\x{36F}]"
_DIRTY = f"{_chars((*_BLANKS, *_HIDDEN))}|  |^ | $"
