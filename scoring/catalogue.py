"""The catalogues that answers are matched with, where rows list no candidates."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from itdr.builders.core.errors import ConfigError
from itdr.scoring.parsing.catalogue_titles import CatalogueTitles, Named

if TYPE_CHECKING:
    import pyarrow as pa

Row = Mapping[str, Any]
Key = tuple[str, str, str]
"""Subtask, source and domain of a catalogue's rows."""
COLUMNS = ("task", "source", "domain", "item_id", "work_id", "title", "creators", "train")


class Catalogue:
    """What can be an answer in one cell. Works are numbered from 0.

    Args:
        table: the columns of `catalogue.parquet`, the rows of one cell.
    """

    def __init__(self, table: pa.Table) -> None:
        self.items: list[str] = table.column("item_id").to_pylist()
        self.titles: list[str] = table.column("title").to_pylist()
        self._creators: list[list[str]] = table.column("creators").to_pylist()
        numbers: dict[str, int] = {}
        self.work = np.array(
            [numbers.setdefault(one, len(numbers)) for one in table.column("work_id").to_pylist()]
        )
        users = table.column("train").to_numpy()
        self.users = np.bincount(self.work, weights=users, minlength=len(numbers)).astype(int)
        """By work: how many users of the training part met its items."""

    def __len__(self) -> int:
        return len(self.users)

    @functools.cached_property
    def _names(self) -> CatalogueTitles:
        return CatalogueTitles(self.titles, self._creators)

    @functools.cached_property
    def _work_of(self) -> dict[str, int]:
        return dict(zip(self.items, self.work.tolist(), strict=True))

    def work_of(self, item: str) -> int | None:
        """The work of an item; None for one that is not in the catalogue."""
        return self._work_of.get(item)

    def recommended(self, texts: Iterable[Any], history: Iterable[str]) -> list[Named | None]:
        """The works that answers name, in order, those of one entry together; None where an entry names
        none.

        Args:
            texts: the answers to one row.
            history: the items that the row shows, which are not meant where a title fits another.

        Returns:
            Works, by entry.
        """
        history_works = {self.work_of(item) for item in history}
        recommendations: list[Named | None] = []
        for text in texts:
            for places in self._names.recommended(text):
                if places is None:
                    recommendations.append(None)
                    continue
                works = tuple(sorted(set(self.work[list(places)].tolist())))
                fresh = tuple(work for work in works if work not in history_works)
                recommendations.append(fresh or works)
        return recommendations


class Catalogues:
    """Catalogues by cell.

    Args:
        tables: with the columns of `catalogue.parquet`, of one cell or several.
    """

    def __init__(self, tables: Iterable[pa.Table]) -> None:
        self._tables: dict[Key, list[pa.Table]] = {}
        for table in tables:
            cells = table.group_by(["task", "source", "domain"], use_threads=False).aggregate([])
            for key in zip(*(one.to_pylist() for one in cells.columns), strict=True):
                mine = table.filter(_is(table, key))
                self._tables.setdefault(key, []).append(mine)
        self._read: dict[Key, Catalogue] = {}

    @classmethod
    def of_files(cls, paths: Sequence[Path]) -> Catalogues:
        """Read `catalogue.parquet` files.

        Args:
            paths: the files.

        Returns:
            The catalogues of all cells in them.

        Raises:
            ConfigError: for a file that is missing or damaged.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        tables = []
        for path in paths:
            try:
                with open(path, "rb") as file:  # Arrow takes a path with a colon for an address
                    tables.append(pq.read_table(file, columns=list(COLUMNS)))
            except (OSError, pa.ArrowInvalid) as error:
                raise ConfigError(
                    f"{path} cannot be read ({error}): build the folder again (itdr build)."
                ) from error
        return cls(tables)

    def of(self, row: Row) -> Catalogue:
        """The catalogue of a row's cell.

        Args:
            row: a row that lists no candidates.

        Returns:
            The catalogue, read once.

        Raises:
            ConfigError: where there is none for its cell.
        """
        key = (row["task"], row["source"], row["domain"])
        if key not in self._read:
            import pyarrow as pa

            if key not in self._tables:
                raise ConfigError(
                    f"{row['id']} lists no candidates, and there is no catalogue of {'/'.join(key)}: "
                    "give the catalogue.parquet that was built beside it."
                )
            self._read[key] = Catalogue(pa.concat_tables(self._tables[key]))
        return self._read[key]


def _is(table: pa.Table, key: Key) -> Any:
    import pyarrow.compute as pc

    masks = [pc.equal(table.column(name), one) for name, one in zip(COLUMNS[:3], key, strict=True)]
    return functools.reduce(pc.and_, masks)
