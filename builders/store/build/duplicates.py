"""Interactions that repeat or contradict each other: one user, item and time, said more than once.

All of them are stored: nothing in the files says which one is right, or that one is too many. They are
counted, so that nobody takes such files for clean ones.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

VALUES = ("rating", "weight")
"""The columns in which interactions may contradict each other."""
_MOMENT = ("timestamp", "seq", "event")
"""The columns that tell interactions of one user with one item apart."""
NONE = {"identical": 0, "contradicting": 0}


def count_duplicates(path: Path, columns: Collection[str]) -> dict[str, int]:
    """Count the stored interactions that repeat another, or contradict it.

    A store's order puts interactions of one user, item and time side by side. Other columns than the
    items are read only where neighbors share their item, which is rare.

    Args:
        path: a store's `interactions.parquet`.
        columns: the columns that the source fills.

    Returns:
        `contradicting`: the number of values beyond the first of each user, item and moment;
        `identical`: the number of interactions beyond the first of each user, item, moment and value.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not _comparable(columns):
        return dict(NONE)
    values = [name for name in VALUES if name in columns]
    moment = [name for name in _MOMENT if name in columns]
    found = dict(NONE)
    with pq.ParquetFile(path, memory_map=True) as file:

        def rows(group: int, names: list[str]) -> pa.Table:
            return file.read_row_group(group, columns=names, use_threads=False)

        edge: list[int] = []
        for group in range(file.metadata.num_row_groups):
            items = rows(group, ["item_code"]).column(0).to_numpy()
            again = np.flatnonzero(items[1:] == items[:-1])
            if len(again) or (edge and edge[-1] == items[0]):
                table = rows(group, ["user_code", "item_code", *moment, *values])
                if edge:
                    before = rows(group - 1, table.column_names)
                    table = pa.concat_tables([before.slice(len(before) - 1), table])
                same = _repeats(table, ["user_code", "item_code", *moment])
                equal = same & _repeats(table, values)
                found["identical"] += int(equal.sum())
                found["contradicting"] += int((same & ~equal).sum())
            edge = items[-1:].tolist()
    return found


def duplicates_sql(columns: Collection[str]) -> str:
    """`count_duplicates` for an engine whose store is not in one file.

    Args:
        columns: the columns that the source fills.

    Returns:
        A SELECT of one row: identical, contradicting.
    """
    if not _comparable(columns):
        return "SELECT 0 AS identical, 0 AS contradicting"
    key = ", ".join(["user_id", "item_id", *(name for name in _MOMENT if name in columns)])
    texts = [f"coalesce(CAST({name} AS STRING), '')" for name in VALUES if name in columns]
    values = f"count(DISTINCT concat_ws(chr(29), {', '.join(texts)}))" if texts else "1"
    return f"""
SELECT CAST(coalesce(sum(n - found), 0) AS BIGINT) AS identical,
       CAST(coalesce(sum(found - 1), 0) AS BIGINT) AS contradicting
FROM (
    SELECT count(*) AS n, {values} AS found
    FROM interactions_raw WHERE reject IS NULL GROUP BY {key} HAVING count(*) > 1
) AS repeated
"""


def _comparable(columns: Collection[str]) -> bool:
    """Whether anything tells a repeated record from a repeated interaction: a time, or a value."""
    return not {"timestamp", *VALUES}.isdisjoint(columns)


def _repeats(rows: pa.Table, names: Collection[str]) -> np.ndarray:
    """Whether each row but the first equals the one before it in these columns; nulls equal nulls."""
    same = np.ones(max(len(rows) - 1, 0), bool)
    for name in names:
        column = rows.column(name).combine_chunks()
        held = column.is_valid().to_numpy(zero_copy_only=False)
        values = column.fill_null(0).to_numpy(zero_copy_only=False)
        same &= (values[1:] == values[:-1]) & (held[1:] == held[:-1])
    return same
