"""Impressions that are known again: of one user, in the files of two splits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.letters import ENOUGH_IF_ALL
from itdr.builders.core.reasons import ENOUGH_TO_JUDGE
from itdr.builders.sources._formats.validate import AGAIN

if TYPE_CHECKING:
    import pyarrow as pa

DRAWN = 8
"""Of so many seconds, the impressions of one are compared between the files."""


def mark(user: str, news: str) -> int:
    """64 bits that identify a user with a list of news, in place of the text, to save memory."""
    import hashlib

    digest = hashlib.blake2b(f"{user}\t{news}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def drawn(user: pa.StringArray, time: pa.Int64Array, shown: pa.StringArray) -> Iterator[int]:
    """Marks of the impressions of every `DRAWN`th second: the second draws them, and not their place.

    Args:
        user: the users.
        time: the seconds; those without one are not drawn.
        shown: the news shown.

    Yields:
        A mark for each.
    """
    import numpy as np
    import pyarrow.compute as pc

    seconds = np.asarray(pc.fill_null(time, 1))
    for place in np.flatnonzero(seconds % DRAWN == 0):
        yield mark(f"{user[place].as_py()}\t{seconds[place]}", shown[place].as_py())


def require_different(found: Mapping[Path, set[int]]) -> None:
    """Check that the files of two splits have different impressions.

    Args:
        found: by file, the marks of `drawn`.

    Raises:
        RawFileError: most of one file are in the other one, too.
    """
    if len(found) < 2:
        return
    (one, first), (other, second) = found.items()
    fewer, both = min(len(first), len(second)), len(first & second)
    if both == fewer >= ENOUGH_IF_ALL or (fewer >= ENOUGH_TO_JUDGE and 2 * both > fewer):
        raise RawFileError(
            f"{other}: of {fewer:,} impressions that were compared, {both:,} are in {one}, too: one of the two "
            f"files was copied over the other, or appended to it. {AGAIN}"
        )
