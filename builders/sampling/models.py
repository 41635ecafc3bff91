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
FIRST, LAST = -(2**63), 2**63 - 1
_MOST = 2**31 - 1


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
        moments: the time (in seconds) at which a negative should have that age, the same for all of a case.
    """

    users: np.ndarray
    age: np.ndarray
    moments: np.ndarray

    @classmethod
    def none(cls, shape: tuple[int, ...], moments: np.ndarray) -> Models:
        """An empty set of models of this shape."""
        users, age = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        return cls(users, age, np.broadcast_to(_clipped(moments)[:, None], shape))

    def at(self, rows: np.ndarray, slots: np.ndarray) -> Models:
        """Some of the models, one after the other.

        Args:
            rows, slots: their places.

        Returns:
            Models in one dimension.
        """
        place = rows * self.users.shape[1] + slots
        return Models(self.users.take(place), self.age.take(place), self.moments[rows, 0])

    def bounds(self, tolerance: Tolerance) -> Bounds:
        """What a work must have to be close enough to each of these models in popularity and age.

        In whole numbers, which are the same on every machine.

        Args:
            tolerance: how far popularity and age may differ.

        Returns:
            A range for each of these models, which are in one dimension.
        """
        n = len(self.users)
        least, most = np.zeros(n, np.int32), np.full(n, _MOST, np.int32)
        earliest, latest = np.full(n, FIRST), np.full(n, LAST)
        if tolerance.met:
            most[:] = np.minimum(self.users * tolerance.met // tolerance.part, _MOST)
            least[:] = np.minimum(-(-self.users * tolerance.part // tolerance.met), _MOST)
        if tolerance.age:
            first = self.moments - (self.age * tolerance.age + HOUR)
            last = self.moments + (HOUR - self.age) // tolerance.age
            # Beyond `MAX_SECONDS` all times are one.
            earliest = np.where(first <= -MAX_SECONDS, FIRST, first)
            latest = np.where(last >= MAX_SECONDS, LAST, last)
            earliest[last < -MAX_SECONDS] = LAST
        return Bounds(least, most, earliest, latest)


class Bounds(NamedTuple):
    """Ranges, one for each of some places: of how many met a work (int32), and of when the first did (int64
    seconds). All ends are included."""

    least: np.ndarray
    most: np.ndarray
    earliest: np.ndarray
    latest: np.ndarray

    def of(self, places: np.ndarray) -> Bounds:
        """The ranges of some of the places. places: their positions."""
        return Bounds(*(one.take(places) for one in self))

    def inside(self, stats: TrainStats, works: np.ndarray, of: np.ndarray) -> np.ndarray:
        """Which works are in their ranges.

        Args:
            stats: what training knows of each work.
            works: work codes.
            of: to which of the places each belongs.

        Returns:
            Their positions, ascending.
        """
        users = stats.users.take(works)
        near = np.flatnonzero((users >= self.least.take(of)) & (users <= self.most.take(of)))
        return near[self.known(stats, works.take(near), of.take(near))]

    def known(self, stats: TrainStats, works: np.ndarray, of: np.ndarray) -> np.ndarray:
        """Whether works were met first when their ranges say. Arguments as for `inside`.

        Returns:
            bool of the shape of `works`.
        """
        since = stats.first_time.take(works)
        return (since >= self.earliest.take(of)) & (since <= self.latest.take(of))
