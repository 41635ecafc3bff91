"""The works that the likers of a work also like, and whether such works foretell what others think of it.

All likers are looked at first; only where something depends on it are works found anew among parts of them and tried on
the verdicts of the rest, which costs several times as much.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from itdr.builders.core.rng import splitmix64
from itdr.builders.evidence.activity import DECIMALS, Activity
from itdr.builders.evidence.audiences.expectations import FALSE_FINDS, is_surprise
from itdr.builders.evidence.audiences.fans import Fans, Groups, Near, sizes_of
from itdr.builders.evidence.audiences.raters import Raters
from itdr.builders.evidence.audiences.shared_likes import Ranks
from itdr.builders.store.reader import StoreReader

MOST_COMPANIONS = 40
"""How many works that are liked, too, are considered for naming."""
MIN_PEOPLE = 8
"""Of fewer people nothing is counted that they share."""
MIN_TOGETHER, ONE_IN_TOGETHER = 5, 20
"""What is shared is liked by so many of the people, and by one in so many."""
MIN_RATIO = 1.5
"""What is shared is liked by so many times as many of the people as is usual."""
MIN_Z, MIN_TOGETHER_OF_CLEAR = 5, 8
"""A work is shared if so many of the people like it, `MIN_RATIO` times as many as usual, so many standard deviations
above what is usual; or else:"""
PEOPLE_ADDED, MIN_SHRUNK_RATIO, MIN_Z_OF_SHRUNK = 5, 2, 4
"""so many times as many, and so many deviations above, with so many people added to both numbers; or else:"""
MIN_RATIO_OF_UNLIKELY = 2
"""so many times as many as usual, if chance alone would hardly give such a number."""
LEAST_RATIO = MIN_RATIO * (1 - 10**-DECIMALS)
"""Of each of these rules, before figures are rounded."""
FOLDS = 4
"""Parts of the judges of a work: what is shared by the likers of all others is tested on the verdicts of each."""
MIN_Z_OF_FOLDS = 2.33
"""Standard deviations by which the works that are liked, too, must tell verdicts together: what chance gives once in
a hundred times. On permuted verdicts of MovieLens 1M, .044 works an item are then named (four draws), of 2.8 without
this test; on its verdicts 2.3."""


class SharedWorks(NamedTuple):
    """Works that likers of another also like, the strongest first: how clearly, and how many of them would be usual."""

    works: np.ndarray
    strength: np.ndarray
    expected: np.ndarray


class Folds(NamedTuple):
    """Parts of those who judged a work. groups: bool array, a row to a group, a column to a person: the likers who are
    counted, and for each fold the likers of all others.   sizes: of the groups.   of: by person, the fold."""

    groups: np.ndarray
    sizes: list[int]
    of: np.ndarray


class LikedTogether:
    """Which works are liked together.

    Args:
        store: the store.
        activity: how likely people are to like each work.
        ranks: the ranks of works.
        tried: among how many works those that are shared are found.
    """

    def __init__(self, store: StoreReader, activity: Activity, ranks: Ranks, tried: int) -> None:
        self._store, self._activity, self._ranks, self._tried = store, activity, ranks, tried

    def folds(self, work: int, likers: np.ndarray, raters: Raters) -> Folds:
        """The parts of those who judged a work.

        Args:
            work: the work's code.
            likers: places of the likers who are counted.
            raters: those who judged the work.

        Returns:
            The parts.
        """
        keys = splitmix64(self._store.user_hash[raters.users] ^ self._store.item_hash[work])
        fold = (keys % np.uint64(FOLDS)).astype(np.int64)
        groups = np.zeros((1 + FOLDS, len(fold)), bool)
        groups[0, likers] = True
        groups[1:, : raters.n_likers] = fold[: raters.n_likers] != np.arange(FOLDS)[:, None]
        return Folds(groups, sizes_of(groups), fold)

    def foretold(self, near: Near, folds: Folds, raters: Raters) -> float:
        """How well works that likers also like foretell the verdicts of others: what is shared by the likers of all folds
        but one is tried on that one.

        Args:
            near: the works looked at.
            folds: the parts of those who judged the work.
            raters: those who judged it.

        Returns:
            The z-score of what is foretold.
        """
        others = self.shared(raters.users, near, folds.groups[1:])
        return raters.foretold([one.works for one in others], folds.of)

    def near(
        self, work: int, fans: Fans, number: np.ndarray, people: int, sizes: Sequence[int]
    ) -> Near:
        """The works that enough people of some group may like for them to be shared.

        Args:
            work: the work whose likers they are; it is left out.
            fans: those of works among the people.
            number: by code, how many of those in any group like the work.
            people: how many are in any group; they come first.
            sizes: of the groups.

        Returns:
            Those works.
        """
        codes = fans.common(number, _least_together(min(sizes)))
        codes = codes[fans.ranks[codes] != self._ranks.of[work]]
        return Near(fans, people, codes, number[codes])

    def shared(self, users: np.ndarray, near: Near, groups: np.ndarray) -> list[SharedWorks]:
        """The works that each of several groups of people also like.

        Args:
            users: the people's codes.
            near: the works looked at.
            groups: bool array, a row to a group, a column to a person.

        Returns:
            The works of each group.
        """
        counting, activity = Groups(groups), self._activity
        together = counting.counts(near)
        least = [_least_together(n) if n >= MIN_PEOPLE else len(users) + 1 for n in counting.sizes]
        able = together >= np.array(least)[:, None]
        people = np.stack([activity.by_bin(users[one]) for one in groups])
        columns = able.any(axis=0).nonzero()[0]
        works = self._ranks.works[near.fans.ranks[near.codes[columns]]]
        together, expected = together[:, columns], activity.expected(people, works)
        # Most works fall short of what each rule asks: of these no more is worked out.
        able = able[:, columns] & (together >= LEAST_RATIO * expected)
        columns = able.any(axis=0).nonzero()[0]
        variance = activity.variance(people, works[columns])
        group, place = able[:, columns].nonzero()
        column = columns[place]
        k, usual = together[group, column], expected[group, column]
        shared = self._is_shared(k, usual, variance[group, place])
        group, column, k, usual = (one[shared] for one in (group, column, k, usual))
        found = SharedWorks(works[column], strength_of(k, usual), usual)
        ends = group.searchsorted(np.arange(len(groups) + 1)).tolist()
        return [
            self._strongest(SharedWorks(*(one[start:stop] for one in found)))
            for start, stop in pairwise(ends)
        ]

    def _strongest(self, found: SharedWorks) -> SharedWorks:
        """The works that most speaks for, in that order."""
        if len(found.works) > MOST_COMPANIONS:
            least = np.partition(found.strength, -MOST_COMPANIONS)[-MOST_COMPANIONS]
            found = SharedWorks(*(one[found.strength >= least] for one in found))
        order = np.lexsort((self._store.item_hash[found.works], -found.strength))[:MOST_COMPANIONS]
        return SharedWorks(*(one[order] for one in found))

    def _is_shared(self, k: np.ndarray, expected: np.ndarray, variance: np.ndarray) -> np.ndarray:
        """Whether so many more people like each of some works than is usual that chance alone would hardly do it."""
        z = np.round((k - expected) / np.sqrt(variance + 1e-9), DECIMALS)
        ratio = np.round(k / np.maximum(expected, 1e-9), DECIMALS)
        found = (z >= MIN_Z_OF_SHRUNK) & (
            k + PEOPLE_ADDED >= MIN_SHRUNK_RATIO * (expected + PEOPLE_ADDED)
        )
        found |= (k >= MIN_TOGETHER_OF_CLEAR) & (ratio >= MIN_RATIO) & (z >= MIN_Z)
        unlikely = ~found & (ratio >= MIN_RATIO_OF_UNLIKELY)
        found[unlikely] = is_surprise(k[unlikely], expected[unlikely], FALSE_FINDS / self._tried)
        return found


def _least_together(people: int) -> int:
    """How many of so many people must like what they share, at least."""
    return max(MIN_TOGETHER, -(-people // ONE_IN_TOGETHER))


def strength_of(k: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """How clearly more people like something than is usual: twice the log-likelihood ratio.

    Args:
        k: how many like it.
        expected: how many would be usual.

    Returns:
        Numbers of the same shape.
    """
    return np.round(2 * (k * np.log(k / np.maximum(expected, 1e-9)) - (k - expected)), DECIMALS)
