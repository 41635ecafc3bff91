"""Who liked what, and who is a fan of which trait: the relational steps behind groups of users.

Standard SQL, as in `sql.py`; only integers are counted here, and ratings or hours compared. Tables by
name: `events`, `parts`, `works` as there; `carries` (work, trait): the traits of each work, each once;
`belongs` (user_code, kind, trait): what is known of users. Made here, in this order: `judged`,
`people`, `met`, `trait_likes`, `tastes`.
"""

from __future__ import annotations

from itdr.builders.evidence.verdicts import DISLIKE, LIKE

FEW_LIKES = 3
"""Liked works with a trait that make a fan, the work in question not counted."""
FEW_JUDGES = 5
"""A work liked by fewer, and disliked by fewer, has no group that could be stated."""


def judged(verdicts: str) -> str:
    """Likes and dislikes of the training part's users: all that is counted below.

    verdicts: the statement that gives all of them.
    """
    return f"""
SELECT v.user_code AS user_code, v.work AS work, v.verdict AS verdict
FROM ({verdicts}) AS v JOIN parts AS p ON p.user_code = v.user_code
WHERE p.part = 0 AND v.verdict <> 0
"""


def _total(what: str) -> str:
    """SQL for a sum of integers, in 64 bits on every engine."""
    return f"CAST(sum({what}) AS BIGINT)"


def _number_of(verdict: int, name: str = "verdict") -> str:
    return _total(f"CASE WHEN {name} = {verdict} THEN 1 ELSE 0 END")


_COUNTS = f"{_number_of(LIKE)} AS likes, {_number_of(DISLIKE)} AS dislikes"

PEOPLE = f"SELECT user_code, {_COUNTS} FROM judged GROUP BY user_code"
MET = f"SELECT work, {_COUNTS} FROM judged GROUP BY work"
MET_IN_ORDER = "SELECT work, likes, dislikes FROM met ORDER BY work"
TOTAL = f"SELECT coalesce({_total('likes')}, 0) AS likes FROM met"
"""The likes of the training part."""

TRAIT_LIKES = f"""
SELECT c.trait AS trait, count(*) AS likes
FROM judged AS j JOIN carries AS c ON c.work = j.work
WHERE j.verdict = {LIKE} GROUP BY c.trait
"""


def _is_fan(carried: str, likes: str, total: int) -> str:
    """SQL for: at least three, and 1.5 times the trait's share of all likes or more."""
    return f"({carried} >= {FEW_LIKES} AND 2 * {carried} * {total} >= 3 * trait_likes * {likes})"


def _as_number(condition: str) -> str:
    return f"CASE WHEN {condition} THEN 1 ELSE 0 END"


def tastes(total: int) -> str:
    """Each (user, trait) that is a fan when a like without the trait is not counted.

    total: likes of the training part. likes, dislikes: of the user; fan: 1 for those who are fans
    with all their likes counted; still: for those who are without one that has it.
    """
    return f"""
SELECT user_code, trait, CAST(likes AS INTEGER) AS likes, CAST(dislikes AS INTEGER) AS dislikes,
       CAST({_as_number(_is_fan("carried", "likes", total))} AS TINYINT) AS fan,
       CAST({_as_number(_is_fan("(carried - 1)", "(likes - 1)", total))} AS TINYINT) AS still
FROM (
    SELECT c.user_code AS user_code, c.trait AS trait, c.carried AS carried,
           p.likes AS likes, p.dislikes AS dislikes, t.likes AS trait_likes
    FROM (
        SELECT j.user_code AS user_code, c.trait AS trait, count(*) AS carried
        FROM judged AS j JOIN carries AS c ON c.work = j.work
        WHERE j.verdict = {LIKE} GROUP BY j.user_code, c.trait
    ) AS c
    JOIN people AS p ON p.user_code = c.user_code
    JOIN trait_likes AS t ON t.trait = c.trait
    WHERE c.carried >= {FEW_LIKES}
) AS counted
WHERE {_is_fan("carried", "(likes - 1)", total)}
"""


FANS = f"""
SELECT trait, count(*) AS users, {_total("likes")} AS likes, {_total("dislikes")} AS dislikes
FROM tastes WHERE fan = 1 GROUP BY trait ORDER BY trait
"""
"""By trait: its fans, and how many likes and dislikes they make."""

MEMBERS = f"""
SELECT b.trait AS trait, count(*) AS users,
       {_total("p.likes")} AS likes, {_total("p.dislikes")} AS dislikes
FROM belongs AS b JOIN people AS p ON p.user_code = b.user_code
GROUP BY b.trait ORDER BY b.trait
"""
"""The same for what is known of users."""


_LIKED = f"s.verdict = {LIKE}"
_LIKED_BY_OTHERS = f"{_LIKED} AND (s.still = 1 OR c.trait IS NULL)"


def _sum_where(condition: str, value: str) -> str:
    return _total(f"CASE WHEN {condition} THEN {value} ELSE 0 END")


