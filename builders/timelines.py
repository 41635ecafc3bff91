"""A user's events as cases see them: one event for each work, in order, only what can be shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from itdr.builders.columns import MISSING_TIME, SKIP, Events, Store
from itdr.builders.popularity import NEVER, Known


@dataclass(slots=True)
class Timeline:
    """Parallel lists over the showable works of one user, in order.

    moments: equal numbers mean that no order is known between two events. times: UTC seconds, or
    None. touched: every work of the user, shown or not, in any part of the data. timed: whether the
    source has times at all.
    """

    user: int
    items: list[int]
    works: list[int]
    titles: list[int]
    moments: list[int]
    times: list[int | None]
    ratings: list[float | None]
    touched: frozenset[int]
    timed: bool = False

    def __len__(self) -> int:
        return len(self.items)


def timeline(
    store: Store,
    user: int,
    keep: Literal["first", "last"] = "first",
    rated: bool = False,
    last: int | None = None,
) -> Timeline:
    """The user's showable events, one for each work: the earliest, or the latest.

    rated: only events with a rating count.   last: only so many events from the end, for whoever
    wants the latest window; `touched` is of all events all the same.
    """
    events = store.events(user)
    items = events.items
    works = store.work[items]
    mask = None
    if events.events is not None:
        mask = events.events != SKIP
    touched = frozenset((works if mask is None else works[mask]).tolist())
    if rated and events.ratings is not None:
        given = ~np.isnan(events.ratings)
        mask = given if mask is None else mask & given
    titles = store.title_code[items]
    moments = _moments(events)
    shown = titles >= 0 if mask is None else mask & (titles >= 0)
    # A work met first in an edition without a title still counts as met then.
    places = np.arange(len(items)) if mask is None else np.flatnonzero(mask)
    if len(touched) < len(places):
        places = _one_each(works, places, keep)
    places = places[shown[places]]
    if last is not None:
        places = places[-last:]
    times = None if events.times is None else events.times[places].tolist()
    ratings = None if events.ratings is None else events.ratings[places].tolist()
    n = len(places)
    return Timeline(
        user,
        items[places].tolist(),
        works[places].tolist(),
        titles[places].tolist(),
        moments[places].tolist(),
        [None] * n if times is None else [None if t == MISSING_TIME else t for t in times],
        [None] * n if ratings is None else [None if r != r else r for r in ratings],
        touched,
        timed=times is not None,
    )


def _moments(events: Events) -> np.ndarray:
    """A number for each event that grows where time or place does."""
    n = len(events.items)
    if events.times is None and events.seqs is None:
        return np.zeros(n, np.int64)
    grows = np.zeros(n, bool)
    for column in (events.times, events.seqs):
        if column is not None:
            grows[1:] |= column[1:] != column[:-1]
    return np.cumsum(grows)


def _one_each(works: np.ndarray, places: np.ndarray, keep: str) -> np.ndarray:
    """Of the events at `places`, one for each work."""
    values = works[places]
    if keep == "first":
        _, kept = np.unique(values, return_index=True)
    else:
        _, kept = np.unique(values[::-1], return_index=True)
        kept = len(values) - 1 - kept
    return places[np.sort(kept)]


@dataclass(slots=True)
class Window:
    """One case's place in a timeline: `history` and `trues` are places in it, oldest first."""

    timeline: Timeline
    history: list[int]
    trues: list[int]
    index: int = 0

    @property
    def time(self) -> int | None:
        """The moment of the first true candidate (UTC seconds), None where it is not known."""
        return self.timeline.times[self.trues[0]]


def latest_windows(
    read: Callable[[int | None], Timeline],
    history: int,
    trues: int,
    known: Known | None,
    start: int | None = None,
    stop: int | None = None,
) -> Iterator[Window]:
    """`ordered_windows`, of which the first is looked for at the end of the timeline alone: most
    callers want no other, and few events are cheaper than many.

    read: gives the timeline, or only its last events.
    """
    tail = 4 * (history + trues) + 16
    first = next(ordered_windows(read(tail), history, trues, known, start, stop), None)
    if first is not None:
        # What the end lacks in history it cannot find, so what it finds is what all would.
        yield first
    rest = ordered_windows(read(None), history, trues, known, start, stop)
    if first is not None:
        next(rest, None)
    yield from rest


def ordered_windows(
    line: Timeline,
    history: int,
    trues: int,
    known: Known | None,
    start: int | None = None,
    stop: int | None = None,
) -> Iterator[Window]:
    """Windows of an ordered timeline, the latest first, in steps of the number of true items.

    Each holds `history` events, then the `trues` next ones, all distinct in title. The order between
    both is known, and, with `known`, somebody else in the training part met each true item before
    the first of them; where that fails the cut moves back. start, stop: UTC seconds between which
    the true items must lie.
    """
    cut = len(line) - trues
    index = 0
    while cut >= history:
        window = _window_at(line, cut, history, trues, known, start, stop)
        if window is None:
            cut -= 1
            continue
        window.index = index
        yield window
        index += 1
        cut -= trues


def _window_at(
    line: Timeline,
    cut: int,
    history: int,
    trues: int,
    known: Known | None,
    start: int | None,
    stop: int | None,
) -> Window | None:
    chosen = list(range(cut, cut + trues))
    if line.moments[cut - 1] == line.moments[cut]:
        return None
    if line.timed and any(line.times[k] is None for k in chosen):
        # Where some events have times, those without cannot be shown to come next.
        return None
    if start is not None or stop is not None:
        times = [line.times[k] for k in chosen]
        if any(
            t is None or (start is not None and t < start) or (stop is not None and t >= stop)
            for t in times
        ):
            return None
    titles = {line.titles[k] for k in chosen}
    if len(titles) < trues:
        return None
    if known is not None:
        # In an ordered record without times nobody can be shown to have been earlier: any other
        # user of the training part will do.
        moment = line.times[cut]
        before = NEVER if moment is None else moment
        if any(known.since(line.works[k], line.user) >= before for k in chosen):
            return None
    past: list[int] = []
    for k in range(cut - 1, -1, -1):
        if line.titles[k] not in titles:
            titles.add(line.titles[k])
            past.append(k)
            if len(past) == history:
                break
    if len(past) < history or line.moments[past[0]] == line.moments[cut]:
        return None
    return Window(line, past[::-1], chosen)


def unordered_windows(
    line: Timeline,
    history: int,
    trues: int,
    known: Known | None,
    order: list[int],
    liked: float | None = None,
) -> Iterator[Window]:
    """Windows of a timeline without order: its places taken in the given (hashed) order.

    liked: the rating from which an event may be a true item or stand in the history; None: any.
    With `known`, true items are works that somebody else in the training part met too.
    """
    seen: set[int] = set()
    places = []
    for k in order:
        rating = line.ratings[k]
        if liked is not None and (rating is None or rating < liked):
            continue
        if line.titles[k] not in seen:
            seen.add(line.titles[k])
            places.append(k)
    able = [k for k in places if known is None or known.since(line.works[k], line.user) < NEVER]
    index = 0
    while len(able) >= trues and len(places) >= history + trues:
        chosen, able = able[:trues], able[trues:]
        taken = set(chosen)
        rest = [k for k in places if k not in taken]
        yield Window(line, rest[:history], chosen, index)
        # What one window shows as truth, the next may show as history, never as truth again.
        places = rest + chosen
        index += 1
