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
    known = read_json(path)
    return known is not None and bool(known["once"])


def _repeats(store: StoreReader) -> bool:
    """Whether any user met an item twice; ends at the first that did."""
    starts = store.user_start
    base = 0
    before = np.zeros(0, np.int32)
    for items in store.item_codes():
        first, last = (
            starts.searchsorted([base, base + len(items) - 1], side="right") - 1
        ).tolist()
        # The first user's items so far lie in earlier row groups.
        before = before[: base - int(starts[first])] if base > starts[first] else before[:0]
        bounds = np.append(starts[first + 1 : last + 1] - base, len(items))
        counts = np.diff(bounds, prepend=0)
        counts[0] += len(before)
        both = np.concatenate([before, items])
        keys = np.sort(histories.pair_keys(counts, both, len(store.work))[0])
        if (keys[1:] == keys[:-1]).any():
            return True
        base += len(items)
        before = both[len(both) - counts[-1] :]
    return False


def works_table(store: StoreReader) -> pa.Table:
    """The table `works` that the statements join: each item's work, and whether that has several items.

    Args:
        store: the store whose items are listed.

    Returns:
        Columns item_code (int32), work, several (int8, 0 or 1).
    """
    import pyarrow as pa

    items = np.arange(len(store.work), dtype=np.int32)
    several = np.bincount(store.work, minlength=len(items))[store.work] > 1
    columns = {"item_code": items, "work": store.work, "several": several.astype(np.int8)}
    return pa.table(columns)
