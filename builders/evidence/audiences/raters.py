"""The people who judged one work, and what else they like: of the fans of something, how many like the work.

That its likers also like something says that both find the same people; what a fan will think of it is the share
of those fans who judged it and like it, against what their generosity and the work's reception predict.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from itdr.builders.evidence.activity import DECIMALS
from itdr.builders.evidence.audiences.expectations import deviations
from itdr.builders.evidence.audiences.fans import Fans
from itdr.builders.evidence.audiences.shared_likes import Likes, Ranks

MIN_FANS_WHO_JUDGED = 13
"""The fewest fans who must have judged a work for their share to be said."""
MIN_Z_OF_FANS = 1.6
"""Standard deviations by which the likes of the fans of a work must exceed the usual number."""
PARTS_ABOVE_USUAL, PARTS_ABOVE_EVERYBODY = 10, 20
"""Their share must exceed the usual one by 1/`PARTS_ABOVE_USUAL`, and that of everybody who judged the work by 1/`PARTS_ABOVE_EVERYBODY`."""
MIN_Z_OF_KNOWN, PARTS_ABOVE_USUAL_OF_KNOWN = 2.0, 14
"""So many standard deviations above the usual, the share of a group that nobody had to look for need exceed the usual one
by this part alone."""
MIN_PERCENT_OF_FANS = 58
"""The smallest percentage of a group that must like a work recommended to it."""
USERS_TO_EACH_RATER = 8
"""Where so many users come to each of those who judged a work, these are looked up among them."""
PARTS_BELOW_ALL = 10
"""Where the usual share lacks less than one in so many of all, nothing is told by more."""


class Rates(NamedTuple):
    """By group: how many of its members judged the work, how many like it, how many would be usual, and by how
    many standard deviations the two differ."""

    n: np.ndarray
    k: np.ndarray
    expected: np.ndarray
    z: np.ndarray

    def figures(self, place: int) -> tuple[int, int, float]:
        """What a fact says of a group: how many like the work, of how many who judged it, how many are usual."""
        return int(self.k[place]), int(self.n[place]), float(self.expected[place])


class RateRule(NamedTuple):
    """What a store asks of the rate at which a group likes a work.

    mostly: a group is recommended to only if most of it like the work.
    """

    mostly: bool


class Raters:
    """Those who judged one work.

    Args:
        users: their codes, those first who like it.
        likes: which of them likes which other work.
        n_likers: how many of them like it.
        chances: by person, how likely that would be by their generosity.
        rule: what is asked of a group.
        ranks: the ranks of works.

    Attributes:
        liked: bool per person, whether they like the work.
        spread: by person, the variance of their verdict.
    """

    def __init__(
        self,
        users: np.ndarray,
        likes: Likes,
        n_likers: int,
        chances: np.ndarray,
        rule: RateRule,
        ranks: Ranks,
    ) -> None:
        self.users, self.likes, self.n_likers = users, likes, n_likers
        self._rule, self._ranks = rule, ranks
        self.liked = np.arange(len(users)) < n_likers
        self.chances, self.spread = chances, chances * (1 - chances)

    def foretold(self, shared: Sequence[np.ndarray], parts: np.ndarray) -> float:
        """Whether those who like many of some works like this one more than those who like few of them: one test,
        however many works there are.

        Args:
            shared: by part of the people, the works that are tried on it.
            parts: by person, the part.

        Returns:
            The z-score of what verdicts exceed their expectation by, each weighted by how many of the works somebody
            likes above the mean of the part.
        """
        every = np.concatenate(shared)
        works = np.unique(every)
        bits = np.left_shift(1, np.arange(len(shared))).repeat([len(one) for one in shared])
        tried = np.bincount(works.searchsorted(every), bits, minlength=len(works))
        codes = self.fans.codes_of(self._ranks.of[works])
        number = self.fans.tried(codes, tried, np.left_shift(1, parts).astype(np.uint8))
        beyond, total, variance = self.liked - self.chances, 0.0, 0.0
        for part in range(len(shared)):
            among = parts == part
            weights = number[among]
            weights = weights - weights.mean() if len(weights) else weights
            total += float((weights * beyond[among]).sum())
            variance += float((weights**2 * self.spread[among]).sum())
        return round(total / max(variance, 1e-9) ** 0.5, DECIMALS)

    @functools.cached_property
    def fans(self) -> Fans:
        """The fans of all works."""
        return Fans(self.likes, self._ranks)

    @functools.cached_property
    def fan_likes(self) -> np.ndarray:
        """By code of a work, how many of its fans like this one."""
        return self.fans.number(stop=self.n_likers)

    @functools.cached_property
    def fan_number(self) -> np.ndarray:
        """By code of a work, how many fans it has."""
        return self.fan_likes + self.fans.number(self.n_likers)

    @functools.cached_property
    def _fan_chances(self) -> tuple[np.ndarray, np.ndarray]:
        """By code of a work: how many of its fans would usually like this one; the variance."""
        return self.fans.sums(self.chances), self.fans.sums(self.spread)

    def fans_at(self, codes: np.ndarray) -> Rates:
        """The rates of the fans of each of some works.

        Args:
            codes: theirs among `fans`.

        Returns:
            The rates, in the order of the works.
        """
        k, (usual, variance) = self.fan_likes[codes], self._fan_chances
        expected = usual[codes]
        return Rates(self.fan_number[codes], k, expected, deviations(k, expected, variance[codes]))

    def fans_of(self, works: np.ndarray) -> Rates:
        """The same.

        Args:
            works: the works' codes in the store; somebody likes each.

        Returns:
            As `fans_at`.
        """
        return self.fans_at(self.fans.codes_of(self._ranks.of[works]))

    def fans_of_any(self, groups: Sequence[np.ndarray]) -> Rates:
        """The rates of those who like any work of each group of works.

        Args:
            groups: the codes of the works of each.

        Returns:
            The rates, in the order of the groups.
        """
        return self.rates_of([self.likes.fans_of_any(self._ranks.of[one]) for one in groups])

    def rates_among(self, groups: Sequence[np.ndarray]) -> Rates:
        """The rates of groups of users, of whom those count who judged the work.

        Args:
            groups: the codes of the users of each.

        Returns:
            The rates, in the order of the groups.
        """
        return self.rates_of([self._places_of(users) for users in groups])

    def _places_of(self, users: np.ndarray) -> np.ndarray:
        """The places of those of some users, ascending, who are among these people; ascending."""
        if len(users) > USERS_TO_EACH_RATER * len(self.users):
            # Few people are looked up among many users.
            at = np.minimum(users.searchsorted(self.users), len(users) - 1)
            return (users.take(at) == self.users).nonzero()[0]
        # Whoever is beyond all of these people is taken for the last entry, nobody.
        is_there = np.zeros(len(self.users) + 1, bool)
        is_there[self._place.take(users, mode="clip")] = True
        return is_there[:-1].nonzero()[0]

    @functools.cached_property
    def _place(self) -> np.ndarray:
        """By user the place among these people; for others -1, the last entry of what goes by place."""
        place = np.full(int(self.users.max(initial=-1)) + 2, -1, np.int32)
        place[self.users] = np.arange(len(self.users))
        return place

    def rates_of(self, groups: Sequence[np.ndarray]) -> Rates:
        """The rates of groups of the people.

        Args:
            groups: the places of the people of each, any of them once; ascending.

        Returns:
            The rates, in the order of the groups.
        """
        sizes = [len(one) for one in groups]
        every = np.concatenate([np.zeros(0, np.intp), *groups])
        numbers = np.arange(len(sizes)).repeat(sizes)
        n = np.bincount(numbers, minlength=len(sizes))
        k = np.bincount(numbers[every < self.n_likers], minlength=len(sizes))
        expected = np.bincount(numbers, self.chances.take(every), minlength=len(sizes))
        variance = np.bincount(numbers, self.spread.take(every), minlength=len(sizes))
        return Rates(n, k, expected, deviations(k, expected, variance))

    def welcome_it(
        self, rates: Rates, least: float = MIN_Z_OF_FANS, known: np.ndarray | bool = False
    ) -> np.ndarray:
        """Whether groups like the work clearly more than would be usual, and more than everybody does.

        Args:
            rates: of the groups.
            least: standard deviations by which their likes must exceed the usual number.
            known: the groups that are known beforehand, such as the followers of its series: they may be more than
                half of those who judged the work, and like it but a little more.

        Returns:
            bool by group.
        """
        n, k, expected, z = rates
        clear = (n >= MIN_FANS_WHO_JUDGED) & (z >= least) & (known | self.is_part(rates))
        parts = np.where(
            known & (z >= MIN_Z_OF_KNOWN), PARTS_ABOVE_USUAL_OF_KNOWN, PARTS_ABOVE_USUAL
        )
        clear &= np.round(PARTS_BELOW_ALL * (n - expected), DECIMALS) >= n
        clear &= np.round(parts * (k - expected), DECIMALS) >= n
        # In whole numbers: k / n >= likes / judges + 1 / PARTS_ABOVE_EVERYBODY.
        judges, likes = len(self.liked), int(self.liked.sum())
        clear &= known | (PARTS_ABOVE_EVERYBODY * (k * judges - n * likes) >= n * judges)
        return clear & (100 * k >= MIN_PERCENT_OF_FANS * n) if self._rule.mostly else clear

    def is_part(self, rates: Rates) -> np.ndarray:
        """Whether groups are at most half of those who judged the work: more is everybody.

        Args:
            rates: of the groups.

        Returns:
            bool by group; True for all where hardly anybody likes what they judge.
        """
        return 2 * rates.n <= len(self.liked) if self._rule.mostly else rates.n >= 0
