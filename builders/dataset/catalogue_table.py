"""The catalogue of a config whose rows list no candidates, as a table: what can be an answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from itdr.builders.sampling.catalogue_counts import catalogue_counts
from itdr.builders.sampling.splits import SPLITS
from itdr.builders.tasks.base import OpenCell

if TYPE_CHECKING:
    import pyarrow as pa

FILE = "catalogue.parquet"
BATCH = 1 << 14


def schema() -> pa.Schema:
    """The columns of a catalogue.

    Returns:
        Whose catalogue it is, the item, the item that stands for its work, the title as rows show it,
        who made it, how many works bear this title, and how many users met it in each split.
    """
    import pyarrow as pa

    text, count = pa.string(), pa.int64()
    return pa.schema(
        [
            *((name, text) for name in ("task", "source", "domain", "item_id", "work_id", "title")),
            ("creators", pa.list_(text)),
            ("title_works", count),
            *((split, count) for split in SPLITS),
        ]
    )


def batches(opened: OpenCell) -> Iterator[pa.RecordBatch]:
    """The catalogue of a cell, a piece at a time.

    Args:
        opened: an open cell.

    Yields:
        Its items, those that most training users met first.
    """
    import pyarrow as pa

    store, counts = opened.store, catalogue_counts(opened.partition)
    codes = np.flatnonzero(counts.any(axis=1) & (store.title_code >= 0))
    codes = codes[np.argsort(-counts[codes, 0], kind="stable")]
    shared = _works_of_title(store.title_code[codes], store.work[codes])
    about = (opened.cell.task.id, opened.cell.source.id, opened.cell.shown_domain)
    columns = schema()
    for start in range(0, len(codes), BATCH):
        some = codes[start : start + BATCH]
        (items,) = store.items_of([some.tolist()])
        work_ids = store.values("items", "item_id", store.work[some])
        values = [
            *([one] * len(some) for one in about),
            [item.id for item in items],
            work_ids,
            [item.title for item in items],
            [list(item.creators) for item in items],
            shared[start : start + BATCH],
            *counts[some].T,
        ]
        arrays = [pa.array(one, field.type) for one, field in zip(values, columns, strict=True)]
        yield pa.record_batch(arrays, schema=columns)


def _works_of_title(titles: np.ndarray, works: np.ndarray) -> np.ndarray:
    """How many works bear the title of each item."""
    pairs = np.unique(np.stack([titles, works]), axis=1)
    bearers = np.bincount(pairs[0], minlength=int(titles.max(initial=0)) + 1)
    return bearers[titles]
