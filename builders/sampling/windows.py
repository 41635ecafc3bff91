"""Windows: a case's place in a user's history, what it shows and what comes after.

Where the source has an order a window lies in time; else it is drawn from likes in a hashed order.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from itdr.builders.sampling.alphabet import Alphabet
from itdr.builders.sampling.cold_items import ColdItems
from itdr.builders.sampling.histories import Histories, Tails, UserHistory
from itdr.builders.sampling.popularity import NEVER, TrainStats
from itdr.builders.store.reader import MISSING_TIME

FEW_WINDOWS = 8
"""Up to so many windows of a user are sooner looked for one by one than those of a whole run of users at once."""
MORE = 8
"""How many more events than one window needs are read from a history's end: some are unordered or repeat a title."""
LOOK, NONE, TIED, STANDS = range(4)
"""What `verdicts` says of a cut. `LOOK`: only a closer look can tell."""
Judge = Callable[[bool], bytes | None]
"""Gives a verdict by cut."""


@dataclass(slots=True)
class Window:
    """One case's place in a user's history: `history` and `targets` are places in it, oldest first."""

    user_history: UserHistory
    history: list[int]
    targets: list[int]
    index: int = 0

    @property
    def tied(self) -> bool:
        """Whether less than half of the history's moments differ, so that it has no order to speak
        of."""
        moments = self.user_history.moments
        return 2 * len({moments[k] for k in self.history}) < len(self.history)

    @property
    def time(self) -> int | None:
        """The moment of the first true candidate (UTC seconds), None where it is not known."""
        return self.user_history.times[self.targets[0]]


class WindowSpec(NamedTuple):
    """Which windows of an ordered history are looked for.

    Attributes:
        history, targets: how many events a window holds of each.
        least: how short a history may be where there are no more events; None for full ones alone.
        cold: if given, which works may be shown and asked for.
        known: if given, each target was met by somebody else in the training part before the first
            target's time; for cases with listed candidates.
        start, stop: UTC seconds between which the targets must lie.
        avoid_ties: windows whose history is tied come last.
        alphabet: if given, windows whose titles stand in alphabetical order are left out.
        liked: if given, the lowest rating of a target.
        target: which window comes first: the `first` or the `last` of the history.
    """

    history: int
    targets: int
    known: TrainStats | None = None
    start: int | None = None
    stop: int | None = None
    avoid_ties: bool = False
    alphabet: Alphabet | None = None
    liked: float | None = None
    target: str = "last"
    least: int | None = None
    cold: ColdItems | None = None

    @property
    def fewest(self) -> int:
        """How short a history may be."""
        return self.history if self.least is None else min(self.least, self.history)


def latest_windows(lines: Histories, user: int, window_spec: WindowSpec) -> Iterator[Window]:
    """`ordered_windows` of a user, reading only the end of the history until a second window is asked for.

    Args:
        lines: the histories of a store.
        user: the user's code.
        window_spec: which windows are looked for.

    Yields:
        The same windows as `ordered_windows` of the whole history.
    """
    judge = judge_of(lines, user, window_spec)
    shorter = window_spec.fewest < window_spec.history
    if window_spec.target == "first" or shorter or judge(False) is not None:
        yield from ordered_windows(lines.of(user), window_spec, judge)
        return
    tail = lines.of(user, window_spec.history + window_spec.targets + MORE)
    first = next(ordered_windows(tail, window_spec), None)
    if first is not None and window_spec.avoid_ties and first.tied:
        first = None  # the rest of the history may hold an untied one
    if first is not None:
        # A window found at the end is the one that the whole history would give.
        yield first
    rest = ordered_windows(lines.of(user), window_spec, judge)
    if first is not None:
        next(rest, None)
    yield from rest


def ordered_windows(
    line: UserHistory,
    window_spec: WindowSpec,
    judge: Judge | None = None,
) -> Iterator[Window]:
    """The windows of an ordered history, no event the target of two of them.

    The latest comes first, or the earliest where the spec's target is `first`; where ties are
    avoided, windows without ties come before the others. Each holds `history` events (or as few as
    are allowed, if there are no more), then the next `targets`, all with distinct titles and in a known
    order. If a condition fails, the cut moves
    on by one event.

    Args:
        line: the user's history.
        window_spec: which windows are looked for.
        judge: see `judge_of`; None where the windows of no other user will be asked for.

    Yields:
        Windows, numbered from 0.
    """
    places = _in_time(
        line, range(len(line) - window_spec.targets, window_spec.fewest - 1, -1), window_spec
    )
    if window_spec.target == "first":
        places = places[::-1]
    target_places: set[int] = set()
    cut_verdicts = (judge and judge(False)) or bytes(len(line) + 1)
    # Where targets follow each other, the last one of a window tells as much as the first.
    one_by_one = window_spec.liked is None and window_spec.cold is None
    further = window_spec.targets - 1 if one_by_one else 0
    index = 0
    for cuts, tied in _rounds(line, window_spec, places):
        for cut in cuts:
            verdict = cut_verdicts[cut]
            if verdict == NONE or cut in target_places or cut + further in target_places:
                continue
            if verdict == TIED and not tied:
                continue
            window = _window_at(line, cut, window_spec, target_places, verdict)
            if window is None or (not tied and verdict == LOOK and window.tied):
                continue
            window.index = index
            yield window
            if index == FEW_WINDOWS and judge is not None:
                # Whoever asks for more mostly asks for all.
                cut_verdicts = judge(True) or cut_verdicts
            index += 1
            target_places.update(window.targets)


