"""Works that the likers of a work also like, against what their activity predicts.

Against the plain share of users who like B, nearly every pair of works is "also liked": whoever likes
a rare film likes many. The expectation follows each liker's own number of likes n_u instead:
E = sum over the likers u of A of p(u, B), with p(u, B) = 1 - exp(-n_u l_B) and l_B such that the sum
of p(u, B) over all users is the number of B's likers; V = sum of p (1 - p). B goes with A where

- k >= 5, (k + 5) / (E + 5) >= 2 and (k - E) / sqrt(V) >= 4, or
- k >= 8, (k + 5) / (E + 5) >= 1.5 and (k - E) / sqrt(V) >= 5.

Sought among the `SHELF` most liked works, over at most `HEARD` likers of each.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from itdr.builders.core import arrow
from itdr.builders.core.ranges import ranges
from itdr.builders.evidence.interests import statements

if TYPE_CHECKING:
    import pyarrow as pa

    from itdr.builders.store.engine import Engine

RULES = ((5, 2.0, 4.0), (8, 1.5, 5.0))
"""(k, ratio, deviations) at least: either is enough."""
KEPT = 30
"""Companions of a work that are kept, the strongest first."""
_ROUNDS = 40


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
    found = _companions(
        table_of(engine, "SELECT work, likes FROM shelf ORDER BY work"),
        table_of(engine, statements.USERS_BY_ACTIVITY),
        table_of(engine, statements.ASKED_BY_ACTIVITY),
        table_of(engine, statements.TOGETHER),
    )
    arrow.write_table(found, path)


def _companions(shelf: pa.Table, users: pa.Table, asked: pa.Table, together: pa.Table) -> pa.Table:
    import pyarrow as pa

    works = shelf.column("work").to_numpy()
    activity, people = (users.column(name).to_numpy() for name in ("likes", "users"))
    steps, means = steps_of(activity, people)
    chance = chances(steps, people, means, shelf.column("likes").to_numpy())
    heard = np.zeros((len(works), len(means)), np.int64)
    by_work, likes, number = (column.to_numpy() for column in asked.columns)
    step_of = dict(zip(activity.tolist(), steps.tolist(), strict=True))
    asked_steps = np.array([step_of[one] for one in likes.tolist()], np.int64)
    np.add.at(heard, (works.searchsorted(by_work), asked_steps), number)
    work, other, k = (column.to_numpy() for column in together.columns)
    first, second = works.searchsorted(work), works.searchsorted(other)
    expected, variance = np.zeros(len(k)), np.zeros(len(k))
    for step in range(len(means)):
        p, n = chance[step, second], heard[first, step]
        expected += n * p
        variance += n * p * (1 - p)
    holds = np.zeros(len(k), bool)
    deviations = (k - expected) / np.sqrt(variance + 1e-9)
    for least, ratio, bound in RULES:
        holds |= (k >= least) & ((k + 5) / (expected + 5) >= ratio) & (deviations >= bound)
    gain = 2 * (k * np.log(k / np.maximum(expected, 1e-9)) - (k - expected))
    held = np.flatnonzero(holds)
    held = held[np.lexsort((other[held], -gain[held], work[held]))]
    place = np.arange(len(held)) - work[held].searchsorted(work[held])
    held = held[place < KEPT]
    columns = {
        "work": work[held],
        "other": other[held],
        "together": k[held],
        "of": heard.sum(1)[first[held]],
        "expected": expected[held],
        "gain": gain[held],
    }
    return pa.table(columns)


def steps_of(activity: np.ndarray, people: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The step of each number of likes, and the mean number of likes in each step."""
    raw = np.floor(statements.STEPS * np.log2(np.maximum(activity, 1))).astype(np.int64)
    _, steps = np.unique(raw, return_inverse=True)
    n = int(steps.max()) + 1 if len(steps) else 0
    weights = np.bincount(steps, people, n)
    return steps, np.bincount(steps, activity * people, n) / np.maximum(weights, 1)


def chances(
    steps: np.ndarray, people: np.ndarray, means: np.ndarray, likers: np.ndarray
) -> np.ndarray:
    """The chance that a user likes a work, by how much the user likes in all.

    Args:
        steps: step of activity of each group of people.
        people: how many people each group has.
        means: likes of a user, by step.
        likers: how many like each work of the shelf.

    Returns:
        p(u, B) of shape (steps, works).
    """
    users = np.bincount(steps, people, len(means))
    total = max(float((users * means).sum()), 1.0)
    rate = likers / total
    for _ in range(_ROUNDS):
        sums = np.zeros(len(likers))
        for n, number in zip(means.tolist(), users.tolist(), strict=True):
            sums += number * -np.expm1(-n * rate)
        rate = rate * np.clip(likers / np.maximum(sums, 1e-9), 0.5, 2.0)
    return -np.expm1(-means[:, None] * rate)
