"""Which works are examples of a kind: those that are known for it, rather than for something else.

"Kiss the Girls" is a drama, a crime film and a thriller: whoever reads of "dramas such as" it thinks of others.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence

from itdr.builders.evidence.facts import Fact

LEADING = 2
"""The first categories of a work, for which it is known; so is it for its rarest one."""
BROAD = frozenset({"drama", "comedy", "action", "thriller", "adventure"})
"""Kinds that say little of a work that has a narrower one."""
OPPOSITES = frozenset({"drama", "comedy"})
"""Broad kinds of which each alone misdescribes a work of both, or of another kind."""
MEDIUM = frozenset({"crime", "mystery", "film-noir"})
"""Narrow kinds that say less than others beside them."""
SOFT = frozenset({"romance", "fantasy", "children", "children's", "family"})
"""Narrower kinds that works of every sort have: to share one is not to be alike."""
MARKED = frozenset({"animation", "documentary"})
"""Kinds that a work and its examples have in common, or neither has."""
TOLD = MARKED | {"comedy"}
"""Kinds that are part of whatever a work is called: a funny horror film is no horror film."""
MOST_RARER = 1
"""Categories that tell more of a work than its kind does, at most."""
MIN_SHARED, MANY_CATEGORIES = 2, 4
"""Categories that an example shares with a work of several; one more with a work of more than so many."""

ERRORS_OF_TWO, ERRORS_OF_A_THIRD = 2.0, 1.5
"""Standard errors by which the fans of two examples exceed what is expected of them, and those of any other."""


def narrow_among(categories: Collection[str]) -> set[str]:
    """Those of a work's categories that say most of it: the narrow ones, those first that say more, or else the soft ones.

    Args:
        categories: of a work.

    Returns:
        The categories; none of a work that has but broad ones.

    >>> sorted(narrow_among(["Comedy", "Romance", "Western"])), sorted(narrow_among(["Comedy", "Romance"]))
    (['Western'], ['Romance'])
    >>> sorted(narrow_among(["Action", "Crime", "Sci-Fi"])), sorted(narrow_among(["Action", "Crime"]))
    (['Sci-Fi'], ['Crime'])
    """
    for lesser in (BROAD | SOFT | MEDIUM, BROAD | SOFT, BROAD):
        found = {one for one in categories if one.casefold() not in lesser}
        if found:
            return found
    return set()


def names_kind(kind: Collection[str], own: Collection[str]) -> bool:
    """Whether a kind says what a work is.

    Args:
        kind: one of its categories, or several together.
        own: all of its categories.

    Returns:
        False for a broad kind of a work that has a narrow one, and for one without the animation of a cartoon or the
        comedy of a funny work.

    >>> names_kind(["Action"], ["Action", "Western"]), names_kind(["Action", "Western"], ["Action", "Western"])
    (False, True)
    >>> names_kind(["Horror"], ["Comedy", "Horror"]), names_kind(["Comedy", "Horror"], ["Comedy", "Horror"])
    (False, True)
    >>> names_kind(["Drama"], ["Drama", "Thriller"]), names_kind(["Thriller"], ["Drama", "Thriller"])
    (False, True)
    """
    narrow = narrow_among(own)
    if {one for one in own if one.casefold() in TOLD} - set(kind):
        return False
    if narrow:
        return not narrow.isdisjoint(kind)
    return len(kind) > 1 or len(own) == 1 or not {one.casefold() for one in kind} <= OPPOSITES


def errors_above(fact: Fact) -> float:
    """By how many standard errors the fans of a work who like the item are more than expected.

    Args:
        fact: a fact that names the work; its base is the expected number.

    Returns:
        The number, rounded, as float noise must decide nothing.
    """
    share = fact.base / max(fact.of, 1)
    error = math.sqrt(max(fact.base * (1 - share), 0))
    return round((fact.count - fact.base) / max(error, 1e-9), 6)


def illustrates(
    kind: Collection[str],
    categories: Sequence[str],
    own: Sequence[str],
    likes: Callable[[str], int],
    most_rarer: int = MOST_RARER,
) -> bool:
    """Whether a work is an example of a kind to which an item belongs.

    Args:
        kind: the category that the kind is, or those that it is together.
        categories: the work's, in the source's order.
        own: the item's, in that order.
        likes: how many likes a category has: one with fewer tells more of a work.
        most_rarer: of how many more telling categories than its kind it may be.

    Returns:
        True where the work is known for the kind, has it or a leading one of the item's in the first place, shares two
        categories with the item or all of its narrow ones, shares no more telling one than the kind, and has hardly
        any that the item lacks, none if the kind is broad.

    >>> likes_of = {"Drama": 9, "Comedy": 8, "Thriller": 5, "Crime": 4}
    >>> likes = likes_of.__getitem__
    >>> illustrates(["Drama"], ["Crime", "Drama", "Thriller"], ["Drama"], likes)
    False
    >>> illustrates(["Comedy"], ["Comedy", "Drama"], ["Comedy"], likes)
    False
    >>> illustrates(["Thriller"], ["Drama", "Thriller"], ["Drama", "Thriller"], likes)
    True
    >>> illustrates(["Thriller"], ["Thriller"], ["Drama", "Thriller"], likes)
    False
    """
    least = min(map(likes, kind))
    leading = {*categories[:LEADING], min(categories, key=likes, default="")}
    rarer = {one for one in categories if likes(one) < least} - set(kind)
    return (
        set(kind) <= set(categories)
        and not leading.isdisjoint(kind)
        and categories[0] in {*kind, *own[:LEADING]}
        and rarer.isdisjoint(own)
        and len(rarer) <= most_rarer
    )


def is_close(kind: Collection[str], categories: Collection[str], own: Collection[str]) -> bool:
    """Whether a work of a kind is close to another in its other categories, too.

    Args:
        kind: the category, or those together, that both are of.
        categories: the work's.
        own: the other one's.

    Returns:
        True where they share two categories, or all narrow ones of the other, and the first has no category that
        makes something else of it.

    >>> is_close(["Comedy"], ["Comedy", "Drama"], ["Comedy"]), is_close(["Comedy"], ["Comedy"], ["Comedy"])
    (False, True)
    >>> is_close(["Thriller"], ["Thriller"], ["Drama", "Thriller"])
    False
    """
    theirs, mine = set(categories), set(own)
    foreign = {one.casefold() for one in theirs - mine}
    broad = {one.casefold() for one in kind} <= BROAD
    if foreign & MARKED:
        return False
    if broad and (foreign & OPPOSITES or foreign - BROAD):
        return False
    shared = len(theirs & mine)
    if len(mine) > MANY_CATEGORIES:
        return shared > MIN_SHARED
    hard = {one for one in mine if one.casefold() not in BROAD | SOFT}
    return shared >= min(MIN_SHARED, len(mine)) or (bool(hard) and hard <= theirs)
