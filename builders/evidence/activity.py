"""How likely people are to like a work by their activity alone.

A user with n likes likes work B with p = 1 - exp(-n λ_B), λ_B such that the expected likers of B are as
many as there are. Against plain shares, nearly every pair of works is "also liked": whoever likes a rare
film likes many.
"""

from __future__ import annotations

import functools

import numpy as np

ROUNDS_OF_RATES = 40
DECIMALS = 6
"""Decimals of an expected number that count: the last bits differ from machine to machine."""


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
        return self._distinct_rates[self._place]

    @functools.cached_property
    def _distinct_rates(self) -> np.ndarray:
        """The same, by distinct number of likers."""
        rates = self._distinct / max(float((self.users * self.mean).sum()), 1.0)
        for _ in range(ROUNDS_OF_RATES):
            expected = (self.users * self.chances(rates)).sum(axis=1)
            rates = rates * np.clip(self._distinct / np.maximum(expected, 1e-12), 0.5, 2)
        return rates

    def chances(self, rates: np.ndarray) -> np.ndarray:
        """By rate and bin: the chance that somebody of the bin likes a work of that rate."""
        return -np.expm1(-np.multiply.outer(rates, self.mean))

    def by_bin(self, users: np.ndarray) -> np.ndarray:
        """How many of these users are in each bin."""
        return np.bincount(self.bins[users], minlength=self.n_bins)

    @property
    def n_bins(self) -> int:
        """How many bins there are."""
        return len(self.mean)

    def expected(self, people: np.ndarray, works: np.ndarray) -> np.ndarray:
        """How many of some people like each of some works, by their activity.

        Args:
            people: how many are in each bin; for several groups a row to a group.
            works: the works.

        Returns:
            Numbers rounded to `DECIMALS`, a column to a work.
        """
        chances, _ = self._by_number
        return np.round(people @ chances.take(self._place[works], axis=0).T, DECIMALS)

    def variance(self, people: np.ndarray, works: np.ndarray) -> np.ndarray:
        """The variance of these numbers.

        Args:
            people, works: as for `expected`.

        Returns:
            Variances, a column to a work.
        """
        _, spreads = self._by_number
        return people @ spreads.take(self._place[works], axis=0).T

    @functools.cached_property
    def _by_number(self) -> tuple[np.ndarray, np.ndarray]:
        """By distinct number of likers and bin: the chance that somebody likes such a work, and its variance."""
        chances = self.chances(self._distinct_rates)
        return chances, chances * (1 - chances)
