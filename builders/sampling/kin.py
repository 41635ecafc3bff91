"""What negatives share with their target, so that it does not stand out: a span of years, or a town.

People mostly meet recent works, and places near where they are. Where items have years, a negative comes
from a span of years around the target's; the span is placed at random, so that the target's year is not in
its middle. If there are too few such works, one of any year may serve. Where titles end in a place,
"Churn (Phoenix)", a negative is in the same place, without exception: the only candidate from the town that
the user is in would be a good guess. A case in whose place there are too few works is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from itdr.builders.store.reader import StoreReader

YEARS = 8
"""Width of the span of years."""
TOWN = r"\((?P<town>[^()]+)\)$"
"""The town at the end of a title."""
NONE = -1
ANY_YEAR = "near in time, any year"


@dataclass(frozen=True)
class Kin:
    """The number of each item that decides which works are alike.

    Attributes:
        numbers: by item code: its year, or the code of its place; `NONE` where it has none.
        width: how far apart the numbers of two works may be.
        fallback: what it is called when a work of any number had to serve; None where none may.
    """

    numbers: np.ndarray
    width: int
    fallback: str | None

    def starts(self, works: np.ndarray, random: np.ndarray) -> np.ndarray:
        """The first number of the span of each work, which holds the work's own anywhere in it.

        Args:
            works: the targets.
            random: a large random number for each.

        Returns:
            int64; `NONE` where a work has no number.
        """
        own = self.numbers[works].astype(np.int64)
        shift = random % np.uint64(self.width + 1)
        return np.where(own == NONE, NONE, own - shift.astype(np.int64))

    def inside(self, works: np.ndarray, starts: np.ndarray) -> np.ndarray:
        """Whether works are in the spans that begin there; works without a number are in those that begin at `NONE`.

        Args:
            works: codes.
            starts: the first number of a span for each.

        Returns:
            Truth values.
        """
        own = self.numbers.take(works)
        # Of one type, they are compared without a copy of either.
        starts = starts.astype(own.dtype)
        ends = np.where(starts == NONE, own.dtype.type(NONE), starts + own.dtype.type(self.width))
        inside = (own >= starts) & (own <= ends)
        if starts.min(initial=NONE) < NONE:
            inside &= (own != NONE) | (starts == NONE)
        return inside


def town_of(title: str) -> str | None:
    """The town at the end of a title, where a source puts it; None where there is none.

    >>> town_of("Churn (Phoenix)"), town_of("Churn")
    ('Phoenix', None)
    """
    match = re.search(TOWN, title)
    return match["town"] if match else None


def kin_of(store: StoreReader) -> Kin | None:
    """What the negatives of a store share with their targets.

    Args:
        store: a store.

    Returns:
        Years where items have them, towns where titles end in one, else None.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    items = store.items
    if "year" in items.column_names:
        years = pc.fill_null(items.column("year").combine_chunks(), NONE)
        numbers = years.to_numpy(zero_copy_only=False).astype(np.int16)
        return Kin(numbers, YEARS, ANY_YEAR)
    if not store.source.options.get("town_in_title"):
        return None
    title = items.column("title").combine_chunks()
    coded = pc.struct_field(pc.extract_regex(title, TOWN), "town").dictionary_encode()
    coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
    numbers = pc.fill_null(coded.indices, NONE).to_numpy(zero_copy_only=False)
    return Kin(numbers.astype(np.int32), 0, None)
