"""The shards of a split: which users of each cell belong to which, and in what order cells take
turns.

Every shard holds a consecutive run of each cell's sample, which is in random order already.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

import numpy as np

from itdr.builders.dataset.plan import CellSample, sample_begin
from itdr.builders.tasks.base import OpenCell

T = TypeVar("T")


@dataclass(frozen=True)
class Shard:
    """One of `of` equal shares of a split."""

    index: int
    of: int


class UserRequest(NamedTuple):
    """A user (or item, by code), how many of its cases are requested (None: all), and the position
    of its shard among those being drawn."""

    user: int
    most: int | None
    shard: int


def expected(chosen: CellSample, shards: Sequence[Shard]) -> list[int]:
    """About how many examples a cell has in each shard: exactly, where its users are listed."""
    shares = _shares(chosen, shards)
    if chosen.takes is None:
        # The split's users may be none of the first ones counted.
        return np.maximum(shares[:, 1] - shares[:, 0], 1).tolist()
    return np.diff(np.append(0, chosen.ends)[shares])[:, 0].tolist()


def _shares(chosen: CellSample, shards: Sequence[Shard]) -> np.ndarray:
    """The run of a cell's listed users that belongs to each shard: where it begins and ends."""
    shares = [chosen.expected * (one.index + k) // one.of for one in shards for k in range(2)]
    if chosen.takes is not None:
        # Equal shares of cases, not of users, who may give very different numbers.
        shares = chosen.ends.searchsorted(shares, side="right").tolist()
    return np.array(shares, int).reshape(-1, 2)


def requested_users(
    chosen: CellSample, opened: OpenCell, shards: Sequence[Shard]
) -> Iterator[UserRequest]:
    """The users of a cell that belong to some shards, in the order of the sample.

    Args:
        chosen: the cell's sample.
        opened: the open cell.
        shards: shards of one split.

    Yields:
        One request per user.
    """
    if chosen.users is None:
        for place, shard in enumerate(shards):
            for user in _every_user(chosen, opened, shard):
                yield UserRequest(user, chosen.per_user, place)
        return
    assert chosen.takes is not None
    for place, (start, stop) in enumerate(_shares(chosen, shards).tolist()):
        users, takes = (one[start:stop].tolist() for one in (chosen.users, chosen.takes))
        yield from map(UserRequest, users, takes, itertools.repeat(place))


def _every_user(chosen: CellSample, opened: OpenCell, shard: Shard) -> Iterator[int]:
    """All users of the part in this shard's run of the store."""
    hashes, _ = opened.subjects
    n = len(hashes)
    begin = sample_begin(opened)
    start, stop = n * shard.index // shard.of, n * (shard.index + 1) // shard.of
    for block in range(start, stop, 4096):
        codes = (np.arange(block, min(block + 4096, stop)) + begin) % n
        if opened.by_subject:
            codes = codes[opened.parts(hashes[codes]) == chosen.part]
        yield from codes.tolist()


def interleave(streams: Sequence[Iterator[T]], expected: Sequence[int]) -> Iterator[T]:
    """Merge streams of examples in proportion to their expected lengths.

    Args:
        streams: one per cell.
        expected: examples expected of each stream.

    Yields:
        The examples of all streams.
    """
    queue = [(0.5 / n, place, 1) for place, n in enumerate(expected) if n]
    if len(queue) == 1:
        yield from streams[queue[0][1]]
        return
    heapq.heapify(queue)
    while queue:
        _, place, count = queue[0]
        example = next(streams[place], None)
        if example is None:
            heapq.heappop(queue)
        else:
            yield example
            heapq.heapreplace(queue, ((count + 0.5) / expected[place], place, count + 1))


class ShardedStream(Generic[T]):
    """The examples of one cell, asked for shard by shard. They are drawn in batches that cross the
    ends of shards, since a shard may hold few users of a cell."""

    def __init__(self, examples: Iterator[tuple[int, T]]) -> None:
        self._examples = examples
        self._ahead: tuple[int, T] | None = None

    def of(self, place: int) -> Iterator[T]:
        """The examples of one shard; those of all earlier shards must have been taken.

        Args:
            place: the shard's place.

        Yields:
            The shard's examples.
        """
        while True:
            entry = self._ahead or next(self._examples, None)
            self._ahead = entry
            if entry is None or entry[0] != place:
                return
            self._ahead = None
            yield entry[1]
