"""The first step of a build: a reader's rows are copied into the engine, and what is rejected is counted."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itdr.builders.core import numbers
from itdr.builders.core.csv_quotes import bare_return
from itdr.builders.core.duckdb_csv import csv_rejects, literal, rejected_line
from itdr.builders.core.emptied import AND, implausible, unreadable
from itdr.builders.core.errors import ItdrError, NoRoomError, RawFileError
from itdr.builders.core.paths import disk_is_full
from itdr.builders.core.reasons import EMPTY_ID
from itdr.builders.core.schema import COLUMNS, EVENTS, Source
from itdr.builders.store.build import limits, statements, texts

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from itdr.builders.core.raw_files import Raw

FEW_VALUES = 1_000
"""A column of so many different values is stored as a dictionary, such as ratings; for others, to collect them is
a quarter of the time that writing takes."""
MOST_SHOWN = 160
"""Characters of a raw file in a message."""
NOTES = ("reject", "emptied")
"""Columns of a reader that say something of a row, and are not stored."""


def stage_table(
    source: Source,
    raw: Raw,
    table: str,
    rejected: Counter[tuple[str, str]],
    file: Path | None = None,
) -> tuple[str, ...]:
    """Copy a reader's rows into the engine: `<table>_raw`, or `interactions_staged` for interactions.

    Args:
        source: the declaration.
        raw: its raw files.
        table: the table.
        rejected: receives the counts of rejected rows, by table and reason.
        file: a Parquet file for the interactions, which is faster than a table of the engine and
            takes no memory; None for a table.

    Returns:
        The canonical columns that the reader fills; empty where it has no such table.

    Raises:
        RawFileError: the reader or the engine cannot read a file.
        NoRoomError: too little memory or disk.
    """
    reader = getattr(source.readers, table)
    if reader is None:
        return ()
    failures: list[BaseException] = []
    with _reading_errors(source, raw, table, failures):
        rows = reader(raw)
        if rows is None:
            return ()
        types = _columns_of(rows, raw.con, table, failures)
        unknown = set(types) - set(COLUMNS[table]) - set(NOTES)
        if unknown:
            raise RawFileError(f"{source.id}: its {table} reader gave unknown columns {unknown}.")
        parsed = texts.with_lists_sql(f"{table}_reader", texts.lists(table, types))
        query = f"SELECT {', '.join(_kept(source, table, types))} FROM {parsed}"
        _copy_rows(raw.con, table, types, query, file if table == "interactions" else None)
    raw.con.execute(f"DROP VIEW IF EXISTS {table}_reader")
    _count_rejected(raw, table, rejected)
    if _emptied(source, table, types):
        _count_emptied(raw, table)
    return tuple(name for name in types if name not in NOTES)


def _copy_rows(
    con: duckdb.DuckDBPyConnection,
    table: str,
    types: Mapping[str, str],
    query: str,
    file: Path | None,
) -> None:
    """Copy a query's rows to a table, or to a file with a view on it."""
    copy = _copy_of(table)
    if file is None:
        con.execute(f"CREATE TABLE {copy} AS {query}")
        return
    # Long texts are worth compressing; numbers are written faster than compressed.
    packing = "snappy" if "text" in types else "uncompressed"
    options = f"FORMAT parquet, COMPRESSION {packing}, DICTIONARY_SIZE_LIMIT {FEW_VALUES}"
    con.execute(f"COPY ({query}) TO {literal(file)} ({options})")
    con.execute(f"CREATE VIEW {copy} AS SELECT * FROM read_parquet({literal(file)})")


@contextmanager
def _reading_errors(
    source: Source, raw: Raw, table: str, failures: Sequence[BaseException]
) -> Iterator[None]:
    """Translate the engine's errors while a reader's rows are copied.

    failures: what the reader itself raised while its rows were consumed.
    """
    import duckdb

    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise NoRoomError(
            f"{source.id}: not enough memory or disk to read its {table}: {error}. Free some space, "
            "or raise ITDR_MEMORY (now the limit of the engine)."
        ) from error
    except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.IOException) as error:
        # Raised by a reader while its rows were consumed: the engine only passed it on.
        if failures:
            raise failures[0] from None
        if "KeyboardInterrupt" in str(error):
            raise KeyboardInterrupt from error
        if disk_is_full(error):
            raise
        names = _named(raw.paths.values(), str(error))
        files = ", ".join(names)
        if "invalid state" in str(error):
            _refuse_bare_returns(source, names)
        raise RawFileError(
            f"{source.id}: cannot read the {table} from {files}: {str(error).splitlines()[0]} "
            "The file is damaged or not the official one: put the official file in place."
        ) from error


