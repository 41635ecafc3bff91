"""What users liked and disliked, worked out for a batch of them at a time."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from itdr.builders.core.schema import SKIP, Scale
from itdr.builders.evidence.interests import counts as interests_counts
from itdr.builders.evidence.verdicts import (
    DISLIKE,
    KEPT_HOURS,
    KEPT_TENTHS,
    LEAST_PLAYERS,
    LEFT_TENTHS,
    LIKE,
    MOST_TENTHS,
    TENTHS,
)
from itdr.builders.sampling.histories import pair_keys
from itdr.builders.store.reader import MISSING_TIME

if TYPE_CHECKING:
    from itdr.builders.sampling.partition import Partition


@dataclass(slots=True)
class Sided:
    """Parallel lists over the works that a user liked or disliked, in the store's order.

    places: into the user's events.   sides: `LIKE` or `DISLIKE`.   strength: rating or hours.
    judged: works that the user has rated (or played) at all, liked, disliked or neither.
    touched: the works of all events of the user.   judged_works, marks, verdicts: all works that were
    judged and can be shown, how well each was liked (`verdicts.marks`), and its side, 0 for neither.
    """

    items: list[int]
    works: list[int]
    titles: list[int]
    places: list[int]
    times: list[int | None]
    sides: list[int]
    strength: list[float]
    judged: int
    touched: np.ndarray
    judged_works: np.ndarray
    marks: np.ndarray
    verdicts: np.ndarray


def sided(split: Partition, user: int) -> Sided:
    """A user's likes and dislikes among the works that can be shown.

    Of each work the earliest event with a rating (or hours) counts. For users that the store
    expects, many are computed at once.

    Args:
        split: the split of the data.
        user: the user's code.

    Returns:
        The works on both sides.
    """
    cache: dict[int, Sided] = split.store.shared(("sided", split.seed), dict)
    if user not in cache:
        cache.clear()
        expected = split.store.expected_run(user)
        users = np.array([user]) if expected is None else expected
        cache.update(zip(users.tolist(), _of(split, users), strict=True))
    return cache[user]


def _of(split: Partition, users: np.ndarray) -> list[Sided]:
    store = split.store
    hours = interests_counts.by_hours(split)
    events = store.events_of(users)
    value = events.weights if hours else events.ratings
    assert value is not None
    has_value = ~np.isnan(value)
    if events.events is not None:
        has_value &= events.events != SKIP
    counts = store.user_n[users]
    places = np.flatnonzero(has_value)
    works = store.work[events.items]
    keys, _ = pair_keys(counts, works, len(store.work))
    _, first = np.unique(keys[places], return_index=True)
    first.sort()
    places = places[first]
    side = _by_hours(split, works[places], value[places]) if hours else _rated(split, value[places])
    titles = store.title_code[events.items]
    begins = np.concatenate([[0], counts.cumsum(dtype=np.int64)])
    scale = store.source.scale
    marks = (side + 1) * TENTHS if hours or scale is None else _tenths(scale, value[places])
    judged_counts = np.diff(places.searchsorted(begins)).tolist()
    has_title = titles[places] >= 0
    cuts = places[has_title].searchsorted(begins)[1:-1]
    mine = [np.split(of[has_title], cuts) for of in (works[places], marks, side)]
    is_sided = (side != 0) & has_title
    places, side = places[is_sided], side[is_sided]
    cuts = places.searchsorted(begins)
    own = places - begins[:-1].repeat(np.diff(cuts))
    numbers = (events.items[places], works[places], titles[places], own, side, value[places])
    item, work, title, place, sides_of, strength = (one.tolist() for one in numbers)
    times: list[int | None] = [None] * len(places)
    if events.times is not None:
        raw_times = events.times[places].tolist()
        times = [None if time == MISSING_TIME else time for time in raw_times]
    columns: tuple[list[Any], ...] = (item, work, title, place, times, sides_of, strength)
    works_by_user = np.split(works, begins[1:-1])
    return [
        Sided(*(column[start:stop] for column in columns), n, own_works, *own_judged)  # type: ignore[arg-type, call-arg]
        for n, own_works, own_judged, (start, stop) in zip(
            judged_counts,
            works_by_user,
            zip(*mine, strict=True),
            itertools.pairwise(cuts.tolist()),
            strict=True,
        )
    ]


def _rated(split: Partition, ratings: np.ndarray) -> np.ndarray:
    scale = split.store.source.scale
    assert scale is not None
    return np.where(ratings >= scale.liked, LIKE, np.where(ratings <= scale.disliked, DISLIKE, 0))


def _tenths(scale: Scale, ratings: np.ndarray) -> np.ndarray:
    """As `verdicts.marks` has it in SQL."""
    tenths = np.floor((ratings.astype(np.float64) - scale.low) * TENTHS + 0.5)
    return np.clip(tenths, 0, MOST_TENTHS).astype(np.int64)


def _by_hours(split: Partition, works: np.ndarray, hours: np.ndarray) -> np.ndarray:
    """As `verdicts.verdicts` has it in SQL, for users of any part."""
    begins, values = interests_counts.hours_of(split)
    start, stop = begins[works], begins[works + 1]
    players = stop - start
    less = _place(values, start, stop, hours, "left") - start
    upto = _place(values, start, stop, hours, "right") - start
    enough = players >= LEAST_PLAYERS
    is_like = (hours >= KEPT_HOURS) & (10 * less >= KEPT_TENTHS * players)
    is_dislike = (hours < KEPT_HOURS) & (10 * upto <= LEFT_TENTHS * players)
    return np.where(enough & is_like, LIKE, np.where(enough & is_dislike, DISLIKE, 0))


def _place(
    values: np.ndarray, start: np.ndarray, stop: np.ndarray, wanted: np.ndarray, side: str
) -> np.ndarray:
    """As `searchsorted` of each wanted number in `values[start:stop]`, which ascend."""
    below = np.less if side == "left" else np.less_equal
    low, high = start, stop
    while (low < high).any():
        middle = (low + high) >> 1
        # Where the search has ended, the place behind may be past the last value.
        further = (low < high) & below(values[np.minimum(middle, len(values) - 1)], wanted)
        low, high = (
            np.where(further, middle + 1, low),
            np.where(further | (low >= high), high, middle),
        )
    return low
