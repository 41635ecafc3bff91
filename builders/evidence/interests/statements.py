"""The counts behind interest profiles, as standard SQL: what the training part likes and dislikes.

Tables by name: `events` a store's interactions, with `place` (the row's place in the store's order,
a whole number); `parts` each user's part of the data; `works` each item's work and whether it can be
shown (1 or 0); `carried` the traits of each work, as codes, with the kind of trait. A side is 1 for
what a user liked, 2 for what the user disliked, 0 for neither. Only integers are counted: ratios are
computed by the caller, so that engines agree to the last bit.
"""

from __future__ import annotations

from itdr.builders.core.schema import SKIP
from itdr.builders.evidence.audiences.statements import (
    KEPT_HOURS,
    KEPT_TENTHS,
    LEAST_PLAYERS,
    LEFT_TENTHS,
)

LIKED, DISLIKED = 1, 2


def _training(has_event: bool, value: str) -> str:
    skips = f" AND e.event <> {SKIP}" if has_event else ""
    return f"""FROM events AS e
    JOIN parts AS p ON p.user_code = e.user_code
    JOIN works AS w ON w.item_code = e.item_code
    WHERE p.part = 0 AND e.{value} IS NOT NULL{skips}"""


def sides_by_rating(liked: float, disliked: float, has_event: bool) -> str:
    """The side of each (user of the training part, work): that of the earliest rated event.

    The place and the side travel in one number, so that one pass finds the earliest.
    """
    return f"""
SELECT user_code, work, mod(first, 4) AS side FROM (
    SELECT e.user_code AS user_code, w.work AS work,
           min(e.place * 4 + CASE WHEN w.shown = 0 THEN 0
                                  WHEN e.rating >= {liked!r} THEN {LIKED}
                                  WHEN e.rating <= {disliked!r} THEN {DISLIKED} ELSE 0 END) AS first
    {_training(has_event, "rating")}
    GROUP BY e.user_code, w.work
) AS firsts
"""


def first_hours(has_event: bool) -> str:
    """The hours of each (user of the training part, work): those of the earliest event that has
    any, and whether the item of that event can be shown."""
    return f"""
SELECT f.user_code AS user_code, f.work AS work, f.shown AS shown, e.weight AS hours
FROM (
    SELECT user_code, work, CAST((first - mod(first, 2)) / 2 AS BIGINT) AS place,
           mod(first, 2) AS shown FROM (
        SELECT e.user_code AS user_code, w.work AS work, min(e.place * 2 + w.shown) AS first
        {_training(has_event, "weight")}
        GROUP BY e.user_code, w.work
    ) AS packed
) AS f JOIN events AS e ON e.place = f.place
"""


HOURS_BY_WORK = "SELECT work, hours FROM hours ORDER BY work, hours"
"""All hours of each work in ascending order. Reads `hours`, made by `first_hours`."""


SIDES_BY_HOURS = f"""
SELECT user_code, work,
       CASE WHEN shown = 0 OR players < {LEAST_PLAYERS} THEN 0
            WHEN hours >= {KEPT_HOURS} AND 10 * (upto - same) >= {KEPT_TENTHS} * players THEN {LIKED}
            WHEN hours < {KEPT_HOURS} AND 10 * upto <= {LEFT_TENTHS} * players THEN {DISLIKED}
            ELSE 0 END AS side
FROM (
    SELECT user_code, work, shown, hours,
           count(*) OVER (PARTITION BY work) AS players,
           count(*) OVER (PARTITION BY work ORDER BY hours
                          RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS upto,
           count(*) OVER (PARTITION BY work, hours) AS same
    FROM hours
) AS ranked
"""
"""The side of each (user, work) of `hours`, by the place among the work's players: kept playing, if
seven tenths of them played less; left early, if at most three tenths played no longer."""


WORK_SIDES = f"""
SELECT work, CAST(sum(CASE WHEN side = {LIKED} THEN 1 ELSE 0 END) AS BIGINT) AS likes,
       CAST(sum(CASE WHEN side = {DISLIKED} THEN 1 ELSE 0 END) AS BIGINT) AS dislikes
FROM sides WHERE side <> 0 GROUP BY work
"""
"""How often each work was liked and disliked. Reads `sides`."""

TRAIT_SIDES = """
SELECT c.trait AS trait, count(*) AS works,
       CAST(sum(coalesce(s.likes, 0)) AS BIGINT) AS likes,
       CAST(sum(coalesce(s.dislikes, 0)) AS BIGINT) AS dislikes
FROM carried AS c LEFT JOIN work_sides AS s ON s.work = c.work
GROUP BY c.trait ORDER BY c.trait
"""
"""For each trait: the works that carry it, and the likes and dislikes that fell on them."""

KIND_SIDES = """
SELECT k.kind AS kind, CAST(sum(s.likes) AS BIGINT) AS likes,
       CAST(sum(s.dislikes) AS BIGINT) AS dislikes
FROM (SELECT DISTINCT work, kind FROM carried) AS k JOIN work_sides AS s ON s.work = k.work
GROUP BY k.kind ORDER BY k.kind
"""
"""For each kind of trait: the likes and dislikes of works that carry any trait of it."""
