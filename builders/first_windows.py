"""The first windows of several users at once, where they are the usual ones."""

from __future__ import annotations

import weakref
from collections import defaultdict
from collections.abc import Hashable, Sequence

import numpy as np

from itdr.builders.columns import MISSING_TIME
from itdr.builders.found import Found
from itdr.builders.popularity import NEVER, Known
from itdr.builders.timelines import Tails, Timelines
from itdr.builders.windows import Window

_found: weakref.WeakKeyDictionary[Timelines, dict[Hashable, Found]] = weakref.WeakKeyDictionary()
"""What was found before, by kind of window."""


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
    kinds = _found.setdefault(lines, defaultdict(Found))
    kept = kinds[history, trues, known, start, stop]
    found = {line.user: Window(line, past, chosen) for line in kept.lines(users)}
    for tails in lines.tails([user for user in users if user not in found], history + trues):
        good = np.flatnonzero(_as_they_stand(tails, history, known, start, stop))
        kept.add(tails, tails.users[good].tolist(), good.tolist())
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
