"""Which works are like those that a user rated low: by their maker, series, kind or title."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from itdr.builders.evidence.facts import Fact
from itdr.builders.evidence.interests import counts
from itdr.builders.evidence.interests.works import KINDS
from itdr.builders.evidence.title_names import title_words, titles_by_word
from itdr.builders.evidence.traits import PLUS

if TYPE_CHECKING:
    from itdr.builders.sampling.partition import Partition
    from itdr.builders.store.reader import Item

MAX_TITLES_WITH_A_NAME = 8
"""A longer word that no more titles have names a character or a franchise."""


@dataclass(frozen=True)
class Rated:
    """The works that a user rated, by code.

    liked, disliked: the displayed ones.   likes, dislikes: all of them.   touched: what the user met in any way.
    marks: the ratings of the displayed likes; all alike where hours tell likes from dislikes.
    """

    liked: np.ndarray
    disliked: np.ndarray
    likes: np.ndarray
    dislikes: np.ndarray
    touched: np.ndarray
    marks: np.ndarray


def carrying(split: Partition, facts: Sequence[Fact]) -> np.ndarray:
    """Which works have a trait that one of the facts is about.

    Args:
        split: the part whose traits count.
        facts: facts about traits; others are passed over.

    Returns:
        bool by work code.
    """
    trait_counts = counts.counts(split)
    carriers = np.zeros(len(split.store.work), bool)
    for fact in facts:
        code = trait_counts.codes.get(fact.about, {}).get(fact.value)
        if code is not None:
            carriers[trait_counts.bearers(code)] = True
    return carriers


def parts_of(facts: Sequence[Fact]) -> list[Fact]:
    """For each fact about a blend, the facts about its two categories.

    Args:
        facts: facts about traits; those about no blend are passed over.

    Returns:
        Two facts for each blend.

    >>> [fact.value for fact in parts_of([Fact("risk", "blend", "Crime + Thriller")])]
    ['Crime', 'Thriller']
    """
    return [
        Fact(fact.kind, "category", part)
        for fact in facts
        if fact.about == "blend"
        for part in fact.value.split(PLUS)
    ]


def by_the_makers_of(split: Partition, works: np.ndarray) -> np.ndarray:
    """Which works are by a maker of one of these.

    Args:
        split: the part whose traits count.
        works: work codes.

    Returns:
        bool by work code.
    """
    return _bearing(split, set(_traits(split, "creator", works)))


def like_the_low(split: Partition, rated: Rated, works: np.ndarray) -> np.ndarray:
    """Which works are like something rated low.

    Args:
        split: the part whose traits count.
        rated: what the user rated.
        works: the works in question.

    Returns:
        bool by work code: of a series of which the user disliked a work, by the maker of more displayed
        dislikes than likes, or, of those in question, of just the kind of a displayed dislike and of no such
        like, or with a name in the title that stands in a displayed dislike's.
    """
    high, low = (Counter(_traits(split, "creator", of)) for of in (rated.liked, rated.disliked))
    traits = {maker for maker, number in low.items() if number > high[maker]}
    alike = _bearing(split, traits.union(_traits(split, "series", rated.dislikes)))
    liked_items, disliked_items, items = split.store.items_of(
        [rated.liked.tolist(), rated.disliked.tolist(), works.tolist()]
    )
    kinds = {_kind(item) for item in disliked_items} - {_kind(item) for item in liked_items}
    kinds.discard(frozenset())
    names = {word for item in disliked_items for word in title_words(item.title)}
    names -= common_words(split, MAX_TITLES_WITH_A_NAME)
    for code, item in zip(works.tolist(), items, strict=True):
        if _kind(item) in kinds or not names.isdisjoint(title_words(item.title)):
            alike[code] = True
    return alike


def _bearing(split: Partition, traits: set[int]) -> np.ndarray:
    """By work code, whether the work has one of these traits."""
    bearers = np.zeros(len(split.store.work), bool)
    for trait in traits:
        bearers[counts.counts(split).bearers(trait)] = True
    return bearers


def _traits(split: Partition, kind: str, works: np.ndarray) -> list[int]:
    """The traits of a kind that these works carry, once for each work."""
    trait_counts = counts.counts(split)
    traits = trait_counts.traits_of(works)[1]
    return traits[trait_counts.kinds[traits] == KINDS.index(kind)].tolist()


def _kind(item: Item) -> frozenset[str]:
    return _set_of(item.categories)


@functools.lru_cache(maxsize=1 << 14)
def _set_of(categories: tuple[str, ...]) -> frozenset[str]:
    return frozenset(categories)


def common_words(split: Partition, most: int) -> frozenset[str]:
    """The words of titles that are no names.

    Args:
        split: the part whose works count.
        most: titles that have a name, at most.

    Returns:
        The longer words, folded, that more titles have.
    """

    def count() -> frozenset[str]:
        shelf = counts.companions_of(split).works.tolist()
        number = titles_by_word(
            title_words(item.title) for item in split.store.items_of([shelf])[0]
        )
        return frozenset(word for word, titles in number.items() if titles > most)

    return split.store.shared(("common words", most, split.seed), count)
