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

from itdr.builders.sampling.cold_items import of_split
from itdr.builders.sampling.event_index import event_index
from itdr.builders.sampling.event_negatives import EventNegatives
from itdr.builders.sampling.negatives import CandidatePool
from itdr.builders.sampling.popularity import TrainStats, train_stats
from itdr.builders.sampling.splits import TRAIN, VALIDATION, assign_splits
from itdr.builders.store.reader import StoreReader


@dataclass(frozen=True, eq=False)
class Partition:
    """One division of a store into training, validation and test.

    Args:
        store: the store that is divided.
        seed: the seed of the hash that assigns users and items.
        cuts: with a split by time, the seconds at which validation and test begin; else None.
        held: with leave-one-out, how many events of a user are test, and as many validation; with cuts,
            how many of the last events before test are validation; else 0.
        cold: where items are divided, the split whose works are counted; else None.
        by_users: with cuts, whether validation is of users that training does not know.
    """

    store: StoreReader
    seed: int
    cuts: tuple[int, int] | None = None
    held: int = 0
    cold: int | None = None
    by_users: bool = False

    @property
    def by_user(self) -> bool:
        """Whether a user is in one split with all that they did."""
        return self.cuts is None and not self.held and self.cold is None

    @property
    def facts(self) -> tuple[object, ...]:
        """What decides the division, besides the store."""
        by_hash = self.by_user or self.cold is not None
        return (self.seed if by_hash else "events", self.cuts, self.held, *self._cold)

    @property
    def _cold(self) -> tuple[object, ...]:
        by_users = (self.seed, "users") if self.by_users else ()
        return by_users if self.cold is None else ("cold", self.cold)

    def is_validation_user(self, user: int) -> bool:
        """Whether a user is one of those that validation may be of."""
        return bool(self.user_splits[user] == VALIDATION)

    @property
    def kept_apart(self) -> int | None:
        """The seed of the validation users that training does not know; None where it knows all."""
        return self.seed if self.by_users else None

    @functools.cached_property
    def counted(self) -> StoreReader:
        """The store that counts are of: all of it, or the works of one split."""
        return self.store if self.cold is None else of_split(self.store, self.seed, self.cold)

    @property
    def seed_of_users(self) -> int | None:
        """The seed whose training users count; None where all users do."""
        return None if self.cold is not None else self.seed

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
        store, seed = self.counted, self.seed_of_users
        facts = (seed, until, self.held, self.kept_apart)
        return store.shared(("train stats", *facts), lambda: train_stats(store, *facts))

    @functools.cached_property
    def pool(self) -> CandidatePool:
        """The works that can be negatives; shared by all cells of the store."""
        store = self.counted
        key = ("pool", self.seed_of_users, self.cuts, self.held, self.kept_apart)
        return store.shared(key, lambda: CandidatePool(store, self.train_stats))

    def event_negatives(self, span: tuple[int | None, int | None]) -> EventNegatives | None:
        """The sampler of negatives near in time; None where the store has no times.

        Where training and validation share a span, negatives are drawn from what training knows: from
        no event that is validation, and of none of the users that are.

        Args:
            span: UTC seconds between which the targets lie, where time splits the data.

        Returns:
            The sampler, shared by all who ask for the same span.
        """
        if not self.store.has("timestamp"):
            return None
        store, seed = self.counted, self.seed_of_users
        apart = (self.held, self.kept_apart) if span[0] is None else (0, None)
        key = ("event negatives", seed, self.cuts, self.held, self.kept_apart, span)

        def create() -> EventNegatives:
            # The index first: what it is made of gives the counts as well.
            index = event_index(store, seed, self.cuts, *apart)
            return EventNegatives(store, self.train_stats, index, span, self.pool.rungs)

        return store.shared(key, create)
