"""The list of likes and dislikes that a question shows of a user."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests.person import Person
from itdr.builders.evidence.interests.tastes import is_recent
from itdr.builders.evidence.interests.works import KINDS
from itdr.builders.evidence.verdicts import DISLIKE, LIKE
from itdr.builders.store.reader import Item

LEAST_LISTED = 2
"""Listed dislikes that a reason against an item must apply to."""
IsSayable = Callable[[str, str], bool]
"""Whether a trait can be named, by what it is about and its value."""


def any_trait(about: str, value: str) -> bool:
    """Say that every trait can be named.

    Args:
        about: what the trait is.
        value: its value.

    Returns:
        True.
    """
    return True


class Pattern(NamedTuple):
    """A trait that several listed dislikes have. number: how many.   likes: how many listed likes have it.
    gap: the difference of the shares."""

    about: str
    value: str
    number: int
    likes: int
    gap: Fraction


@dataclass(frozen=True)
class QuestionList:
    """What a question lists of a user: likes, then dislikes.

    liked, disliked: places of the listed works among the user's.   items: the items, in the same order.
    is_sayable: whether a trait can be named.   namesakes: of each listed work, whether another one bears its name.
    common_words: words of titles that are no names.   blamed: of each listed work, whether a review of it says what was
    wrong with it.   gifts: whether one says that it was a gift.
    """

    person: Person
    liked: Sequence[int]
    disliked: Sequence[int]
    items: Sequence[Item] = ()
    is_sayable: IsSayable = any_trait
    namesakes: Sequence[bool] = ()
    common_words: frozenset[str] = frozenset()
    blamed: Sequence[bool] = ()
    gifts: Sequence[bool] = ()

    @functools.cached_property
    def places(self) -> np.ndarray:
        """Places of all listed works."""
        return np.array([*self.liked, *self.disliked], np.int64)

    @functools.cached_property
    def is_like(self) -> np.ndarray:
        """Which of the listed works are liked."""
        return np.arange(len(self.places)) < len(self.liked)

    @functools.cached_property
    def marks(self) -> list[float]:
        """How well the user liked each of the listed works."""
        person = self.person
        of = dict(zip(person.judged.tolist(), person.marks.tolist(), strict=True))
        return [float(of.get(code, 0)) for code in person.codes[self.places].tolist()]

    @functools.cached_property
    def are_recent(self) -> np.ndarray:
        """Which of the listed works are of a decade that had only recently ended when the user was active."""
        counts, active = self.person.counts, self.person.active
        owners, traits = counts.traits_of(self.person.codes[self.places])
        names = [counts.names[trait] for trait in traits.tolist()]
        recent = [
            about == "decade" and value[:1].isdigit() and is_recent(value, active)
            for about, value in names
        ]
        return np.bincount(owners, recent, len(self.places)) > 0

    def carriers(self, fact: Fact) -> np.ndarray:
        """Which of the listed works have the trait that a fact is about."""
        return self.person.carries(fact)[self.places]

    def counts_of(self, fact: Fact) -> tuple[int, int]:
        """How many listed likes, and how many listed dislikes, have the trait that a fact is about."""
        has = self.carriers(fact)
        return int(has[self.is_like].sum()), int(has[~self.is_like].sum())

    def shown_of(self, fact: Fact) -> list[Fact]:
        """The two counts of `counts_of` as facts, that of the fact's own side first."""
        k, against = self.counts_of(fact)
        likes = Fact("shown", fact.about, fact.value, k, len(self.liked), 0.0, UP)
        dislikes = Fact("shown", fact.about, fact.value, against, len(self.disliked), 0.0, DOWN)
        return [dislikes, likes] if fact.direction == DOWN else [likes, dislikes]

    def overall_of(self, fact: Fact, direction: int) -> Fact:
        """How many of all likes or dislikes, listed or not, have the trait that a fact is about.

        Args:
            fact: the fact.
            direction: `UP` for likes, with the number to be expected; `DOWN` for dislikes.

        Returns:
            A fact of kind `overall`.
        """
        person = self.person
        side, of = (LIKE, person.likes) if direction == UP else (DISLIKE, person.dislikes)
        count = int((person.carries(fact) & (person.sides == side)).sum())
        code = person.counts.codes.get(fact.about, {}).get(fact.value)
        expected = 0.0
        if direction == UP and code is not None:
            expected = round(person.counts.share(code, of) * of, 6)
        return Fact("overall", fact.about, fact.value, count, of, expected, direction)

    def gap(self, k: int, against: int) -> Fraction:
        """How much more common a trait is among the listed dislikes than among the likes.

        Args:
            k: how many of the likes have it.
            against: how many of the dislikes.

        Returns:
            The difference between the two shares.
        """
        lows, highs = max(len(self.disliked), 1), max(len(self.liked), 1)
        return Fraction(against, lows) - Fraction(k, highs)

    @functools.cached_property
    def patterns(self) -> list[Pattern]:
        """The traits that can be named and that several listed dislikes have.

        The plainest first: shared by most dislikes, then with the greatest gap.
        """
        person, n = self.person, len(self.liked)
        owners, traits = person.counts.traits_of(person.codes[self.places])
        low, numbers = np.unique(traits[owners >= n], return_counts=True)
        patterns = []
        for trait, number in zip(low.tolist(), numbers.tolist(), strict=True):
            about, value = person.counts.names[trait]
            if number >= LEAST_LISTED and self.is_sayable(about, value):
                likes = int((traits[owners < n] == trait).sum())
                patterns.append(Pattern(about, value, number, likes, self.gap(likes, number)))
        return sorted(
            patterns, key=lambda one: (-one.number, -one.gap, KINDS.index(one.about), one.value)
        )
