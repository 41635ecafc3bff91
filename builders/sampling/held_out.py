"""What training does not see under leave-one-out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from itdr.builders.sampling.histories import histories

if TYPE_CHECKING:
    import pyarrow as pa

    from itdr.builders.store.reader import StoreReader


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
    import pyarrow as pa

    users, works = [np.zeros(0, np.int32)], [np.zeros(0, np.int32)]
    n = held if until is not None else 2 * held
    for tails in histories(store).tails(range(len(store.user_hash)), n, until):
        users.append(tails.users.astype(np.int32).repeat(n))
        works.append(tails.works.astype(np.int32).ravel())
    parts = np.repeat(np.arange(1, 1 + n // held, dtype=np.int8), held)
    parts = np.tile(parts, sum(map(len, works)) // n)
    columns = {"user_code": np.concatenate(users), "work": np.concatenate(works), "part": parts}
    return pa.table(columns)
