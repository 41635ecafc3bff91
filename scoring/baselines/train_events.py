"""What the training part did, event by event, as recommenders are trained on it; and the catalogue that
they choose from."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from itdr.builders.core import paths
from itdr.builders.sampling import popularity, statements
from itdr.builders.sampling.catalogue_counts import catalogue_counts
from itdr.builders.tasks.base import OpenCell

Row = Mapping[str, Any]


class TrainEvents:
    """The training part of a cell: who met which work, and when first.

    Args:
        cell: an open cell.
    """

    def __init__(self, cell: OpenCell) -> None:
        self.cell = cell

    @functools.cached_property
    def _columns(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """User codes, works and times (UTC seconds, `EARLIEST` for none), in order of time."""
        from itdr.builders.store.engine import open_engine, table_of

        partition = self.cell.partition
        store = partition.counted
        seed = partition.seed_of_users if partition.by_user else None
        until = partition.cuts[0] if partition.cuts else None
        paths.work_root().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="train-", dir=paths.work_root()) as work:
            engine = open_engine(Path(work))
            try:
                popularity.register_touches(
                    engine, store, seed, until, partition.held, partition.kept_apart
                )
                table = table_of(engine, statements.TOUCHES_IN_ORDER)
            finally:
                engine.close()
        has_title = store.title_code[table.column("work").to_numpy()] >= 0
        users, works, times = (one.to_numpy()[has_title] for one in table.columns)
        return users, works, times

    @property
    def users(self) -> np.ndarray:
        """Of each event the user's code."""
        return self._columns[0]

    @property
    def works(self) -> np.ndarray:
        """Of each event the work."""
        return self._columns[1]

    def recent(self, moment: int, seconds: int, but: int | None) -> np.ndarray:
        """How many users met each work in the time before a moment.

        Args:
            moment: UTC seconds.
            seconds: how long before it.
            but: a user who does not count; None for nobody.

        Returns:
            Counts by work.
        """
        users, works, times = self._columns
        start, stop = times.searchsorted([moment - seconds, moment]).tolist()
        window_works = works[start:stop]
        if but is not None:
            window_works = window_works[users[start:stop] != but]
        return np.bincount(window_works, minlength=len(self.cell.store.work))

    @functools.cached_property
    def _by_user(self) -> tuple[np.ndarray, np.ndarray]:
        order = np.argsort(self.users, kind="stable")
        ends = np.bincount(self.users, minlength=len(self.cell.store.user_hash)).cumsum()
        return self.works[order], np.concatenate([[0], ends])

    def met_by(self, user: int) -> np.ndarray:
        """The works that a user met in the training part."""
        works, ends = self._by_user
        return works[ends[user] : ends[user + 1]]

    def known_of(self, row: Row) -> np.ndarray:
        """The works that a recommender knows a row's user to have met.

        Args:
            row: a row about a user.

        Returns:
            The works that the row shows, and those that the user met in the training part, ascending.
        """
        store = self.cell.store
        codes = [store.code("item", one["item_id"]) for one in row["history"]]
        history_works = store.work[[code for code in codes if code is not None]]
        user = store.code("user", row["user_id"])
        own = self.met_by(user) if user is not None else np.zeros(0, np.int32)
        return np.unique(np.concatenate([history_works, own]))

    @functools.cached_property
    def catalogue(self) -> tuple[np.ndarray, np.ndarray]:
        """The works that can be answers, ascending, and of each the item that most training users met."""
        store, counts = self.cell.store, catalogue_counts(self.cell.partition)
        codes = np.flatnonzero(counts.any(axis=1) & (store.title_code >= 0))
        codes = codes[np.argsort(-counts[codes, 0], kind="stable")]
        works, first = np.unique(store.work[codes], return_index=True)
        return works, codes[first]
