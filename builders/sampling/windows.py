"""Windows: a case's place in a timeline, its history and what comes after.

Where the source has an order a window lies in time; else it is drawn from likes in a hashed order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from itdr.builders.sampling.histories import Histories, UserHistory
from itdr.builders.sampling.popularity import NEVER, TrainStats

MORE = 8
"""Events at a timeline's end that are looked at besides those of one window, some of which may have
no known order or repeat a title."""


@dataclass(slots=True)
class Window:
    """One case's place in a timeline: `history` and `targets` are places in it, oldest first."""

    user_history: UserHistory
    history: list[int]
    targets: list[int]
    index: int = 0

    @property
    def time(self) -> int | None:
        """The moment of the first true candidate (UTC seconds), None where it is not known."""
        return self.user_history.times[self.targets[0]]


class WindowSpec(NamedTuple):
    """Which windows of an ordered timeline are looked for.

    history, trues: how many events a window holds of each.   known: if given, somebody else in the
    training part met each true item before the first of them.   start, stop: UTC seconds between
    which the true items must lie.
    """

    history: int
    targets: int
    known: TrainStats | None = None
    start: int | None = None
    stop: int | None = None


def latest_windows(lines: Histories, user: int, window_spec: WindowSpec) -> Iterator[Window]:
    """`ordered_windows` of a user's timeline, of which the first is looked for at its end alone:
    most callers want no other, and few events are cheaper than many."""
    tail = lines.of(user, window_spec.history + window_spec.targets + MORE)
    first = next(ordered_windows(tail, window_spec), None)
    if first is not None:
        # What the end lacks in history it cannot find, so what it finds is what all would.
        yield first
    rest = ordered_windows(lines.of(user), window_spec)
    if first is not None:
        next(rest, None)
    yield from rest


def ordered_windows(line: UserHistory, window_spec: WindowSpec) -> Iterator[Window]:
    """Windows of an ordered timeline, the latest first, in steps of the number of true items.

    Each holds `history` events, then the `targets` next ones, all distinct in title, and the order
    between both is known; where something of what is sought fails the cut moves back.
    """
    cut = len(line) - window_spec.targets
    index = 0
    while cut >= window_spec.history:
        window = _window_at(line, cut, window_spec)
        if window is None:
            cut -= 1
            continue
        window.index = index
        yield window
        index += 1
        cut -= window_spec.targets


def _window_at(line: UserHistory, cut: int, window_spec: WindowSpec) -> Window | None:
    history, targets, known, start, stop = window_spec
    moments, times, titles = line.moments, line.times, line.titles
    if moments[cut - 1] == moments[cut]:
        return None
    chosen = list(range(cut, cut + targets))
    if line.timed and None in times[cut : cut + targets]:
        # Where some events have times, those without cannot be shown to come next.
        return None
    if (start is not None or stop is not None) and not all(
        time is not None and (start is None or time >= start) and (stop is None or time < stop)
        for time in times[cut : cut + targets]
    ):
        return None
    used = set(titles[cut : cut + targets])
    if len(used) < targets:
        return None
    if known is not None:
        # In an ordered record without times nobody can be shown to have been earlier: any other
        # user of the training part will do.
        moment = times[cut]
        before = NEVER if moment is None else moment
        if any(known.since(work, line.user) >= before for work in line.works[cut : cut + targets]):
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
    line: UserHistory,
    history: int,
    targets: int,
    known: TrainStats | None,
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
    while len(able) >= targets and len(places) >= history + targets:
        chosen, able = able[:targets], able[targets:]
        taken = set(chosen)
        rest = [k for k in places if k not in taken]
        yield Window(line, rest[:history], chosen, index)
        # What one window shows as truth, the next may show as history, never as truth again.
        places = rest + chosen
        index += 1
