"""Reading delimited text with DuckDB: one set of options, and why records were rejected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

TOO_FEW = "too few fields"
TOO_MANY = "too many fields"
BAD_SHAPE = "wrong number of fields"
"""Reasons for rejecting a row that many sources share."""


CSV_REASONS = {
    "CAST": "a value of the wrong type",
    "MISSING COLUMNS": TOO_FEW,
    "TOO MANY COLUMNS": TOO_MANY,
    "UNQUOTED VALUE": "broken quoting",
    "LINE SIZE OVER MAXIMUM": "line too long",
    "INVALID ENCODING": "invalid encoding",
    "INVALID STATE": "broken line",
}
"""DuckDB's names of CSV errors, and ours."""


FIRST_SECOND, LAST_SECOND = 10**8, 4_102_444_799
"""Seconds since 1970 that can be the time of an event: 1973-03-03 to 2099-12-31. No benchmark is as
old as that, and the same numbers in another unit lie apart."""
_HEAD = 1 << 16


def literal(text: object) -> str:
    """`text` as an SQL string literal."""
    return "'" + str(text).replace("'", "''") + "'"


def read_csv(
    path: Path | Sequence[Path],
    table: str,
    columns: Mapping[str, str],
    *,
    delimiter: str = ",",
    quote: str = '"',
    header: bool = True,
    **options: object,
) -> str:
    """DuckDB's `read_csv(…)` for a FROM clause: nothing guessed, bad lines set aside and counted.

    path: a file, or several with the same columns.
    columns: every column of the file in its order, with its SQL type.   quote: "" where the format
    has no quoting; an inner quote is doubled.   options: further ones, such as `encoding="latin-1"`.
    The lines that do not fit go to the tables `<table>_rejects` and `<table>_rejects_scan`, which
    `csv_rejects` reads after the scan. Line ends are DuckDB's to find (naming the wrong one gives
    an empty result without an error).
    """
    given: dict[str, object] = {
        "auto_detect": False,
        "header": header,
        "delim": delimiter,
        "quote": quote,
        "escape": quote,
        "store_rejects": True,
        "rejects_limit": 0,
        "rejects_table": f"{table}_rejects",
        "rejects_scan": f"{table}_rejects_scan",
        **options,
    }
    types = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in columns.items())
    several = (
        f"[{', '.join(literal(one) for one in path)}]"
        if isinstance(path, Sequence)
        else literal(path)
    )
    parts = [several, f"columns = {{{types}}}"]
    for name, value in given.items():
        shown = str(value).lower() if isinstance(value, (bool, int)) else literal(value)
        parts.append(f"{name} = {shown}")
    return f"read_csv({', '.join(parts)})"


def read_plain(
    path: Path,
    table: str,
    columns: Mapping[str, str],
    *,
    delimiter: str,
    header: bool = True,
    **options: object,
) -> str:
    """`read_csv` for a format in which every line is one record, for a FROM clause.

    Takes any mix of line ends and skips blank lines. A line with too few fields comes with nulls at
    its end; one with too many has text in the added column `more`: the reader must reject both.
    A value of a wrong type goes to the tables of rejects, as in `read_csv`. Where a program quoted
    fields that need no quotes, they are read without them; a value of a wrong type is null then.
    """
    given: dict[str, object] = {"strict_mode": False, "null_padding": True, **options}

    def scan(types: Mapping[str, str]) -> str:
        wider = {**types, "more": "VARCHAR"}
        return read_csv(path, table, wider, delimiter=delimiter, quote="", header=header, **given)

    if not _quotes_begin(path, header):
        return scan(columns)
    fields = ", ".join(
        f'TRY_CAST({unquoted(name)} AS {kind}) AS "{name}"' for name, kind in columns.items()
    )
    return f"(SELECT {fields}, more FROM {scan(dict.fromkeys(columns, 'VARCHAR'))})"


def _quotes_begin(path: Path, header: bool) -> bool:
    """Whether the first record of a file has a quote."""
    with path.open("rb") as file:
        if header:
            file.readline(_HEAD)
        return b'"' in file.readline(_HEAD)


def read_lines(path: Path, table: str, *, header: bool = True, **options: object) -> str:
    """DuckDB's `read_csv(…)` for a FROM clause with whole lines, as the column `line`.

    For formats with quoting whose records never span lines: taken apart by a pattern, a stray quote
    costs one line, where a CSV parser would swallow all up to the next quote without a word.
    Takes any mix of line ends; a blank line comes as null.
    """
    given: dict[str, object] = {"strict_mode": False, **options}
    text = {"line": "VARCHAR"}
    return read_csv(path, table, text, delimiter="\x01", quote="", header=header, **given)


def unquoted(column: str) -> str:
    """SQL for a field that was read without quoting: where it stands between quotes, what they hold
    (inner ones halved); null where that is nothing. A stray quote stays."""
    field = f'"{column}"'
    inside = f"starts_with({field}, '\"') AND ends_with({field}, '\"') AND length({field}) > 1"
    text = f"CASE WHEN {inside} THEN replace({field}[2:-2], '\"\"', '\"') ELSE {field} END"
    return f"nullif({text}, '')"


def whole(text: str) -> str:
    """SQL for a text without blanks around it, in which a whole number that a program wrote as a float,
    `29.0`, is `29`."""
    text = f"trim({text})"
    return f"CASE WHEN ends_with({text}, '.0') THEN regexp_replace({text}, '^([0-9]+)\\.0$', '\\1') ELSE {text} END"


def epoch_seconds(number: str) -> str:
    """SQL for the seconds since 1970 (BIGINT) of a time given in seconds, milliseconds, micro- or
    nanoseconds, told apart by its size; null where it lies before March 1973 or after 2099.

    Args:
        number: an SQL expression of a whole number.
    """
    units = " ".join(
        f"WHEN {number} BETWEEN {FIRST_SECOND * unit} AND {LAST_SECOND * unit} THEN {number} // {unit}"
        for unit in (1, 10**3, 10**6, 10**9)
    )
    return f"CASE {units} END"


def csv_rejects(con: duckdb.DuckDBPyConnection, table: str) -> Counter[str]:
    """The lines that DuckDB set aside while it scanned `table`, by reason; each line counts once.

    To be called after the scan, on the same connection. Empty where nothing was set aside.
    """
    name = f"{table}_rejects"
    known = con.execute(
        "SELECT count(*) FROM information_schema.tables WHERE table_name = ?", [name]
    ).fetchall()
    if not known[0][0]:
        return Counter()
    found = con.execute(
        f"SELECT kind, count(*) FROM (SELECT min(CAST(error_type AS VARCHAR)) AS kind FROM {name} "
        "GROUP BY scan_id, file_id, line) GROUP BY kind"
    ).fetchall()
    return Counter({CSV_REASONS.get(kind, kind.lower()): rows for kind, rows in found})
