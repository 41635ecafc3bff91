"""Raw files in chunks: a file of lines cut at byte ranges, each chunk a small file of its own.

A chunk holds the lines that begin in its range, after the file's header if it has one. The bytes at a
boundary decide where a range ends, so that neighbours agree without communicating.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from itdr.builders.core import remote
from itdr.builders.core.schema import Cut, RawFile

CHUNK_BYTES = 64 << 20
"""Bytes per chunk: some hundred thousand lines, read in a second or two."""
_COPY = 1 << 20


@dataclass(frozen=True)
class Chunk:
    """What one task reads: a range of one file, or (key None) all files whole.

    Attributes:
        key: the file's key.
        start: the first byte of the range.
        stop: the byte after its last.
    """

    key: str | None = None
    start: int = 0
    stop: int = 0


def cut_into_chunks(
    files: tuple[RawFile, ...], urls: Mapping[str, str], table: str, size: int
) -> list[Chunk]:
    """The chunks from which a table is read.

    Args:
        files: the files of its source.
        urls: where executors read them, by key.
        table: the table.
        size: bytes per chunk, approximately.

    Returns:
        Chunks in the order of the file; a table that cannot be cut is one chunk.
    """
    for file in files:
        if file.cut is None or table not in file.cut.tables or file.key not in urls:
            continue
        total = remote.size(urls[file.key]) or 0
        if total > size and not is_gzip(urls[file.key]):
            starts = range(0, total, size)
            return [Chunk(file.key, start, min(start + size, total)) for start in starts]
    return [Chunk()]


def is_gzip(url: str) -> bool:
    """Whether a file is gzip, whatever its name."""
    with remote.open_binary(url) as file:
        return file.read(2) == b"\x1f\x8b"


def write_chunk(url: str, cut: Cut, chunk: Chunk, path: Path) -> bool:
    """Write a chunk as a file of its own.

    Args:
        url: the raw file.
        cut: how it may be cut.
        chunk: the range.
        path: the file to write.

    Returns:
        Whether any line begins in the range.
    """
    before = re.compile(cut.before.encode())
    with remote.open_binary(url) as file:
        header = file.readline() if cut.header else b""
        start = _begin(file, before, chunk.start, len(header))
        stop = _begin(file, before, chunk.stop, len(header))
        if stop <= start:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as out:
            out.write(header)
            file.seek(start)
            rest = stop - start
            while rest and (block := file.read(min(_COPY, rest))):
                out.write(block)
                rest -= len(block)
    return True


def _begin(file: Any, before: re.Pattern[bytes], place: int, first: int) -> int:
    """The offset of the first line at or after `place` with which a chunk may begin; the file's end where
    there is none. The file's first line always qualifies.
    """
    if place <= first:
        return first
    file.seek(place - 1)
    mark = place - 1 + len(file.readline())
    while line := file.readline():
        if before.match(line.rstrip(b"\r\n")):
            return mark
        mark += len(line)
    return mark
