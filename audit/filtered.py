"""What a cell's filters leave, found by a query of the audit's own.

The builder removes users and items in turn; here all that are below their count are removed at once. Both
end with the one largest set in which everything counts often enough.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from itdr.builders.core.numbers import float32_sql
from itdr.builders.core.schema import SKIP
from itdr.builders.sampling.filters import KEEP, Filters
from itdr.builders.store.engine import connect
from itdr.builders.store.reader import Events, StoreReader


@dataclass(frozen=True, eq=False)
class Filtered:
    """Which users and items are left, by code, and the lowest rating that counts."""

    users: np.ndarray
    items: np.ndarray
    min_rating: float | None

    def counts(self, user: int, events: Events) -> np.ndarray:
        """Whether each event of a user counts (bool)."""
        mask: np.ndarray = self.items[events.items] & self.users[user]
        if self.min_rating is not None and events.ratings is not None:
            mask = mask & (events.ratings >= self.min_rating)
        return mask


def filtered(store: StoreReader, filters: Filters) -> Filtered:
    """Compute what filters leave of a store.

    Args:
        store: the store; its own selection is not looked at.
        filters: the filters of a cell.

    Returns:
        What is left.
    """
    rating = filters.min_rating if store.has("rating") else None
    where = [f"event <> {SKIP}"] * ("skip" in store.manifest["events"])
    if rating is not None:
        where.append(f"rating >= {float32_sql(rating)}")
    once = "" if filters.repeats == KEEP else "DISTINCT"
    name = str(store.path / "interactions.parquet").replace("'", "''")
    rare = " OR ".join(
        f"{column} IN (SELECT {column} FROM pairs GROUP BY {column} HAVING count(*) < {least})"
        for column, least in (
            ("user_code", filters.least("min_user")),
            ("item_code", filters.least("min_item")),
        )
    )
    con = connect()
    try:
        con.execute(
            f"CREATE TEMP TABLE pairs AS SELECT {once} user_code, item_code "
            f"FROM read_parquet('{name}') WHERE {' AND '.join(where) or 'true'}"
        )
        while con.execute(f"DELETE FROM pairs WHERE {rare}").fetchall()[0][0]:
            pass
        code_columns = [
            con.execute(f"SELECT DISTINCT {column} AS code FROM pairs").fetchnumpy()["code"]
            for column in ("user_code", "item_code")
        ]
    finally:
        con.close()
    masks = np.zeros(len(store.user_hash), bool), np.zeros(len(store.item_hash), bool)
    for mask, codes in zip(masks, code_columns, strict=True):
        mask[codes] = True
    return Filtered(*masks, rating)
