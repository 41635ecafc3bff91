"""How DuckDB is opened: with the settings that results depend on, wherever the machine is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


def open_duckdb(database: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Open a connection that does not follow the machine's time zone.

    A time with a zone would otherwise be spelled, and give its year, as the machine's own zone has it.

    Args:
        database: a database file; None for an in-memory database.

    Returns:
        The connection, which the caller closes.
    """
    import duckdb

    con = duckdb.connect(str(database) if database else ":memory:")
    con.execute("SET TimeZone = 'UTC'")
    return con
