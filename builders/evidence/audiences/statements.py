"""Who judged what, and what was written of works: verdicts, comments and tags, as standard SQL.

Tables by name: `events`, `parts`, `works` as in `sampling/statements.py`, and `tags`; the statements name
what else they read.
"""

from __future__ import annotations

from itdr.builders.evidence.verdicts import DISLIKE


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
    """SQL for the comments on works that can be shown: some by those who disliked a work, some by others.

    Of each side at most `KEPT_COMMENTS`, in the order of a hash; of a user's several the earliest.
    Only users of the work's own part speak. Reads `events`, `works` and `verdicts`; `speakers`
    (user_code, part, key); `subjects` (work, part, key).

    Args:
        first: the first work code.
        stop: the work code after the last.
        chars: texts are cut here, to save room.
        has_time: whether events carry a timestamp.

    Returns:
        A SELECT.
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


TAGS_OF_WORKS = f"""
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
