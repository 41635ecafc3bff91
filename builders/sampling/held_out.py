"""What training does not see under leave-one-out.

Found in one pass over the interactions, which reads only the columns that decide it, and kept beside
the store for all that is counted without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from itdr.builders.core import arrow
from itdr.builders.sampling.histories import countable, one_each, pair_keys, which_of_repeats
from itdr.builders.sampling.repeats import repeatable_items
from itdr.builders.store import derived
from itdr.builders.store.whole_users import whole_users

if TYPE_CHECKING:
    import pyarrow as pa

    from itdr.builders.store.reader import Events, StoreReader


def held_out(store: StoreReader, held: int, until: int | None = None) -> pa.Table:
    """The (user, work) pairs that training does not see: each user's last `2 * held`.

    With a split by time, these are the last `held` before test begins.

    Args:
        store: with an order.
        held: events of a user that are test, and as many validation.
        until: UTC seconds at which test begins, where time splits the data.

    Returns:
        A table with the columns `user_code`, `work` and `part` (1: validation, 2: test). Users with fewer
        events have no test row and are not listed.
    """
    path = derived.derived_path(store, "held", (held, until, *store.selection_facts))
    derived.build_once(
        path, lambda work: arrow.write_table(_find(store, held, until), work / path.name)
    )
    return arrow.read(path)


def _find(store: StoreReader, held: int, until: int | None) -> pa.Table:
    import pyarrow as pa

    n = held if until is not None else 2 * held
    repeatable = repeatable_items(store)
    users, works = [np.zeros(0, np.int32)], [np.zeros(0, np.int32)]
    for codes, events in whole_users(store, _columns(store, until)):
        places = _one_of_each_work(store, codes, events, repeatable)
        places = places[store.title_code[events.items[places]] >= 0]
        if until is not None:
            assert events.times is not None
            places = places[events.times[places] < until]
        stops = places.searchsorted(store.user_n[codes].cumsum())
        enough = np.flatnonzero(np.diff(stops, prepend=0) >= n)
        last = places[(stops[enough] - n)[:, None] + np.arange(n)]
        users.append(codes[enough].astype(np.int32).repeat(n))
        works.append(store.work[events.items[last]].ravel())
    parts = np.repeat(np.arange(1, 1 + n // held, dtype=np.int8), held)
    parts = np.tile(parts, sum(map(len, works)) // n)
    columns = {"user_code": np.concatenate(users), "work": np.concatenate(works), "part": parts}
    return pa.table(columns)


def _columns(store: StoreReader, until: int | None) -> list[str]:
    """What decides which events are a user's last, besides their order in the store."""
    names = ["item_code"]
    if store.has("event") and len(store.manifest["events"]) > 1:
        names.append("event")
    if store.selection is not None and store.selection.min_rating is not None:
        names.append("rating")
    if until is not None:
        names.append("timestamp")
    return names


def _one_of_each_work(
    store: StoreReader, users: np.ndarray, events: Events, repeatable: np.ndarray
) -> np.ndarray:
    """The places of the events that histories have, whether they can be shown or not."""
    places = countable(store, users, events)
    keep = which_of_repeats(store)
    some = places[repeatable[events.items[places]]]
    if keep == "keep" or not len(some):
        return places
    counts = np.diff(some.searchsorted(store.user_n[users].cumsum()), prepend=0)
    keys, _ = pair_keys(counts, store.work[events.items[some]], len(store.work))
    sorted_keys = np.sort(keys)
    again = sorted_keys[1:][sorted_keys[1:] == sorted_keys[:-1]]
    if not len(again):
        return places
    stays = np.ones(len(events.items), bool)
    stays[some] = False
    stays[some[one_each(keys, np.arange(len(keys)), again, keep)]] = True
    return places[stays[places]]
