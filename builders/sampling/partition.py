"""Who belongs to which split of a store, and what its training part knows.

Everything that a row shows or counts goes through a `Partition`: there is one answer to "is this
user in training?" for sampling, evidence and tasks alike.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from itdr.builders.sampling.event_index import event_index
from itdr.builders.sampling.event_negatives import EventNegatives
from itdr.builders.sampling.negatives import CandidatePool
from itdr.builders.sampling.popularity import TrainStats, train_stats
from itdr.builders.sampling.splits import TRAIN, assign_splits
from itdr.builders.store.reader import StoreReader


@dataclass(frozen=True, eq=False)
class Partition:
    """One division of a store into training, validation and test.

    Args:
        store: the store that is divided.
        seed: the seed of the hash that assigns users and items.
        cuts: with a split by time, the seconds at which validation and test begin; else None.
        held: with leave-one-out, how many events of a user are test, and as many validation; else 0.
    """

    store: StoreReader
    seed: int
    cuts: tuple[int, int] | None = None
    held: int = 0

    def splits(self, hashes: np.ndarray, about: Literal["user", "item"] = "user") -> np.ndarray:
        """The split (0, 1, 2) of each user or item with these hashes, as int8."""
        return assign_splits(hashes, self.seed, self.store.source.random_id, about)

    @functools.cached_property
    def user_splits(self) -> np.ndarray:
        """int8, by user code: the split of each user."""
        return self.splits(self.store.user_hash)

    def in_training(self, users: Sequence[int]) -> list[bool]:
        """Whether each of these users belongs to the training part."""
        return (self.splits(self.store.user_hash[np.array(users, int)]) == TRAIN).tolist()

    @functools.cached_property
    def train_stats(self) -> TrainStats:
        """What the training part knows of each work; shared by all cells of the store."""
        until = self.cuts[0] if self.cuts else None
        key = ("train stats", self.seed, until, self.held)
        return self.store.shared(key, lambda: train_stats(self.store, self.seed, until, self.held))

    @functools.cached_property
    def pool(self) -> CandidatePool:
        """The works that can be negatives; shared by all cells of the store."""
        key = ("pool", self.seed, self.cuts, self.held)
        return self.store.shared(key, lambda: CandidatePool(self.store, self.train_stats))

    def event_negatives(self, span: tuple[int | None, int | None]) -> EventNegatives | None:
        """The sampler of negatives near in time; None where the store has no times.

        Args:
            span: UTC seconds between which the targets lie, where time splits the data.

        Returns:
            The sampler, shared by all who ask for the same span.
        """
        if not self.store.has("timestamp"):
            return None
        key = ("event negatives", self.seed, self.cuts, self.held, span)
        return self.store.shared(
            key,
            lambda: EventNegatives(
                self.store,
                self.train_stats,
                event_index(self.store, self.seed, self.cuts, self.held),
                span,
                self.pool.rungs,
            ),
        )
