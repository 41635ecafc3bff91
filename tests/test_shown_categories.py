"""Which of its categories an item shows in lists."""

from __future__ import annotations

import pytest

from itdr.builders.store.shown_categories import MAX_SHOWN, most_specific

BROAD = ("Restaurants", "Nightlife", "Food")
COUNTS = {
    "Restaurants": 90,
    "Food": 60,
    "Nightlife": 40,
    "Bars": 30,
    "Pizza": 9,
    "Delis": 8,
    "Tiki Bars": 2,
}


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        # Broad ones go, and what ends the name of another.
        (["Restaurants", "Bars", "Nightlife", "Tiki Bars", "Pizza"], ("Tiki Bars", "Pizza")),
        # The rarest stay, in the item's order.
        (["Bars", "Pizza", "Food", "Delis", "Sushi"], ("Pizza", "Delis", "Sushi")),
        # Where nothing else is there, broad ones stay.
        (["Restaurants", "Food"], ("Restaurants", "Food")),
        (["Bars"], ("Bars",)),
        ([], ()),
    ],
)  # fmt: skip
def test_the_most_specific_categories_are_shown(names: list[str], shown: tuple[str, ...]) -> None:
    assert most_specific(names, BROAD, COUNTS) == shown
    assert len(shown) <= MAX_SHOWN
