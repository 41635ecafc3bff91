"""Filters by k-core, least counts and least rating: which users, items and interactions count.

The result is computed once per store and cached beside it, with how much each round removed. The
store itself is not changed: a user's touched works are those in all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from itdr.builders.core import arrow
from itdr.builders.core.errors import ItdrError
from itdr.builders.core.paths import read_json, write_json
from itdr.builders.sampling import filter_statements, repeats
from itdr.builders.store import derived
from itdr.builders.store.reader import StoreReader
from itdr.builders.store.selection import Selection

if TYPE_CHECKING:
    from itdr.builders.store.engine import Engine

MOST_ROUNDS = 1_000
"""The most rounds before the k-core computation gives up; MovieLens takes fewer than ten."""
OPTIONS: dict[str, Any] = {
    "k_core": None,
    "min_user": None,
    "min_item": None,
    "min_rating": None,
    "repeats": None,
}
"""The options of filters, with their defaults: no filter."""
KEEP = "keep"


@dataclass(frozen=True)
class Filters:
    """What is filtered. Args: see the options of the same names."""

    k_core: int | None = None
    min_user: int | None = None
    min_item: int | None = None
    min_rating: float | None = None
    repeats: Literal["first", "last", "keep"] | None = None

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Filters:
        """The filters among a cell's options."""
        return cls(**{name: options.get(name) for name in OPTIONS})

    @property
    def facts(self) -> tuple[object, ...]:
        """What decides the result."""
        rating = None if self.min_rating is None else float(self.min_rating)
        return (self.least("min_user"), self.least("min_item"), rating, self.repeats)

    @property
    def any(self) -> bool:
        """Whether anything is filtered."""
        return self != Filters()

    def least(self, name: str) -> int:
        """The least count of users (`min_user`) or items (`min_item`); 1: any."""
        return max(self.k_core or 1, getattr(self, name) or 1)


def with_filters(store: StoreReader, filters: Filters) -> StoreReader:
    """The store as seen through filters.

    Args:
        store: a whole store, or a reader of it with shortened titles.
        filters: what to filter.

    Returns:
        A reader of the same store with a `selection`; the store itself without filters.
    """
    if not filters.any:
        return store

    def select(view: StoreReader) -> None:
        view.selection = _selection(store, filters)

    return store.view(("filters", *filters.facts), select)


def report(store: StoreReader, filters: Filters) -> list[dict[str, Any]]:
    """How many users, items and events there were at first and after each step.

    Args:
        store: the store that is filtered.
        filters: what is filtered.

    Returns:
        One entry a step: `step` (`all`, `counted`: after ratings and repeats, then `users` and
        `items` in turn), and what is left: `users`, `items`, `events`.
    """
    record = read_json(_made(store, filters).with_suffix(".json"))
    assert record is not None
    return record["steps"]


def _selection(store: StoreReader, filters: Filters) -> Selection:
    table = arrow.read(_made(store, filters))
    rating = filters.min_rating if store.has("rating") else None
    users, items = (_mask(table, kind, n) for kind, n in enumerate(_sizes(store)))
    return Selection(filters.facts, users, items, rating, filters.repeats)


def _sizes(store: StoreReader) -> tuple[int, int]:
    return len(store.user_hash), len(store.item_hash)


def _mask(table: Any, kind: int, n: int) -> np.ndarray:
    codes, kinds = (table.column(name).to_numpy() for name in ("code", "kind"))
    mask = np.zeros(n, bool)
    mask[codes[kinds == kind]] = True
    return mask


def _made(store: StoreReader, filters: Filters) -> Path:
    path = derived.derived_path(store, "filter", filters.facts)
    listed = path.with_suffix(".json")
    return derived.build_once(
        path, lambda work: _write(store, filters, work / path.name), (listed,)
    )


def _write(store: StoreReader, filters: Filters, path: Path) -> None:
    """Compute the filter: write the codes that are kept to `path`, and a list of steps beside it."""
    import pyarrow as pa

    from itdr.builders.store.engine import open_engine

    engine = open_engine(path.parent)
    try:
        engine.events(store)
        skips = "skip" in store.manifest["events"]
        rating = filters.min_rating if store.has("rating") else None
        distinct = filters.repeats != KEEP and not repeats.meets_items_once(store)
        engine.keep("pairs", filter_statements.counted_pairs(skips, rating, distinct))
        core = _Core(engine, store, filters)
        core.run()
    finally:
        engine.close()
    codes = [np.flatnonzero(counts).astype(np.int32) for counts in core.counts]
    kinds = np.repeat(np.arange(2, dtype=np.int8), [len(one) for one in codes])
    arrow.write_table(pa.table({"code": np.concatenate(codes), "kind": kinds}), path)
    everything = {
        "step": "all",
        "users": len(store.user_hash),
        "items": int(np.count_nonzero(store.item_n)),
        "events": int(store.user_n.sum(dtype=np.int64)),
    }
    write_json(path.with_suffix(".json"), {"steps": [everything, *core.steps]})


class _Core:
    """The largest subset of the pairs in which every user and item counts often enough.

    counts: of each user, and of each item, by code; 0 where it is not kept.
    """

    COLUMNS = ("user_code", "item_code")
    STEPS = ("users", "items")

    def __init__(self, engine: Engine, store: StoreReader, filters: Filters) -> None:
        self._engine = engine
        self._least = (filters.least("min_user"), filters.least("min_item"))
        self.counts = tuple(
            self._counted(filter_statements.counts(column), n)
            for column, n in zip(self.COLUMNS, _sizes(store), strict=True)
        )
        self.steps: list[dict[str, Any]] = []
        self._step("counted")

    def run(self) -> None:
        """Drop users and items in turn until none is below its least count."""
        for _ in range(MOST_ROUNDS):
            users, items = self._drop(0), self._drop(1)
            if not users and not items:
                return
        raise ItdrError(
            f"The filter did not settle after {MOST_ROUNDS} rounds: ask for a smaller k_core, "
            "min_user or min_item."
        )

    def _drop(self, kind: int) -> bool:
        """Drop what is below its least count; whether there was any."""
        import pyarrow as pa

        own, other = self.counts[kind], self.counts[1 - kind]
        low = np.flatnonzero((own > 0) & (own < self._least[kind])).astype(np.int32)
        if not len(low):
            return False
        self._engine.register("dropped", pa.table({"code": low}))
        query = filter_statements.losses(self.COLUMNS[kind], self.COLUMNS[1 - kind])
        lost = self._counted(query, len(other))
        own[low] = 0
        # Whatever was dropped earlier has no counts left to lose.
        np.subtract(other, lost, out=other, where=other > 0)
        self._step(self.STEPS[kind])
        return True

    def _counted(self, query: str, n: int) -> np.ndarray:
        """A query's numbers by code (int64)."""
        counts = np.zeros(n, np.int64)
        for batch in self._engine.batches(query):
            counts[batch.column("code").to_numpy()] = batch.column("n").to_numpy()
        return counts

    def _step(self, name: str) -> None:
        users, items = (int(np.count_nonzero(one)) for one in self.counts)
        self.steps.append(
            {"step": name, "users": users, "items": items, "events": int(self.counts[0].sum())}
        )
