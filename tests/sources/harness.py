"""Runs one reader over a folder of raw files, and checks the types of what it returns."""

from __future__ import annotations

import functools
import importlib
import itertools
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from itdr.builders.core import schema
from itdr.builders.core.duckdb_csv import csv_rejects
from itdr.builders.core.raw_files import Raw
from itdr.builders.sources.amazon_books import TITLE_FUNCTION
from itdr.builders.store.build import limits
from itdr.builders.store.plain_files import plain_files

Lines = list[str]
PAIRS = pa.list_(pa.struct([("name", pa.string()), ("value", pa.string())]))
TYPES: dict[str, pa.DataType] = {
    "rating": pa.float32(),
    "timestamp": pa.int64(),
    "seq": pa.int32(),
    "weight": pa.float32(),
    "year": pa.int16(),
    "categories": pa.list_(pa.string()),
    "creators": pa.list_(pa.string()),
    "attributes": PAIRS,
    "hidden": pa.bool_(),
    "age": pa.int16(),
    "birth_year": pa.int16(),
}
"""Types of the canonical columns; those not named are strings."""

EVENTS = {"rate", "review", "click", "skip", "comment", "listen", "play", "implicit"}


_numbers = itertools.count()


def edited(source: Path, tmp_path: Path, name: str, edit: Callable[[Lines], Lines]) -> Path:
    """A folder with a copy of a source's files in which the lines below the header of one were edited."""
    folder = tmp_path / source.name
    folder.mkdir()
    for path in source.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    head, *lines = (folder / name).read_bytes().decode().splitlines()
    (folder / name).write_bytes("\n".join([head, *edit(lines), ""]).encode())
    return tmp_path


@functools.cache
def _engine(threads: int | None) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": threads} if threads else {})


