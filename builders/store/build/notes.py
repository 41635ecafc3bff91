"""What a store lacks by its raw files, and no row shows: columns empty throughout, and times, ratings or weights that tell nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from itdr.builders.core.reasons import ENOUGH_TO_JUDGE
from itdr.builders.core.schema import IDS, Source
from itdr.builders.store.build import own_data, statements
from itdr.builders.store.build.limits import Row
from itdr.builders.store.build.list_checks import unusual_lists
from itdr.builders.store.build.name_checks import unusual_names
from itdr.builders.store.build.scale_checks import unusual_ratings
from itdr.builders.store.build.user_checks import unusual_users

SAME, DAYS, HOURS = "same", "days", "hours"
"""Of the times: all are equal, or at one full hour of their days, or each is the beginning of an hour."""
TIMES = """
SELECT count(r.timestamp) AS n, min(r.timestamp) AS first, max(r.timestamp) AS last
FROM interactions_staged AS r WHERE reject IS NULL
"""


STRENGTHS = ("rating", "weight")
"""Columns that say how much somebody liked something."""


def strengths(column: str) -> str:
    """SQL that counts the values of one of `STRENGTHS`, and finds the least and the most.

    Args:
        column: its name.
    """
    return f"""
SELECT count(r.{column}) AS n, min(r.{column}) AS least, max(r.{column}) AS most
FROM interactions_staged AS r WHERE reject IS NULL
"""


APART = """
SELECT count(CASE WHEN r.timestamp % 86400 <> {second} THEN 1 END) AS hours,
       count(CASE WHEN r.timestamp % 3600 <> 0 THEN 1 END) AS minutes
FROM interactions_staged AS r WHERE reject IS NULL
"""
"""How many times are not at one time of the day, and how many not the beginning of an hour."""
TITLED = """
SELECT count(*) AS n, count(CASE WHEN title = CAST(item_id AS STRING) THEN 1 END) AS ids
FROM items_raw WHERE reject IS NULL AND title IS NOT NULL
"""
MANY_ITEMS, FEWEST_MISSING = 2_000, 0.002
"""Of so many items, this share at least lack a value where some do officially."""
ENOUGH_RATINGS = 100
"""Of so many ratings, some are in the upper half of the scale."""
_TABLES = ("interactions", "items", "users")
_NOT_JUDGED = (
    *(*IDS, "timestamp", "event", "seq", "hidden", "domain"),
    *("other_title", "work_title", "work_creator"),
)


def lacking(
    source: Source, columns: Mapping[str, Collection[str]], row: Row, facet: str
) -> dict[str, Any]:
    """Find the columns without a single value, and times that leave the order of events open.

    Args:
        source: the declaration.
        columns: the columns of each table that was read.
        row: runs a query of one row.
        facet: what was read; texts may be missing in the facet `base`.

    Returns:
        The manifest's `lacking`: `empty` (columns by table), `times` (`SAME`, `DAYS`, `HOURS` or ""), and for each of
        `STRENGTHS` `SAME` or "", and `unusual`, a clause for each thing that is so of users.
    """
    apart = facet == "base" and any("text" in file.facets for file in source.files)
    empty = {}
    for table in _TABLES:
        judged = [
            name
            for name in sorted(columns.get(table) or ())
            if name not in _NOT_JUDGED and not (apart and name == "text")
        ]
        if judged:
            counts = ", ".join(f"count({_stated(name)}) AS {name}_n" for name in judged)
            n, *value_counts = row(
                f"SELECT count(*) AS n, {counts} FROM {statements.VIEWS[table]} AS r WHERE reject IS NULL"
            )
            none = [name for name, one in zip(judged, value_counts, strict=True) if n and not one]
            if none:
                empty[table] = none
    lacks: dict[str, Any] = {"empty": empty, "times": ""}
    lacks["unusual"] = [
        *unusual_names(source, columns.get("items") or (), row),
        *unusual_lists(source, columns.get("items") or (), row),
        *unusual_users(source, columns.get("users") or (), row),
        *_complete(source, columns.get("items") or (), row),
        *unusual_ratings(source, columns["interactions"], row),
    ]
    if source.described:
        lacks["unusual"] += _doubtful(source, columns, row)
    if "timestamp" in columns["interactions"]:
        lacks["times"] = _times(row)
    for column in STRENGTHS:
        if column in columns["interactions"]:
            n, least, most = row(strengths(column))
            lacks[column] = SAME if n >= ENOUGH_TO_JUDGE and least == most else ""
    return lacks


def _complete(source: Source, columns: Collection[str], row: Row) -> list[str]:
    """Columns of items that hardly any item lacks, and that some lack in the official file: a clause for each."""
    notes = []
    for name in source.options.get("incomplete", ()):
        if name in columns and not source.described:
            n, stated = row(
                f"SELECT count(*) AS n, count({name}) AS stated FROM items_raw WHERE reject IS NULL"
            )
            if n >= MANY_ITEMS and n - stated < FEWEST_MISSING * n:
                notes.append(
                    f"{stated:,} of {n:,} items have a {name}, unlike those of the official file: missing ones may have been filled"
                )
    return notes


def _doubtful(source: Source, columns: Mapping[str, Collection[str]], row: Row) -> list[str]:
    """What a description of somebody's own data may have wrong: a clause for each."""
    notes = []
    if "title" in (columns.get("items") or ()):
        n, ids = row(TITLED)
        if n == ids >= ENOUGH_TO_JUDGE:
            notes.append(
                f"the titles of all {n:,} items are their ids: `title` may name another column"
            )
    scale = source.scale
    if scale is not None and "rating" in columns["interactions"]:
        n, _, most = row(strengths("rating"))
        if n >= ENOUGH_RATINGS and 2 * most <= scale.high:
            notes.append(
                f"none of {n:,} ratings is above {most:g}, and the scale ends with {scale.high:g}: `high` may be another one"
            )
    return notes + own_data.doubtful(source, columns.get("items") or (), row)


def _stated(column: str) -> str:
    """SQL that is null where a value is missing, or a list empty."""
    return (
        f"nullif({statements.spelled(column)}, '')" if column in statements.LISTS else f"r.{column}"
    )


def _times(row: Row) -> str:
    n, first, last = row(TIMES)
    if n < ENOUGH_TO_JUDGE:
        return ""
    if first == last:
        return SAME
    if first % 3600 or last % 3600:
        return ""
    hours, minutes = row(APART.format(second=first % 86_400))
    if minutes:
        return ""
    return HOURS if hours else DAYS
