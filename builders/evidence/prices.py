"""Where an item's price stands among those of its category."""

from __future__ import annotations

import functools
import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from itdr.builders.evidence.facts import UP, Fact
from itdr.builders.store.reader import StoreReader

PRICE = "Price"
LEAST_PRICED = 20
"""How many items of a category must have a known price before one can be called cheap or expensive."""
LOW, HIGH = "low", "high"
END = 5
"""The cheapest and most expensive 1/N of a category are reported as such."""
_AMOUNT = re.compile(r"\d[\d,]*(?:\.\d+)?")


class Prices:
    """The prices of a store's items, by their first category."""

    def __init__(self, store: StoreReader) -> None:
        self._store = store

    @functools.cached_property
    def _known(self) -> tuple[np.ndarray, np.ndarray, list[str]]:
        """(items in ascending order, the price of each, the category of each)."""
        items: list[int] = []
        prices: list[float] = []
        names = self._store.items.column_names
        column = self._store.items.column("attributes") if "attributes" in names else None
        first = 0
        for chunk in column.chunks if column is not None else ():
            owners = np.repeat(np.arange(len(chunk)), np.diff(chunk.offsets.to_numpy()))
            entries = chunk.flatten()
            is_price = pc.fill_null(pc.equal(entries.field("name"), PRICE), False)
            for place in np.flatnonzero(is_price.to_numpy(zero_copy_only=False)).tolist():
                match = _AMOUNT.search(str(entries.field("value")[place].as_py() or ""))
                if match:
                    items.append(first + int(owners[place]))
                    prices.append(float(match[0].replace(",", "")))
            first += len(chunk)
        return np.array(items, np.int64), np.array(prices), self._categories(items)

    def _categories(self, items: list[int]) -> list[str]:
        """The most specific category of each item; "" if it has none."""
        if not items or "categories" not in self._store.items.column_names:
            return [""] * len(items)
        lists = self._store.items.column("categories").take(pa.array(items)).combine_chunks()
        return [one[-1] if one else "" for one in lists.to_pylist()]

    @functools.cached_property
    def _by_category(self) -> dict[str, np.ndarray]:
        """The prices of each category, ascending."""
        by_category: dict[str, list[float]] = {}
        _, prices, categories = self._known
        for price, category in zip(prices.tolist(), categories, strict=True):
            if category:
                by_category.setdefault(category, []).append(price)
        return {name: np.sort(np.array(prices)) for name, prices in by_category.items()}

    def fact(self, item: int) -> Fact | None:
        """The fact that an item is in the cheapest or most expensive fifth of its category.

        Args:
            item: item code.

        Returns:
            The fact; its `count` is how many items cost no more (or no less) than this one. None if
            the price is in neither fifth, or unknown.
        """
        items, prices, categories = self._known
        place = int(items.searchsorted(item))
        if place == len(items) or items[place] != item:
            return None
        others, price = self._by_category.get(categories[place], np.zeros(0)), prices[place]
        n = len(others)
        upto = int(others.searchsorted(price, "right"))
        from_on = n - int(others.searchsorted(price, "left"))
        if n < LEAST_PRICED:
            return None
        for name, count in ((LOW, upto), (HIGH, from_on)):
            if END * count <= n:
                return Fact("own", "price", name, count, n, direction=UP)
        return None


def prices(store: StoreReader) -> Prices:
    """The prices of a store's items, read on first use."""
    return store.shared("prices", lambda: Prices(store))
