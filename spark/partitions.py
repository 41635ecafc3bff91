"""Data frames as files, one per partition, complete however often a task was tried.

Each attempt of a task writes a file with a name of its own and returns that name. The driver takes the
names that Spark returns, one per partition, and removes all other files: nobody sees what a lost
executor, or a task run twice, left behind.
"""

from __future__ import annotations

import functools
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itdr.builders.core import remote
from itdr.builders.store.build.build import ROW_GROUP

if TYPE_CHECKING:
    import pyarrow as pa

RESULT = "partition long, name string, groups array<long>"


@dataclass(frozen=True)
class PartitionFile:
    """The file of one partition.

    Attributes:
        name: its file name.
        groups: rows per row group or batch.
    """

    name: str
    groups: tuple[int, ...]


def write(frame: Any, folder: str, name: str, kind: str) -> list[PartitionFile]:
    """Write the partitions of a frame, in order.

    Args:
        frame: a Spark data frame.
        folder: a path or URL.
        name: the prefix of the file names.
        kind: `parquet` or `arrow`.

    Returns:
        The files in the order of the partitions.
    """
    if not remote.is_remote(folder):
        Path(folder).mkdir(parents=True, exist_ok=True)
    rows = frame.mapInArrow(functools.partial(_write, folder, name, kind), RESULT).collect()
    rows.sort(key=lambda row: row["partition"])
    parts = [PartitionFile(row["name"], tuple(row["groups"])) for row in rows]
    sweep(folder, name, {part.name for part in parts})
    return parts


def sweep(folder: str, name: str, kept: set[str]) -> None:
    """Remove what failed attempts left.

    Args:
        folder: a path or URL.
        name: the prefix of the file names.
        kept: the names to keep.
    """
    for file in remote.list_names(folder):
        if file.startswith(f"{name}-") and file not in kept:
            remote.remove(f"{folder}/{file}")


def attempt() -> tuple[int, int]:
    """The partition of the running task, and the unique number of this attempt."""
    from pyspark import TaskContext

    context = TaskContext.get()
    assert context is not None
    return context.partitionId(), context.taskAttemptId()


def move_into(path: Path, folder: str, name: str) -> None:
    """Move a finished local file into a folder, where it appears complete or not at all.

    Args:
        path: the file.
        folder: a path or URL.
        name: its name there.
    """
    if remote.is_remote(folder):
        remote.send(path, f"{folder}/{name}")
        path.unlink()
    else:
        os.replace(path, os.path.join(folder, name))


def scratch_dir(folder: str) -> Any:
    """A temporary folder; on the disk of a local `folder`, so that files can be renamed into it."""
    if remote.is_remote(folder):
        return tempfile.TemporaryDirectory(prefix="itdr-")
    return tempfile.TemporaryDirectory(prefix=".attempt-", dir=folder)


def _write(
    folder: str, name: str, kind: str, batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    partition, number = attempt()
    groups: list[int] = []
    file = f"{name}-{partition:05d}-{number}.{kind}"
    with scratch_dir(folder) as work:
        path = Path(work) / file
        writer: Any = None
        for table in _regrouped(batches):
            if writer is None:
                writer = _writer(path, kind, table.schema)
            if kind == "parquet":
                writer.write_table(table, row_group_size=ROW_GROUP)
            else:
                writer.write_table(table, max_chunksize=ROW_GROUP)
            groups.append(table.num_rows)
        if writer is not None:
            writer.close()
            move_into(path, folder, file)
    if groups:
        yield pa.record_batch(
            {"partition": [partition], "name": [file], "groups": pa.array([groups])}
        )


def _writer(path: Path, kind: str, schema: pa.Schema) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if kind == "parquet":
        return pq.ParquetWriter(path, schema, compression="zstd", compression_level=1)
    return pa.ipc.new_file(str(path), schema)


def _regrouped(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """The rows of the batches in tables of `ROW_GROUP` rows each, the last one shorter."""

    remainder: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        while rows + batch.num_rows >= ROW_GROUP:
            cut = ROW_GROUP - rows
            yield _plain([*remainder, batch.slice(0, cut)])
            batch, remainder, rows = batch.slice(cut), [], 0
        if batch.num_rows:
            remainder.append(batch)
            rows += batch.num_rows
    if remainder:
        yield _plain(remainder)


def _plain(batches: list[pa.RecordBatch]) -> pa.Table:
    """One table without Spark's metadata."""
    import pyarrow as pa

    table = pa.Table.from_batches(batches).combine_chunks()
    schema = pa.schema([pa.field(field.name, field.type) for field in table.schema])
    return pa.table(table.columns, schema=schema)
