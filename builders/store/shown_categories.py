"""Which categories of an item a list shows, where a source files each item under many.

A Yelp restaurant is filed under Restaurants, Food, Nightlife, Bars, Cocktail Bars and five more: a prompt
shows the most specific ones. The facts of the text subtasks rest on all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

MAX_SHOWN = 3
"""Categories that an entry shows at most."""


def most_specific(
    names: Sequence[str], broad: Collection[str], counts: Mapping[str, int]
) -> tuple[str, ...]:
    """The categories that say most of an item.

    Broad ones are left out, and one whose name ends another ("Bars" beside "Cocktail Bars"); of the
    others the rarest stay. Where all are broad, the rarest of them stay.

    Args:
        names: the item's categories.
        broad: categories that say little of any item.
        counts: how many items are filed under each.

    Returns:
        At most `MAX_SHOWN` of the names, in their order.
    """
    telling = [name for name in names if name not in broad] or list(names)
    kept = [name for name in telling if not any(one.endswith(f" {name}") for one in telling)]
    rarest = sorted(kept, key=lambda name: (counts.get(name, 0), name))[:MAX_SHOWN]
    return tuple(name for name in kept if name in rarest)
