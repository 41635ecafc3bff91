"""Interactions that repeat or contradict each other: one user, item and time, said more than once.

All of them are stored: nothing in the files says which one is right, or that one is too many. They are
counted, so that nobody takes such files for clean ones. Where each stands twice, the file does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.reasons import ENOUGH_TO_JUDGE
from itdr.builders.core.schema import Source

if TYPE_CHECKING:
    import pyarrow as pa

VALUES = ("rating", "weight")
"""The columns in which interactions may contradict each other."""
_NEIGHBORS = ("user_code", "item_code", "timestamp", "seq")
"""The columns by which a store puts interactions side by side that are of one moment."""
NO_DUPLICATES = {"identical": 0, "contradicting": 0}


class RowGroups(Protocol):
    """A store's interactions, read by row groups."""

    @property
    def ends(self) -> np.ndarray:
        """The row number at which each row group ends."""

    def group(self, number: int, columns: list[str]) -> pa.Table:
        """Columns of one row group."""


def count_duplicates(stored: RowGroups, columns: Collection[str]) -> dict[str, int]:
    """Count the stored interactions that repeat another, or contradict it.

    Args:
        stored: a store's interactions.
        columns: the columns that the source fills.

    Returns:
        `contradicting`: the number of values beyond the first of each user, item, moment and event;
        `identical`: the number of interactions beyond the first of each of these and value.
    """
    import pyarrow.compute as pc

    counts = dict(NO_DUPLICATES)
    # Nothing else tells a repeated record from a repeated interaction.
    if {"timestamp", *VALUES}.isdisjoint(columns):
        return counts
    run = [name for name in _NEIGHBORS if name.endswith("_code") or name in columns]
    moment = [*run, *({"event"} & set(columns))]
    record = [*moment, *(name for name in VALUES if name in columns)]
    for rows in _runs(stored, run, record):
        records = _counted(rows, record)
        moments = rows.group_by(moment, use_threads=False).aggregate([])
        counts["identical"] += pc.sum(records.column("n"), min_count=0).as_py() - len(records)
        counts["contradicting"] += len(records) - len(moments)
    return counts


def require_rows_once(
    source: Source, found: Mapping[str, int], interactions: int, files: Iterable[Path]
) -> None:
    """Check that half of the interactions are no copies of the others.

    Args:
        source: the declaration; the user's own data may have them.
        found: what `count_duplicates` counted.
        interactions: how many are stored.
        files: the raw files.

    Raises:
        RawFileError: they are.
    """
    copies = found["identical"]
    if source.described or copies < ENOUGH_TO_JUDGE or 2 * copies < interactions:
        return
    raise RawFileError(
        f"{source.id}: {', '.join(map(str, files))}: of {interactions:,} interactions, {copies:,} repeat another one of the same "
        "user, item, time and rating or count: rows stand twice or more often, as where a file was appended to itself or "
        "joined with another. Put the official file in place."
    )


def _runs(stored: RowGroups, run: list[str], record: list[str]) -> Iterator[pa.Table]:
    """Tables of whole runs of neighbors that are equal in some columns; a run of one row may be left out.

    Other columns than the items are read only where neighbors share their item, which is rare in most
    sources.

    Args:
        stored: a store's interactions.
        run: the columns of a run.
        record: the columns to read.

    Yields:
        Tables of these columns and `n`, the number of rows that each row stands for.
    """
    import pyarrow as pa

    def read(group: int, last_row: bool = False) -> pa.Table:
        rows = stored.group(group, record)
        rows = rows.slice(len(rows) - 1) if last_row else rows
        return rows.append_column("n", pa.array(np.ones(len(rows), np.int64)))

    last, before = -1, 0  # the item that ended the last group, and that group
    tail: pa.Table | None = None  # the rows so far of a run that may go on
    for group in np.flatnonzero(np.diff(stored.ends, prepend=0)).tolist():
        items = stored.group(group, ["item_code"]).column(0).to_numpy()
        goes_on = items[0] == last
        if tail is not None and not goes_on:
            yield tail
            tail = None
        if goes_on or (items[1:] == items[:-1]).any():
            if goes_on and tail is None:
                tail = read(before, last_row=True)
            table = read(group) if tail is None else pa.concat_tables([tail, read(group)])
            same = np.concatenate([[False], _equal_neighbors(table, run), [False]])
            end = int(np.flatnonzero(~same[:-1])[-1])
            shared = same[:end] | same[1 : end + 1]
            yield table.slice(0, end).filter(pa.array(shared))
            tail = _counted(table.slice(end), record).cast(table.schema)
        last, before = int(items[-1]), group
    if tail is not None:
        yield tail


def _counted(rows: pa.Table, names: list[str]) -> pa.Table:
    """The different rows in these columns, with `n` summed; nulls equal nulls."""
    groups = rows.group_by(names, use_threads=False).aggregate([("n", "sum")])
    return groups.rename_columns([*names, "n"])


def _equal_neighbors(rows: pa.Table, names: list[str]) -> np.ndarray:
    """Whether each row but the first equals the one before it in these columns; nulls equal nulls."""
    same = np.ones(max(len(rows) - 1, 0), bool)
    for name in names:
        column = rows.column(name).combine_chunks()
        held = column.is_valid().to_numpy(zero_copy_only=False)
        values = column.fill_null(0).to_numpy(zero_copy_only=False)
        same &= (values[1:] == values[:-1]) & (held[1:] == held[:-1])
    return same
