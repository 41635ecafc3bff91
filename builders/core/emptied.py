"""Values of raw files that are there but cannot be read: which they are, and how they are counted.

A reader empties such a value and says so in its column `emptied`, whose reasons the store counts.
"""

from __future__ import annotations

from collections.abc import Collection

from itdr.builders.core.duckdb_csv import literal

AND = "; "
"""What joins the reasons in a reader's column `emptied`."""
ESCAPED = r"\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2})"
"""A character as JSON or Python escapes it. What is behind it of a name is never read."""
UNSTATED = ("", "unknown", "null", "nan", "none", "n/a", "not available", "\\n")
"""Words that stand for a missing value, in small letters; the last is that of databases."""


def emptied_sql(**unread: str) -> str:
    """SQL for a reader's column `emptied`: which values of a row cannot be read.

    Args:
        unread: by column, an SQL condition that its value is there and cannot be read.

    Returns:
        An SQL expression; null where all can be read.
    """
    reasons = ", ".join(
        f"CASE WHEN {condition} THEN {literal(unreadable(column))} END"
        for column, condition in unread.items()
    )
    return f"nullif(concat_ws({literal(AND)}, {reasons}), '')"


def unreadable(column: str) -> str:
    """The reason for emptying a value of this column that cannot be read."""
    return f"{column.replace('_', ' ')} unreadable"


def implausible(column: str) -> str:
    """The reason for emptying a value of this column that cannot be true."""
    return f"{column.replace('_', ' ')} implausible"


def escaped(column: str) -> str:
    """The reason for emptying a value of this column in which codes stand for characters: `\\u00e9`."""
    return f"{column.replace('_', ' ')} with codes for characters"


def printed_as_is(column: str) -> str:
    """The reason for emptying a value of this column that a program wrote as it prints it: `b'Heat'`."""
    return f"{column.replace('_', ' ')} as a program prints it"


def unread_sql(column: str, read: str, unstated: Collection[str] = UNSTATED) -> str:
    """SQL condition: something is stated, and it could not be read.

    Args:
        column: an SQL expression of what is stated.
        read: an SQL expression of what was read of it, null where it could not be.
        unstated: words that state nothing, in small letters.

    Returns:
        An SQL condition.
    """
    words = ", ".join(map(literal, unstated))
    return f"({read}) IS NULL AND lower(trim(coalesce({column}, ''))) NOT IN ({words})"
