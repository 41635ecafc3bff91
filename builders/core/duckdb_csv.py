"""Delimited text read by DuckDB: one set of options, and the reasons for rejected records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from itdr.builders.core.csv_quotes import BACKSLASH, DOUBLED, quote_mark
from itdr.builders.core.reasons import WRONG_TYPE

if TYPE_CHECKING:
    import duckdb

TOO_FEW = "too few fields"
TOO_MANY = "too many fields"
BAD_SHAPE = "wrong number of fields"
QUOTED_MARK = "a separator inside a quoted field"
UNPAIRED = "a quote without its partner in the line (counted by line)"
"""Reasons for rejecting a row that many sources share."""

CSV_REASONS = {
    "CAST": WRONG_TYPE,
    "MISSING COLUMNS": TOO_FEW,
    "TOO MANY COLUMNS": TOO_MANY,
    "UNQUOTED VALUE": "broken quoting",
    "LINE SIZE OVER MAXIMUM": "line too long",
    "INVALID ENCODING": "invalid encoding",
    "INVALID STATE": "broken line",
}
"""Our reason for each of DuckDB's CSV error types."""


FIRST_SECOND, LAST_SECOND = 10**8, 4_102_444_799
"""Valid event times, in seconds since 1970: 1973-03-03 to 2099-12-31. No benchmark is older, and the
ranges of the other units do not overlap with this one."""
_HEAD = 1 << 16


def literal(text: object) -> str:
    """A value as an SQL string literal."""
    return "'" + str(text).replace("'", "''") + "'"


def read_csv(
    path: Path | Sequence[Path],
    table: str | None,
    columns: Mapping[str, str],
    *,
    delimiter: str = ",",
    quote: str = '"',
    header: bool = True,
    **options: object,
) -> str:
    """A DuckDB `read_csv(…)` expression for a FROM clause: nothing is guessed, bad lines are counted.

    Lines that do not fit go to the tables `<table>_rejects` and `<table>_rejects_scan`, which
    `csv_rejects` reads after the scan. DuckDB finds the line ends itself: naming the wrong one gives
    an empty result without an error.

    Args:
        path: the file.
        table: the canonical table that it fills; names the tables of rejects. None where lines that do
            not fit are left out uncounted.
        columns: every column of the file, in order, with its SQL type.
        delimiter: the field separator.
        quote: the quote character, doubled inside a field or, as `csv_quotes` finds out, behind a
            backslash; "" where the format has no quoting.
        header: whether the first line names the columns.
        options: further options of DuckDB's `read_csv`, such as `encoding="latin-1"`.

    Returns:
        SQL with the columns in the order given.
    """
    one = path if isinstance(path, Path) else path[0]
    escape = quote_mark(one, delimiter) if quote == DOUBLED else quote
    settings: dict[str, object] = {
        "auto_detect": False,
        "header": header,
        "delim": delimiter,
        "quote": quote,
        "escape": escape,
        **_rejects(table),
        **options,
    }
    types = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in columns.items())
    several = (
        f"[{', '.join(literal(one) for one in path)}]"
        if isinstance(path, Sequence)
        else literal(path)
    )
    parts = [several, f"columns = {{{types}}}"]
    for name, value in settings.items():
        text = str(value).lower() if isinstance(value, (bool, int)) else literal(value)
        parts.append(f"{name} = {text}")
    clause = f"read_csv({', '.join(parts)})"
    if escape != BACKSLASH:
        return clause
    # In a field without quotes around it DuckDB leaves the backslashes.
    bare = "replace({0}, '\\\"', '\"') AS {0}"
    fields = ", ".join(
        bare.format(f'"{name}"') if kind == "VARCHAR" else f'"{name}"'
        for name, kind in columns.items()
    )
    return f"(SELECT {fields} FROM {clause})"


