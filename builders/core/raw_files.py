"""What a reader is handed: the raw files of one source on disk, a DuckDB connection, a reject count."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from itdr.builders.core.errors import RawFileError

if TYPE_CHECKING:
    import duckdb


@dataclass
class Raw:
    """The raw files of a source, unpacked (gzip excepted), by the key of their declaration.

    rejects: rows dropped before they became records (lines that do not parse), by
    `(table, reason)`; rows that parse but break a rule carry a `reject` column instead.
    opened: the keys that readers asked for, in that order.   unparsed: how many rows of each table
    are no records.
    """

    source: str
    paths: dict[str, Path]
    con: duckdb.DuckDBPyConnection
    domain: str | None = None
    facet: str = "base"
    rejects: Counter[tuple[str, str]] = field(default_factory=Counter)
    opened: list[str] = field(default_factory=list)
    unparsed: Counter[str] = field(default_factory=Counter)

    def path(self, key: str) -> Path:
        """Where the file declared under `key` lies; an error names it where it is not there."""
        try:
            path = self.paths[key]
        except KeyError:
            raise RawFileError(f"{self.source}: the raw file {key!r} was not prepared.") from None
        self.opened.append(key)
        return path

    def has(self, key: str) -> bool:
        """Whether an optional file is there."""
        return key in self.paths

    def reject(self, table: str, reason: str, rows: int = 1) -> None:
        """Count `rows` lines of `table` that could not become records."""
        if rows:
            self.rejects[table, reason] += rows
