"""What a file of a table looks like: how it is written, its columns, and examples of their values."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itdr.builders.core.duckdb_csv import literal, read_csv
from itdr.builders.core.errors import RawFileError
from itdr.builders.sources.described.expressions import NULLS, quoted_name, text
from itdr.builders.sources.described.files import kind_of
from itdr.builders.sources.described.scan import atomic_column

if TYPE_CHECKING:
    import duckdb

LOOKED_AT = 20_000
"""Rows from a file's start whose values are looked at."""
EXAMPLES = 500
TYPED = ("parquet", "arrow")
"""Formats that are no text."""


@dataclass(frozen=True)
class FileProfile:
    """A file as it was found.

    Attributes:
        form: its format.
        written: the fields of a description that say how it is written.
        types: the SQL type of each column.
        clause: what it is selected from, all text as text.
        whole: look at all rows, so that their order does not matter.
    """

    con: duckdb.DuckDBPyConnection
    path: Path
    form: str
    written: dict[str, Any]
    types: dict[str, str]
    clause: str
    rows: int
    whole: bool = False

    @property
    def looked_at(self) -> str:
        """A FROM clause for the rows whose values are looked at."""
        return self.clause if self.whole else f"(SELECT * FROM {self.clause} LIMIT {LOOKED_AT})"

    @functools.cached_property
    def examples(self) -> dict[str, list[str]]:
        """Values of each column as text, those that stand for no value left out."""
        nulls = ", ".join(literal(one) for one in NULLS)
        by_column = {}
        for name in self.types:
            value = f"trim(CAST({quoted_name(name)} AS VARCHAR))"
            rows = self.con.execute(
                f"SELECT DISTINCT {value} FROM {self.looked_at} "
                f"WHERE {value} NOT IN ({nulls}) ORDER BY 1 LIMIT {EXAMPLES}"
            ).fetchall()
            by_column[name] = [str(row[0]) for row in rows]
        return by_column

    def counts(self, name: str, most: int) -> dict[str, int] | None:
        """Count the values of a column.

        Args:
            name: the column.
            most: give up where there are more values than this.

        Returns:
            Rows by value, values as text; None where there are too many.
        """
        value = f"trim(CAST({quoted_name(name)} AS VARCHAR))"
        nulls = ", ".join(literal(one) for one in NULLS)
        rows = self.con.execute(
            f"SELECT {value}, count(*) FROM {self.clause} WHERE {value} NOT IN ({nulls}) "
            f"GROUP BY 1 LIMIT {most + 1}"
        ).fetchall()
        return None if len(rows) > most else {str(row[0]): int(row[1]) for row in sorted(rows)}

    def share_in(self, name: str, other: FileProfile, column: str) -> float:
        """How many of a column's values occur in a column of another file.

        Args:
            name: the column.
            other: the other file.
            column: its column.

        Returns:
            A share, 0 to 1, of the first `EXAMPLES` distinct values.
        """
        mine = text(quoted_name(name), self.types[name])
        there = text(quoted_name(column), other.types[column])
        rows = self.con.execute(
            f"SELECT count(*), count(o.v) FROM (SELECT DISTINCT {mine} AS v "
            f"FROM {self.clause} ORDER BY v LIMIT {EXAMPLES}) AS mine LEFT JOIN "
            f"(SELECT DISTINCT {there} AS v FROM {other.clause}) AS o ON o.v = mine.v"
        ).fetchall()
        return rows[0][1] / rows[0][0] if rows[0][0] else 0.0


