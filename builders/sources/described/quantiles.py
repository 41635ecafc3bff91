"""Where liking and disliking begin, by quantiles of the ratings."""

from __future__ import annotations

import contextlib
import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cachetools

from itdr.builders.core.connection import open_duckdb
from itdr.builders.core.errors import RawFileError
from itdr.builders.core.raw_files import Raw
from itdr.builders.core.text_files import normalize
from itdr.builders.sources.described import readers
from itdr.builders.sources.described.files import Resolved

_found: cachetools.LRUCache[tuple[object, ...], float] = cachetools.LRUCache(maxsize=64)
"""Quantiles by description and state of the files: options are checked several times in a run."""


def quantile(found: Resolved, share: float) -> float:
    """The smallest rating with at least this share of all ratings at or below it.

    Args:
        found: a description whose interactions lie on this disk.
        share: between 0 and 1.

    Returns:
        A rating that occurs.

    Raises:
        ConfigError: for files that lie elsewhere or in a zip.
        RawFileError: where there is no rating.
    """
    log = [one for one in found.files if one.key in (found.keys or {}).get("interactions", ())]
    if not log or any(one.packed_in or not one.place for one in log):
        message = (
            "quantiles need files on this disk that are not in a zip: give `liked` and `disliked`."
        )
        raise found.fail("scale", message=message)
    stats = [Path(one.place).stat() for one in log]
    state = tuple((one.st_size, one.st_mtime_ns) for one in stats)
    key = (repr(found.description), str(found.base), share, state)
    if key not in _found:
        _found[key] = _quantile(found, share)
    return _found[key]


def _quantile(found: Resolved, share: float) -> float:
    import pyarrow as pa

    with (
        tempfile.TemporaryDirectory(prefix="itdr-") as work,
        contextlib.closing(open_duckdb()) as con,
    ):
        paths = {}
        for file in found.files:
            place = Path(file.place)
            if not file.binary and not file.packed_in:
                place = normalize(place, Path(work) / file.key, file.encoding).path
            paths[file.key] = place
        rated = readers.interactions(found, Raw(found.description.id, paths, con))
        if isinstance(rated, Iterator):
            first = next(rated)
            rated = pa.RecordBatchReader.from_batches(first.schema, itertools.chain([first], rated))
        rows = con.execute(
            f"SELECT quantile_disc(rating, {share}) FROM rated WHERE reject IS NULL"
        ).fetchall()
    if rows[0][0] is None:
        raise RawFileError(f"{found.path}: there is no rating to take a quantile of.")
    return float(rows[0][0])
