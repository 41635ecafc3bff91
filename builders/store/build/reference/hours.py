"""At which hours of the day interactions are: times that were moved to another time zone, or whose halves of the day were confused,
are at those of the released files some hours later or earlier.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from itdr.builders.store.build.reference.samples import has_many_users

HOURS, DAY = 24, 86_400
LEAST_MOVED = 2
"""Hours by which times are moved for it to be told; one is that of summer time."""
UNLIKE, LIKE, BETTER = 0.3, 0.6, 0.4
"""The correlation with the released hours that is at most this, and that of moved ones, which is at least this, and so much better."""

DAYS_OF_USER, CLEAR = 4, 1.5
"""So many days of a user, who has habits, count; and the released hours differ so many times as much as those that chance draws."""

FLATTER = 3
"""Hours differ so many times less where times of day were made up."""


def of_rows(rows: pa.Table) -> tuple[np.ndarray, int] | None:
    """The hours of interactions.

    Args:
        rows: interactions.

    Returns:
        The share of each hour, of users by their days, and of how many days these are; None where users are few, or times are dates.
    """
    if not {"user_code", "timestamp"} <= set(rows.column_names):
        return None
    rows = rows.select(["user_code", "timestamp"]).drop_null()
    times = np.asarray(rows.column("timestamp")).astype(np.int64)
    if not len(times) or not has_many_users(rows) or len(np.unique(times % DAY)) < HOURS:
        return None
    users = np.unique(np.asarray(rows.column("user_code")), return_inverse=True)[1].ravel()
    days = np.unique(np.stack([users, times // DAY]), axis=1)[0]
    user_days = np.minimum(np.bincount(days), DAYS_OF_USER)
    weights = (user_days / np.bincount(users))[users]
    return np.bincount(times // 3600 % HOURS, weights, HOURS) / user_days.sum(), int(
        user_days.sum()
    )


def moved(found: np.ndarray, days: int, usual: Sequence[float]) -> int:
    """By how many hours times were moved.

    Args:
        found: the share of each hour.
        days: of how many days of users.
        usual: that of the released files.

    Returns:
        Hours, from -11 to 12; 0 where times were not moved, or so that it cannot be told.
    """
    chance = (HOURS * 3 * days) ** -0.5
    if _smooth(np.array(usual)).std() < CLEAR * chance:
        return 0
    fits = [_fit(np.roll(found, -by), np.array(usual)) for by in range(HOURS)]
    by = max(range(LEAST_MOVED, HOURS - LEAST_MOVED + 1), key=lambda one: fits[one])
    is_clear = fits[0] <= UNLIKE and fits[by] >= max(LIKE, fits[0] + BETTER)
    return (by - HOURS if by > HOURS // 2 else by) if is_clear else 0


def are_alike(found: np.ndarray, usual: Sequence[float]) -> bool:
    """Whether all hours are about alike, and those of the released files are not: as those that chance draws.

    Args:
        found: the share of each hour.
        usual: that of the released files.
    """
    return bool(_smooth(found).std() * FLATTER < _smooth(np.array(usual)).std())


def _fit(one: np.ndarray, another: np.ndarray) -> float:
    """The correlation of two days, each hour with those beside it."""
    one, another = _smooth(one), _smooth(another)
    if not one.std() or not another.std():
        return 0.0
    return float(np.corrcoef(one, another)[0, 1])


def _smooth(day: np.ndarray) -> np.ndarray:
    return np.asarray((np.roll(day, -1) + day + np.roll(day, 1)) / 3)
