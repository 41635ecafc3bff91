"""How much more often than expected, and whether chance alone could have done it."""

from __future__ import annotations

import math

PSEUDO_TRIALS = 10
"""The weight of the expectation, in pseudo-trials: keeps the lift close to one when trials are few."""


def lift(k: int, n: int, p: float) -> float:
    """The ratio of observed to expected frequency for `k` of `n`, shrunk towards one by `PSEUDO_TRIALS`."""
    return ((k + PSEUDO_TRIALS * p) / (n + PSEUDO_TRIALS)) / p


def at_least(k: int, n: int, p: float) -> float:
    """P(X >= k) for X binomial: summed from its first term on.

    Args:
        k: a count above n * p.
        n: trials.
        p: the chance of one trial, strictly between 0 and 1.

    Returns:
        The probability.
    """
    if k <= 0:
        return 1.0
    if k > n:
        return 0.0
    log_first = (
        math.lgamma(n + 1)
        - math.lgamma(k + 1)
        - math.lgamma(n - k + 1)
        + k * math.log(p)
        + (n - k) * math.log1p(-p)
    )
    term = total = 1.0
    for j in range(k, n):
        term *= (n - j) / (j + 1) * p / (1 - p)
        total += term
        if term < 1e-12 * total:
            break
    return min(1.0, math.exp(log_first) * total)


def at_most(k: int, n: int, p: float) -> float:
    """P(X <= k), for k below n * p."""
    return at_least(n - k, n, 1 - p)


def more_common(k: int, n: int, j: int, m: int) -> float:
    """Fisher's exact test, one-sided: whether a trait is more common on one side than on the other.

    Args:
        k, n: how many of the one side's n have it.
        j, m: how many of the other side's m have it.

    Returns:
        The chance of k or more, if the k + j were drawn from all n + m alike.
    """
    total, carriers = n + m, k + j
    whole = _log_choose(total, carriers)
    chance = sum(
        math.exp(_log_choose(n, x) + _log_choose(m, carriers - x) - whole)
        for x in range(k, min(n, carriers) + 1)
        if carriers - x <= m
    )
    return round(min(1.0, chance), 9)


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def gain(k: int, expected: float) -> float:
    """The evidence of `k` against `expected`: twice the log-likelihood ratio; 0 if there is none.

    Rounded, so that float noise does not decide which of two comes first."""
    evidence = 2 * (k * math.log(k / expected) - (k - expected)) if k > 0 else 2 * expected
    return round(evidence, 6)
