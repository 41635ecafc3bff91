"""Dense codes for ids, works and titles: what of it is computed in Python, for any engine.

Codes follow the order of a stable hash. Numbers are given in buckets that an engine works out apart
from each other: what comes before each is added up here (`sql.buckets`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from itdr.builders.core.rng import hash_ids
from itdr.builders.store.build.works import title_key, work_key

if TYPE_CHECKING:
    import pyarrow as pa

BITS = 8
"""Of a hash, that name its bucket."""
HASHED = {"id": "string", "n": "int64", "hash": "int64", "bucket": "int32"}
KEYED = {"code": "int32", "work_key": "string", "title_key": "string"}
"""The columns of what `hashed` and `keyed` give, as Arrow names their types."""


def hashed(purpose: str, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Ids and their counts (the columns of `sql.IDS`) with the hash of each, as int64, and the bucket
    that it falls into."""
    import pyarrow as pa

    for batch in batches:
        ids = batch.column(0)
        hashes = hash_ids(purpose, ids.to_pylist())
        bucket = (hashes >> np.uint64(64 - BITS)).astype(np.int32)
        columns = {"id": ids, "n": batch.column(1), "hash": hashes.view(np.int64), "bucket": bucket}
        yield pa.record_batch(columns)


def keyed(kind: str | None, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Items (code, item_id and, where there are any, title, creators, hidden) with the key of their
    work and of their shown title (null: never shown). kind: of the works, as for `work_key`."""
    import pyarrow as pa

    for batch in batches:
        columns: Mapping[str, list[Any]] = batch.to_pydict()
        none = [None] * batch.num_rows
        works, titles = [], []
        for item, title, makers, hidden in zip(
            columns["item_id"],
            columns.get("title", none),
            columns.get("creators", none),
            columns.get("hidden", none),
            strict=True,
        ):
            works.append(work_key(item, title, makers[0] if makers else None, kind))
            titles.append(title_key(title) if title and not hidden else None)
        yield pa.record_batch(
            {
                "code": batch.column("code"),
                "work_key": pa.array(works, pa.string()),
                "title_key": pa.array(titles, pa.string()),
            }
        )


def before(counts: pa.Table) -> tuple[pa.Table, int, int]:
    """What comes before each bucket of the result of `sql.buckets`, and the totals of ids and rows."""
    import pyarrow as pa

    columns = {"bucket": counts.column("bucket")}
    totals = []
    for name in ("ids", "n"):
        found = counts.column(name).to_numpy()
        columns[name] = pa.array(np.cumsum(found) - found)
        totals.append(int(found.sum()))
    return pa.table(columns), totals[0], totals[1]
