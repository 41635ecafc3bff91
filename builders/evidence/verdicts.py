"""How a source tells likes from dislikes: one rule for all subtasks, as SQL for both engines.

Tables by name: `events` a store's interactions, with `place` (the row's place in the store's order,
a whole number); `works` each item's work and whether that has several items; `parts` each user's
part of the data.
"""

from __future__ import annotations

from typing import Literal

from itdr.builders.core.numbers import float32_sql
from itdr.builders.core.schema import SKIP, Scale
from itdr.builders.sampling.repeats import meets_items_once
from itdr.builders.store.reader import StoreReader

Rule = Literal["ratings", "hours", "skips", "taken"]
LIKE, DISLIKE = 1, -1
"""Verdicts; 0 is neither."""
LEAST_PLAYERS = 20
KEPT_TENTHS, LEFT_TENTHS, KEPT_HOURS = 7, 3, 2
"""Hours played, as a rank among the training part's players of that game."""


def rule(store: StoreReader) -> Rule:
    """ratings: the source's scale decides.   hours: the rank among a game's players (for a source that
    declares `options={"liking": "hours"}`).   skips: taking an item is a like, being shown it and not taking it a
    dislike.   taken: every event is a like, and no dislikes are known.
    """
    if store.source.scale is not None and store.has("rating"):
        return "ratings"
    if store.source.options.get("liking") == "hours" and store.has("weight"):
        return "hours"
    return "skips" if "skip" in store.manifest["events"] else "taken"


def verdicts(store: StoreReader) -> str:
    """SQL for one verdict per (user, work) pair with an interaction.

    If a user has several ratings (or hours) for a work, the earliest in the store's order counts. What was
    taken once counts as liked, however often it was passed over.

    Args:
        store: the store.

    Returns:
        A SELECT of user_code, work and verdict: LIKE, DISLIKE or 0.
    """
    by = rule(store)
    skips = "skip" in store.manifest["events"]
    if by == "hours":
        return _by_hours(skips)
    once = meets_items_once(store)
    parts = [("w.several = 0", False), ("w.several = 1", True)] if once else [("", True)]
    if by == "ratings":
        scale = store.source.scale
        assert scale is not None
        return " UNION ALL ".join(_by_rating(scale, skips, *part) for part in parts)
    return " UNION ALL ".join(_by_taking(skips, *part) for part in parts)


TENTHS, MOST_TENTHS = 10, 16_000
"""The largest mark: a mark counts tenths of a point above the lower end of the scale."""


def marks(store: StoreReader) -> str:
    """Like `verdicts`, for ratings or hours, plus `mark`: how much the user liked the work.

    A mark is a whole number: tenths from the lower end of a rating scale, or for hours by the
    verdict.

    Args:
        store: a store with ratings or hours.

    Returns:
        A SELECT of user_code, work, verdict and mark.
    """
    if rule(store) == "ratings":
        scale = store.source.scale
        assert scale is not None
        return _marks(scale, "skip" in store.manifest["events"])
    return f"""
SELECT user_code, work, verdict, (verdict + 1) * {TENTHS} AS mark
FROM ({verdicts(store)}) AS judged
"""


def _marks(scale: Scale, skips: bool) -> str:
    """The earliest rating of each work; its position and its tenths are packed into one number."""
    # In 64 bits, and rounded by `floor`: engines and `user_verdicts` then agree on halves, too.
    above = f"(CAST(e.rating AS DOUBLE) - CAST('{scale.low!r}' AS DOUBLE))"
    tenths = f"""CAST(least(greatest(floor({above} * {TENTHS} + CAST('0.5' AS DOUBLE)), 0), {MOST_TENTHS})
                 AS BIGINT)"""
    condition = _where("e.rating IS NOT NULL", f"e.event <> {SKIP}" if skips else "")
    return f"""
SELECT user_code, work, CAST(mod(said, 4) AS INTEGER) - 1 AS verdict,
       CAST((said - mod(said, 4)) / 4 AS BIGINT) AS mark
FROM (
    SELECT user_code, work, mod(first, 65536) AS said FROM (
        SELECT e.user_code AS user_code, w.work AS work,
               min(e.place * 65536 + {tenths} * 4 + {_of_rating(scale)}) AS first
        {_MET} {condition} GROUP BY e.user_code, w.work
    ) AS firsts
) AS judged
"""