@contextmanager
def fresh_database(threads: int | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection of its own to an empty database of its own, in an engine that these tests share: to start
    an engine takes longer than reading a small file with it.

    threads: those of the engine; by default as many as the machine has cores.
    """
    con = _engine(threads).cursor()
    name = f"fresh_{next(_numbers)}"
    con.execute(f"ATTACH ':memory:' AS {name}")
    con.execute(f"USE {name}")
    try:
        yield con
    finally:
        # Functions written in Python are the engine's, of whichever database.
        with suppress(duckdb.InvalidInputException):
            con.remove_function(TITLE_FUNCTION)
        con.execute("USE memory")
        con.execute(f"DETACH {name}")
        con.close()


def load(source: str | schema.Source) -> schema.Source:
    """The declaration of that id."""
    if isinstance(source, schema.Source):
        return source
    name = source.replace("-", "_")
    return importlib.import_module(f"itdr.builders.sources.{name}").SOURCE


def find(
    source: schema.Source, folder: Path, facet: str = "base", domain: str | None = None
) -> dict[str, Path]:
    """Unpacked raw files by key: the declared name, its base name or an alias, in `folder`."""
    found = {}
    for file in source.files_for(facet, domain):
        for name in (file.name, Path(file.name).name, *file.aliases):
            if (folder / name).is_file():
                found[file.key] = folder / name
                break
    return found


def plain(source: schema.Source, paths: dict[str, Path], scratch: Path) -> dict[str, Path]:
    """The files as a build hands them to readers: unpacked, in UTF-8, in lines that end with LF."""
    return {key: file.path for key, file in plain_files(source, paths, scratch).items()}


def read(
    source: str | schema.Source,
    folder: Path,
    table: str,
    facet: str = "base",
    domain: str | None = None,
) -> tuple[pa.Table, dict[str, int]]:
    """Good rows in the order read, and rejected rows by reason."""
    declared = load(source)
    reader = getattr(declared.readers, table)
    with tempfile.TemporaryDirectory() as scratch, fresh_database() as con:
        paths = plain(declared, find(declared, folder, facet, domain), Path(scratch))
        raw = Raw(declared.id, paths, con, domain=domain, facet=facet)
        result: Any = reader(raw)
        rows = _table(result)
        rows = _within_limits(declared, con, table, rows)
        rejects = Counter(csv_rejects(con, table))
    for (of, reason), number in raw.rejects.items():
        assert of == table, f"{of!r} counted while {table!r} was read"
        rejects[reason] += number
    if "reject" in rows.column_names:
        reasons = rows.column("reject")
        assert reasons.type in (pa.string(), pa.null()), reasons.type
        for entry in pc.value_counts(pc.drop_null(reasons)).to_pylist():
            rejects[entry["values"]] += entry["counts"]
        rows = rows.filter(pc.is_null(reasons)).drop_columns(["reject"])
    rows = _ids_as_text(rows)
    if "emptied" in rows.column_names:
        assert rows.column("emptied").type in (pa.string(), pa.null())
        rows = rows.drop_columns(["emptied"])
    check(declared, table, rows)
    return rows, dict(rejects)


def notes(source: str, folder: Path, table: str, **edition: Any) -> list[dict[str, Any]]:
    """What a reader gives, row by row, with its columns `reject` and `emptied`.

    edition: `facet` and `domain`.
    """
    declared = load(source)
    with tempfile.TemporaryDirectory() as scratch, fresh_database() as con:
        paths = plain(declared, find(declared, folder, **edition), Path(scratch))
        found = _table(getattr(declared.readers, table)(Raw(declared.id, paths, con, **edition)))
    none = {"reject": None, "emptied": None}
    return [{**none, **row} for row in found.to_pylist()]


def _within_limits(
    source: schema.Source, con: duckdb.DuckDBPyConnection, table: str, rows: pa.Table
) -> pa.Table:
    """The rows with the reasons that every build adds for malformed ids, and ratings and times off limits."""
    reasons = limits.malformed_ids_sql(source, rows.column_names)
    if table == "interactions":
        reasons += limits.beyond_sql(source, rows.column_names)
    if not reasons:
        return rows
    own = "reject" if "reject" in rows.column_names else "NULL"
    con.register("rows_read", rows)
    whole = f"CAST(coalesce({', '.join([own, *reasons])}) AS VARCHAR)"
    chosen = con.sql(f"SELECT {whole} AS reject FROM rows_read").to_arrow_table()
    con.unregister("rows_read")
    if "reject" in rows.column_names:
        rows = rows.drop_columns(["reject"])
    return rows.append_column("reject", chosen.column("reject"))


def _ids_as_text(rows: pa.Table) -> pa.Table:
    """Ids are texts; a reader may give those that its format says are numbers as such."""
    for place, field in enumerate(rows.schema):
        if field.name in ("user_id", "item_id") and field.type == pa.int32():
            rows = rows.set_column(place, field.name, rows.column(place).cast(pa.string()))
    return rows


def check(source: schema.Source, table: str, rows: pa.Table) -> None:
    """Assert that columns are canonical, declared, of their types, and hold no empty text."""
    for field in rows.schema:
        assert field.name in schema.COLUMNS[table], f"{table}.{field.name} is not canonical"
        declared = f"{table}.{field.name}" in source.columns
        assert declared or field.name in ("event", "hidden", "domain", *_ids(table)), (
            f"{table}.{field.name} is read but not declared"
        )
        expected = TYPES.get(field.name, pa.string())
        assert field.type.equals(expected), f"{field.name}: {field.type}, expected {expected}"
        column = rows.column(field.name)
        if field.name.endswith("_id"):
            assert column.null_count == 0, f"{field.name} is null in a good row"
        if field.type == pa.string():
            trimmed = pc.utf8_trim_whitespace(column)
            assert not pc.any(pc.equal(trimmed, "")).as_py(), f"{field.name}: empty text"
        if field.name == "event":
            assert set(pc.unique(column).to_pylist()) <= EVENTS
    for column in source.columns:
        of, name = column.split(".")
        if of == table:
            assert name in rows.column_names, f"{column} is declared but not read"


def real(source: str) -> Path:
    """The folder of that source's real raw files; skips the test where there is none."""
    base = os.environ.get("ITDR_RAW")
    if not base or not (Path(base) / source).is_dir():
        pytest.skip("ITDR_RAW names no folder with real raw files of this source")
    return Path(base) / source


def rows(table: pa.Table, *places: int) -> list[dict[str, Any]]:
    """Rows at these places, negative from the end, as dicts; for golden tests."""
    return [table.slice(place % len(table), 1).to_pylist()[0] for place in places]


def _ids(table: str) -> tuple[str, ...]:
    return {
        "interactions": ("user_id", "item_id"),
        "items": ("item_id",),
        "users": ("user_id",),
    }.get(table, ("user_id", "item_id"))


def _table(result: Any) -> pa.Table:
    if isinstance(result, duckdb.DuckDBPyRelation):
        return result.to_arrow_table()
    batches = list(result)
    assert batches, "a reader yields at least one batch, also for a file without rows"
    for batch in batches:
        assert isinstance(batch, pa.RecordBatch)
        assert batch.num_rows <= 1 << 17, f"a batch of {batch.num_rows} rows is not bounded"
    return pa.Table.from_batches(batches)
