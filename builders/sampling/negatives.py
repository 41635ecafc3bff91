"""Negatives: works that the user never touched, with titles that the user never touched, and that
were available. (A catalogue may list one book under several spellings of its author, each as a
separate work: whoever has read one has read the others.)

A work can be drawn if a user of the training part touched it before the case's moment; which one is
depends on the policy: one that somebody else met near the target's moment (`event`), in proportion to
training popularity, alike in category and popularity to the target (`hard`), or uniformly.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from itdr.builders.core.rng import HashRng, numbers
from itdr.builders.sampling.event_negatives import (
    BY_POPULARITY,
    ONE,
    SAME_KIND,
    SHIFTS,
    EventNegatives,
)
from itdr.builders.sampling.exclusions import Exclusions, repeated_titles
from itdr.builders.sampling.popularity import NEVER, TrainStats
from itdr.builders.sampling.requests import NegativeRequest, NegativeRequests
from itdr.builders.store.reader import StoreReader

TRIES = 8
EVENT, HARD, POPULARITY, UNIFORM = "event", "hard", "popularity", "uniform"
SHOWN = "shown"
"""Items shown beside the clicked ones but not clicked; topped up as for `event` if there are too few."""
NEAR_IN_TIME = (EVENT, HARD, SHOWN)
"""Policies that draw from events near in time, where there are times."""


class CandidatePool:
    """The works of one store that can be negatives, ordered by when they became known."""

    def __init__(self, store: StoreReader, known: TrainStats) -> None:
        self._store = store
        self._known = known
        works = known.works[store.title_code[known.works] >= 0]
        order = np.lexsort((store.item_hash[works], known.first_time[works]))
        self.works = works[order]
        self.times = known.first_time[self.works]
        self.users = known.users[self.works].astype(np.int64)
        self.titles = store.title_code[self.works]
        self._repeated = store.shared("repeated titles", lambda: repeated_titles(store))
        self._cumulated = np.cumsum(self.users)
        self.rungs: Counter[str] = Counter()

    @functools.cached_property
    def most_alike(self) -> int:
        """How many works of the pool share the commonest title."""
        return int(np.bincount(self.titles).max()) if len(self.titles) else 0

    def titles_met(self, touched: np.ndarray) -> np.ndarray:
        """The titles of these works that other works share; for the others the work is enough."""
        if self._repeated is None:
            return _NO_TITLES
        return self._store.title_code[touched[self._repeated[touched]]]

    def known_before(self, times: Sequence[int | None]) -> np.ndarray:
        """How many works of the pool were known before each of these times (None: all)."""
        ends = np.array([NEVER if time is None else time for time in times], np.int64)
        return self.times.searchsorted(ends)

    def sample_many(
        self, policy: str, wanted: NegativeRequests, events: EventNegatives | None = None
    ) -> list[list[int] | None]:
        """Draw the negatives of several cases, looking up their first attempts together.

        With `event`, and with `hard` where `events` is given, they are drawn from events near the
        moments of the targets; where these do not suffice, the rest in proportion to popularity.

        Args:
            policy: name of a policy of negatives.
            wanted: what each case asks for.
            events: draws from events near in time; None where the store has no times.

        Returns:
            Work codes for each case; None for a case that finds too few.
        """
        n = len(wanted.counts)
        if events is not None and policy in (EVENT, HARD):
            return self._near_in_time(events, policy, wanted)
        if policy == EVENT:
            policy = POPULARITY
        if policy == HARD or not len(self.works):
            return [self.draw(policy, wanted.one(k)) for k in range(n)]
        works, enough = self._first_tries(wanted, policy == POPULARITY)
        rows = zip(works.tolist(), wanted.counts.tolist(), enough.tolist(), strict=True)
        return [
            row[:count] if done else self.draw(policy, wanted.one(k))
            for k, (row, count, done) in enumerate(rows)
        ]

    def _near_in_time(
        self, events: EventNegatives, policy: str, wanted: NegativeRequests
    ) -> list[list[int] | None]:
        if not wanted.counts.any():
            return [[] for _ in wanted.counts]
        exclusions = Exclusions(self._store, self._repeated, wanted)
        works = events.sample_many(wanted, exclusions, hard=policy == HARD)
        if (wanted.counts == works.shape[1]).all() and (works >= 0).all():
            return list(works.tolist())
        by_case: list[list[int] | None] = []
        for k, (row, count) in enumerate(zip(works.tolist(), wanted.counts.tolist(), strict=True)):
            negatives = [work for work in row[:count] if work >= 0]
            if len(negatives) < count:
                more = None if events.needs_kin else self._beside(wanted.one(k), negatives)
                if more is None:
                    by_case.append(None)
                    continue
                self.rungs[BY_POPULARITY] += len(more)
                negatives += more
            by_case.append(negatives)
        return by_case

    def _beside(self, request: NegativeRequest, found: list[int]) -> list[int] | None:
        """The negatives that are still missing."""
        request.count -= len(found)
        request.titles += self._store.title_code[found].tolist()
        return self.draw(POPULARITY, request)

    def _first_tries(
        self, wanted: NegativeRequests, weighted: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """The works that each case's first numbers draw, one row per case, and whether they are
        enough for it."""
        limits = self.times.searchsorted(wanted.times)
        totals = self._cumulated[limits - 1] if weighted else limits
        totals = np.where(limits, totals, 1).astype(np.uint64)
        counts = wanted.counts
        most = int(counts.max())
        random_numbers = numbers(wanted.rng_states, _tries(most)) % totals[:, None]
        places = self._places(random_numbers, weighted)
        works, titles = self.works[places], self.titles[places]
        exclusions = Exclusions(self._store, self._repeated, wanted)
        good = ~exclusions.barred(np.arange(len(works)), works, titles)
        good &= np.arange(good.shape[1]) < _tries(counts)[:, None]
        # If several works have the same title, keep the first.
        same = titles[:, :, None] == titles[:, None, :]
        before = np.tri(good.shape[1], k=-1, dtype=bool)
        good &= ~(same & before & good[:, None, :]).any(axis=2)
        enough = (good.sum(axis=1) >= counts) & (limits >= counts)
        order = np.argsort(~good, axis=1, kind="stable")[:, :most]
        return np.take_along_axis(works, order, axis=1), enough

    def _places(self, drawn: np.ndarray, weighted: bool) -> np.ndarray:
        """The positions in the pool that these numbers (below the total weight) select."""
        signed = drawn.view(np.int64)
        return self._cumulated.searchsorted(signed, side="right") if weighted else signed

    def draw(self, policy: str, wanted: NegativeRequest) -> list[int] | None:
        """Draw the negatives of one case, distinct in work and in shown title.

        Args:
            policy: name of a policy other than `event`.
            wanted: how many, for which targets, and what is ruled out.

        Returns:
            Work codes; None where there are too few.
        """
        count, targets, time = wanted.count, wanted.targets, wanted.time
        if count <= 0:
            return []
        limit = int(self.known_before([time])[0])
        if limit < count:
            return None
        works: list[int] = []
        used = {*wanted.titles, *self.titles_met(wanted.touched).tolist()}
        touched = frozenset(wanted.touched.tolist())
        draw = HashRng(wanted.state)

        def take(place: int) -> bool:
            work = int(self.works[place])
            if place >= limit or work in touched or int(self.titles[place]) in used:
                return False
            works.append(work)
            used.add(int(self.titles[place]))
            return True

        if policy != HARD:
            weighted = policy == POPULARITY
            self._try(limit, weighted, take, draw, works, count)
            while len(works) < count:
                if not self._search(limit, weighted, take, draw):
                    return None
            return works
        shifts = [SHIFTS[draw.below(len(SHIFTS))] for _ in targets]
        for k in range(count):
            place = k % len(targets)
            if self._like(targets[place], shifts[place], take, draw):
                continue
            self.rungs[BY_POPULARITY] += 1
            self._try(limit, True, take, draw, works, k + 1)
            if len(works) <= k and not self._search(limit, True, take, draw):
                return None
        return works

    def _try(
        self,
        limit: int,
        weighted: bool,
        take: Callable[[int], bool],
        draw: HashRng,
        chosen: list[int],
        count: int,
    ) -> None:
        """Draw until `count` are chosen or the tries are used up."""
        total = int(self._cumulated[limit - 1]) if weighted else limit
        for _ in range(TRIES):
            lack = count - len(chosen)
            if lack <= 0:
                return
            random_numbers = draw.numbers(_tries(lack)) % np.uint64(total)
            for place in self._places(random_numbers, weighted).tolist():
                if take(place) and len(chosen) == count:
                    return

    def _search(
        self, limit: int, weighted: bool, take: Callable[[int], bool], draw: HashRng
    ) -> bool:
        """Try every work, in a random order with the same odds; False if none is suitable."""
        weights = self.users[:limit] if weighted else np.ones(limit, np.int64)
        return any(take(place) for place in _weighted_order(weights, draw).tolist())

    # -- hard ---------------------------------------------------------------------------------

    def _like(self, true: int, shift: int, take: Callable[[int], bool], draw: HashRng) -> bool:
        """Take a work similar to `true`: by first category and popularity, else by any category.

        shift: one of `SHIFTS`. The range of popularity tried first ends at `shift` times the
        popularity of `true` and begins at half of that. If `true` were in the middle of every
        range, the middle candidate would be the target.
        """
        count = int(self._known.users[true])
        first = int(self._store.first_category[true])
        alike = self._by_first_category.get(first) if first >= 0 else None
        if alike is not None:
            places, users, ends = alike
            ranges = (
                (-(-count * shift // (2 * ONE)), count * shift // ONE, SAME_KIND[0]),
                (-(-count // 2), count * 2, SAME_KIND[0]),
                (-(-count // 4), count * 4, SAME_KIND[1]),
            )
            for least, most, rung in ranges:
                low = int(users.searchsorted(least, side="left"))
                high = int(users.searchsorted(most, side="right"))
                before = ends[low - 1] if low else 0
                if self._among(places[low:high], ends[low:high] - before, take, draw):
                    self.rungs[rung] += 1
                    return True
        shared = [
            self._by_category[name]
            for name in self._store.item(true).categories
            if name in self._by_category
        ]
        if shared:
            places = np.unique(np.concatenate(shared))
            if self._among(places, np.cumsum(self.users[places]), take, draw):
                self.rungs[SAME_KIND[2]] += 1
                return True
        return False

    def _among(
        self, places: np.ndarray, ends: np.ndarray, take: Callable[[int], bool], draw: HashRng
    ) -> bool:
        """Take one of these places, in proportion to popularity, of which `ends` is the sum so far.

        Targets follow the same distribution; with uniform odds most negatives would be less popular
        than the target, as most works are.
        """
        if not len(places):
            return False
        random_numbers = (draw.numbers(16) % np.uint64(ends[-1])).view(np.int64)
        if any(
            take(place)
            for place in places[ends.searchsorted(random_numbers, side="right")].tolist()
        ):
            return True
        order = _weighted_order(self.users[places], draw)
        return any(take(place) for place in places[order].tolist())

    @functools.cached_property
    def _by_first_category(self) -> dict[int, tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """For each first category its works by rising popularity, then hash: positions, popularity,
        and the cumulative sum."""
        first = self._store.first_category[self.works]
        order = np.lexsort((self._store.item_hash[self.works], self.users, first))
        codes, starts = np.unique(first[order], return_index=True)
        by_category = {}
        for code, places in zip(codes.tolist(), np.split(order, starts[1:]), strict=True):
            users = self.users[places]
            by_category[code] = (places, users, np.cumsum(users))
        return by_category

    @functools.cached_property
    def _by_category(self) -> dict[str, np.ndarray]:
        """Places of the works that carry a category, in the pool's order."""
        import pyarrow as pa

        column = self._store.items.column("categories").combine_chunks().take(pa.array(self.works))
        names: dict[str, list[int]] = {}
        for place, categories in enumerate(column.to_pylist()):
            for name in dict.fromkeys(categories or ()):
                names.setdefault(name, []).append(place)
        return {name: np.array(places) for name, places in names.items()}


_Counts = TypeVar("_Counts", int, np.ndarray)
_NO_TITLES = np.zeros(0, np.int32)


def _tries(count: _Counts) -> _Counts:
    """How many works to try for this many negatives: a few will be excluded or drawn twice."""
    return 2 * count + 4


def _weighted_order(weights: np.ndarray, draw: HashRng) -> np.ndarray:
    """All positions, drawn one after the other in proportion to their weights."""
    random_numbers = (draw.numbers(len(weights)) >> np.uint64(11)).astype(np.float64)
    # Efraimidis and Spirakis (2006): ascending Exp(1)/weight is a weighted draw.
    return np.argsort(-np.log((random_numbers + 1) * 2.0**-53) / weights, kind="stable")
