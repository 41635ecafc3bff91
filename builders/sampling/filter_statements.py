"""The relational steps behind filters, as standard SQL: which interactions count, and how often."""

from __future__ import annotations

from itdr.builders.core.numbers import float32_sql
from itdr.builders.core.schema import SKIP


def counted_pairs(skips: bool, min_rating: float | None, distinct: bool) -> str:
    """The (user, item) of each interaction that counts. Reads `events`.

    Args:
        skips: whether some interactions are of items shown and left alone, which never count.
        min_rating: the lowest rating that counts; None counts every interaction, rated or not.
        distinct: whether repeated interactions of a user with one item count once.

    Returns:
        A SELECT of user_code and item_code.
    """
    where = [f"event <> {SKIP}"] if skips else []
    if min_rating is not None:
        where.append(f"rating >= {float32_sql(min_rating)}")
    return (
        f"SELECT {'DISTINCT ' if distinct else ''}user_code, item_code FROM events "
        f"WHERE {' AND '.join(where) or '1 = 1'}"
    )


def counts(column: str) -> str:
    """How often each user or item counts, in any order. Reads `pairs`."""
    return f"SELECT {column} AS code, count(*) AS n FROM pairs GROUP BY {column}"


def losses(dropped: str, other: str) -> str:
    """How many counts each of `other` loses when `dropped` is removed, in any order. Reads `pairs` and
    `dropped`.

    Args:
        dropped: the column of what is dropped, as `user_code`.
        other: the other column, as `item_code`.
    """
    return (
        f"SELECT p.{other} AS code, count(*) AS n FROM pairs AS p "
        f"JOIN dropped AS d ON d.code = p.{dropped} GROUP BY p.{other}"
    )
