"""Who liked what, and who is a fan of which trait: the relational steps behind groups of users.

Standard SQL, as in `sql.py`; only integers are counted here, and ratings or hours compared. Tables by
name: `events`, `parts`, `works` as there; `carries` (work, trait): the traits of each work, each once;
`belongs` (user_code, kind, trait): what is known of users. Made here, in this order: `judged`,
`people`, `met`, `trait_likes`, `tastes`.
"""

from __future__ import annotations

from itdr.builders.core.schema import SKIP, Scale

LIKE, DISLIKE = 1, -1
"""Verdicts; 0 is neither."""

FEW_LIKES = 3
"""Liked works with a trait that make a fan, the work in question not counted."""
FEW_JUDGES = 5
"""A work liked by fewer, and disliked by fewer, has no group that could be stated."""

# Hours played, as a place among the training part's reviewers of that game.
LEAST_PLAYERS = 20
KEPT_TENTHS, LEFT_TENTHS, KEPT_HOURS = 7, 3, 2


def verdicts(scale: Scale | None, hours: bool, has_event: bool, once: bool = False) -> str:
    """One verdict for each (user, work) that met: LIKE, DISLIKE or 0; no row without a verdict.

    scale: the source has ratings; the best of a user's ratings of a work counts. hours: it has hours
    instead: kept playing, or left early. Neither: to take it is a like, to pass it over (a skip)
    and never take it a dislike. once: no user met an item twice, so that only
    works of several items (`works.several` = 1) need be grouped.
    """
    if hours:
        return _hours_verdicts()
    if not once:
        return _verdicts(scale, has_event, "")
    single = _verdicts(scale, has_event, "w.several = 0", grouped=False)
    return f"{single} UNION ALL {_verdicts(scale, has_event, 'w.several = 1')}"


def _verdicts(scale: Scale | None, has_event: bool, where: str, grouped: bool = True) -> str:
    """Of ratings, or of taking and passing over; ungrouped where each (user, work) has one event."""
    best, least = ("max", "min") if grouped else ("", "")
    if scale is not None:
        verdict = f"""
       CASE WHEN {best}(e.rating) >= {scale.liked} THEN {LIKE}
            WHEN {best}(e.rating) <= {scale.disliked} THEN {DISLIKE} ELSE 0 END"""
    else:
        skipped = f"{least}(CASE WHEN e.event = {SKIP} THEN 1 ELSE 0 END)" if has_event else "0"
        verdict = f"CASE WHEN {skipped} = 1 THEN {DISLIKE} ELSE {LIKE} END"
    wanted = [one for one in ("e.rating IS NOT NULL" if scale is not None else "", where) if one]
    return f"""
SELECT e.user_code AS user_code, w.work AS work, {verdict} AS verdict
FROM events AS e JOIN works AS w ON w.item_code = e.item_code
{"WHERE " + " AND ".join(wanted) if wanted else ""}
{"GROUP BY e.user_code, w.work" if grouped else ""}
"""


def _hours_verdicts() -> str:
    """By hours: with at least `LEAST_PLAYERS` reviewers of the training part, seven tenths of whom
    played less, and `KEPT_HOURS` or more: kept playing; where at most three tenths played no longer,
    and fewer hours: left early."""
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
    FROM (
        SELECT e.user_code AS user_code, w.work AS work, max(e.weight) AS hours,
               max(CASE WHEN p.part = 0 THEN 1 ELSE 0 END) AS train
        FROM events AS e
        JOIN works AS w ON w.item_code = e.item_code
        JOIN parts AS p ON p.user_code = e.user_code
        WHERE e.weight IS NOT NULL
        GROUP BY e.user_code, w.work
    ) AS played
) AS ranked
"""


def judged(verdicts: str) -> str:
    """The verdicts of the training part's users, in the order of users and works.

    verdicts: the statement that gives those of all users.
    """
    return f"""
SELECT v.user_code AS user_code, v.work AS work, CAST(v.verdict AS TINYINT) AS verdict
FROM ({verdicts}) AS v JOIN parts AS p ON p.user_code = v.user_code
WHERE p.part = 0 ORDER BY v.user_code, v.work
"""


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
