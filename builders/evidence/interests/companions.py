"""Works that the likers of a work also like, against what their activity predicts.

The expectation follows each liker's own number of likes: E = sum over the likers u of A of p(u, B), with
p as in `evidence/activity.py`; V = sum of p (1 - p). B goes with A where

- k >= 5, (k + 5) / (E + 5) >= 2 and (k - E) / sqrt(V) >= 4, or
- k >= 8, (k + 5) / (E + 5) >= 1.5 and (k - E) / sqrt(V) >= 5.

Sought among the `SHELF_SIZE` most liked works, over at most `FANS_ASKED` likers of each.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from itdr.builders.core import arrow
from itdr.builders.core.ranges import ranges
from itdr.builders.evidence.activity import Activity
from itdr.builders.evidence.interests import statements

if TYPE_CHECKING:
    import pyarrow as pa

    from itdr.builders.store.engine import Engine

RULES = ((5, 2.0, 4.0), (8, 1.5, 5.0))
"""(k, ratio, deviations) at least: either is enough."""
MAX_COMPANIONS = 30
"""Companions of a work that are kept, the strongest first."""


class Pairs(NamedTuple):
    """Pairs of works, an array to a column: of `of` likers of `work`, `together` like `other`, where
    `expected` would be usual; gain: how much that says."""

    work: np.ndarray
    other: np.ndarray
    together: np.ndarray
    of: np.ndarray
    expected: np.ndarray
    gain: np.ndarray


class Companions:
    """The works that go with each work, mapped from disk."""

    def __init__(self, path: Path) -> None:
        table = arrow.read(path)
        self._pairs = Pairs(*(table.column(name).to_numpy() for name in Pairs._fields))

    @functools.cached_property
    def works(self) -> np.ndarray:
        """The works that go with any other, ascending."""
        return np.unique(self._pairs.other)

    def of(self, works: np.ndarray) -> Pairs:
        """The pairs of several works, those of the first one first, of each the strongest first."""
        begins = self._pairs.work.searchsorted(works)
        number = self._pairs.work.searchsorted(works, side="right") - begins
        rows = ranges(begins, number)
        return Pairs(*(column[rows] for column in self._pairs))


def count(engine: Engine, path: Path) -> None:
    """Count the companions of a store's works, and write them.

    Args:
        engine: holds `all_judged`, `work_verdicts`, `subjects` and `speakers`; keeps the tables
            made here.
        path: the file to write.
    """
    from itdr.builders.store.engine import table_of

    for name, query in (
        ("shelf", statements.ON_SHELF),
        ("shelf_likes", statements.LIKES_OF_SHELF),
        ("activity", statements.ACTIVITY),
        ("asked", statements.ASKED),
    ):
        engine.keep(name, query)
    companions = _companions(
        table_of(engine, "SELECT work, likes FROM shelf ORDER BY work"),
        table_of(engine, statements.USERS_BY_ACTIVITY),
        table_of(engine, statements.ASKED_BY_ACTIVITY),
        table_of(engine, statements.TOGETHER),
    )
    arrow.write_table(companions, path)


def _companions(shelf: pa.Table, users: pa.Table, asked: pa.Table, together: pa.Table) -> pa.Table:
    import pyarrow as pa

    works = shelf.column("work").to_numpy()
    activity, people = (users.column(name).to_numpy() for name in ("likes", "users"))
    model = activity_of(activity, people, shelf.column("likes").to_numpy())
    chance = model.chances(model.rates)
    asked_likers = np.zeros((len(works), len(model.mean)), np.int64)
    by_work, likes, number = (column.to_numpy() for column in asked.columns)
    asked_steps = model.bins[activity.searchsorted(likes)]
    np.add.at(asked_likers, (works.searchsorted(by_work), asked_steps), number)
    work, other, k = (column.to_numpy() for column in together.columns)
    first, second = works.searchsorted(work), works.searchsorted(other)
    expected, variance = np.zeros(len(k)), np.zeros(len(k))
    for step in range(len(model.mean)):
        p, n = chance[second, step], asked_likers[first, step]
        expected += n * p
        variance += n * p * (1 - p)
    # Rounded before anything is compared or put in order: the last bits differ from machine to machine.
    expected = np.round(expected, 6)
    deviations = np.round((k - expected) / np.sqrt(variance + 1e-9), 6)
    ratios = np.round((k + 5) / (expected + 5), 6)
    holds = np.zeros(len(k), bool)
    for least, ratio, bound in RULES:
        holds |= (k >= least) & (ratios >= ratio) & (deviations >= bound)
    gain = np.round(2 * (k * np.log(k / np.maximum(expected, 1e-9)) - (k - expected)), 6)
    rows = np.flatnonzero(holds)
    rows = rows[np.lexsort((other[rows], -gain[rows], work[rows]))]
    place = np.arange(len(rows)) - work[rows].searchsorted(work[rows])
    rows = rows[place < MAX_COMPANIONS]
    columns = {
        "work": work[rows],
        "other": other[rows],
        "together": k[rows],
        "of": asked_likers.sum(1)[first[rows]],
        "expected": expected[rows],
        "gain": gain[rows],
    }
    return pa.table(columns)


def activity_of(likes: np.ndarray, people: np.ndarray, likers: np.ndarray) -> Activity:
    """How likely people are to like a work by their activity alone.

    Args:
        likes: by group of people, how many likes each of them has, ascending.
        people: by group, how many people.
        likers: how many like each work.

    Returns:
        The model; people are told apart in steps of equal ratios of likes.
    """
    # The whole part of ACTIVITY_STEPS * log2(likes), without rounding.
    logs = [(max(one, 1) ** statements.ACTIVITY_STEPS).bit_length() for one in likes.tolist()]
    _, steps = np.unique(np.array(logs, np.int64), return_inverse=True)
    return Activity(steps, likes, people, likers)
