"""How large what is unpacked may become: bounded by what is declared, or by what it was packed into."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from pathlib import Path

from itdr.builders.core.paths import RESERVE, format_size, free_bytes

SLACK = 16 << 20
"""What is unpacked may exceed its declared size fourfold and by this; more is a bomb."""
RATIO, LARGE = 200, 1 << 30
"""What has no declared size and more than LARGE bytes may be at most RATIO times its packed size."""
EVERY = 8 << 20
"""Bytes written between two looks at the room that is left on the disk."""


class TooLarge(Exception):
    """What is unpacked is larger than it may be."""


def most_bytes(declared: int | None, packed: int) -> int:
    """The most bytes that something may unpack to.

    Args:
        declared: its declared size, if any.
        packed: the size of what it is packed into.

    Returns:
        The bound; what has more bytes is taken for a bomb.
    """
    if declared is not None:
        return 4 * declared + SLACK
    return max(LARGE, RATIO * packed)


def write_bounded(pieces: Iterable[bytes], path: Path, most: int) -> None:
    """Write `pieces` into a new file, which is removed again where that fails.

    Args:
        pieces: the bytes.
        path: the file.
        most: the bound of its size.

    Raises:
        TooLarge: for more than `most` bytes.
        OSError: of writing; `ENOSPC` before the last `RESERVE` bytes of the disk are used.
    """
    room = Room(path.parent)
    have = 0
    try:
        with open(path, "wb") as file:
            for piece in pieces:
                have += len(piece)
                if have > most:
                    raise TooLarge(f"it unpacks to more than {format_size(most)}")
                room.take(len(piece))
                file.write(piece)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


class Room:
    """The room on a disk, of which `RESERVE` bytes are left to others."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._written = EVERY

    def take(self, count: int) -> None:
        """Note that `count` bytes are about to be written. Raises OSError (`ENOSPC`) for no room."""
        self._written += count
        if self._written < EVERY:
            return
        self._written = 0
        if free_bytes(self.folder) < RESERVE + count:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.folder))
