"""What would be usual: how likely people are to like a work, by their activity and their generosity.

Activity: see `evidence/activity.py`. Generosity: whoever judged work i likes it with logit p = a_u + b_i,
both drawn towards zero. Against plain shares, nearly all that pairs of works say is that fans of rare works
like a lot, and that generous people are generous.
"""

from __future__ import annotations

import functools
from statistics import NormalDist

import numpy as np

from itdr.builders.core.ranges import ranges
from itdr.builders.evidence.activity import Activity

FALSE_FINDS = 0.02
"""Expected false finds per item, kind and direction when there is nothing to find."""

LIKES_OF_BINS = np.unique(np.round(1.22 ** np.arange(0, 34)).astype(np.int64))
"""Numbers of likes at which bins of users begin: users of a bin are taken to be equally active."""
MAX_VERDICTS_OF_A_USER = 100
"""Verdicts of a user that their generosity is worked out of, at most."""
ROUNDS_OF_FITTING = 4
TERMS_OF_A_TAIL = 40
"""Terms of a Poisson tail that are added up."""
PRIOR_OF_EFFECTS = 0.5
ROWS_OF_A_BLOCK = 1 << 15


def bins_of(likes: np.ndarray) -> np.ndarray:
    """The bin of each user with so many likes; users without likes are in bin 0."""
    return np.searchsorted(LIKES_OF_BINS, likes, side="right") - 1 + (likes == 0)


def activity_of(likes: np.ndarray, likers: np.ndarray) -> Activity:
    """How likely users are to like each work by their activity alone.

    Args:
        likes: by user, how many likes they have.
        likers: by work, how many users like it.

    Returns:
        The model, by user; users without likes do not count.
    """
    return Activity(bins_of(likes), likes, likes > 0, likers)


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
        steps = np.maximum(-(-counts // MAX_VERDICTS_OF_A_USER), 1)
        kept = -(-counts // steps)
        users = np.arange(len(counts), dtype=np.int32).repeat(kept)
        rows = start[users] + steps[users] * ranges(np.zeros(len(counts), np.int64), kept)
        works, liked = works[rows], liked[rows]
        # Begun at the shares of users, the effects are found in a few rounds.
        likes = np.bincount(users[liked], minlength=len(counts)) + 1
        judged = kept + 2
        self.users, self.works = np.log(likes / (judged - likes)), np.zeros(n_works)
        for _ in range(ROUNDS_OF_FITTING):
            for effect, codes in ((self.works, works), (self.users, users)):
                effect += self._step(effect, codes, users, works, liked)

    def _step(
        self,
        effect: np.ndarray,
        codes: np.ndarray,
        users: np.ndarray,
        works: np.ndarray,
        liked: np.ndarray,
    ) -> np.ndarray:
        """By how much the effects of users, or of works, have to be moved. codes: whose effect it is, row by row."""
        slope, bend = np.zeros(len(effect)), np.zeros(len(effect))
        # Block by block, so that no row leaves the processor's cache; added up in the order of rows.
        for start in range(0, len(codes), ROWS_OF_A_BLOCK):
            block = slice(start, start + ROWS_OF_A_BLOCK)
            p = _sigmoid(self.users[users[block]] + self.works[works[block]])
            np.add.at(slope, codes[block], liked[block] - p)
            np.add.at(bend, codes[block], p * (1 - p))
        return (slope - PRIOR_OF_EFFECTS * effect) / (bend + PRIOR_OF_EFFECTS)

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
    terms = (expected[:, None] / (k[:, None] + np.arange(1, TERMS_OF_A_TAIL))).cumprod(axis=1)
    return np.minimum(_exactly(k, expected) * (1 + terms.sum(axis=1)), 1)


def is_surprise(k: np.ndarray, expected: np.ndarray, chance: float) -> np.ndarray:
    """Whether `surprise` is at most so large; most often the chance of exactly k is too large already."""
    found = _exactly(k, expected) <= chance
    found[found] = surprise(k[found], expected[found]) <= chance
    return found


def _exactly(k: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """P(X = k) for X Poisson."""
    logs = _log_factorials(1 << int(k.max(initial=0)).bit_length())[k]
    return np.exp(k * np.log(np.maximum(expected, 1e-12)) - expected - logs)


@functools.lru_cache(maxsize=64)
def _log_factorials(size: int) -> np.ndarray:
    """log(k!) of each k below a size."""
    return np.cumsum(np.log(np.maximum(np.arange(size), 1)))


def deviations(k: np.ndarray, expected: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Standard deviations between what was counted and what is usual, corrected for whole numbers."""
    away = np.maximum(np.abs(k - expected) - 0.5, 0)
    return np.round(np.copysign(away / np.sqrt(variance + 1e-9), k - expected), 6)


@functools.lru_cache(maxsize=1 << 12)
def bound(tests: int, chance: float = FALSE_FINDS) -> float:
    """The z-score that any of this many tests exceeds, in either direction, with this overall probability."""
    return NormalDist().inv_cdf(1 - chance / max(tests, 1))


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))