def _refuse_bare_returns(source: Source, names: Iterable[str]) -> None:
    """Raise `RawFileError` for a file that holds carriage returns in fields without quotes: the engine does not say
    why it stops there."""
    for name in names:
        if line := bare_return(Path(name)):
            raise RawFileError(
                f"{source.id}: {name} has a carriage return in a field without quotes in line {line:,}, which reads "
                "as a line end. Save the file with quotes around every text (in pandas "
                "`to_csv(quoting=csv.QUOTE_ALL)`), or put the official file in place."
            )


def _count_emptied(raw: Raw, table: str) -> None:
    """Add the values that a table's reader could not read, and gave as empty."""
    query = statements.EMPTIED.format(table=_copy_of(table))
    for reasons, n in raw.con.execute(query).fetchall():
        raw.emptied.update(dict.fromkeys(((table, one) for one in reasons.split(AND)), n))


def _count_rejected(raw: Raw, table: str, rejected: Counter[tuple[str, str]]) -> None:
    """Add what a table's reader, its formats and the engine rejected."""
    copy = _copy_of(table)
    for reason, n in raw.con.execute(statements.REJECTS.format(table=copy)).fetchall():
        rejected[table, reason] += n
    unparsed = Counter({(table, reason): n for reason, n in csv_rejects(raw.con, table).items()})
    for of, reason in [key for key in raw.rejects if key[0] == table]:
        unparsed[of, reason] += raw.rejects.pop((of, reason))
    raw.unparsed[table] = sum(unparsed.values())
    rejected.update(unparsed)
    if any(of == table for of, _ in rejected):
        line = rejected_line(raw.con, table)
        raw.examples[table] = f"Found: {line[:MOST_SHOWN]!r}." if line else _rejected_row(raw, copy)


def _rejected_row(raw: Raw, copy: str) -> str:
    """A clause with a row that a reader rejected, as it was read; empty where there is none."""
    relation = raw.con.sql(f"SELECT * FROM {copy} WHERE reject IS NOT NULL LIMIT 1")
    rows = relation.fetchall()
    if not rows:
        return ""
    values = dict(zip(relation.columns, rows[0], strict=True))
    fields = {name: one for name, one in values.items() if one is not None and name not in NOTES}
    return f"One of them, as it was read: {str(fields)[:MOST_SHOWN]}."


def rows_read(con: duckdb.DuckDBPyConnection, table: str, unparsed: int) -> int:
    """How many rows of a table were read.

    Args:
        con: the connection, after `stage_table`.
        table: the table.
        unparsed: rows that never became records; they are included.
    """
    copy = _copy_of(table)
    return int(con.execute(f"SELECT count(*) FROM {copy}").fetchall()[0][0]) + unparsed


def _copy_of(table: str) -> str:
    """The table or view into which `stage_table` puts a table's rows."""
    return "interactions_staged" if table == "interactions" else f"{table}_raw"


def _kept(source: Source, table: str, types: Mapping[str, str]) -> list[str]:
    """The stored columns of a reader's table, as SQL; the last one is the reason for rejecting a row."""
    columns = []
    for name, kind in types.items():
        if table == "interactions" and name in (*statements.IDS_OF, "event"):
            columns.append(statements.staged_column(name, kind))
        elif table == "interactions" and name == "rating":
            columns.append(f"{limits.on_scale_sql(source)} AS rating")
        elif table == "items" and name == "year" and not source.described:
            columns.append(f"CASE WHEN {limits.YEAR_TO_COME} THEN NULL ELSE {name} END AS {name}")
        elif name not in NOTES:
            columns.append(f"{texts.cleaned_sql(table, name)} AS {name}")
    if emptied := _emptied(source, table, types):
        whole = f"nullif(concat_ws({literal(AND)}, {', '.join(emptied)}), '')"
        columns.append(f"CAST({whole} AS VARCHAR) AS emptied")
    reasons = ["reject"] if "reject" in types else []
    ids = [name for name in statements.IDS_OF if types.get(name) in ("", "VARCHAR")]
    if ids:
        empty = " OR ".join(texts.missing_id_sql(name) for name in ids)
        reasons.append(f"CASE WHEN {empty} THEN {literal(EMPTY_ID)} END")
        reasons += [numbers.shortened_id_sql(name) for name in ids]
    reasons += limits.malformed_ids_sql(source, types)
    if table == "interactions":
        reasons += limits.beyond_sql(source, types)
    if "tag" in types:
        no_tag = f"{texts.cleaned_sql(table, 'tag')} IS NULL"
        reasons.append(f"CASE WHEN {no_tag} THEN {literal(texts.NO_TAG)} END")
    return [
        *columns,
        f"CAST(coalesce({', '.join([*reasons, 'NULL', 'NULL'])}) AS VARCHAR) AS reject",
    ]


