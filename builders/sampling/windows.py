"""Windows: a case's place in a timeline, its history and what comes after.

Where the source has an order a window lies in time; else it is drawn from likes in a hashed order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from itdr.builders.sampling.histories import Timeline, Timelines
from itdr.builders.sampling.popularity import NEVER, Known

MORE = 8
"""Events at a timeline's end that are looked at besides those of one window, some of which may have
no known order or repeat a title."""


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


class Sought(NamedTuple):
    """Which windows of an ordered timeline are looked for.

    history, trues: how many events a window holds of each.   known: if given, somebody else in the
    training part met each true item before the first of them.   start, stop: UTC seconds between
    which the true items must lie.
    """

    history: int
    trues: int
    known: Known | None = None
    start: int | None = None
    stop: int | None = None


def latest_windows(lines: Timelines, user: int, sought: Sought) -> Iterator[Window]:
    """`ordered_windows` of a user's timeline, of which the first is looked for at its end alone:
    most callers want no other, and few events are cheaper than many."""
    tail = lines.of(user, sought.history + sought.trues + MORE)
    first = next(ordered_windows(tail, sought), None)
    if first is not None:
        # What the end lacks in history it cannot find, so what it finds is what all would.
        yield first
    rest = ordered_windows(lines.of(user), sought)
    if first is not None:
        next(rest, None)
    yield from rest


def ordered_windows(line: Timeline, sought: Sought) -> Iterator[Window]:
    """Windows of an ordered timeline, the latest first, in steps of the number of true items.

    Each holds `history` events, then the `trues` next ones, all distinct in title, and the order
    between both is known; where something of what is sought fails the cut moves back.
    """
    cut = len(line) - sought.trues
    index = 0
    while cut >= sought.history:
        window = _window_at(line, cut, sought)
        if window is None:
            cut -= 1
            continue
        window.index = index
        yield window
        index += 1
        cut -= sought.trues


def _window_at(line: Timeline, cut: int, sought: Sought) -> Window | None:
    history, trues, known, start, stop = sought
    moments, times, titles = line.moments, line.times, line.titles
    if moments[cut - 1] == moments[cut]:
        return None
    chosen = list(range(cut, cut + trues))
    if line.timed and None in times[cut : cut + trues]:
        # Where some events have times, those without cannot be shown to come next.
        return None
    if (start is not None or stop is not None) and not all(
        time is not None and (start is None or time >= start) and (stop is None or time < stop)
        for time in times[cut : cut + trues]
    ):
        return None
    used = set(titles[cut : cut + trues])
    if len(used) < trues:
        return None
    if known is not None:
        # In an ordered record without times nobody can be shown to have been earlier: any other
        # user of the training part will do.
        moment = times[cut]
        before = NEVER if moment is None else moment
        if any(known.since(work, line.user) >= before for work in line.works[cut : cut + trues]):
            return None
    past: list[int] = []
    for k in range(cut - 1, -1, -1):
        title = titles[k]
        if title not in used:
            used.add(title)
            past.append(k)
            if len(past) == history:
                past.reverse()
                return Window(line, past, chosen) if moments[past[-1]] < moments[cut] else None
    return None


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
