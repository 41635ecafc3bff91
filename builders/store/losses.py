"""Human-readable lines on what was lost between raw files and store: rows, values and links between tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_LACKING = {
    "items": "no title (no record in the file of items)",
    "users": "no profile (no record in the file of users)",
}


def rejected(manifest: Mapping[str, Any]) -> list[str]:
    """How many rows of each table were left out, and why.

    Args:
        manifest: of a store.

    Returns:
        A sentence without a full stop for each table and reason.
    """
    return [
        f"{n:,} rows of {table} left out: {reason}"
        for table, reasons in manifest["rejected"].items()
        for reason, n in reasons.items()
    ]


def emptied(manifest: Mapping[str, Any]) -> list[str]:
    """How many rows of each table were kept without a value that could not be read; format as in `rejected`.

    Args:
        manifest: of a store.
    """
    return [
        f"{n:,} rows of {table} kept without a value: {reason}"
        for table, reasons in manifest["emptied"].items()
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
        for table, one in sorted(manifest["unmatched"].items())
        if one["cause"] or (one["missing"] and not most)
    ]


def contradicting(manifest: Mapping[str, Any]) -> list[str]:
    """How many interactions have the user, item and time of another, and another rating or weight.

    Args:
        manifest: of a store.

    Returns:
        A sentence without a full stop, or nothing.
    """
    n = manifest.get("contradicting", 0)  # stores of older versions say nothing of it
    if not n:
        return []
    return [
        f"{n:,} interactions contradict another of the same user, item and time; all of them are kept"
    ]
