"""The rows of a store under construction that are looked at: some of each table, the same for every engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa

from itdr.builders.core import arrow
from itdr.builders.core.schema import COLUMNS, Source
from itdr.builders.store.build import statements
from itdr.builders.store.build.duplicates import RowGroups

MOST = 10_000
"""Rows of each table."""
KEYS = {"items": "item_id", "users": "user_id", "tags": "tag"}
"""The column of each staged table by whose hash its rows are drawn."""
NOT_LOOKED_AT = ("event", "domain", "hidden", "other_title", "work_title", "work_creator")
OF_ROWS = ("user_code", "item_code", "rating", "timestamp", "weight", "text")
LEAST_USERS = 20
"""Interactions of fewer users say nothing of those of others."""
LEAST_ATTRIBUTE = 0.02
"""The share of items that have an attribute that is looked at."""
ATTRIBUTE = ": "
"""What stands before the name of an attribute."""
_SHARES = 16**4
Query = Callable[[str], pa.Table]
"""Runs a query."""
Sample = Mapping[str, pa.Table]
"""Some rows of each table; and as `JOINED` one interaction of each item, with the columns of the item as `items.title`; and
as `TIMED` users and times alone, of more interactions."""
JOINED = "joined"
TIMED = "timed"
"""The users and times of more interactions."""


def columns_of_facet(
    source: Source, facet: str, columns: Mapping[str, Collection[str]]
) -> dict[str, Collection[str]]:
    """The columns that the files of a facet fill: without the texts of interactions where other files hold them.

    Args:
        source: the declaration.
        facet: `base` or `text`.
        columns: the columns of each table that was read.

    Returns:
        Those of each table that are compared.
    """
    if source.reads_texts(facet):
        return dict(columns)
    return {**columns, "interactions": [n for n in columns["interactions"] if n != "text"]}


def draw(
    query: Query, columns: Mapping[str, Collection[str]], stored: RowGroups, folder: Path
) -> Sample:
    """Draw rows.

    Args:
        query: runs a query on the staged tables.
        columns: the columns of each table that was read.
        stored: the interactions of the store.
        folder: where `items.arrow` lies.

    Returns:
        Some rows of each table.
    """
    rows = _interactions(columns["interactions"], stored)
    sample = {"interactions": rows, JOINED: _joined(rows, folder)}
    if "timestamp" in columns["interactions"]:
        sample[TIMED] = _first_group(stored, ["user_code", "timestamp"])
    for table, key in KEYS.items():
        if columns.get(table):
            sample[table] = query(_staged(query, table, key, sorted(columns[table])))
    return sample


def _staged(query: Query, table: str, key: str, columns: Collection[str]) -> str:
    """SQL for rows of a staged table, in an order that nothing decides but their content."""
    view = f"{statements.VIEWS[table]} WHERE reject IS NULL"
    n = int(query(f"SELECT count(*) AS n FROM {view}").column("n")[0].as_py())
    hashed = f"md5(CAST({key} AS STRING))"
    condition = ""
    if n > MOST:
        condition = f" AND substring({hashed}, 1, 4) < '{MOST * _SHARES // n:04x}'"
    names = [name for name in columns if name not in NOT_LOOKED_AT]
    sort = [hashed, *map(statements.spelled, names)]
    sorts = ", ".join(f"{text} AS sort_{place}" for place, text in enumerate(sort))
    order = ", ".join(f"sort_{place} NULLS LAST" for place in range(len(sort)))
    rows = f"SELECT {', '.join(names)}, {sorts} FROM {view}{condition}"
    return f"SELECT {', '.join(names)} FROM ({rows}) AS r ORDER BY {order}"


def _interactions(columns: Collection[str], stored: RowGroups) -> pa.Table:
    """The first stored interactions: users drawn at random, whole and one after the other."""
    names = [name for name in OF_ROWS if name.endswith("_code") or name in columns]
    return _first_group(stored, names).slice(0, MOST)


def _first_group(stored: RowGroups, names: list[str]) -> pa.Table:
    return stored.group(int(np.flatnonzero(stored.ends)[0]), names)


def _joined(rows: pa.Table, folder: Path) -> pa.Table:
    """One interaction of each item: those of an item say the same of it."""
    _, first = np.unique(np.asarray(rows.column("item_code")), return_index=True)
    rows = rows.take(pa.array(np.sort(first)))
    items = arrow.read(folder / "items.arrow").take(rows.column("item_code"))
    own = [name for name in rows.column_names if not name.endswith("_code")]
    of_items = [name for name in COLUMNS["items"] if name in items.column_names]
    return pa.table(
        {name: rows.column(name) for name in own}
        | {f"items.{name}": items.column(name) for name in of_items if name not in NOT_LOOKED_AT}
    )


def has_many_users(rows: pa.Table) -> bool:
    """Whether interactions are of enough users to say something of those of others; of another table always."""
    if "user_code" not in rows.column_names:
        return True
    return len(np.unique(np.asarray(rows.column("user_code")))) >= LEAST_USERS


def columns_of(table: pa.Table) -> dict[str, pa.ChunkedArray]:
    """The columns of a table to look at, each attribute as one.

    Args:
        table: of a sample.

    Returns:
        The columns by name; an attribute is `attributes: Publisher`.
    """
    columns: dict[str, pa.ChunkedArray] = {}
    for name in table.column_names:
        column = table.column(name)
        if name.rpartition(".")[2] == "attributes":
            columns |= {
                f"{name}{ATTRIBUTE}{of}": values for of, values in _attributes(column).items()
            }
        elif not name.endswith("_code"):
            columns[name] = column
    return columns


def _attributes(column: pa.ChunkedArray) -> dict[str, pa.ChunkedArray]:
    """The values of each attribute that some items have."""
    rows = [{one["name"]: one["value"] for one in pairs or ()} for pairs in column.to_pylist()]
    counts = Counter(name for row in rows for name in row)
    often = sorted(name for name, n in counts.items() if n >= LEAST_ATTRIBUTE * len(rows))
    return {
        name: pa.chunked_array([pa.array([row.get(name) for row in rows], pa.string())])
        for name in often
    }
