"""A user's events as cases see them: one event for each work, in order, only what can be shown.

Histories are computed for a run of users at a time: a few operations on long arrays are much faster
than many on short ones.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from itdr.builders.core.ranges import ranges
from itdr.builders.core.schema import SKIP
from itdr.builders.store.reader import MISSING_TIME, Events, StoreReader

Repeats = Literal["first", "last", "keep"]
"""Which of a user's events with one work count: the earliest, the latest, or all."""
RUN_ROWS = 16_384
"""The approximate number of interactions per run; the last user of a run is never split."""
KEPT_RUNS = 4
_Columns = tuple[list[int], list[int], list[int], list[int], list[int | None], list[float | None]]
NO_WORKS = np.zeros(0, np.int32)


@dataclass(slots=True)
class UserHistory:
    """Parallel lists over the showable works of one user, in order.

    Attributes:
        moments: equal numbers mean that no order is known between two events.
        times: UTC seconds, or None.
        touched: every work of the user, shown or not, in any part of the data (ascending codes).
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


@dataclass(eq=False)
class Tails:
    """The last events of several users, equally many of each: one row per user, one array per column.

    Users with fewer events are left out.

    Attributes:
        times: UTC seconds, `MISSING_TIME` for none; None where the source has no times.
    """

    users: np.ndarray
    items: np.ndarray
    works: np.ndarray
    titles: np.ndarray
    moments: np.ndarray
    times: np.ndarray | None
    ratings: np.ndarray | None
    touched: list[np.ndarray]

    @property
    def size(self) -> int:
        """Approximate size, in numbers."""
        return 6 * self.items.size + sum(map(len, self.touched))

    def take(self, places: np.ndarray) -> Tails:
        """Some of the rows, without `touched`.

        Args:
            places: rows of the arrays.

        Returns:
            Copies of these rows.
        """
        return Tails(
            self.users[places],
            self.items[places],
            self.works[places],
            self.titles[places],
            self.moments[places],
            None if self.times is None else self.times[places],
            None if self.ratings is None else self.ratings[places],
            [],
        )

    def at(self, places: np.ndarray) -> Iterator[UserHistory]:
        """The histories of some of these users, cut to their last events.

        Args:
            places: rows of the arrays.

        Yields:
            A history for each row, in that order.
        """
        numbers = (self.items, self.works, self.titles, self.moments)
        columns: list[Any] = [column[places].tolist() for column in numbers]
        none: list[None] = [None] * self.items.shape[1]
        for column, missing in ((self.times, MISSING_TIME), (self.ratings, None)):
            columns.append(
                [none] * len(places) if column is None else without(column[places], missing)
            )
        users = self.users[places].tolist()
        touched = [self.touched[k] for k in places.tolist()]
        timed = [self.times is not None] * len(places)
        yield from map(UserHistory, users, *columns, touched, timed)


def without(column: np.ndarray, missing: int | None) -> list[list[Any]]:
    """The rows of an array as lists, with None for what is missing.

    Args:
        column: an array of two dimensions.
        missing: what stands for nothing; None: NaN does.

    Returns:
        A list for each row.
    """
    holes = np.isnan(column) if missing is None else column == missing
    if not holes.any():
        return column.tolist()
    rows = zip(column.tolist(), holes.tolist(), strict=True)
    return [[None if hole else value for value, hole in zip(*row, strict=True)] for row in rows]


@dataclass(slots=True)
class _Run:
    """The events of some users, one array to a column.

    Attributes:
        places: of each user in the run.
        shown: the events that can be shown.
        numbers: items, works, titles, moments and, where there are any, times.
        ends, touched_ends: where, among what can be shown, each user's events end; and the works
            that they touched.
    """

    places: dict[int, int]
    shown: np.ndarray
    ends: list[int]
    numbers: list[np.ndarray]
    ratings: np.ndarray | None
    touched: np.ndarray
    touched_ends: list[int]
    missing_times: bool
    missing_ratings: bool
    judged: dict[Hashable, bytes] = field(default_factory=dict)

    def touched_by(self, place: int) -> np.ndarray:
        """Every work of the user at this place."""
        return self.touched[self.touched_ends[place] : self.touched_ends[place + 1]]


def _rows_of(run: _Run, users: np.ndarray, rows: np.ndarray) -> Tails:
    """The events in these rows, each of one of the users. `touched` is left empty."""
    items, works, titles, moments, *times = (one[rows] for one in run.numbers)
    ratings = None if run.ratings is None else run.ratings[rows]
    return Tails(users, items, works, titles, moments, times[0] if times else None, ratings, [])


def _rows_in(run: _Run, n: int) -> Iterator[Tails]:
    """Every `n` events in a row of what can be shown in a run, some at a time. Rows that reach into the next
    user's events are among them."""
    owners = np.array(list(run.places)).repeat(np.diff(run.ends))
    for begin in range(0, len(owners) - n + 1, RUN_ROWS):
        rows = run.shown[begin : begin + RUN_ROWS + n - 1]
        items, works, titles, moments, *times = (
            sliding_window_view(one[rows], n) for one in run.numbers
        )
        ratings = None if run.ratings is None else sliding_window_view(run.ratings[rows], n)
        users = owners[begin : begin + len(items)]
        more = times[0] if times else None
        yield Tails(users, items, works, titles, moments, more, ratings, [])


