"""Arrow files: written as rows come, in chunks that need not fit into memory together; read mapped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

WHOLE, LARGE = 1 << 22, 1 << 28
"""Rows and bytes up to which a table is one chunk, from which rows are taken fastest."""
CHUNK = 1 << 16
"""Rows of a chunk else."""


def write(reader: pa.RecordBatchReader, path: Path) -> None:
    """Write rows, as they come, into one file: as one chunk, or, where they are many, in chunks of
    `CHUNK` rows (the last may be shorter)."""
    import pyarrow as pa

    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, reader.schema) as out:
        held: list[pa.RecordBatch] = []
        rows, size, many = 0, 0, False
        for batch in reader:
            held.append(batch)
            rows, size = rows + batch.num_rows, size + batch.nbytes
            many = many or rows >= WHOLE or size >= LARGE
            if many and rows >= CHUNK:
                table = pa.Table.from_batches(held)
                whole = rows - rows % CHUNK
                for start in range(0, whole, CHUNK):
                    out.write_table(table.slice(start, CHUNK).combine_chunks())
                held, rows = table.slice(whole).to_batches(), rows - whole
        if held:
            out.write_table(pa.Table.from_batches(held).combine_chunks())


def write_table(table: pa.Table, path: Path) -> None:
    """Write a table that is at hand."""
    import pyarrow as pa

    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as out:
        out.write_table(table)


def read(path: Path) -> pa.Table:
    """The table of a file, mapped into memory."""
    import pyarrow as pa

    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()


def batches(path: Path) -> Iterator[pa.RecordBatch]:
    """The chunks of a file, one after the other, none kept."""
    import pyarrow as pa

    with pa.OSFile(str(path)) as file:
        reader = pa.ipc.open_file(file)
        for k in range(reader.num_record_batches):
            yield reader.get_batch(k)


def numbers(table: pa.Table, name: str) -> np.ndarray:
    """A column of numbers without nulls: of one chunk a view, of several a copy."""
    return table.column(name).combine_chunks().to_numpy()


def taken(column: pa.ChunkedArray, rows: Sequence[int] | np.ndarray) -> pa.Array:
    """These rows of a column, in their order.

    Arrow's own `take` first joins the chunks of the whole column: far more bytes than are wanted, and
    of texts more than one array can hold.
    """
    import pyarrow as pa

    wanted = np.asarray(rows, np.int64)
    if column.num_chunks == 1:
        return column.chunk(0).take(pa.array(wanted))
    ends = np.cumsum([len(chunk) for chunk in column.chunks], dtype=np.int64)
    order = wanted.argsort(kind="stable")
    ascending = wanted[order]
    owner = ends.searchsorted(ascending, side="right")
    cuts = np.flatnonzero(np.diff(owner)) + 1
    parts = [pa.array([], column.type)]
    for some in np.split(np.arange(len(wanted)), cuts):
        if len(some):
            k = int(owner[some[0]])
            first = int(ends[k]) - len(column.chunk(k))
            parts.append(column.chunk(k).take(pa.array(ascending[some] - first)))
    joined = pa.concat_arrays(parts)
    return joined if (order[1:] > order[:-1]).all() else joined.take(pa.array(order.argsort()))
