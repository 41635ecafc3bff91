"""What a reader receives: one source's raw files, a DuckDB connection, and a count of rejects."""

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

    Attributes:
        source: the source's id.
        paths: the files by key.
        con: the connection that readers query.
        domain: the domain to read, where the source has several.
        facet: `base` or `text` (see `RawFile.facets`).
        rejects: rows dropped before they became records (lines that do not parse), by
            `(table, reason)`; rows that parse but break a rule carry a `reject` column instead.
        emptied: rows in which a value that cannot be read became empty, by `(table, reason)`.
        opened: the keys requested by readers, in order.
        unparsed: how many rows of each table never became records.
        examples: by table, a row that was left out.
    """

    source: str
    paths: dict[str, Path]
    con: duckdb.DuckDBPyConnection
    domain: str | None = None
    facet: str = "base"
    rejects: Counter[tuple[str, str]] = field(default_factory=Counter)
    emptied: Counter[tuple[str, str]] = field(default_factory=Counter)
    opened: list[str] = field(default_factory=list)
    unparsed: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def path(self, key: str) -> Path:
        """The path of a raw file, noted as opened.

        Args:
            key: the key under which the source declares the file.

        Returns:
            Where the file lies on this machine.

        Raises:
            RawFileError: the file was not prepared.
        """
        try:
            path = self.paths[key]
        except KeyError:
            raise RawFileError(f"{self.source}: the raw file {key!r} was not prepared.") from None
        self.opened.append(key)
        return path

    def has(self, key: str) -> bool:
        """Whether an optional file is present."""
        return key in self.paths

    def reject(self, table: str, reason: str, rows: int = 1) -> None:
        """Count lines that could not become records.

        Args:
            table: the canonical table.
            reason: why, in a few words.
            rows: how many lines.
        """
        if rows:
            self.rejects[table, reason] += rows