class Histories:
    """The histories of a store's users, one event per work (the earliest or the latest), or all events.

    Args:
        store: the store.
        keep: which of a user's events with one work count.
        rated: whether only events with a rating count.
    """

    def __init__(self, store: StoreReader, keep: Repeats = "first", rated: bool = False) -> None:
        self._store = store
        self._keep = keep
        self._rated = rated
        self._runs: deque[_Run] = deque(maxlen=KEPT_RUNS)

    def of(self, user: int, last: int | None = None) -> UserHistory:
        """The history of one user.

        Args:
            user: the user's code.
            last: keep only this many events from the end, which is cheaper; None keeps all.
                `touched` covers all events either way.

        Returns:
            The user's history.
        """
        run, k = self._run_of(user)
        start, stop = run.ends[k], run.ends[k + 1]
        if last is not None:
            start = max(start, stop - last)
        columns = self._columns(run, run.shown[start:stop])
        return UserHistory(user, *columns, run.touched_by(k), len(run.numbers) > 4)

    def ends(self, users: Sequence[int], last: int) -> dict[int, UserHistory]:
        """The last events of several users: `of`, looked up together.

        Args:
            users: user codes.
            last: events kept per user, from the end.

        Returns:
            Histories by user code.
        """
        lines: dict[int, UserHistory] = {}
        for codes in self._store.runs(users):
            some = codes.tolist()
            run = self._run_of_all(some)
            where = [run.places[user] for user in some]
            stops = np.array(run.ends)[np.array(where) + 1]
            counts = np.minimum(stops - np.array(run.ends)[where], last)
            bounds = np.concatenate([[0], counts.cumsum()])
            rows = ranges(stops - counts, counts)
            cuts = list(itertools.pairwise(bounds.tolist()))
            columns: list[Any] = [
                [column[start:stop] for start, stop in cuts]
                for column in self._columns(run, run.shown[rows])
            ]
            touched = map(run.touched_by, where)
            timed = itertools.repeat(len(run.numbers) > 4)
            lines.update(zip(some, map(UserHistory, some, *columns, touched, timed), strict=True))
        return lines

    @staticmethod
    def _columns(run: _Run, rows: np.ndarray) -> _Columns:
        """The items, works, titles, moments, times and ratings of these events."""
        items, works, titles, moments, *more = (one[rows].tolist() for one in run.numbers)
        times: list[int | None] = more[0] if more else [None] * len(rows)
        if run.missing_times:
            times = [None if time == MISSING_TIME else time for time in times]
        ratings: list[float | None] = [None] * len(rows)
        if run.ratings is not None:
            ratings = run.ratings[rows].tolist()
            if run.missing_ratings:
                ratings = [None if rating != rating else rating for rating in ratings]
        return items, works, titles, moments, times, ratings

    def tails(self, users: Sequence[int], n: int, until: int | None = None) -> Iterator[Tails]:
        """The last `n` events of each of these users, some users at a time.

        Args:
            users: user codes.
            n: how many events of each.
            until: UTC seconds before which they lie; None for any time.

        Yields:
            The events of some users, without those who have fewer.
        """
        for run in self._store.runs(users):
            yield self._tails(run.tolist(), n, until)

    def _tails(self, users: list[int], n: int, until: int | None) -> Tails:
        run = self._run_of_all(users)
        where = np.array([run.places[user] for user in users])
        starts, stops = np.array(run.ends)[:-1], np.array(run.ends)[1:]
        if until is not None:
            # A user's events are in order of time, those without a known one first.
            before = np.concatenate([[0], (run.numbers[4][run.shown] < until).cumsum()])
            stops = starts + before[stops] - before[starts]
        enough = np.flatnonzero(stops[where] - starts[where] >= n)
        where = where[enough]
        rows = run.shown[(stops[where] - n)[:, None] + np.arange(n)]
        tails = _rows_of(run, np.array(users)[enough], rows)
        tails.touched = [run.touched_by(k) for k in where.tolist()]
        return tails

    def earlier_tails(self, users: Sequence[int], n: int, back: int) -> Tails:
        """As many events in a row of each of these users, ending before the last one.

        Args:
            users: user codes of one run, as `tails` yielded them.
            n: how many events.
            back: at most so many are left out behind them, at least one.

        Returns:
            Up to `back` rows for a user, the latest first, without `touched`.
        """
        run = self._run_of_all(users)
        where = np.array([run.places[user] for user in users])
        starts, stops = np.array(run.ends)[where], np.array(run.ends)[where + 1]
        begins = (stops - n)[:, None] - np.arange(1, back + 1)
        there = begins >= starts[:, None]
        of = np.nonzero(there)[0]
        return _rows_of(run, np.array(users)[of], run.shown[begins[there][:, None] + np.arange(n)])

    def judged(
        self,
        user: int,
        n: int,
        key: Hashable,
        judge: Callable[[Tails], np.ndarray] | None,
    ) -> bytes | None:
        """What a function says of each `n` events in a row of a user. It is asked once for all users of a run.

        Args:
            user: the user's code.
            n: how many events.
            key: names the function.
            judge: the function, which returns uint8; None: only what it has been asked already.

        Returns:
            A number for each of the user's events that begins such a row; None where nothing is known.
        """
        run, k = self._run_of(user)
        if key not in run.judged:
            if judge is None:
                return None
            run.judged[key] = b"".join(judge(tails).tobytes() for tails in _rows_in(run, n))
        start, stop = run.ends[k], run.ends[k + 1]
        return run.judged[key][start : max(stop - n + 1, start)]

    def _run_of_all(self, users: Sequence[int]) -> _Run:
        """The run that holds all of these users."""
        for run in reversed(self._runs):
            if all(user in run.places for user in users):
                return run
        run = self._read(np.unique(users))
        self._runs.append(run)
        return run

    def _run_of(self, user: int) -> tuple[_Run, int]:
        """The run that holds the user, and the user's place in it."""
        for run in reversed(self._runs):
            place = run.places.get(user)
            if place is not None:
                return run, place
        run = self._read(self._together(user))
        self._runs.append(run)
        return run, run.places[user]

    def _together(self, user: int) -> np.ndarray:
        """The users to read together with this one: the expected ones, else its neighbours in the
        store."""
        expected = self._store.expected_run(user)
        if expected is not None:
            return expected
        starts = self._store.user_start
        begin = int(starts[user]) // RUN_ROWS * RUN_ROWS
        return np.arange(*starts.searchsorted([begin, begin + RUN_ROWS]).tolist())

    def _read(self, users: np.ndarray) -> _Run:
        store = self._store
        events = store.events_of(users)
        counts = store.user_n[users]
        works = store.work[events.items]
        titles = store.title_code[events.items]
        keys, bits = pair_keys(counts, works, len(store.work))
        sorted_keys = np.sort(keys if events.events is None else keys[events.events != SKIP])
        fresh = np.ones(len(sorted_keys), bool)
        fresh[1:] = sorted_keys[1:] != sorted_keys[:-1]
        touched, again = sorted_keys[fresh], sorted_keys[~fresh]
        places = countable(store, users, events, self._rated)
        if len(again) and self._keep != "keep":
            # If a work was first met in an untitled edition, that time still counts.
            places = one_each(keys, places, again, self._keep)
        places = places[titles[places] >= 0]
        columns = [events.items, works, titles, _moments(events)]
        if events.times is not None:
            columns.append(events.times)
        ratings = events.ratings
        owners = np.arange(len(counts) + 1, dtype=keys.dtype)
        return _Run(
            {user: place for place, user in enumerate(users.tolist())},
            places,
            (keys[places] >> bits).searchsorted(owners).tolist(),
            columns,
            ratings,
            (touched & keys.dtype.type((1 << bits) - 1)).astype(np.int32),
            (touched >> bits).searchsorted(owners).tolist(),
            events.times is not None and bool((events.times == MISSING_TIME).any()),
            ratings is not None and bool(np.isnan(ratings).any()),
        )


