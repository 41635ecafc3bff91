"""The interactions of a store as one sequence of row groups, in one or several Parquet files.

The files of a store on another machine are read over the network, by row groups.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cachetools
import numpy as np

from itdr.builders.core import remote

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

OPEN_FILES = 4


@dataclass(frozen=True)
class DataFile:
    """One Parquet file.

    Attributes:
        name: its file name.
        groups: rows per row group.
        start: the number of its first row in the store's order.
    """

    name: str
    groups: tuple[int, ...]
    start: int


class Interactions:
    """Reads row groups by their number in the whole store.

    A manifest's `parts` name the files, each with the rows of its row groups, and `far` the folder
    that holds them where that is not the store's own; without `parts` there is one file.

    Args:
        path: the store's folder.
        manifest: its manifest.
    """

    def __init__(self, path: Path, manifest: Mapping[str, Any]) -> None:
        self._folder = manifest.get("far") or str(path)
        self._open: cachetools.LRUCache[str, pq.ParquetFile] = cachetools.LRUCache(OPEN_FILES)
        declared = manifest.get("parts")
        if declared is None:
            meta = self._file("interactions.parquet").metadata
            groups = [meta.row_group(k).num_rows for k in range(meta.num_row_groups)]
            declared = [{"name": "interactions.parquet", "groups": groups}]
        self.parts: list[DataFile] = []
        rows = 0
        for part in declared:
            self.parts.append(DataFile(part["name"], tuple(part["groups"]), rows))
            rows += sum(part["groups"])

    @functools.cached_property
    def ends(self) -> np.ndarray:
        """The row number at which each row group ends."""
        return np.cumsum([rows for part in self.parts for rows in part.groups])

    @functools.cached_property
    def _places(self) -> list[tuple[str, int]]:
        """The file of each row group, and its number there."""
        return [(part.name, k) for part in self.parts for k in range(len(part.groups))]

    @functools.cached_property
    def schema(self) -> pa.Schema:
        """The columns and their types."""
        return self._file(self.parts[0].name).schema_arrow

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return self.schema.names

    def group(self, number: int, columns: list[str]) -> pa.Table:
        """Read columns of one row group.

        Args:
            number: the row group, counted over all files.
            columns: the columns.
        """
        name, k = self._places[number]
        return self._file(name).read_row_group(k, columns=columns, use_threads=False)

    @cachetools.cachedmethod(lambda self: self._open)
    def _file(self, name: str) -> pq.ParquetFile:
        import pyarrow.parquet as pq

        if not remote.is_remote(self._folder):
            return pq.ParquetFile(f"{self._folder}/{name}", memory_map=True)
        return pq.ParquetFile(remote.open_binary(f"{self._folder}/{name}"))
