"""A size-bounded cache of per-user results, shared by planning and drawing.

A plan looks at users before any row is drawn; the same process then draws the rows of the same users.
Results are kept as the arrays they came in, and the bound counts numbers, not entries: that is why
this is not a `cachetools` cache, whose entries each have a size of their own.
"""

from __future__ import annotations

import weakref
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any, Generic, Protocol, TypeVar

import numpy as np

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Batch(Protocol[T_co]):
    """Results for several users at once. Must support weak references."""

    @property
    def size(self) -> int:
        """Roughly how many numbers the batch holds."""
        ...

    def at(self, places: np.ndarray) -> Iterator[T_co]:
        """The results at these places, in their order.

        Args:
            places: integer array of positions in the batch.
        """
        ...


class BatchCache(Generic[T]):
    """Maps each key to the batch that holds its result, and to its position there."""

    def __init__(self) -> None:
        self._places: dict[Hashable, tuple[Batch[T], int]] = {}

    def add(self, batch: Batch[T], keys: Iterable[Hashable], places: Sequence[int]) -> None:
        """Keep results of a batch, if the budget allows.

        Args:
            batch: the results.
            keys: one key per result to keep.
            places: the position of each result in `batch`; as many as `keys`.
        """
        if BUDGET.take(batch, self):
            pairs = zip(keys, places, strict=True)
            self._places.update((key, (batch, place)) for key, place in pairs)

    def forget(self) -> None:
        """Drop every entry."""
        self._places.clear()

    def lookup(self, keys: Iterable[Hashable]) -> Iterator[T]:
        """The cached results of these keys, batch by batch: each is asked once, for all of its own.

        Args:
            keys: the keys; those without an entry are skipped.
        """
        places_by_batch: dict[Batch[T], list[int]] = {}
        for batch, place in filter(None, map(self._places.get, keys)):
            places_by_batch.setdefault(batch, []).append(place)
        for batch, places in places_by_batch.items():
            yield from batch.at(np.array(places))


class Budget:
    """How many numbers all caches together may hold.

    Args:
        limit: how many.
    """

    def __init__(self, limit: int) -> None:
        self.limit = self.left = limit
        self._holders: weakref.WeakKeyDictionary[BatchCache[Any], None] = (
            weakref.WeakKeyDictionary()
        )

    def take(self, batch: Batch[Any], holder: BatchCache[Any]) -> bool:
        """Reserve space for a batch, emptying older caches where that is needed.

        The space is returned once nothing refers to the batch any more.

        Args:
            batch: what is to be kept.
            holder: the cache that keeps it; it is never emptied for its own sake.

        Returns:
            Whether the batch fits.
        """
        size = batch.size
        if size > self.limit:
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


BUDGET = Budget(1 << 23)
"""For all stores of the process: about 50 MB, or 40,000 users of MovieLens."""
