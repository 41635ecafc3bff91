"""What each of several users likes or uses most: works distinct in title, the strongest first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from itdr.builders.columns import MISSING_TIME, SKIP, Store
from itdr.builders.hashing import mix
from itdr.builders.timelines import NO_WORKS, Timeline


def most_liked(store: Store, users: Sequence[int], keys: np.ndarray, most: int) -> list[Timeline]:
    """For each user up to `most` works in their order: the best rated (else the most used) first,
    ties by a hash of `keys` (uint64, one of each user) and the work. An unrated event counts as use,
    below every rating.
    """
    found: dict[int, Timeline] = {}
    known = dict(zip(users, keys, strict=True))
    for run in store.runs(users):
        for line in _of_run(store, run, np.array([known[user] for user in run.tolist()]), most):
            found[line.user] = line
    return [found[user] for user in users]


def _of_run(store: Store, users: np.ndarray, keys: np.ndarray, most: int) -> list[Timeline]:
    events = store.events_of(users)
    shown = store.title_code[events.items] >= 0
    if events.events is not None:
        shown &= events.events != SKIP
    items = events.items[shown]
    owners = np.arange(len(users)).repeat(store.user_n[users])[shown]
    pairs, first, inverse = np.unique(
        owners << 32 | store.work[items], return_index=True, return_inverse=True
    )
    works, owners = (pairs & 0xFFFFFFFF).astype(np.int32), pairs >> 32
    strength = np.zeros(len(pairs))
    if events.ratings is not None:
        np.maximum.at(strength, inverse, np.nan_to_num(events.ratings[shown], nan=0.0))
    elif events.weights is not None:
        np.add.at(strength, inverse, np.nan_to_num(events.weights[shown], nan=0.0))
    else:
        strength = np.bincount(inverse, minlength=len(pairs)).astype(float)
    hashed = mix(store.item_hash[works] ^ keys[owners])
    order = np.lexsort((hashed, -strength, owners))
    order = order[_first_of_each_title(owners[order], store.title_code[items[first[order]]], most)]
    chosen = first[order]
    n = len(order)
    columns = [
        items[chosen].tolist(),
        works[order].tolist(),
        store.title_code[items[chosen]].tolist(),
        [0] * n,
        [None] * n,
        [None] * n,
    ]
    if events.times is not None:
        times = events.times[shown][chosen].tolist()
        columns[4] = [None if time == MISSING_TIME else time for time in times]
    if events.ratings is not None:
        columns[5] = [rating or None for rating in strength[order].tolist()]
    ends = owners[order].searchsorted(np.arange(len(users) + 1)).tolist()
    bounds = zip(users.tolist(), ends[:-1], ends[1:], strict=True)
    return [
        Timeline(user, *(column[start:stop] for column in columns), NO_WORKS)
        for user, start, stop in bounds
    ]


def _first_of_each_title(owners: np.ndarray, titles: np.ndarray, most: int) -> np.ndarray:
    """Of the works of all users, ordered by user: the places of those whose title none before them
    has, up to `most` of each user."""
    _, distinct = np.unique(owners << 32 | titles, return_index=True)
    places = np.sort(distinct)
    kept = owners[places]
    return places[np.arange(len(places)) - kept.searchsorted(kept) < most]
