"""Raw files of one source -> the files of a store: sorted interactions, items, users, tags.

Ids become dense codes in the order of a stable hash: codes are a random permutation of the users
that does not depend on the order of raw rows, so any run of consecutive codes is a random sample,
and a sample of users is a run of consecutive rows on disk.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from itdr.builders import sql
from itdr.builders.checks import csv_rejects, literal
from itdr.builders.declare import COLUMNS, EVENTS, Source
from itdr.builders.errors import RawFileError
from itdr.builders.hashing import hash_ids
from itdr.builders.works import title_key, work_key

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from itdr.builders.raw import Raw

ROW_GROUP = 65_536
"""Interactions to a row group: small enough to be read for one user, large enough to compress."""


def build(source: Source, raw: Raw, folder: Path) -> dict[str, Any]:
    """Read the raw files into `folder`; returns the manifest's `rows`, `rejected` and `columns`."""
    rejected: Counter[tuple[str, str]] = Counter()
    staged = {
        table: stage(source, raw, table, rejected, folder / "work" / f"{table}.parquet")
        for table in COLUMNS
    }
    if "interactions" not in staged or not staged["interactions"]:
        raise RawFileError(f"{source.id}: its reader gave no interactions.")
    con = raw.con
    numbers = name_ids(con)
    events = event_names(con, staged["interactions"])
    counts = _code_ids(source, con)
    if not counts["interactions"]:
        raise unusable(source, raw.paths.values(), rejected)
    only = EVENTS.index(events[0]) if len(events) == 1 else None
    query = sql.sorted_events(staged["interactions"], numbers, only)
    _write_parquet(con, query, folder / "interactions.parquet")
    _write_users(con, staged.get("users") or (), folder / "users.arrow")
    _write_items(source, con, staged.get("items") or (), folder / "items.arrow")
    if staged.get("tags"):
        _write_parquet(con, sql.SORTED_TAGS, folder / "tags.parquet")
    rejected.update(raw.rejects)
    return {
        "rows": {**raw_counts(con, staged), **counts},
        "rejected": by_table(rejected),
        "columns": {table: sorted(names) for table, names in staged.items() if names},
        "events": events,
    }


def unusable(
    source: Source, paths: Iterable[Path], rejected: Mapping[tuple[str, str], int]
) -> RawFileError:
    """The error of files without a single good interaction."""
    files = ", ".join(str(path) for path in paths)
    return RawFileError(
        f"{source.id}: no usable interaction in {files}; rejected: "
        f"{ {reason: n for (_, reason), n in sorted(rejected.items())} or 'nothing' }. "
        "The files are empty or not what they should be: put the official files in place."
    )


def stage(
    source: Source,
    raw: Raw,
    table: str,
    rejected: Counter[tuple[str, str]],
    file: Path | None = None,
) -> tuple[str, ...]:
    """Copy a reader's rows into `<table>_raw` (those of interactions into `interactions_staged`);
    returns the canonical columns it fills.

    file: where to put the interactions, which takes less time than a table of the engine does, and
    no memory; None: a table.
    """
    copy = "interactions_staged" if table == "interactions" else f"{table}_raw"
    reader = getattr(source.readers, table)
    if reader is None:
        return ()
    import duckdb

    try:
        rows = reader(raw)
        if rows is None:
            return ()
        types = _columns_of(rows, raw.con, table)
        names = list(types)
        unknown = set(names) - set(COLUMNS[table]) - {"reject"}
        if unknown:
            raise RawFileError(f"{source.id}: its {table} reader gave unknown columns {unknown}.")
        many = table == "interactions"
        kept = [sql.staged(*of) for of in types.items()] if many else names
        fields = ", ".join(kept) + (
            "" if "reject" in names else ", CAST(NULL AS VARCHAR) AS reject"
        )
        query = f"SELECT {fields} FROM {table}_reader"
        if many and file is not None:
            # Long texts are worth packing; numbers are written faster than packed.
            packing = "snappy" if "text" in names else "uncompressed"
            _copy(raw.con, query, file, f"COMPRESSION {packing}")
            raw.con.execute(f"CREATE VIEW {copy} AS SELECT * FROM read_parquet({literal(file)})")
        else:
            raw.con.execute(f"CREATE TABLE {copy} AS {query}")
    except duckdb.OutOfMemoryException as error:
        raise RawFileError(
            f"{source.id}: not enough memory or disk to read its {table}: {error}. Free some space, "
            "or raise ITDR_MEMORY (now the limit of the engine)."
        ) from error
    except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.IOException) as error:
        _, ours, told = str(error).partition("RawFileError: ")
        if ours:
            # Raised by a reader while its rows were taken in: the engine only passed it on.
            raise RawFileError(told.splitlines()[0]) from error
        files = ", ".join(sorted({str(path) for path in raw.paths.values()}))
        raise RawFileError(
            f"{source.id}: cannot read the {table} from {files}: {str(error).splitlines()[0]} "
            "The file is damaged or not the official one: put the official file in place."
        ) from error
    raw.con.execute(f"DROP VIEW IF EXISTS {table}_reader")
    for reason, n in raw.con.execute(sql.REJECTS.format(table=copy)).fetchall():
        rejected[table, reason] += n
    for reason, n in csv_rejects(raw.con, table).items():
        rejected[table, reason] += n
    return tuple(name for name in names if name != "reject")


