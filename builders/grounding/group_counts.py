"""Likers, dislikers and fans among them, for all works and traits of a store: counted once per seed.

Set by set in the engine, with bounded memory, and kept beside the store's other derived data. Only
users of the training part are counted, also on works of the other parts.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from itdr.builders.columns import Store
from itdr.builders.grounding import group_sql as sql_groups
from itdr.builders.grounding import liking
from itdr.builders.grounding import traits as _traits
from itdr.builders.grounding.comments import register, write_batches
from itdr.builders.grounding.group_judges import Counts
from itdr.builders.hashing import stable_hash
from itdr.builders.store import files_fingerprint


def counts(store: Store, seed: int) -> Counts:
    """The counts for a seed's user split, made first where they are not there yet."""
    return store.shared(("groups", seed), lambda: Counts(_prepared(store, seed)))


def _prepared(store: Store, seed: int) -> Path:
    here = Path(__file__).resolve()
    names = (here, here.with_name("liking.py"), here.with_name("traits.py"))
    code = files_fingerprint((*names, Path(sql_groups.__file__)))
    folder = store.derived(f"groups-{stable_hash('groups', seed, code):016x}")
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix="groups-", dir=folder.parent))
        try:
            _make(store, seed, made)
            # Another process may have been faster: what it made is the same.
            if not folder.exists():
                os.replace(made, folder)
        except OSError:
            if not folder.exists():
                raise
        finally:
            shutil.rmtree(made, ignore_errors=True)
    return folder


def _make(store: Store, seed: int, folder: Path) -> None:
    from itdr.builders.engine import open_engine, table_of

    engine = open_engine(folder)
    try:
        found = _traits.traits(store)
        register(engine, store, seed)
        engine.register("carries", found.carries)
        engine.register("belongs", found.belongs)
        engine.keep("judged", sql_groups.judged(liking.verdicts(store)))
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
        write_batches(engine.batches(sql_groups.MET_IN_ORDER), folder / "met.arrow")
        write_batches(engine.batches(sql_groups.PAIRS), folder / "pairs.arrow")
        _write_traits(rows, folder / "traits.arrow")
    finally:
        engine.close()
        shutil.rmtree(folder / "spill", ignore_errors=True)


def _write_traits(rows: list[tuple[str, str, int, int, int]], path: Path) -> None:
    import pyarrow as pa

    names = ("kind", "value", "users", "likes", "dislikes")
    types = (pa.string(), pa.string(), pa.int64(), pa.int64(), pa.int64())
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    arrays = [pa.array(column, kind) for column, kind in zip(columns, types, strict=True)]
    table = pa.table(arrays, names=list(names))
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as out:
        out.write_table(table)
