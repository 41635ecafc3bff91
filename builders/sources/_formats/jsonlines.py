"""JSON Lines read by DuckDB: only the wanted keys, in parallel, and no broken line unnoticed.

With `ignore_errors` DuckDB gives a line that is no JSON object as a row of nulls (blank lines are
passed over), and a value of an unexpected type as null; the first is what `UNREADABLE` counts.
[tried on DuckDB 2.0: a line cut short, text behind the object, an array, invalid UTF-8, half of a
surrogate pair]
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

from itdr.builders.core.duckdb_csv import literal
from itdr.builders.core.errors import RawFileError
from itdr.builders.sources._formats.validate import (
    AGAIN,
    open_raw,
    require_encoding,
    require_final_newline,
)

UNREADABLE = "not a JSON record"
_HEAD = 1 << 16
_LINES = 20
_LONGEST = 1 << 24


def require_json_lines(path: Path, keys: Sequence[str]) -> None:
    """Raise `RawFileError` where the file is missing, empty, cut off, or not JSON Lines whose
    records hold all of `keys` (one of the first 20 lines must). A cut `.gz` is DuckDB's to notice.
    """
    require_encoding(path, limit=_HEAD)
    require_final_newline(path)
    shown = ""
    with open_raw(path) as file:
        for line in islice(iter(lambda: file.readline(_LONGEST), b""), _LINES):
            shown = shown or line[:160].decode("utf-8", "replace").strip()
            if set(keys) <= _keys(line):
                return
    raise RawFileError(
        f"{path}: expected one JSON record to a line, with the keys {', '.join(keys)}; none of the "
        f"first {_LINES} lines is one. The first begins {shown!r}. {AGAIN}"
    )


def _keys(line: bytes) -> set[str]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return set()
    return set(record) if isinstance(record, dict) else set()


def read_json(path: Path, columns: Mapping[str, str]) -> str:
    """DuckDB's `read_json(…)` for a FROM clause: these keys, with their SQL types."""
    types = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in columns.items())
    return (
        f"read_json({literal(path)}, columns = {{{types}}}, format = 'newline_delimited', "
        "ignore_errors = true)"
    )


def nothing(columns: Sequence[str]) -> str:
    """SQL condition: all of these columns are null, hence the line was no record."""
    return f"coalesce({', '.join(f'CAST({name} AS VARCHAR)' for name in columns)}) IS NULL"
