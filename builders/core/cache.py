"""What was found of users is kept, as arrays and up to a limit, for when it is asked for again.

A plan looks at users before any row is drawn; the same process then draws the rows of the same users.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Hashable, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any, Generic, Protocol, TypeVar

import numpy as np

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Batch(Protocol[T_co]):
    """What was found of several users at once; it can be weakly referred to."""

    @property
    def size(self) -> int:
        """About how many numbers it holds."""
        ...

    def at(self, places: np.ndarray) -> Iterator[T_co]:
        """What was found of the users at these places."""
        ...


class Memo(Generic[T]):
    """For each key, the batch that holds what was found and the place in it."""

    def __init__(self) -> None:
        self._places: dict[Hashable, tuple[Batch[T], int]] = {}

    def add(self, batch: Batch[T], keys: Iterable[Hashable], places: Sequence[int]) -> None:
        """Keep what is at these places, a key to each, if there is room."""
        if ROOM.take(batch, self):
            pairs = zip(keys, places, strict=True)
            self._places.update((key, (batch, place)) for key, place in pairs)

    def forget(self) -> None:
        """Keep nothing of what there is."""
        self._places.clear()

    def of(self, keys: Iterable[Hashable]) -> Iterator[T]:
        """What was kept under these keys, in their order."""
        kept = self._places
        known = (kept[key] for key in keys if key in kept)
        for batch, group in itertools.groupby(known, itemgetter(0)):
            yield from batch.at(np.array([place for _, place in group]))


class Room:
    """How many numbers may still be kept."""

    def __init__(self, most: int) -> None:
        self.most = self.left = most
        self._holders: weakref.WeakKeyDictionary[Memo[Any], None] = weakref.WeakKeyDictionary()

    def take(self, batch: Batch[Any], holder: Memo[Any]) -> bool:
        """Whether there is room for a batch of this holder, for which others are forgotten that were
        begun before. Room is given back when nothing refers to the batch any more."""
        size = batch.size
        if size > self.most:
            return False
        for other in list(self._holders):
            if size <= self.left or other is holder:
                break
            other.forget()
            del self._holders[other]
        if size > self.left:
            return False
        self._holders.setdefault(holder)
        self.left -= size
        weakref.finalize(batch, self._give, size).atexit = False
        return True

    def _give(self, size: int) -> None:
        self.left += size


ROOM = Room(1 << 23)
"""For all stores of the process: 50 MB or so, of some 40,000 users of MovieLens."""
