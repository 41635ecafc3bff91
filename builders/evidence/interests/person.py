"""One user's verdicts, and the traits of the works they concern, as arrays."""

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
SHRINK = 4
"""The weight of the overall mean mark, in marks, when a work's own mean is smoothed."""
STEEPEST = 2.0
"""The steepest slope allowed for a user's marks against the mean marks of others."""


@dataclass(frozen=True)
class Tally:
    """The traits that a user's works carry, ascending by code: how many of the judged works carry each,
    with the likes and dislikes among them, and the sums of what is `off` (see `Person.off`)."""

    traits: np.ndarray
    works: np.ndarray
    likes: np.ndarray
    dislikes: np.ndarray
    sums: np.ndarray


@dataclass(frozen=True)
class Person:
    """A user whose tastes are sought.

    codes, sides: what was liked and disliked.   judged, marks, verdicts: all works that were judged and
    can be shown, how well each was liked, and its side, 0 for neither.   number: works judged in all.
    training: whether the counts hold this user's own likes, which are then taken out.
    active: the year in which half of the verdicts had been given, None where it is not known.
    """

    counts: Counts
    codes: np.ndarray
    sides: np.ndarray
    judged: np.ndarray
    marks: np.ndarray
    verdicts: np.ndarray
    number: int
    training: bool
    active: int | None = None
    _bearing: dict[int, np.ndarray] = field(default_factory=dict)

    @classmethod
    def of(cls, counts: Counts, mine: Sided, training: bool) -> Person:
        """The user with these likes and dislikes."""
        times = sorted(time for time in mine.times if time is not None)
        active = 1970 + times[len(times) // 2] // _YEAR if times else None
        codes, sides = np.array(mine.works), np.array(mine.sides)
        record = (mine.judged_works, mine.marks, mine.verdicts)
        return cls(counts, codes, sides, *record, mine.judged, training, active)

    @functools.cached_property
    def likes(self) -> int:
        """How many works are liked."""
        return int((self.sides == LIKE).sum())

    @functools.cached_property
    def dislikes(self) -> int:
        """How many works are disliked."""
        return len(self.sides) - self.likes

    @functools.cached_property
    def off(self) -> np.ndarray:
        """The residual of each mark: its distance from what this user gives works that others like equally, by a line
        fitted to the user's marks over the mean marks of others."""
        counts, works, own = self.counts, self.judged, int(self.training)
        marks = self.marks.astype(np.float64)
        others = counts.judged[works] - own
        usual = (counts.marks[works] - own * marks + SHRINK * counts.usual_mark) / (others + SHRINK)
        deviation = usual - usual.mean()
        slope = (deviation * marks).sum() / max((deviation * deviation).sum(), 1e-9)
        return marks - marks.mean() - min(max(slope, 0.0), STEEPEST) * deviation

    @functools.cached_property
    def _carried(self) -> tuple[np.ndarray, np.ndarray]:
        """Places of works liked or disliked, and the traits that they carry."""
        return self.counts.traits_of(self.codes)

    @functools.cached_property
    def tally(self) -> Tally:
        """What the user judged of each trait."""
        places, codes = self.counts.traits_of(self.judged)
        traits, place_of = np.unique(codes, return_inverse=True)
        verdicts, n = self.verdicts[places], len(traits)
        likes, dislikes = (
            np.bincount(place_of[verdicts == side], minlength=n) for side in (LIKE, DISLIKE)
        )
        works = np.bincount(place_of, minlength=n)
        return Tally(traits, works, likes, dislikes, np.bincount(place_of, self.off[places], n))

    @functools.cached_property
    def deviations(self) -> np.ndarray:
        """For each trait in the tally, by how many standard deviations its marks exceed the rest."""
        works, n = self.tally.works, len(self.judged)
        variance = (self.off * self.off).sum() / max(n - 2, 1) * works * (1 - works / n)
        # Rounded: float noise must not decide which of two traits comes first.
        return np.round(self.tally.sums / np.sqrt(np.maximum(variance, 1e-9)), 6)

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
        bearers = self._bearing.get(trait)
        if bearers is None:
            places, codes = self._carried
            bearers = self._bearing[trait] = np.zeros(len(self.codes), bool)
            bearers[places[codes == trait]] = True
        return bearers