def _columns_of(rows: Any, con: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """Make the view `<table>_reader` of a relation or of record batches; its columns' SQL types."""
    if hasattr(rows, "create_view"):
        rows.create_view(f"{table}_reader", replace=True)
        return dict(zip(rows.columns, map(str, rows.types), strict=True))
    reader = _batch_reader(rows)
    con.register(f"{table}_reader", reader)
    return dict.fromkeys(reader.schema.names, "")


def _batch_reader(batches: Iterable[pa.RecordBatch]) -> pa.RecordBatchReader:
    import itertools

    import pyarrow as pa

    stream = iter(batches)
    first = next(stream, None)
    if first is None:
        raise RawFileError("A raw file holds no record at all: put the official file in place.")
    return pa.RecordBatchReader.from_batches(first.schema, itertools.chain([first], stream))


def name_ids(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Make the view `interactions_raw`; returns the id columns that hold none but numbers."""
    there = {row[0] for row in con.execute("DESCRIBE interactions_staged").fetchall()}
    mixed = [column for column, name in sql.IDS_OF.items() if f"{name}_text" in there]
    texts = dict.fromkeys(sql.IDS_OF, 0)
    if mixed:
        counts = ", ".join(f"count({sql.IDS_OF[column]}_text)" for column in mixed)
        query = f"SELECT {counts} FROM interactions_staged WHERE reject IS NULL"
        texts.update(zip(mixed, con.execute(query).fetchall()[0], strict=True))
    numbers = [column for column, n in texts.items() if not n]
    con.execute(f"CREATE VIEW interactions_raw AS {sql.interactions(numbers)}")
    return numbers


def _code_ids(source: Source, con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Give users and items their codes; returns how many there are, and how many interactions."""
    import pyarrow as pa

    counts = {}
    for table, column in (("user_codes", "user_id"), ("item_codes", "item_id")):
        ids = con.sql(sql.IDS.format(id=column)).to_arrow_table()
        names = ids.column("id")
        purpose = f"{source.id}/{column}"
        hashes = np.concatenate(
            [np.zeros(0, np.uint64)]
            + [hash_ids(purpose, chunk.to_pylist()) for chunk in names.chunks]
        )
        order = np.lexsort((np.arange(len(hashes)), hashes))
        if len(hashes) and len(np.unique(hashes)) != len(hashes):
            # Two ids of one hash (1 in 10**7 for 2 million ids): the id itself decides.
            order = np.array(sorted(order, key=lambda k: (hashes[k], names[k].as_py())))
        coded = pa.table(
            {
                "code": pa.array(np.arange(len(order), dtype=np.int32)),
                "id": names.take(pa.array(order)).combine_chunks(),
                "hash": pa.array(hashes[order].view(np.int64)),
                "n": ids.column("n").take(pa.array(order)).combine_chunks(),
            }
        )
        con.register("coded", coded)
        con.execute(
            f"CREATE TABLE {table} AS SELECT *, TRY_CAST(id AS INTEGER) AS number FROM coded"
        )
        con.unregister("coded")
        counts[column.replace("_id", "s")] = len(order)
        counts["interactions"] = int(coded.column("n").to_numpy().sum())
    return counts


def _write_parquet(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    options = f"COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE {ROW_GROUP}"
    _copy(con, query, path, options)


def _copy(con: duckdb.DuckDBPyConnection, query: str, path: Path, options: str) -> None:
    con.execute(f"COPY ({query}) TO {literal(path)} (FORMAT parquet, {options})")


def _write_users(con: duckdb.DuckDBPyConnection, columns: Iterable[str], path: Path) -> None:
    """Users by code: id, hash, where their rows start and how many there are, attributes."""
    import pyarrow as pa

    table = con.sql(
        sql.one_row_each("users_raw", "user_id", "user_codes", tuple(columns))
    ).to_arrow_table()
    codes = con.sql("SELECT hash, n FROM user_codes ORDER BY code").to_arrow_table()
    n = codes.column("n").to_numpy().astype(np.int64)
    start = np.concatenate([[0], np.cumsum(n)[:-1]]).astype(np.int64)
    table = table.append_column("hash", codes.column("hash"))
    table = table.append_column("start", pa.array(start))
    table = table.append_column("n", pa.array(n.astype(np.int32)))
    _write_ipc(table, path)


def _write_items(
    source: Source, con: duckdb.DuckDBPyConnection, columns: Iterable[str], path: Path
) -> None:
    """Items by code: id, hash, what is known of them, their work, and whether they can be shown."""
    import pyarrow as pa

    table = con.sql(
        sql.one_row_each("items_raw", "item_id", "item_codes", tuple(columns))
    ).to_arrow_table()
    codes = con.sql("SELECT hash, n FROM item_codes ORDER BY code").to_arrow_table()
    table = table.append_column("hash", codes.column("hash"))
    table = table.append_column("n", codes.column("n").cast("int32"))
    names = set(table.column_names)
    hidden = table.column("hidden").to_pylist() if "hidden" in names else None
    by_id = source.options.get("work") == "id"
    works: dict[str, int] = {}
    titles: dict[str, int] = {}
    work = np.empty(len(table), np.int32)
    title_code = np.full(len(table), -1, np.int32)
    code = 0
    for batch in table.to_batches(max_chunksize=65_536):
        ids = batch.column("item_id").to_pylist()
        shown = batch.column("title").to_pylist() if "title" in names else [None] * len(ids)
        makers = batch.column("creators").to_pylist() if "creators" in names else [None] * len(ids)
        for item_id, title, maker in zip(ids, shown, makers, strict=True):
            key = work_key(item_id, title, maker[0] if maker else None, by_id)
            work[code] = works.setdefault(key, code)
            if title and not (hidden and hidden[code]):
                title_code[code] = titles.setdefault(title_key(title), len(titles))
            code += 1
    table = table.append_column("work", pa.array(_led_by_shown(work, title_code)))
    table = table.append_column("title_code", pa.array(title_code))
    _write_ipc(table, path)


def _led_by_shown(work: np.ndarray, title_code: np.ndarray) -> np.ndarray:
    """Works named by their first item that can be shown (else by their first item)."""
    leader = np.arange(len(work), dtype=np.int32)
    members = np.flatnonzero((work != leader) & (title_code >= 0))
    for item in members:
        head = work[item]
        if title_code[leader[head]] < 0:
            leader[head] = item
    return leader[work]


def _write_ipc(table: pa.Table, path: Path) -> None:
    import pyarrow as pa

    table = table.combine_chunks()
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def raw_counts(
    con: duckdb.DuckDBPyConnection, staged: dict[str, tuple[str, ...]]
) -> dict[str, int]:
    counts = {}
    for table, names in staged.items():
        if names:
            row = con.execute(f"SELECT count(*) FROM {table}_raw").fetchall()
            counts[f"{table}_read"] = int(row[0][0])
    return counts


def event_names(con: duckdb.DuckDBPyConnection, columns: Iterable[str]) -> list[str]:
    if "event" not in columns:
        return []
    found = con.execute(
        "SELECT DISTINCT event FROM interactions_raw WHERE reject IS NULL AND event IS NOT NULL"
    ).fetchall()
    return sorted(EVENTS[row[0]] for row in found)


def by_table(rejected: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
    result: dict[str, dict[str, int]] = {}
    for (table, reason), n in sorted(rejected.items()):
        result.setdefault(table, {})[reason] = n
    return result
