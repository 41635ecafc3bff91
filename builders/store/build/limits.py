"""The declared limits of a source's interactions, enforced here for every source: scale and days."""

from __future__ import annotations

import datetime
from collections.abc import Collection

from itdr.builders.core.duckdb_csv import literal
from itdr.builders.core.reasons import IMPLAUSIBLE_TIME, OUTSIDE_SCALE
from itdr.builders.core.schema import Source

_NEAR = 1e-3
"""The share of a step by which a rating, stored in 32 bits, may miss it."""


def beyond_sql(source: Source, columns: Collection[str]) -> list[str]:
    """SQL expressions for the reason to reject an interaction that breaks a declared limit.

    A missing rating or time breaks none: whether there must be one is known to the reader.

    Args:
        source: the declaration.
        columns: the columns that its reader fills.

    Returns:
        Expressions of type VARCHAR, null where the limit holds; none without limits.
    """
    found = []
    # The step of a described source may be a guess; its reader checks the bounds.
    if source.scale is not None and not source.described and "rating" in columns:
        low, high, step = source.scale.low, source.scale.high, source.scale.step
        steps = f"((CAST(rating AS DOUBLE) - {low}) / {step})"
        off = f"rating < {low} OR rating > {high} OR abs({steps} - round({steps})) > {_NEAR}"
        found.append(f"CASE WHEN {off} THEN {literal(OUTSIDE_SCALE)} END")
    if source.times is not None and "timestamp" in columns:
        first, last = (_second(day) for day in source.times)
        late = last + 86_400
        off = f'"timestamp" < {first} OR "timestamp" >= {late}'
        found.append(f"CASE WHEN {off} THEN {literal(IMPLAUSIBLE_TIME)} END")
    return found


def _second(day: str) -> int:
    """00:00 UTC of a day, in seconds since 1970."""
    start = datetime.date.fromisoformat(day).toordinal() - datetime.date(1970, 1, 1).toordinal()
    return start * 86_400
