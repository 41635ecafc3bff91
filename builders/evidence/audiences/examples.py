"""Which works are examples of a kind: those that are known for it, rather than for something else.

"Kiss the Girls" is a drama, a crime film and a thriller: whoever reads of "dramas such as" it thinks of others.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

LEADING = 2
"""The first categories of a work, for which it is known; so is it for its rarest one."""
BROAD = frozenset({"drama"})
LIGHT = frozenset({"animation", "children", "children's", "comedy", "musical", "romance"})
"""A kind that says so little that works of light kinds, too, are no examples of it for a work that is of none: no
romance stands for the dramas that fans of a war drama like."""
MOST_RARER = 1
"""Categories that tell more of a work than its kind does, at most."""


def illustrates(
    kind: Collection[str],
    categories: Sequence[str],
    own: Sequence[str],
    likes: Callable[[str], int],
    most_rarer: int = MOST_RARER,
) -> bool:
    """Whether a work is an example of a kind to which an item belongs.

    Args:
        kind: the category that the kind is, or the two that it is together.
        categories: the work's, in the source's order.
        own: the item's, in that order.
        likes: how many likes a category has: one with fewer tells more of a work.
        most_rarer: of how many more telling categories than its kind it may be.

    Returns:
        True where the work is known for the kind, has it or a leading one of the item's in the first place, shares no
        more telling category with the item, and has hardly any that the item lacks.

    >>> likes_of = {"Drama": 9, "Thriller": 5, "Crime": 4}
    >>> likes = likes_of.__getitem__
    >>> illustrates(["Drama"], ["Crime", "Drama", "Thriller"], ["Drama"], likes)
    False
    >>> illustrates(["Drama"], ["Drama", "Romance"], ["Drama", "War"], {**likes_of, "Romance": 8}.__getitem__)
    False
    >>> illustrates(["Thriller"], ["Drama", "Thriller"], ["Drama", "Thriller"], likes)
    True
    """
    least = min(map(likes, kind))
    leading = {*categories[:LEADING], min(categories, key=likes, default="")}
    light = {one for one in categories if one.casefold() in LIGHT}
    dull = {one.casefold() for one in kind} <= BROAD and len(own) > len(kind)
    clashes = dull and light and not any(one.casefold() in LIGHT for one in own)
    rarer = {one for one in categories if likes(one) < least} - set(kind)
    return (
        set(kind) <= set(categories)
        and not leading.isdisjoint(kind)
        and not clashes
        and categories[0] in {*kind, *own[:LEADING]}
        and rarer.isdisjoint(own)
        and len(rarer) <= most_rarer
    )
