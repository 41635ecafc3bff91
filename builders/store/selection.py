"""Which interactions of a store count: what a filter leaves of it, as a reader holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np


@dataclass(frozen=True, eq=False)
class Selection:
    """Some users and items of a store, and what else decides whether an interaction counts.

    Args:
        facts: what was asked for; counts of this selection are named by it.
        users: by user code, whether the user is kept (bool).
        items: by item code, whether the item is kept (bool).
        min_rating: the lowest rating that counts; None where ratings decide nothing.
        repeats: which of a user's events with one work counts: `first`, `last` or `keep` for all;
            None for the reader's own choice.
    """

    facts: tuple[object, ...]
    users: np.ndarray
    items: np.ndarray
    min_rating: float | None = None
    repeats: Literal["first", "last", "keep"] | None = None

    def counts(
        self, users: np.ndarray, items: np.ndarray, ratings: np.ndarray | None
    ) -> np.ndarray:
        """Whether each interaction counts (bool), of parallel arrays of codes and ratings."""
        mask: np.ndarray = self.users[users] & self.items[items]
        if self.min_rating is not None and ratings is not None:
            mask &= ratings >= self.min_rating  # NaN is not
        return mask
