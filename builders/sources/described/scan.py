"""The files of a table as something to select from, in each format, with the types of its columns."""

from __future__ import annotations

import contextlib
import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itdr.builders.core import duckdb_csv
from itdr.builders.core.duckdb_csv import literal
from itdr.builders.core.errors import ConfigError, RawFileError, choose_from
from itdr.builders.sources.described.declaration import ENCODINGS, Table
from itdr.builders.sources.described.files import Resolved, written

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from itdr.builders.core.raw_files import Raw

BATCH = 1 << 16
LOOKED_AT = 20_000
"""Records of JSON whose names are looked at."""
DELIMITERS = {"csv": ",", "tsv": "\t", "recbole": "\t"}
TYPES = ("token", "token_seq", "float", "float_seq")
"""What a column of an atomic file may be. [RecBole, docs: atomic files]"""


_ID_FIELDS = (("user_id",), ("item_id",))


def nested(name: str, kind: str) -> str:
    """What to say of a column of ids that holds several values in one; "" for one of single values.

    Args:
        name: the column.
        kind: its SQL type.
    """
    if not kind.endswith("]") and not kind.startswith(("STRUCT", "MAP")):
        return ""
    what = "lists" if kind.endswith("]") else "records"
    return f"{name!r} holds {what}, and an id is one text or number: write a row for each, or name a list as `history`."


@dataclass(frozen=True)
class Scan:
    """What a table is selected from: a FROM clause, and the SQL type of each column.

    Attributes:
        data: the object that the clause names, where DuckDB reads one of Python's.
    """

    clause: str
    types: Mapping[str, str]
    found: Resolved
    table: str
    files: tuple[Path, ...]
    data: Any = None

    def require(self, name: str, *way: str) -> str:
        """The name of a column, if the file has it. Raises `ConfigError` with the nearest ones."""
        if name in self.types:
            if way[:1] in _ID_FIELDS and (what := nested(name, self.types[name])):
                raise self.found.fail(self.table, "columns", *way, message=f"{way[0]}: {what}")
            return name
        raise missing(self.found, self.table, name, self.files[0].name, self.types, *way)


def rows_of(
    raw: Raw, query: str, *scans: Scan
) -> duckdb.DuckDBPyRelation | Iterator[pa.RecordBatch]:
    """The rows of a query over these scans: a relation, or batches where it reads Python's objects,
    which a relation of a database on disk cannot."""
    if all(one.data is None for one in scans):
        return raw.con.sql(query)
    return _batches(raw, query, scans)


def _batches(raw: Raw, query: str, scans: Sequence[Scan]) -> Iterator[pa.RecordBatch]:
    # A connection of its own: the caller's consumes the result meanwhile.
    with contextlib.closing(raw.con.cursor()) as own:
        for one in scans:
            if one.data is not None:
                own.register(one.clause, one.data)
        yield from own.sql(query).to_arrow_reader(BATCH)


def missing(
    found: Resolved, table: str, name: str, file: str, there: Sequence[str] | Mapping, *way: str
) -> ConfigError:
    """The error about a column that a file does not have."""
    message = choose_from(f"column of {file}", name, there)
    return found.fail(table, "columns", *way, message=f"{way[0] if way else table}: {message}")


def scan(raw: Raw, found: Resolved, name: str) -> Scan:
    """Open the files of a table without reading their rows.

    Args:
        raw: the raw files.
        found: the description with its files.
        name: interactions, items, users or tags.

    Returns:
        The files as a FROM clause, with column types.

    Raises:
        RawFileError: where the files are not known on this machine, or cannot be read.
    """
    table = found.table(name)
    assert table is not None
    if found.keys is None or found.formats is None:
        raise RawFileError(
            f"{found.description.id}: its files are not known on this machine: name its description "
            "in `sources`."
        )
    table = written(found, name)
    paths = tuple(raw.path(key) for key in found.keys[name])
    kind = found.formats[name]
    if kind in DELIMITERS:
        return _delimited(raw.con, found, name, table, kind, paths)
    if kind in ("json", "jsonl"):
        return _json(raw.con, found, name, kind, paths)
    if kind == "arrow":
        return _arrow(raw.con, found, name, paths)
    clause = f"read_parquet({_listed(paths)}, union_by_name = true)"
    return Scan(clause, _types(raw.con, found, name, clause, paths), found, name, paths)


