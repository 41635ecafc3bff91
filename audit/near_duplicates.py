"""Duplicates and near-duplicates, within and across splits.

Rows of one cell are compared by what they show: the ids of their items, or, where a row shows fewer than
`LEAST`, the runs of words of its question, without those that come from its template (they stand in more
than half of the template's rows), so that two short questions about two items are not alike. Two rows
are near-duplicates if the Jaccard index of these sets is `NEAR` or more. MinHash finds the pairs to be
compared: 20 bands of 4 hashes (a pair at 0.9 is missed once in 10**9), and every pair found is compared
exactly. Rows that list no candidates show a history alone: consecutive cases of one user show nearly the
same one by design, and short histories coincide by chance. They are duplicates only if they also ask for the same
items and show at least `FEW`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from itdr.audit.result import Result, RowCheck
from itdr.builders.core.rng import hash_ids, splitmix64
from itdr.builders.dataset.formats import texts_of
from itdr.scoring.metrics.per_task import is_open
from itdr.scoring.parsing.titles import words

Row = Mapping[str, Any]
NEAR = 0.9
LEAST = 8
FEW = 4
RUN = 5
BANDS, ROWS = 20, 4
LEAST_ROWS = 4
"""How many rows of a template are needed to tell the template's own words from those of its rows."""
MOST_PAIRS = 200
"""The most rows of one bucket that are compared with each other."""


class Duplicates(RowCheck):
    """Rows that ask the same, by what they show."""

    def __init__(self) -> None:
        self.result = Result("duplicates", "no two rows have the same content, or nearly the same")
        self._ids: list[str] = []
        self._splits: list[str] = []
        self._cells: list[str] = []
        self._templates: list[tuple[str, str] | None] = []
        self._shown: list[np.ndarray] = []
        self._asked: list[tuple[str, ...] | None] = []
        self._rows_of: Counter[tuple[str, str]] = Counter()
        self._runs_of: dict[tuple[str, str], Counter[int]] = {}

    def see(self, split: str, row: Row) -> None:
        self.result.checked += 1
        hashes, by_words = _shown(row)
        if not len(hashes):
            return
        template = (row["task"], str(row["template"])) if by_words else None
        self._ids.append(row["id"])
        self._splits.append(split)
        self._cells.append(f"{row['task']}/{row['source']}")
        self._templates.append(template)
        self._shown.append(hashes)
        self._asked.append(tuple(row["relevant"]) if is_open(row) else None)
        if template is not None:
            self._rows_of[template] += 1
            self._runs_of.setdefault(template, Counter()).update(hashes.tolist())

    def _own(self, place: int) -> np.ndarray:
        """What a row shows, without the words of its template."""
        hashes, template = self._shown[place], self._templates[place]
        if template is None or self._rows_of[template] < LEAST_ROWS:
            return hashes
        runs, most = self._runs_of[template], self._rows_of[template] / 2
        own = [one for one in hashes.tolist() if runs[one] <= most]
        return np.array(own, np.uint64) if own else hashes

    def _buckets(self) -> Iterable[list[int]]:
        """Rows of a cell that agree in a band of their MinHashes."""
        salts = splitmix64(np.arange(BANDS * ROWS, dtype=np.uint64))
        buckets: dict[tuple[str, int, int], list[int]] = {}
        for place, cell in enumerate(self._cells):
            own = self._shown[place] = self._own(place)
            least = splitmix64(own[:, None] ^ salts[None, :]).min(axis=0)
            for band, key in enumerate(_banded(least)):
                buckets.setdefault((cell, band, key), []).append(place)
        return buckets.values()

    def end(self) -> Result:
        compared: set[tuple[int, int]] = set()
        reported: set[int] = set()
        for places in self._buckets():
            for k, later in enumerate(places[1:MOST_PAIRS], 1):
                for first in places[:k]:
                    if (first, later) in compared or later in reported:
                        continue
                    compared.add((first, later))
                    if self._report_if_near(first, later):
                        reported.add(later)
        return self.result

    def _report_if_near(self, first: int, later: int) -> bool:
        one, two = (set(self._shown[place].tolist()) for place in (first, later))
        alike = len(one & two) / len(one | two)
        if alike < NEAR or self._asked[first] != self._asked[later]:
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


def _shown(row: Row) -> tuple[np.ndarray, bool]:
    """Hashes of what a row shows, each once, and whether they are of words."""
    if is_open(row) and len(row["history"]) < FEW:
        return np.zeros(0, np.uint64), False
    items = [one["item_id"] for name in ("history", "candidates") for one in row[name]]
    if row["item_id"] is not None:
        items.append(f"target:{row['item_id']}")
    if len(set(items)) >= LEAST:
        return np.unique(hash_ids("shown", items)), False
    question_words = words(question(row))
    runs = [
        " ".join(question_words[k : k + RUN]) for k in range(max(1, len(question_words) - RUN + 1))
    ]
    return np.unique(hash_ids("said", runs if question_words else [])), True


def question(row: Row) -> str:
    """What a row asks."""
    return texts_of(row).question
