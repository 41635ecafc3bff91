"""Cold items: works are divided, not users, so that what test asks for was never seen in training.

Works of one title fall to the same split. Histories show training works alone, in every split; targets and
negatives are works of the row's own split, so that being new gives none of them away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from itdr.builders.sampling.splits import TRAIN, assign_splits
from itdr.builders.store.reader import StoreReader
from itdr.builders.store.selection import Selection


@dataclass(frozen=True, eq=False)
class ColdItems:
    """Which works a window of one split may show, and which it may ask for.

    Args:
        splits: by item code, the split of the item's work (int8).
        part: index of the split whose windows are looked for.
    """

    splits: np.ndarray
    part: int

    def may_show(self, work: int) -> bool:
        """Whether a work may stand in a history."""
        return bool(self.splits[work] == TRAIN)

    def may_ask(self, work: int) -> bool:
        """Whether a work may be a target."""
        return bool(self.splits[work] == self.part)


def item_splits(store: StoreReader, seed: int) -> np.ndarray:
    """The split of every item's work.

    Args:
        store: whose items are meant.
        seed: of the hash that divides them.

    Returns:
        Index of the split by item code (int8), the same for all works of one title.
    """
    return store.shared(("item splits", seed), lambda: _divided(store, seed))


def _divided(store: StoreReader, seed: int) -> np.ndarray:
    codes = np.arange(len(store.work))
    titles = store.title_code[store.work]
    # Codes ascend with hashes: the first item of a title does not depend on the order of raw rows.
    first = np.full(int(titles.max(initial=-1)) + 1, len(codes), np.int64)
    has_title = titles >= 0
    np.minimum.at(first, titles[has_title], store.work[has_title])
    owners = np.where(
        has_title, first[np.where(has_title, titles, 0)] if len(first) else 0, store.work
    )
    return assign_splits(store.item_hash[owners], seed, store.source.random_id, "cold item")


def of_split(store: StoreReader, seed: int, part: int) -> StoreReader:
    """The store with the works of one split alone.

    Args:
        store: a store, perhaps filtered.
        seed: as for `item_splits`.
        part: index of the split.

    Returns:
        A cached reader of the same store, to count with.
    """
    # Titles that are cut to look the same are in one split: their length decides who is counted.
    key = ("cold items", seed, part, store.title_chars)

    def select(view: StoreReader) -> None:
        selection, items = store.selection, item_splits(store, seed) == part
        view.selection = Selection(
            (*key, *(() if selection is None else selection.facts)),
            np.ones(len(store.user_hash), bool) if selection is None else selection.users,
            items if selection is None else items & selection.items,
            None if selection is None else selection.min_rating,
            None if selection is None else selection.repeats,
        )

    return store.view(key, select)
