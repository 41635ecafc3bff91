"""The data files of one split: Parquet or JSON lines, of bounded size, the same bytes every time.

Parquet is written without the `huggingface` schema key, which `datasets` 3.6 cannot read when 5.x
wrote it; the card's YAML carries the features instead.
"""

from __future__ import annotations

import inspect
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from itdr.builders.core.errors import ItdrError
from itdr.builders.core.paths import disk_is_full
from itdr.builders.dataset.formats import schema
from itdr.builders.rawfiles.checksums import chunks, digests

if TYPE_CHECKING:
    import pyarrow as pa

KINDS = ("parquet", "jsonl")
FILE_ROWS = 50_000
GROUP_ROWS = 5_000
GROUP_BYTES = 64 << 20
"""Bounds of a row group, in memory: the Hub's viewer reads none above 100 MB."""
CHUNK_ROWS = 250


@dataclass
class Written:
    """What was written for one split. `bytes`: the rows' size in memory, as `datasets` counts it;
    `cells`: rows by (task, source); `scripts`: rows that hold Han characters or kana."""

    files: list[dict[str, Any]] = field(default_factory=list)
    rows: int = 0
    bytes: int = 0
    cells: Counter[tuple[str, str]] = field(default_factory=Counter)
    scripts: Counter[str] = field(default_factory=Counter)

    def add(self, other: Written) -> None:
        """Add what was written elsewhere for the same split."""
        self.files += other.files
        self.rows += other.rows
        self.bytes += other.bytes
        self.cells += other.cells
        self.scripts += other.scripts


def write_split(
    folder: Path, split: str, rows: Iterable[dict[str, Any]], form: str, kind: str, bar: Any = None
) -> Written:
    """Write `<split>-00000-of-0000N.<kind>` into `folder`, at most `FILE_ROWS` rows a file.

    Args:
        folder: the folder of a config.
        split: the split's name.
        rows: as the builder streams them.
        form: key of the rows' format.
        kind: `parquet` or `jsonl`.
        bar: a progress bar like tqdm's, or None.

    Returns:
        Names, sizes and hashes of the files, and what was counted on the way.
    """
    summary = Written()
    parts: list[Path] = []
    stream = iter(rows)
    for first in stream:
        path = folder / f"{split}-{len(parts):05d}.part"
        parts.append(path)
        summary.add(
            write_file(path, chain([first], islice(stream, file_rows() - 1)), form, kind, bar)
        )
    for number, path in enumerate(parts):
        name = file_name(split, number, len(parts), kind)
        os.replace(path, folder / name)
        summary.files.append(facts(folder / name))
    return summary


def file_name(split: str, number: int, of: int, kind: str) -> str:
    """The name of the `number`th of `of` files of a split."""
    return f"{split}-{number:05d}-of-{of:05d}.{kind}"


