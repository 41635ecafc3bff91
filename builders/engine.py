"""The embedded engine: DuckDB connections with a bounded memory that spill to disk."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

MEMORY = "1200MB"


def connect(database: Path | None = None, spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A new connection, never shared between processes (DuckDB hangs after a fork).

    `ITDR_MEMORY` sets the engine's memory limit (as "512MB"); what does not fit is spilled beside
    the database, or below `spill`.
    """
    import duckdb

    con = duckdb.connect(str(database) if database else ":memory:")
    limit = os.environ.get("ITDR_MEMORY", MEMORY).replace("'", "")
    con.execute(f"SET memory_limit = '{limit}'")
    con.execute("SET preserve_insertion_order = false")
    con.execute("SET enable_progress_bar = false")
    where = spill or (database.parent if database else None)
    if where is not None:
        con.execute(f"SET temp_directory = '{str(where / 'spill').replace(chr(39), chr(39) * 2)}'")
    return con