def histories(store: StoreReader, keep: Repeats = "first", rated: bool = False) -> Histories:
    """The store's histories, shared by all cells that read them in the same way.

    A filter that says which of a user's events with one work count overrules `keep`.
    """
    keep = which_of_repeats(store, keep)
    return store.shared(("histories", keep, rated), lambda: Histories(store, keep, rated))


def which_of_repeats(store: StoreReader, keep: Repeats = "first") -> Repeats:
    """Which of a user's events with one work count: what a filter says, else `keep`."""
    selection = store.selection
    return keep if selection is None or selection.repeats is None else selection.repeats


def countable(
    store: StoreReader, users: np.ndarray, events: Events, rated: bool = False
) -> np.ndarray:
    """The places of the events that can count, before one is chosen of each work.

    Args:
        store: the store, perhaps filtered.
        users: the codes of the users whose events these are, ascending.
        events: all that they did.
        rated: whether only events with a rating count.

    Returns:
        Ascending places among the events.
    """
    masks = []
    if events.events is not None:
        masks.append(events.events != SKIP)
    if rated and events.ratings is not None:
        masks.append(~np.isnan(events.ratings))
    if store.selection is not None:
        owner = users.repeat(store.user_n[users])
        masks.append(store.selection.counts(owner, events.items, events.ratings))
    if not masks:
        return np.arange(len(events.items))
    return np.flatnonzero(np.logical_and.reduce(masks))


