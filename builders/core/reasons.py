"""Why rows are left out: the reasons that several sources share, and how many are too many."""

from __future__ import annotations

EMPTY_ID = "empty id"
NO_TIME = "no valid time"
OUTSIDE_SCALE = "rating outside the scale"
NO_RATING = "no valid rating"
UNDATED = "no date"
IMPLAUSIBLE_TIME = "implausible time"
BAD_ID = "malformed id"
WRONG_TYPE = "a value of the wrong type"
ROUNDED = "a number rounded by a spreadsheet"
AMBIGUOUS = "a number with a comma that can be read in two ways"
NO_RECORD = "not a JSON record"
"""A line holds anything but one record."""
NO_LITERAL = "not a Python dict"

MIN_READABLE = 0.05
"""The share of rows that must be readable."""
MOST_LEFT_OUT = 0.1
"""The share of a file's rows that are left out, from which on it is another file than the official one, where hardly
a row is left out."""
ENOUGH_TO_JUDGE = 20
"""With fewer rows of a kind than this, nothing is concluded about a file."""


def are_too_many(rows: int, rejected: int) -> bool:
    """Whether so many rows were left out that the file is not the official one, and what is left of it is a
    part that nobody chose.

    Args:
        rows: all rows, rejected ones included.
        rejected: the rejected ones.

    >>> are_too_many(1000, 100), are_too_many(1000, 99), are_too_many(19, 19)
    (True, False, False)
    """
    return rejected >= ENOUGH_TO_JUDGE and rejected >= MOST_LEFT_OUT * rows


def is_unreadable(rows: int, rejected: int) -> bool:
    """Whether nearly no row could be read, so that the file is not what it should be.

    Args:
        rows: all rows, rejected ones included.
        rejected: the rejected ones.

    >>> is_unreadable(1000, 960), is_unreadable(1000, 940), is_unreadable(19, 19)
    (True, False, False)
    """
    return rejected >= ENOUGH_TO_JUDGE and rows - rejected < MIN_READABLE * rows
