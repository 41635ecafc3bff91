"""The alphabetical order of titles, to recognise windows that walk down a list.

People rate page by page. Where six titles in a row are in alphabetical order, the next one in the
alphabet is the answer three times out of four, which says nothing about taste. Neither does a page of one
letter in another order: all that is asked for begins with it.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from itdr.builders.core import arrow
from itdr.builders.store import derived

if TYPE_CHECKING:
    import pyarrow as pa

    from itdr.builders.store.reader import StoreReader

TOO_MANY = 6
"""This many consecutive titles in alphabetical order cannot be a coincidence."""
STEPS = 9
"""Nor can this many steps from title to title of which all but one follow the alphabet: a
platform's lists may sort punctuation and articles in their own way."""
NEIGHBORS = 4
"""Nor can this many steps, of `STEPS` in a row, that each lead to a neighbor. By chance, one of 40 titles is
a neighbor on either side: one history in a thousand has so many."""
NEAR = 40
"""Two titles are neighbors if at most 1/40 of all titles separates them. A step back to a neighbor does not
break the alphabetical order: lists differ in how they sort what begins alike."""
SELDOM = 1_000
"""Nor can a list that has as few pairs of titles in the wrong order as one in so many has by chance."""
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
        """Whether titles walk down the alphabet: `TOO_MANY` in a row, all but one of `STEPS` steps, or the list
        as a whole (`SELDOM`); or keep to a part of it: `NEIGHBORS` of `STEPS` steps.

        Args:
            titles: title codes, in the order in which a case shows them.

        Returns:
            True where they do.
        """
        ranks, reach = self._ranks, self.reach
        run, fall, earlier_fall = 1, -1, -1
        near = [-STEPS * k for k in range(NEIGHBORS, 0, -1)]  # places, none of them yet
        for place in range(1, len(titles)):
            step = ranks[titles[place]] - ranks[titles[place - 1]]
            if step >= -reach:
                run += 1
                if step <= reach:
                    near = [*near[1:], place]
            else:
                run, fall, earlier_fall = 1, place, fall
            # The steps since the second-to-last fall: at most one of them breaks the alphabetical order.
            if run == TOO_MANY or place - max(earlier_fall, 0) >= STEPS:
                return True
            if near[-1] - near[0] < STEPS:
                return True
        pairs = itertools.combinations([ranks[title] for title in titles], 2)
        return sum(first > second for first, second in pairs) <= most_inversions(len(titles))

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
        steps = np.diff(ranks, axis=1)
        grows, near = steps >= -self.reach, np.abs(steps) <= self.reach
        found = _any_window(grows, TOO_MANY - 1, TOO_MANY - 1)
        found |= _any_window(grows, STEPS, STEPS - 1)
        found |= _any_window(near, min(STEPS, near.shape[1]), NEIGHBORS)
        later = ((ranks[:, [k]] > ranks[:, k + 1 :]).sum(axis=1) for k in range(ranks.shape[1]))
        return found | (sum(later) <= most_inversions(ranks.shape[1]))


@functools.cache
def most_inversions(n: int) -> int:
    """How many pairs of a list are in the wrong order in one of `SELDOM` lists at most, by chance.

    Args:
        n: the length of the list.

    Returns:
        The number of pairs; -1 where even a list in order is not that rare. Of the n! orders, as many have
        k inversions as the Mahonian numbers say. [Knuth, The Art of Computer Programming, 5.1.1]
    """
    counts = [1]
    for size in range(2, n + 1):
        sums = [0, *itertools.accumulate(counts)]
        top = len(sums) - 1
        counts = [sums[min(k + 1, top)] - sums[max(k + 1 - size, 0)] for k in range(top + size - 1)]
    return sum(SELDOM * total <= math.factorial(n) for total in itertools.accumulate(counts)) - 1


def _any_window(good: np.ndarray, steps: int, least: int) -> np.ndarray:
    """Whether, in each row, at least so many of some consecutive steps are good."""
    if good.shape[1] < max(steps, least):
        return np.zeros(len(good), bool)
    windows = np.lib.stride_tricks.sliding_window_view(good, steps, axis=1)
    found: np.ndarray = (windows.sum(axis=2, dtype=np.int32) >= least).any(axis=1)
    return found


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
    shown = items[codes >= 0]
    keys = alphabetical_keys(arrow.take_rows(store.items.column("title"), shown))
    ranks = pc.rank(keys, sort_keys="ascending", tiebreaker="dense")
    by_code = np.zeros(int(codes.max(initial=-1)) + 1, np.int32)
    by_code[codes[codes >= 0]] = ranks.to_numpy()
    arrow.write_table(pa.table({"rank": by_code}), path)
