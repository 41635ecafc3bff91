"""The relational steps behind sampling, as standard SQL: what training users touched, and when."""

from __future__ import annotations

from itdr.builders.core.numbers import float32_sql
from itdr.builders.core.schema import SKIP


def train_touches(
    has_time: bool,
    has_event: bool,
    until: int | None = None,
    once: bool = False,
    min_rating: float | None = None,
    held: bool = False,
    everybody: bool = False,
) -> str:
    """SQL for each (work, user) pair of the training part, with the time of their first meeting.

    A null time means before all known times.

    Args:
        has_time: whether events carry a timestamp.
        has_event: whether events carry a kind; items shown and left alone are not met.
        until: leave out what happened at this second (UTC) or later.
        once: no user met an item twice, so that only works of several items (`works.several` = 1)
            need grouping.
        min_rating: leave out what is rated lower, or not at all.
        held: leave out the (user_code, work) pairs of the table `held`.
        everybody: all users of `parts` are of the training part. A comparison that holds for all of them
            would let an engine expect a fifth of the rows, and hash those instead of `held`.

    Returns:
        A SELECT of work, user_code and first_time.
    """
    time = "min(e.timestamp)" if has_time else "CAST(NULL AS BIGINT)"
    # A null time (an ordered but untimed history) is earlier than every known one.
    all_timed = "min(CASE WHEN e.timestamp IS NULL THEN 0 ELSE 1 END)" if has_time else "0"
    where = ["1 = 1" if everybody else "p.part = 0"]
    if has_event:
        where.append(f"e.event <> {SKIP}")
    if until is not None:
        where.append(f"e.timestamp < {int(until)}")
    if min_rating is not None:
        where.append(f"e.rating >= {float32_sql(min_rating)}")
    if held:
        where.append("h.work IS NULL")
    left_out = "LEFT JOIN held AS h ON h.user_code = e.user_code AND h.work = w.work"
    single = "e.timestamp" if has_time else "CAST(NULL AS BIGINT)"
    grouped = f"CASE WHEN {all_timed} = 0 THEN NULL ELSE {time} END"
    fields = "SELECT w.work AS work, e.user_code AS user_code,"
    rows = f"""
FROM events AS e
JOIN parts AS p ON p.user_code = e.user_code
JOIN works AS w ON w.item_code = e.item_code
{left_out if held else ""}
WHERE {" AND ".join(where)}"""
    by = "GROUP BY w.work, e.user_code"
    if not once:
        return f"{fields} {grouped} AS first_time {rows} {by}"
    return f"""
{fields} {single} AS first_time {rows} AND w.several = 0
UNION ALL
{fields} {grouped} AS first_time {rows} AND w.several = 1 {by}
"""


def met_by_split(
    cuts: tuple[int, int] | None,
    has_event: bool,
    min_rating: float | None,
    held: bool,
    by_item: bool = False,
    once: bool = False,
) -> str:
    """How many users met each item in each split. Reads `events`, `parts` and `works`.

    Args:
        cuts: the seconds at which validation and test begin, where time splits the data.
        has_event: whether some interactions are of items shown and left alone, which do not count.
        min_rating: the lowest rating that counts; None for any.
        held: whether `held` says which (user_code, work) pairs are of a later `part` than training.
        by_item: whether `works` says which `part` an item is of, whoever met it.
        once: no user met an item twice, and no pair stands in `held` twice: then interactions are counted.

    Returns:
        SQL that gives `code`, `part` and `users`.
    """
    part = "w.part" if by_item else "coalesce(h.part, 0)" if held else "p.part"
    if cuts is not None:
        first, second = map(int, cuts)
        part = (
            f"CASE WHEN e.timestamp >= {second} THEN 2 WHEN e.timestamp >= {first} THEN 1 "
            f"ELSE {part} END"
        )
    where = [f"e.event <> {SKIP}"] * has_event
    if min_rating is not None:
        where.append(f"e.rating >= {float32_sql(min_rating)}")
    left = "LEFT JOIN held AS h ON h.user_code = e.user_code AND h.work = w.work"
    return f"""
SELECT code, part, count(*) AS users FROM (
    SELECT {"" if once else "DISTINCT "}e.item_code AS code, e.user_code AS user_code, {part} AS part
    FROM events AS e
    JOIN parts AS p ON p.user_code = e.user_code
    JOIN works AS w ON w.item_code = e.item_code
    {left if held else ""}
    WHERE {" AND ".join(where) or "1 = 1"}
) AS met GROUP BY code, part ORDER BY code, part
"""


EVENTS_IN_TIME = """
SELECT work, user_code, first_time
FROM touches WHERE first_time IS NOT NULL
ORDER BY first_time, user_code, work
"""
"""The first meeting of each user and work, in order of time. Reads `touches`."""


DAY = 86_400
_DAY_OF = f"CAST(floor(timestamp / {DAY}) AS BIGINT)"
TIMES_BY_DAY = f"""
SELECT {_DAY_OF} AS value, count(*) AS n FROM events WHERE timestamp IS NOT NULL
GROUP BY {_DAY_OF} ORDER BY value
"""
"""How many timed interactions each day has, in days since 1970. Reads `events`."""


def times_of_day(day: int) -> str:
    """How many interactions each second of a day has. Reads `events`.

    Args:
        day: the day, counted from 1970.
    """
    first, after = day * DAY, (day + 1) * DAY
    return f"""
SELECT timestamp AS value, count(*) AS n FROM events
WHERE timestamp >= {first} AND timestamp < {after} GROUP BY timestamp ORDER BY value
"""


EARLIEST = -(2**63) + 1
"""Stands for "before all known times" in first_time and second_time."""


TOUCHES_IN_ORDER = f"""
SELECT user_code, work, coalesce(first_time, {EARLIEST}) AS first_time
FROM touches ORDER BY coalesce(first_time, {EARLIEST}), user_code, work
"""
"""The first meeting of each user and work, those without a known time first. Reads `touches`."""


KNOWN_WORKS = f"""
WITH firsts AS (
    SELECT work, count(*) AS users, min(coalesce(first_time, {EARLIEST})) AS first_time
    FROM touches GROUP BY work
), openers AS (
    SELECT t.work AS work, f.users AS users, f.first_time AS first_time,
           min(t.user_code) AS first_user
    FROM touches AS t JOIN firsts AS f ON f.work = t.work
    WHERE coalesce(t.first_time, {EARLIEST}) = f.first_time
    GROUP BY t.work, f.users, f.first_time
), seconds AS (
    SELECT t.work AS work, min(coalesce(t.first_time, {EARLIEST})) AS second_time
    FROM touches AS t JOIN openers AS o ON o.work = t.work
    WHERE t.user_code <> o.first_user GROUP BY t.work
)
SELECT o.work AS work, o.users AS users, o.first_time AS first_time,
       o.first_user AS first_user, s.second_time AS second_time
FROM openers AS o LEFT JOIN seconds AS s ON s.work = o.work
ORDER BY o.work
"""
"""Per work that the training part touched: how many users, who was first and when, and when
somebody else followed (null: nobody did). Reads `touches`, made by `train_touches`."""