def _listed(paths: Sequence[Path]) -> str:
    return f"[{', '.join(literal(path) for path in paths)}]"


def _types(
    con: duckdb.DuckDBPyConnection,
    found: Resolved,
    name: str,
    clause: str,
    paths: Sequence[Path],
) -> dict[str, str]:
    import duckdb

    try:
        rows = con.execute(f"DESCRIBE SELECT * FROM {clause}").fetchall()
    except duckdb.Error as error:
        raise _unreadable(found, name, paths, error) from error
    return {str(row[0]): str(row[1]) for row in rows}


def _unreadable(
    found: Resolved, name: str, paths: Sequence[Path], error: duckdb.Error
) -> ConfigError | RawFileError:
    """The error about files that cannot be opened, or are not of the format that is named or told by their names."""
    import duckdb

    names = ", ".join(str(path) for path in paths[:4])
    if isinstance(error, duckdb.IOException):
        return RawFileError(f"{names}: cannot be read: {str(error).splitlines()[0]}")
    form = (found.formats or {})[name]
    what = f"{names} is not {form}, or is cut off: get the whole file, or"
    if written(found, name).format is None:
        return RawFileError(f"{what} name its `format`.")
    return found.fail(name, "format", message=f"{name}: {what} correct `format`.")


# -- delimited text ------------------------------------------------------------------------------


def _delimited(
    con: duckdb.DuckDBPyConnection,
    found: Resolved,
    name: str,
    table: Table,
    kind: str,
    paths: tuple[Path, ...],
) -> Scan:
    delimiter = table.delimiter or DELIMITERS[kind]
    quote = ("" if kind == "recbole" else '"') if table.quote is None else table.quote
    header = not table.names if table.header is None else table.header
    first = tuple(_first_fields(con, found, name, path, delimiter, quote) for path in paths)
    names = list(table.names) or _unique(first[0])
    for path, fields in zip(paths, first, strict=True):
        if header and fields != first[0]:
            raise RawFileError(
                f"{path}: its header differs from that of {paths[0].name}: files of one table must "
                "have the same columns in the same order."
            )
        if len(fields) != len(names):
            raise RawFileError(
                f"{path}: its first line has {len(fields)} fields where {len(names)} are named; "
                "check `names` and `delimiter`."
            )
    if not header and list(first[0]) == names:
        message = f"{name}: the first line of {paths[0].name} is the same as `names`, so that it is a header: leave `names` out."
        raise found.fail(name, "names", message=message)
    if kind == "recbole":
        names = [_atomic(found, name, paths[0], one) for one in names]
    columns = dict.fromkeys(names, "VARCHAR")
    clause = duckdb_csv.read_csv(
        paths,
        name,
        columns,
        delimiter=delimiter,
        quote=quote,
        header=header,
        encoding=_encoding(table),
    )
    return Scan(clause, columns, found, name, paths)


def _encoding(table: Table) -> str:
    """How DuckDB is to read it: Latin-1 was made UTF-8 before."""
    return "utf-16" if table.encoding == "utf-16" else "utf-8"


