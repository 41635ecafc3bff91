"""Whether users meet each item at most once: then only works of several editions need grouping.

Grouping 32 million ratings by user and work takes longer than all other counting, and most
benchmarks have almost nothing to group. Computed once per store and cached beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from itdr.builders.core.paths import read_json, write_json
from itdr.builders.sampling import histories
from itdr.builders.store import derived
from itdr.builders.store.engine import distributed
from itdr.builders.store.reader import StoreReader
from itdr.builders.store.whole_users import whole_users

if TYPE_CHECKING:
    import pyarrow as pa


def meets_items_once(store: StoreReader) -> bool:
    """True where no user has two interactions with one item. False otherwise, or where finding out
    would take a pass over a distributed store."""
    if distributed() or "parts" in store.manifest:
        return False
    return store.shared("met once", lambda: _kept(store))


def _kept(store: StoreReader) -> bool:
    path = derived.derived_path(store, "once", (), ".json")
    derived.build_once(
        path, lambda work: write_json(work / path.name, {"once": not _repeats(store)})
    )
    record = read_json(path)
    return record is not None and bool(record["once"])


def _repeats(store: StoreReader) -> bool:
    """Whether any user met an item twice; ends at the first that did."""
    for users, events in whole_users(store, ["item_code"]):
        keys, _ = histories.pair_keys(store.user_n[users], events.items, len(store.work))
        keys.sort()
        if (keys[1:] == keys[:-1]).any():
            return True
    return False


def repeatable_items(store: StoreReader) -> np.ndarray:
    """By item code, whether a user may have met the item's work before or after (bool)."""
    if meets_items_once(store):
        return _of_several(store)
    return np.ones(len(store.work), bool)


def _of_several(store: StoreReader) -> np.ndarray:
    """By item code, whether its work has several items (bool)."""
    return np.bincount(store.work, minlength=len(store.work))[store.work] > 1


def works_table(store: StoreReader) -> pa.Table:
    """The table `works` that the statements join: each item's work, and whether that has several items.

    Args:
        store: the store whose items are listed.

    Returns:
        Columns item_code (int32), work, several (int8, 0 or 1).
    """
    import pyarrow as pa

    items = np.arange(len(store.work), dtype=np.int32)
    several = _of_several(store).astype(np.int8)
    columns = {"item_code": items, "work": store.work, "several": several}
    return pa.table(columns)
