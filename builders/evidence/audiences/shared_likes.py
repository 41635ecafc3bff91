"""What some people like, row by row, and how many of each group of them like each work.

A few works are looked for among tens of thousands of likes, item after item. Works go by their rank: most likes are
of works with small ranks, which stay at hand, and arrays of all works are not made anew each time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

SPARSE = 16
"""Where there are so many works to each row, rows are sorted rather than counted by work."""


class Likes(NamedTuple):
    """Who likes which work, row by row. who: places among the people, ascending.   ranks: the works' ranks."""

    who: np.ndarray
    ranks: np.ndarray


class Near(NamedTuple):
    """The likes of a few works. ranks: of these works.   who, numbers: row by row, the person, and the place of the
    work among them."""

    ranks: np.ndarray
    who: np.ndarray
    numbers: np.ndarray


class Ranks:
    """Works by how many like them.

    Args:
        nameable: by work, whether it can be named; these come first.
        likers: by work, how many like it.

    Attributes:
        works: by rank, the work.
        of: by work, the rank.
    """

    def __init__(self, nameable: np.ndarray, likers: np.ndarray) -> None:
        self.works = np.lexsort((-likers, ~nameable))
        # As numpy counts and looks up: it would copy narrower numbers each time.
        self.of = np.empty(len(likers), np.intp)
        self.of[self.works] = np.arange(len(likers))
        self._numbers = np.zeros(len(likers), np.intp)
        self._is_near = np.zeros(len(likers), bool)

    def near(self, likes: Likes, ranks: np.ndarray) -> Near:
        """Those of some likes that are of works with these ranks, each named once."""
        self._is_near[ranks] = True
        rows = self._is_near.take(likes.ranks).nonzero()[0]
        self._is_near[ranks] = False
        self._numbers[ranks] = np.arange(len(ranks))
        return Near(ranks, likes.who.take(rows), self._numbers.take(likes.ranks.take(rows)))

    def common(self, ranks: np.ndarray, least: int, stop: int) -> np.ndarray:
        """Those of these ranks, ascending, that occur so often, if they are below `stop`."""
        if SPARSE * len(ranks) < stop:
            found, number = np.unique(ranks, return_counts=True)
            return found[(number >= least) & (found < stop)]
        return np.flatnonzero(np.bincount(ranks)[:stop] >= least)


class Groups:
    """Groups of some people, who may be in several: counted together, as many are in the same ones.

    Args:
        member: bool array, a row to a group, a column to a person.
    """

    def __init__(self, member: np.ndarray) -> None:
        self.sizes = member.sum(axis=1)
        bits = 1 << np.arange(len(member))
        packed = bits @ member
        patterns = np.flatnonzero(np.bincount(packed))
        self._pattern = patterns.searchsorted(packed)
        self._held = (patterns & bits[:, None] != 0).astype(np.int64)

    def counts(self, who: np.ndarray, codes: np.ndarray, size: int) -> np.ndarray:
        """How often each group has each code.

        Args:
            who: row by row, the person.
            codes: row by row, a code below `size`.
            size: how many codes there are.

        Returns:
            int64 array, a row to a group, a column to a code.
        """
        cells, patterns = self._pattern.take(who) * size + codes, self._held.shape[1]
        number = np.bincount(cells, minlength=patterns * size)
        return self._held @ number.reshape(patterns, size)
