"""What to offer next: a work that likers of the displayed ones also like, and the user has not judged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from itdr.builders.evidence.facts import UP, Fact
from itdr.builders.evidence.interests import counts, works

if TYPE_CHECKING:
    from itdr.builders.sampling.partition import Partition
    from itdr.builders.store.reader import StoreReader

OFFERS = 3
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
    new = np.flatnonzero(~np.isin(titles[pairs.other], titles[touched]))
    others, places = np.unique(pairs.other[new], return_inverse=True)
    strength = np.bincount(places, pairs.gain[new], len(others))
    order = np.lexsort((store.item_hash[others], -strength))
    found: list[Fact] = []
    series: set[str] = set()
    for place in order.tolist():
        code = int(others[place])
        own = new[places == place]
        best = own[pairs.gain[own].argmax()]
        anchor = int(pairs.work[best])
        (work,) = works.works_of(store, [code])
        if series & set(work.series) or _one_series(store, anchor, code):
            continue
        if any(fact.value in work.traits(fact.about) for fact in against):
            continue
        series |= set(work.series)
        k, n, expected = (int(pairs.count[best]), int(pairs.of[best]), float(pairs.expected[best]))
        name = _YEAR.sub("", store.item(anchor).title)
        found.append(Fact("also_liked", "work", work.title, k, n, expected, UP, name))
        if len(found) == OFFERS:
            break
    return found


def _one_series(store: StoreReader, first: int, second: int) -> bool:
    """Whether two works belong to one series."""
    series = works.series_of(store)
    return bool(series[first][0]) and series[first][0] == series[second][0]
