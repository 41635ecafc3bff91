"""Which categories of an item a list shows, where a source files each item under many.

A Yelp restaurant is filed under Restaurants, Food, Nightlife, Bars, Cocktail Bars and five more: a prompt
shows the most specific ones that go together. A bowling alley that is also filed under Towing shows no
Towing. MIND's topics are codes: a prompt shows words. The facts of the text subtasks rest on all of them, as they are.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from itdr.builders.core.schema import Source

if TYPE_CHECKING:
    import pyarrow as pa

MAX_SHOWN = 3
"""Categories that an entry shows at most."""


@dataclass(frozen=True, eq=False)
class CategoryPairs:
    """How many items of a store share two categories.

    Attributes:
        codes: the number of each category.
        pairs: sorted keys of two categories, `first * len(codes) + second`; a category with itself counts
            its items.
        counts: how many items have both.
    """

    codes: dict[str, int]
    pairs: np.ndarray
    counts: np.ndarray

    def together(self, one: str, other: str) -> int:
        """How many items are filed under both categories.

        Args:
            one: a category.
            other: another, or the same.

        Returns:
            The number of items; 0 for a category that no item has.
        """
        if one not in self.codes or other not in self.codes:
            return 0
        key = self.codes[one] * len(self.codes) + self.codes[other]
        place = int(self.pairs.searchsorted(key))
        there = place < len(self.pairs) and int(self.pairs[place]) == key
        return int(self.counts[place]) if there else 0

    def support(self, name: str, beside: Sequence[str]) -> float:
        """How many of these categories another item filed under `name` has on average."""
        others = self.together(name, name) - 1
        if others < 1:
            return 0.0
        shared = sum(max(0, self.together(name, one) - 1) for one in beside if one != name)
        return shared / others


def category_pairs(categories: pa.ChunkedArray) -> CategoryPairs:
    """Count the pairs of categories.

    Args:
        categories: a list for each item.

    Returns:
        The counts.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    flat = pc.list_flatten(categories)
    items = pc.list_parent_indices(categories)
    coded = flat.combine_chunks() if isinstance(flat, pa.ChunkedArray) else flat
    coded = coded.dictionary_encode()
    names, codes = coded.dictionary.to_pylist(), coded.indices.to_numpy(zero_copy_only=False)
    parents = np.asarray(items.to_numpy(), np.int64)
    # A category that an item has twice counts once.
    once = np.unique(parents * max(len(names), 1) + codes)
    parents, codes = np.divmod(once, max(len(names), 1))
    sizes = np.bincount(parents)[parents] if len(parents) else parents
    starts = parents.searchsorted(parents)
    left = np.repeat(codes, sizes)
    steps = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    right = codes[np.repeat(starts, sizes) + steps]
    pairs, counts = np.unique(left * len(names) + right, return_counts=True)
    return CategoryPairs({name: code for code, name in enumerate(names)}, pairs, counts)


def shown_lists(
    source: Source, categories: list[tuple[str, ...]], pairs: Callable[[], CategoryPairs]
) -> list[tuple[str, ...]]:
    """The categories that lists show of some items.

    Args:
        source: the declaration: `category_words` and `broad_categories` in its options say how.
        categories: those of each item.
        pairs: counts how often categories go together.

    Returns:
        What is shown of each item.
    """
    words = source.options.get("category_words")
    if words:
        return [in_words(names, words) for names in categories]
    broad = source.options.get("broad_categories")
    if not broad:
        return categories
    together = pairs()
    return [most_specific(names, broad, together) for names in categories]


def in_words(names: Sequence[str], file: str) -> tuple[str, ...]:
    """Categories in plain words: "food and drink, bakers" of `foodanddrink` and `foodanddrink-bakers`.

    Args:
        names: as the source writes them, the broadest first.
        file: the name of the file of words.

    Returns:
        The words for each, without what the broadest one says already.

    >>> in_words(("foodanddrink", "foodanddrink-bakers"), "news_topics"), in_words(("news", "newspolitics"), "news_topics")
    (('food and drink', 'bakers'), ('news', 'politics'))
    """
    broadest = names[0] if names else ""
    words = (_word(name, broadest if place else "", file) for place, name in enumerate(names))
    return tuple(dict.fromkeys(words))


@functools.lru_cache(maxsize=1024)
def _word(name: str, broader: str, file: str) -> str:
    rest = name.removeprefix(broader) or name
    return _words(file).get(name) or rest.strip("-_").replace("-", " ").replace("_", " ") or name


@functools.cache
def _words(file: str) -> dict[str, str]:
    import yaml

    path = Path(__file__).parent / f"{file}.yaml"
    words: dict[str, str] = yaml.safe_load(path.read_text("utf-8"))
    return words


def most_specific(
    names: Sequence[str], broad: Collection[str], pairs: CategoryPairs
) -> tuple[str, ...]:
    """The categories that say most of an item.

    Broad ones are left out, and one whose name ends another ("Bars" beside "Cocktail Bars"). Of the others
    those stay that most often go with the item's other categories: the special ones, which nearly always
    do, before the general ones, and before those that are there by accident.

    Args:
        names: the item's categories.
        broad: categories that say little of any item.
        pairs: how often categories go together.

    Returns:
        At most `MAX_SHOWN` of the names, in their order.
    """
    telling = [name for name in names if name not in broad] or list(names)
    candidates = [name for name in telling if not any(one.endswith(f" {name}") for one in telling)]

    def order(name: str) -> tuple[float, int, str]:
        return -pairs.support(name, telling), pairs.together(name, name), name

    best = sorted(candidates, key=order)[:MAX_SHOWN]
    return tuple(name for name in candidates if name in best)
