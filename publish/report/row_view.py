"""The rows of a built folder as one DuckDB view, whatever their format and kind of file."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itdr.builders.core.errors import ConfigError
from itdr.builders.dataset import formats
from itdr.publish import provenance

if TYPE_CHECKING:
    import duckdb

COMMON = (
    "id", "root_task", "task", "source", "domain", "template", "user_id", "item_id", "history",
    "candidates", "relevant", "rating", "attributes", "evidence",
)  # fmt: skip
TYPES = {
    "bool": "BOOLEAN",
    "string": "VARCHAR",
    "float32": "FLOAT",
    "float64": "DOUBLE",
    "int64": "BIGINT",
}


def open_folder(folder: Path) -> tuple[duckdb.DuckDBPyConnection, dict[str, dict[str, Any]]]:
    """Open a built folder as a DuckDB view.

    The view `rows` holds each cell once: from the config of its subtask where that was built, else
    from the config of its root task. Columns: `split`, the texts as a triple, and all others of a
    row.

    Args:
        folder: a built folder.

    Returns:
        A connection with the view, and the folder's provenance.

    Raises:
        ConfigError: where the folder was not built by itdr, or lacks a file.
    """
    from itdr.builders.store.engine import connect

    entries = provenance.read(folder)
    if not entries:
        raise ConfigError(f"{folder} holds no config: build one first.")
    parts = []
    for config, entry in entries.items():
        others = [name for name in entries if name != config]
        for split, paths in provenance.paths(folder, entry).items():
            parts.append(
                f"SELECT {_text(split)} AS split, {formats.get(entry['form']).sql}, {', '.join(COMMON)} "
                f"FROM {_reader(paths, entry)} "
                f"WHERE task = {_text(config)} OR task NOT IN ({_list(others)})"
            )
    with contextlib.ExitStack() as undo:
        con = undo.enter_context(contextlib.closing(connect()))
        con.execute(f"CREATE VIEW rows AS {' UNION ALL '.join(parts)}")
        undo.pop_all()
    return con, entries


def _reader(paths: list[Path], entry: dict[str, Any]) -> str:
    names = f"[{_list([str(path) for path in paths])}]"
    if entry["kind"] == "parquet":
        return f"read_parquet({names})"
    types = formats.schema(entry["form"]).items()
    columns = ", ".join(f"{_text(name)}: {_text(_type(kind))}" for name, kind in types)
    return f"read_json({names}, format = 'newline_delimited', columns = {{{columns}}})"


def _type(kind: Any) -> str:
    """The SQL type of a feature."""
    if isinstance(kind, list):
        return f"{_type(kind[0])}[]"
    if isinstance(kind, dict):
        fields = [f'"{name}" {_type(one)}' for name, one in kind.items()]
        return f"STRUCT({', '.join(fields)})"
    return TYPES[kind.dtype]


def _list(values: list[str]) -> str:
    return ", ".join(map(_text, values)) or "''"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