def verdicts(tails: Tails, window_spec: WindowSpec) -> np.ndarray:
    """What can be said at once of many cuts, from the events around each.

    Args:
        tails: as many events as a window holds in each row, the targets last.
        window_spec: which windows are looked for.

    Returns:
        uint8 of shape (rows,): `STANDS` where these events are a window as they are; `TIED` where they are
        one whose history is tied, and ties are avoided; `NONE` where no window has its targets there; `LOOK`
        where others may take the place of some of these events.
    """
    history, liked = window_spec.history, window_spec.liked
    row_verdicts = np.full(len(tails.users), NONE, np.uint8)
    rows = np.flatnonzero(tails.moments[:, history - 1] < tails.moments[:, history])
    if liked is not None:
        if tails.ratings is None:
            return row_verdicts
        good = tails.ratings[rows, history:] >= liked
        row_verdicts[rows[good[:, 0]]] = LOOK
        rows = rows[good.all(axis=1)]
        row_verdicts[rows] = NONE
    rows = rows[_may_be_asked(tails, rows, window_spec)]
    titles = tails.titles[rows]
    ordered = np.sort(titles, axis=1)
    distinct = (ordered[:, 1:] != ordered[:, :-1]).all(axis=1)
    row_verdicts[rows[~distinct]] = LOOK
    rows, titles = rows[distinct], titles[distinct]
    if window_spec.alphabet is not None:
        rows = rows[~window_spec.alphabet.any_in_order(titles)]
    row_verdicts[rows] = STANDS
    if window_spec.avoid_ties:
        moments = tails.moments[rows, :history]
        differ = (moments[:, 1:] != moments[:, :-1]).sum(axis=1) + 1
        row_verdicts[rows[2 * differ < history]] = TIED
    return row_verdicts


def _may_be_asked(tails: Tails, rows: np.ndarray, window_spec: WindowSpec) -> np.ndarray:
    """Whether the targets of these rows lie in the span of time that is asked for and were known by then."""
    history, start, stop = window_spec.history, window_spec.start, window_spec.stop
    good = np.ones(len(rows), bool)
    before = np.full(len(rows), NEVER)
    if tails.times is not None:
        times = tails.times[rows, history:]
        before = times[:, 0]
        good &= (times != MISSING_TIME).all(axis=1)
        if start is not None:
            good &= (times >= start).all(axis=1)
        if stop is not None:
            good &= (times < stop).all(axis=1)
    elif start is not None or stop is not None:
        good[:] = False
    if window_spec.known is not None:
        users = tails.users[rows, None]
        since = window_spec.known.since_many(tails.works[rows, history:], users)
        good &= (since < before[:, None]).all(axis=1)
    return good


def judge_of(lines: Histories, user: int, window_spec: WindowSpec) -> Judge:
    """What gives the verdict on each cut of a user's history, found for all users of a run at once.

    Args:
        lines: the histories of a store.
        user: the user's code.
        window_spec: which windows are looked for.

    Returns:
        A function. With False it gives what is known already, None where that is nothing.
    """
    history, targets = window_spec.history, window_spec.targets

    def judge(now: bool) -> bytes | None:
        if window_spec.cold is not None:
            return None
        tell = functools.partial(verdicts, window_spec=window_spec) if now else None
        verdict_bytes = lines.judged(user, history + targets, window_spec, tell)
        return None if verdict_bytes is None else bytes(history) + verdict_bytes + bytes(targets)

    return judge


def _in_time(line: UserHistory, cuts: Sequence[int], window_spec: WindowSpec) -> Sequence[int]:
    """The cuts whose first target is in the span of time that is asked for."""
    start, stop = window_spec.start, window_spec.stop
    if start is None and stop is None:
        return cuts
    first, end = -NEVER if start is None else start, NEVER if stop is None else stop
    times = line.times
    return [cut for cut in cuts if (time := times[cut]) is not None and first <= time < end]


def _rounds(
    line: UserHistory, window_spec: WindowSpec, places: Sequence[int]
) -> Iterator[tuple[Sequence[int], bool]]:
    """The cuts to try, and whether tied histories are allowed: all at once, or where ties are
    avoided, first those whose history can have an order."""
    if not window_spec.avoid_ties:
        yield places, True
        return
    moments, history = line.moments, window_spec.history
    # Moments grow by one where time does, so at most this many can differ.
    yield (
        [
            cut
            for cut in places
            if cut < history or 2 * (moments[cut - 1] - moments[cut - history] + 1) >= history
        ],
        False,
    )
    yield places, True


