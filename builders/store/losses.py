"""Human-readable lines on what was lost between raw files and store: rows, values and links between tables.

A store of an older version, which `itdr sources` lists too, may lack any of these facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from itdr.builders.store.build.notes import STRENGTHS

_LACKING = {
    "items": "no title (no record in the file of items)",
    "users": "no profile (no record in the file of users)",
}


def rows_of(n: int, table: str) -> str:
    """A number of rows of a table in words.

    >>> rows_of(1, "interactions"), rows_of(1200, "items")
    ('1 interaction row', '1,200 item rows')
    """
    return f"{n:,} {table.removesuffix('s')} row{'' if n == 1 else 's'}"


def rejected(manifest: Mapping[str, Any]) -> list[str]:
    """How many rows of each table were left out, and why.

    Args:
        manifest: of a store.

    Returns:
        A sentence without a full stop for each table and reason.
    """
    return [
        f"{rows_of(n, table)} left out: {reason}"
        for table, reasons in manifest.get("rejected", {}).items()
        for reason, n in reasons.items()
    ]


def emptied(manifest: Mapping[str, Any]) -> list[str]:
    """How many rows of each table were kept without a value that could not be read; format as in `rejected`.

    Args:
        manifest: of a store.
    """
    return [
        f"{rows_of(n, table)} kept without a value: {reason}"
        for table, reasons in manifest.get("emptied", {}).items()
        for reason, n in reasons.items()
    ]


def unmatched(manifest: Mapping[str, Any], most: bool = False) -> list[str]:
    """How many items and users of the interactions have no record in the file that describes them.

    Args:
        manifest: of a store.
        most: report only tables in which most of them have none.

    Returns:
        A sentence without a full stop for each table.
    """
    return [
        f"{one['missing']:,} of {one['of']:,} {table} have {_LACKING[table]}"
        + (f": {one['cause']}" if one["cause"] else "")
        for table, one in sorted(manifest.get("unmatched", {}).items())
        if one["cause"] or (one["missing"] and not most)
    ]


def untitled(manifest: Mapping[str, Any]) -> list[str]:
    """How many items have a record without a title; format as in `unmatched`.

    Args:
        manifest: of a store.
    """
    n = manifest.get("untitled", 0)
    return (
        [f"{n:,} of {manifest['rows']['items']:,} items have a record without a title"] if n else []
    )


_DUPLICATES = {
    "identical": "have the same user, item, time and rating or count as another",
    "contradicting": "contradict another of the same user, item and time; all of them are kept",
}


def duplicates(manifest: Mapping[str, Any]) -> list[str]:
    """How many interactions repeat another of the same user, item and time, and how many contradict it.

    Args:
        manifest: of a store.

    Returns:
        A sentence without a full stop for each kind that occurs.
    """
    counts = manifest.get("duplicates", {})
    return [
        f"{counts[kind]:,} interactions {what}"
        for kind, what in _DUPLICATES.items()
        if counts.get(kind)
    ]


_TIMES = {
    "same": "all times are the same: they say nothing of the order of interactions",
    "days": "all times are days without hours: they say nothing of the order within a day",
    "hours": "all times are full hours: they say nothing of the order within an hour",
}


def lacking(manifest: Mapping[str, Any]) -> list[str]:
    """Which columns are empty throughout, what times do not tell, and what is unusual.

    Args:
        manifest: of a store.

    Returns:
        A sentence without a full stop for each.
    """
    lacks = manifest.get("lacking", {})
    empty = [
        f"no {table.removesuffix('s')} row has a value in {', '.join(names).replace('_', ' ')}"
        for table, names in lacks.get("empty", {}).items()
    ]
    times = [_TIMES[kind] for kind in [lacks.get("times")] if kind]
    same = [
        f"all {column}s are the same: they say nothing of who liked what more"
        for column in STRENGTHS
        if lacks.get(column)
    ]
    return [*empty, *times, *same, *lacks.get("unusual", [])]


def deviating(manifest: Mapping[str, Any]) -> list[str]:
    """What is grossly unlike the released files; format as in `lacking`.

    Args:
        manifest: of a store.
    """
    return list(manifest.get("deviating", ()))


def as_released(manifest: Mapping[str, Any]) -> list[str]:
    """Which tables are those of a released file, value by value; format as in `lacking`.

    Args:
        manifest: of a store.
    """
    return [
        f"{table}: the same as in {release}, value by value"
        for table, release in manifest.get("as_released", {}).items()
    ]
