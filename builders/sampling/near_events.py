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
from itdr.builders.sampling.exclusions import Exclusions, any_same
from itdr.builders.sampling.kin import NONE, Kin, kin_of
from itdr.builders.sampling.models import Bounds, Models, Tolerance
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
AT_ONCE = 1 << 17
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

    def at(self, chosen: np.ndarray | slice) -> Places:
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
    """What fills a place, besides what fills any: whether it need be no kin, how far it may be from its model (none:
    as far as it likes; several: the places are so many times the same, once for each), which works are similar enough (None: all),
    and how many events are examined."""

    any_kin: bool = False
    tolerances: Sequence[Tolerance] = ()
    alike: Callable[[np.ndarray], np.ndarray] | None = None
    farthest: int = FARTHEST


class Suitable(NamedTuple):
    """Events that may fill some places: those of each are `counts` from `starts` on among `events`."""

    events: np.ndarray
    starts: np.ndarray
    counts: np.ndarray

    def of(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The events of some of the places, one place after the other.

        Args:
            places: positions.

        Returns:
            To which of these each belongs, and the events.
        """
        counts = self.counts[places]
        owners = np.arange(len(places)).repeat(counts)
        return owners, self.events[ranges(self.starts[places], counts)]


_NO_EVENTS = np.zeros(0, np.int64)


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

    @functools.cached_property
    def _met(self) -> np.ndarray:
        """How many met the work of each event of the span; asked for where these are few."""
        return self._stats.users.take(self._index.works[self._low : self._high])

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
            places: the places to fill, at most one of each case.
            wanted: what fills them.
            rung: what the places that were filled are counted as; None: not at all.

        Returns:
            The places that were not filled.
        """
        if not len(places):
            return places
        filled = self.fill(batch, places, self.suitable(batch, exclusions, places, wanted))
        if rung is not None and filled.any():
            self.rungs[rung] += int(filled.sum())
        return places.at(~filled)

    def suitable(
        self, batch: NegativeBatch, exclusions: Exclusions, places: Places, wanted: Wanted
    ) -> Suitable:
        """The suitable events near the target of each place; if there are none, those farther away.

        Args:
            batch: the cases, which rule out what they hold already.
            exclusions: of the same cases.
            places: the places.
            wanted: what fills them.

        Returns:
            The events of each place.
        """
        starts, counts = (np.zeros(len(places), np.int64) for _ in range(2))
        first, last = (one[places.where] for one in (batch.first, batch.last))
        bounds = _bounds(batch, places, wanted.tolerances) if wanted.tolerances else None
        todo, total, parts = np.arange(len(places)), 0, [_NO_EVENTS]
        nearest = [self.nearest]
        while len(todo):
            low, high = self.bounds(first[todo], last[todo], nearest[-1])
            for part in _parts(high - low):
                some = todo[part]
                at = batch, exclusions, places.at(some), low[part], high[part]
                events, of = self._able(*at, wanted, bounds and bounds.of(some))
                for less in nearest[:-1]:
                    near = self.bounds(first[some], last[some], less)
                    closer = (events >= near[0][of]) & (events < near[1][of])
                    closer |= np.bincount(of[closer], minlength=len(some))[of] == 0
                    events, of = events[closer], of[closer]
                counts[some] = per_place = np.bincount(of, minlength=len(some))
                starts[some] = total + per_place.cumsum() - per_place
                parts.append(events)
                total += len(events)
            if nearest[-1] >= wanted.farthest:
                break
            todo = todo[(counts[todo] == 0) & ((low > self._low) | (high < self._high))]
            nearest = self._farther(nearest[-1], wanted.farthest)
        return Suitable(np.concatenate(parts), starts, counts)

    def _farther(self, nearest: int, farthest: int) -> list[int]:
        """How many events are examined next, the last of them at once: the others tell which of these are nearer."""
        further = [nearest * GROWTH]
        while further[-1] < farthest <= self.nearest * GROWTH**2:
            further.append(further[-1] * GROWTH)
        return further

    def fill(self, batch: NegativeBatch, places: Places, suitable: Suitable) -> np.ndarray:
        """Fill each place with one of its suitable events, drawn by the place's random number.

        Args:
            batch: the cases; what fills a place is entered here.
            places: the places to fill, at most one of each case.
            suitable: the events of each.

        Returns:
            Whether each place had any.
        """
        filled = suitable.counts > 0
        offsets = places.numbers % np.maximum(suitable.counts, 1).astype(np.uint64)
        event = suitable.events[(suitable.starts + offsets.astype(np.int64))[filled]]
        where = places.at(filled).where
        batch.works[where] = work = self._index.works[event]
        batch.titles[where] = self._store.title_code[work]
        batch.users[where] = self._index.users[event]
        return filled

    def new(self, batch: NegativeBatch, rows: np.ndarray, events: np.ndarray) -> np.ndarray:
        """Whether events bring what the case in their row does not hold yet.

        Args:
            batch: the cases.
            rows: the case of each event.
            events: places in the index.

        Returns:
            False where another negative of the case has the title or was met by the same user.
        """
        users = self._index.users.take(events)
        titles = self._store.title_code.take(self._index.works.take(events))
        return ~(any_same(batch.users.T, rows, users) | any_same(batch.titles.T, rows, titles))

    def _able(
        self,
        batch: NegativeBatch,
        exclusions: Exclusions,
        places: Places,
        low: np.ndarray,
        high: np.ndarray,
        wanted: Wanted,
        bounds: Bounds | None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """The events from each `low` to `high` that may fill the place, and which place that is."""
        kin = None if wanted.any_kin or self.kin is None else batch.kin[places.where]
        events, of = self._between(low, high, bounds, kin)
        works = self._index.works.take(events)
        if wanted.alike is not None:
            near = wanted.alike(works)
            events, of, works = events[near], of[near], works[near]
        if bounds is None:
            users, times = self._index.users[events], self._index.times[events]
            good = self.honest(works, users, times, batch.before[places.where][of])
        else:
            good = bounds.known(self._stats, works, of)
        # Positions are taken in half the time that truth values are.
        positions = np.flatnonzero(good)
        works, events, of = works.take(positions), events.take(positions), of.take(positions)
        rows, titles = places.rows.take(of), self._store.title_code.take(works)
        new = self.new(batch, rows, events)
        new &= ~exclusions.barred(rows, works, titles)
        positions = np.flatnonzero(new)
        return events.take(positions), of.take(positions)

    def _between(
        self, low: np.ndarray, high: np.ndarray, bounds: Bounds | None, kin: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """The events from each `low` to `high` whose works are in the span that begins at its `kin`, and were met
        by as many as its `bounds` allow; and to which of these each belongs."""
        if bounds is None and kin is None:
            return ranges(low, high - low), np.arange(len(low)).repeat(high - low)
        # Equally long runs, which are copied as they lie: what is too much of them is cut off below.
        width = int((high - low).max())
        if not width:
            return _NO_EVENTS, _NO_EVENTS
        begin = np.minimum(low, self._high - width)
        good = np.ones((), bool)
        if bounds is not None:
            user_counts = _windows(self._met, width)[begin - self._low]
            good = user_counts >= bounds.least[:, None]
            good &= user_counts <= bounds.most[:, None]
        if kin is not None:
            good = self.in_span(_windows(self._index.works, width)[begin], kin[:, None]) & good
        positions = np.flatnonzero(good)
        of = positions // width
        events = positions + (begin - np.arange(len(begin)) * width).take(of)
        if (begin == low).all() and (high == low + width).all():
            return events, of
        inside = (events >= low.take(of)) & (events < high.take(of))
        return events[inside], of[inside]


def _bounds(batch: NegativeBatch, places: Places, tolerances: Sequence[Tolerance]) -> Bounds:
    """What may fill the places: as much like their models as is tolerated, and known before their cases' moments."""
    models = batch.models.at(*places.at(slice(len(places) // len(tolerances))).where)
    parts = [models.bounds(tolerance) for tolerance in tolerances]
    bounds = parts[0] if len(parts) == 1 else Bounds(*map(np.concatenate, zip(*parts, strict=True)))
    before = batch.before[places.where]
    return bounds._replace(latest=np.minimum(bounds.latest, before - 1))


def _windows(values: np.ndarray, width: int) -> np.ndarray:
    """Every run of so many values, a row each. `sliding_window_view` takes twenty times as long to begin with."""
    shape = (len(values) - width + 1, width)
    return np.ndarray(shape, values.dtype, values, strides=values.strides * 2)


def _parts(sizes: np.ndarray) -> Iterator[np.ndarray | slice]:
    """Which runs of events of these sizes are examined together: all, or about equally long ones."""
    if len(sizes) * int(sizes.max()) <= AT_ONCE:
        yield slice(None)
        return
    order = np.argsort(-sizes, kind="stable")
    ordered, begin = sizes[order].tolist(), 0
    while begin < len(order):
        end = begin + max(1, AT_ONCE // max(ordered[begin], 1))
        yield order[begin:end]
        begin = end
