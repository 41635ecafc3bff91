"""Keys that a record holds twice, with other values: nobody can tell which one counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.text_files import AGAIN, LONGEST_LINE, is_gzip, open_bytes

_PIECE = 1 << 20
_CHECKED = 1 << 26
_PARSED = 100_000
Pairs = Iterable[list[tuple[str, Any]]]
"""The keys of each object in a line with their values, as often as they stand there."""


def require_keys_once(
    path: Path, keys: Sequence[str], objects: Callable[[bytes], Pairs], quotes: str = '"'
) -> None:
    """Check that no record holds one of the keys twice with different values.

    A program that writes keys twice does so in many records: of a file beyond `_CHECKED` bytes every
    sixteenth megabyte is looked at, or, of gzip, nothing more. Keys are counted first, since few files call
    for parsing; at most `_PARSED` records are parsed, for files whose nested objects have keys of the same
    names.

    Args:
        path: the file.
        keys: the keys.
        objects: gives the keys and values of a line's objects.
        quotes: what stands around a key.

    Raises:
        RawFileError: a record does.
    """
    marks = [f"{quote}{key}{quote}".encode() for key in keys for quote in quotes]
    packed = is_gzip(path)
    with open_bytes(path) as file:
        start = parsed = 0
        while parsed < _PARSED and (block := file.read(_PIECE) + file.readline(LONGEST_LINE)):
            counts = {mark: n for mark in marks if (n := block.count(mark))}
            often = {*counts.values(), block.count(b"\n") + (not block.endswith(b"\n"))}
            if len(often) > 1:  # or there is a blank line
                for line in block.split(b"\n"):
                    if any(line.count(mark) > 1 for mark in counts):
                        _require_once(path, start + block.index(line), objects(line), keys)
                        parsed += 1
            start += len(block)
            if start > _CHECKED:
                if packed:
                    return
                file.seek(start + 15 * _PIECE)
                start = file.tell() + len(file.readline(LONGEST_LINE))


def _require_once(path: Path, start: int, objects: Pairs, keys: Sequence[str]) -> None:
    for pairs in objects:
        record = dict(pairs)
        for key, value in pairs:
            if key in keys and record[key] != value:
                raise RawFileError(
                    f"{path}: the record at byte {start:,} has the key {key!r} twice, with different "
                    f"values. {AGAIN}"
                )