def _first_fields(
    con: duckdb.DuckDBPyConnection,
    found: Resolved,
    name: str,
    path: Path,
    delimiter: str,
    quote: str,
) -> tuple[str, ...]:
    """The fields of a file's first line."""
    import duckdb

    if path.stat().st_size == 0:
        raise RawFileError(f"{path}: the file is empty.")
    # One thread: several may give another line first.
    encoding = _encoding(written(found, name))
    clause = duckdb_csv.read_lines(path, "head", header=False, parallel=False, encoding=encoding)
    try:
        rows = con.execute(f"SELECT line FROM {clause} LIMIT 1").fetchall()
    except duckdb.Error as error:
        if not isinstance(error, duckdb.InvalidInputException):
            raise RawFileError(f"{path}: cannot be read: {str(error).splitlines()[0]}") from error
        encoding = written(found, name).encoding
        message = f"{name}: {path} is not {encoding}: correct `encoding` ({', '.join(ENCODINGS)}) or `format`."
        raise found.fail(name, "encoding", message=message) from error
    line = str(rows[0][0] if rows and rows[0][0] is not None else "").lstrip("\ufeff")
    if "\0" in line:
        raise RawFileError(f"{path}: this is no text file: check `format` and `encoding`.")
    if len(delimiter) == 1 and quote:
        return tuple(next(csv.reader([line], delimiter=delimiter, quotechar=quote), ()))
    return tuple(line.split(delimiter))


def _unique(names: Sequence[str]) -> list[str]:
    """The names of a header, empty and repeated ones told apart by their number."""
    result: list[str] = []
    for place, name in enumerate(names, 1):
        name = name.strip() or f"column{place}"
        result.append(f"{name}_{place}" if name in result else name)
    return result


def _atomic(found: Resolved, table: str, path: Path, field: str) -> str:
    """The name of a column in the header of an atomic file, as `user_id:token`."""
    column = atomic_column(field)
    if column is None:
        message = (
            f"{path.name} is no atomic file: {field!r} in its header should end with "
            f"{', '.join(f':{one}' for one in TYPES)}."
        )
        raise found.fail(table, "file", message=message)
    return column[0]


def atomic_column(field: str) -> tuple[str, str] | None:
    """What the header of an atomic file says of a column.

    Args:
        field: as `user_id:token`.

    Returns:
        The column's name and type (one of `TYPES`); None for what is no such header.
    """
    name, _, kind = field.rpartition(":")
    return (name, kind) if name and kind in TYPES else None


# -- the other formats ---------------------------------------------------------------------------


def _json(
    con: duckdb.DuckDBPyConnection, found: Resolved, name: str, kind: str, paths: tuple[Path, ...]
) -> Scan:
    """JSON, of which only the columns that are used are read, as text."""
    form = "newline_delimited" if kind == "jsonl" else "auto"
    looked = f"read_json({_listed(paths)}, format = '{form}', ignore_errors = {_bad_lines(kind)}, sample_size = {LOOKED_AT}, maximum_depth = 1)"
    there = _types(con, found, name, looked, paths)
    columns = ", ".join(f"{literal(one)}: 'VARCHAR'" for one in there)
    clause = (
        f"read_json({_listed(paths)}, format = '{form}', ignore_errors = {_bad_lines(kind)}, "
        f"columns = {{{columns}}})"
    )
    return Scan(clause, dict.fromkeys(there, "VARCHAR"), found, name, paths)


def _bad_lines(kind: str) -> str:
    """Whether a line that is no JSON is left out (it becomes a row without values)."""
    return "true" if kind == "jsonl" else "false"


def _arrow(
    con: duckdb.DuckDBPyConnection, found: Resolved, name: str, paths: tuple[Path, ...]
) -> Scan:
    import pyarrow as pa
    import pyarrow.dataset as ds

    try:
        data = ds.dataset([str(path) for path in paths], format="feather")
    except (pa.ArrowInvalid, OSError) as error:
        raise RawFileError(f"{paths[0]}: no Arrow or feather file ({error}).") from error
    view = f"{name}_arrow"
    con.register(view, data)
    types = _types(con, found, name, view, paths)
    con.unregister(view)
    return Scan(view, types, found, name, paths, data)
