"""What would be usual: how likely people are to like a work, by their activity and their generosity.

Activity: a user with n likes likes work B with p = 1 - exp(-n λ_B), λ_B such that the expected likers
of B are as many as there are. Generosity: whoever judged work i likes it with logit p = a_u + b_i, both
drawn towards zero. Against plain shares, nearly all that pairs of works say is that fans of rare works
like a lot, and that generous people are generous.
"""

from __future__ import annotations

import numpy as np

EDGES = np.unique(np.round(1.22 ** np.arange(0, 34)).astype(np.int64))
"""Numbers of likes at which bins of users begin: users of a bin are taken to be equally active."""
STEPS = 30
FITTED = 100
"""Verdicts of a user that their generosity is worked out of, at most."""
ROUNDS = 4
TERMS = 40
"""Terms of a Poisson tail that are added up."""
PRIOR = 0.5


def bins_of(likes: np.ndarray) -> np.ndarray:
    """The bin of each user with so many likes; users without likes are in bin 0."""
    return np.searchsorted(EDGES, likes, side="right") - 1 + (likes == 0)


class Activity:
    """How likely users are to like each work by their activity alone.

    Args:
        likes: by user, how many likes they have.
        likers: by work, how many users like it.
    """

    def __init__(self, likes: np.ndarray, likers: np.ndarray) -> None:
        active = likes > 0
        self.bins = bins_of(likes)
        users = np.bincount(self.bins[active], minlength=len(EDGES))
        totals = np.bincount(self.bins[active], likes[active], minlength=len(EDGES))
        self.mean = np.where(users > 0, totals / np.maximum(users, 1), 0.0)
        self.rates = self._fitted(users, likers)

    def _fitted(self, users: np.ndarray, likers: np.ndarray) -> np.ndarray:
        # Works with as many likers have one rate.
        distinct, where = np.unique(likers, return_inverse=True)
        rates = distinct / max(float((users * self.mean).sum()), 1.0)
        for _ in range(STEPS):
            expected = (users * self.chances(rates)).sum(axis=1)
            rates = rates * np.clip(distinct / np.maximum(expected, 1e-12), 0.5, 2)
        return rates[where]

    def chances(self, rates: np.ndarray) -> np.ndarray:
        """By rate and bin: the chance that a user of the bin likes a work of that rate."""
        return -np.expm1(-np.multiply.outer(rates, self.mean))

    def at_least(self, users: np.ndarray, works: np.ndarray) -> np.ndarray:
        """A lower bound of `expected`, at a fraction of the cost: (1 - exp(-x)) / x falls with x."""
        most = self.rates[works] * self.mean[self.bins[users]].max(initial=0)
        total = self.rates[works] * self.mean[self.bins[users]].sum()
        return total * -np.expm1(-most) / np.maximum(most, 1e-12)

    def expected(self, users: np.ndarray, works: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """For each of the works: the expected number of these users who like it, and its variance."""
        weights = np.bincount(self.bins[users], minlength=len(EDGES))
        present = np.flatnonzero(weights)
        chances = -np.expm1(-np.multiply.outer(self.rates[works], self.mean[present]))
        weighted = chances * weights[present]
        return weighted.sum(axis=1), (weighted * (1 - chances)).sum(axis=1)


class Generosity:
    """How likely users are to like what they judge: `a_u + b_i` on the scale of logits.

    Args:
        start: where each user's rows begin.
        works, liked: by row, the work and whether it was liked.
        n_works: how many works there are.
    """

    def __init__(
        self, start: np.ndarray, works: np.ndarray, liked: np.ndarray, n_works: int
    ) -> None:
        counts = np.diff(start)
        # Rows stand in the order of works' codes, which are hashes: a step through them is a sample.
        steps = -(-counts // FITTED)
        place = np.arange(len(works)) - start[:-1].repeat(counts)
        kept = place % np.maximum(steps, 1).repeat(counts) == 0
        users = np.arange(len(counts), dtype=np.int32).repeat(counts)[kept]
        works, liked = works[kept], liked[kept].astype(np.float64)
        # Begun at the shares of users, the effects are found in a few rounds.
        likes = np.bincount(users, liked, minlength=len(counts)) + 1
        judged = np.bincount(users, minlength=len(counts)) + 2
        self.users, self.works = np.log(likes / (judged - likes)), np.zeros(n_works)
        for _ in range(ROUNDS):
            for effect, codes in ((self.works, works), (self.users, users)):
                p = _sigmoid(self.users[users] + self.works[works])
                slope = np.bincount(codes, liked - p, minlength=len(effect)) - PRIOR * effect
                bend = np.bincount(codes, p * (1 - p), minlength=len(effect)) + PRIOR
                effect += slope / bend

    def chances(self, users: np.ndarray, work: int) -> np.ndarray:
        """The chance that each of these users likes the work, having judged it."""
        return _sigmoid(self.users[users] + self.works[work])


def surprise(k: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """P(X >= k) for X Poisson, an upper bound for a sum of unequal chances.

    Args:
        k: whole numbers above their expectation.
        expected: the means, of the same shape.

    Returns:
        Probabilities.
    """
    factorials = np.cumsum(np.log(np.maximum(np.arange(int(k.max(initial=0)) + 1), 1)))
    first = np.exp(k * np.log(np.maximum(expected, 1e-12)) - expected - factorials[k])
    term, total = np.ones(len(k)), np.ones(len(k))
    for step in range(1, TERMS):
        term = term * expected / (k + step)
        total += term
    return np.minimum(first * total, 1)


def deviations(k: np.ndarray, expected: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Standard deviations between what was counted and what is usual, corrected for whole numbers."""
    away = np.maximum(np.abs(k - expected) - 0.5, 0)
    return np.round(np.copysign(away / np.sqrt(variance + 1e-9), k - expected), 6)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))
