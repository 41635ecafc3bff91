"""Negatives from the target's moment: works that other users met near it in time.

People mostly meet recent works, and works come and go. Negatives drawn by all-time popularity are
older than targets, so "the newest one" would be a good guess. Here a negative is a work that
somebody else met just before or after the target. Where items have years or places, it also shares those
(`kin`).
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from itdr.builders.core.rng import numbers_at
from itdr.builders.sampling.event_index import EventIndex
from itdr.builders.sampling.exclusions import Exclusions
from itdr.builders.sampling.kin import NONE, Kin, kin_of
from itdr.builders.sampling.models import ALIKE, LOOSER, Models, Tolerance, age_of
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
MODELS = (6, 24, 256)
"""How many random events are tried for each model, round by round."""
ROUNDS = tuple(zip((24, 48, 64, 64, 96), (ALIKE, *LOOSER), strict=True))
"""Random events tried, round by round, for each negative whose model event cannot itself be used, and how
close to the model they must be, before every nearby event is examined. In a small source there are few, and
all are examined straight away."""
NEAR = "near in time"
BY_POPULARITY = "in proportion to popularity"
SAME_KIND = ("same category, popularity within x2", "same category, within x4", "a shared category")
LESS_ALIKE = "near in time, less alike to its model"
ONE = 1 << 20
SHIFTS = tuple(round(2 ** (k / 64) * ONE) for k in range(64))
"""From 1 to 2 in equal ratios, in units of 1 / `ONE`: whole numbers are the same on every machine."""


class _Place(NamedTuple):
    """A negative still to be found: row, column, a random number, whether it need be no kin, and how far
    it may be from its model (None if it has no model)."""

    row: int
    slot: int
    number: int
    any_kin: bool = False
    tolerance: Tolerance | None = None


@dataclass(slots=True)
class _Batch:
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


class EventNegatives:
    """Draws works from events near the target in time.

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

    @property
    def _many_near(self) -> bool:
        """Whether there are too many near events to look at all of them for each negative."""
        return self.nearest >= NEAREST

    def sample_many(
        self, requests: NegativeRequests, exclusions: Exclusions, hard: bool = False
    ) -> np.ndarray:
        """Works for each case, -1 where no event is suitable.

        Args:
            requests: what several cases ask for; `moments` holds the time of each of their targets.
            exclusions: of the same cases.
            hard: prefer works similar to the target in category and popularity.

        Returns:
            int32: one row per case, and as many columns as the largest request.
        """
        batch = self._batch(requests)
        if not len(self._index):
            return batch.works
        if not hard:
            self._try(requests, exclusions, batch)
        for k, slot in np.argwhere(batch.open).tolist():
            number = int(numbers_at(requests.rng_states[k : k + 1], np.array([~slot]))[0])
            place = _Place(k, slot, number)
            if hard:
                found = self._like(requests, exclusions, batch, place)
            else:
                found = self._near_model(exclusions, batch, place)
            if found:
                continue
            fallback = NEAR if self.kin is None else self.kin.fallback
            # Without kin the first search would be the second over again.
            if hard and self.kin is not None and self._search(batch, exclusions, place):
                self.rungs[NEAR] += 1
            elif fallback and self._search(batch, exclusions, place._replace(any_kin=True)):
                self.rungs[fallback] += 1
        return batch.works

    def _near_model(self, exclusions: Exclusions, batch: _Batch, place: _Place) -> bool:
        """Fill a place with the work most similar to its model; with any work if it has
        no model, or if enough random ones were tried in vain."""
        has_model = batch.models.users[place.row, place.slot] > 0
        if not has_model or self._many_near:
            return self._search(batch, exclusions, place)
        able: dict[int, np.ndarray] = {}
        for tolerance in (ALIKE, *LOOSER):
            like = place._replace(tolerance=tolerance)
            if self._search(batch, exclusions, like, None, self.nearest * GROWTH**2, able):
                self.rungs[LESS_ALIKE] += tolerance is not ALIKE
                return True
        return False

    def _batch(self, requests: NegativeRequests) -> _Batch:
        counts = requests.counts
        slots = np.arange(int(counts.max()))
        assert requests.moments is not None
        n_targets = requests.moments.shape[1]
        target = slots % n_targets
        first, last = self._around(requests.moments)
        shape = (len(counts), len(slots))
        return _Batch(
            first=first[:, target],
            last=last[:, target],
            before=np.broadcast_to(requests.times[:, None], shape),
            kin=self._spans(requests)[:, target],
            open=slots < counts[:, None],
            works=np.full(shape, -1, np.int32),
            titles=np.full(shape, -1, np.int32),
            users=np.full(shape, -1, np.int32),
            models=Models.none(shape, np.broadcast_to(requests.times[:, None], shape)),
            used=n_targets,
        )

    def _around(self, moments: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where in the index the events of each of these seconds begin and end. Looked up in order
        of time: the index is long, and neighbours lie together."""
        seconds, places = np.unique(moments, return_inverse=True)
        times, shape = self._index.times, moments.shape
        return (
            times.searchsorted(seconds, side="left")[places].reshape(shape),
            times.searchsorted(seconds, side="right")[places].reshape(shape),
        )

    def _spans(self, requests: NegativeRequests) -> np.ndarray:
        """Where the span of each target's kin begins."""
        if self.kin is None:
            return np.full(requests.targets.shape, NONE, np.int64)
        columns = np.arange(requests.targets.shape[1])
        random = numbers_at(requests.rng_states[:, None], columns)
        return self.kin.starts(requests.targets, random)

    def _try(self, requests: NegativeRequests, exclusions: Exclusions, batch: _Batch) -> None:
        """Draw events at random for all open places of all cases at once: the models first, each of
        which is used itself if it qualifies."""
        rows, slots, events = self._draw_models(requests, batch)
        self._take_fitting(exclusions, batch, rows, slots, events, ALIKE)
        for tries, tolerance in ROUNDS if self._many_near else ():
            rows, slots = np.nonzero(batch.open & (batch.models.users > 0))
            if not len(rows):
                return
            places, events = self._random_events(requests, batch, (rows, slots), tries)
            self._take_fitting(exclusions, batch, rows[places], slots[places], events, tolerance)

    def _draw_models(
        self, requests: NegativeRequests, batch: _Batch
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Model each place on a random event near its target that could be a target itself: somebody
        else had interacted with the work before. Returns rows, slots and events of the places that have a model."""
        rows, slots = np.nonzero(batch.open)
        found = []
        # Each case uses up the numbers of all rounds, whatever the others drawn with it need.
        for tries in MODELS:
            places, events = self._random_events(requests, batch, (rows, slots), tries)
            users, times = self._index.users[events], self._index.times[events]
            works = self._index.works[events]
            since = self._stats.since_many(works, users)
            known = np.flatnonzero(since < times)
            known = known[_firsts(places[known])]
            chosen, works = places[known], works[known]
            where = rows[chosen], slots[chosen]
            met = self._stats.users[works] - self._counted
            batch.models.users[where] = np.maximum(met, 1)
            batch.models.age[where] = age_of(times[known], since[known])
            found.append((*where, events[known]))
            left = np.ones(len(rows), bool)
            left[chosen] = False
            rows, slots = rows[left], slots[left]
        rows, slots, events = map(np.concatenate, zip(*found, strict=True))
        return rows, slots, events

    def _random_events(
        self,
        requests: NegativeRequests,
        batch: _Batch,
        where: tuple[np.ndarray, np.ndarray],
        tries: int,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Of the given number of random events near each of these places those whose works fall in its
        span: to which of the places each belongs (ascending), and the events."""
        rows, slots = where
        numbers = batch.used + slots[:, None] * tries + np.arange(tries)
        batch.used += requests.most * tries
        low, high = self._range(batch.first[where], batch.last[where], self.nearest)
        drawn = numbers_at(requests.rng_states[rows, None], numbers)
        sizes = np.maximum(high - low, 1).astype(np.uint64)[:, None]
        events = low[:, None] + (drawn % sizes).astype(np.int64)
        events = np.minimum(events, len(self._index) - 1)
        inside = self._in_span(self._index.works[events], batch.kin[where][:, None])
        places, draws = np.nonzero(inside & (high > low)[:, None])
        return places, events[places, draws]

    def _take_fitting(
        self,
        exclusions: Exclusions,
        batch: _Batch,
        rows: np.ndarray,
        slots: np.ndarray,
        events: np.ndarray,
        tolerance: Tolerance,
    ) -> None:
        """Fill each place with the first of its events that qualifies, if any does. The place of each
        event is given by row and slot, place by place."""
        works = self._index.works[events]
        good = batch.models.match(self._stats, works, (rows, slots), tolerance)
        rows, slots, events, works = (one[good] for one in (rows, slots, events, works))
        good = self._fits(exclusions, batch, rows, events, works)
        rows, slots, events = (one[good] for one in (rows, slots, events))
        first = _firsts(rows * batch.open.shape[1] + slots)
        self._take(batch, rows[first], slots[first], events[first])

    def _fits(
        self,
        exclusions: Exclusions,
        batch: _Batch,
        rows: np.ndarray,
        events: np.ndarray,
        works: np.ndarray,
    ) -> np.ndarray:
        """Which events are honest, not excluded, and new to the case in their row."""
        users, titles = self._index.users[events], self._store.title_code[works]
        fits = self._honest(works, users, self._index.times[events], batch.before[rows, 0])
        fits &= ~exclusions.barred(rows, works[:, None], titles[:, None])[:, 0]
        for column, chosen in ((titles, batch.titles), (users, batch.users)):
            fits &= ~(column[:, None] == chosen[rows]).any(axis=1)
        return fits

    def _take(self, batch: _Batch, rows: np.ndarray, slots: np.ndarray, events: np.ndarray) -> None:
        """Fill these places with the works of these events, except where an earlier place in the same row
        takes the same title or a work from the same user."""
        shape = batch.open.shape
        found = np.zeros(shape, bool)
        found[rows, slots] = True
        works, titles, users = (np.full(shape, -1, np.int32) for _ in range(3))
        works[rows, slots] = self._index.works[events]
        titles[rows, slots] = self._store.title_code[works[rows, slots]]
        users[rows, slots] = self._index.users[events]
        same = titles[:, :, None] == titles[:, None, :]
        same |= users[:, :, None] == users[:, None, :]
        earlier = np.tri(shape[1], k=-1, dtype=bool)
        found &= ~(same & earlier & found[:, None, :]).any(axis=2)
        batch.works[found] = works[found]
        batch.titles[found] = titles[found]
        batch.users[found] = users[found]
        batch.open[found] = False

    def _range(
        self, first: np.ndarray, last: np.ndarray, nearest: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Where the nearest events begin and end, half of them on either side."""
        half = nearest // 2
        return (
            np.minimum(np.maximum(first - half, self._low), self._high),
            np.minimum(np.maximum(last + half, self._low), self._high),
        )

    def _honest(
        self, works: np.ndarray, users: np.ndarray, times: np.ndarray, before: np.ndarray
    ) -> np.ndarray:
        """Whether somebody else had met the work before the event and before the case's moment; the
        same is required of targets."""
        since = self._stats.since_many(works, users)
        return since < np.minimum(times, before)

    def _in_span(self, works: np.ndarray, starts: np.ndarray) -> np.ndarray:
        if self.kin is None:
            return np.ones(works.shape, bool)
        return self.kin.inside(works, starts)

    # -- one place at a time ------------------------------------------------------------------

    def _search(
        self,
        batch: _Batch,
        exclusions: Exclusions,
        place: _Place,
        alike: Callable[[np.ndarray], np.ndarray] | None = None,
        farthest: int = FARTHEST,
        able: dict[int, np.ndarray] | None = None,
    ) -> bool:
        """Fill a place from all events near the target, then from farther ones, until one is
        suitable.

        alike: if given, tells which works are similar enough.   farthest: the most events to examine.
        able: what earlier searches for the place found, by how far they looked; it is added to.
        """
        k, slot = place.row, place.slot
        able = {} if able is None else able
        first, last = int(batch.first[k, slot]), int(batch.last[k, slot])
        nearest = self.nearest
        while True:
            low = min(max(first - nearest // 2, self._low), self._high)
            high = min(max(last + nearest // 2, self._low), self._high)
            if nearest not in able:
                able[nearest] = self._able(batch, exclusions, place, slice(low, high), alike)
            events = able[nearest]
            if place.tolerance is not None and len(events):
                works = self._index.works[events]
                events = events[batch.models.match(self._stats, works, (k, slot), place.tolerance)]
            if len(events):
                event = events[place.number % len(events)]
                work = self._index.works[event]
                batch.works[k, slot] = work
                batch.titles[k, slot] = self._store.title_code[work]
                batch.users[k, slot] = self._index.users[event]
                batch.open[k, slot] = False
                return True
            if nearest >= farthest or (low <= self._low and high >= self._high):
                return False
            nearest *= GROWTH

    def _able(
        self,
        batch: _Batch,
        exclusions: Exclusions,
        place: _Place,
        near: slice,
        alike: Callable[[np.ndarray], np.ndarray] | None,
    ) -> np.ndarray:
        """Of the events near the target, those that may fill the place, however like its model they are."""
        k, slot = place.row, place.slot
        works = self._index.works[near]
        good = np.ones(len(works), bool) if alike is None else alike(works)
        if not place.any_kin:
            good &= self._in_span(works, batch.kin[k, slot])
        events = np.flatnonzero(good) + near.start
        if not len(events):
            return events
        works, users = self._index.works[events], self._index.users[events]
        titles = self._store.title_code[works]
        if place.tolerance is None:
            good = self._honest(works, users, self._index.times[events], batch.before[k, slot])
        else:
            good = self._stats.first_time[works] < batch.before[k, slot]
        for column, chosen in ((users, batch.users[k]), (titles, batch.titles[k])):
            good &= ~(column[:, None] == chosen).any(axis=1)
        good &= ~exclusions.barred(np.array([k]), works[None, :], titles[None, :])[0]
        return events[good]

    # -- similar in category and popularity -----------------------------------------------------

    def _like(
        self, requests: NegativeRequests, exclusions: Exclusions, batch: _Batch, place: _Place
    ) -> bool:
        """Fill a place with a work similar to its target: same first category and similar popularity, else
        any shared category. The popularity range is shifted at random, as in `CandidatePool`."""
        k, slot = place.row, place.slot
        targets = requests.targets[k]
        target = int(targets[slot % len(targets)])
        first, count = int(self._store.first_category[target]), int(self._stats.users[target])
        shift = SHIFTS[
            int(numbers_at(requests.rng_states[k : k + 1], np.array([~target]))[0]) % len(SHIFTS)
        ]
        ranges = (
            (-(-count * shift // (2 * ONE)), count * shift // ONE, SAME_KIND[0]),
            (-(-count // 4), count * 4, SAME_KIND[1]),
        )
        for least, most, rung in ranges if first >= 0 else ():

            def alike(works: np.ndarray, least: int = least, most: int = most) -> np.ndarray:
                users = self._stats.users[works]
                same = self._store.first_category[works] == first
                return same & (users >= least) & (users <= most)

            if self._search(batch, exclusions, place, alike, self.nearest * GROWTH**2):
                self.rungs[rung] += 1
                return True
        categories = set(self._store.item(target).categories)
        if categories:

            def shares_one(works: np.ndarray) -> np.ndarray:
                return np.array(
                    [not categories.isdisjoint(self._categories(one)) for one in works.tolist()],
                    bool,
                )

            if self._search(batch, exclusions, place, shares_one, self.nearest):
                self.rungs[SAME_KIND[2]] += 1
                return True
        return False

    def _categories(self, work: int) -> tuple[str, ...]:
        return self._store.item(work).categories


def _firsts(values: np.ndarray) -> np.ndarray:
    """Where each of some values, equal ones in a row, stands first."""
    begins = np.ones(len(values), bool)
    begins[1:] = values[1:] != values[:-1]
    return np.flatnonzero(begins)
