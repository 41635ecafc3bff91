"""How much more often than expected, and whether chance alone could have done it."""

from __future__ import annotations

import functools
import math

import numpy as np

PRIOR = 10
"""Weight of what was to be expected, in trials: keeps the lift of few trials near one."""


def lift(k: int, n: int, p: float) -> float:
    """How many times as often as expected `k` of `n` happened, drawn towards one by `PRIOR`."""
    return ((k + PRIOR * p) / (n + PRIOR)) / p


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
    log_first = _log_choose(marked, k) + _log_choose(total - marked, n - k) - _log_choose(total, n)
    term = sum_of_all = 1.0
    for j in range(k, most):
        term *= (marked - j) * (n - j) / ((j + 1) * (total - marked - n + j + 1))
        sum_of_all += term
    return min(1.0, math.exp(log_first) * sum_of_all)


def least_drawn(n: np.ndarray, marked: np.ndarray, total: np.ndarray) -> np.ndarray:
    """The smallest value that `drawn_at_least` can take, whatever `k`: for several tests at once."""
    return drawn_exactly(np.minimum(n, marked), n, marked, total)


def drawn_exactly(
    k: np.ndarray, n: np.ndarray, marked: np.ndarray, total: np.ndarray
) -> np.ndarray:
    """P(X = k), which `drawn_at_least` is never below: for several tests at once, of possible k."""
    log = _log_factorials(int(total.max()) if len(total) else 0)

    def choose(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return log[a] - log[b] - log[a - b]

    # All that could be otherwise is where the unmarked ones among the drawn come from.
    return np.exp(choose(marked, k) + choose(total - marked, n - k) - choose(total, n))


@functools.lru_cache(maxsize=4)
def _table(size: int) -> np.ndarray:
    logs = np.zeros(size)
    logs[1:] = np.log(np.arange(1, size)).cumsum()
    return logs


def _log_factorials(most: int) -> np.ndarray:
    """ln 0!, ln 1!, … up to `most` at least."""
    return _table(1 << max(most + 1, 1024).bit_length())


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def tarone(least: np.ndarray, chance: float) -> float:
    """The bound on each of several exact tests that keeps chance findings at `chance` in all.

    Tests that could not reach the bound whatever the data were do not count among those tried.
    [R. E. Tarone, Biometrics 46 (1990) 515]

    Args:
        least: the smallest value that each test can take, given its margins.
        chance: false findings to be expected in all, at most.
    """
    ascending = np.sort(least)
    tried = 1
    while ascending.searchsorted(chance / tried, side="right") > tried:
        tried += 1
    return chance / tried
