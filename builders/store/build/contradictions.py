"""Interactions that contradict each other: one user, item and time, and two ratings or weights.

All of them are stored: nothing in the files says which one is right. They are counted, so that nobody
takes such files for clean ones.
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
_TIMES = ("timestamp", "seq")


def count_contradicting(path: Path, columns: Collection[str]) -> int:
    """Count the stored interactions that contradict the one before them.

    A store's order puts interactions of one user, item and time side by side. Other columns than the
    items are read only where neighbors share their item, which is rare.

    Args:
        path: a store's `interactions.parquet`.
        columns: the columns that the source fills.

    Returns:
        The number of values beyond the first of each user, item and time.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    values = [name for name in VALUES if name in columns]
    if not values:
        return 0
    times = [name for name in _TIMES if name in columns]
    total = 0
    with pq.ParquetFile(path, memory_map=True) as file:

        def rows(group: int, names: list[str]) -> pa.Table:
            return file.read_row_group(group, columns=names, use_threads=False)

        edge: list[int] = []
        for group in range(file.metadata.num_row_groups):
            items = rows(group, ["item_code"]).column(0).to_numpy()
            again = np.flatnonzero(items[1:] == items[:-1]) + 1
            if len(again) or (edge and edge[-1] == items[0]):
                table = rows(group, ["user_code", "item_code", *times, *values])
                if edge:
                    before = rows(group - 1, table.column_names)
                    table = pa.concat_tables([before.slice(len(before) - 1), table])
                same = _repeats(table, ["user_code", "item_code", *times])
                total += int((same & ~_repeats(table, values)).sum())
            edge = items[-1:].tolist()
    return total


def contradicting_sql(columns: Collection[str]) -> str:
    """`count_contradicting` for an engine whose store is not in one file: a SELECT of one number.

    Args:
        columns: the columns that the source fills.
    """
    key = ", ".join(["user_id", "item_id", *(name for name in _TIMES if name in columns)])
    texts = ", ".join(f"coalesce(CAST({name} AS STRING), '')" for name in VALUES if name in columns)
    if not texts:
        return "SELECT 0 AS n"
    return f"""
SELECT CAST(coalesce(sum(found - 1), 0) AS BIGINT) AS n FROM (
    SELECT count(DISTINCT concat_ws(chr(29), {texts})) AS found
    FROM interactions_raw WHERE reject IS NULL GROUP BY {key} HAVING count(*) > 1
) AS repeated
"""


def _repeats(rows: pa.Table, names: Collection[str]) -> np.ndarray:
    """Whether each row but the first equals the one before it in these columns; nulls equal nulls."""
    same = np.ones(max(len(rows) - 1, 0), bool)
    for name in names:
        column = rows.column(name).combine_chunks()
        held = column.is_valid().to_numpy(zero_copy_only=False)
        values = column.fill_null(0).to_numpy(zero_copy_only=False)
        same &= (values[1:] == values[:-1]) & (held[1:] == held[:-1])
    return same
