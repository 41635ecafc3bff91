"""The declared limits of a source, enforced here for all of them: the form of ids, the scale and the days."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from itdr.builders.core.duckdb_csv import literal
from itdr.builders.core.errors import RawFileError
from itdr.builders.core.numbers import float32_sql
from itdr.builders.core.reasons import (
    BAD_ID,
    ENOUGH_TO_JUDGE,
    IMPLAUSIBLE_TIME,
    NO_RATING,
    NO_TIME,
    OUTSIDE_SCALE,
    WRONG_TYPE,
)
from itdr.builders.core.schema import IDS, Scale, Source
from itdr.builders.store.build import own_data

_NEAR = 1e-3
"""The share of a step by which a rating, stored in 32 bits, may miss it."""
MOST_OFF_SCALE = 0.2
"""The share of ratings off the scale from which on they are on another one."""
ALL_LOWEST = 100
"""So many ratings are not all the lowest of the scale."""
SOME_ABOVE = 500
"""Of so many ratings, some are in the upper half of the scale."""
SOME_HIGHEST = 10_000
"""Of so many ratings, some are between whole numbers, or the highest of the scale where some are the next lower."""
ZEROS = """
SELECT count(*) AS n FROM (
    SELECT 1 AS zero FROM interactions_staged WHERE user_number = 0
    UNION ALL SELECT 1 AS zero FROM interactions_staged WHERE item_number = 0
) AS zeros
"""
RATINGS = f"""
SELECT count(rating) AS n, min(rating) AS low, max(rating) AS high,
       count(CASE WHEN abs(rating / {{step}} - round(rating / {{step}})) > {_NEAR} THEN 1 END) AS apart
FROM interactions_staged
WHERE abs(rating) < 1e9 AND (reject IS NULL OR reject = {literal(OUTSIDE_SCALE)})
"""
"""How many ratings there are, on the scale or off it, their range, and how many lie between two steps; every scale
begins with a step."""
MET = """
SELECT count(*) AS n FROM (SELECT 1 AS met FROM interactions_staged AS r WHERE reject IS NULL AND {condition} LIMIT 1) AS one
"""
"""Whether any interaction fulfils a condition: an engine stops at the first one, where a count reads them all."""
MET_AT = f"""
SELECT count(*) AS n FROM interactions_staged
WHERE rating = {{rating}} AND reject = {literal(OUTSIDE_SCALE)}
"""
OFF_SCALE = (
    f"SELECT min(rating) AS off FROM interactions_staged WHERE reject = {literal(OUTSIDE_SCALE)}"
)
"""One of the ratings off the scale."""
APART = "r.rating <> floor(r.rating){since}"
BETWEEN = """
SELECT count(*) AS n, count(CASE WHEN rating <> floor(rating) THEN 1 END) AS between_two,
       min(rating) AS low, max(rating) AS high
