"""Whether weights, such as plays and hours, are those that were counted, and not classes, shares or numbers cut off."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from itdr.builders.core.reasons import ENOUGH_TO_JUDGE

ENOUGH, MANY, SOME = 1_000, 5_000, 10
"""So many weights, and so many different ones, show how they are spread."""
MOST_CLASSES, FEW_WEIGHTS = 10, 20
"""So many different weights are classes, and so many may be."""
MOST_CAPPED = 0.2
"""The share of weights that may be the greatest one."""
LEAST_CAPPED, VARIED, BELOW, TIMES_MORE = 0.005, 100, 20, 5
"""Where there are so many different weights, the share of the greatest one from which on it stands in place of others, if it
is so many times as frequent as any of so many below it."""
LAST_NUMBERS = (127, 255, 32_767, 65_535)
"""Where the numbers of a program end."""
WHOLE, NEARLY_ALL, ENOUGH_USERS = 100, 0.95, 200
"""What shares add up to, for nearly all users, and so many of these show it."""


def classes(values: np.ndarray, counts: np.ndarray) -> str:
    """What shows that weights were replaced by classes.

    Args:
        values: the different weights, ascending.
        counts: how often each occurs.

    Returns:
        A clause; empty where nothing shows it.
    """
    if counts.sum() < MANY or not 1 < len(values) <= MOST_CLASSES:
        return ""
    return f"{_taken(values, counts)}: they were replaced by classes, or greater ones cut off"


def few(values: np.ndarray, counts: np.ndarray) -> str:
    """What shows that weights may have been replaced by classes.

    Args:
        values: the different weights, ascending.
        counts: how often each occurs.

    Returns:
        A clause; empty where nothing shows it.
    """
    if counts.sum() < MANY or not MOST_CLASSES < len(values) <= FEW_WEIGHTS:
        return ""
    return f"{_taken(values, counts)}: they may have been replaced by classes or logarithms"


def _taken(values: np.ndarray, counts: np.ndarray) -> str:
    return f"{counts.sum():,} weights that were looked at take only {len(values)} values, {values[0]:g} to {values[-1]:g}"


def capped(values: np.ndarray, counts: np.ndarray) -> str:
    """What shows that one weight stands in place of all greater ones.

    Args:
        values: the different weights, ascending.
        counts: how often each occurs.

    Returns:
        A clause; empty where nothing shows it.
    """
    n, most = int(counts.sum()), int(counts[-1]) if len(counts) else 0
    if n < ENOUGH or len(values) < SOME:
        return ""
    some = len(values) >= VARIED and most >= max(ENOUGH_TO_JUDGE, LEAST_CAPPED * n)
    alone = some and most >= TIMES_MORE * counts[-1 - BELOW : -1].max()
    if most < MOST_CAPPED * n and not alone:
        return ""
    return f"{most:,} of {n:,} weights that were looked at are {values[-1]:g}, and none is more: they were cut off"


def shares(users: Sequence[np.ndarray]) -> str:
    """What shows that weights were replaced by per cent of all weights of their user.

    Args:
        users: the weights of each user.

    Returns:
        A clause; empty where nothing shows it.
    """
    # Shares that were rounded are off by up to one each.
    whole = sum(abs(part.sum() - WHOLE) <= len(part) for part in users)
    if len(users) < ENOUGH_USERS or whole < NEARLY_ALL * len(users):
        return ""
    return f"the weights of {whole:,} of {len(users):,} users add up to about {WHOLE}: they are per cent"


def of_a_byte(values: np.ndarray, counts: np.ndarray) -> str:
    """What shows that weights end where the numbers of a program do.

    Args:
        values: the different weights, ascending.
        counts: how often each occurs.

    Returns:
        A clause; empty where nothing shows it.
    """
    if counts.sum() < ENOUGH or values[-1] not in LAST_NUMBERS:
        return ""
    return (
        f"no weight that was looked at is above {values[-1]:,.0f}, where the numbers of a program end: greater ones may have "
        "begun again at 0"
    )
