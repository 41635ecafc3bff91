"""Works that go with what the user likes or dislikes: what to offer next, and what not to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests import counts, works
from itdr.builders.evidence.interests.companions import Pairs

if TYPE_CHECKING:
    from itdr.builders.sampling.partition import Partition
    from itdr.builders.store.reader import StoreReader

OFFERS = 2
LIFT = 1.5
"""A work is offered if the likers of a displayed work like it this many times as often as expected."""
CLEAR, FANS = 2.0, 0.2
"""A work is warned against if the likers of a displayed dislike like it this many times as often as
expected, and at least this share of them do."""
AGREED = 2
"""How many displayed dislikes must have fans who like the work warned against."""
RECEIVED = 0.6
"""… and at least this share of all who judged it must like it."""


def offers(
    split: Partition,
    liked: np.ndarray,
    touched: np.ndarray,
    *,
    disliked: np.ndarray | None = None,
    tastes: Sequence[Fact] = (),
    against: Sequence[Fact] = (),
    popular: bool = True,
) -> list[Fact]:
    """Works to offer: one for each of the user's tastes, for which a displayed like of that taste speaks.

    Args:
        split: whose training part says what goes together.
        liked: the works of the displayed likes.
        touched: works that the user met in any way.
        disliked: what goes with these works is not offered.
        tastes: the tastes that are stated, the lead one first; if empty, a work of any kind may be offered.
        against: facts about traits that a work to be offered must not have.
        popular: whether works better known than half of the choices may be offered, too.

    Returns:
        Facts `also_liked`; the quote is the title of the displayed work whose likers are counted, and
        the details are how many displayed likes have the taste and, if there is one, another displayed work that
        points to the same work.
    """
    store, table = split.store, counts.companions_of(split)
    pairs = table.of(liked)
    barred = _carrying(split, against)
    titles = store.title_code
    barred |= np.isin(titles, titles[touched])
    if disliked is not None and len(disliked):
        barred[table.of(disliked).other] = True
    barred |= _badly_received(split)
    if not popular:
        barred |= _well_known(split)
    able = np.flatnonzero(~barred[pairs.other] & (pairs.together >= LIFT * pairs.expected))
    strength = _strength(pairs, able, len(titles))
    keys = (-pairs.gain[able], store.item_hash[pairs.other[able]], -strength[pairs.other[able]])
    able = able[np.lexsort(keys)]
    named = works.series_of(store)
    found: list[Fact] = []
    used: set[object] = set()
    for taste in tastes or (None,):
        bears = None if taste is None else _carrying(split, [taste])
        for place in able.tolist():
            anchor, code = int(pairs.work[place]), int(pairs.other[place])
            if bears is not None and not (bears[anchor] and bears[code]):
                continue
            series = named[code][0]
            if used & {anchor, code, series} or _one_series(store, anchor, code):
                continue
            used |= {anchor, code, series or anchor}
            shown = taste.details[:1] if taste is not None else ()
            others = able[(pairs.other[able] == code) & (pairs.work[able] != anchor)][:1]
            more = tuple(_fact(store, pairs, int(one), UP) for one in others)
            found.append(replace(_fact(store, pairs, place, UP), details=(*shown, *more)))
            break
        if len(found) == OFFERS:
            break
    return found


def _strength(pairs: Pairs, places: np.ndarray, n_works: int) -> np.ndarray:
    """By work code, how much these pairs together say for the work. Rounded: the order of a sum's terms must
    not decide which of two works comes first."""
    return np.round(np.bincount(pairs.other[places], pairs.gain[places], n_works), 6)


def _carrying(split: Partition, facts: Sequence[Fact]) -> np.ndarray:
    """By work code, whether the work has a trait that one of the facts is about."""
    known = counts.counts(split)
    found = np.zeros(len(split.store.work), bool)
    for fact in facts:
        code = known.codes.get(fact.about, {}).get(fact.value)
        if code is not None:
            found[known.bearers(code)] = True
    return found


def _badly_received(split: Partition) -> np.ndarray:
    """By work code, whether too few of those who like or dislike the work like it."""
    known = counts.counts(split)
    return known.likes < RECEIVED * (known.likes + known.dislikes)


def _well_known(split: Partition) -> np.ndarray:
    """By work code, whether more people like the work than the median of those to choose from."""
    likes = counts.counts(split).likes
    shelf = likes[counts.companions_of(split).works]
    return likes > np.median(shelf) if len(shelf) else np.zeros(len(likes), bool)


def aversions(
    split: Partition,
    disliked: np.ndarray,
    liked: np.ndarray,
    touched: np.ndarray,
    *,
    tastes: Sequence[Fact] = (),
) -> list[Fact]:
    """Works to warn against: new to the user, and liked by the fans of two displayed dislikes.

    Args:
        split: whose training part says what goes together.
        disliked: the works of the displayed dislikes.
        liked: the works that the user likes; works that go with these are never warned against.
        touched: works that the user met in any way.
        tastes: what the user likes; a work that has one of these traits is never warned against.

    Returns:
        At most one fact `also_liked` with the direction `DOWN`; the quote is the title of the displayed
        work whose likers are counted, and the detail is the other one's.
    """
    store, table = split.store, counts.companions_of(split)
    pairs = table.of(disliked)
    titles = store.title_code
    barred = np.isin(titles, titles[touched]) | _carrying(split, tastes)
    barred[table.of(liked).other] = True
    clear = (pairs.together >= CLEAR * pairs.expected) & (pairs.together >= FANS * pairs.of)
    able = np.flatnonzero(~barred[pairs.other] & clear)
    others, number = np.unique(pairs.other[able], return_counts=True)
    strength = _strength(pairs, able, len(titles))
    several = others[number >= AGREED]
    for code in several[np.lexsort((store.item_hash[several], -strength[several]))].tolist():
        places = able[pairs.other[able] == code]
        places = places[np.argsort(-pairs.gain[places], kind="stable")]
        apart = [k for k in places.tolist() if not _one_series(store, int(pairs.work[k]), code)]
        if len(apart) >= AGREED:
            first, second = (_fact(store, pairs, place, DOWN) for place in apart[:AGREED])
            return [replace(first, details=(second,))]
    return []


def _fact(store: StoreReader, pairs: Pairs, place: int, direction: int) -> Fact:
    first, second = int(pairs.work[place]), int(pairs.other[place])
    k, n, expected = int(pairs.together[place]), int(pairs.of[place]), float(pairs.expected[place])
    name = works.without_year(store.item(first).title)
    return Fact("also_liked", "work", store.item(second).title, k, n, expected, direction, name)


def _one_series(store: StoreReader, first: int, second: int) -> bool:
    """Whether two works belong to one series."""
    series = works.series_of(store)
    return bool(series[first][0]) and series[first][0] == series[second][0]
