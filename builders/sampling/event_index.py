"""The events that negatives are drawn from, ordered by time and memory-mapped.

One event for each work and user, their earliest, as for the targets of a case. Computed once per
store, seed and split, and cached beside the store.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from itdr.builders.core import arrow
from itdr.builders.sampling import popularity, statements
from itdr.builders.store import derived

if TYPE_CHECKING:
    import pyarrow as pa

    from itdr.builders.store.reader import StoreReader

COLUMNS = {"work": np.int32, "user_code": np.int32, "first_time": np.int64}


@dataclass(frozen=True, eq=False)
class EventIndex:
    """Parallel columns, one entry per (work, user), ascending by time.

    Attributes:
        works, users: codes (int32).
        times: UTC seconds (int64).
    """

    works: np.ndarray
    users: np.ndarray
    times: np.ndarray

    def __len__(self) -> int:
        return len(self.times)


def event_index(
    store: StoreReader,
    seed: int | None,
    cuts: tuple[int, int] | None = None,
    held: int = 0,
    kept_apart: int | None = None,
) -> EventIndex:
    """The events of the training part's users; of all users where time splits the data.

    Args:
        store: a store whose interactions have times.
        seed: of the hash that assigns users to splits.
        cuts: the time cuts, if there are any; each split then sees its own span of the index.
        held: with leave-one-out, how many events of a user are test, and as many validation; with cuts,
            how many of the last before the first cut are validation. They are left out.
        kept_apart: with cuts, the validation users of this seed are left out; None: nobody is.

    Returns:
        The index, whose columns are views of a mapped file.
    """
    part = seed if cuts is None and not held else None
    until = cuts[0] if cuts and held else None
    facts = (part, until, held, kept_apart, *store.selection_facts)
    path = derived.derived_path(store, "events", facts)
    stats = popularity.stats_path(store, seed, None, held, kept_apart)
    # Without cuts the same meetings are what training knows: one pass serves both.
    beside = () if cuts is not None or stats.exists() else (stats,)

    def write(work: Path) -> None:
        from itdr.builders.store.engine import open_engine

        with contextlib.closing(open_engine(work)) as engine:
            popularity.register_touches(
                engine, store, part, until, held, kept_apart, also_later=True
            )
            for one in beside:
                popularity.write_stats(engine, work / one.name)
            events = _showable(store, engine.batches(statements.EVENTS_IN_TIME))
            columns = _write_columns(events, work)
        # The engine's memory is free again: all columns are mapped now.
        _join_columns(columns, work / path.name)

    derived.build_once(path, write, beside)
    table = arrow.read(path)
    if not len(table):
        return EventIndex(*(np.zeros(0, kind) for kind in COLUMNS.values()))
    return EventIndex(*(table.column(name).chunk(0).to_numpy() for name in COLUMNS))


def _showable(
    store: StoreReader, batches: Iterable[pa.RecordBatch]
) -> Iterator[dict[str, np.ndarray]]:
    """The columns of each batch, without works that are never shown."""
    for batch in batches:
        # By position: `user` and `time` are reserved words in some SQL dialects.
        columns = {name: batch.column(k).to_numpy() for k, name in enumerate(COLUMNS)}
        mask = store.title_code[columns["work"]] >= 0
        yield {name: column[mask] for name, column in columns.items()}


def _write_columns(batches: Iterable[dict[str, np.ndarray]], folder: Path) -> dict[str, Path]:
    """Write each column to a file of its own, which grows batch by batch; the files by column."""
    files = {name: folder / f"{name}.bin" for name in COLUMNS}
    with contextlib.ExitStack() as stack:
        sinks = {name: stack.enter_context(path.open("wb")) for name, path in files.items()}
        for batch in batches:
            for name, kind in COLUMNS.items():
                sinks[name].write(np.ascontiguousarray(batch[name], kind).data)
    return files


def _join_columns(files: dict[str, Path], path: Path) -> None:
    """Copy columns into one file, each as one chunk, which can be read as a plain array."""
    import pyarrow as pa

    arrays = []
    for name, kind in COLUMNS.items():
        size = files[name].stat().st_size
        mapped = np.memmap(files[name], kind, "r") if size else np.zeros(0, kind)
        buffer = pa.py_buffer(mapped)
        arrays.append(pa.Array.from_buffers(pa.from_numpy_dtype(kind), len(mapped), [None, buffer]))
    arrow.write_table(pa.Table.from_arrays(arrays, list(COLUMNS)), path)
