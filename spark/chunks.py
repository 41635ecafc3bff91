"""Raw files in pieces: a file of lines cut by byte ranges, each piece a small file of its own.

A piece holds the lines that begin in its range, and begins with the file's header where it has one.
Where a range ends is settled by the bytes there, so that neighbours agree without being asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from itdr.builders.core import remote
from itdr.builders.core.schema import Cut, RawFile

PIECE = 64 << 20
"""Bytes of a piece: some hundred thousand lines, read in a second or two."""
_COPY = 1 << 20


@dataclass(frozen=True)
class Piece:
    """What one task reads: a range of one file, or (key None) all files whole."""

    key: str | None = None
    start: int = 0
    stop: int = 0


def pieces(
    files: tuple[RawFile, ...], urls: Mapping[str, str], table: str, size: int
) -> list[Piece]:
    """The pieces that a table is read from, of about `size` bytes each."""
    for file in files:
        if file.cut is None or table not in file.cut.tables or file.key not in urls:
            continue
        whole = remote.size(urls[file.key]) or 0
        if whole > size and not packed(urls[file.key]):
            starts = range(0, whole, size)
            return [Piece(file.key, start, min(start + size, whole)) for start in starts]
    return [Piece()]


def packed(url: str) -> bool:
    """Whether a file is gzip, whatever it is called."""
    with remote.open_binary(url) as file:
        return file.read(2) == b"\x1f\x8b"


def write_piece(url: str, cut: Cut, piece: Piece, path: Path) -> bool:
    """Write a piece as a file; False where no line begins in its range."""
    before = re.compile(cut.before.encode())
    with remote.open_binary(url) as file:
        header = file.readline() if cut.header else b""
        start = _begin(file, before, piece.start, len(header))
        stop = _begin(file, before, piece.stop, len(header))
        if stop <= start:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as out:
            out.write(header)
            file.seek(start)
            left = stop - start
            while left and (block := file.read(min(_COPY, left))):
                out.write(block)
                left -= len(block)
    return True


def _begin(file: Any, before: re.Pattern[bytes], place: int, first: int) -> int:
    """The offset of the first line at or after a place that a piece may begin with; the file's end
    where there is none. The file's first line is always one."""
    if place <= first:
        return first
    file.seek(place - 1)
    mark = place - 1 + len(file.readline())
    while line := file.readline():
        if before.match(line.rstrip(b"\r\n")):
            return mark
        mark += len(line)
    return mark
