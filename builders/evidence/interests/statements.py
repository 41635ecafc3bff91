"""The counts behind interest profiles, as standard SQL: what the training part likes and dislikes.

Tables by name: `judged` the verdicts of the training part's users other than neither (see
`verdicts.py`); `all_judged` all of their verdicts; `carried` the traits of each work, as codes, with
the kind of trait. Only integers are counted: ratios are computed by the caller, so that engines
agree to the last bit.
"""

from __future__ import annotations

from itdr.builders.evidence.facts import FANS_ASKED
from itdr.builders.evidence.verdicts import DISLIKE, LIKE

MIN_JUDGED_OF_USERS_COMPARED = 20
"""Works that a user has judged at least, to be among those that users are compared with."""


def _sum(what: str) -> str:
    return f"CAST(sum({what}) AS BIGINT)"


def _number_of(verdict: int, name: str = "verdict") -> str:
    return _sum(f"CASE WHEN {name} = {verdict} THEN 1 ELSE 0 END")


def of_training(marks: str) -> str:
    """All verdicts and marks of the training part's users. marks: the statement that gives those of
    all."""
    return f"""
SELECT v.user_code AS user_code, v.work AS work, v.verdict AS verdict, v.mark AS mark
FROM ({marks}) AS v JOIN parts AS p ON p.user_code = v.user_code WHERE p.part = 0
"""


WORKS = f"""
SELECT work, {_number_of(LIKE)} AS likes, {_number_of(DISLIKE)} AS dislikes, count(*) AS judged,
       {_sum("mark")} AS marks
FROM all_judged GROUP BY work
"""
"""How often each work was liked, disliked and judged, and the sum of its marks; kept as
`work_verdicts`."""

WORKS_IN_ORDER = "SELECT work, likes, dislikes, judged, marks FROM work_verdicts ORDER BY work"

TRAITS = f"""
SELECT c.trait AS trait, count(*) AS works, {_sum("coalesce(s.likes, 0)")} AS likes,
       {_sum("coalesce(s.dislikes, 0)")} AS dislikes
FROM carried AS c LEFT JOIN work_verdicts AS s ON s.work = c.work
GROUP BY c.trait ORDER BY c.trait
"""
"""For each trait: the works that carry it, and the likes and dislikes that fell on them."""


def habits(known: int) -> str:
    """SQL for what users do: works judged, works liked, and how many of these are little known.

    Args:
        known: a work with fewer likes counts as little known.

    Returns:
        A SELECT with the number of users for each such triple.
    """
    return f"""
SELECT judged, likes, obscure, count(*) AS users FROM (
    SELECT v.user_code AS user_code, count(*) AS judged, {_number_of(LIKE, "v.verdict")} AS likes,
           {_sum(f"CASE WHEN v.verdict = {LIKE} AND s.likes < {known} THEN 1 ELSE 0 END")} AS obscure
    FROM all_judged AS v LEFT JOIN work_verdicts AS s ON s.work = v.work
    GROUP BY v.user_code
) AS people WHERE judged >= {MIN_JUDGED_OF_USERS_COMPARED} AND likes > 0
GROUP BY judged, likes, obscure ORDER BY judged, likes, obscure
"""


LIKERS = f"""
SELECT likes, count(*) AS users FROM (
    SELECT user_code, count(*) AS likes FROM all_judged WHERE verdict = {LIKE} GROUP BY user_code
) AS people GROUP BY likes ORDER BY likes
"""
"""How many users like how many works."""

HOURS = "SELECT work, hours FROM hours WHERE train = 1 ORDER BY work, hours"
"""The hours of the training part's users for each work, ascending. Reads `hours`, as made by
`verdicts.first_hours`."""


# -- works that go together -------------------------------------------------------------------

SHELF_SIZE = 2000
"""The most liked works, among which those that go together are sought."""
ACTIVITY_STEPS = 8
"""Users are told apart by the number of their likes, in so many steps to each doubling."""

ON_SHELF = f"""
SELECT work, likes FROM (
    SELECT w.work AS work, w.likes AS likes,
           row_number() OVER (ORDER BY w.likes DESC, w.work) AS place
    FROM work_verdicts AS w JOIN subjects AS s ON s.work = w.work WHERE s.shown = 1
) AS ranked WHERE place <= {SHELF_SIZE}
"""
"""The most liked works that can be shown; kept as `shelf`."""

LIKES_OF_SHELF = f"""
SELECT v.user_code AS user_code, v.work AS work
FROM all_judged AS v JOIN shelf AS s ON s.work = v.work WHERE v.verdict = {LIKE}
"""
"""Kept as `shelf_likes`."""

ACTIVITY = "SELECT user_code, count(*) AS likes FROM shelf_likes GROUP BY user_code"
"""How many works of the shelf each user likes; kept as `activity`."""

USERS_BY_ACTIVITY = "SELECT likes, count(*) AS users FROM activity GROUP BY likes ORDER BY likes"

ASKED = f"""
SELECT user_code, work, likes FROM (
    SELECT l.user_code AS user_code, l.work AS work, a.likes AS likes,
           row_number() OVER (PARTITION BY l.work ORDER BY xor(p.key, s.key), l.user_code) AS place
    FROM shelf_likes AS l
    JOIN activity AS a ON a.user_code = l.user_code
    JOIN speakers AS p ON p.user_code = l.user_code
    JOIN subjects AS s ON s.work = l.work
) AS ranked WHERE place <= {FANS_ASKED}
"""
"""The likers of each work who are asked; kept as `asked`."""

ASKED_BY_ACTIVITY = """
SELECT work, likes, count(*) AS users FROM asked GROUP BY work, likes ORDER BY work, likes
"""

TOGETHER = """
SELECT a.work AS work, l.work AS other, count(*) AS users
FROM asked AS a JOIN shelf_likes AS l ON l.user_code = a.user_code
WHERE l.work <> a.work GROUP BY a.work, l.work HAVING count(*) >= 5 ORDER BY a.work, l.work
"""
"""How many of those asked of a work like another one."""
