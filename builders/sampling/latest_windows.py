"""The first windows of several users at once: almost all consist of the users' last events.

Results are cached, up to a limit, for when the same process asks again: a plan looks for them
before any row is drawn.
"""

from __future__ import annotations

import weakref
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from itdr.builders.core.cache import BatchCache
from itdr.builders.sampling.histories import Histories, Tails, UserHistory
from itdr.builders.sampling.windows import (
    LOOK,
    MORE,
    NONE,
    STANDS,
    TIED,
    Window,
    WindowSpec,
    latest_windows,
    verdicts,
)

_Looked = tuple[int, Window | None]
"""A user and the window that had to be searched for; None without one."""


@dataclass(eq=False)
class _Unusual:
    """The windows that had to be searched for, of several users."""

    found: list[_Looked]

    @property
    def size(self) -> int:
        # A number in a list takes as much space as several in an array.
        return sum(64 * (len(window.user_history) if window else 1) for _, window in self.found)

    def at(self, places: np.ndarray) -> Iterator[_Looked]:
        return (self.found[place] for place in places.tolist())


class _Kind:
    """The cached windows of one kind."""

    def __init__(self) -> None:
        self.usual = BatchCache[UserHistory]()
        self.unusual = BatchCache[_Looked]()


_kinds: weakref.WeakKeyDictionary[Histories, dict[WindowSpec, _Kind]] = weakref.WeakKeyDictionary()


def first_windows(
    lines: Histories, users: Sequence[int], window_spec: WindowSpec
) -> list[Window | None]:
    """The first of each user's `latest_windows`.

    Args:
        lines: the histories of a store.
        users: user codes.
        window_spec: which windows are looked for.

    Returns:
        One window per user, in the order of `users`; None for a user without any.
    """
    history, n = window_spec.history, window_spec.history + window_spec.targets
    caches = _kinds.setdefault(lines, defaultdict(_Kind))[window_spec]
    past, targets = list(range(history)), list(range(history, n))
    windows = dict(caches.unusual.lookup(users))
    windows.update((line.user, Window(line, past, targets)) for line in caches.usual.lookup(users))
    for tails in lines.tails([user for user in users if user not in windows], n):
        row_verdicts = verdicts(tails, window_spec)
        ends = [(tails, np.flatnonzero(row_verdicts == STANDS))]
        refused = np.flatnonzero((row_verdicts == NONE) | (row_verdicts == TIED))
        if len(refused):
            ends.append(_earlier(lines, tails, refused, window_spec))
        others = set(tails.users.tolist())
        for usual, good in ends:
            able = usual.users[good].tolist()
            caches.usual.add(usual, able, good.tolist())
            windows.update((line.user, Window(line, past, targets)) for line in usual.at(good))
            others.difference_update(able)
        looked = [
            (user, next(latest_windows(lines, user, window_spec), None)) for user in sorted(others)
        ]
        caches.unusual.add(_Unusual(looked), sorted(others), range(len(others)))
        windows.update(looked)
    return [windows.get(user) for user in users]


def _earlier(
    lines: Histories, tails: Tails, refused: np.ndarray, window_spec: WindowSpec
) -> tuple[Tails, np.ndarray]:
    """The first windows that users have a few events earlier than at their very end, and which rows of these
    they are: only of users for whom there is no doubt. refused: rows of `tails` that are no windows."""
    n = window_spec.history + window_spec.targets
    before = lines.earlier_tails(tails.users[refused].tolist(), n, MORE)
    row_verdicts = verdicts(before, window_spec)
    able = np.flatnonzero((row_verdicts == STANDS) | (row_verdicts == LOOK))
    users, firsts = np.unique(before.users[able], return_index=True)
    clear = row_verdicts[able[firsts]] == STANDS
    earlier = before.take(able[firsts[clear]])
    owners = tails.users.searchsorted(users[clear]).tolist()
    earlier.touched = [tails.touched[k] for k in owners]
    return earlier, np.arange(len(owners))
