"""The engines that run the relational statements: DuckDB here, embedded; others plug in by `use_engine`.

The statements stand in `store/build/statements.py` and in `evidence/`, and are the same for all.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from itdr.builders.core import paths, scratch
from itdr.builders.core.connection import open_duckdb
from itdr.builders.core.errors import ConfigError, ItdrError
from itdr.builders.store.build import statements

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from itdr.builders.store.reader import StoreReader

MEMORY = "1600MB"
_spills = itertools.count()


class Engine(Protocol):
    """Runs statements over the tables of one store.

    Attributes:
        distributed: it runs on several machines, where a pass over all interactions is expensive:
            callers then use one pass instead of several over subsets of the items.
    """

    distributed: bool

    def register(self, name: str, table: pa.Table) -> None:
        """Make an in-memory table available to statements.

        Args:
            name: its name in statements.
            table: the table.
        """

    def events(self, store: StoreReader, place: bool = False, text: bool = False) -> None:
        """Make a store's interactions available as `events`, and its tags, if any, as `tags`.

        Args:
            store: the store.
            place: add the column `place`, the row number in the store's order.
            text: the texts will be read.
        """

    def keep(self, name: str, query: str) -> None:
        """Materialise a query as a table.

        Args:
            name: the table's name in statements.
            query: the query.
        """

    def batches(self, query: str, rows: int = 1 << 16) -> pa.RecordBatchReader:
        """Run a query and stream its rows, in order.

        Args:
            query: the query.
            rows: the most rows per batch.
        """

    def close(self) -> None:
        """Release everything."""


def table_of(engine: Engine, query: str) -> pa.Table:
    """All rows of a query as one table, in order.

    Args:
        engine: the engine.
        query: the query.
    """
    return engine.batches(query).read_all().combine_chunks()


_other: ContextVar[Callable[[Path], Engine] | None] = ContextVar("engine", default=None)


@contextmanager
def use_engine(make: Callable[[Path], Engine]) -> Iterator[None]:
    """Within this block, `open_engine` returns engines of this factory.

    Args:
        make: creates an engine that may use the given scratch folder.
    """
    token = _other.set(make)
    try:
        yield
    finally:
        _other.reset(token)


def distributed() -> bool:
    """Whether `open_engine` returns an engine that runs on several machines."""
    return bool(getattr(_other.get(), "distributed", False))


def open_engine(scratch: Path, database: str | None = None) -> Engine:
    """Open a new engine.

    Args:
        scratch: a folder for what does not fit into memory.
        database: the name of a database file in it, for tables that may be larger than memory.
    """
    make = _other.get()
    return make(scratch) if make else Embedded(scratch, database)


class Embedded:
    """DuckDB in this process. Arguments as for `open_engine`."""

    distributed = False

    def __init__(self, scratch: Path, database: str | None = None) -> None:
        self._con = connect(scratch / database if database else None, spill=scratch)

    def register(self, name: str, table: pa.Table) -> None:
        """See `Engine.register`."""
        self._con.register(name, table)

    def events(self, store: StoreReader, place: bool = False, text: bool = False) -> None:
        """See `Engine.events`."""
        rows = "*, file_row_number AS place" if place else "*"
        option = ", file_row_number = true" if place else ""
        name = str(store.path / "interactions.parquet").replace("'", "''")
        self._con.execute(
            f"CREATE VIEW events AS SELECT {rows} FROM read_parquet('{name}'{option})"
        )
        tags = store.path / "tags.parquet"
        if tags.exists():
            name = str(tags).replace("'", "''")
            self._con.execute(f"CREATE VIEW tags AS SELECT * FROM read_parquet('{name}')")

    def keep(self, name: str, query: str) -> None:
        """See `Engine.keep`."""
        with translate_errors():
            self._con.execute(f"CREATE TABLE {name} AS {query}")

    def batches(self, query: str, rows: int = 1 << 16) -> pa.RecordBatchReader:
        """See `Engine.batches`."""
        import pyarrow as pa

        with translate_errors():
            reader = self._con.sql(query).to_arrow_reader(rows)
        return pa.RecordBatchReader.from_batches(reader.schema, _read(reader))

    def close(self) -> None:
        """See `Engine.close`."""
        self._con.close()


def _read(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    with translate_errors():
        yield from reader


@contextmanager
def translate_errors() -> Iterator[None]:
    """Translate DuckDB errors raised in the block.

    Raises:
        KeyboardInterrupt: a query was interrupted by Ctrl-C.
        ItdrError: memory or disk ran out; names the variable to set.
    """
    try:
        yield
    except Exception as error:
        if is_interrupt(error):
            raise KeyboardInterrupt from error
        if "Out of Memory Error" in str(error) and not isinstance(error, ItdrError):
            raise ItdrError(
                f"The engine ran out of memory ({memory_limit()}), or of disk to spill to: set "
                "ITDR_MEMORY to more, such as ITDR_MEMORY=4GB, and run the same again."
            ) from error
        raise


def is_interrupt(error: BaseException) -> bool:
    """Whether DuckDB stopped a query because of Ctrl-C, which it reports as an error of its own."""
    return str(error) in ("Query interrupted", "INTERRUPT Error: Interrupted!")


def memory_limit() -> str:
    """The engine's memory limit: `ITDR_MEMORY` if set, otherwise `MEMORY`.

    Returns:
        The limit as DuckDB takes it.

    Raises:
        ConfigError: `ITDR_MEMORY` is not a size.
    """
    limit = os.environ.get("ITDR_MEMORY", "").strip() or MEMORY
    match = re.fullmatch(r"([0-9]{1,12}(?:\.[0-9]{1,6})?) ?([KMGT])(?:i?B)?", limit, re.IGNORECASE)
    size = float(match[1]) * 1024 ** (1 + "KMGT".index(match[2].upper())) if match else 0
    if not 2**20 <= size < 2**60:
        raise ConfigError(
            f"ITDR_MEMORY must be a number with a unit (MB, GB, MiB, GiB), such as ITDR_MEMORY=4GB, not "
            f"{limit[:40]!r}."
        )
    return limit


def connect(database: Path | None = None, spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Open a connection. It must not be shared between processes: DuckDB hangs after a fork.

    `ITDR_MEMORY` sets the memory limit (such as "512MB"); what exceeds it is spilled to disk.

    Args:
        database: a database file; None for an in-memory database.
        spill: where to spill; by default beside the database, otherwise in the cache.

    Returns:
        The connection, with memory limit, spill folder and time zone (UTC) set.
    """
    limit = memory_limit()
    home = spill or (database.parent if database else None)
    aside = home / "spill" if home else _spill_in_cache()
    con: Any = open_duckdb(database)
    con.execute(f"SET memory_limit = '{limit}'")
    con.execute("SET preserve_insertion_order = false")
    # In a notebook without ipywidgets the bar is off already, and DuckDB refuses to change it.
    if con.execute("SELECT current_setting('enable_progress_bar')").fetchone()[0]:
        con.execute("SET enable_progress_bar = false")
    con.execute(f"SET temp_directory = '{str(aside).replace(chr(39), chr(39) * 2)}'")
    for statement in statements.FUNCTIONS["duckdb"]:
        con.execute(statement)
    return con


def _spill_in_cache() -> Path:
    """A folder of this connection's own, created by the engine when it first spills."""
    return scratch.own_folder(paths.work_root(), "spill") / str(next(_spills))
