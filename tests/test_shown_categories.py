"""Which of its categories an item shows in lists."""

from __future__ import annotations

import pyarrow as pa
import pytest

from itdr.builders.store.shown_categories import MAX_SHOWN, category_pairs, most_specific

BROAD = ("Restaurants", "Nightlife", "Food")
ITEMS = [
    *[["Restaurants", "Pizza", "Italian"]] * 9,
    *[["Restaurants", "Italian"]] * 20,
    *[["Nightlife", "Bars", "Tiki Bars"]] * 3,
    *[["Nightlife", "Bars", "Pizza", "Pizza"]] * 2,
    *[["Food", "Delis", "Sandwiches", "Salad"]] * 8,
    *[["Restaurants", "Sandwiches", "Salad"]] * 9,
    *[["Automotive", "Towing"]] * 12,
    *[["Active Life", "Bowling", "Arcades"]] * 4,
    None,
    [],
    ["Active Life", "Bowling", "Arcades", "Towing", "Pool Halls"],
]
PAIRS = category_pairs(pa.chunked_array([ITEMS[:30], ITEMS[30:]], pa.list_(pa.string())))


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        # Broad ones go, and what ends the name of another.
        (["Restaurants", "Bars", "Nightlife", "Tiki Bars", "Pizza"], ("Tiki Bars", "Pizza")),
        # Those that go with the others stay, in the item's order: not what is there by accident, though rarer.
        (["Towing", "Sandwiches", "Food", "Delis", "Salad"], ("Sandwiches", "Delis", "Salad")),
        (["Towing", "Bowling", "Arcades", "Pizza", "Italian"], ("Bowling", "Arcades", "Pizza")),
        # Of those that go with none, or that no other item has, the rarest.
        (["Towing", "Delis", "Tiki Bars", "Bowling"], ("Delis", "Tiki Bars", "Bowling")),
        (["Unheard", "Bowling", "Arcades", "Pool Halls"], ("Unheard", "Bowling", "Arcades")),
        # Where nothing else is there, broad ones stay.
        (["Restaurants", "Food"], ("Restaurants", "Food")),
        (["Bars"], ("Bars",)),
        ([], ()),
    ],
)  # fmt: skip
def test_the_most_specific_categories_are_shown(names: list[str], shown: tuple[str, ...]) -> None:
    assert most_specific(names, BROAD, PAIRS) == shown
    assert len(shown) <= MAX_SHOWN


def test_items_count_once_for_a_pair() -> None:
    assert PAIRS.together("Pizza", "Pizza") == 11
    assert PAIRS.together("Pizza", "Italian") == PAIRS.together("Italian", "Pizza") == 9
    assert PAIRS.together("Pizza", "Towing") == PAIRS.together("Pizza", "Unheard") == 0
    nothing = category_pairs(pa.chunked_array([[None, []]], pa.list_(pa.string())))
    assert most_specific(["Pizza"], BROAD, nothing) == ("Pizza",)
