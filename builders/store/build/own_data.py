"""Whether somebody's own data are what their description says: what the values of whole columns show."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.reasons import ENOUGH_TO_JUDGE, NO_TIME
from itdr.builders.core.schema import Source
from itdr.builders.store.build import statements

Row = Callable[[str], Sequence[Any]]
"""Runs a query of one row."""

_SPAN = """
SELECT count(r.timestamp) AS n, min(r.timestamp) AS first, max(r.timestamp) AS last
FROM interactions_staged AS r WHERE reject IS NULL
"""
_THOUSANDTH = (946_684, 2_678_400)
"""Of a second in the year 2000, and the end of January 1970."""
_NO_TIME_YET = 2 * 86_400
"""The end of 2 January 1970, whatever the zone: numbers below it are ratings or places in an order."""
_MONTH = 30 * 86_400
_DAYS = f"""
SELECT count(*) AS n, count(CASE WHEN day_of_month(r.timestamp) > 12 THEN 1 END) AS late,
       count(DISTINCT floor(r.timestamp / {_MONTH})) AS months
FROM interactions_staged AS r WHERE reject IS NULL AND r.timestamp IS NOT NULL
"""
_MOST_LATE, _MANY_MONTHS = 0.05, 3
"""A time zone moves few of the first twelve days beyond them; so many months are no log of twelve days."""
_TITLES = """
SELECT count(*) AS n, count(CASE WHEN title = CAST(item_id AS STRING) THEN 1 END) AS ids,
       count(CASE WHEN regexp_replace(title, '^[-+$€£¥%.,0-9 ]+$', '') = '' THEN 1 END) AS numbers
FROM items_raw WHERE reject IS NULL AND title IS NOT NULL
"""
SEPARATORS = (" > ", "|", ";", ",", "/")
"""What may stand between values; the first of those that most values hold is named."""


def require_times(
    source: Source, row: Row, rejected: Mapping[tuple[str, str], int], files: Sequence[Path]
) -> None:
    """Check that times are in the unit, and dates in the order, that the description says.

    Args:
        source: a described source with times.
        row: runs a query on `interactions_staged`.
        rejected: counts of rejected rows by table and reason.
        files: where the interactions were read from.

    Raises:
        RawFileError: they are not.
    """
    names = ", ".join(map(str, files))
    n, first, last = row(_SPAN)
    if n >= ENOUGH_TO_JUDGE and first >= _THOUSANDTH[0] and last < _THOUSANDTH[1]:
        raise RawFileError(
            f"{source.id}: all {n:,} times in {names} are in January 1970: they are seconds, and the "
            "description says milliseconds. Correct the `unit` of timestamp."
        )
    column = _column(source, "interactions", "timestamp")
    if n >= ENOUGH_TO_JUDGE and first >= 0 and last < _NO_TIME_YET:
        raise RawFileError(
            f"{source.id}: none of {n:,} times in {names} is after 2 January 1970: {column.get('from')!r} holds no "
            "times. Name another column as timestamp; a place in an order is `seq`."
        )
    parts = re.findall("%[dm]", column.get("format") or "")
    lost = rejected.get(("interactions", NO_TIME), 0)
    if len(parts) != 2 or lost < ENOUGH_TO_JUDGE:
        return
    n, late, months = row(_DAYS)
    if ENOUGH_TO_JUDGE <= n <= lost and late <= _MOST_LATE * n and months >= _MANY_MONTHS:
        before, after = ("month", "day") if parts[0] == "%m" else ("day", "month")
        raise RawFileError(
            f"{source.id}: {lost:,} interactions in {names} have no valid time, and the {n:,} others are all of the "
            "first twelve days of a month: day and month were swapped. Correct the `format` of timestamp: "
            f"{column['format']!r} has the {before} first, and the dates have the {after} first."
        )


def doubtful(source: Source, columns: Collection[str], row: Row) -> list[str]:
    """Find what a description may have wrong of items.

    Args:
        source: a described source.
        columns: the columns of its items.
        row: runs a query of one row.

    Returns:
        A clause for each thing.
    """
    notes = []
    if "title" in columns:
        n, ids, numbers = row(_TITLES)
        if n == numbers >= ENOUGH_TO_JUDGE and n != ids:
            notes.append(
                f"the titles of all {n:,} items are numbers: `title` may name another column"
            )
    for name in ("categories", "creators"):
        notes += _unsplit(source, name, row) if name in columns else []
    return notes


def _unsplit(source: Source, name: str, row: Row) -> list[str]:
    """A clause where no value holds the separator that is declared, and most hold the same other one."""
    split = _column(source, "items", name).get("split")
    if not split:
        return []
    held = ", ".join(
        f"count(CASE WHEN v LIKE '%{sign}%' THEN 1 END) AS held_{place}"
        for place, sign in enumerate(SEPARATORS)
    )
    n, several, *counts = row(f"""
SELECT count(*) AS n, count(CASE WHEN v LIKE concat('%', chr(31), '%') THEN 1 END) AS several, {held}
FROM (SELECT {statements.spelled(name)} AS v FROM items_raw WHERE reject IS NULL) AS r WHERE v <> ''
""")
    sign = next((sign for sign, count in zip(SEPARATORS, counts, strict=True) if 2 * count > n), "")
    if n < ENOUGH_TO_JUDGE or several or not sign:
        return []
    return [
        f"no value of {name} holds the separator {split!r}, and most hold {sign!r}: `split` may be another one"
    ]


def _column(source: Source, table: str, name: str) -> Mapping[str, Any]:
    """The description of a column; empty where there is none."""
    description = (json.loads(source.described).get(table) or {}).get("columns", {}).get(name)
    return description if isinstance(description, dict) else {}