def file_rows() -> int:
    """Rows of every file but a split's last: whole pieces of `CHUNK_ROWS`, about `FILE_ROWS`."""
    return -(-FILE_ROWS // CHUNK_ROWS) * CHUNK_ROWS


def write_file(
    path: Path, rows: Iterable[dict[str, Any]], form: str, kind: str, bar: Any = None
) -> Written:
    """Write one data file.

    Args:
        path: where to write.
        rows: as the builder streams them.
        form: key of the rows' format.
        kind: `parquet` or `jsonl`.
        bar: a progress bar like tqdm's, or None.

    Returns:
        What the file holds; its `facts` are left to the caller.
    """
    from datasets import Features

    arrow = Features(schema(form)).arrow_schema.remove_metadata()
    summary = Written()
    with _Writer(path, kind, arrow) as writer:
        for batch in _batches(rows, arrow, summary):
            with disk_errors(path):
                writer.write(batch)
            if bar is not None:
                bar.update(batch.num_rows)
    return summary


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn a full disk into one clear sentence, within the block.

    Args:
        path: the file that is written.

    Raises:
        ItdrError: where the disk is full.
    """
    try:
        yield
    except OSError as error:
        if not disk_is_full(error):
            raise
        raise ItdrError(
            f"The disk is full: {path} could not be written. Free some space, or build into a folder "
            "on a larger disk; a rerun of the same command goes on from what is finished."
        ) from error


def _batches(
    rows: Iterable[dict[str, Any]], arrow: pa.Schema, summary: Written
) -> Iterator[pa.RecordBatch]:
    """Rows in batches that fit a row group, counted on the way."""
    import pyarrow as pa

    stream = iter(rows)
    while chunk := list(islice(stream, CHUNK_ROWS)):
        for row in chunk:
            summary.cells[row["task"], row["source"]] += 1
            summary.scripts.update(_scripts(row))
        batch = pa.RecordBatch.from_pylist(chunk, schema=arrow)
        summary.rows += batch.num_rows
        summary.bytes += batch.nbytes
        yield from _pieces(batch)


def _pieces(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The batch, halved until each piece fits a row group."""
    if batch.nbytes <= GROUP_BYTES or batch.num_rows == 1:
        yield batch
        return
    half = batch.num_rows // 2
    yield from _pieces(batch.slice(0, half))
    yield from _pieces(batch.slice(half))


class _Writer:
    """One file, Parquet in row groups of bounded size, or JSON lines."""

    def __init__(self, path: Path, kind: str, arrow: pa.Schema) -> None:
        import pyarrow.parquet as pq

        self.rows = 0
        self._held: list[pa.RecordBatch] = []
        self._path = path
        self._parquet: Any = None
        self._file: IO[Any]
        if kind == "parquet":
            # Opened here: Arrow would take a name with a colon for a URL.
            self._file = path.open("wb")
            self._parquet = pq.ParquetWriter(
                self._file, arrow, compression="zstd", write_page_index=True, **_chunking()
            )
        else:
            self._file = path.open("w", encoding="utf-8", newline="\n")

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, *failure: object) -> None:
        with disk_errors(self._path), self._file:
            if self._parquet is not None:
                if failure[0] is None:
                    self._flush()
                self._parquet.close()

    def write(self, batch: pa.RecordBatch) -> None:
        self.rows += batch.num_rows
        if self._parquet is None:
            for row in batch.to_pylist():
                self._file.write(json.dumps(_short(row), ensure_ascii=False) + "\n")
            return
        rows = sum(one.num_rows for one in self._held) + batch.num_rows
        size = sum(one.nbytes for one in self._held) + batch.nbytes
        if self._held and (rows > GROUP_ROWS or size > GROUP_BYTES):
            self._flush()
        self._held.append(batch)

    def _flush(self) -> None:
        import pyarrow as pa

        if self._held:
            table = pa.Table.from_batches(self._held)
            self._parquet.write_table(table, row_group_size=table.num_rows)
            self._held = []


def _chunking() -> dict[str, Any]:
    """Content-defined page boundaries: after a change, only the changed pages are uploaded to the
    Hub. Empty before pyarrow 21, which lacks them."""
    import pyarrow.parquet as pq

    name = "use_content_defined_chunking"
    return {name: True} if name in inspect.signature(pq.ParquetWriter.__init__).parameters else {}


def _short(row: dict[str, Any]) -> dict[str, Any]:
    """Ratings are float32: write 3.7, not 3.700000047683716, which reads back the same."""
    import numpy as np

    def short(value: float | None) -> float | None:
        return None if value is None else float(str(np.float32(value)))

    history = [{**one, "rating": short(one["rating"])} for one in row["history"]]
    return {**row, "history": history, "rating": short(row["rating"])}


def facts(path: Path) -> dict[str, Any]:
    """Name, size and SHA-256 of a file, once its bytes are on the disk."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
    hashes = digests(chunks(path), ["sha256"])
    return {"name": path.name, "size": path.stat().st_size, **hashes}


def _scripts(row: dict[str, Any]) -> set[str]:
    """Which scripts other than Latin the shown titles are written in: the card names languages."""
    scripts = set()
    for one in (*row["history"], *row["candidates"]):
        title = one["title"]
        if not title.isascii():
            scripts |= {_script(char) for char in title}
    return scripts - {""}


def _script(char: str) -> str:
    if "\u3041" <= char <= "\u30ff":
        return "kana"
    return "han" if "\u4e00" <= char <= "\u9fff" else ""