def _of_rating(scale: Scale) -> str:
    """SQL for the verdict of a rating: 2 a like, 0 a dislike, 1 neither."""
    return f"""CASE WHEN e.rating >= {float32_sql(scale.liked)} THEN 2
                    WHEN e.rating <= {float32_sql(scale.disliked)} THEN 0 ELSE 1 END"""


_MET = "FROM events AS e JOIN works AS w ON w.item_code = e.item_code"


def _where(*conditions: str) -> str:
    terms = [one for one in conditions if one]
    return f"WHERE {' AND '.join(terms)}" if terms else ""


def _by_rating(scale: Scale, skips: bool, where: str, grouped: bool) -> str:
    """grouped: a user may have several ratings of a work. Position and verdict of each are packed into
    one number, so that one pass finds the earliest."""
    verdict = _of_rating(scale)
    condition = _where("e.rating IS NOT NULL", f"e.event <> {SKIP}" if skips else "", where)
    if not grouped:
        return f"SELECT e.user_code AS user_code, w.work AS work, {verdict} - 1 AS verdict {_MET} {condition}"
    return f"""
SELECT user_code, work, CAST(mod(first, 4) AS INTEGER) - 1 AS verdict FROM (
    SELECT e.user_code AS user_code, w.work AS work, min(e.place * 4 + {verdict}) AS first
    {_MET} {condition} GROUP BY e.user_code, w.work
) AS firsts
"""


def _by_taking(skips: bool, where: str, grouped: bool) -> str:
    least = "min" if grouped else ""
    is_skip = f"{least}(CASE WHEN e.event = {SKIP} THEN 1 ELSE 0 END)" if skips else "0"
    return f"""
SELECT e.user_code AS user_code, w.work AS work,
       CASE WHEN {is_skip} = 1 THEN {DISLIKE} ELSE {LIKE} END AS verdict
{_MET} {_where(where)} {"GROUP BY e.user_code, w.work" if grouped else ""}
"""


def first_hours(skips: bool) -> str:
    """SQL for the hours of each (user, work): those of the earliest event that has any.

    Args:
        skips: whether some events are of items shown and left alone.

    Returns:
        A SELECT of user_code, work, train (1 for a user of the training part) and hours.
    """
    return f"""
SELECT f.user_code AS user_code, f.work AS work, f.train AS train, e.weight AS hours
FROM (
    SELECT e.user_code AS user_code, w.work AS work, min(e.place) AS place,
           max(CASE WHEN p.part = 0 THEN 1 ELSE 0 END) AS train
    {_MET} JOIN parts AS p ON p.user_code = e.user_code
    {_where("e.weight IS NOT NULL", f"e.event <> {SKIP}" if skips else "")}
    GROUP BY e.user_code, w.work
) AS f JOIN events AS e ON e.place = f.place
"""


def _by_hours(skips: bool) -> str:
    """Kept playing: at least `LEAST_PLAYERS` training players, seven tenths of whom played less,
    and at least `KEPT_HOURS`. Left early: at most three tenths played no longer, and fewer
    hours than that."""
    return f"""
SELECT user_code, work,
       CASE WHEN players < {LEAST_PLAYERS} THEN 0
            WHEN hours >= {KEPT_HOURS} AND 10 * (upto - same) >= {KEPT_TENTHS} * players THEN {LIKE}
            WHEN hours < {KEPT_HOURS} AND 10 * upto <= {LEFT_TENTHS} * players THEN {DISLIKE}
            ELSE 0 END AS verdict
FROM (
    SELECT user_code, work, hours,
           sum(train) OVER (PARTITION BY work) AS players,
           sum(train) OVER (PARTITION BY work ORDER BY hours
                            RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS upto,
           sum(train) OVER (PARTITION BY work, hours) AS same
    FROM ({first_hours(skips)}) AS played
) AS ranked
"""
