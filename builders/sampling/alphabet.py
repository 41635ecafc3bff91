"""The alphabetical order of titles, to recognise windows that walk down a list.

People rate page by page. Where six titles in a row are in alphabetical order, the next one in the
alphabet is the answer three times out of four, which says nothing about taste.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from itdr.builders.core import arrow
from itdr.builders.store import derived

if TYPE_CHECKING:
    from itdr.builders.store.reader import StoreReader

TOO_MANY = 6
"""This many titles in a row in alphabetical order are no coincidence."""
_ARTICLE = r"^(the|an?) "


@dataclass(frozen=True, eq=False)
class Alphabet:
    """ranks: int32, by title code: the place of the title in the alphabet, articles aside."""

    ranks: np.ndarray

    def in_order(self, titles: Sequence[int]) -> bool:
        """Whether `TOO_MANY` consecutive titles are in alphabetical order.

        Args:
            titles: title codes, in the order in which a case shows them.

        Returns:
            True from the first run of `TOO_MANY` on.
        """
        run, ranks, before = 0, self._ranks, -1
        for title in titles:
            rank = ranks[title]
            run = run + 1 if rank > before else 1
            if run == TOO_MANY:
                return True
            before = rank
        return False

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
        steps = TOO_MANY - 1
        ranks = self.ranks[titles]
        grows = ranks[:, 1:] > ranks[:, :-1]
        if grows.shape[1] < steps:
            return np.zeros(len(titles), bool)
        runs = np.lib.stride_tricks.sliding_window_view(grows, steps, axis=1)
        whole: np.ndarray = np.logical_and.reduce(runs, axis=2)
        return np.logical_or.reduce(whole, axis=1)


def alphabet(store: StoreReader) -> Alphabet:
    """The alphabet of a store's titles, sorted once and cached beside the store."""
    return store.shared("alphabet", lambda: _kept(store))


def _kept(store: StoreReader) -> Alphabet:
    path = derived.derived_path(store, "alphabet", (store.title_chars,))
    derived.build_once(path, lambda work: _write(store, work / path.name))
    return Alphabet(arrow.numbers(arrow.read(path), "rank"))


def _write(store: StoreReader, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    codes, items = np.unique(store.title_code, return_index=True)
    shown = items[codes >= 0]
    titles = pc.utf8_lower(arrow.take_rows(store.items.column("title"), shown))
    titles = pc.replace_substring_regex(titles, _ARTICLE, "")
    ranks = pc.rank(titles, sort_keys="ascending", tiebreaker="dense")
    by_code = np.zeros(int(codes.max(initial=-1)) + 1, np.int32)
    by_code[codes[codes >= 0]] = ranks.to_numpy()
    arrow.write_table(pa.table({"rank": by_code}), path)
