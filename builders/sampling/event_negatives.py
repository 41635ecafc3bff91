"""Negatives from the target's moment: works that other users met near it in time.

People mostly meet recent works, and works come and go. Negatives drawn by all-time popularity are
older than targets, so "the newest one" would be a good guess. Here a negative is a work that
somebody else met just before or after the target. Where items have years or places, it also shares those
(`kin`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from itdr.builders.core.rng import numbers_at, remainders
from itdr.builders.sampling.exclusions import Exclusions, any_same
from itdr.builders.sampling.kin import NONE
from itdr.builders.sampling.models import ALIKE, LOOSER, Models, Tolerance, age_of
from itdr.builders.sampling.near_events import (
    GROWTH,
    NEAREST,
    NearEvents,
    NegativeBatch,
    Places,
    Suitable,
    Wanted,
)
from itdr.builders.sampling.requests import NegativeRequests

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


PLACES_AT_ONCE = 1 << 13
"""Of how many places the suitable events are kept."""


class _Ahead(NamedTuple):
    """What may fill the open places of some cases, as found before any of them is filled.

    Attributes:
        numbers: by case and slot, which of the places it is; `NONE` where nothing was sought.
        found: the events that may fill each of these places.
        less_alike: whether they are less alike to its model.
    """

    numbers: np.ndarray
    found: Suitable
    less_alike: np.ndarray


class EventNegatives(NearEvents):
    """Draws works from events near the target in time. Arguments as for `NearEvents`."""

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
        rows = np.flatnonzero(batch.open.any(axis=1))
        at_once = max(1, PLACES_AT_ONCE // batch.open.shape[1])
        for begin in range(0, len(rows), at_once):
            self._search_all(requests, exclusions, batch, rows[begin : begin + at_once], hard)
        return batch.works

    def _search_all(
        self,
        requests: NegativeRequests,
        exclusions: Exclusions,
        batch: NegativeBatch,
        rows: np.ndarray,
        hard: bool,
    ) -> None:
        """Fill the open places of some cases, one of each at a time: what fills a place rules others out for the
        next one of the same case."""
        ahead = None if hard else self._ahead(exclusions, batch, rows)
        every = _places(requests, batch, rows)
        batch.open[rows] = False
        for places in _one_of_each(every):
            if ahead is None:
                is_filled = [self._like(requests, exclusions, batch, one) for one in places.each()]
                left = places.at(~np.array(is_filled))
            else:
                left = self._near_models(exclusions, batch, places, ahead)
            # Without kin the first search would be the second over again.
            if hard and self.kin is not None:
                left = self.search(batch, exclusions, left, Wanted(), NEAR)
            fallback = NEAR if self.kin is None else self.kin.fallback
            if fallback:
                self.search(batch, exclusions, left, Wanted(any_kin=True), fallback)

    def _ahead(self, exclusions: Exclusions, batch: NegativeBatch, rows: np.ndarray) -> _Ahead:
        """The works most similar to their models, for all open places of some cases at once; none for those
        without a model, nor where enough random ones were tried in vain."""
        modelled = batch.open[rows] & (batch.models.users[rows] > 0) & (not self._many_near)
        at, slots = np.nonzero(modelled)
        places = Places(rows[at], slots, slots)
        numbers = np.full(batch.open.shape, NONE)
        numbers[places.where] = todo = np.arange(len(places))
        starts, counts = (np.zeros(len(places), np.int64) for _ in range(2))
        less_alike, parts, total = np.zeros(len(places), bool), [np.zeros(0, np.int64)], 0
        for tolerances in ((ALIKE,), LOOSER):
            if not len(todo):
                break
            suitable = self._of_first(batch, exclusions, places.at(todo), tolerances)
            starts[todo], counts[todo] = suitable.starts + total, suitable.counts
            parts.append(suitable.events)
            total += len(suitable.events)
            todo = todo[suitable.counts == 0]
            less_alike[todo] = True
        return _Ahead(numbers, Suitable(np.concatenate(parts), starts, counts), less_alike)

    def _of_first(
        self,
        batch: NegativeBatch,
        exclusions: Exclusions,
        places: Places,
        tolerances: Sequence[Tolerance],
    ) -> Suitable:
        """What suits each place by the first of these tolerances by which anything does: all are tried at once."""
        n = len(places)
        several = places.at(np.tile(np.arange(n), len(tolerances)))
        suitable = self.suitable(batch, exclusions, several, self._close(*tolerances))
        first = (suitable.counts.reshape(-1, n) > 0).argmax(axis=0) * n + np.arange(n)
        return Suitable(suitable.events, suitable.starts[first], suitable.counts[first])

    def _close(self, *tolerances: Tolerance) -> Wanted:
        return Wanted(tolerances=tolerances, farthest=self.nearest * GROWTH**2)

    def _near_models(
        self, exclusions: Exclusions, batch: NegativeBatch, places: Places, ahead: _Ahead
    ) -> Places:
        """Fill places with what was found ahead, where the case does not hold it by now; those for which nothing
        was sought with any work. Returns the places that are left."""
        numbers = ahead.numbers[places.where]
        modelled = numbers != NONE
        others = places.at(~modelled)
        if len(others):
            places, numbers = places.at(modelled), numbers[modelled]
            others = self.search(batch, exclusions, others, Wanted())
        of, events = ahead.found.of(numbers)
        new = np.flatnonzero(self.new(batch, places.rows.take(of), events))
        counts = np.bincount(of.take(new), minlength=len(places))
        suitable = Suitable(events.take(new), counts.cumsum() - counts, counts)
        filled = self.fill(batch, places, suitable)
        if less := int(np.count_nonzero(filled & ahead.less_alike[numbers])):
            self.rungs[LESS_ALIKE] += less
        if filled.all():
            return others
        lost = ahead.found.counts[numbers] > 0
        left = places.at(~filled & lost)
        for tolerance in (ALIKE, *LOOSER) if len(left) else ():
            rung = None if tolerance is ALIKE else LESS_ALIKE
            left = self.search(batch, exclusions, left, self._close(tolerance), rung)
        return Places.joined([left, places.at(~filled & ~lost), others])

    def _batch(self, requests: NegativeRequests) -> NegativeBatch:
        counts = requests.counts
        slots = np.arange(int(counts.max()))
        assert requests.moments is not None
        n_targets = requests.moments.shape[1]
        target = slots % n_targets
        first, last = self.around(requests.moments)
        shape = (len(counts), len(slots))
        return NegativeBatch(
            first=first[:, target],
            last=last[:, target],
            before=np.broadcast_to(requests.times[:, None], shape),
            kin=self.spans(requests)[:, target],
            open=slots < counts[:, None],
            works=np.full(shape, -1, np.int32),
            titles=np.full(shape, -1, np.int32, order="F"),
            users=np.full(shape, -1, np.int32, order="F"),
            models=Models.none(shape, requests.times),
            used=n_targets,
        )

    def _try(
        self, requests: NegativeRequests, exclusions: Exclusions, batch: NegativeBatch
    ) -> None:
        """Draw events at random for all open places of all cases at once: the models first, each of
        which is used itself if it qualifies."""
        rows, slots, events = self._draw_models(requests, batch)
        self._take_fitting(exclusions, batch, (rows, slots), np.arange(len(rows)), events, ALIKE)
        for tries, tolerance in ROUNDS if self._many_near else ():
            rows, slots = np.nonzero(batch.open & (batch.models.users > 0))
            if not len(rows):
                return
            places, events = self._random_events(requests, batch, (rows, slots), tries)
            self._take_fitting(exclusions, batch, (rows, slots), places, events, tolerance)

    def _draw_models(
        self, requests: NegativeRequests, batch: NegativeBatch
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Model each place on a random event near its target that could be a target itself: somebody
        else had interacted with the work before. Returns rows, slots and events of the places that have a model."""
        rows, slots = np.nonzero(batch.open)
        parts = []
        # Each case uses up the numbers of all rounds, whatever the others drawn with it need.
        for tries in MODELS:
            if not len(rows):
                batch.used += requests.most * tries
                continue
            places, events = self._random_events(requests, batch, (rows, slots), tries)
            users, times = self._index.users.take(events), self._index.times.take(events)
            works = self._index.works.take(events)
            since = self._stats.since_many(works, users)
            valid = np.flatnonzero(since < times)
            valid = valid[_firsts(places.take(valid))]
            positions, works = places.take(valid), works.take(valid)
            where = rows.take(positions), slots.take(positions)
            user_counts = self._stats.users.take(works) - self._counted
            batch.models.users[where] = np.maximum(user_counts, 1)
            batch.models.age[where] = age_of(times.take(valid), since.take(valid))
            parts.append((*where, events.take(valid)))
            left = np.ones(len(rows), bool)
            left[positions] = False
            rows, slots = rows[left], slots[left]
        rows, slots, events = map(np.concatenate, zip(*parts, strict=True))
        return rows, slots, events

    def _random_events(
        self,
        requests: NegativeRequests,
        batch: NegativeBatch,
        where: tuple[np.ndarray, np.ndarray],
        tries: int,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Of the given number of random events near each of these places those whose works fall in its
        span: to which of the places each belongs (ascending), and the events."""
        rows, slots = where
        numbers = batch.used + slots[:, None] * tries + np.arange(tries)
        batch.used += requests.most * tries
        low, high = self.bounds(batch.first[where], batch.last[where], self.nearest)
        random_numbers = numbers_at(requests.rng_states.take(rows)[:, None], numbers)
        some = high > low
        every = bool(some.all())
        events = remainders(random_numbers, high - low if every else np.maximum(high - low, 1))
        events = events.view(np.int64)
        events += low[:, None]
        if not every:
            np.minimum(events, len(self._index) - 1, out=events)
        inside = self.in_span(self._index.works.take(events), batch.kin[where][:, None])
        if not every:
            inside &= some[:, None]
        positions = np.flatnonzero(inside)
        return positions // tries, events.ravel().take(positions)

    def _take_fitting(
        self,
        exclusions: Exclusions,
        batch: NegativeBatch,
        where: tuple[np.ndarray, np.ndarray],
        of: np.ndarray,
        events: np.ndarray,
        tolerance: Tolerance,
    ) -> None:
        """Fill each place with the first of its events that qualifies, if any does. The places are given by row and
        slot; of: to which of them each event belongs, place by place."""
        works = self._index.works.take(events)
        good = batch.models.at(*where).bounds(tolerance).inside(self._stats, works, of)
        if not len(good):
            return
        of, events, works = of.take(good), events.take(good), works.take(good)
        rows, slots = (one.take(of) for one in where)
        # Mostly the first one does.
        first = _firsts(of)
        good = self._fits(exclusions, batch, first, rows, events, works)
        later = np.repeat(~good, np.diff(first, append=len(of)))
        later[first] = False
        others = np.flatnonzero(later)
        others = others[self._fits(exclusions, batch, others, rows, events, works)]
        positions = np.concatenate([first[good], others[_firsts(of.take(others))]])
        self._take(batch, rows.take(positions), slots.take(positions), events.take(positions))

    def _fits(
        self,
        exclusions: Exclusions,
        batch: NegativeBatch,
        chosen: np.ndarray,
        rows: np.ndarray,
        events: np.ndarray,
        works: np.ndarray,
    ) -> np.ndarray:
        """Which of the chosen events are honest, not excluded, and new to the case in their row."""
        rows, events, works = rows.take(chosen), events.take(chosen), works.take(chosen)
        users, titles = self._index.users.take(events), self._store.title_code.take(works)
        before = batch.before[:, 0].take(rows)
        fits = self.honest(works, users, self._index.times.take(events), before)
        fits &= ~exclusions.barred(rows, works, titles)
        return fits & ~(
            any_same(batch.titles.T, rows, titles) | any_same(batch.users.T, rows, users)
        )

    def _take(
        self, batch: NegativeBatch, rows: np.ndarray, slots: np.ndarray, events: np.ndarray
    ) -> None:
        """Fill these places with the works of these events, except where an earlier place in the same row
        takes the same title or a work from the same user."""
        held = np.flatnonzero(np.bincount(rows, minlength=len(batch.open)))
        position = np.zeros(len(batch.open), np.int64)
        position[held] = np.arange(len(held))
        at = position[rows]
        shape = (len(held), batch.open.shape[1])
        fits = np.zeros(shape, bool)
        fits[at, slots] = True
        works, titles, users = (np.full(shape, -1, np.int32) for _ in range(3))
        works[at, slots] = event_works = self._index.works.take(events)
        titles[at, slots] = self._store.title_code.take(event_works)
        users[at, slots] = self._index.users.take(events)
        same = titles[:, :, None] == titles[:, None, :]
        same |= users[:, :, None] == users[:, None, :]
        earlier = np.tri(shape[1], k=-1, dtype=bool)
        fits &= ~(same & earlier & fits[:, None, :]).any(axis=2)
        at, slots = np.nonzero(fits)
        where = held[at], slots
        batch.works[where] = works[fits]
        batch.titles[where] = titles[fits]
        batch.users[where] = users[fits]
        batch.open[where] = False

    # -- similar in category and popularity -----------------------------------------------------

    def _like(
        self,
        requests: NegativeRequests,
        exclusions: Exclusions,
        batch: NegativeBatch,
        place: Places,
    ) -> bool:
        """Fill a place with a work similar to its target: same first category and similar popularity, else
        any shared category. The popularity range is shifted at random, as in `CandidatePool`."""
        k, slot = int(place.rows[0]), int(place.slots[0])
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

            condition = Wanted(alike=alike, farthest=self.nearest * GROWTH**2)
            if not len(self.search(batch, exclusions, place, condition, rung)):
                return True
        categories = set(self._store.item(target).categories)
        if categories:

            def shares_one(works: np.ndarray) -> np.ndarray:
                return np.array(
                    [not categories.isdisjoint(self._categories(one)) for one in works.tolist()],
                    bool,
                )

            condition = Wanted(alike=shares_one, farthest=self.nearest)
            return not len(self.search(batch, exclusions, place, condition, SAME_KIND[2]))
        return False

    def _categories(self, work: int) -> tuple[str, ...]:
        return self._store.item(work).categories


def _places(requests: NegativeRequests, batch: NegativeBatch, rows: np.ndarray) -> Places:
    """The open places of some cases, one case after the other."""
    at, slots = np.nonzero(batch.open[rows])
    rows = rows[at]
    return Places(rows, slots, numbers_at(requests.rng_states[rows], ~slots))


def _one_of_each(places: Places) -> Iterator[Places]:
    """Places of several cases, a case's places in a row: the first of each case, then the second …"""
    begins = _firsts(places.rows)
    ordinal = np.arange(len(places)) - begins.repeat(np.diff(begins, append=len(places)))
    for k in range(int(ordinal.max(initial=-1)) + 1):
        yield places.at(np.flatnonzero(ordinal == k))


def _firsts(values: np.ndarray) -> np.ndarray:
    """Where each of some values, equal ones in a row, stands first."""
    begins = np.ones(len(values), bool)
    begins[1:] = values[1:] != values[:-1]
    return np.flatnonzero(begins)
