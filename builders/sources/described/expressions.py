"""SQL that turns the columns of a file into canonical ones: numbers, times, lists, codes.

Everything is first text (or what a typed file holds) and then tried: a value that does not fit is
null here, and the reader says what becomes of its row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from itdr.builders.core.duckdb_csv import literal
from itdr.builders.sources._formats.text import clean_sql
from itdr.builders.sources.described import declaration as declared

NULLS = ("", "NULL", "null", "NaN", "nan", "\\N")
"""Texts that stand for no value."""
EARLIEST, LATEST = -2_208_988_800, 7_258_118_400
"""1900 and 2200 in seconds since 1970: a time outside is none, but one in another unit."""
_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT")
_LONG = ("BIGINT", "UBIGINT", "UINTEGER", "HUGEINT", "UHUGEINT")
_BROKEN = ("FLOAT", "DOUBLE")
_ZONED = r"([zZ]|[+-]\d{2}(:?\d{2})?)$"
DIVISORS = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


def quoted_name(name: str) -> str:
    """A column's name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def choice_sql(name: str, kind: str, nulls: Sequence[str]) -> str:
    """A column as it is; text without blanks at its ends, and null where it stands for no value."""
    if kind != "VARCHAR":
        return quoted_name(name)
    text = f"trim({quoted_name(name)})"
    listed = ", ".join(literal(one) for one in dict.fromkeys((*nulls, "")))
    return f"CASE WHEN {text} NOT IN ({listed}) THEN {text} END"


def text(column: str, kind: str) -> str:
    """SQL for any column as text; whole numbers without a decimal point.

    Args:
        column: an SQL expression.
        kind: its SQL type.

    Returns:
        An SQL expression of type VARCHAR.
    """
    if kind == "VARCHAR":
        return column
    if kind in _BROKEN:
        whole = f"{column} = floor({column}) AND abs({column}) < 1e15"
        return (
            f"CASE WHEN isnan({column}) THEN NULL "
            f"WHEN {whole} THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) "
            f"ELSE CAST({column} AS VARCHAR) END"
        )
    return f"CAST({column} AS VARCHAR)"


def identity(column: str, kind: str) -> str:
    """An id: a small number, else text."""
    return f"CAST({column} AS INTEGER)" if kind in _WHOLE else text(column, kind)


def number(column: str, kind: str, decimal: str = ".") -> str:
    """A number, or null."""
    if kind == "VARCHAR" and decimal == ",":
        column = f"replace(replace({column}, '.', ''), ',', '.')"
    value = f"TRY_CAST({column} AS DOUBLE)"
    return f"CASE WHEN isfinite({value}) THEN {value} END"


def seconds(column: str, kind: str, of: declared.TimeColumn) -> str:
    """SQL for a time in UTC seconds since 1970.

    Args:
        column: an SQL expression.
        kind: its SQL type.
        of: the column's description; it has a unit or format where the column holds text or
            numbers.

    Returns:
        An SQL expression of type BIGINT; null for what is no time.
    """
    if kind.startswith("TIMESTAMP WITH TIME ZONE"):
        value = f"epoch({column})"
    elif kind.startswith(("TIMESTAMP", "DATE")):
        value = _local(f"CAST({column} AS TIMESTAMP)", of.zone)
    elif of.unit in DIVISORS:
        value = _counted(column, kind, DIVISORS[str(of.unit)])
    else:
        value = _dated(text(column, kind), of)
    whole = f"CAST(floor({value}) AS BIGINT)"
    return f"CASE WHEN {value} BETWEEN {EARLIEST} AND {LATEST} THEN {whole} END"


def _counted(column: str, kind: str, divisor: int) -> str:
    if kind in _WHOLE or kind in _LONG:
        return f"({column} // {divisor})" if divisor > 1 else column
    return f"(TRY_CAST({column} AS DOUBLE) / {divisor})"


def _dated(column: str, of: declared.TimeColumn) -> str:
    if of.format:
        parsed = f"try_strptime({column}, {literal(of.format)})"
        if "%z" in of.format or "%Z" in of.format:
            return f"epoch({parsed})"
        return _local(parsed, of.zone)
    zoned = f"epoch(TRY_CAST({column} AS TIMESTAMPTZ))"
    naive = _local(f"TRY_CAST({column} AS TIMESTAMP)", of.zone)
    # A time zone is looked for behind the time of day: dates end with "-31".
    has_zone = f"regexp_matches({column}, {literal(':.*' + _ZONED)})"
    return f"(CASE WHEN {has_zone} THEN {zoned} ELSE {naive} END)"


def _local(time: str, zone: str) -> str:
    return f"epoch({time})" if zone == "UTC" else f"epoch(timezone({literal(zone)}, {time}))"


def year(column: str, kind: str) -> str:
    """The first number of four digits from 1000 to 2999."""
    digits = f"regexp_extract({text(column, kind)}, '(^|[^0-9])([12][0-9]{{3}})($|[^0-9])', 2)"
    return f"TRY_CAST({digits} AS SMALLINT)"


def between(value: str, low: float, high: float, kind: str) -> str:
    """A number, null outside of its bounds."""
    return f"CAST(CASE WHEN {value} BETWEEN {low} AND {high} THEN {value} END AS {kind})"


def mapped_sql(column: str, codes: Mapping[str, str] | None) -> str:
    """A text written out by a table of codes, null for another one."""
    if not codes:
        return column
    cases = " ".join(f"WHEN {literal(code)} THEN {literal(one)}" for code, one in codes.items())
    return f"CASE {column} {cases} END"


def display_sql(column: str) -> str:
    """A text for people: entities read, markup and idle blanks taken out."""
    return clean_sql(column)


def list_sql(column: str, kind: str, of: declared.ListColumn) -> str:
    """SQL for several values of a field as a list of texts for people.

    Args:
        column: an SQL expression.
        kind: its SQL type.
        of: the column's description: JSON, or what separates the values.

    Returns:
        An SQL expression of type VARCHAR[]; null where there is no value.
    """
    if kind.endswith("[]"):
        several = f"CAST({column} AS VARCHAR[])"
    elif of.json:
        several = f"TRY_CAST({text(column, kind)} AS VARCHAR[])"
    elif of.split:
        several = f"string_split({text(column, kind)}, {literal(of.split)})"
    else:
        several = f"[{text(column, kind)}]"
    cleaned = f"list_transform({several}, lambda one: {display_sql('one')})"
    filtered = f"list_filter({cleaned}, lambda one: one IS NOT NULL)"
    return f"CASE WHEN len({filtered}) > 0 THEN {filtered} END"
