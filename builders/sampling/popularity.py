"""What the training part knows of each work: how many of its users touched it, who first, and when.

Computed once per store, seed and split, and cached beside the store. All that a row shows or counts
of other users comes from here.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from itdr.builders.core import arrow
from itdr.builders.sampling import repeats
from itdr.builders.sampling import statements as sampling_statements
from itdr.builders.sampling.held_out import held_out
from itdr.builders.sampling.splits import VALIDATION, assign_splits
from itdr.builders.store import derived

if TYPE_CHECKING:
    from itdr.builders.store.engine import Engine
    from itdr.builders.store.reader import StoreReader

NEVER = 2**63 - 1
"""The time that means "nobody yet"."""


@dataclass(frozen=True, eq=False)
class TrainStats:
    """By work code: users of the training part who touched it (int32), when the first of them did
    and when another one did (int64 UTC seconds; `statements.EARLIEST`: before known times, `NEVER`: nobody),
    and who was first (user code). `works`: the codes of the works with at least one user."""

    users: np.ndarray
    first_time: np.ndarray
    first_user: np.ndarray
    second_time: np.ndarray
    works: np.ndarray

    def since(self, work: int, user: int) -> int:
        """When a user of the training part other than `user` first touched the work."""
        if self.first_user[work] == user:
            return int(self.second_time[work])
        return int(self.first_time[work])

    def since_many(self, works: np.ndarray, users: np.ndarray) -> np.ndarray:
        """`since` of arrays of one shape, or of shapes that broadcast (int64)."""
        own = self.first_user.take(works) == users
        return np.where(own, self.second_time.take(works), self.first_time.take(works))


def train_stats(
    store: StoreReader,
    seed: int | None,
    until: int | None = None,
    held: int = 0,
    kept_apart: int | None = None,
) -> TrainStats:
    """What training knows of each work: how many users met it, and when first.

    Counted once per store and rule, then read from disk.

    Args:
        store: the store to count.
        seed: seed of the user split.
        until: count all users before this second (UTC) instead of the split's training users.
        held: count all users without this many last events each (see `held_out`).
        kept_apart: with `until`, count all users but the validation users of this seed.

    Returns:
        The counts by work.
    """
    path = stats_path(store, seed, until, held, kept_apart)
    part = seed if until is None and not held else None

    def count(work: Path) -> None:
        from itdr.builders.store.engine import open_engine

        with contextlib.closing(open_engine(work)) as engine:
            register_touches(engine, store, part, until, held, kept_apart)
            write_stats(engine, work / path.name)

    derived.build_once(path, count)
    return _read(store, path)


def stats_path(
    store: StoreReader,
    seed: int | None,
    until: int | None = None,
    held: int = 0,
    kept_apart: int | None = None,
) -> Path:
    """Where the counts of `train_stats` are kept. Args: as there."""
    apart = () if kept_apart is None else ("users", kept_apart)
    held_facts = (held,) if held else ()
    part = seed if until is None and not held else "time"
    facts = (part, until, *held_facts, *apart, *store.selection_facts)
    return derived.derived_path(store, "known", facts)


def write_stats(engine: Engine, path: Path) -> None:
    """Count what `train_stats` reads.

    Args:
        engine: holds `touches`.
        path: the file to write.
    """
    from itdr.builders.store.engine import table_of

    arrow.write_table(table_of(engine, sampling_statements.KNOWN_WORKS), path)


def register_touches(
    engine: Engine,
    store: StoreReader,
    seed: int | None,
    until: int | None = None,
    held: int = 0,
    kept_apart: int | None = None,
    also_later: bool = False,
) -> None:
    """Register the table `touches` with the engine: each (work, user) that met, and when first.

    Args:
        engine: a new engine, closed by the caller.
        store: whose interactions are meant.
        seed: only users of this seed's training part count; None: all users.
        until: only what happened before that second counts; None: everything.
        held: with leave-one-out, how many events of a user are test, and as many validation; neither
            counts. With `until`, how many of the last before it are validation.
        kept_apart: the validation users of this seed do not count; None: nobody is kept apart.
        also_later: what happened at `until` or later counts, too; only `held` depends on it.
    """
    register_events(engine, store, seed, until, held, kept_apart)
    query = sampling_statements.train_touches(
        store.has("timestamp"),
        "skip" in store.manifest["events"],
        None if also_later else until,
        repeats.meets_items_once(store),
        store.selection.min_rating if store.selection else None,
        held > 0,
        everybody=seed is None and kept_apart is None,
    )
    engine.keep("touches", query)


def register_events(
    engine: Engine,
    store: StoreReader,
    seed: int | None,
    until: int | None = None,
    held: int = 0,
    kept_apart: int | None = None,
    item_splits: np.ndarray | None = None,
) -> None:
    """Register a store's `events`, the split of each user as `parts`, the `works`, and what is `held` out.

    Args:
        engine, store, seed, until, held, kept_apart: as for `register_touches`.
        item_splits: by item code, the split of the item's work, where items are divided: the column
            `part` of `works`.
    """
    import pyarrow as pa

    part = np.zeros(len(store.user_hash), np.int8)
    if seed is not None:
        part = assign_splits(store.user_hash, seed, store.source.random_id)
    if kept_apart is not None:
        part = validation_users(store, kept_apart)
    codes = np.arange(len(part), dtype=np.int32)
    users = pa.table({"user_code": codes, "part": part})
    works = repeats.works_table(store)
    if item_splits is not None:
        works = works.append_column("part", pa.array(item_splits))
    selection = store.selection
    if selection is not None:
        users, works = (
            users.filter(pa.array(selection.users)),
            works.filter(pa.array(selection.items)),
        )
    engine.register("parts", users)
    engine.register("works", works)
    if held:
        engine.register("held", held_out(store, held, until))
    engine.events(store)


def validation_users(store: StoreReader, seed: int) -> np.ndarray:
    """By user code, 1 for the users that the seed's hash puts into validation, else 0 (int8)."""
    splits = assign_splits(store.user_hash, seed, store.source.random_id)
    return (splits == VALIDATION).astype(np.int8)


def _read(store: StoreReader, path: Path) -> TrainStats:
    import pyarrow.compute as pc

    table = arrow.read(path)
    n = len(store.work)
    works = table.column("work").to_numpy()

    def spread(name: str, fill: int, kind: type) -> np.ndarray:
        values: np.ndarray = np.full(n, fill, kind)
        values[works] = pc.fill_null(table.column(name), fill).to_numpy()
        return values

    return TrainStats(
        users=spread("users", 0, np.int32),
        first_time=spread("first_time", NEVER, np.int64),
        first_user=spread("first_user", -1, np.int32),
        second_time=spread("second_time", NEVER, np.int64),
        works=works.astype(np.int32),
    )
