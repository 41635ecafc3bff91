"""One pass over a store's interactions: some columns, a few users at a time, each with all they did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from itdr.builders.store.interactions import Interactions
from itdr.builders.store.reader import Events, StoreReader, columns_of

FIELDS = ("item_code", "timestamp", "seq", "rating", "weight", "event")
"""The columns of `Events`, in the order of its attributes."""


def whole_users(store: StoreReader, names: Sequence[str]) -> Iterator[tuple[np.ndarray, Events]]:
    """The interactions of all users, about one row group at a time; no user is split.

    Args:
        store: the store.
        names: the columns to read, `item_code` among them; the others are None.

    Yields:
        Codes of consecutive users, and their interactions, one user after the other.
    """
    ends = store.user_start + store.user_n
    waiting: list[dict[str, np.ndarray]] = []
    begin = first = 0
    # Opened anew: what is mapped of the file is let go with it.
    interactions = Interactions(store.path, store.manifest)
    for k in range(len(interactions.ends)):
        waiting.append(columns_of(interactions.group(k, list(names))))
        group_end = int(interactions.ends[k])
        stop = int(ends.searchsorted(group_end, side="right"))
        if stop == first:
            continue
        columns = {name: np.concatenate([one[name] for one in waiting]) for name in names}
        size = int(ends[stop - 1]) - begin
        whole = (columns[name][:size] if name in columns else None for name in FIELDS)
        yield np.arange(first, stop), Events(*whole)  # type: ignore[arg-type]
        waiting = [{name: column[size:] for name, column in columns.items()}]
        begin, first = begin + size, stop
