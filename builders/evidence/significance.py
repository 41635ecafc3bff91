"""How much more often than expected, and whether chance alone could have done it."""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence

PRIOR = 10
"""Weight of what was to be expected, in trials: keeps the lift of few trials near one."""


def lift(k: int, n: int, p: float) -> float:
    """How many times as often as expected `k` of `n` happened, drawn towards one by `PRIOR`."""
    return ((k + PRIOR * p) / (n + PRIOR)) / p


def z_score(k: int, n: int, p: float) -> float:
    """Standard deviations of a binomial between `k` and what was to be expected, 0 < p < 1."""
    return (k - n * p) / math.sqrt(n * p * (1 - p))


def at_least(k: int, n: int, p: float) -> float:
    """P(X >= k) for X binomial (n, p), 0 < p < 1, for k above n * p: summed from its first term on."""
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


def gain(k: int, expected: float) -> float:
    """How much `k` says against `expected`, as twice a logarithm of likelihoods; 0 for none at all."""
    return 2 * (k * math.log(k / expected) - (k - expected)) if k > 0 else 2 * expected


def drawn_at_least(k: int, n: int, marked: int, total: int) -> float:
    """P(X >= k) for the marked ones among `n` drawn from `total`, of which so many are marked: the
    one-sided exact test of R. A. Fisher."""
    most = min(n, marked)
    if k > most:
        return 0.0
    if k <= max(0, n + marked - total):
        return 1.0
    log_first = (
        _log_choose(marked, k) + _log_choose(total - marked, n - k) - _log_choose(total, n)
    )
    term = sum_of_all = 1.0
    for j in range(k, most):
        term *= (marked - j) * (n - j) / ((j + 1) * (total - marked - n + j + 1))
        sum_of_all += term
    return min(1.0, math.exp(log_first) * sum_of_all)


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def tarone(least: Sequence[float], chance: float) -> float:
    """The bound on each of several exact tests that keeps chance findings at `chance` in all.

    Tests that could not reach the bound whatever the data were do not count among those tried.
    [R. E. Tarone, Biometrics 46 (1990) 515]

    Args:
        least: the smallest value that each test can take, given its margins.
        chance: false findings to be expected in all, at most.
    """
    ascending = sorted(least)
    tried = 1
    while tried <= len(ascending) and bisect.bisect_right(ascending, chance / tried) > tried:
        tried += 1
    return chance / tried
