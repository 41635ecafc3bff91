"""Leave one out: a user's last interactions are test, those before them validation, the rest training.

As in the tables of sequential recommendation, the target is the last event whatever its moment; what
shares its moment is not shown as history, since nobody knows that it came before.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from itdr.builders.sampling.histories import Histories, UserHistory, histories
from itdr.builders.sampling.splits import SPLITS
from itdr.builders.sampling.windows import Window, WindowSpec, ordered_windows, window_before

if TYPE_CHECKING:
    import pyarrow as pa

    from itdr.builders.store.reader import StoreReader


def windows(lines: Histories, user: int, window_spec: WindowSpec, part: int) -> Iterator[Window]:
    """The windows of a user in one split: at most one in validation and in test.

    Args:
        lines: the histories of a store with an order.
        user: the user's code.
        window_spec: which windows are looked for.
        part: index of the split.
    """
    line, held = lines.of(user), window_spec.targets
    if SPLITS[part] == "train":
        yield from ordered_windows(_without_end(line, 2 * held), window_spec)
        return
    back = held if SPLITS[part] == "test" else 2 * held
    cut = len(line) - back
    window = window_before(line, cut, window_spec) if cut > 0 else None
    if window is not None:
        yield window


def _without_end(line: UserHistory, n: int) -> UserHistory:
    """A history without its last `n` events; what the user touched stays."""
    names = ("items", "works", "titles", "moments", "times", "ratings")
    shorter = {name: getattr(line, name)[: max(len(line) - n, 0)] for name in names}
    return dataclasses.replace(line, **shorter)


def held_out(store: StoreReader, held: int) -> pa.Table:
    """The (user, work) pairs that training does not see: each user's last `2 * held`.

    Args:
        store: with an order.
        held: events of a user that are test, and as many validation.

    Returns:
        A table with the columns `user_code` and `work`. Who has fewer events has no test row, and
        none is listed.
    """
    import pyarrow as pa

    users, works = [np.zeros(0, np.int32)], [np.zeros(0, np.int32)]
    for tails in histories(store).tails(range(len(store.user_hash)), 2 * held):
        users.append(tails.users.astype(np.int32).repeat(2 * held))
        works.append(tails.works.astype(np.int32).ravel())
    return pa.table({"user_code": np.concatenate(users), "work": np.concatenate(works)})
