"""What each of several users likes or uses most: works distinct in title, the strongest first."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from itdr.builders.core.cache import BatchCache
from itdr.builders.core.ranges import ranges
from itdr.builders.core.rng import splitmix64
from itdr.builders.core.schema import SKIP
from itdr.builders.sampling.histories import NO_WORKS, UserHistory
from itdr.builders.store.reader import MISSING_TIME, StoreReader


@dataclass(eq=False)
class _Liked:
    """What several users like, one array to a column, one user after the other.

    Attributes:
        ends: where each user's works begin, and the end of all.
        times: `MISSING_TIME` for none.
        ratings: 0 for none.
    """

    users: np.ndarray
    ends: np.ndarray
    items: np.ndarray
    works: np.ndarray
    titles: np.ndarray
    times: np.ndarray | None
    ratings: np.ndarray | None

    @property
    def size(self) -> int:
        return 5 * len(self.items)

    def at(self, places: np.ndarray) -> Iterator[UserHistory]:
        starts = self.ends[places]
        counts = self.ends[places + 1] - starts
        stops = counts.cumsum()
        rows = ranges(starts, counts)
        n = len(rows)
        columns = [one[rows].tolist() for one in (self.items, self.works, self.titles)]
        columns += [[0] * n, [None] * n, [None] * n]
        if self.times is not None:
            times = self.times[rows].tolist()
            columns[4] = [None if time == MISSING_TIME else time for time in times]
        if self.ratings is not None:
            columns[5] = [rating or None for rating in self.ratings[rows].tolist()]
        cuts = list(zip((stops - counts).tolist(), stops.tolist(), strict=True))
        parts: list[Any] = [[column[start:stop] for start, stop in cuts] for column in columns]
        users = self.users[places].tolist()
        yield from map(UserHistory, users, *parts, itertools.repeat(NO_WORKS))


def favourites(
    store: StoreReader, users: Sequence[int], keys: np.ndarray, most: int
) -> list[UserHistory]:
    """The works that each user likes best: by rating, or by use where nothing is rated.

    Ties are broken by a hash of the key and the work. An unrated event counts as use, below every
    rating. Works whose best rating is a dislike are left out.

    Args:
        store: the store to read.
        users: user codes.
        keys: uint64, one per user, in the same order.
        most: how many works a user gets at most.

    Returns:
        One history per user, in the order of `users`.
    """
    cache = store.shared(("most liked", most), BatchCache[UserHistory])
    key_of = dict(zip(users, keys.tolist(), strict=True))
    lines = {line.user: line for line in cache.lookup(key_of.items())}
    for run in store.runs([user for user in users if user not in lines]):
        pairs = [(user, key_of[user]) for user in run.tolist()]
        batch = _of_run(store, run, np.array([key for _, key in pairs], np.uint64), most)
        places = np.arange(len(run))
        cache.add(batch, pairs, places.tolist())
        lines.update((line.user, line) for line in batch.at(places))
    return [lines[user] for user in users]


def _of_run(store: StoreReader, users: np.ndarray, keys: np.ndarray, most: int) -> _Liked:
    events = store.events_of(users)
    showable = store.title_code[events.items] >= 0
    if events.events is not None:
        showable &= events.events != SKIP
    items = events.items[showable]
    owners = np.arange(len(users)).repeat(store.user_n[users])[showable]
    pairs, first, inverse = np.unique(
        owners << 32 | store.work[items], return_index=True, return_inverse=True
    )
    works, owners = (pairs & 0xFFFFFFFF).astype(np.int32), pairs >> 32
    strength = np.zeros(len(pairs))
    if events.ratings is not None:
        np.maximum.at(strength, inverse, np.nan_to_num(events.ratings[showable], nan=0.0))
    elif events.weights is not None:
        np.add.at(strength, inverse, np.nan_to_num(events.weights[showable], nan=0.0))
    else:
        strength = np.bincount(inverse, minlength=len(pairs)).astype(float)
    hashed = splitmix64(store.item_hash[works] ^ keys[owners])
    order = np.lexsort((hashed, -strength, owners))
    if events.ratings is not None and store.source.scale is not None:
        disliked = (strength > 0) & (strength <= store.source.scale.disliked)
        order = order[~disliked[order]]
    order = order[_first_of_each_title(owners[order], store.title_code[items[first[order]]], most)]
    places = first[order]
    items = items[places]
    return _Liked(
        users,
        owners[order].searchsorted(np.arange(len(users) + 1)),
        items,
        works[order],
        store.title_code[items],
        None if events.times is None else events.times[showable][places],
        None if events.ratings is None else strength[order],
    )


def _first_of_each_title(owners: np.ndarray, titles: np.ndarray, most: int) -> np.ndarray:
    """Of the works of all users, ordered by user: the places of those whose title none before them
    has, up to `most` of each user."""
    _, distinct = np.unique(owners << 32 | titles, return_index=True)
    places = np.sort(distinct)
    users = owners[places]
    return places[np.arange(len(places)) - users.searchsorted(users) < most]
