"""What was found of users is kept, in arrays and up to a limit, for when it is asked for again.

A plan looks at users before any row is drawn; the same process then draws the rows of the same users.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Protocol

import numpy as np

from itdr.builders.timelines import Timeline

KEPT = 1 << 22
"""Numbers kept of one kind for one store: 25 MB or so, of some 20,000 users of MovieLens."""


class Batch(Protocol):
    """What was found of several users at once."""

    @property
    def size(self) -> int:
        """About how many numbers it holds."""
        ...

    def lines(self, places: np.ndarray) -> Iterator[Timeline]:
        """What was found of the users at these places."""
        ...


class Found:
    """For each key, the batch that holds what was found and the place in it."""

    def __init__(self) -> None:
        self._places: dict[Hashable, tuple[Batch, int]] = {}
        self._left = KEPT

    def add(self, batch: Batch, keys: Iterable[Hashable], places: Sequence[int]) -> None:
        """Keep what is at these places, a key to each, as long as there is room."""
        if batch.size <= self._left:
            self._left -= batch.size
            pairs = zip(keys, places, strict=True)
            self._places.update((key, (batch, place)) for key, place in pairs)

    def lines(self, keys: Iterable[Hashable]) -> Iterator[Timeline]:
        """What was kept under these keys, in their order."""
        kept = self._places
        known = (kept[key] for key in keys if key in kept)
        for batch, group in itertools.groupby(known, itemgetter(0)):
            yield from batch.lines(np.array([place for _, place in group]))