FROM interactions_staged AS r WHERE reject IS NULL AND rating IS NOT NULL{since}
"""
"""How many ratings there are, since a day where `since` names one, and how many lie between whole numbers."""

TIMES = """
SELECT count(*) AS n, count(r.timestamp) AS timed FROM interactions_staged AS r WHERE reject IS NULL
"""
"""How many interactions there are, and how many of them have a time."""

YEAR_TO_COME = "coalesce(year > 2030, false)"
"""SQL condition: an item is of a year that no published set can know."""
CLOSE = 7 * 86_400
"""The events of a session lie no further apart; those of a popular item do."""
SAMPLED = 50_000
"""About so many interactions show whose events lie close together."""
DAYS = """
SELECT count(*) AS n, count(CASE WHEN day_of_month(r.timestamp) > 12 THEN 1 END) AS late
FROM interactions_staged AS r WHERE reject IS NULL AND r.timestamp IS NOT NULL
"""
"""How many interactions have a time, and how many of them are of the thirteenth of a month or later."""

COPIES = """
SELECT CAST(coalesce(sum(n), 0) AS BIGINT) AS n, count(*) AS different, coalesce(max(users), 0) AS users FROM (
    SELECT count(*) AS n, count(DISTINCT user_number) AS users FROM interactions_staged AS r
    WHERE reject IS NULL AND item_number & {bits} = 0 GROUP BY item_number, r.timestamp
) AS pairs
"""
"""Of some items: how many events there are, how many of different items or times, and of how many users one of these is."""

Row = Callable[[str], Sequence[Any]]
"""Runs a query of one row."""


def malformed_ids_sql(source: Source, columns: Collection[str]) -> list[str]:
    """SQL expressions for the reason to reject a row of any table whose id has not the declared form.

    Args:
        source: the declaration.
        columns: the columns that its reader fills.

    Returns:
        Expressions of type VARCHAR, null where the id is well-formed or null.
    """
    return [
        f"CASE WHEN NOT regexp_full_match({name}, {literal(pattern)}) THEN {literal(BAD_ID)} END"
        for name, pattern in source.ids.items()
        if name in columns
    ]


def beyond_sql(source: Source, columns: Collection[str]) -> list[str]:
    """SQL expressions for the reason to reject an interaction beyond the declared scale or days.

    A missing rating or time is within them: whether there must be one is known to the reader.

    Args:
        source: the declaration.
        columns: the columns that its reader fills.

    Returns:
        Expressions of type VARCHAR, null where the limit holds; none without limits.
    """
    cases = []
    if "rating" in columns:
        # NaN and infinity: the largest number of 32 bits is less in every engine.
        cases.append(
            f"CASE WHEN abs(CAST(rating AS DOUBLE)) > 3.5e38 THEN {literal(NO_RATING)} END"
        )
    # The step of a described source may be a guess; its reader checks the bounds.
    if source.scale is not None and not source.described and "rating" in columns:
        low, high, step = source.scale.low, source.scale.high, source.scale.step
        steps = f"((CAST(rating AS DOUBLE) - {low}) / {step})"
        most = (high - low) / step
        beyond = f"{steps} < -{_NEAR} OR {steps} > {most + _NEAR}"
        off = f"{beyond} OR abs({steps} - round({steps})) > {_NEAR}"
        cases.append(f"CASE WHEN {off} THEN {literal(OUTSIDE_SCALE)} END")
    if source.times is not None and "timestamp" in columns:
        first, last = (_second(day) for day in source.times)
        late = last + 86_400
        off = f'"timestamp" < {first} OR "timestamp" >= {late}'
        cases.append(f"CASE WHEN {off} THEN {literal(IMPLAUSIBLE_TIME)} END")
    return cases


def on_scale_sql(source: Source) -> str:
    """SQL for a stored rating: within `_NEAR` of a step of the declared scale it is that step.

    Args:
        source: the declaration.

    Returns:
        An SQL expression.
    """
    if source.scale is None or source.described:
        return "rating"
    low, step = source.scale.low, source.scale.step
    steps = f"((CAST(rating AS DOUBLE) - {low}) / {step})"
    near = f"abs({steps} - round({steps})) <= {_NEAR}"
    return f"CASE WHEN {near} THEN CAST({low} + round({steps}) * {step} AS FLOAT) ELSE rating END"


def require_limits(
    source: Source,
    columns: Collection[str],
    row: Row,
    rejected: Mapping[tuple[str, str], int],
    files: Sequence[Path],
) -> None:
    """Check that a source's interactions as a whole are what it declares.

    Args:
        source: the declaration.
        columns: the columns that its reader fills.
        row: runs a query on `interactions_staged`.
        rejected: counts of rejected rows by table and reason.
        files: where the interactions were read from.

    Raises:
        RawFileError: the ratings are on another scale, or all times are missing.
    """
    if "rating" in columns:
        _require_scale(source, row, rejected, files)
    if "timestamp" in columns:
        _require_times(source, row, rejected, files)
        _require_order(source, row, rejected, files)
        _require_same_unit(source, row, rejected, files)
    if "rating" in columns and ("timestamp" in columns or "parts_since" not in source.options):
        _require_between(source, row, rejected, files)
    if {*IDS} <= {*columns}:
        _require_ids_from_one(source, row, files)
        if "timestamp" in columns:
            _require_sessions(source, row, files)
            _require_one_copy(source, row, files)


def _require_scale(
    source: Source, row: Row, rejected: Mapping[tuple[str, str], int], files: Sequence[Path]
) -> None:
    """Check that ratings are on the declared scale: on another one, those that lie within it are wrong too.

    Args:
        source: the declaration.
        row: runs a query on `interactions_staged`.
        rejected: counts of rejected rows by table and reason.
        files: where the interactions were read from.

    Raises:
        RawFileError: a considerable share of the ratings is off the scale.
    """
    scale = source.scale
    if scale is None or source.described:
        return
    off = rejected.get(("interactions", OUTSIDE_SCALE), 0)
    if not off and row(MET.format(condition=f"r.rating = {float32_sql(scale.high)}"))[0]:
        return  # all on the scale, and not shifted
    n, low, high, apart = row(RATINGS.format(step=scale.step))
    if n >= ALL_LOWEST and low == high == scale.low:
        raise RawFileError(
            f"{source.id}: all {n:,} ratings in {', '.join(map(str, files))} are {low:g}, the lowest of "
            f"{scale.low:g} to {scale.high:g}. They were reduced to yes or no: put the official file in place."
        )
    unread = _unread(rejected)
    if n >= ALL_LOWEST and (low, high) == (0, 1) and not apart:
        raise RawFileError(
            f"{source.id}: all {n:,} ratings in {', '.join(map(str, files))} are 0 or 1, not {scale.low:g} to {scale.high:g}. "
            "They were reduced to yes or no: put the official file in place."
        )
    if n >= SOME_ABOVE and low < high <= scale.high / 2 and apart < MOST_OFF_SCALE * n:
        raise RawFileError(
            f"{source.id}: none of {n:,} ratings in {', '.join(map(str, files))} is above {high:g}, and the scale goes from "
            f"{scale.low:g} to {scale.high:g}. They were brought to another scale: put the official file in place."
        )
    if apart < MOST_OFF_SCALE * n and (missing_rating := _shifted(scale, n, low, high)):
        raise RawFileError(
            f"{source.id}: the {n:,} ratings in {', '.join(map(str, files))} run from {low:g} to {high:g}, and "
            f"none is {missing_rating:g}. Expected {scale.low:g} to {scale.high:g} in steps of {scale.step:g}: "
            f"{unread or 'they were counted from another number'}. Put the official file in place."
        )
    if n and off >= max(ENOUGH_TO_JUDGE, MOST_OFF_SCALE * n):
        if low in (-1, 0) and row(MET_AT.format(rating=low))[0] == off:
            raise RawFileError(
                f"{source.id}: of {n:,} ratings in {', '.join(map(str, files))}, {off:,} are {low:g}, which some files have for "
                "'not rated', and the official one has ratings alone: it is another file. Put the official file in place."
            )
        within = scale.low <= low and high <= scale.high
        such = f", such as {row(OFF_SCALE)[0]:g}" if within else ""
        raise RawFileError(
            f"{source.id}: of {n:,} ratings in {', '.join(map(str, files))}, {off:,} are off the scale. "
            f"Expected {scale.low:g} to {scale.high:g} in steps of {scale.step:g}; found {low:g} to "
            f"{high:g}{such}. The ratings were converted: put the official file in place."
        )


def _unread(rejected: Mapping[tuple[str, str], int]) -> str:
    """A clause on ratings that are no numbers, which may be all of one kind; empty where hardly any is."""
    lost = sum(rejected.get(("interactions", reason), 0) for reason in (NO_RATING, WRONG_TYPE))
    if lost < ENOUGH_TO_JUDGE:
        return ""
    return f"{lost:,} others are missing or no numbers, so that they were written in another form"


def _require_between(
    source: Source, row: Row, rejected: Mapping[tuple[str, str], int], files: Sequence[Path]
) -> None:
    """Raise `RawFileError` where ratings on a scale of parts of a star are all whole, though users could give parts
    when they rated. The highest rating alone is a part that somebody may choose."""
    scale = source.scale
    if scale is None or source.described or scale.step >= 1:
        return
    first = source.options.get("parts_since")
    since = f" AND r.timestamp >= {_second(first)}" if first else ""
    if row(MET.format(condition=APART.format(since=since)))[0]:
        return
    n, between, low, high = row(BETWEEN.format(since=since))
    if n < SOME_HIGHEST or between or low == scale.high:
        return
    when = f" of {first} or later" if first else ""
    names = ", ".join(map(str, files))
    if low == high:
        raise RawFileError(
            f"{source.id}: all {n:,} ratings{when} in {names} are {low:g}: they were replaced by one number, or all others "
            "left out. Put the official file in place."
        )
    raise RawFileError(
        f"{source.id}: all {n:,} ratings{when} in {names} are whole numbers, and the scale has steps of "
        f"{scale.step:g}: {_unread(rejected) or 'they were rounded'}. Put the official file in place."
    )


def _shifted(scale: Scale, n: int, low: float, high: float) -> float | None:
    """The end of a scale that no rating has, where they run from one step beyond its other end: all are wrong then,
    those on the scale too. So they may where very many end one step before the highest; a part with low ratings
    alone ends anywhere."""
    if n >= ENOUGH_TO_JUDGE:
        if abs(scale.low - low - scale.step) < _NEAR and high < scale.high:
            return scale.high
        if abs(high - scale.high - scale.step) < _NEAR and low > scale.low:
            return scale.low
    return scale.high if n >= SOME_HIGHEST and abs(scale.high - high - scale.step) < _NEAR else None


def _require_times(
    source: Source, row: Row, rejected: Mapping[tuple[str, str], int], files: Sequence[Path]
) -> None:
    """Check that interactions have times, where the source declares the days from which they are.

    Args:
        source: the declaration.
        row: runs a query on `interactions_staged`.
        rejected: counts of rejected rows by table and reason.
        files: where the interactions were read from.

    Raises:
        RawFileError: not a single interaction has a time.
    """
    if source.described:
        own_data.require_times(source, row, rejected, files)
    if source.times is None:
        return
    n, timed = row(TIMES)
    if n < ENOUGH_TO_JUDGE or timed:
        return
    names = ", ".join(map(str, files))
    for reason in (NO_TIME, IMPLAUSIBLE_TIME):
        if lost := rejected.get(("interactions", reason), 0):
            raise RawFileError(
                f"{source.id}: {lost:,} interactions in {names} have {_with_article(reason)}, and the {n:,} "
                "others have none. The times were converted: put the official file in place."
            )
    raise RawFileError(
        f"{source.id}: none of the {n:,} interactions in {names} has a time. "
        "The column of times was emptied, filled with 0, renamed or removed: put the official file in place."
    )


def _with_article(reason: str) -> str:
    return reason if reason.startswith("no ") else f"an {reason}"


def _second(day: str) -> int:
    """00:00 UTC of a day, in seconds since 1970."""
    start = datetime.date.fromisoformat(day).toordinal() - datetime.date(1970, 1, 1).toordinal()
    return start * 86_400


def _require_order(
    source: Source, row: Row, rejected: Mapping[tuple[str, str], int], files: Sequence[Path]
) -> None:
    """Check that days and months were not swapped: then most times have a thirteenth month or a later one
    and are rejected, and no other is of the thirteenth day or a later one.

    Args:
        source: the declaration.
        row: runs a query on `interactions_staged`.
        rejected: counts of rejected rows by table and reason.
        files: where the interactions were read from.

    Raises:
        RawFileError: they were.
    """
    lost = rejected.get(("interactions", NO_TIME), 0)
    if lost < ENOUGH_TO_JUDGE:
        return
    remedy = (
        "Correct the `format` of timestamp"
        if source.described
        else "Put the official file in place"
    )
    n, late = row(DAYS)
    if n >= ENOUGH_TO_JUDGE and not late and lost >= n:
        raise RawFileError(
            f"{source.id}: {lost:,} interactions in {', '.join(map(str, files))} have no valid time, and the "
            f"{n:,} others are all of the first twelve days of a month: day and month were swapped. {remedy}."
        )


def _require_same_unit(
    source: Source, row: Row, rejected: Mapping[tuple[str, str], int], files: Sequence[Path]
) -> None:
    """Check that no considerable share of the times is off the declared days: a number that overflowed may lie
    within them by chance.

    Args:
        source: the declaration.
        row: runs a query on `interactions_staged`.
        rejected: counts of rejected rows by table and reason.
        files: where the interactions were read from.

    Raises:
        RawFileError: so it is.
    """
    lost = sum(rejected.get(("interactions", reason), 0) for reason in (NO_TIME, IMPLAUSIBLE_TIME))
    if source.times is None or lost < ENOUGH_TO_JUDGE:
        return
    n, timed = row(TIMES)
    if lost >= MOST_OFF_SCALE * (lost + n):
        raise RawFileError(
            f"{source.id}: of {lost + n:,} interactions in {', '.join(map(str, files))}, {lost:,} have no valid "
            f"time, or one before {source.times[0]} or after {source.times[1]}: the times were converted, so the "
            f"{timed:,} others are doubtful. Put the official file in place."
        )


def _require_ids_from_one(source: Source, row: Row, files: Sequence[Path]) -> None:
    """Raise `RawFileError` where ids were counted from 0 or filled with it, and the official ones begin with 1."""
    zeros = row(ZEROS)[0] if {*IDS} <= {*source.options.get("from_one", ())} else 0
    if zeros >= ENOUGH_TO_JUDGE:
        raise RawFileError(
            f"{source.id}: {zeros:,} interactions in {', '.join(map(str, files))} have an id of 0, and official ids "
            "begin with 1: users or items were numbered anew, or missing ids filled. Put the official file in place."
        )


def sessions_query(name: str, every: int) -> str:
    """SQL that counts the users (or items) with three events or more, and those whose events lie close together.

    Args:
        name: `user` or `item`.
        every: of so many ids, which must be numbers, one is looked at: a power of two, as bits are compared
            faster than remainders.

    Returns:
        A SELECT.
    """
    return f"""
