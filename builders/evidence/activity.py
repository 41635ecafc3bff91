"""How likely people are to like a work by their activity alone.

A user with n likes likes work B with p = 1 - exp(-n λ_B), λ_B such that the expected likers of B are as
many as there are. Against plain shares, nearly every pair of works is "also liked": whoever likes a rare
film likes many.
"""

from __future__ import annotations

import functools

import numpy as np

ROUNDS = 40


class Activity:
    """The model, fitted for some works.

    Args:
        bins: by group of people, its bin: all in a bin are taken to be equally active.
        likes: by group, how many likes each of its people has.
        people: by group, how many people it has.
        likers: by work, how many people like it.

    Attributes:
        users: by bin, how many people.
        mean: by bin, their mean number of likes.
    """

    def __init__(
        self, bins: np.ndarray, likes: np.ndarray, people: np.ndarray, likers: np.ndarray
    ) -> None:
        self.bins = bins
        self.users = np.bincount(bins, people)
        self.mean = np.bincount(bins, likes * people) / np.maximum(self.users, 1)
        # Works with as many likers have one rate.
        self._distinct, self._place = np.unique(likers, return_inverse=True)

    @functools.cached_property
    def rates(self) -> np.ndarray:
        """By work: λ."""
        rates = self._distinct / max(float((self.users * self.mean).sum()), 1.0)
        for _ in range(ROUNDS):
            expected = (self.users * self.chances(rates)).sum(axis=1)
            rates = rates * np.clip(self._distinct / np.maximum(expected, 1e-12), 0.5, 2)
        return rates[self._place]

    def chances(self, rates: np.ndarray) -> np.ndarray:
        """By rate and bin: the chance that somebody of the bin likes a work of that rate."""
        return -np.expm1(-np.multiply.outer(rates, self.mean))

    def at_least(self, users: np.ndarray, works: np.ndarray) -> np.ndarray:
        """A lower bound of `expected`, at a fraction of the cost: (1 - exp(-x)) / x falls with x."""
        most = self.rates[works] * self.mean[self.bins[users]].max(initial=0)
        total = self.rates[works] * self.mean[self.bins[users]].sum()
        return total * -np.expm1(-most) / np.maximum(most, 1e-12)

    def expected(self, users: np.ndarray, works: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """For each of the works: the expected number of these users who like it, and its variance."""
        weights = np.bincount(self.bins[users], minlength=len(self.mean))
        present = np.flatnonzero(weights)
        chances = -np.expm1(-np.multiply.outer(self.rates[works], self.mean[present]))
        weighted = chances * weights[present]
        return weighted.sum(axis=1), (weighted * (1 - chances)).sum(axis=1)
