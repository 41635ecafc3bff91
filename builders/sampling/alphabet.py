"""The alphabetical order of titles, to recognise windows that walk down a list.

People rate page by page. Where six titles in a row are in alphabetical order, the next one in the
alphabet is the answer three times out of four, which says nothing about taste. Neither does a page of one
letter in another order: all that is asked for begins with it. What is too much to be a coincidence depends on
how long a list is (`Limits`): in a long one, some stretch is in order by chance.
"""

from __future__ import annotations

import bisect
import functools
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from itdr.builders.core import arrow
from itdr.builders.store import derived

if TYPE_CHECKING:
    import pyarrow as pa

    from itdr.builders.store.reader import StoreReader

NEAR = 40
"""Two titles are neighbors if at most 1/40 of all titles separates them. A step back to a neighbor does not
break the alphabetical order: lists differ in how they sort what begins alike."""
SELDOM = 64
"""A stretch of titles is no coincidence where at most one list in so many has one by chance, anywhere in it."""
SELDOM_AS_A_WHOLE = 1_000
"""The same for the order of a list as a whole. What this finds beyond one list in a thousand is mostly chance."""
WINDOW = 9
"""Neighbors are counted in this many steps in a row: a page of one letter, in any order."""
FEWEST_NEIGHBORS = 4
"""Fewer steps to a neighbor may be the volumes of a series."""
EXACT = 30
"""Up to this length the orders of a list are counted, beyond it the normal distribution serves."""
_FINE = 10
_CELLS = _FINE * NEAR
_YEAR = r" \(\d{4}\)$"
_PUNCTUATION = r"[^\pL\pN ]+"
_ARTICLE = r"^ *(the|an?) "


@dataclass(frozen=True, eq=False)
class Alphabet:
    """ranks: int32, by title code: the place of the title in the alphabet, articles, punctuation and
    years aside. Titles that differ by these alone have the same place."""

    ranks: np.ndarray

    @functools.cached_property
    def reach(self) -> int:
        """How far apart in the alphabet neighbors are at most."""
        return (int(self.ranks.max(initial=-1)) + 1) // NEAR

    def in_order(self, titles: Sequence[int]) -> bool:
        """Whether titles walk down the alphabet, in a stretch or as a whole, or keep to a part of it, so that
        `Limits` of their number call it no coincidence.

        Args:
            titles: title codes, in the order in which a case shows them.

        Returns:
            True where they do.
        """
        limits, reach = limits_of(len(titles)), self.reach
        ranks = [self._ranks[title] for title in titles]
        fall = earlier_fall = 0
        near = [-WINDOW * k for k in range(limits.neighbors, 0, -1)]  # places, none of them yet
        for place in range(1, len(ranks)):
            step = ranks[place] - ranks[place - 1]
            if step < -reach:
                fall, earlier_fall = place, fall
            elif step <= reach:
                near = [*near[1:], place]
                if near[-1] - near[0] < WINDOW:
                    return True
            if place - fall >= limits.steps or place - earlier_fall >= limits.steps_but_one:
                return True
        wrong, ascending = 0, list[int]()
        for rank in ranks:
            after = bisect.bisect_right(ascending, rank)
            wrong += len(ascending) - after
            ascending.insert(after, rank)
        return wrong <= limits.inversions

    @functools.cached_property
    def _ranks(self) -> memoryview:
        """The ranks, to be looked up one by one."""
        return np.ascontiguousarray(self.ranks).data

    def any_in_order(self, titles: np.ndarray) -> np.ndarray:
        """`in_order` for many lists at once.

        Args:
            titles: title codes of shape (lists, length).

        Returns:
            bool of shape (lists,).
        """
        ranks = self.ranks[titles]
        limits = limits_of(ranks.shape[1])
        steps = np.diff(ranks, axis=1)
        grows, near = steps >= -self.reach, np.abs(steps) <= self.reach
        mask = _any_stretch(grows, limits.steps, limits.steps)
        mask |= _any_stretch(grows, limits.steps_but_one, limits.steps_but_one - 1)
        mask |= _any_stretch(near, min(WINDOW, near.shape[1]), limits.neighbors)
        later = ((ranks[:, k, None] > ranks[:, k + 1 :]).sum(axis=1) for k in range(ranks.shape[1]))
        return mask | (sum(later) <= limits.inversions)


class Limits(NamedTuple):
    """What at most one list in `SELDOM` does by chance, if its titles are in random order.

    Attributes:
        steps: so many steps in a row that do not break the alphabetical order.
        steps_but_one: so many of which one does: platforms sort punctuation and articles in their own ways.
        neighbors: so many steps, of `WINDOW` in a row, that each lead to a neighbor.
        inversions: at most so many pairs of titles in the wrong order; one list in `SELDOM_AS_A_WHOLE`.
    """

    steps: int
    steps_but_one: int
    neighbors: int
    inversions: int


@functools.cache
def limits_of(n: int) -> Limits:
    """The limits of lists of one length: the longer a list, the more of it is in order by chance.

    Args:
        n: how many titles.

    Returns:
        The limits; what a list is too short for is `n` steps or more.
    """
    window = min(WINDOW, n - 1)
    neighbors = FEWEST_NEIGHBORS
    while max(n - window, 1) * _share_of_neighbors(window, neighbors) * SELDOM > 1:
        neighbors += 1
    return Limits(_rare_steps(n, 0), _rare_steps(n, 1), neighbors, most_inversions(n))