def _window_at(
    line: UserHistory, cut: int, window_spec: WindowSpec, taken: set[int], verdict: int
) -> Window | None:
    """The window whose first target is at `cut`, None where there is none. taken: targets of others.
    verdict: what is known of the cut."""
    if verdict != LOOK:
        targets = list(range(cut, cut + window_spec.targets))
        past = list(range(cut - window_spec.history, cut))
        return Window(line, past, targets) if taken.isdisjoint(targets) else None
    if line.moments[cut - 1] == line.moments[cut]:
        return None
    return window_before(line, cut, window_spec, taken)


def window_before(
    line: UserHistory, cut: int, window_spec: WindowSpec, taken: Collection[int] = frozenset()
) -> Window | None:
    """The window whose targets begin at one place of a history.

    Args:
        line: the user's history.
        cut: place of the first target; the window's history is the last events of earlier moments.
        window_spec: which windows are looked for.
        taken: places that are targets of other windows.

    Returns:
        The window; None where a condition fails.
    """
    moments, times, titles = line.moments, line.times, line.titles
    targets = _targets_at(line, cut, window_spec)
    if targets is None or not frozenset(targets).isdisjoint(taken):
        return None
    if not _in_span(line, targets, window_spec):
        return None
    used = {titles[k] for k in targets}
    if len(used) < len(targets):
        return None
    stats = window_spec.known
    if stats is not None:
        # Without times, nobody is known to have come earlier: any other
        # training user is enough.
        moment = times[cut]
        before = NEVER if moment is None else moment
        if any(stats.since(line.works[k], line.user) >= before for k in targets):
            return None
    past: list[int] = []
    cold = window_spec.cold
    for k in range(cut - 1, -1, -1):
        title = titles[k]
        may_show = cold is None or cold.may_show(line.works[k])
        if may_show and title not in used and moments[k] < moments[cut]:
            used.add(title)
            past.append(k)
            if len(past) == window_spec.history:
                break
    if len(past) < window_spec.fewest:
        return None
    past.reverse()
    alphabet = window_spec.alphabet
    if alphabet is not None and alphabet.in_order([titles[k] for k in (*past, *targets)]):
        return None
    return Window(line, past, targets)


def _targets_at(line: UserHistory, cut: int, window_spec: WindowSpec) -> list[int] | None:
    """The places of the targets from `cut` on, which is the first of them."""
    n, liked, cold = window_spec.targets, window_spec.liked, window_spec.cold
    if liked is None and cold is None:
        return list(range(cut, cut + n)) if cut + n <= len(line) else None
    targets = []
    for k in range(cut, len(line)):
        rating = line.ratings[k]
        good = liked is None or (rating is not None and rating >= liked)
        if good and (cold is None or cold.may_ask(line.works[k])):
            targets.append(k)
            if len(targets) == n:
                return targets
        elif k == cut:
            return None
    return None


def _in_span(line: UserHistory, chosen: Sequence[int], window_spec: WindowSpec) -> bool:
    """Whether the targets lie in the span of time that is asked for."""
    times = [line.times[k] for k in chosen]
    if line.timed and None in times:
        # If only some events have times, the untimed ones are not known to come next.
        return False
    start, stop = window_spec.start, window_spec.stop
    if start is None and stop is None:
        return True
    return all(
        time is not None and (start is None or time >= start) and (stop is None or time < stop)
        for time in times
    )


def unordered_windows(
    line: UserHistory,
    history: int,
    targets: int,
    known: TrainStats | None,
    order: list[int],
    liked: float | None = None,
) -> Iterator[Window]:
    """The windows of a history without order, in which every event is a target once at most.

    Args:
        line: the user's history.
        history: events in a window's history.
        targets: targets of a window.
        known: if given, targets must be works that another training user has met as well.
        order: places of the history in the order in which they are taken, by a hash.
        liked: the lowest rating of a target or history event; None for any.

    Yields:
        Windows, numbered from 0.
    """
    titles: set[int] = set()
    places = []
    for k in order:
        rating = line.ratings[k]
        if liked is not None and (rating is None or rating < liked):
            continue
        if line.titles[k] not in titles:
            titles.add(line.titles[k])
            places.append(k)
    able = [k for k in places if known is None or known.since(line.works[k], line.user) < NEVER]
    index = 0
    while len(able) >= targets and len(places) >= history + targets:
        target_places, able = able[:targets], able[targets:]
        target_set = set(target_places)
        rest = [k for k in places if k not in target_set]
        yield Window(line, rest[:history], target_places, index)
        # A target of one window may be history of the next, but never a target again.
        places = rest + target_places
        index += 1
