"""What negatives are modelled on: events of others near the target's moment, as the target is an event.

To draw events until one will do is not enough. The case's user has met much of what is popular, so that
what they never touched is less popular than their target; and in a sparse source an event days away is
of a work that was older, or younger, than the target was. So for each negative one event is drawn without
a look at the user, as if it were a target: how many others had met its work, and how long before. A
negative is a work of which about the same can be said at the case's moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from itdr.builders.sampling.popularity import TrainStats

HOUR = 3600
LONGEST = 1 << 40
"""Stands for any time that is not known, so that sums and products of times fit into 64 bits."""


class Tolerance(NamedTuple):
    """How far a work may be from its model: `met` and `part` are numerator and denominator of the
    factor by which the number of others may differ, `age` is the factor of the time since the first of
    them; 0 lets it be anything."""

    met: int
    part: int
    age: int


ALIKE = Tolerance(4, 3, 2)
LOOSER = (Tolerance(2, 1, 4), Tolerance(4, 1, 16), Tolerance(4, 1, 0), Tolerance(0, 1, 0))
"""Tried one after the other where nothing near is alike."""


def age_of(moments: np.ndarray, since: np.ndarray) -> np.ndarray:
    """How long works have been known.

    Args:
        moments: int64 seconds at which they are looked at.
        since: int64 seconds since when they are known; the ends of int64 stand for never and always.

    Returns:
        int64 seconds, within twice `LONGEST`, so that products fit.
    """
    return np.clip(moments, -LONGEST, LONGEST) - np.clip(since, -LONGEST, LONGEST)


@dataclass(frozen=True, slots=True)
class Models:
    """The model of each negative of each case, a row to a case, a column to a negative.

    Attributes:
        users: how many others had met its work; 0: there is no model.
        age: seconds since the first of them did.
        moments: the second at which a negative is to be of that age.
    """

    users: np.ndarray
    age: np.ndarray
    moments: np.ndarray

    @classmethod
    def none(cls, shape: tuple[int, ...], moments: np.ndarray) -> Models:
        """No models yet, for places of this shape."""
        return cls(np.zeros(shape, np.int64), np.zeros(shape, np.int64), moments)

    def match(
        self,
        stats: TrainStats,
        works: np.ndarray,
        where: tuple[np.ndarray | int, ...],
        tolerance: Tolerance = ALIKE,
    ) -> np.ndarray:
        """Whether works are near enough to their models in popularity and age.

        In whole numbers, which are the same on every machine.

        Args:
            stats: what training knows of each work.
            works: work codes.
            where: places of the models, in a shape that broadcasts with that of the works.
            tolerance: how far popularity and age may differ.

        Returns:
            bool of the shape of `works`.
        """
        near = np.ones(works.shape, bool)
        if tolerance.met:
            met, wanted = stats.users[works].astype(np.int64), self.users[where]
            near &= met * tolerance.part <= wanted * tolerance.met
            near &= met * tolerance.met >= wanted * tolerance.part
        if tolerance.age:
            age, wanted = age_of(self.moments[where], stats.first_time[works]), self.age[where]
            near &= age <= wanted * tolerance.age + HOUR
            near &= age * tolerance.age + HOUR >= wanted
        return near