_FANS_BY_WORK = f"""
SELECT s.work AS work, s.trait AS trait,
       {_sum_where(_LIKED_BY_OTHERS, "s.n")} AS likers,
       {_sum_where(f"s.verdict = {DISLIKE} AND s.fan = 1", "s.n")} AS dislikers,
       {_sum_where(f"{_LIKED} AND s.fan = 1", "s.likes")} AS minus_likes,
       {_sum_where(_LIKED_BY_OTHERS, "s.likes - s.n")} AS plus_likes,
       {_sum_where(f"{_LIKED} AND s.fan = 1", "s.dislikes")} AS minus_dislikes,
       {_sum_where(_LIKED_BY_OTHERS, "s.dislikes")} AS plus_dislikes
FROM (
    SELECT j.work AS work, t.trait AS trait, t.fan AS fan, t.still AS still,
           j.verdict AS verdict, count(*) AS n, {_total("t.likes")} AS likes,
           {_total("t.dislikes")} AS dislikes
    FROM judged AS j
    JOIN met AS m ON m.work = j.work
    JOIN tastes AS t ON t.user_code = j.user_code
    WHERE m.likes >= {FEW_JUDGES} OR m.dislikes >= {FEW_JUDGES}
    GROUP BY j.work, t.trait, t.fan, t.still, j.verdict
) AS s
LEFT JOIN carries AS c ON c.work = s.work AND c.trait = s.trait
GROUP BY s.work, s.trait
"""
"""By (work, trait), fans being judged without this very work. (Most of the work is in the inner
statement, over all judges and their tastes; what else decides is looked up for its few rows.)

likers, dislikers: fans among them. minus_likes, plus_likes: what to subtract from, and add to, the
likes of the trait's fans at large to get those that the fans without this work make on other works;
minus_dislikes, plus_dislikes: the same for dislikes.
"""

_MEMBERS_BY_WORK = f"""
SELECT j.work AS work, b.trait AS trait,
       {_number_of(LIKE, "j.verdict")} AS likers,
       {_number_of(DISLIKE, "j.verdict")} AS dislikers,
       {_number_of(LIKE, "j.verdict")} AS minus_likes, 0 AS plus_likes,
       0 AS minus_dislikes, 0 AS plus_dislikes
FROM judged AS j
JOIN met AS m ON m.work = j.work
JOIN belongs AS b ON b.user_code = j.user_code
WHERE m.likes >= {FEW_JUDGES} OR m.dislikes >= {FEW_JUDGES}
GROUP BY j.work, b.trait
"""
"""The same for what is known of users, which no single like decides."""


PAIRS = f"""
SELECT work, trait, likers, dislikers, minus_likes, plus_likes, minus_dislikes, plus_dislikes
FROM ({_FANS_BY_WORK} UNION ALL {_MEMBERS_BY_WORK}) AS both_kinds ORDER BY work, trait
"""
"""All (work, trait) that share a judge, in order, with the numbers above."""


# -- comments ---------------------------------------------------------------------------------

TELLING = 40
"""Comments of at least so many characters come before shorter ones."""
KEPT_COMMENTS = 5
KEPT_TAGS = 64


def comments(first: int, stop: int, chars: int, has_time: bool) -> str:
    """Up to `KEPT_COMMENTS` comments on each work from code `first` to `stop` - 1 by those who disliked
    it, and as many by others, in the order of a hash; of a user's several the earliest.

    Tables: `events`, `works` and `verdicts`; `speakers` (user_code, part, key); `subjects` (work,
    part, key). Only users of the work's own part speak. chars: texts are cut here, to save room.
    """
    time = "e.timestamp" if has_time else "CAST(NULL AS BIGINT)"
    there = "e.text IS NOT NULL AND length(trim(e.text)) > 0"
    return f"""
WITH spoken AS (
    SELECT e.user_code AS user_code, w.work AS work,
           max(CASE WHEN length(e.text) >= {TELLING} THEN 1 ELSE 0 END) AS telling
    FROM events AS e
    JOIN works AS w ON w.item_code = e.item_code
    JOIN subjects AS s ON s.work = w.work
    JOIN speakers AS p ON p.user_code = e.user_code AND p.part = s.part
    WHERE {there} AND w.work >= {first} AND w.work < {stop}
    GROUP BY e.user_code, w.work
), ranked AS (
    SELECT k.work AS work, k.user_code AS user_code, coalesce(v.verdict, 0) AS verdict,
           row_number() OVER (
               PARTITION BY k.work, CASE WHEN v.verdict = {DISLIKE} THEN 1 ELSE 0 END
               ORDER BY k.telling DESC, xor(p.key, s.key), k.user_code) AS place
    FROM spoken AS k
    JOIN speakers AS p ON p.user_code = k.user_code
    JOIN subjects AS s ON s.work = k.work
    LEFT JOIN verdicts AS v ON v.user_code = k.user_code AND v.work = k.work
), chosen AS (
    SELECT work, user_code, verdict, place FROM ranked WHERE place <= {KEPT_COMMENTS}
)
SELECT work, user_code, verdict, text FROM (
    SELECT c.work AS work, c.user_code AS user_code, c.verdict AS verdict, c.place AS place,
           left(e.text, {int(chars)}) AS text,
           row_number() OVER (PARTITION BY c.work, c.user_code
                              ORDER BY {time} ASC NULLS FIRST, e.text) AS nth
    FROM events AS e
    JOIN works AS w ON w.item_code = e.item_code
    JOIN chosen AS c ON c.work = w.work AND c.user_code = e.user_code
    WHERE {there}
) AS told
WHERE nth = 1
ORDER BY work, place, verdict
"""


TAGS = f"""
SELECT work, tag, users FROM (
    SELECT work, tag, users,
           row_number() OVER (PARTITION BY work ORDER BY users DESC, tag) AS place
    FROM (
        SELECT w.work AS work, max(t.tag) AS tag, count(DISTINCT t.user_code) AS users
        FROM tags AS t
        JOIN works AS w ON w.item_code = t.item_code
        JOIN subjects AS s ON s.work = w.work
        JOIN speakers AS p ON p.user_code = t.user_code AND p.part = s.part
        GROUP BY w.work, lower(t.tag)
    ) AS given
) AS ranked
WHERE place <= {KEPT_TAGS}
ORDER BY work, users DESC, tag
"""
"""The tags of each work by how many users of its own part gave them; spellings that differ in case
alone are one."""
