"""The period that holds the years of some works, in the words that one would use for it."""

from __future__ import annotations

import re
from collections.abc import Collection

MAX_YEARS = 15
"""Works from further apart than so many years are of no period."""
FIRST_OF_THE_MIDDLE, FIRST_OF_THE_LATE = 4, 7
"""Last digits with which the middle and the end of a decade begin."""


def period_of(years: Collection[int]) -> str:
    """The shortest period that holds these years.

    Args:
        years: of works; 0 where one is not known.

    Returns:
        A third of a decade, a decade, or two neighboring decades; "" where a year is not known, or they are farther apart.

    >>> period_of([1997, 1999]), period_of([1980, 1988]), period_of([1977, 1982]), period_of([1973, 1985])
    ('late 1990s', '1980s', 'late 1970s and early 1980s', '1970s and 1980s')
    >>> period_of([1938, 1992]), period_of([1938, 0]), period_of([1968, 1981])
    ('', '', '')
    """
    first, last = min(years, default=0), max(years, default=0)
    if not first or last - first > MAX_YEARS:
        return ""
    decades = sorted({year // 10 * 10 for year in years})
    if decades[-1] - decades[0] > 10:
        return ""
    if len(decades) == 1:
        thirds = {_third(year) for year in years}
        decade = f"{decades[0]}s"
        return f"{thirds.pop()}{decade}" if len(thirds) == 1 else decade
    ends = _third(first), _third(last)
    late, early = ends if ends == ("late ", "early ") else ("", "")
    return f"{late}{decades[0]}s and {early}{decades[1]}s"


def years_in(period: str) -> tuple[int, int]:
    """The first and last years of a period.

    Args:
        period: in the words of `period_of`, or "before 1960".

    Returns:
        (first, last); the first is 0 where the period has no beginning.

    >>> years_in("1990s"), years_in("mid-1990s"), years_in("late 1970s and early 1980s"), years_in("before 1960")
    ((1990, 1999), (1994, 1996), (1977, 1983), (0, 1959))
    """
    if period.startswith("before "):
        return 0, int(period.removeprefix("before ")) - 1
    spans = []
    for part, decade in re.findall(r"(early |mid-|late |)(\d{3}0)s", period):
        digits = [digit for digit in range(10) if part in ("", _third(digit))]
        spans.append((int(decade) + digits[0], int(decade) + digits[-1]))
    return spans[0][0], spans[-1][1]


def _third(year: int) -> str:
    digit = year % 10
    if digit < FIRST_OF_THE_MIDDLE:
        return "early "
    return "mid-" if digit < FIRST_OF_THE_LATE else "late "
