"""What some people like, like by like, and how many of each group of them like each work.

Item after item, tens of thousands of likes are gone through: they are copied in blocks, counted for all works at once, and
works go by their rank, so that most of them stay at hand.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from itdr.builders.core.ranges import ranges

BLOCK = 8
"""Likes that are copied at once: those of a user fill whole blocks."""
USERS_OF_A_BLOCK = 1 << 14


class Likes(NamedTuple):
    """What each of some people likes, person by person.

    ranks: of the works, person by person; some end in ranks beyond all works, to fill a block.   sizes: by person, how many
    of these are theirs.
    """

    ranks: np.ndarray
    sizes: np.ndarray

    def people(self, rows: np.ndarray) -> np.ndarray:
        """The places of the people whose likes stand in these rows."""
        of_blocks = np.arange(len(self.sizes)).repeat(self.sizes // BLOCK)
        return of_blocks.take(rows // BLOCK)

    def fans_of_any(self, ranks: np.ndarray) -> np.ndarray:
        """The places of the people who like any work of these ranks, ascending."""
        is_asked = np.zeros(int(self.ranks.max(initial=-1)) + 1, bool)
        is_asked[ranks[ranks < len(is_asked)]] = True
        return np.unique(self.people(is_asked.take(self.ranks).nonzero()[0]))


class Ranks:
    """Works by how many like them.

    Args:
        nameable: by work, whether it can be named; these come first.
        likers: by work, how many like it.

    Attributes:
        works: by rank, the work.
        of: by work, the rank.
        n_nameable: how many can be named.
        nameable: their ranks, and one that stands for all others.
    """

    def __init__(self, nameable: np.ndarray, likers: np.ndarray) -> None:
        self.works = np.lexsort((-likers, ~nameable))
        # As numpy looks up: it would copy narrower numbers each time.
        self.of = np.empty(len(likers), np.intp)
        self.of[self.works] = np.arange(len(likers))
        self.n_nameable = int(nameable.sum())
        self.nameable = np.arange(self.n_nameable + 1)


class LikesOfAll:
    """What all users like.

    Args:
        begins, liked: where each user's likes begin, and the liked works.
        ranks: the ranks of works.
    """

    def __init__(self, begins: np.ndarray, liked: np.ndarray, ranks: Ranks) -> None:
        counts = np.diff(begins)
        self._n_blocks = -(-counts // BLOCK)
        self._begins = np.concatenate([[0], self._n_blocks.cumsum(dtype=np.int64)])
        every = np.full(int(self._begins[-1]) * BLOCK, len(ranks.of), np.int32)
        for start in range(0, len(counts), USERS_OF_A_BLOCK):
            users = slice(start, start + USERS_OF_A_BLOCK)
            theirs = counts[users]
            rows = slice(begins[start], begins[start] + theirs.sum())
            every[ranges(BLOCK * self._begins[:-1][users], theirs)] = ranks.of[liked[rows]]
        self._blocks = every.reshape(-1, BLOCK)

    def of(self, users: np.ndarray) -> Likes:
        """What these users like."""
        counts = self._n_blocks[users]
        blocks = self._blocks.take(ranges(self._begins[users], counts), axis=0)
        return Likes(blocks.reshape(-1), counts * BLOCK)
