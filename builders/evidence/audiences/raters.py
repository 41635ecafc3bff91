"""The people who judged one work, and what else they like: of the fans of something, how many like the work.

That its likers also like something says that both find the same people; what a fan will think of it is the share
of those fans who judged it and like it, against what their generosity and the work's reception predict.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from itdr.builders.evidence.audiences.expectations import deviations

FEWEST_FANS = 13
"""The fewest fans who must have judged a work for their share to be said."""
CLEARLY = 1.6
"""Standard deviations by which the likes of the fans of a work must exceed the usual number."""
RISE, ABOVE_ALL = 10, 20
"""Their share must exceed the usual one by 1/`RISE`, and that of everybody who judged the work by 1/`ABOVE_ALL`."""
DECIMALS = 6
"""Decimals of an expected number that count: the last bits differ from machine to machine."""


class Rates(NamedTuple):
    """By group: how many of its members judged the work, how many like it, how many would be usual, and by how
    many standard deviations the two differ."""

    n: np.ndarray
    k: np.ndarray
    expected: np.ndarray
    z: np.ndarray


class Raters:
    """Those who judged one work.

    Args:
        users: their codes.
        who, works: row by row, which of them likes which other work.
        liked: bool per person, whether they like the work.
        chances: by person, how likely that would be by their generosity.
        mostly: whether a group is recommended to only if most of it like the work.
        usual: the share of all verdicts that are likes; no group that likes the work less often is named.
    """

    def __init__(
        self,
        users: np.ndarray,
        who: np.ndarray,
        works: np.ndarray,
        liked: np.ndarray,
        chances: np.ndarray,
        mostly: bool,
        usual: float = 0.0,
    ) -> None:
        self.users = users
        self._who, self._works, self._mostly = who, works, mostly
        self._usual = usual
        self.liked, self._chances = liked, chances
        self._spread = chances * (1 - chances)

    def excess(self, works: np.ndarray, size: int, among: np.ndarray) -> tuple[float, float]:
        """Whether those who like many of some works like this one more than those who like few of them: one test,
        however many works there are.

        Args:
            works: their codes.
            size: how many works there are in all.
            among: bool by person, of whom this is asked.

        Returns:
            (sum, variance) of what each verdict exceeds its expectation by, weighted by how many of the works
            somebody likes above the mean.
        """
        named = np.zeros(size, bool)
        named[works] = True
        weights = np.bincount(self._who[named[self._works]], minlength=len(self.liked))[among]
        weights = weights - weights.mean() if len(weights) else weights
        beyond = self.liked[among] - self._chances[among]
        return float((weights * beyond).sum()), float((weights**2 * self._spread[among]).sum())

    def fans_of(self, works: np.ndarray, size: int) -> Rates:
        """The rates of the fans of each of these works.

        Args:
            works: their codes.
            size: how many works there are in all.

        Returns:
            The rates, in the order of the works.
        """
        if not len(works):
            none = np.zeros(0)
            return Rates(none.astype(np.int64), none.astype(np.int64), none, none)
        place = np.full(size, -1, np.int32)
        place[works] = np.arange(len(works))
        mine = place[self._works]
        kept = np.flatnonzero(mine >= 0)
        return self._rates(mine[kept], self._who[kept], len(works))

    def fans_of_any(self, groups: list[np.ndarray], size: int) -> Rates:
        """The rates of those who like any work of each group of works.

        Args:
            groups: the codes of the works of each.
            size: how many works there are in all.

        Returns:
            The rates, in the order of the groups.
        """
        places, people = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for number, works in enumerate(groups):
            named = np.zeros(size, bool)
            named[works] = True
            fans = np.unique(self._who[named[self._works]])
            places.append(np.full(len(fans), number))
            people.append(fans)
        return self._rates(np.concatenate(places), np.concatenate(people), len(groups))

    def liked_most(self, works: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
        """Works in the order of how many fans they have among the raters.

        Args:
            works: their codes.
            size: how many works there are in all.

        Returns:
            (codes, fans), those with most fans first.
        """
        place = np.full(size, -1, np.int32)
        place[works] = np.arange(len(works))
        mine = place[self._works]
        fans = np.bincount(mine[mine >= 0], minlength=len(works))
        order = np.lexsort((works, -fans))
        return works[order], fans[order]

    def _rates(self, places: np.ndarray, people: np.ndarray, size: int) -> Rates:
        n = np.bincount(places, minlength=size)
        k = np.bincount(places[self.liked[people]], minlength=size)
        expected = np.bincount(places, self._chances[people], minlength=size)
        variance = np.bincount(places, self._spread[people], minlength=size)
        return Rates(n, k, expected, deviations(k, expected, variance))

    def welcome_it(self, rates: Rates, least: float) -> np.ndarray:
        """Whether groups like the work clearly more than would be usual, and more than everybody does.

        Args:
            rates: of the groups.
            least: standard deviations by which their likes must exceed the usual number.

        Returns:
            bool by group.
        """
        n, k, expected, z = rates
        clear = (n >= FEWEST_FANS) & (z >= least)
        clear &= np.round(RISE * (k - expected), DECIMALS) >= n
        # In whole numbers: k / n >= likes / judges + 1 / ABOVE_ALL.
        judges, likes = len(self.liked), int(self.liked.sum())
        clear &= ABOVE_ALL * (k * judges - n * likes) >= n * judges
        clear &= np.round(k - self._usual * n, DECIMALS) >= 0
        return clear & (2 * k > n) if self._mostly else clear

    def is_part(self, rates: Rates) -> np.ndarray:
        """Whether groups are at most half of those who judged the work: more is everybody.

        Args:
            rates: of the groups.

        Returns:
            bool by group; True for all where hardly anybody likes what they judge.
        """
        return 2 * rates.n <= len(self.liked) if self._mostly else rates.n >= 0
