"""Folders that `itdr build` wrote: their data files, whether they are complete, and their rows.

Every file in a folder's provenance must exist with its size. A folder without provenance (copied,
or from the Hub) must hold every shard that the file names imply.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from itdr.builders.core.errors import ConfigError
from itdr.builders.dataset.catalogue_table import FILE
from itdr.publish import provenance

Row = dict[str, Any]
AGAIN = "build the folder again (itdr build), or fetch it again."
LISTS = ("history", "candidates", "relevant", "attributes", "evidence")
_FILE = re.compile(r"(train|validation|test)-.*\.(parquet|jsonl)$")
_SHARD = re.compile(r"(.+)-(\d{5})-of-(\d{5})(\..+)$")


def data_files(folder: Path) -> list[Path]:
    """The data files of a built config, or of all configs of a built folder.

    Args:
        folder: a built folder, or the folder of one config in it.

    Returns:
        Paths, sorted.
    """
    files = [
        path
        for pattern in ("*.parquet", "*.jsonl", "*/*.parquet", "*/*.jsonl")
        for path in folder.glob(pattern)
        if _FILE.match(path.name)
    ]
    return sorted(files)


def catalogue_files(folder: Path) -> list[Path]:
    """The catalogues of a built config, or of all configs of a built folder."""
    return [path for pattern in (FILE, f"*/{FILE}") for path in folder.glob(pattern)]


def split_of(path: Path) -> str:
    """The split of a data file, by its name."""
    return path.name.partition("-")[0]


def entries(folder: Path) -> dict[str, dict[str, Any]]:
    """What provenance says of the configs in a built folder, or of one that is such a config; empty
    where there is none. Raises `ConfigError` for one that is damaged."""
    home = _home(folder)
    if home is None:
        return {}
    by_config = provenance.read(home)
    return by_config if home == folder else {folder.name: by_config[folder.name]}


def require_whole(folder: Path) -> None:
    """Check that a built folder has all its data files and no others.

    Args:
        folder: a built folder, or the folder of one config in it.

    Raises:
        ConfigError: for a data file that is missing, cut short or foreign.
    """
    there, home = data_files(folder), _home(folder)
    if home is None:
        _require_shards(there)
        return
    recorded_files = {
        path
        for entry in entries(folder).values()
        for paths in provenance.paths(home, entry).values()
        for path in paths
    }
    for path in there:
        if path not in recorded_files:
            raise ConfigError(
                f"{path} is not among the files that {home / provenance.PROVENANCE} says were "
                f"built: move it away, or {AGAIN}"
            )


def _home(folder: Path) -> Path | None:
    """The folder that holds the provenance of `folder`: itself, or its parent where that lists it."""
    if (folder / provenance.PROVENANCE).is_file():
        return folder
    around = folder.parent
    if (around / provenance.PROVENANCE).is_file() and folder.name in provenance.read(around):
        return around
    return None


def rows(path: Path) -> Iterator[Row]:
    """Stream the rows of a data file.

    Args:
        path: a Parquet or JSON lines file.

    Yields:
        Rows.

    Raises:
        ConfigError: for a file that is damaged or empty, or holds anything but rows of itdr.
    """
    number = 0
    for number, row in enumerate(_records(path), 1):
        wrong = _wrong(row)
        if wrong:
            raise ConfigError(
                f"{path}, record {number}: {wrong}, so this is no row that itdr built: {AGAIN}"
            )
        yield row
    if not number:
        raise ConfigError(f"{path} holds no row, so it was cut off: {AGAIN}")


def _records(path: Path) -> Iterator[Any]:
    try:
        if path.suffix == ".jsonl":
            with open(path, encoding="utf-8") as lines:
                for line in lines:
                    yield json.loads(line)
            return
        import pyarrow.parquet as pq

        # Arrow takes a path with a colon for a URL.
        with open(path, "rb") as file:
            for batch in pq.ParquetFile(file).iter_batches(batch_size=1000):
                yield from batch.to_pylist()
    except (ValueError, RecursionError, OSError) as error:
        raise ConfigError(f"{path} is damaged ({error}): {AGAIN}") from error


def _wrong(row: Any) -> str | None:
    """Why a record is not a row, or None."""
    if not isinstance(row, dict):
        return "it is not an object"
    missing = [name for name in _columns() if name not in row]
    if missing:
        return f"it lacks {', '.join(missing)}"
    for name in LISTS:
        if not isinstance(row[name], list):
            return f"{name} is no list"
    return None


@functools.cache
def _columns() -> tuple[str, ...]:
    """The columns of a row in every format; not its hash, which earlier versions did not write."""
    from itdr.builders.dataset.formats import FORMATS, schema

    texts = {name for form in FORMATS.values() for name in form.columns}
    return tuple(name for name in schema() if name not in {*texts, "row_hash"})


def _require_shards(files: list[Path]) -> None:
    there = set(files)
    for path in files:
        parts = _SHARD.match(path.name)
        if parts is None:
            continue
        stem, number, of, ending = parts.groups()
        siblings = (path.with_name(f"{stem}-{n:05d}-of-{of}{ending}") for n in range(int(of)))
        missing = next((one for one in siblings if one not in there), None)
        if missing is not None or int(number) >= int(of):
            raise ConfigError(
                f"{missing or path} {'is missing' if missing else 'is one too many'}: {path.name} "
                f"says that there are {int(of)} such files; {AGAIN}"
            )
