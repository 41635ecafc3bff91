"""How many fans each work has among some people, and in groups of these: counted for all works at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from itdr.builders.evidence.audiences.shared_likes import Likes, Ranks

SPARSE = 16
"""Where so many works come to each like, likes are sorted rather than counted by work."""


class Fans:
    """The fans of works among some people. A work is known by a code; one that cannot be named has none.

    Args:
        likes: what the people like.
        ranks: the ranks of works.

    Attributes:
        ranks: by code, the rank of the work, ascending.
    """

    def __init__(self, likes: Likes, ranks: Ranks) -> None:
        self._stop = ranks.n_nameable
        # As numpy counts: it would copy narrower numbers each time.
        self.ranks, codes = ranks.nameable, np.minimum(likes.ranks, self._stop).astype(np.intp)
        self._is_sparse = SPARSE * len(codes) < self._stop
        if self._is_sparse:
            self.ranks, codes = np.unique(codes, return_inverse=True)
        self._codes, self._likes = codes, likes
        self._begins = np.concatenate([[0], likes.sizes.cumsum()])

    def codes_of(self, ranks: np.ndarray) -> np.ndarray:
        """The codes of works with these ranks, each of which somebody likes."""
        return self.ranks.searchsorted(ranks) if self._is_sparse else ranks

    def common(self, number: np.ndarray, least: int) -> np.ndarray:
        """The codes of the works of which there are so many, ascending. number: by code."""
        found = (number >= least).nonzero()[0]
        return found[self.ranks[found] < self._stop]

    def number(self, start: int = 0, stop: int | None = None) -> np.ndarray:
        """By code, how many of the people from one to another like the work."""
        last = len(self._likes.sizes) if stop is None else stop
        rows = slice(self._begins[start], self._begins[last])
        return np.bincount(self._codes[rows], minlength=len(self.ranks))

    def sums(self, values: np.ndarray) -> np.ndarray:
        """By code, the sum of what comes to each fan. values: by person; of the first people."""
        sizes = self._likes.sizes[: len(values)]
        codes = self._codes[: self._begins[len(values)]]
        return np.bincount(codes, values.repeat(sizes), minlength=len(self.ranks))

    def tried(self, codes: np.ndarray, marks: np.ndarray, of: np.ndarray) -> np.ndarray:
        """How many of some works each person likes.

        Args:
            codes: of the works, each once.
            marks: by work, the bits of the parts of the people of whom it is asked; eight at most.
            of: by person, the bit of their part.

        Returns:
            int64 array by person.
        """
        by_code = np.zeros(len(self.ranks), np.uint8)
        by_code[codes] = marks
        found = by_code.take(self._codes)
        rows = (found != 0).nonzero()[0]
        who = self._likes.people(rows)
        asked = (found.take(rows) & of.take(who)).nonzero()[0]
        return np.bincount(who.take(asked), minlength=len(of))


class Near(NamedTuple):
    """Works that some people like. fans: those of works among them.   people: how many of these count, the first.
    codes: of the works.   number: by work, how many of those who count like it."""

    fans: Fans
    people: int
    codes: np.ndarray
    number: np.ndarray


class Groups:
    """Groups of some people, who may be in several.

    Args:
        member: bool array, a row to a group, a column to a person. So many bits as the sizes of all have together go
            into the 53 of a float.
    """

    def __init__(self, member: np.ndarray) -> None:
        self.sizes = sizes_of(member)
        bits = np.array([one.bit_length() for one in self.sizes])
        self._shifts = (bits.cumsum() - bits)[:, None]
        self._masks = (1 << bits[:, None]) - 1
        self._packed = np.exp2(self._shifts[:, 0]) @ member

    def counts(self, near: Near) -> np.ndarray:
        """How many of each group like each of some works.

        Args:
            near: the works.

        Returns:
            int64 array, a row to a group, a column to a work.
        """
        if self.sizes == [near.people]:
            return near.number[None]
        packed = near.fans.sums(self._packed[: near.people]).take(near.codes).astype(np.int64)
        return packed >> self._shifts & self._masks


def sizes_of(member: np.ndarray) -> list[int]:
    """How many people are in each group. member: bool array, a row to a group."""
    return [int(np.count_nonzero(one)) for one in member]