def _rejects(table: str | None) -> dict[str, object]:
    if table is None:
        return {"ignore_errors": True}
    return {
        "store_rejects": True,
        "rejects_limit": 0,
        "rejects_table": f"{table}_rejects",
        "rejects_scan": f"{table}_rejects_scan",
    }


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

    Accepts any mix of line ends and skips blank lines. A short line gets nulls at its end; a line
    with too many fields has text in the extra column `more`: the reader must reject both. A value of
    a wrong type goes to the tables of rejects, as in `read_csv`. Where a program quoted fields that
    need no quotes, they are unquoted, and a value of a wrong type becomes null.

    Args:
        path: the file.
        table: the canonical table that it fills.
        columns: every column of the file, in order, with its SQL type.
        delimiter: the field separator.
        header: whether the first line names the columns.
        options: further options of DuckDB's `read_csv`.

    Returns:
        SQL with the columns in the order given, then `more`.
    """
    lenient: dict[str, object] = {"strict_mode": False, "null_padding": True, **options}

    def scan(types: Mapping[str, str]) -> str:
        wider = {**types, "more": "VARCHAR"}
        return read_csv(path, table, wider, delimiter=delimiter, quote="", header=header, **lenient)

    if not _quotes_begin(path, header):
        return scan(columns)
    fields = ", ".join(
        f'TRY_CAST({unquoted_sql(name)} AS {kind}) AS "{name}"' for name, kind in columns.items()
    )
    # A quoted field that begins in one field and ends in a later one.
    begun = " OR ".join(
        f'(starts_with("{name}", \'"\') AND NOT ends_with("{name}", \'"\'))' for name in columns
    )
    more = f"CASE WHEN more IS NOT NULL AND ({begun}) THEN {literal(QUOTED_MARK)} ELSE more END"
    return f"(SELECT {fields}, {more} AS more FROM {scan(dict.fromkeys(columns, 'VARCHAR'))})"


def too_many_sql() -> str:
    """SQL for the reason why a row of `read_plain` has too many fields, where `more` is not null."""
    mark = literal(QUOTED_MARK)
    return f"CASE WHEN more = {mark} THEN {mark} ELSE {literal(TOO_MANY)} END"


def _quotes_begin(path: Path, header: bool) -> bool:
    """Whether the first record of a file contains a quote."""
    with path.open("rb") as file:
        if header:
            file.readline(_HEAD)
        return b'"' in file.readline(_HEAD)


def unpaired_sql(line: str) -> str:
    """SQL condition: a line has an odd number of quotes, as one has whose record goes on in the next line.

    Args:
        line: an SQL expression of the line.
    """
    return f"""(length({line}) - length(replace({line}, '"', ''))) % 2 = 1"""


def read_lines(path: Path, table: str, *, header: bool = True, **options: object) -> str:
    """A DuckDB `read_csv(…)` expression for a FROM clause that gives whole lines, as the column `line`.

    For quoted formats whose records never span lines: split by a pattern, a stray quote costs one
    line, whereas a CSV parser would silently swallow everything up to the next quote. Accepts any
    mix of line ends; a blank line is null.

    Args:
        path: the file.
        table: the canonical table that it fills.
        header: whether to skip the first line.
        options: further options of DuckDB's `read_csv`.
    """
    lenient: dict[str, object] = {"strict_mode": False, **options}
    text = {"line": "VARCHAR"}
    return read_csv(path, table, text, delimiter="\x01", quote="", header=header, **lenient)


def unquoted_sql(column: str) -> str:
    """SQL for a field that was read without quoting: the text between its quotes, null where empty.

    Inner quotes that are doubled, or have a backslash before them, become single ones; a stray quote stays.

    Args:
        column: the column's name.
    """
    field = f'"{column}"'
    inside = f"starts_with({field}, '\"') AND ends_with({field}, '\"') AND length({field}) > 1"
    text = f"CASE WHEN {inside} THEN {halved_sql(f'{field}[2:-2]')} ELSE {field} END"
    return f"nullif({text}, '')"


def halved_sql(inside: str) -> str:
    r"""SQL for what stands between the quotes of a field, with `""` or else `\"` as single quotes.

    Args:
        inside: an SQL expression.
    """
    marked = f"""replace({inside}, '\\"', '"')"""
    return f"""CASE WHEN contains({inside}, '""') THEN replace({inside}, '""', '"') ELSE {marked} END"""


def integer_text_sql(text: str) -> str:
    """SQL for a trimmed text in which a whole number written as a float (`29.0`, `29,0`) or padded with
    zeros (`0029`) becomes `29`.

    Args:
        text: an SQL expression of the text.
    """
    text = f"trim({text})"
    plain = f"regexp_replace({text}, '^0*([0-9]+?)([.,]0)?$', '\\1')"
    odd = f"ends_with({text}, '.0') OR ends_with({text}, ',0') OR starts_with({text}, '0')"
    return f"CASE WHEN {odd} THEN {plain} ELSE {text} END"


def epoch_seconds(number: str) -> str:
    """SQL for the seconds since 1970 (BIGINT) of a time in seconds, milli-, micro- or nanoseconds.

    The unit is recognised by the size of the number; null before March 1973 and after 2099.

    Args:
        number: an SQL expression of a whole number.
    """
    units = " ".join(
        f"WHEN {number} BETWEEN {FIRST_SECOND * unit} AND {LAST_SECOND * unit} THEN {number} // {unit}"
        for unit in (1, 10**3, 10**6, 10**9)
    )
    return f"CASE {units} END"


def csv_rejects(con: duckdb.DuckDBPyConnection, table: str) -> Counter[str]:
    """The lines that DuckDB rejected while it scanned `table`, by reason; each line counts once.

    Args:
        con: the connection of the scan, which must have ended.
        table: as given to `read_csv`.

    Returns:
        Counts by reason; empty where nothing was rejected.
    """
    name = f"{table}_rejects"
    if not _has_table(con, name):
        return Counter()
    # Where the format has no quoting, a quoted field with a separator is several fields.
    counts = con.execute(
        f"""SELECT kind, count(*) FROM (
            SELECT min(CASE WHEN error_type = 'TOO MANY COLUMNS' AND s.quote = '(empty)'
                AND contains(csv_line, '"') THEN {literal(QUOTED_MARK)}
                ELSE CAST(error_type AS VARCHAR) END) AS kind
            FROM {name} AS r JOIN {name}_scan AS s USING (scan_id, file_id)
            GROUP BY scan_id, file_id, line) GROUP BY kind"""
    ).fetchall()
    return Counter({CSV_REASONS.get(kind, kind.lower()): rows for kind, rows in counts})


def rejected_line(con: duckdb.DuckDBPyConnection, table: str) -> str:
    """The first line that DuckDB rejected while it scanned `table`.

    Args:
        con: the connection of the scan, which must have ended.
        table: as given to `read_csv`.

    Returns:
        The line; empty where none was rejected.
    """
    name = f"{table}_rejects"
    if not _has_table(con, name):
        return ""
    rows = con.execute(f"SELECT csv_line FROM {name} ORDER BY line LIMIT 1").fetchall()
    return str(rows[0][0] or "") if rows else ""


def _has_table(con: duckdb.DuckDBPyConnection, name: str) -> bool:
    return bool(
        con.execute(
            "SELECT count(*) FROM information_schema.tables WHERE table_name = ?", [name]
        ).fetchall()[0][0]
    )
