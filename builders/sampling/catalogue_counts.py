"""The whole catalogue: every item that can be an answer, with how often each split met it.

Counted once for a store, its filters and its split, and kept beside the store.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from itdr.builders.core import arrow
from itdr.builders.sampling import statements
from itdr.builders.sampling.cold_items import item_splits
from itdr.builders.sampling.histories import which_of_repeats
from itdr.builders.sampling.partition import Partition
from itdr.builders.sampling.popularity import register_events
from itdr.builders.sampling.repeats import meets_items_once
from itdr.builders.sampling.splits import SPLITS
from itdr.builders.store import derived


def catalogue_counts(partition: Partition) -> np.ndarray:
    """How many users met each item in each split.

    Args:
        partition: the store and how it is divided.

    Returns:
        int64 array, items by splits; a row of zeros for an item that nobody met, or that is filtered.
    """
    store = partition.store
    facts: tuple[object, ...] = (*partition.facts, *store.selection_facts)
    if partition.cold is not None:
        # The same whichever split is asked for.
        facts = ("cold", partition.seed, store.title_chars, *store.selection_facts)
    path = derived.derived_path(store, "catalogue", facts)
    derived.build_once(path, lambda work: _write(partition, work / path.name))
    table = arrow.read(path)
    counts = np.zeros((len(store.item_hash), len(SPLITS)), np.int64)
    if len(table):
        code, part, users = (table.column(name).to_numpy() for name in ("code", "part", "users"))
        counts[code, part] = users
    return counts


def _write(partition: Partition, path: Path) -> None:
    from itdr.builders.store.engine import open_engine, table_of

    engine = open_engine(path.parent)
    try:
        store = partition.store
        selection, cold = store.selection, partition.cold is not None
        register_events(
            engine,
            store,
            partition.seed if partition.by_user else None,
            partition.cuts[0] if partition.cuts else None,
            partition.held,
            partition.kept_apart,
            item_splits(store, partition.seed) if cold else None,
        )
        query = statements.met_by_split(
            cuts=partition.cuts,
            has_event="skip" in store.manifest["events"],
            min_rating=selection.min_rating if selection else None,
            held=partition.held > 0,
            by_item=cold,
            # Where all repeats count, a user's last events may be of one work.
            once=which_of_repeats(store) != "keep" and meets_items_once(store),
        )
        arrow.write_table(table_of(engine, query), path)
    finally:
        engine.close()
