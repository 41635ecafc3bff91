"""A user's events as cases see them: one event for each work, in order, only what can be shown.

They are worked out for a run of users at a time, whose rows lie side by side in the store: a few
operations on long arrays take a small part of the time that many on short ones do.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

import numpy as np

from itdr.builders.columns import MISSING_TIME, SKIP, Events, Store

RUN_ROWS = 16_384
"""Interactions to a run, about: those of its last user belong to it whole."""
KEPT_RUNS = 8
NO_WORKS = np.zeros(0, np.int32)


@dataclass(slots=True)
class Timeline:
    """Parallel lists over the showable works of one user, in order.

    moments: equal numbers mean that no order is known between two events. times: UTC seconds, or
    None. touched: every work of the user, shown or not, in any part of the data (ascending codes).
    timed: whether the source has times at all.
    """

    user: int
    items: list[int]
    works: list[int]
    titles: list[int]
    moments: list[int]
    times: list[int | None]
    ratings: list[float | None]
    touched: np.ndarray
    timed: bool = False

    def __len__(self) -> int:
        return len(self.items)


@dataclass(slots=True)
class _Run:
    """The showable events of consecutive users, from the code `first` on, one array to a column.

    ends, touched_ends: where each user's events end, and the works that they touched.
    """

    first: int
    ends: list[int]
    items: np.ndarray
    works: np.ndarray
    titles: np.ndarray
    moments: np.ndarray
    times: np.ndarray | None
    ratings: np.ndarray | None
    touched: np.ndarray
    touched_ends: list[int]
    missing_times: bool
    missing_ratings: bool


class Timelines:
    """The timelines of a store's users, one event for each work: the earliest, or the latest.

    rated: only events with a rating count.
    """

    def __init__(
        self, store: Store, keep: Literal["first", "last"] = "first", rated: bool = False
    ) -> None:
        self._store = store
        self._keep = keep
        self._rated = rated
        self._runs: OrderedDict[int, _Run] = OrderedDict()

    def of(self, user: int, last: int | None = None) -> Timeline:
        """The user's timeline; with `last`, only so many events from its end, for whoever wants the
        latest window (`touched` is of all events all the same)."""
        run = self._run_of(user)
        k = user - run.first
        start, stop = run.ends[k], run.ends[k + 1]
        if last is not None:
            start = max(start, stop - last)
        n = stop - start
        times: list[int | None] = [None] * n
        if run.times is not None:
            times = run.times[start:stop].tolist()
            if run.missing_times:
                times = [None if time == MISSING_TIME else time for time in times]
        ratings: list[float | None] = [None] * n
        if run.ratings is not None:
            ratings = run.ratings[start:stop].tolist()
            if run.missing_ratings:
                ratings = [None if rating != rating else rating for rating in ratings]
        return Timeline(
            user,
            run.items[start:stop].tolist(),
            run.works[start:stop].tolist(),
            run.titles[start:stop].tolist(),
            run.moments[start:stop].tolist(),
            times,
            ratings,
            run.touched[run.touched_ends[k] : run.touched_ends[k + 1]],
            timed=run.times is not None,
        )

    def _run_of(self, user: int) -> _Run:
        number = int(self._store.user_start[user]) // RUN_ROWS
        run = self._runs.get(number)
        if run is None:
            bounds = [number * RUN_ROWS, (number + 1) * RUN_ROWS]
            first, stop = self._store.user_start.searchsorted(bounds).tolist()
            run = self._runs[number] = self._read(first, stop)
            if len(self._runs) > KEPT_RUNS:
                self._runs.popitem(last=False)
        return run

    def _read(self, first: int, stop: int) -> _Run:
        store = self._store
        events = store.events(first, stop)
        counts = store.user_n[first:stop]
        works = store.work[events.items]
        titles = store.title_code[events.items]
        keys = np.repeat(np.arange(len(counts), dtype=np.int64) << 32, counts) | works
        mask = None if events.events is None else events.events != SKIP
        touched = _distinct(np.sort(keys if mask is None else keys[mask]))
        if self._rated and events.ratings is not None:
            given = ~np.isnan(events.ratings)
            mask = given if mask is None else mask & given
        places = np.arange(len(keys)) if mask is None else np.flatnonzero(mask)
        # A work met first in an edition without a title still counts as met then.
        places = _one_each(keys, places, self._keep)
        places = places[titles[places] >= 0]
        bounds = np.arange(len(counts) + 1, dtype=np.int64) << 32
        times = None if events.times is None else events.times[places]
        ratings = None if events.ratings is None else events.ratings[places]
        return _Run(
            first,
            (keys[places] >> 32).searchsorted(bounds >> 32).tolist(),
            events.items[places],
            works[places],
            titles[places],
            _moments(events)[places],
            times,
            ratings,
            (touched & 0xFFFFFFFF).astype(np.int32),
            touched.searchsorted(bounds).tolist(),
            times is not None and bool((times == MISSING_TIME).any()),
            ratings is not None and bool(np.isnan(ratings).any()),
        )


def timelines(
    store: Store, keep: Literal["first", "last"] = "first", rated: bool = False
) -> Timelines:
    """The store's timelines, shared by all cells that read them in this way."""
    return store.shared(("timelines", keep, rated), lambda: Timelines(store, keep, rated))


def _moments(events: Events) -> np.ndarray:
    """A number for each event that grows where time or place does (within a user)."""
    n = len(events.items)
    if events.times is None and events.seqs is None:
        return np.zeros(n, np.int64)
    grows = np.zeros(n, bool)
    for column in (events.times, events.seqs):
        if column is not None:
            grows[1:] |= column[1:] != column[:-1]
    return np.cumsum(grows)


def _distinct(ascending: np.ndarray) -> np.ndarray:
    """The values less those that stand again."""
    fresh = np.ones(len(ascending), bool)
    fresh[1:] = ascending[1:] != ascending[:-1]
    return ascending if fresh.all() else ascending[fresh]


def _one_each(keys: np.ndarray, places: np.ndarray, keep: str) -> np.ndarray:
    """Of the events at `places`, one for each key."""
    values = keys[places]
    if len(_distinct(np.sort(values))) == len(values):
        return places
    if keep == "first":
        _, kept = np.unique(values, return_index=True)
    else:
        _, kept = np.unique(values[::-1], return_index=True)
        kept = len(values) - 1 - kept
    return places[np.sort(kept)]
