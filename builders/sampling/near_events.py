"""The events near a case's targets, and how places for negatives are filled from all of them.

Whatever is suitable is found for many cases at once: an operation on one long array is much faster than many
on short ones.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from itdr.builders.core.ranges import ranges
from itdr.builders.core.rng import numbers_at
from itdr.builders.sampling.event_index import EventIndex
from itdr.builders.sampling.exclusions import Exclusions
from itdr.builders.sampling.kin import NONE, Kin, kin_of
from itdr.builders.sampling.models import Models, Tolerance
from itdr.builders.sampling.popularity import TrainStats
from itdr.builders.sampling.requests import NegativeRequests
from itdr.builders.store.reader import StoreReader

NEAREST, NEAREST_OF_KIN = 2000, 4000
"""How many events near the target are tried first, half on either side."""
LEAST_NEAREST, SHARE = 100, 50
"""In a small source, a 1/`SHARE` fraction of its events, but at least `LEAST_NEAREST`."""
GROWTH = 4
"""How much that number grows when too few events are suitable."""
FARTHEST = 1 << 20
AT_ONCE = 1 << 15
"""About how many events are examined together."""


@dataclass(slots=True)
class NegativeBatch:
    """What is drawn for several cases at once: one row per case, one column per negative.

    Attributes:
        first, last: where in the index the events of the target's second begin and end.
        before: when a negative must have been known.
        kin: where the span of the target's kin begins, `NONE` for works without a number.
        open: the places that are still to be filled.
        models: the event that each negative is modelled on.
        used: how many numbers of each case's random sequence have been consumed.
    """

    first: np.ndarray
    last: np.ndarray
    before: np.ndarray
    kin: np.ndarray
    open: np.ndarray
    works: np.ndarray
    titles: np.ndarray
    users: np.ndarray
    models: Models
    used: int


@dataclass(frozen=True, slots=True)
class Places:
    """Negatives still to be found, at most one of each case: rows, columns, a random number for each."""

    rows: np.ndarray
    slots: np.ndarray
    numbers: np.ndarray

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def where(self) -> tuple[np.ndarray, np.ndarray]:
        """The index of these places in the arrays of a batch."""
        return self.rows, self.slots

    def at(self, chosen: np.ndarray) -> Places:
        """Some of them.

        Args:
            chosen: their positions, or a truth value for each.

        Returns:
            These places alone.
        """
        return Places(self.rows[chosen], self.slots[chosen], self.numbers[chosen])

    def each(self) -> Iterator[Places]:
        """The places, one by one."""
        return (self.at(np.array([k])) for k in range(len(self)))

    @classmethod
    def joined(cls, parts: Sequence[Places]) -> Places:
        """The places of several, one after the other.

        Args:
            parts: one or more.
        """
        columns = ((one.rows, one.slots, one.numbers) for one in parts)
        return cls(*map(np.concatenate, zip(*columns, strict=True)))


class Wanted(NamedTuple):
    """What fills a place, besides what fills any: whether it need be no kin, how far it may be from its model
    (None: as far as it likes), which works are similar enough (None: all), and how many events are examined."""

    any_kin: bool = False
    tolerance: Tolerance | None = None
    alike: Callable[[np.ndarray], np.ndarray] | None = None
    farthest: int = FARTHEST


class NearEvents:
    """Events near the target in time.

    Args:
        store: whose works they are.
        stats: what the training part knows of each work.
        index: the events in order of time.
        span: UTC seconds between which events may be drawn, where time splits the data.
        rungs: counts how often each fallback was needed.
    """

    def __init__(
        self,
        store: StoreReader,
        stats: TrainStats,
        index: EventIndex,
        span: tuple[int | None, int | None] = (None, None),
        rungs: Counter[str] | None = None,
    ) -> None:
        self._store = store
        self._stats = stats
        self._index = index
        start, stop = span
        self._low = 0 if start is None else int(index.times.searchsorted(start))
        self._counted = start is None
        self._high = len(index) if stop is None else int(index.times.searchsorted(stop))
        self.rungs: Counter[str] = Counter() if rungs is None else rungs

    @functools.cached_property
    def kin(self) -> Kin | None:
        """What negatives share with their target; None where items have neither years nor places."""
        return kin_of(self._store)

    @property
    def needs_kin(self) -> bool:
        """Whether no other works may serve where too few share with the target what they must."""
        return self.kin is not None and self.kin.fallback is None

    @functools.cached_property
    def nearest(self) -> int:
        """How many events are tried first."""
        most = NEAREST if self.kin is None else NEAREST_OF_KIN
        return min(most, max(LEAST_NEAREST, (self._high - self._low) // SHARE))

    def around(self, moments: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where in the index the events of each of these seconds begin and end.

        Args:
            moments: UTC seconds.

        Returns:
            Two integer arrays of the same shape.
        """
        # Looked up in order of time: the index is long, and neighbours lie together.
        seconds, places = np.unique(moments, return_inverse=True)
        times, shape = self._index.times, moments.shape
        return (
            times.searchsorted(seconds, side="left")[places].reshape(shape),
            times.searchsorted(seconds, side="right")[places].reshape(shape),
        )

    def spans(self, requests: NegativeRequests) -> np.ndarray:
        """Where the span of each target's kin begins.

        Args:
            requests: what several cases ask for.

        Returns:
            int64, one row per case, one column per target; `NONE` where there is no kin.
        """
        if self.kin is None:
            return np.full(requests.targets.shape, NONE, np.int64)
        columns = np.arange(requests.targets.shape[1])
        random = numbers_at(requests.rng_states[:, None], columns)
        return self.kin.starts(requests.targets, random)

    def bounds(
        self, first: np.ndarray, last: np.ndarray, nearest: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Where the nearest events begin and end, half of them on either side.

        Args:
            first, last: where the events of the target's second begin and end.
            nearest: how many events.

        Returns:
            Two integer arrays of the same shape.
        """
        half = nearest // 2
        return (
            np.minimum(np.maximum(first - half, self._low), self._high),
            np.minimum(np.maximum(last + half, self._low), self._high),
        )

    def honest(
        self, works: np.ndarray, users: np.ndarray, times: np.ndarray, before: np.ndarray
    ) -> np.ndarray:
        """Whether somebody else had met the work before the event and before the case's moment; the
        same is required of targets.

        Args:
            works, users, times: of the events.
            before: the moments of their cases.

        Returns:
            bool of the same shape.
        """
        since = self._stats.since_many(works, users)
        return since < np.minimum(times, before)

    def in_span(self, works: np.ndarray, starts: np.ndarray) -> np.ndarray:
        """Whether works are kin of their targets.

        Args:
            works: codes.
            starts: where the spans of their targets begin.

        Returns:
            bool of the shape of `works`.
        """
        if self.kin is None:
            return np.ones(works.shape, bool)
        return self.kin.inside(works, starts)

    # -- one place of each case at a time -----------------------------------------------------

    def search(
        self,
        batch: NegativeBatch,
        exclusions: Exclusions,
        places: Places,
        wanted: Wanted,
        rung: str | None = None,
    ) -> Places:
        """Fill places from all events near their targets, then from farther ones, until one is suitable.

        Args:
            batch: the cases; what fills a place is entered here.
            exclusions: of the same cases.
            places: the places to fill.
            wanted: what fills them.
            rung: what the places that were filled are counted as; None: not at all.

        Returns:
            The places that were not filled.
        """
        nearest, given_up = self.nearest, [places.at(np.zeros(0, int))]
        n = len(places)
        while len(places):
            first, last = (one[places.where] for one in (batch.first, batch.last))
            low, high = self.bounds(first, last, nearest)
            at_once = max(1, AT_ONCE // nearest)
            filled = [
                self._fill(batch, exclusions, places.at(some), low[some], high[some], wanted)
                for some in np.split(np.arange(len(places)), range(at_once, len(places), at_once))
            ]
            left = ~np.concatenate(filled)
            over = left & (low <= self._low) & (high >= self._high)
            if nearest >= wanted.farthest:
                over = left
            given_up.append(places.at(over))
            places = places.at(left & ~over)
            nearest *= GROWTH
        left_over = Places.joined(given_up)
        if rung is not None and len(left_over) < n:
            self.rungs[rung] += n - len(left_over)
        return left_over

    def _fill(
        self,
        batch: NegativeBatch,
        exclusions: Exclusions,
        places: Places,
        low: np.ndarray,
        high: np.ndarray,
        wanted: Wanted,
    ) -> np.ndarray:
        """Fill each place with one of the suitable events from `low` to `high`; whether there is one."""
        if wanted.any_kin or self.kin is None:
            events, counts = ranges(low, high - low), high - low
        else:
            events, counts = self._kin_among(low, high, batch.kin[places.where])
        of = np.arange(len(places)).repeat(counts)
        if wanted.alike is not None:
            near = wanted.alike(self._index.works[events])
            of, events = of[near], events[near]
        good = self._able(batch, exclusions, places, of, events, wanted.tolerance)
        of, events = of[good], events[good]
        counts = np.bincount(of, minlength=len(places))
        filled = counts > 0
        chosen = places.numbers % np.maximum(counts, 1).astype(np.uint64)
        chosen = (counts.cumsum() - counts + chosen.astype(np.int64))[filled]
        where, event = places.at(filled).where, events[chosen]
        batch.works[where] = work = self._index.works[event]
        batch.titles[where] = self._store.title_code[work]
        batch.users[where] = self._index.users[event]
        return filled

    def _kin_among(
        self, low: np.ndarray, high: np.ndarray, starts: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """The events from each `low` to `high` whose works lie in the span that begins there, and how many
        these are."""
        found = []
        for begin, end, start in zip(low.tolist(), high.tolist(), starts, strict=True):
            near = self.in_span(self._index.works[begin:end], start)
            found.append(np.flatnonzero(near) + begin)
        return np.concatenate(found), np.array([len(one) for one in found])

    def _able(
        self,
        batch: NegativeBatch,
        exclusions: Exclusions,
        places: Places,
        of: np.ndarray,
        events: np.ndarray,
        tolerance: Tolerance | None,
    ) -> np.ndarray:
        """Whether each event may fill the place that it is meant for, apart from kin. of: which place that is."""
        works = self._index.works[events]
        where = rows, slots = places.rows[of], places.slots[of]
        if tolerance is None:
            users, times = self._index.users[events], self._index.times[events]
            good = self.honest(works, users, times, batch.before[where])
        else:
            good = batch.models.match(self._stats, works, where, tolerance)
            alike = np.flatnonzero(good)
            known = self._stats.first_time[works[alike]]
            good[alike] = known < batch.before[rows[alike], slots[alike]]
        kept = np.flatnonzero(good)
        works, users, rows = works[kept], self._index.users[events[kept]], rows[kept]
        titles = self._store.title_code[works]
        new = ~exclusions.barred(rows, works[:, None], titles[:, None])[:, 0]
        for column, chosen in ((users, batch.users), (titles, batch.titles)):
            new &= ~(column[:, None] == chosen[rows]).any(axis=1)
        good[kept] = new
        return good