def _rare_steps(n: int, breaks: int) -> int:
    """How many steps in a row, of which so many break the order, are rare in a list of n titles."""
    for steps in range(breaks + 1, n):
        one, longer = _chance(steps, breaks), _chance(steps + 1, breaks)
        # The first such stretch begins with the list, or the one that begins a step before it is none.
        if (one + (n - 1 - steps) * (one - longer)) * SELDOM <= 1:
            return steps
    return n


def _chance(steps: int, breaks: int) -> Fraction:
    """How often so many steps in a row break the alphabetical order `breaks` times at most, by chance."""
    return Fraction(sum(map(sum, _ways(steps, breaks))), _CELLS ** (steps + 1))


@functools.cache
def _ways(steps: int, breaks: int) -> list[list[int]]:
    """The alphabet is divided into cells, and the ways are counted that end in each of them, by the number of
    breaks."""
    if not steps:
        return [[1] * _CELLS, *[[0] * _CELLS] * breaks]
    sums = [list(itertools.accumulate(one, initial=0)) for one in _ways(steps - 1, breaks)]
    ends = [min(cell + _FINE + 1, _CELLS) for cell in range(_CELLS)]
    ways = [[one[end] for end in ends] for one in sums]
    for more, fewer in zip(ways[1:], sums, strict=False):
        more[:] = [way + fewer[-1] - fewer[end] for way, end in zip(more, ends, strict=True)]
    return ways


def _share_of_neighbors(steps: int, least: int) -> Fraction:
    """How often at least so many of some steps lead to a neighbor, by chance."""
    near = 1 - (1 - Fraction(1, NEAR)) ** 2
    return sum(
        (
            math.comb(steps, k) * near**k * (1 - near) ** (steps - k)
            for k in range(least, steps + 1)
        ),
        Fraction(0),
    )


@functools.cache
def most_inversions(n: int) -> int:
    """How many pairs of a list are in the wrong order in one of `SELDOM_AS_A_WHOLE` lists at most, by chance.

    Args:
        n: the length of the list.

    Returns:
        The number of pairs; -1 where even a list in order is not that rare. Of the n! orders, as many have
        k inversions as the Mahonian numbers say. [Knuth, The Art of Computer Programming, 5.1.1]
    """
    if n > EXACT:
        mean, variance = n * (n - 1) / 4, n * (n - 1) * (2 * n + 5) / 72
        normal = NormalDist(mean, math.sqrt(variance))
        return math.floor(normal.inv_cdf(1 / SELDOM_AS_A_WHOLE) - 0.5)
    counts = [1]
    for size in range(2, n + 1):
        sums = [0, *itertools.accumulate(counts)]
        top = len(sums) - 1
        counts = [sums[min(k + 1, top)] - sums[max(k + 1 - size, 0)] for k in range(top + size - 1)]
    rare = math.factorial(n) // SELDOM_AS_A_WHOLE
    return sum(total <= rare for total in itertools.accumulate(counts)) - 1


def _any_stretch(good: np.ndarray, steps: int, least: int) -> np.ndarray:
    """Whether, in each row, at least so many of some consecutive steps are good."""
    if good.shape[1] < max(steps, least):
        return np.zeros(len(good), bool)
    counts: np.ndarray = np.zeros((len(good), good.shape[1] + 1), np.int32)
    good.cumsum(axis=1, out=counts[:, 1:])
    mask: np.ndarray = (counts[:, steps:] - counts[:, :-steps] >= least).any(axis=1)
    return mask


def alphabet(store: StoreReader) -> Alphabet:
    """The alphabet of a store's titles, sorted once and cached beside the store."""
    return store.shared("alphabet", lambda: _kept(store))


def _kept(store: StoreReader) -> Alphabet:
    path = derived.derived_path(store, "alphabet", (store.title_chars,))
    derived.build_once(path, lambda work: _write(store, work / path.name))
    return Alphabet(arrow.numbers(arrow.read(path), "rank"))


def alphabetical_keys(titles: pa.StringArray) -> pa.StringArray:
    """What titles are sorted by.

    Args:
        titles: titles as shown.

    Returns:
        The titles in small letters, without a year at the end, punctuation, or an article at the beginning.
    """
    import pyarrow.compute as pc

    keys = pc.utf8_lower(titles)
    for left_out in (_YEAR, _PUNCTUATION, _ARTICLE):
        keys = pc.replace_substring_regex(keys, left_out, "")
    return keys


def _write(store: StoreReader, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    codes, items = np.unique(store.title_code, return_index=True)
    examples = items[codes >= 0]
    keys = alphabetical_keys(arrow.take_rows(store.items.column("title"), examples))
    ranks = pc.rank(keys, sort_keys="ascending", tiebreaker="dense")
    by_code = np.zeros(int(codes.max(initial=-1)) + 1, np.int32)
    by_code[codes[codes >= 0]] = ranks.to_numpy()
    arrow.write_table(pa.table({"rank": by_code}), path)
