"""Whether the texts of a table, column by column, still have the letters with which they were written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from itdr.builders.core.emptied import escaped, printed_as_is, unreadable
from itdr.builders.core.errors import RawFileError
from itdr.builders.core.letters import (
    ENOUGH_IF_ALL,
    MISREAD,
    UNDECODED,
    are_lost,
    letters_fault,
    lost_letters,
)
from itdr.builders.core.schema import Source
from itdr.builders.store.build.limits import Row
from itdr.builders.store.build.statements import VIEWS
from itdr.builders.store.build.texts import LONG

MOST_ADDRESSED = 0.1
"""The share of titles with codes as in addresses: those of one plain word have none."""
JUDGED: Mapping[str, Mapping[str, str]] = {
    "interactions": {"text": "texts"},
    "items": {
        "title": "titles",
        "description": "descriptions",
        "creators": "creators",
        "categories": "categories",
    },
    "users": {"location": "locations", "country": "countries"},
    "tags": {"tag": "tags"},
}
"""The columns that are judged, by table, with what their values are called."""
NAMES = ("creators", "categories", "location", "country")
"""Columns of names, in which no question mark stands within a word."""
_LISTS = ("creators", "categories")
_PUBLISHED = ("title", "creators")
"""Columns of what was published, and not typed by anybody, with capitals and signs within words."""
CODES = """
SELECT count(*) AS n, count(CASE WHEN addressed(title) THEN 1 END) AS addressed,
       count(CASE WHEN beyond_ascii(title) THEN 1 END) AS beyond
FROM items_raw WHERE reject IS NULL AND title IS NOT NULL
"""
"""How many titles there are, how many hold codes as in addresses, and how many letters beyond ASCII."""


def letters_query(table: str, column: str) -> str:
    """SQL that counts what has become of the letters beyond ASCII in a column.

    Args:
        table: a table of `JUDGED`.
        column: one of its columns.

    Returns:
        A SELECT of how many texts have such letters, in how many they were encoded twice, in how many a
        letter could not be decoded, and in how many a question mark stands within a word, or a capital or sign.
    """
    text = f"listed({column})" if column in _LISTS else column
    lost = f"count(CASE WHEN lost_letter({text}) THEN 1 END)" if column in NAMES else "0"
    twice = f"beyond_ascii({text}) AND encoded_twice({text})"
    misread = f"beyond_ascii({text}) AND matches({text}, '{MISREAD}')"
    misread = f"count(CASE WHEN {misread} THEN 1 END)" if column in _PUBLISHED else "0"
    return f"""
SELECT count(CASE WHEN beyond_ascii({text}) THEN 1 END) AS beyond,
       count(CASE WHEN {twice} THEN 1 END) AS twice,
       count(CASE WHEN {text} LIKE '%{UNDECODED}%' THEN 1 END) AS undecoded,
       {lost} AS lost,
       {misread} AS misread
FROM {VIEWS[table]} WHERE reject IS NULL AND {text} IS NOT NULL
"""


def lost_query(table: str, column: str) -> str:
    """SQL that counts the texts of a column, and those in which a question mark stands within a word.

    Args:
        table: a table of `JUDGED`.
        column: one of its columns.
    """
    return f"""
SELECT count({column}) AS n, count(CASE WHEN lost_letter({column}) THEN 1 END) AS lost
FROM {VIEWS[table]} WHERE reject IS NULL
"""


def require_sound_texts(
    source: Source,
    table: str,
    columns: Collection[str],
    row: Row,
    files: Sequence[Path],
    emptied: Mapping[tuple[str, str], int],
) -> None:
    """Check the texts of a table.

    Args:
        source: the declaration; the user's own data are not checked.
        table: the table.
        columns: the columns that its reader fills.
        row: runs a query of one row.
        files: where the table was read from.
        emptied: counts of values that were emptied, by table and reason.

    Raises:
        RawFileError: nearly all texts of a column were encoded twice, lost their letters, or hold codes.
    """
    if source.described:
        return
    names = ", ".join(map(str, files))
    for column, plural in JUDGED.get(table, {}).items():
        if column in columns:
            counts = row(letters_query(table, column))
            fault = letters_fault(plural, names, *counts)
            # Titles are judged with the other columns of items.
            if not fault and not counts[0] and column in (*LONG, "tag"):
                n, lost = row(lost_query(table, column))
                if are_lost(n, lost, column in LONG):
                    fault = lost_letters(plural, names, lost)
            if fault:
                raise RawFileError(f"{source.id}: {fault}")
    if table == "items" and "title" in columns:
        _require_no_codes(source, row(CODES), names, emptied)


def _require_no_codes(
    source: Source, found: Sequence[Any], names: str, emptied: Mapping[tuple[str, str], int]
) -> None:
    """Check that titles hold no codes for characters, and stand as they are and not as a program prints them."""
    n, addressed, beyond = found
    codes = emptied.get(("items", escaped("title")), 0)
    prints = emptied.get(("items", printed_as_is("title")), 0)
    whole = n + codes + prints
    unread = emptied.get(("items", unreadable("title")), 0)
    if unread >= ENOUGH_IF_ALL and unread > n:
        raise RawFileError(
            f"{source.id}: {unread:,} of {n + unread:,} titles in {names} cannot be read: they are lists or records, were "
            "written in another encoding, or cut within a character. Put the official file in place."
        )
    most = 2 * (codes + prints) > whole
    if (addressed >= ENOUGH_IF_ALL and addressed > MOST_ADDRESSED * n) or (
        codes >= ENOUGH_IF_ALL and (most or codes > beyond)
    ):
        raise RawFileError(
            f"{source.id}: {max(addressed, codes):,} of {whole:,} titles in {names} hold codes for "
            "characters: '%20' as in addresses, or '\\u00e9' as in JSON. Put the official file in place."
        )
    if prints >= ENOUGH_IF_ALL and most:
        raise RawFileError(
            f"{source.id}: {prints:,} of {whole:,} titles in {names} stand as a program prints them, such "
            "as \"b'Heat'\", \"['Heat']\" or '=\"Heat\"'. Put the official file in place."
        )
