"""How common it is what an item's own fields say of whom it is for: a value that many items have names no group."""

from __future__ import annotations

from collections import Counter

import numpy as np

from itdr.builders.evidence.aspect_words import AspectWords
from itdr.builders.evidence.facts import Fact
from itdr.builders.store.reader import StoreReader

ITEMS_COUNTED = 2000
"""Items among which values are counted, by hash."""
MIN_SHARE_OF_A_COMMON_VALUE = 0.1
"""A value that this share of the items has is common."""


class FieldCounts:
    """The values of a sample of a store's items.

    Args:
        store: the store.
        words: the words of its domain.
    """

    def __init__(self, store: StoreReader, words: AspectWords) -> None:
        able = np.flatnonzero((store.work == np.arange(len(store.work))) & (store.title_code >= 0))
        codes = able[np.argsort(store.item_hash[able], kind="stable")[:ITEMS_COUNTED]].tolist()
        store.read_items(codes)
        self._total = max(len(codes), 1)
        self._counts: Counter[tuple[str, str]] = Counter()
        for code in codes:
            item = store.item(code)
            named = ", ".join(item.categories) or item.title
            found = {("niche", name) for name in words.niches_of(named)}
            found |= {("audience", name) for name, _ in words.audiences_in(item.title)}
            for one in store.value("items", "attributes", code) or ():
                values = str(one["value"] or "").split(", ")
                found |= {("attribute", f"{one['name']}: {value}") for value in values}
            self._counts.update(found)

    def is_rare(self, fact: Fact) -> bool:
        """Whether few items have what a field of this one says.

        Args:
            fact: of the kind `own`.

        Returns:
            False where so many have it that it tells this item from none.
        """
        return self._counts[fact.about, fact.value] < MIN_SHARE_OF_A_COMMON_VALUE * self._total
