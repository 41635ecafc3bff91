"""Limits on unpacked sizes, by the declared size or by the packed size."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from pathlib import Path

from itdr.builders.core.paths import RESERVE, format_size, free_bytes

SLACK = 16 << 20
"""Unpacked data may exceed four times their declared size by this much; more is a bomb."""
RATIO, LARGE = 200, 1 << 30
"""Without a declared size, more than LARGE bytes may be at most RATIO times the packed size."""
EVERY = 8 << 20
"""Bytes written between two checks of the free disk space."""


class TooLarge(Exception):
    """Unpacked data exceed their limit."""


def max_unpacked_bytes(declared: int | None, packed: int) -> int:
    """The most bytes that something may unpack to; more is taken for a decompression bomb.

    Args:
        declared: its declared size, if any.
        packed: its packed size.
    """
    if declared is not None:
        return 4 * declared + SLACK
    return max(LARGE, RATIO * packed)


def write_bounded(pieces: Iterable[bytes], path: Path, most: int) -> None:
    """Write a new file of bounded size; it is removed again on failure.

    Args:
        pieces: the bytes.
        path: the file.
        most: the limit of its size.

    Raises:
        TooLarge: there are more than `most` bytes.
        OSError: writing failed; `ENOSPC` before the last `RESERVE` bytes of the disk are used.
    """
    room = DiskRoom(path.parent)
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


class DiskRoom:
    """The free space of a disk, of which `RESERVE` bytes are left alone.

    Args:
        folder: a folder on that disk.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._written = EVERY

    def take(self, count: int) -> None:
        """Account for bytes about to be written.

        Args:
            count: how many.

        Raises:
            OSError: `ENOSPC`, there is no room.
        """
        self._written += count
        if self._written < EVERY:
            return
        self._written = 0
        if free_bytes(self.folder) < RESERVE + count:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.folder))
