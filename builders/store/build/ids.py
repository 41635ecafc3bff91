"""Dense codes for ids, works and titles: the part computed in Python, for any engine.

Codes follow the order of a stable hash. They are assigned bucket by bucket, and each bucket's offset
is added up here (`statements.buckets`).
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
"""The top bits of a hash, which name its bucket."""
HASH_COLUMNS = {"id": "string", "n": "int64", "hash": "int64", "bucket": "int32"}
KEYED_BY = frozenset({"title", "creators", "hidden", "work_title", "work_creator"})
"""The columns of items that tell works and titles apart, beside their ids."""
KEY_COLUMNS = {"code": "int32", "work_key": "string", "title_key": "string"}
"""The columns of `id_hashes` and `work_keys`, with Arrow's names of their types."""


def id_hashes(purpose: str, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Hash ids and assign them to buckets.

    Args:
        purpose: separates these hashes from those of other ids.
        batches: ids and their counts, with the columns of `statements.IDS`.

    Returns:
        Batches with the columns of `HASH_COLUMNS`; the bucket is the top `BITS` bits of the hash.
    """
    import pyarrow as pa

    for batch in batches:
        ids = batch.column(0)
        hashes = hash_ids(purpose, ids.to_pylist())
        bucket = (hashes >> np.uint64(64 - BITS)).astype(np.int32)
        columns = {"id": ids, "n": batch.column(1), "hash": hashes.view(np.int64), "bucket": bucket}
        yield pa.record_batch(columns)


def work_keys(kind: str | None, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The keys of items' works and shown titles.

    Args:
        kind: of the works, as for `work_key`.
        batches: items, with the columns `code`, `item_id` and, where the source has them,
            those of `KEYED_BY`. A work is told by `work_title` and `work_creator` where they are not null.

    Returns:
        Batches with the columns of `KEY_COLUMNS`; `title_key` is null for items that are never shown.
    """
    import pyarrow as pa

    for batch in batches:
        columns: Mapping[str, list[Any]] = batch.to_pydict()
        none = [None] * batch.num_rows
        works, titles = [], []
        names = ("title", "creators", "hidden", "work_title", "work_creator")
        for item, title, creators, hidden, work_title, work_creator in zip(
            columns["item_id"], *(columns.get(name, none) for name in names), strict=True
        ):
            creator = work_creator or (creators[0] if creators else None)
            works.append(work_key(item, work_title or title, creator, kind))
            titles.append(title_key(title) if title and not hidden else None)
        yield pa.record_batch(
            {
                "code": batch.column("code"),
                "work_key": pa.array(works, pa.string()),
                "title_key": pa.array(titles, pa.string()),
            }
        )


def bucket_offsets(counts: pa.Table) -> tuple[pa.Table, int, int]:
    """Cumulative counts before each bucket.

    Args:
        counts: the result of `statements.buckets`.

    Returns:
        A table (bucket, ids, n) of what precedes each bucket, the number of ids, and of rows.
    """
    import pyarrow as pa

    columns = {"bucket": counts.column("bucket")}
    totals = []
    for name in ("ids", "n"):
        values = counts.column(name).to_numpy()
        columns[name] = pa.array(np.cumsum(values) - values)
        totals.append(int(values.sum()))
    return pa.table(columns), totals[0], totals[1]
