"""Works that go together: pairs among the displayed works, and works to offer next."""

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
"""What is offered is liked so many times as often as expected by those who like the displayed work."""
RECEIVED = 0.6
"""… and by so many of all who like or dislike it."""


def offers(
    split: Partition,
    liked: np.ndarray,
    touched: np.ndarray,
    *,
    disliked: np.ndarray | None = None,
    tastes: Sequence[Fact] = (),
    against: Sequence[Fact] = (),
) -> list[Fact]:
    """Works to offer: one for each of the user's tastes, for which a displayed like of that taste speaks.

    Args:
        split: whose training part says what goes together.
        liked: the works of the displayed likes.
        touched: works that the user met in any way.
        disliked: what goes with these works is not offered.
        tastes: the tastes that are said, the first one first; without any, a work may be of every kind.
        against: facts about traits that a work to be offered must not have.

    Returns:
        Facts `also_liked`; the quote is the title of the displayed work whose likers are counted, and
        the details are how many displayed likes have the taste, and another displayed work that
        speaks for the same one, if any does.
    """
    store, table = split.store, counts.companions_of(split)
    pairs = table.of(liked)
    barred = _carrying(split, against)
    titles = store.title_code
    barred |= np.isin(titles, titles[touched])
    if disliked is not None and len(disliked):
        barred[table.of(disliked).other] = True
    barred |= _badly_received(split)
    able = np.flatnonzero(~barred[pairs.other] & (pairs.together >= LIFT * pairs.expected))
    strength = np.zeros(len(titles))
    np.add.at(strength, pairs.other[able], pairs.gain[able])
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


def threads(split: Partition, liked: np.ndarray) -> list[Fact]:
    """Pairs of displayed likes that go together, the strongest first.

    Args:
        split: whose training part says what goes together.
        liked: the works of the displayed likes.

    Returns:
        Facts `also_liked` without a direction; the quote is the title of the work whose likers are
        counted. No two are about the same works, and no pair is of one series.
    """
    return _pairs(split, liked, np.zeros(0, np.int64), 0)


def aversions(split: Partition, disliked: np.ndarray, liked: np.ndarray) -> list[Fact]:
    """Pairs of displayed dislikes that go together, and with none of the displayed likes: what their
    fans share is not for this user. As `threads`, with the direction `DOWN`."""
    return _pairs(split, disliked, liked, DOWN)


def _pairs(split: Partition, inside: np.ndarray, outside: np.ndarray, direction: int) -> list[Fact]:
    store, table = split.store, counts.companions_of(split)
    pairs = table.of(inside)
    both = (pairs.other[:, None] == inside).any(1)
    if len(outside) and both.any():
        linked = pairs.work[(pairs.other[:, None] == outside).any(1)]
        linked = np.concatenate([linked, table.of(outside).other])
        both &= ~np.isin(pairs.work, linked) & ~np.isin(pairs.other, linked)
    places = np.flatnonzero(both)
    found: list[Fact] = []
    said: set[int] = set()
    for place in places[np.argsort(-pairs.gain[places], kind="stable")].tolist():
        first, second = int(pairs.work[place]), int(pairs.other[place])
        if said & {first, second} or _one_series(store, first, second):
            continue
        said |= {first, second}
        found.append(_fact(store, pairs, place, direction))
    return found


def _fact(store: StoreReader, pairs: Pairs, place: int, direction: int) -> Fact:
    first, second = int(pairs.work[place]), int(pairs.other[place])
    k, n, expected = int(pairs.together[place]), int(pairs.of[place]), float(pairs.expected[place])
    name = works.without_year(store.item(first).title)
    return Fact("also_liked", "work", store.item(second).title, k, n, expected, direction, name)


def _one_series(store: StoreReader, first: int, second: int) -> bool:
    """Whether two works belong to one series."""
    series = works.series_of(store)
    return bool(series[first][0]) and series[first][0] == series[second][0]