def _moments(events: Events) -> np.ndarray:
    """A number for each event that grows with time or position, within a user."""
    n = len(events.items)
    if events.times is None and events.seqs is None:
        return np.zeros(n, np.int64)
    grows = np.zeros(n, bool)
    for column in (events.times, events.seqs):
        if column is not None:
            grows[1:] |= column[1:] != column[:-1]
    return np.cumsum(grows)


def pair_keys(counts: np.ndarray, works: np.ndarray, all_works: int) -> tuple[np.ndarray, Any]:
    """A number for each (user, work), the user's position before the bits of the work; 32 bits
    where that is enough, since they are sorted in half the time of 64."""
    bits = all_works.bit_length()
    kind = np.uint32 if bits + len(counts).bit_length() <= 32 else np.uint64
    owner = np.arange(len(counts), dtype=kind) << kind(bits)
    return owner.repeat(counts) | works.astype(kind), kind(bits)


def one_each(keys: np.ndarray, places: np.ndarray, again: np.ndarray, keep: str) -> np.ndarray:
    """Choose one event for each key.

    Args:
        keys: of all events (see `pair_keys`).
        places: the events to choose from.
        again: the keys that stand more than once, ascending: mostly few.
        keep: `first` or `last`.

    Returns:
        The places that stay, ascending.
    """
    values = keys[places]
    slots = again.searchsorted(values)
    repeated = np.flatnonzero(again[np.minimum(slots, len(again) - 1)] == values)
    values = values[repeated]
    if keep == "first":
        _, picks = np.unique(values, return_index=True)
    else:
        _, picks = np.unique(values[::-1], return_index=True)
        picks = len(values) - 1 - picks
    stays = np.ones(len(places), bool)
    stays[repeated] = False
    stays[repeated[picks]] = True
    return places[stays]
