"""Likers, dislikers and fans among them, for all works and traits of a store: counted once per seed.

Set by set in the engine, with bounded memory, and kept beside the store's other derived data. Only
users of the training part are counted, also on works of the other parts.
"""

from __future__ import annotations

from pathlib import Path

from itdr.builders.core import arrow
from itdr.builders.evidence import comments, verdicts
from itdr.builders.evidence import traits as _traits
from itdr.builders.evidence.audiences import statements as sql_groups
from itdr.builders.evidence.audiences.judges import Counts
from itdr.builders.store import derived
from itdr.builders.store.reader import StoreReader


def counts(store: StoreReader, seed: int) -> Counts:
    """The counts for a seed's user split, made first where they are not there yet."""
    return store.shared(("groups", seed), lambda: Counts(_prepared(store, seed)))


def _prepared(store: StoreReader, seed: int) -> Path:
    folder = derived.file_of(store, "groups", (seed,), suffix="")
    return derived.made(folder, lambda work: _make(store, seed, work / folder.name))


def _make(store: StoreReader, seed: int, folder: Path) -> None:
    """Write the files into `folder`; what does not fit into memory lies beside it."""
    from itdr.builders.store.engine import open_engine, table_of

    folder.mkdir()
    engine = open_engine(folder.parent)
    try:
        found = _traits.traits(store)
        comments.register(engine, store, seed)
        engine.register("carries", found.carries)
        engine.register("belongs", found.belongs)
        engine.keep("judged", sql_groups.judged(verdicts.verdicts(store)))
        engine.keep("people", sql_groups.PEOPLE)
        engine.keep("met", sql_groups.MET)
        engine.keep("trait_likes", sql_groups.TRAIT_LIKES)
        total = table_of(engine, sql_groups.TOTAL).column("likes")[0].as_py()
        engine.keep("tastes", sql_groups.tastes(total))
        known = {
            row.pop("trait"): tuple(row.values())
            for query in (sql_groups.FANS, sql_groups.MEMBERS)
            for row in table_of(engine, query).to_pylist()
        }
        rows = [(*name, *known.get(code, (0, 0, 0))) for code, name in enumerate(found.names)]
        comments.write_batches(engine.batches(sql_groups.MET_IN_ORDER), folder / "met.arrow")
        comments.write_batches(engine.batches(sql_groups.PAIRS), folder / "pairs.arrow")
        _write_traits(rows, folder / "traits.arrow")
    finally:
        engine.close()


def _write_traits(rows: list[tuple[str, str, int, int, int]], path: Path) -> None:
    import pyarrow as pa

    names = ("kind", "value", "users", "likes", "dislikes")
    types = (pa.string(), pa.string(), pa.int64(), pa.int64(), pa.int64())
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    arrays = [pa.array(column, kind) for column, kind in zip(columns, types, strict=True)]
    table = pa.table(arrays, names=list(names))
    arrow.write_table(table, path)
