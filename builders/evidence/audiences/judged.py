"""Who of the training part liked what: the one integer table that audiences are counted from.

The engine gives each (user, work) once with its verdict, in the order of users and works; kept beside
the store as an Arrow file that is mapped, not read. What is counted of single works is counted from it
with numpy, so that both engines give the same to the last bit.
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np

from itdr.builders.core import arrow
from itdr.builders.core.rng import splitmix64
from itdr.builders.evidence import comments, verdicts
from itdr.builders.evidence.audiences import statements
from itdr.builders.store import derived
from itdr.builders.store.reader import StoreReader

MOST_LIKES = 500
"""Likes of one user over which pairs of works are tried, by hash."""
MOST_RATERS = 800
"""People of one work on whom facts are tried, by hash; the figures of those that hold are counted over all."""
ROWS_AT_A_TIME = 1 << 20
"""Rows that are counted at a time."""
VERDICT_BITS = 2
"""Bits that a verdict takes, from 0 on."""


class Judged:
    """The verdicts of the training part's users, by user and by work.

    start: where each user's rows begin.   works, verdicts: int32 and int8, row by row: 1 a like, -1 a
    dislike, 0 neither.
    """

    def __init__(self, store: StoreReader, path: Path) -> None:
        table = arrow.read(path)
        users = table.column("user_code").to_numpy()
        self.store = store
        self.works = table.column("work").to_numpy()
        self.verdicts = table.column("verdict").to_numpy()
        self.start = np.searchsorted(users, np.arange(len(store.user_hash) + 1, dtype=users.dtype))

    @functools.cached_property
    def totals(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """By work: how many gave a verdict, liked it, disliked it."""
        found = np.zeros((3, len(self.store.work)), np.int64)
        # Block by block: `bincount` makes wider copies of what it counts.
        for start in range(0, len(self.works), ROWS_AT_A_TIME):
            works = self.works[start : start + ROWS_AT_A_TIME]
            verdicts = self.verdicts[start : start + ROWS_AT_A_TIME]
            for row, counted in enumerate((works, works[verdicts == 1], works[verdicts == -1])):
                found[row] += np.bincount(counted, minlength=found.shape[1])
        people, likes, dislikes = found
        return people, likes, dislikes

    @functools.cached_property
    def likes(self) -> tuple[np.ndarray, np.ndarray]:
        """(where each user's likes begin, the liked works): of users with more than `MOST_LIKES`
        so many, by a hash of user and work."""
        kept = self.verdicts == 1
        before = np.concatenate(
            [[0], kept.cumsum(dtype=np.int32 if len(kept) < 2**31 else np.int64)]
        )
        counts = np.diff(before[self.start])
        for user in np.flatnonzero(counts > MOST_LIKES).tolist():
            rows = self.start[user] + np.flatnonzero(kept[self.start[user] : self.start[user + 1]])
            keys = splitmix64(self.store.item_hash[self.works[rows]] ^ self.store.user_hash[user])
            kept[rows[np.argsort(keys, kind="stable")[MOST_LIKES:]]] = False
        begins = np.concatenate([[0], np.minimum(counts, MOST_LIKES).cumsum(dtype=np.int64)])
        return begins, self.works[kept]

    @functools.cached_property
    def _by_work(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Where each work's rows begin in the other arrays: users and verdicts, in the order of works."""
        # Each row is sorted as one number, in half the time that it takes to find the order and to follow it.
        users = np.arange(len(self.start) - 1).repeat(np.diff(self.start))
        bits = max(len(self.start) - 1, 1).bit_length()
        rows = (self.works.astype(np.int64) << bits | users) << VERDICT_BITS
        rows += self.verdicts + 1
        del users
        rows.sort()
        verdicts = ((rows & (1 << VERDICT_BITS) - 1) - 1).astype(np.int8)
        rows >>= VERDICT_BITS
        rows &= (1 << bits) - 1
        begins = np.concatenate([[0], self.totals[0].cumsum()])
        return begins, rows.astype(np.int32), verdicts

    @functools.cached_property
    def _takers(self) -> tuple[np.ndarray, np.ndarray]:
        """Where each work's takers begin in the second array."""
        _, users, verdicts = self._by_work
        return np.concatenate([[0], self.totals[1].cumsum()]), users[verdicts == 1]

    def raters(self, work: int) -> tuple[np.ndarray, np.ndarray]:
        """Who judged a work, and how.

        Args:
            work: the work's code.

        Returns:
            (users, verdicts).
        """
        begins, users, verdicts = self._by_work
        rows = slice(begins[work], begins[work + 1])
        return users[rows], verdicts[rows]

    def some_raters(self, work: int) -> tuple[np.ndarray, np.ndarray]:
        """Who judged a work, and how; of more than `MOST_RATERS` a sample of that size, by a hash of user and work.

        Args:
            work: the work's code.

        Returns:
            (users, verdicts).
        """
        users, verdicts = self.raters(work)
        if len(users) > MOST_RATERS:
            keys = splitmix64(self.store.user_hash[users] ^ self.store.item_hash[work])
            chosen = np.sort(np.argpartition(keys, MOST_RATERS)[:MOST_RATERS])
            users, verdicts = users[chosen], verdicts[chosen]
        return users, verdicts

    def takers(self, work: int) -> np.ndarray:
        """All who like or took a work, in the order of their codes."""
        begins, users = self._takers
        return users[begins[work] : begins[work + 1]]


def judged(store: StoreReader, seed: int) -> Judged:
    """The verdicts under a seed's split of users; worked out first where they are not there yet."""
    return store.shared(("judged", seed), lambda: Judged(store, _prepared(store, seed)))


def _prepared(store: StoreReader, seed: int) -> Path:
    path = derived.derived_path(store, "judged", (seed,))
    return derived.build_once(path, lambda work: _make(store, seed, work / path.name))


def _make(store: StoreReader, seed: int, path: Path) -> None:
    from itdr.builders.store.engine import open_engine

    engine = open_engine(path.parent)
    try:
        comments.register(engine, store, seed)
        query = statements.judged(verdicts.verdicts(store))
        comments.write_batches(engine.batches(query), path)
    finally:
        engine.close()
