"""Runs of consecutive numbers, as one array: the rows of several users, works or traits at once."""

from __future__ import annotations

import numpy as np


def ranges(begins: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The numbers from each begin on, so many of each, one run after the other.

    `ranges([7, 2], [3, 2])` is [7, 8, 9, 2, 3].

    Args:
        begins: integer array: the first number of each run.
        counts: integer array: the length of each run, 0 or more.

    Returns:
        int64 array of `counts.sum()` numbers.
    """
    ends = counts.cumsum(dtype=np.int64)
    total = int(ends[-1]) if len(ends) else 0
    # What each place of a run has to be moved by, so that the run begins where it should.
    return (begins - ends + counts).repeat(counts) + np.arange(total)
