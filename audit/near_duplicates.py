"""Duplicates and near-duplicates, within and across splits.

Rows of one cell are compared by what they show: the ids of their items, or, where a row shows fewer than
`LEAST`, the runs of words of its question. Two rows are near-duplicates if the Jaccard index of these
sets is `NEAR` or more. MinHash finds the pairs to be compared: 20 bands of 4 hashes (a pair at 0.9 is
missed once in 10**9), and every pair found is compared exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from itdr.audit.result import Result
from itdr.builders.core.rng import hash_ids, splitmix64
from itdr.builders.dataset.formats import texts_of
from itdr.scoring.parsing.titles import words

Row = Mapping[str, Any]
NEAR = 0.9
LEAST = 8
RUN = 5
BANDS, ROWS = 20, 4
MOST_PAIRS = 200
"""Rows of one bucket that are compared with each other."""


class Duplicates:
    """Rows that ask the same, by what they show."""

    def __init__(self) -> None:
        self.result = Result("duplicates", "no two rows show the same, or nearly the same")
        self._ids: list[str] = []
        self._splits: list[str] = []
        self._shown: list[frozenset[int]] = []
        self._buckets: dict[tuple[str, int, int], list[int]] = {}
        self._salts = splitmix64(np.arange(BANDS * ROWS, dtype=np.uint64))

    def see(self, split: str, row: Row) -> None:
        self.result.checked += 1
        shown = np.array(sorted(set(_shown(row))), np.uint64)
        if not len(shown):
            return
        place = len(self._ids)
        self._ids.append(row["id"])
        self._splits.append(split)
        self._shown.append(frozenset(shown.tolist()))
        least = splitmix64(shown[:, None] ^ self._salts[None, :]).min(axis=0)
        cell = f"{row['task']}/{row['source']}"
        for band, key in enumerate(_banded(least)):
            self._buckets.setdefault((cell, band, key), []).append(place)

    def end(self) -> Result:
        compared: set[tuple[int, int]] = set()
        told: set[int] = set()
        for places in self._buckets.values():
            for k, later in enumerate(places[1:MOST_PAIRS], 1):
                for first in places[:k]:
                    if (first, later) in compared or later in told:
                        continue
                    compared.add((first, later))
                    if self._told(first, later):
                        told.add(later)
        return self.result

    def _told(self, first: int, later: int) -> bool:
        one, two = self._shown[first], self._shown[later]
        alike = len(one & two) / len(one | two)
        if alike < NEAR:
            return False
        near = "shows the same as" if alike == 1 else f"shows nearly ({alike:.2f}) the same as"
        where = (
            ""
            if self._splits[first] == self._splits[later]
            else (f", across {self._splits[first]} and {self._splits[later]}")
        )
        self.result.fault(self._ids[later], f"{near} {self._ids[first]}{where}")
        return True


def _banded(least: np.ndarray) -> Iterable[int]:
    keys = least.reshape(BANDS, ROWS)
    mixed = keys[:, 0]
    for column in range(1, ROWS):
        mixed = splitmix64(mixed ^ keys[:, column])
    return mixed.tolist()


def _shown(row: Row) -> list[int]:
    items = [one["item_id"] for name in ("history", "candidates") for one in row[name]]
    if row["item_id"] is not None:
        items.append(f"target:{row['item_id']}")
    if len(set(items)) >= LEAST:
        return hash_ids("shown", items).tolist()
    said = words(question(row))
    runs = [" ".join(said[k : k + RUN]) for k in range(max(1, len(said) - RUN + 1))]
    return hash_ids("said", runs).tolist() if said else []


def question(row: Row) -> str:
    """What a row asks."""
    return texts_of(row).question
