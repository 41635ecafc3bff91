"""Arrow files: written as a stream, in chunks that need not fit into memory together; read memory-mapped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

WHOLE, LARGE = 1 << 22, 1 << 28
"""Most rows and bytes of a table that is one chunk, the fastest form to take rows from."""
CHUNK = 1 << 16
"""Rows per chunk of a larger table."""


def write(reader: pa.RecordBatchReader, path: Path) -> None:
    """Write a stream of rows to one file, without holding all of them in memory.

    Args:
        reader: the rows.
        path: the file. It gets one chunk; above `WHOLE` rows or `LARGE` bytes, chunks of `CHUNK`
            rows, of which the last may be shorter.
    """
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
    """Write an in-memory table.

    Args:
        table: the table.
        path: the file to write.
    """
    import pyarrow as pa

    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as out:
        out.write_table(table)


def read(path: Path) -> pa.Table:
    """The table in a file, memory-mapped."""
    import pyarrow as pa

    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()


def batches(path: Path) -> Iterator[pa.RecordBatch]:
    """The chunks of a file, one at a time; none is kept.

    Args:
        path: an Arrow file.

    Yields:
        Record batches, in the order of the file.
    """
    import pyarrow as pa

    with pa.OSFile(str(path)) as file:
        reader = pa.ipc.open_file(file)
        for k in range(reader.num_record_batches):
            yield reader.get_batch(k)


def numbers(table: pa.Table, name: str) -> np.ndarray:
    """A numeric column without nulls as a numpy array: a view of a single chunk, otherwise a copy.

    Args:
        table: the table.
        name: the column.
    """
    return table.column(name).combine_chunks().to_numpy()


def take_rows(column: pa.ChunkedArray, rows: Sequence[int] | np.ndarray) -> pa.Array:
    """Pick rows of a column.

    Arrow's own `take` first joins the chunks of the whole column: far more bytes than needed, and for
    text more than one array can hold.

    Args:
        column: the column, in any number of chunks.
        rows: row numbers, in any order, repeats allowed.

    Returns:
        Their values, in the order of `rows`.
    """
    import pyarrow as pa

    row_numbers = np.asarray(rows, np.int64)
    if column.num_chunks == 1:
        return column.chunk(0).take(pa.array(row_numbers))
    ends = np.cumsum([len(chunk) for chunk in column.chunks], dtype=np.int64)
    order = row_numbers.argsort(kind="stable")
    ascending = row_numbers[order]
    owner = ends.searchsorted(ascending, side="right")
    cuts = np.flatnonzero(np.diff(owner)) + 1
    parts = [pa.array([], column.type)]
    for group in np.split(np.arange(len(row_numbers)), cuts):
        if len(group):
            k = int(owner[group[0]])
            first = int(ends[k]) - len(column.chunk(k))
            parts.append(column.chunk(k).take(pa.array(ascending[group] - first)))
    joined = pa.concat_arrays(parts)
    return joined if (order[1:] > order[:-1]).all() else joined.take(pa.array(order.argsort()))
