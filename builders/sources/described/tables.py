"""Tables in memory as a source: written once into the cache, under a name made of their content.

The name does not depend on the order of rows or columns, so that the same data are the same source.
"""

from __future__ import annotations

import contextlib
import os
import uuid
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itdr.builders.core import paths
from itdr.builders.core.connection import open_duckdb
from itdr.builders.core.duckdb_csv import literal
from itdr.builders.core.errors import ConfigError
from itdr.builders.core.rng import stable_hash
from itdr.builders.core.schema import Source
from itdr.builders.sources.described import guess as guessing
from itdr.builders.sources.described import source
from itdr.builders.sources.described.expressions import quoted_name
from itdr.builders.sources.described.profile import FileProfile, profile

if TYPE_CHECKING:
    import duckdb

WHERE = Path("itdr.source")
"""What messages call the place of a description that was given in Python."""
BATCH = 1 << 16


def from_tables(
    tables: Mapping[str, Any],
    name: str,
    columns: Mapping[str, Mapping[str, Any]],
    fields: Mapping[str, Any],
) -> Source:
    """The source made of tables.

    Args:
        tables: by name (`interactions`, `items`, `users`, `tags`), each a DataFrame of pandas or
            polars, an Arrow table, dataset or reader, a `datasets.Dataset`, a relation of DuckDB, or
            the path of a file.
        name: the id.
        columns: by table, where canonical columns come from; others are guessed by their names.
        fields: other fields of a description; `untitled` is that of its items.

    Returns:
        The source, ready for the option `sources`.

    Raises:
        ConfigError: for what is no table, and a column or field that is not known.
    """
    fingerprints: dict[str, str] = {}
    with contextlib.closing(open_duckdb()) as con:
        roles: dict[str, FileProfile] = {}
        for table, value in tables.items():
            path, fingerprint = _stored(con, name, table, value)
            if fingerprint:
                fingerprints[str(path)] = fingerprint
            roles[table] = profile(con, path, whole=bool(fingerprint))
        log = columns.get("interactions", {})
        keys = (_column(log.get("user_id")), _column(log.get("item_id")))
        guess = guessing.guess(list(roles.values()), name, roles, keys)
    values = {**guess.values, **fields}
    untitled = values.pop("untitled", None)
    if values.get("items", {}).pop("untitled", None) and untitled is None:
        # Only if asked for.
        values.pop("items")
    elif untitled is not None and "items" in values:
        values["items"] = {**values["items"], "untitled": untitled}
    for table, own_columns in columns.items():
        if table not in values:
            raise ConfigError(f"{WHERE}: columns of {table!r}, of which no table was given.")
        values[table] = {**values[table], "columns": {**values[table]["columns"], **own_columns}}
    return source.from_values(values, WHERE, Path.cwd(), fingerprints)


def _column(given: Any) -> str | None:
    return given.get("from") if isinstance(given, Mapping) else given


def _stored(con: duckdb.DuckDBPyConnection, name: str, table: str, value: Any) -> tuple[Path, str]:
    """The file that holds a table, and what names its content (nothing for a file of the user's)."""
    if isinstance(value, (str, os.PathLike)):
        path = Path(value).expanduser().absolute()
        if not path.is_file():
            raise ConfigError(f"{WHERE}: {table}: there is no file {path}.")
        return path, ""
    con.register("given", _arrow(table, value))
    folder = paths.cache_root() / "own" / name
    folder.mkdir(parents=True, exist_ok=True)
    scratch = folder / f"{table}-{uuid.uuid4().hex}.tmp"
    try:
        con.execute(f"COPY (SELECT * FROM given) TO {literal(scratch)} (FORMAT parquet)")
        digest = _content(con, scratch)
        path = folder / f"{table}-{digest}.parquet"
        if not path.exists():
            scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)
        con.unregister("given")
    return path, f"content:{digest}"


def _arrow(table: str, value: Any) -> Any:
    """A table as Arrow has it."""
    import pyarrow as pa

    kind = type(value)
    library = kind.__module__.partition(".")[0]
    names = value.columns if library == "pandas" else ()
    if library == "pyarrow" and hasattr(value, "schema"):
        names = value.schema.names
    twice = [str(name) for name, n in Counter(names).items() if n > 1]
    if twice:
        raise ConfigError(
            f"{WHERE}: {table} has two columns named {twice[0]!r}: rename one of them."
        )
    try:
        if library == "pandas":
            named = any(one is not None for one in value.index.names)
            return pa.Table.from_pandas(
                value.reset_index() if named else value, preserve_index=False
            )
        if library == "polars":
            return (value.collect() if hasattr(value, "collect") else value).to_arrow()
        if library == "datasets" and hasattr(value, "with_format") and hasattr(value, "num_rows"):
            return value.with_format("arrow")[:]
        if library in ("duckdb", "_duckdb") and hasattr(value, "to_arrow_reader"):
            return value.to_arrow_reader(BATCH)
        if isinstance(value, pa.RecordBatch):
            return pa.Table.from_batches([value])
        if library == "pyarrow":
            return value
        if hasattr(value, "__arrow_c_stream__"):
            return pa.RecordBatchReader.from_stream(value)
    except (pa.ArrowException, TypeError) as error:
        raise ConfigError(
            f"{WHERE}: {table}: a column of the {kind.__name__} cannot be kept as a table ({error}): "
            "give every column one type."
        ) from error
    raise ConfigError(
        f"{WHERE}: {table} must be a DataFrame (pandas, polars), an Arrow table, a datasets.Dataset, "
        f"a DuckDB relation or the path of a file, not {kind.__name__}."
    )


def _content(con: duckdb.DuckDBPyConnection, path: Path) -> str:
    """A hash of a table's rows as a set: MD5 of each, added up."""
    names = con.execute(f"DESCRIBE SELECT * FROM read_parquet({literal(path)})").fetchall()
    fields = sorted(str(row[0]) for row in names)
    row = ", ".join(f"{literal(name)}: {quoted_name(name)}" for name in fields)
    text = f"CAST(to_json({{{row}}}) AS VARCHAR)"
    figures = con.execute(
        f"SELECT count(*), sum(CAST(md5_number_lower(t) AS HUGEINT)), bit_xor(md5_number_upper(t)) "
        f"FROM (SELECT {text} AS t FROM read_parquet({literal(path)}))"
    ).fetchall()[0]
    return f"{stable_hash('content', *map(str, figures), *fields):016x}"
