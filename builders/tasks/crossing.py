"""Windows of one domain, with what the same user met in another domain before."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from itdr.builders.core.cache import BatchCache
from itdr.builders.core.rng import hash_texts
from itdr.builders.sampling.histories import UserHistory, histories, without
from itdr.builders.sampling.windows import MORE, Window
from itdr.builders.store.build.works import title_key
from itdr.builders.store.reader import StoreReader
from itdr.builders.tasks import ranking
from itdr.builders.tasks.base import OpenCell

KEPT_KEYS = 1 << 16


class _Keys(dict[str, int]):
    """A hash of the key of each title that was asked for: a dictionary answers in a third of the time of `lru_cache`."""

    def __missing__(self, title: str) -> int:
        if len(self) >= KEPT_KEYS:
            self.clear()
        key = self[title] = hash_texts([title_key(title)])
        return key


_keys = _Keys()


def _keys_of(store: StoreReader, codes: np.ndarray) -> np.ndarray:
    """uint64: what the titles of items are told apart by. Looked up once for each item."""
    keys = store.shared("title keys", lambda: np.zeros(len(store.work), np.uint64))
    unknown = np.unique(codes[keys[codes] == 0]).tolist()
    if unknown:
        store.read_items(unknown)
        keys[unknown] = np.array([_keys[store.item(code).title] for code in unknown], np.uint64)
    return keys[codes]


class Earlier(NamedTuple):
    """Items of the first domain, oldest first: the keys of their titles, their codes, what the user gave them, and
    when."""

    keys: Sequence[int] = ()
    items: Sequence[int] = ()
    ratings: Sequence[float | None] = ()
    times: Sequence[int] = ()


@dataclass(slots=True)
class Crossing(Window):
    """A window of the second domain, with what lies before it in the first.

    Attributes:
        code: the user's in the first domain.
        earlier: what a case shows of it, if nothing in the second is called so.
    """

    code: int = field(kw_only=True)
    earlier: Earlier = field(kw_only=True)


@dataclass(eq=False)
class _Crossed:
    """What several users met in the first domain: their codes there, and arrays with one row per
    user. Ratings: NaN for none."""

    users: list[int]
    codes: list[int]
    keys: np.ndarray
    items: np.ndarray
    ratings: np.ndarray
    times: np.ndarray

    @classmethod
    def of(cls, crossings: Sequence[Crossing]) -> _Crossed:
        keys, items, ratings, times = zip(*(one.earlier for one in crossings), strict=True)
        return cls(
            [one.user_history.user for one in crossings],
            [one.code for one in crossings],
            np.array(keys, np.uint64),
            np.array(items, np.int32),
            np.array(ratings, np.float64),
            np.array(times, np.int64),
        )

    @property
    def size(self) -> int:
        return 6 * self.items.size

    def at(self, places: np.ndarray) -> Iterator[tuple[int, tuple[int, Earlier]]]:
        numbers = (self.keys, self.items, self.times)
        keys, items, times = (column[places].tolist() for column in numbers)
        ratings = without(self.ratings[places], None)
        for place, *events in zip(places.tolist(), keys, items, ratings, times, strict=True):
            yield self.users[place], (self.codes[place], Earlier(*events))


def windows(cell: OpenCell, subject: int) -> Iterator[Crossing]:
    """The windows of the second domain with enough events before them in the first.

    Args:
        cell: an open cell of two domains.
        subject: the user's code in the second domain.

    Yields:
        Windows with the user's earlier events in the first domain.
    """
    (code,) = _codes_in_first(cell, [subject])
    if code is not None:
        assert cell.other is not None
        start = histories(cell.other).of(code, cell.history + MORE)
        for window in ranking.windows(cell, subject):
            yield from _crossing(cell, window, start)


def firsts(cell: OpenCell, users: Sequence[int]) -> list[Crossing | None]:
    """The first window of each user, where it can be found without reading whole histories.

    Args:
        cell: an open cell of two domains.
        users: user codes in the second domain.

    Returns:
        One window per user; None where `windows` has to look.
    """
    cache: BatchCache[tuple[int, tuple[int, Earlier]]] = cell.store.shared(
        ("crossed", cell.cell.other, ranking.window_spec(cell)), BatchCache
    )
    again = dict(cache.lookup(users))
    from_cache = _found_again(cell, again) if again else {}
    others = [user for user in users if user not in again]
    new = _found_anew(cell, others) if others else {}
    if new:
        cache.add(_Crossed.of(list(new.values())), new, range(len(new)))
    return [from_cache.get(user) or new.get(user) for user in users]


def _found_again(cell: OpenCell, crossed: Mapping[int, tuple[int, Earlier]]) -> dict[int, Crossing]:
    """The windows of users whose earlier events in the first domain are cached."""
    windows = zip(crossed.values(), ranking.firsts(cell, list(crossed)), strict=True)
    crossings = {}
    for (code, earlier), window in windows:
        assert window is not None
        of = (window.user_history, window.history, window.targets, window.index)
        crossings[window.user_history.user] = Crossing(*of, code=code, earlier=earlier)
    return crossings


def _found_anew(cell: OpenCell, users: Sequence[int]) -> dict[int, Crossing]:
    """The windows of users who have one and are in the first domain as well."""
    other = cell.other
    assert other is not None
    codes = zip(users, _codes_in_first(cell, users), strict=True)
    both = {user: code for user, code in codes if code is not None}
    windows = dict(zip(both, ranking.firsts(cell, list(both)), strict=True))
    # The ends of their histories are mostly enough.
    starts = histories(other).ends(list(both.values()), cell.history + MORE)
    near = (start.items for start in starts.values())
    other.read_items(itertools.chain.from_iterable(near))
    crossings: dict[int, Crossing] = {}
    for user, window in windows.items():
        if window:
            crossings.update((user, one) for one in _crossing(cell, window, starts[both[user]]))
    return crossings


def _crossing(cell: OpenCell, window: Window, start: UserHistory) -> Iterator[Crossing]:
    """The window with what lies before it in the first domain, if that is enough. start: the end of
    the history there."""
    earlier = _earlier_items(cell, start.user, window.time, end=start)
    if len(earlier.items) >= cell.history:
        of = (window.user_history, window.history, window.targets, window.index)
        yield Crossing(*of, code=start.user, earlier=earlier)


def pasts(
    cell: OpenCell, windows: Sequence[Crossing], codes: np.ndarray
) -> list[ranking.Past | None]:
    """What cases show of the first domain: titles that they do not show of the second.

    Args:
        cell: an open cell of two domains.
        windows: windows of it.
        codes: the items that each case shows of the second domain, a row each.

    Returns:
        The events for each window; None where there are too few.
    """
    other, shown = cell.other, _keys_of(cell.store, codes)
    assert other is not None
    held = np.array([window.earlier.keys for window in windows], np.uint64)
    events = [window.earlier for window in windows]
    again = (held[:, :, None] == shown[:, None, :]).any(axis=(1, 2))
    for k in np.flatnonzero(again).tolist():
        keys = frozenset(shown[k].tolist())
        events[k] = _earlier_items(cell, windows[k].code, windows[k].time, keys)
    enough = [len(one.items) == cell.history for one in events]
    items = iter(other.items_of([one.items for one in itertools.compress(events, enough)]))
    return [
        ranking.Past(next(items), one.ratings, one.times) if able else None
        for one, able in zip(events, enough, strict=True)
    ]


def _earlier_items(
    cell: OpenCell,
    code: int,
    time: int | None,
    keys: Collection[int] = (),
    end: UserHistory | None = None,
) -> Earlier:
    """What a user met in the first domain last before a moment: `history` items with distinct titles, none of them with
    one of these keys, or as many as there are. end: the end of the history, where it has been read already."""
    assert cell.other is not None
    earlier = _latest(cell.other, cell.history, end, time, keys) if end else Earlier()
    if len(earlier.items) < cell.history:
        whole = histories(cell.other).of(code)
        if end is None or len(whole) > len(end):
            earlier = _latest(cell.other, cell.history, whole, time, keys)
    return earlier


def _latest(
    other: StoreReader, most: int, line: UserHistory, time: int | None, keys: Collection[int]
) -> Earlier:
    by_title: dict[int, tuple[int, float | None, int]] = {}
    for k in range(len(line) - 1, -1, -1):
        when = line.times[k]
        if time is None or when is None or when >= time:
            continue
        key = _keys[other.item(line.items[k]).title]
        if key not in by_title and key not in keys:
            by_title[key] = (line.items[k], line.ratings[k], when)
            if len(by_title) == most:
                break
    columns = zip(*reversed(by_title.values()), strict=True)
    return Earlier(tuple(reversed(by_title)), *columns) if by_title else Earlier()


def _codes_in_first(cell: OpenCell, users: Sequence[int]) -> list[int | None]:
    """The same users' codes in the first domain, None for those not in it: ids, and so hashes, are
    equal in all domains."""
    other, store = cell.other, cell.store
    assert other is not None
    hashes = store.user_hash[np.array(users, int)]
    codes = np.minimum(other.user_hash.searchsorted(hashes), len(other.user_hash) - 1)
    pairs = zip(
        codes.tolist(),
        (other.user_hash[codes] == hashes).tolist(),
        other.values("users", "user_id", codes),
        store.values("users", "user_id", users),
        strict=True,
    )
    return [code if same and here == there else None for code, same, here, there in pairs]
