"""In which form the times of a file are written, in words: for messages about files in which they are in another one."""

from __future__ import annotations

import re
from collections.abc import Sequence

FORMS = {
    "ISO 8601 dates with hours": r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d",
    "dates without hours": r"\b\d{4}-\d\d-\d\d(?![T\d]| \d\d:)",
    "Unix milliseconds": r"(?<![\w.])(?:[89]\d{11}|1[0-7]\d{11})(?![\w.])",
    "Unix seconds": r"(?<![\w.])(?:[89]\d{8}|1[0-7]\d{8})(?![\w.])",
    "numbers such as 1.6E+12, as spreadsheets write them": r"\b\d(?:[.,]\d+)?E\+(?:09|12|8|11)\b",
    "dates such as 5/20/2009": r"\b\d{1,2}/\d{1,2}/(?:19|20)\d\d\b",
}
"""By name, a pattern of one time; numbers are those from 1995 to 2026."""
MOST = 0.8
"""In this share of the lines the times of a file are found."""


def time_form(lines: Sequence[str]) -> str:
    """The form of the times in lines of a file.

    >>> time_form(["1,39940,1583378629552"]), time_form(["1,2,3.5"])
    ('Unix milliseconds', '')

    Args:
        lines: without that of the names of columns.

    Returns:
        A key of `FORMS`; empty where most lines have no time.
    """
    counts = {
        name: sum(1 for line in lines if re.search(pattern, line))
        for name, pattern in FORMS.items()
    }
    name = max(counts, key=lambda one: counts[one])
    return name if counts[name] and counts[name] >= MOST * len(lines) else ""


def other_form(example: str, lines: Sequence[str]) -> str:
    """What says that times are in another form than they should be.

    Args:
        example: the first lines of the official file.
        lines: of the file at hand.

    Returns:
        A sentence; empty where they are not, or it cannot be told.
    """
    expected = time_form(example.splitlines()[-1:])
    found = time_form(lines)
    if not expected or found in ("", expected):
        return ""
    return f"Times are {found}; expected {expected}."
