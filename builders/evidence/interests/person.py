"""One user's verdicts and the traits of the works they fell on, as arrays."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from itdr.builders.evidence.facts import Fact
from itdr.builders.evidence.interests.counts import Counts
from itdr.builders.evidence.verdicts import DISLIKE, LIKE

if TYPE_CHECKING:
    from itdr.builders.evidence.user_verdicts import Sided

_YEAR = 31_556_952


@dataclass(frozen=True)
class Tally:
    """The traits that a user's works carry, ascending by code, with the likes and dislikes of each."""

    traits: np.ndarray
    likes: np.ndarray
    dislikes: np.ndarray


@dataclass(frozen=True)
class Person:
    """A user whose tastes are sought.

    codes, sides: what was liked and disliked.   judged: all works that were judged, with the mark of
    each in `marks`.
    training: whether the counts hold this user's own likes, which are then taken out.
    active: the year in which half of the verdicts had been given, None where it is not known.
    """

    counts: Counts
    codes: np.ndarray
    sides: np.ndarray
    judged: np.ndarray
    marks: np.ndarray
    training: bool
    active: int | None = None
    _bearing: dict[int, np.ndarray] = field(default_factory=dict)

    @classmethod
    def of(cls, counts: Counts, mine: Sided, training: bool) -> Person:
        """The user with these likes and dislikes."""
        known = sorted(time for time in mine.times if time is not None)
        active = 1970 + known[len(known) // 2] // _YEAR if known else None
        codes, sides = np.array(mine.works), np.array(mine.sides)
        return cls(counts, codes, sides, mine.judged_works, mine.marks, training, active)

    @functools.cached_property
    def likes(self) -> int:
        """How many works are liked."""
        return int((self.sides == LIKE).sum())

    @functools.cached_property
    def dislikes(self) -> int:
        """How many works are disliked."""
        return len(self.sides) - self.likes

    @functools.cached_property
    def _carried(self) -> tuple[np.ndarray, np.ndarray]:
        """Places of works, and the traits that they carry."""
        return self.counts.traits_of(self.codes)

    @functools.cached_property
    def tally(self) -> Tally:
        """How often the user likes and dislikes each trait."""
        places, carried = self._carried
        traits, place_of = np.unique(carried, return_inverse=True)
        sides = self.sides[places]
        likes, dislikes = (
            np.bincount(place_of[sides == side], minlength=len(traits)) for side in (LIKE, DISLIKE)
        )
        return Tally(traits, likes, dislikes)

    def carries(self, fact: Fact) -> np.ndarray:
        """For each work, whether it has the trait that a fact is about."""
        code = self.counts.codes.get(fact.about, {}).get(fact.value)
        return np.zeros(len(self.codes), bool) if code is None else self.bears(code)

    def bears(self, trait: int) -> np.ndarray:
        """For each work, whether it has the trait of that code.

        Args:
            trait: the trait's code.

        Returns:
            bool per work of the user.
        """
        found = self._bearing.get(trait)
        if found is None:
            places, carried = self._carried
            found = self._bearing[trait] = np.zeros(len(self.codes), bool)
            found[places[carried == trait]] = True
        return found
