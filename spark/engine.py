"""The relational statements on Spark: the same tables by the same names as in `builders/store/engine.py`."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from itdr.builders.core import remote
from itdr.builders.store.interactions import Interactions
from itdr.spark import partitions
from itdr.spark.workdir import WorkDir

if TYPE_CHECKING:
    import pyarrow as pa

    from itdr.builders.store.reader import StoreReader


@dataclass(frozen=True)
class EngineFactory:
    """Creates engines of one session, for `use_engine`."""

    session: Any
    workdir: WorkDir
    distributed = True

    def __call__(self, scratch: Path) -> SparkEngine:
        return SparkEngine(self.session, self.workdir)


class SparkEngine:
    """Tables and views of one session; `close` removes them all.

    Args:
        session: a Spark session.
        workdir: the shared folder.
    """

    distributed = True

    def __init__(self, session: Any, workdir: WorkDir) -> None:
        self.session = session
        self.workdir = workdir
        self._kept: dict[str, Any] = {}
        self._scratch: list[str] = []

    def register(self, name: str, table: pa.Table) -> None:
        """See `Engine.register`."""
        self.view(name, self.session.createDataFrame(table))

    def view(self, name: str, frame: Any, kept: bool = False) -> None:
        """Make a frame available by name.

        Args:
            name: its name in statements.
            frame: the frame.
            kept: compute it once and keep the result on disk.
        """
        if kept:
            from pyspark import StorageLevel

            # On disk only: cached blocks are as large as the data, and a heap that holds what fits and
            # spills the rest was seen to overflow.
            frame = frame.persist(StorageLevel.DISK_ONLY)
        frame.createOrReplaceTempView(name)
        self._kept[name] = frame

    def keep(self, name: str, query: str) -> None:
        """See `Engine.keep`."""
        self.view(name, self.session.sql(query), kept=True)

    def drop(self, name: str) -> None:
        """Remove a view and free what it keeps."""
        self._kept.pop(name).unpersist()
        self.session.catalog.dropTempView(name)

    def events(self, store: StoreReader, place: bool = False, text: bool = False) -> None:
        """See `Engine.events`."""
        interactions = Interactions(store.path, store.manifest)
        schema = interactions.schema
        names = [name for name in schema.names if text or name != "text"]
        fields = [schema.field(name) for name in names]
        if place:
            import pyarrow as pa

            fields.append(pa.field("place", pa.int64()))
        read_part = functools.partial(_read_parts, store.path, store.manifest, names, place)
        self.view("events", self.map_tasks(len(interactions.parts), read_part, fields))
        tags = store.path / "tags.parquet"
        if tags.exists():
            import pyarrow.parquet as pq

            self.register("tags", pq.read_table(tags))

    def map_tasks(self, tasks: int, read: Any, fields: list[pa.Field]) -> Any:
        """A frame of the batches that `read` returns for each task number.

        Args:
            tasks: the number of tasks.
            read: a function of a task number that yields record batches.
            fields: the columns.

        Returns:
            A Spark data frame.
        """
        import pyarrow as pa
        from pyspark.sql.pandas.types import from_arrow_schema

        numbers = self.session.range(0, tasks, 1, max(tasks, 1))
        plain = pa.schema([pa.field(field.name, field.type) for field in fields])
        return numbers.mapInArrow(functools.partial(_each, read), from_arrow_schema(plain))

    def batches(self, query: str, rows: int = 1 << 16) -> pa.RecordBatchReader:
        """See `Engine.batches`."""
        import pyarrow as pa
        from pyspark.sql.pandas.types import to_arrow_schema

        frame = self.session.sql(query)
        folder = self.workdir.scratch("rows")
        self._scratch.append(folder)
        parts = partitions.write(frame, folder, "rows", "arrow")
        schema = to_arrow_schema(frame.schema)
        schema = pa.schema([pa.field(field.name, field.type) for field in schema])
        return pa.RecordBatchReader.from_batches(schema, _stream(folder, parts, schema, rows))

    def close(self) -> None:
        """See `Engine.close`."""
        for name in list(self._kept):
            self.drop(name)
        for folder in self._scratch:
            remote.remove(folder)


def _each(read: Any, numbers: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in numbers:
        for number in batch.column(0).to_pylist():
            yield from read(number)


def _read_parts(
    path: Path, manifest: dict[str, Any], names: list[str], place: bool, number: int
) -> Iterator[pa.RecordBatch]:
    """The rows of one file of a store, in an executor."""
    import pyarrow as pa

    interactions = Interactions(path, manifest)
    part = interactions.parts[number]
    first = sum(len(before.groups) for before in interactions.parts[:number])
    row = part.start
    for k, rows in enumerate(part.groups):
        table = interactions.group(first + k, names)
        if place:
            table = table.append_column("place", pa.array(np.arange(row, row + rows)))
        row += rows
        yield from table.to_batches()


def _stream(
    folder: str, parts: list[partitions.PartitionFile], schema: pa.Schema, rows: int
) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    for part in parts:
        with remote.open_binary(f"{folder}/{part.name}") as file, pa.ipc.open_file(file) as reader:
            for k in range(reader.num_record_batches):
                batch = reader.get_batch(k)
                batch = pa.RecordBatch.from_arrays(
                    [
                        column.cast(field.type)
                        for column, field in zip(batch.columns, schema, strict=True)
                    ],
                    schema=schema,
                )
                for start in range(0, batch.num_rows, rows):
                    yield batch.slice(start, rows)
