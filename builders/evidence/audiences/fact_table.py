"""The counted facts of the items that can be asked about: worked out run by run, kept beside the store.

Candidates have one fixed order per store and seed: one from each popularity third in turn, by hash. A run of
them is counted together the first time that one of them is asked for, so a small sample counts few and a
large one each item once. In the order of candidates, any run is the same whoever asks.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from itdr.builders.core import arrow
from itdr.builders.core.rng import splitmix64, stable_hash
from itdr.builders.evidence.audiences.counting import Counting
from itdr.builders.evidence.audiences.judged import judged
from itdr.builders.evidence.facts import Fact
from itdr.builders.store import derived
from itdr.builders.store.reader import StoreReader

if TYPE_CHECKING:
    import pyarrow as pa

CANDIDATES_OF_A_RUN = 256
"""Candidates that are counted together."""
MIN_LIKERS_OF_CANDIDATES = ((30, 5000), (10, 100), (3, 0))
"""Fewest likers of a candidate: the first of these thresholds that enough works reach."""
MIN_REVIEWERS_OF_CANDIDATES = (3, 1)
"""Fewest raters of a work that qualifies by its reviews alone; higher thresholds are tried first."""
DECIMALS_IN_ROWS = 4
"""Decimals kept of expected values, so that rows hold exactly what the answers were made from."""
COLUMNS = ("kind", "about", "value", "count", "of", "base", "direction", "quote")


class FactTable:
    """The facts of a store under one seed."""

    def __init__(self, store: StoreReader, seed: int) -> None:
        self.store, self.seed = store, seed
        self._runs: dict[int, tuple[np.ndarray, pa.Table]] = {}

    @functools.cached_property
    def _counting(self) -> Counting:
        return Counting(self.store, self.seed)

    @functools.cached_property
    def candidates(self) -> np.ndarray:
        """int32: the works that can be asked about, in their order."""
        store = self.store
        people, likers, _ = judged(store, self.seed).totals
        codes = np.arange(len(store.work))
        shown = (store.work == codes) & (store.title_code >= 0)
        least = _least(likers[shown], MIN_LIKERS_OF_CANDIDATES)
        liked = np.flatnonzero(shown & (likers >= least))
        found = [self._by_thirds(liked, likers)]
        if store.has("text"):
            rest = shown & (likers < least)
            for reviewers in MIN_REVIEWERS_OF_CANDIDATES:
                found.append(self._by_thirds(np.flatnonzero(rest & (people >= reviewers)), people))
                rest &= people < reviewers
        return np.concatenate(found).astype(np.int32)

    def _by_thirds(self, works: np.ndarray, people: np.ndarray) -> np.ndarray:
        """These works by hash, one of each third by popularity in turn."""
        key = np.uint64(stable_hash(self.seed, "candidates", self.store.source.random_id))
        hashes = splitmix64(self.store.item_hash[works] ^ key)
        ranked = works[np.lexsort((works, people[works]))]
        third = np.zeros(len(self.store.work), np.int8)
        for place, part in enumerate(np.array_split(ranked, 3)):
            third[part] = place
        order = np.argsort(hashes, kind="stable")
        works, thirds = works[order], third[works[order]]
        turn = np.zeros(len(works), np.int64)
        for one in range(3):
            own = thirds == one
            turn[own] = np.arange(int(own.sum())) * 3 + one
        return works[np.argsort(turn, kind="stable")]

    @functools.cached_property
    def _place(self) -> np.ndarray:
        """By work its place among the candidates; -1 for others."""
        place = np.full(len(self.store.work), -1, np.int64)
        place[self.candidates] = np.arange(len(self.candidates))
        return place

    def is_candidate(self, work: int) -> bool:
        """Whether the work can be asked about."""
        return bool(self._place[work] >= 0)

    def of(self, work: int) -> list[Fact]:
        """The counted facts of a candidate, the strongest of each kind first.

        Args:
            work: code of a candidate.

        Returns:
            Facts; empty for a work that is no candidate.
        """
        place = int(self._place[work])
        if place < 0:
            return []
        works, table = self._run(place // CANDIDATES_OF_A_RUN)
        start, stop = np.searchsorted(
            works, [place % CANDIDATES_OF_A_RUN, place % CANDIDATES_OF_A_RUN + 1]
        ).tolist()
        return _facts(table.slice(start, stop - start).to_pylist())

    def _run(self, run: int) -> tuple[np.ndarray, pa.Table]:
        if run not in self._runs:
            # Facts name works by their titles, as rows show them.
            facts = (self.seed, self.store.title_chars)
            path = derived.derived_path(self.store, f"facts-{run}", facts)
            table = arrow.read(
                derived.build_once(path, lambda work: self._count(run, work / path.name))
            )
            self._runs[run] = table.column("place").to_numpy(), table
        return self._runs[run]

    def _count(self, run: int, path: Path) -> None:
        import pyarrow as pa

        works = self.candidates[run * CANDIDATES_OF_A_RUN : (run + 1) * CANDIDATES_OF_A_RUN]
        self.store.read_items(works.tolist())
        rows: list[tuple[Any, ...]] = []
        for place, work in enumerate(works.tolist()):
            for fact in self._counting.facts(work):
                rows.append(_row(place, False, fact))
                rows += [_row(place, True, detail) for detail in fact.details]
        types = [
            pa.int32(),
            pa.bool_(),
            pa.string(),
            pa.string(),
            pa.string(),
            pa.int64(),
            pa.int64(),
        ]
        types += [pa.float64(), pa.int8(), pa.string()]
        columns = list(zip(*rows, strict=True)) or [()] * len(types)
        arrays = [pa.array(column, one) for column, one in zip(columns, types, strict=True)]
        arrow.write_table(pa.table(arrays, names=["place", "detail", *COLUMNS]), path)


def _least(counts: np.ndarray, steps: Sequence[tuple[int, int]]) -> int:
    """The first threshold that enough of the counts reach."""
    return next(n for n, many in steps if int((counts >= n).sum()) >= many)


def _row(place: int, detail: bool, fact: Fact) -> tuple[Any, ...]:
    rounded = dataclasses.replace(fact, base=round(fact.base, DECIMALS_IN_ROWS))
    return (place, detail, *(getattr(rounded, name) for name in COLUMNS))


def _facts(rows: list[dict[str, Any]]) -> list[Fact]:
    """The facts of rows: after each fact stand its details."""
    found: list[Fact] = []
    details: list[Fact] = []
    for row in reversed(rows):
        values = {name: row[name] for name in COLUMNS}
        if row["detail"]:
            details.append(Fact(**values))
        else:
            found.append(Fact(**values, details=tuple(reversed(details))))
            details = []
    return found[::-1]


def fact_table(store: StoreReader, seed: int) -> FactTable:
    """The counted facts of a store under a seed's split of users."""
    return store.shared(("facts", seed), lambda: FactTable(store, seed))
