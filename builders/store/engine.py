"""The engines that run the relational statements: DuckDB here, embedded; others plug in by `use_engine`.

The statements themselves stand in `sql.py` and `grounding/*_sql.py` and are the same for all.
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
from itdr.builders.core.errors import ConfigError, ItdrError
from itdr.builders.store.build import statements

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from itdr.builders.store.reader import StoreReader

MEMORY = "1600MB"
_spills = itertools.count()


class Engine(Protocol):
    """Where statements run over the tables of one store.

    distributed: it runs on several machines, and a pass over all interactions is dear there: what
    is else gathered by several passes over a part of the items each is gathered in one.
    """

    distributed: bool

    def register(self, name: str, table: pa.Table) -> None:
        """Make a table in memory known by a name."""

    def events(self, store: StoreReader, place: bool = False, text: bool = False) -> None:
        """Make a store's interactions known as `events`, and its tags, where it has any, as `tags`.

        place: with the number of the row in the store's order.   text: the texts will be read.
        """

    def keep(self, name: str, query: str) -> None:
        """Make the rows of a query known by a name, worked out once."""

    def batches(self, query: str, rows: int = 1 << 16) -> pa.RecordBatchReader:
        """The rows of a query, in its order, at most `rows` at a time."""

    def close(self) -> None:
        """Forget everything."""


def table_of(engine: Engine, query: str) -> pa.Table:
    """The rows of a query, whole, in its order."""
    return engine.batches(query).read_all().combine_chunks()


_other: ContextVar[Callable[[Path], Engine] | None] = ContextVar("engine", default=None)


@contextmanager
def use_engine(make: Callable[[Path], Engine]) -> Iterator[None]:
    """Within this block `open_engine` gives the engines that `make` makes of a scratch folder."""
    token = _other.set(make)
    try:
        yield
    finally:
        _other.reset(token)


def distributed() -> bool:
    """Whether `open_engine` gives an engine of several machines."""
    return bool(getattr(_other.get(), "distributed", False))


def open_engine(scratch: Path, database: str | None = None) -> Engine:
    """A new engine. scratch: a folder for what does not fit into memory, and for the database of
    that name, where kept tables may be larger than it."""
    make = _other.get()
    return make(scratch) if make else Embedded(scratch, database)


class Embedded:
    """DuckDB in this process."""

    distributed = False

    def __init__(self, scratch: Path, database: str | None = None) -> None:
        self._con = connect(scratch / database if database else None, spill=scratch)

    def register(self, name: str, table: pa.Table) -> None:
        self._con.register(name, table)

    def events(self, store: StoreReader, place: bool = False, text: bool = False) -> None:
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
        with translate_errors():
            self._con.execute(f"CREATE TABLE {name} AS {query}")

    def batches(self, query: str, rows: int = 1 << 16) -> pa.RecordBatchReader:
        import pyarrow as pa

        with translate_errors():
            reader = self._con.sql(query).to_arrow_reader(rows)
        return pa.RecordBatchReader.from_batches(reader.schema, _read(reader))

    def close(self) -> None:
        self._con.close()


def _read(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    with translate_errors():
        yield from reader


@contextmanager
def translate_errors() -> Iterator[None]:
    """Say what DuckDB does not say as others do: Ctrl-C in a query is a `KeyboardInterrupt`, and too
    little memory an `ItdrError` that names the variable."""
    try:
        yield
    except Exception as error:
        if is_interrupt(error):
            raise KeyboardInterrupt from error
        if "Out of Memory Error" in str(error) and not isinstance(error, ItdrError):
            raise ItdrError(
                f"The engine has too little memory ({memory_limit()}), or no disk to put aside what "
                "does not fit: set ITDR_MEMORY to more, as ITDR_MEMORY=4GB, and run the same again."
            ) from error
        raise


def is_interrupt(error: BaseException) -> bool:
    """Whether DuckDB stopped a query for Ctrl-C, which it tells as an error of its own."""
    return str(error) in ("Query interrupted", "INTERRUPT Error: Interrupted!")


def memory_limit() -> str:
    """The engine's memory limit: `ITDR_MEMORY` where it is set. Raises `ConfigError` for what is no
    size."""
    limit = os.environ.get("ITDR_MEMORY", "").strip() or MEMORY
    found = re.fullmatch(r"([0-9]{1,12}(?:\.[0-9]{1,6})?) ?([KMGT])(?:i?B)?", limit, re.IGNORECASE)
    size = float(found[1]) * 1024 ** (1 + "KMGT".index(found[2].upper())) if found else 0
    if not 2**20 <= size < 2**60:
        raise ConfigError(
            f"ITDR_MEMORY must be a number with its unit (MB, GB, MiB, GiB), as ITDR_MEMORY=4GB, not "
            f"{limit[:40]!r}."
        )
    return limit


def connect(database: Path | None = None, spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A new connection, never shared between processes (DuckDB hangs after a fork).

    `ITDR_MEMORY` sets the engine's memory limit (as "512MB"); what does not fit is spilled beside
    the database, below `spill`, or else in the cache.
    """
    import duckdb

    limit = memory_limit()
    home = spill or (database.parent if database else None)
    aside = home / "spill" if home else _spill_in_cache()
    con: Any = duckdb.connect(str(database) if database else ":memory:")
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
    """A folder of this connection's own, made by the engine when something is put there."""
    return scratch.own_folder(paths.work_root(), "spill") / str(next(_spills))
