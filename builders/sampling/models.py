"""What negatives are modelled on: other users' events near the target's moment, treated as if they were targets.

Drawing events until one qualifies is not enough. The case's user has already met much of what is popular, so
works they never touched are less popular than their target; and in a sparse source an event days away
concerns a work that was older, or newer, than the target was. So for each negative one event is drawn without
regard to the user, as if it were a target. What counts is how many others had met its work, and since when. A
negative is a work with about the same figures at the case's moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from itdr.builders.sampling.popularity import TrainStats

HOUR = 3600
MAX_SECONDS = 1 << 40
"""Stands in for unknown times, so that sums and products of times fit into 64 bits."""


class Tolerance(NamedTuple):
    """How far a work may be from its model: `met` / `part` is the largest
    ratio between the numbers of other users, `age` the largest ratio between the times since the first of
    them; 0 means no limit."""

    met: int
    part: int
    age: int


ALIKE = Tolerance(4, 3, 2)
LOOSER = (Tolerance(2, 1, 4), Tolerance(4, 1, 16), Tolerance(4, 1, 0), Tolerance(0, 1, 0))
"""Tried in turn when nothing nearby is similar enough."""


def age_of(moments: np.ndarray, since: np.ndarray) -> np.ndarray:
    """How long works have been known.

    Args:
        moments: int64 seconds at which their age is asked for.
        since: int64 seconds at which they became known; the int64 extremes stand for never and always.

    Returns:
        int64 seconds, within twice `MAX_SECONDS`, so that products fit.
    """
    return _clipped(moments) - _clipped(since)


def _clipped(seconds: np.ndarray) -> np.ndarray:
    """`np.clip`, which takes far longer for a single number."""
    return np.minimum(np.maximum(seconds, -MAX_SECONDS), MAX_SECONDS)


@dataclass(frozen=True, slots=True)
class Models:
    """The model of each negative of each case: one row per case, one column per negative.

    Attributes:
        users: how many others had met its work; 0 if there is no model.
        age: seconds since the first of them did.
        moments: the time (in seconds) at which a negative should have that age.
    """

    users: np.ndarray
    age: np.ndarray
    moments: np.ndarray

    @classmethod
    def none(cls, shape: tuple[int, ...], moments: np.ndarray) -> Models:
        """An empty set of models of this shape."""
        return cls(np.zeros(shape, np.int64), np.zeros(shape, np.int64), moments)

    def match(
        self,
        stats: TrainStats,
        works: np.ndarray,
        where: tuple[np.ndarray, ...],
        tolerance: Tolerance = ALIKE,
    ) -> np.ndarray:
        """Whether works are close enough to their models in popularity and age.

        In whole numbers, which are the same on every machine.

        Args:
            stats: what training knows of each work.
            works: work codes.
            where: the place of each one's model.
            tolerance: how far popularity and age may differ.

        Returns:
            bool of the shape of `works`.
        """
        near = np.ones(len(works), bool)
        if tolerance.met:
            met, wanted = stats.users[works].astype(np.int64), self.users[where]
            near &= met * tolerance.part <= wanted * tolerance.met
            near &= met * tolerance.met >= wanted * tolerance.part
        if tolerance.age:
            # Few are left.
            left = np.flatnonzero(near)
            there = tuple(one[left] for one in where)
            age, wanted = (
                age_of(self.moments[there], stats.first_time[works[left]]),
                self.age[there],
            )
            near[left] = age <= wanted * tolerance.age + HOUR
            near[left] &= age * tolerance.age + HOUR >= wanted
        return near
