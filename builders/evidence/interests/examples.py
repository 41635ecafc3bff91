"""Which of the listed works stand for a trait, and in which order they are named."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from itdr.builders.evidence.facts import Fact
from itdr.builders.evidence.interests import typical
from itdr.builders.evidence.interests.counts import Counts
from itdr.builders.evidence.interests.question_list import QuestionList
from itdr.builders.evidence.title_names import title_words
from itdr.builders.evidence.traits import MAX_CATEGORIES_OF_AN_EXAMPLE, PLUS
from itdr.builders.store.reader import Item

MIN_EXAMPLES = 2
"""Listed likes that must have a taste, and be examples of nothing that was named before it."""
MAX_EXAMPLES = 3
"""Works that are named for a taste, at most."""
MAX_CATEGORIES_OF_AN_EXCEPTION = 4
"""How many categories a work that is not typical of a trait has, at most."""
FIRST_NAMES, FEW_NAMES = 2, 2
"""A category says what a work is where it is among so many that are named first, or where there are no more."""


def titles_of(about: str, places: Sequence[int], items: Sequence[Item]) -> list[Fact]:
    """The titles of these works, those last that share a word with an earlier one: two of a series are no two
    examples.

    Args:
        about: what the facts are about.
        places: places of works in the list.
        items: the listed items.

    Returns:
        A fact for each.
    """
    first: list[str] = []
    last: list[str] = []
    words: set[str] = set()
    for title in (items[place].title for place in places):
        (first if words.isdisjoint(title_words(title)) else last).append(title)
        words |= title_words(title)
    return [Fact("own", about, title) for title in first + last]


def exceptions(shown: QuestionList, fact: Fact, able: np.ndarray) -> list[int]:
    """Places of works that have a trait against the rest: those that are typical of it, then others that are of few kinds
    besides.

    Args:
        shown: the list.
        fact: a fact about the trait.
        able: which of the listed works may be named.

    Returns:
        Places in the list.
    """
    able = able & [_says_what_it_is(fact, item) for item in shown.items]
    places = typical_ones(shown, fact, able)
    few = MAX_CATEGORIES_OF_AN_EXCEPTION
    others = [one for one in np.flatnonzero(able).tolist() if one not in places]
    return places + [one for one in others if _is_mainly(fact, shown.items[one], few)]


def unlike(
    fact: Fact, places: list[int], items: Sequence[Item], others: Sequence[int] = ()
) -> list[int]:
    """These places, the second one of a work that does not share with the first few what else they have in common: they
    would be examples of that.

    Args:
        fact: a fact about the trait.
        places: places of examples, the best first.
        items: the listed items.
        others: places that do for that, if no example does.

    Returns:
        The places in their order but for that one.
    """
    kinds = [set(items[place].categories) for place in places]
    common = set.intersection(*kinds[:MAX_EXAMPLES]) if len(kinds) > 1 else set[str]()
    common -= set(fact.value.split(PLUS))
    if not common:
        return places
    apart = (one for one in [*places, *others] if not common <= set(items[one].categories))
    second = next(apart, None)
    if second is None:
        return places
    return [places[0], second, *(one for one in places[1:] if one != second)]


def _is_mainly(fact: Fact, item: Item, few: int) -> bool:
    """Whether a work that is not typical of a trait is that before all else, or little else."""
    categories, parts = list(item.categories), fact.value.split(PLUS)
    first = fact.about != "category" or categories[:1] == parts
    return len(categories) <= few and (first or len(categories) <= FEW_NAMES)


def _says_what_it_is(fact: Fact, item: Item) -> bool:
    """Whether a trait is among the first of a work's categories, or it has few; of other traits nothing is asked."""
    categories, parts = list(item.categories), fact.value.split(PLUS)
    if fact.about not in ("category", "blend") or not set(parts) <= set(categories):
        return True
    last = max(map(categories.index, parts))
    return last < max(FIRST_NAMES, len(parts)) or len(categories) <= FEW_NAMES


def typical_ones(shown: QuestionList, fact: Fact, able: np.ndarray) -> list[int]:
    """Places of works that are typical of a trait, the best examples first: with few categories, none of which makes
    the trait much less likely; of these, those whose categories go with it most often.

    Args:
        shown: the list.
        fact: a fact about the trait.
        able: which of the listed works may be named.

    Returns:
        Places in the list.
    """
    counts, items = shown.person.counts, shown.items
    parts = fact.value.split(PLUS) if fact.about == "blend" else [fact.value]
    own = fact.about in ("category", "blend")

    def is_of_kind(place: int) -> bool:
        return own and set(parts) <= set(items[place].categories)

    def least_usual(place: int) -> Fraction:
        others = [name for name in items[place].categories if name not in parts]
        return min((_go_together(counts, name, parts) for name in others), default=Fraction(1))

    def rank(place: int) -> tuple[int, float, Fraction, int]:
        categories = items[place].categories
        if not is_of_kind(place):
            return 0, -shown.marks[place], Fraction(0), 0
        named_last = max(map(categories.index, parts))
        return len(categories), -shown.marks[place], -least_usual(place), named_last

    places = sorted(np.flatnonzero(able).tolist(), key=rank)
    few = [
        one
        for one in places
        if not is_of_kind(one) or len(items[one].categories) <= MAX_CATEGORIES_OF_AN_EXAMPLE
    ]
    if fact.about == "blend":
        # A blend says what a work is only where it has hardly another category.
        both = [one for one in few if len(items[one].categories) <= len(parts)]
        return both if len(both) >= MIN_EXAMPLES else few
    seldom = typical.seldom_beside(counts, *fact.topic) if own else frozenset[str]()
    apt = [one for one in few if not is_of_kind(one) or seldom.isdisjoint(items[one].categories)]
    plain = [one for one in apt if _says_what_it_is(fact, items[one])]
    if len(plain) < MIN_EXAMPLES <= len(apt):
        # Two categories that seldom go together still say more than the last one of three.
        plain += [one for one in few if len(items[one].categories) <= FEW_NAMES and one not in apt]
    return plain + [one for one in apt if one not in plain]


def _go_together(counts: Counts, category: str, parts: Sequence[str]) -> Fraction:
    """How large a share of the works of a category has all of some other ones, too."""
    key = ("together", category, *parts)
    if key not in counts.cache:
        codes = counts.codes["category"]
        works = counts.bearers(codes[category])
        both = functools.reduce(
            np.intersect1d, (counts.bearers(codes[part]) for part in parts), works
        )
        counts.cache[key] = Fraction(len(both), max(len(works), 1))
    return counts.cache[key]
