"""Works that go together: pairs among the displayed likes, and works to offer next."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from itdr.builders.evidence.facts import UP, Fact
from itdr.builders.evidence.interests import counts, works
from itdr.builders.evidence.interests.companions import Pairs
from itdr.builders.evidence.interests.person import Person

if TYPE_CHECKING:
    from itdr.builders.sampling.partition import Partition
    from itdr.builders.store.reader import StoreReader

OFFERS = 2
_YEAR = re.compile(r"(?<=\S)\s*\([12]\d{3}\)$")


def offers(
    split: Partition, liked: np.ndarray, touched: np.ndarray, against: Sequence[Fact]
) -> list[Fact]:
    """Works to offer, that for which the displayed likes speak most first.

    Args:
        split: whose training part says what goes together.
        liked: the works of the displayed likes.
        touched: works that the user met in any way.
        against: facts about traits that a work to be offered must not have.

    Returns:
        Facts `also_liked`; the quote is the title of the displayed work whose likers are counted.
    """
    store = split.store
    pairs = counts.companions_of(split).of(liked)
    titles = store.title_code
    met = np.zeros(len(titles) + 1, bool)
    met[titles[touched]] = True
    new = np.flatnonzero(~met[titles[pairs.other]])
    others, places = np.unique(pairs.other[new], return_inverse=True)
    strength = np.bincount(places, pairs.gain[new], len(others))
    order = np.lexsort((store.item_hash[others], -strength))
    by_gain = np.lexsort((-pairs.gain[new], places))
    firsts = new[by_gain[places[by_gain].searchsorted(np.arange(len(others)))]].tolist()
    named = works.series_of(store)
    found: list[Fact] = []
    series: set[str] = set()
    anchors: set[int] = set()
    for place in order.tolist():
        code = int(others[place])
        best = firsts[place]
        anchor = int(pairs.work[best])
        name = named[code][0]
        if anchor in anchors or (name and name in series) or _one_series(store, anchor, code):
            continue
        if against and _bears(store, code, against):
            continue
        anchors.add(anchor)
        series.add(name)
        found.append(_fact(store, pairs, best, UP))
        if len(found) == OFFERS:
            break
    return found


def _bears(store: StoreReader, code: int, facts: Sequence[Fact]) -> bool:
    """Whether a work has a trait that one of the facts is about."""
    (work,) = works.works_of(store, [code])
    return any(fact.value in work.traits(fact.about) for fact in facts)


def threads(split: Partition, liked: np.ndarray) -> list[Fact]:
    """Pairs of displayed likes that go together, the strongest first.

    Args:
        split: whose training part says what goes together.
        liked: the works of the displayed likes.

    Returns:
        Facts `also_liked` without a direction; the quote is the title of the work whose likers are
        counted. No two are about the same works, and no pair is of one series.
    """
    store = split.store
    pairs = counts.companions_of(split).of(liked)
    inside = np.flatnonzero((pairs.other[:, None] == liked).any(1))
    found: list[Fact] = []
    said: set[int] = set()
    for place in inside[np.argsort(-pairs.gain[inside], kind="stable")].tolist():
        first, second = int(pairs.work[place]), int(pairs.other[place])
        if said & {first, second} or _one_series(store, first, second):
            continue
        said |= {first, second}
        found.append(_fact(store, pairs, place, 0))
    return found


def _fact(store: StoreReader, pairs: Pairs, place: int, direction: int) -> Fact:
    first, second = int(pairs.work[place]), int(pairs.other[place])
    k, n, expected = int(pairs.together[place]), int(pairs.of[place]), float(pairs.expected[place])
    name = _YEAR.sub("", store.item(first).title)
    return Fact("also_liked", "work", store.item(second).title, k, n, expected, direction, name)


def well_received(person: Person, taste: Fact, touched: np.ndarray, split: Partition) -> list[Fact]:
    """A work of the user's first taste that others received best, and the user has not met; none
    where too few have judged any.

    Args:
        person: the user.
        taste: the taste that the work is to be of.
        touched: works that the user met in any way.
        split: the data.
    """
    counts, store = person.counts, split.store
    titles = store.title_code
    met = set(titles[touched].tolist())
    all_likes, all_verdicts = (
        int(counts.likes.sum()),
        int(counts.likes.sum() + counts.dislikes.sum()),
    )
    for code in counts.best_of(taste.about, taste.value, titles >= 0):
        if int(titles[code]) not in met:
            likes = int(counts.likes[code])
            of = likes + int(counts.dislikes[code])
            base = of * all_likes / all_verdicts
            if likes <= base:
                break
            return [Fact("reception", "work", store.item(code).title, likes, of, base, UP)]
    return []


def _one_series(store: StoreReader, first: int, second: int) -> bool:
    """Whether two works belong to one series."""
    series = works.series_of(store)
    return bool(series[first][0]) and series[first][0] == series[second][0]
