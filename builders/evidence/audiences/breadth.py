"""Kinds of works that tell people hardly apart, such as comedies from the 1990s: they are not named.

A kind is one genre or several together, perhaps of a period. Of a film that is a comedy and nothing else, genres and
periods tell nothing narrower; a list of comedies without a word for them was found to tell readers no more.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable

import numpy as np
import pyarrow.compute as pc

from itdr.builders.core.text import plain
from itdr.builders.evidence import traits as all_traits
from itdr.builders.evidence.audiences.examples import BROAD
from itdr.builders.evidence.audiences.members import DECADE, years_of_items
from itdr.builders.evidence.audiences.periods import years_in
from itdr.builders.evidence.facts import Fact
from itdr.builders.evidence.traits import PLUS
from itdr.builders.store.reader import StoreReader

MAX_SHARE_OF_A_KIND = 0.1
"""A kind with a larger share of all likes is not named. On MovieLens 1M readers found 15 of 24 answers that named such
kinds wanting, and 21 of 106 others."""
MAX_KINDS_AT_HAND = 1 << 16
"""Kinds whose shares are at hand."""
MIN_GENRES, MIN_WORKS = 15, 1000
"""Where fewer genres are known, or fewer works liked, each kind has a large share."""


class Breadth:
    """The shares of kinds in the likes of a store.

    Args:
        store: the store.
        likes: by work, how many like it.
    """

    def __init__(self, store: StoreReader, likes: np.ndarray) -> None:
        self._likes, self._total = likes, max(int(likes.sum()), 1)
        self._is_of: dict[str, np.ndarray] = {}
        # Asked of item after item, and dear where there are many works.
        self._shares = functools.lru_cache(MAX_KINDS_AT_HAND)(self._share)
        # Only where two genres together have names is one alone, or a long period, too little to say.
        known = {"categories", "year"} <= set(store.items.column_names)
        self._is_asked = known and store.source.words in all_traits.BLENDED_IN
        if self._is_asked:
            self._years = years_of_items(store)
            categories = store.items.column("categories").combine_chunks()
            works = pc.list_parent_indices(categories).to_numpy()
            names = pc.list_flatten(categories).dictionary_encode()
            codes = names.indices.to_numpy()
            for code, name in enumerate(names.dictionary.to_pylist()):
                is_of = self._is_of.setdefault(plain(name), np.zeros(len(likes), bool))
                is_of[works[codes == code]] = True
            liked = int(np.count_nonzero(likes))
            self._is_asked = liked >= MIN_WORKS and len(self._is_of) >= MIN_GENRES

    def narrow_among(self, facts: Iterable[Fact]) -> list[Fact]:
        """The facts without those that name kinds with a large share of all likes, or drama, comedy and the like alone.

        Args:
            facts: any facts; one about a kind has its works among its details.

        Returns:
            The others, in their order.
        """
        return [one for one in facts if not self._is_too_common(one)]

    def _is_too_common(self, fact: Fact) -> bool:
        parts = (fact, *fact.details)
        genres = [one.value for one in parts if one.about in (all_traits.CATEGORY, "blend")]
        if not self._is_asked or not genres or all(one.about != "work" for one in fact.details):
            return False
        kind = genres[0].split(PLUS)
        if len(kind) == 1 and plain(kind[0]) in BROAD:
            return True
        periods = [one.value for one in parts if one.about == DECADE]
        return self.share(kind, *periods[:1]) > MAX_SHARE_OF_A_KIND

    def share(self, genres: Iterable[str], period: str = "") -> float:
        """The share of all likes that are of a kind.

        Args:
            genres: the genres that works of the kind have.
            period: the period that they are from, as `periods.period_of` names it; "" for any.

        Returns:
            From 0 to 1.
        """
        return self._shares(frozenset(map(plain, genres)), period)

    def _share(self, genres: frozenset[str], period: str) -> float:
        """As `share`; the genres are folded."""
        if not genres <= self._is_of.keys():
            return 0.0
        kept = np.ones(len(self._likes), bool)
        for genre in genres:
            kept &= self._is_of[genre]
        if period:
            first, last = years_in(period)
            kept &= (self._years >= first) & (self._years <= last)
        return float(self._likes[kept].sum()) / self._total
