"""JSON Lines read by DuckDB: only the wanted keys, in parallel, and no broken line unnoticed.

With `ignore_errors` DuckDB turns a line that is no JSON object into a row of nulls, which readers reject as
`NO_RECORD` (blank lines are skipped), and a value of an unexpected type into null.
[tried on DuckDB 2.0: a line cut short, text behind the object, an array, invalid UTF-8, half of a
surrogate pair]
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from itdr.builders.core import emptied, numbers
from itdr.builders.core.duckdb_csv import literal
from itdr.builders.core.errors import RawFileError
from itdr.builders.core.python_lists import NAMING, string_list_sql
from itdr.builders.core.reasons import ROUNDED
from itdr.builders.core.text_files import AGAIN, LONGEST_LINE, lines
from itdr.builders.sources._formats.keys import require_keys_once
from itdr.builders.sources._formats.validate import require_encoding, tail_of

_HEAD = 1 << 16
_LINES = 20


def require_json_lines(
    path: Path, keys: Sequence[str], once: Sequence[str] = (), nested: Collection[str] = ()
) -> None:
    """Check that a file is JSON Lines with the expected keys, and is not cut off.

    Args:
        path: the file.
        keys: keys that one of the first 20 records must contain.
        once: keys that no record may hold twice; by default `keys`.
        nested: keys whose values are objects.

    Raises:
        RawFileError: the file is missing, empty, cut off within its last record, or something else; a
            record holds one of the keys twice, and nobody can tell which value counts; objects were
            taken apart, as in `attributes.WiFi`.
    """
    require_encoding(path, limit=_HEAD)
    beginning = ""
    for line in islice(lines(path), _LINES):
        beginning = beginning or (line or b"")[:160].decode("utf-8", "replace").strip()
        record_keys = _keys(line or b"")
        flat = [
            key for key in sorted(record_keys) if key.partition(".")[0] in nested and "." in key
        ]
        if flat:
            raise RawFileError(
                f"{path}: the records have keys such as {flat[0]!r}, so a program took their objects "
                f"apart. {AGAIN}"
            )
        if set(keys) <= record_keys:
            break
    else:
        raise RawFileError(
            f"{path}: expected one JSON record to a line, with the keys {', '.join(keys)}; none of "
            f"the first {_LINES} lines is one. The first begins {beginning!r}. {AGAIN}"
        )
    last = tail_of(path, LONGEST_LINE).rsplit(b"\n", 1)[-1]
    if last.strip() and not _keys(last):
        raise RawFileError(
            f"{path}: the last line has no line end and is no whole record, so the file was cut off: "
            f"{last[-80:].decode('utf-8', 'replace')!r}. {AGAIN}"
        )
    require_keys_once(path, once or keys, _objects)


def _objects(line: bytes) -> list[list[tuple[str, Any]]]:
    """The keys of each object in a line with their values, as often as they stand there."""
    objects: list[list[tuple[str, Any]]] = []

    def noted(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        objects.append(pairs)
        return dict(pairs)

    with contextlib.suppress(ValueError, RecursionError):
        json.loads(line, object_pairs_hook=noted)
    return objects


def _keys(line: bytes) -> set[str]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return set()
    return set(record) if isinstance(record, dict) else set()


def read_json(path: Path, columns: Mapping[str, str]) -> str:
    """A DuckDB `read_json(…)` expression for a FROM clause.

    Args:
        path: the file.
        columns: the keys to read, with their SQL types.
    """
    types = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in columns.items())
    return (
        f"read_json({literal(path)}, columns = {{{types}}}, format = 'newline_delimited', "
        "ignore_errors = true)"
    )


def no_text_sql(*columns: str) -> str:
    """SQL condition: one of these keys, read as VARCHAR, held an object, a list, true or false, or a number
    with a fraction.

    Args:
        columns: columns of ids, none of which begins with a bracket.
    """
    wrong = (
        "(left({0}, 1) IN ('{{', '[') OR {0} IN ('true', 'false') "
        "OR (contains({0}, '.') AND regexp_full_match({0}, '-?[0-9]+\\.[0-9]+')))"
    )
    return " OR ".join(wrong.format(name) for name in columns)


def integer_json_sql(column: str) -> str:
    """SQL for a whole number that was read as VARCHAR; null where the file may have a rounded one.

    DuckDB shows 1.58869E+12 as 1588690000000.0, so of a float with few digits nothing can be told.

    Args:
        column: the column.
    """
    return f"CASE WHEN NOT {_shortened(column)} THEN {numbers.integer_sql(column)} END"


def unread_json_sql(column: str, number: str) -> str:
    """SQL for the reason why there is no number; null where there is one, or no value.

    Args:
        column: the column.
        number: what `integer_json_sql` gave for it.
    """
    reason = numbers.unread_sql(column, number)
    return f"CASE WHEN {_shortened(column)} THEN {literal(ROUNDED)} ELSE {reason} END"


def _shortened(column: str) -> str:
    """SQL condition: a long float of at most seven significant digits, which programs round to."""
    form = literal(r"[0-9]{1,7}0{3,}\.0")
    return f"(ends_with({column}, '000.0') AND regexp_full_match({column}, {form}))"


def texts_sql(value: str) -> str:
    """SQL (VARCHAR[]) for the texts of a JSON value: a text or number, a list of these, of records that
    name something, or of lists.

    Null, an object and `NaN` give an empty list. A text that is a list as Python writes it, as pandas
    leaves it in a table, gives that list.

    Args:
        value: an SQL expression of type JSON.

    Returns:
        An SQL expression.
    """
    text = f"json_extract_string({value}, '$')"
    python_list = string_list_sql(text)
    text_or_list = (
        f"CASE WHEN left({text}, 1) NOT IN ('[', '(', '{{') THEN [{text}] WHEN trim({text}) = '[]' THEN [] "
        f"WHEN len({python_list}) > 0 THEN {python_list} ELSE [{text}] END"
    )
    return (
        f"CASE json_type({value}) WHEN 'ARRAY' THEN list_filter(list_concat("
        f"json_extract_string({value}, '$[*][*]'), list_transform(list_filter("
        f"json_extract({value}, '$[*]'), lambda j: json_type(j) NOT IN ('ARRAY', 'NULL')), "
        f"lambda j: CASE WHEN json_type(j) = 'OBJECT' THEN {_NAMED} ELSE json_extract_string(j, '$') END)), "
        "lambda t: t IS NOT NULL) "
        f"WHEN 'OBJECT' THEN [] WHEN 'NULL' THEN [] WHEN 'BOOLEAN' THEN [] WHEN 'DOUBLE' THEN CASE WHEN "
        f"isfinite(CAST({value} AS DOUBLE)) THEN [json_extract_string({value}, '$')] ELSE [] END "
        f"ELSE CASE WHEN {value} IS NULL THEN [] ELSE {text_or_list} END END"
    )


def no_texts_sql(value: str) -> str:
    """SQL condition: a JSON value is neither text nor list, or a list in which a record names nothing.

    Args:
        value: an SQL expression of type JSON.

    Returns:
        An SQL expression of type BOOLEAN, never null.
    """
    nameless = f"lambda j: json_type(j) = 'OBJECT' AND ({_NAMED}) IS NULL"
    return (
        f"CASE json_type({value}) WHEN 'ARRAY' "
        f"THEN len(list_filter(json_extract({value}, '$[*]'), {nameless})) > 0 "
        f"ELSE coalesce(json_type({value}) NOT IN ('VARCHAR', 'NULL'), false) END"
    )


def prose_sql(text: str) -> str:
    """SQL for a text that was read as VARCHAR; for a list of one text, this; null for true, false, an object
    and another list.

    Args:
        text: an SQL expression.

    Returns:
        An SQL expression of type VARCHAR.
    """
    one = f"json_array_length({text}) = 1 AND json_type({text}, '$[0]') = 'VARCHAR'"
    return (
        f"CASE WHEN {text} IN ('true', 'false') THEN NULL "
        f"WHEN left({text}, 1) NOT IN ('{{', '[') OR NOT json_valid({text}) THEN {text} "
        f"WHEN {one} THEN json_extract_string({text}, '$[0]') END"
    )


def no_prose_sql(text: str, prose: str) -> str:
    """SQL condition: something was stated that is no text.

    Args:
        text: as for `prose_sql`.
        prose: what that gave.
    """
    return f"({prose} IS NULL AND coalesce({text} NOT IN ('[]', '{{}}', ''), false))"


def parsed_json_sql(value: str) -> str:
    """SQL (JSON) for a JSON value, parsed once more where it is a text that holds an object, as the Hub's
    loading script returns it.

    Args:
        value: an SQL expression of type JSON.
    """
    return (
        f"CASE WHEN json_type({value}) = 'VARCHAR' "
        f"THEN TRY_CAST(json_extract_string({value}, '$') AS JSON) ELSE {value} END"
    )


def object_sql(value: str) -> str:
    """SQL (JSON) for a JSON object, or a text that holds one; null for anything else.

    Args:
        value: an SQL expression of type JSON.
    """
    parsed = parsed_json_sql(value)
    return f"CASE WHEN json_type({parsed}) = 'OBJECT' THEN {parsed} END"


def no_object_sql(value: str) -> str:
    """SQL condition: something is there, and it is no object.

    Args:
        value: an SQL expression of type JSON.
    """
    text = f"coalesce(json_extract_string({value}, '$'), '')"
    return emptied.unread_sql(text, object_sql(value))


_NAMED = "coalesce(" + ", ".join(f"json_extract_string(j, '$.{key}')" for key in NAMING) + ")"
"""SQL for what a record of the list's, `j`, names."""


def all_null_sql(columns: Sequence[str]) -> str:
    """SQL condition: all of these columns are null, hence the line was no record.

    Args:
        columns: the columns.
    """
    return f"coalesce({', '.join(f'CAST({name} AS VARCHAR)' for name in columns)}) IS NULL"