def _emptied(source: Source, table: str, types: Mapping[str, str]) -> list[str]:
    """SQL for the values that were emptied: what the reader says, damaged texts, and unreadable lists."""
    reasons = ["emptied"] if "emptied" in types else []
    if table == "items" and "year" in types and not source.described:
        reasons.append(f"CASE WHEN {limits.YEAR_TO_COME} THEN {literal(implausible('year'))} END")
    damages = (texts.damage_sql(table, name) for name in types)
    reasons += [damage for damage in damages if damage]
    return reasons + [
        f"CASE WHEN {texts.broken_list_sql(name)} THEN {literal(unreadable(name))} END"
        for name in texts.lists(table, types)
    ]


def _named(paths: Iterable[Path], message: str) -> list[str]:
    """The files that an engine's message names; all of them where it names none."""
    names = sorted({str(path) for path in paths})
    return [name for name in names if name in message] or names


def _columns_of(
    rows: Any, con: duckdb.DuckDBPyConnection, table: str, failures: list[BaseException]
) -> dict[str, str]:
    """Create the view `<table>_reader` over a relation or record batches.

    Args:
        rows: what the reader returned.
        con: the connection.
        table: the table.
        failures: receives what the reader raises while its rows are consumed.

    Returns:
        The SQL type of each column; "" where unknown.
    """
    if hasattr(rows, "create_view"):
        # Asked before there is another view: after that the engine would look at the files again.
        types = dict(zip(rows.columns, map(str, rows.types), strict=True))
        rows.create_view(f"{table}_reader", replace=True)
        return types
    reader = _batch_reader(rows, failures)
    con.register(f"{table}_reader", reader)
    return dict.fromkeys(reader.schema.names, "")


def _batch_reader(
    batches: Iterable[pa.RecordBatch], failures: list[BaseException]
) -> pa.RecordBatchReader:
    import pyarrow as pa

    stream = _noting(batches, failures)
    first = next(stream, None)
    if first is None:
        raise RawFileError("A raw file holds no record at all: put the official file in place.")
    return pa.RecordBatchReader.from_batches(first.schema, itertools.chain([first], stream))


def _noting(
    batches: Iterable[pa.RecordBatch], failures: list[BaseException]
) -> Iterator[pa.RecordBatch]:
    """Pass batches on, and note our own errors and Ctrl-C before an engine rewords them."""
    try:
        yield from batches
    except (ItdrError, KeyboardInterrupt) as error:
        failures.append(error)
        raise


def create_interactions_view(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Create the view `interactions_raw` over what was staged.

    Args:
        con: the connection of the build, after staging.

    Returns:
        The id columns that hold only numbers.
    """
    present = {row[0] for row in con.execute("DESCRIBE interactions_staged").fetchall()}
    mixed = [column for column, name in statements.IDS_OF.items() if f"{name}_text" in present]
    text_counts = dict.fromkeys(statements.IDS_OF, 0)
    if mixed:
        counts = ", ".join(f"count({statements.IDS_OF[column]}_text)" for column in mixed)
        query = f"SELECT {counts} FROM interactions_staged WHERE reject IS NULL"
        text_counts.update(zip(mixed, con.execute(query).fetchall()[0], strict=True))
    numbers = [column for column, n in text_counts.items() if not n]
    con.execute(f"CREATE VIEW interactions_raw AS {statements.interactions(numbers)}")
    return numbers


def event_names(con: duckdb.DuckDBPyConnection, columns: Iterable[str]) -> list[str]:
    """The kinds of event that occur, sorted.

    Args:
        con: the connection, after `create_interactions_view`.
        columns: the columns that the reader fills.

    Returns:
        Names from `EVENTS`; empty for a source without kinds of events.
    """
    if "event" not in columns:
        return []
    rows = con.execute(
        "SELECT DISTINCT event FROM interactions_raw WHERE reject IS NULL AND event IS NOT NULL"
    ).fetchall()
    return sorted(EVENTS[row[0]] for row in rows)
