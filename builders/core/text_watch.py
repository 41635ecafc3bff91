"""What readers of a text file would stumble over, noticed while its bytes pass by for another purpose.

A suspect is read again from a copy that `text_files.normalize` mends.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from itdr.builders.core.text_files import CTRL_Z, LONGEST_LINE

_MARK = b"\n" + codecs.BOM_UTF8
_OVERLAP = len(_MARK) - 1


@dataclass
class Suspects:
    """The keys of files to read from a mended copy.

    Attributes:
        keys: files that a reader may misread.
        mixed: files whose lines seem to end in LF as well as CRLF, or that are packed, so that nothing
            is known of their lines: some readers fail on a mix, and none misreads it.
    """

    keys: set[str] = field(default_factory=set)
    mixed: set[str] = field(default_factory=set)

    def watch(self, pieces: Iterable[bytes], key: str) -> Iterator[bytes]:
        """Pass on the bytes of a file, and note whether it is a suspect.

        Args:
            pieces: consecutive bytes of the file, decompressed.
            key: the file's key.

        Yields:
            The pieces, unchanged.
        """
        length = feeds = returns = 0
        before = b""
        for piece in pieces:
            length = _open_line(piece, length)
            joined = before + piece
            # Half of the limit: a line is only cut at it where blocks begin.
            if length > LONGEST_LINE // 2 or _is_odd(joined):
                self.keys.add(key)
            feeds += count_byte(piece, b"\n")
            returns += count_byte(piece, b"\r")
            before = joined[-_OVERLAP:]
            yield piece
        if before.endswith((b"\n" + CTRL_Z, b"\r" + CTRL_Z)):
            self.keys.add(key)
        if 0 < returns < feeds:
            self.mixed.add(key)


def count_byte(piece: bytes, byte: bytes) -> int:
    """How often a byte occurs, in a quarter of the time that `bytes.count` takes where that is often.

    Args:
        piece: the bytes.
        byte: one of them.
    """
    if byte not in piece:
        return 0
    return int(np.count_nonzero(np.frombuffer(piece, np.uint8) == byte[0]))


def _open_line(piece: bytes, length: int) -> int:
    """The length of the line that goes on behind a piece, which went on for `length` before it."""
    return len(piece) - piece.rfind(b"\n") - 1 if b"\n" in piece else length + len(piece)


def _is_odd(joined: bytes) -> bool:
    # In a file with CRLF every line calls for a closer look, which is several times slower.
    doubled = b"\r" in joined and _is_doubled(joined, b"\r")
    return (doubled and b"\r\r\n" in joined) or (b"\xef" in joined and _MARK in joined)


def _is_doubled(piece: bytes, byte: bytes) -> bool:
    """Whether a byte stands twice in a row."""
    pair = int.from_bytes(2 * byte, "big")
    pairs = (np.frombuffer(piece, np.uint16, (len(piece) - k) // 2, k) for k in range(2))
    return any(bool((two == pair).any()) for two in pairs)