def profile(con: duckdb.DuckDBPyConnection, path: Path, whole: bool = False) -> FileProfile:
    """Look at a file.

    Args:
        con: a connection in memory.
        path: the file.
        whole: look at the values of all rows, not only of the first ones.

    Returns:
        Types, examples and counts by column.

    Raises:
        RawFileError: for what cannot be read or is empty.
    """
    import duckdb

    form = kind_of(path.name)
    format_fields: dict[str, Any] = {}
    try:
        if form in TYPED:
            clause = _typed(con, path, form)
        elif form in ("json", "jsonl"):
            lines = "newline_delimited" if form == "jsonl" else "auto"
            clause = f"read_json({literal(path)}, format = '{lines}', maximum_depth = 2)"
        elif form == "recbole":
            names = dict.fromkeys(atomic_header(path), "VARCHAR")
            clause = read_csv(path, None, names, delimiter="\t", quote="")
        elif path.suffix.lower() == ".zip":
            raise RawFileError(f"{path}: unpack it first, and name the files inside.")
        else:
            form, clause, format_fields = _sniffed(con, path)
        types = {
            str(row[0]): str(row[1])
            for row in con.execute(f"DESCRIBE SELECT * FROM {clause}").fetchall()
        }
        rows = int(con.execute(f"SELECT count(*) FROM {clause}").fetchall()[0][0])
    except duckdb.Error as error:
        if form not in TYPED and _is_binary(path):
            raise _no_text(path) from error
        raise RawFileError(
            f"{path}: cannot be read as a table: {str(error).splitlines()[0]}"
        ) from error
    if not rows and form not in TYPED and _is_binary(path):
        raise _no_text(path)
    if not rows:
        raise RawFileError(f"{path}: there is no row in it.")
    return FileProfile(con, path, str(form), format_fields, types, clause, rows, whole)


def _no_text(path: Path) -> RawFileError:
    """The error about a file that should be text and is not."""
    return RawFileError(
        f"{path}: it is no text: name a table (csv, tsv, json, jsonl, parquet, arrow)."
    )


def _is_binary(path: Path) -> bool:
    """Whether a file begins with bytes that no text has."""
    with path.open("rb") as file:
        return b"\0" in file.read(1_000)


def _typed(con: duckdb.DuckDBPyConnection, path: Path, form: str) -> str:
    if form == "parquet":
        return f"read_parquet({literal(path)})"
    import pyarrow as pa
    import pyarrow.dataset as ds

    view = f"arrow_{abs(hash(str(path)))}"
    try:
        con.register(view, ds.dataset(str(path), format="feather"))
    except pa.ArrowInvalid as error:
        raise RawFileError(f"{path}: no Arrow or feather file ({error}).") from error
    return view


def _sniffed(con: duckdb.DuckDBPyConnection, path: Path) -> tuple[str, str, dict[str, Any]]:
    """Delimited text, by DuckDB's sniffer; what is not UTF-8 is taken for Latin-1."""
    import duckdb

    sniffed = (
        "SELECT Delimiter, Quote, HasHeader, Columns FROM "
        f"sniff_csv({literal(path)}, sample_size = {LOOKED_AT}, encoding = '{{}}')"
    )
    encoding = "utf-8"
    try:
        row = con.execute(sniffed.format(encoding)).fetchall()[0]
    except duckdb.InvalidInputException as error:
        if "unicode" not in str(error).lower() and "utf" not in str(error).lower():
            raise
        encoding = "latin-1"
        row = con.execute(sniffed.format(encoding)).fetchall()[0]
    delimiter, quote, header = str(row[0]), str(row[1]), bool(row[2])
    quote = "" if quote in ("\0", "(empty)") else quote
    names = [str(one["name"]) for one in row[3]]
    form = "tsv" if delimiter == "\t" and kind_of(path.name) != "csv" else "csv"
    format_fields: dict[str, Any] = {}
    if kind_of(path.name) != form:
        format_fields["format"] = form
    if delimiter != {"csv": ",", "tsv": "\t"}[form]:
        format_fields["delimiter"] = delimiter
    if quote not in ("", '"'):
        format_fields["quote"] = quote
    if not header:
        format_fields["names"] = names
    if encoding != "utf-8":
        format_fields["encoding"] = encoding
    columns = dict.fromkeys(names, "VARCHAR")
    quote = quote or '"'
    clause = read_csv(
        path, None, columns, delimiter=delimiter, quote=quote, header=header, encoding=encoding
    )
    return form, clause, format_fields


def atomic_header(path: Path) -> dict[str, str]:
    """The columns of an atomic file of RecBole with their types.

    Args:
        path: the file.

    Returns:
        Types (token, token_seq, float, float_seq) by column.

    Raises:
        RawFileError: for a file of another kind.
    """
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        fields = file.readline().rstrip("\r\n").split("\t")
    columns = [atomic_column(one) for one in fields]
    if None in columns:
        raise RawFileError(
            f"{path}: no atomic file of RecBole: its first line must name columns as "
            f"user_id:token, not {fields[0][:40]!r}."
        )
    return dict(one for one in columns if one)
