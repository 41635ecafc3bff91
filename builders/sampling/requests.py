"""Requests for negatives, of one case or of several."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from itdr.builders.sampling.popularity import NEVER


@dataclass(slots=True)
class NegativeRequest:
    """The negatives that one case asks for.

    Attributes:
        count: how many.
        targets: the true candidates' works, which `hard` imitates one after the other.
        time: UTC seconds before which a negative must have been known; None: any time.
        touched: works of the user, in any part (ascending).
        titles: title codes already shown in the case.
        state: where its random numbers begin.
    """

    count: int
    targets: list[int]
    time: int | None
    touched: np.ndarray
    titles: list[int]
    state: int


@dataclass(slots=True)
class NegativeRequests:
    """The requests of several cases as arrays, one row per case; see `NegativeRequest`.

    Attributes:
        times: int64, `NEVER` for any time.
        titles: int32, filled up with -1.
        moments: int64, when each of the targets was met; None where that is not known.
        most: the most that any case of the cell may ask for, on which the place of random numbers depends.
    """

    counts: np.ndarray
    targets: np.ndarray
    times: np.ndarray
    touched: list[np.ndarray]
    titles: np.ndarray
    rng_states: np.ndarray
    moments: np.ndarray | None = None
    most: int = 0

    def __post_init__(self) -> None:
        self.most = max(self.most, int(self.counts.max(initial=0)))

    def one(self, k: int) -> NegativeRequest:
        """The request of one case.

        Args:
            k: its place in the arrays.

        Returns:
            The same values as plain Python.
        """
        time = int(self.times[k])
        return NegativeRequest(
            int(self.counts[k]),
            self.targets[k].tolist(),
            None if time == NEVER else time,
            self.touched[k],
            self.titles[k].tolist(),
            int(self.rng_states[k]),
        )
