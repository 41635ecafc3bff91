"""What training does not see under leave-one-out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from itdr.builders.sampling.histories import histories

if TYPE_CHECKING:
    import pyarrow as pa

    from itdr.builders.store.reader import StoreReader


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
