"""The first windows of several users at once, where they are the usual ones.

A plan looks for them before any row is drawn. What it found is kept, in arrays and up to a limit, and
is not looked for again when the same process draws the rows.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Hashable, Iterator, Sequence
from operator import itemgetter

import numpy as np

from itdr.builders.columns import MISSING_TIME
from itdr.builders.popularity import NEVER, Known
from itdr.builders.timelines import Tails, Timeline, Timelines
from itdr.builders.windows import Window

KEPT = 1 << 22
"""Numbers kept of the windows of one store: 25 MB or so, some 20,000 users of MovieLens."""


class _Found:
    """What was found in the timelines of a store: by kind of window, then by user, the events of
    several users and the user's place among them."""

    def __init__(self) -> None:
        self._places: dict[Hashable, dict[int, tuple[Tails, int]]] = {}
        self._left = KEPT

    def add(self, kind: Hashable, tails: Tails, good: np.ndarray) -> None:
        """Keep the events at these places, as long as there is room."""
        size = 6 * tails.items.size + sum(map(len, tails.touched))
        if size <= self._left:
            self._left -= size
            places = self._places.setdefault(kind, {})
            users = tails.users[good].tolist()
            places.update((user, (tails, k)) for user, k in zip(users, good.tolist(), strict=True))

    def lines(self, kind: Hashable, users: Sequence[int]) -> Iterator[Timeline]:
        """The ends of the timelines of those of the users that were kept."""
        places = self._places.get(kind)
        if places:
            known = (places[user] for user in users if user in places)
            for tails, group in itertools.groupby(known, itemgetter(0)):
                yield from tails.lines(np.array([place for _, place in group]))


_found: weakref.WeakKeyDictionary[Timelines, _Found] = weakref.WeakKeyDictionary()


def latest_many(
    lines: Timelines,
    users: Sequence[int],
    history: int,
    trues: int,
    known: Known | None,
    start: int | None = None,
    stop: int | None = None,
) -> list[Window | None]:
    """The first of each user's `latest_windows` where it is the usual one, made of the last events
    just as they stand; None where it has to be looked for."""
    past, chosen = list(range(history)), list(range(history, history + trues))
    kept = _found.setdefault(lines, _Found())
    kind = (history, trues, known, start, stop)
    found = {line.user: Window(line, past, chosen) for line in kept.lines(kind, users)}
    for tails in lines.tails([user for user in users if user not in found], history + trues):
        good = np.flatnonzero(_as_they_stand(tails, history, known, start, stop))
        kept.add(kind, tails, good)
        for line in tails.lines(good):
            found[line.user] = Window(line, past, chosen)
    return [found.get(user) for user in users]


def _as_they_stand(
    tails: Tails, history: int, known: Known | None, start: int | None, stop: int | None
) -> np.ndarray:
    """For each user whether the last events make a window as they are, `history` of them and the
    true ones: a sufficient condition, for all users at once."""
    titles = np.sort(tails.titles, axis=1)
    good = (titles[:, 1:] != titles[:, :-1]).all(axis=1)
    good &= tails.moments[:, history - 1] < tails.moments[:, history]
    before = np.full(len(good), NEVER)
    if tails.times is not None:
        times = tails.times[:, history:]
        before = times[:, 0]
        good &= (times != MISSING_TIME).all(axis=1)
        if start is not None:
            good &= (times >= start).all(axis=1)
        if stop is not None:
            good &= (times < stop).all(axis=1)
    elif start is not None or stop is not None:
        good[:] = False
    if known is not None:
        since = known.since_many(tails.works[:, history:], tails.users[:, None])
        good &= (since < before[:, None]).all(axis=1)
    return good