SELECT count(*) AS n, count(CASE WHEN last - first <= {CLOSE} THEN 1 END) AS near FROM (
    SELECT min(r.timestamp) AS first, max(r.timestamp) AS last FROM interactions_staged AS r
    WHERE reject IS NULL AND {name}_number & {every - 1} = 0 GROUP BY {name}_number HAVING count(*) >= 3
) AS spans
"""


def _require_sessions(source: Source, row: Row, files: Sequence[Path]) -> None:
    """Check that users and items were not swapped, where each user's events lie close together.

    Args:
        source: the declaration.
        row: runs a query on `interactions_staged`.
        files: where the interactions were read from.

    Raises:
        RawFileError: they were.
    """
    if not source.options.get("sessions"):
        return
    every = 1 << max(0, (row(TIMES)[1] // SAMPLED).bit_length() - 1)
    items, near = row(sessions_query("item", every))
    if items < ENOUGH_TO_JUDGE or 2 * near < items:
        return
    users, also = row(sessions_query("user", every))
    if users >= ENOUGH_TO_JUDGE and 10 * also < users:
        raise RawFileError(
            f"{source.id}: in {', '.join(map(str, files))} {near:,} of {items:,} items were rated within a week "
            f"each, and {users - also:,} of {users:,} users rated for longer: the columns of users and items "
            "were swapped. Put the official file in place."
        )


def _require_one_copy(source: Source, row: Row, files: Sequence[Path]) -> None:
    """Raise `RawFileError` where each event stands twice, of two users: two copies were joined, and the users of one
    numbered anew."""
    if not source.options.get("sessions"):
        return
    every = 1 << max(0, (row(TIMES)[1] // SAMPLED).bit_length() - 1)
    n, different, users = row(COPIES.format(bits=every - 1))
    if n >= SOME_ABOVE and users > 1 and n == 2 * different:
        raise RawFileError(
            f"{source.id}: {n:,} interactions in {', '.join(map(str, files))} that were looked at have the item and the time of "
            "just one other: two copies of the file were joined, and the users of one numbered anew. Put the official file in "
            "place."
        )
