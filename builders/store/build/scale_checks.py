"""Whether ratings take all whole values of their scale: those that never occur were merged with others, or left out."""

from __future__ import annotations

import math
from collections.abc import Collection

from itdr.builders.core.schema import Source
from itdr.builders.store.build.limits import Row

MANY_RATINGS = 500
"""Of so many ratings, some take each whole value of the scale."""


def unusual_ratings(source: Source, columns: Collection[str], row: Row) -> list[str]:
    """Find whole values of the scale that no rating takes, as if somebody had kept the likes alone.

    Args:
        source: the declaration; the user's own data are not judged.
        columns: the columns of interactions that were read.
        row: runs a query of one row on `interactions_staged`.

    Returns:
        A clause, or none.
    """
    if source.described or source.scale is None or "rating" not in columns:
        return []
    values = range(math.ceil(source.scale.low), math.floor(source.scale.high) + 1)
    counts = ", ".join(
        f"count(CASE WHEN r.rating = {value} THEN 1 END) AS n_{value}" for value in values
    )
    n, *value_counts = row(
        f"SELECT count(r.rating) AS n, {counts} FROM interactions_staged AS r WHERE reject IS NULL"
    )
    present = [value for value, count in zip(values, value_counts, strict=True) if count]
    # Two values, or one, are likes and dislikes.
    if n < MANY_RATINGS or len(present) <= 2:
        return []
    never = [str(value) for value in values if value not in present]
    if not never:
        return []
    return [
        f"none of {n:,} ratings is {' or '.join(never)}, as some are in the official file: values may have been merged, moved or left out"
    ]
