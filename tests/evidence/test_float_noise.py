"""The last bits of floats differ between machines and versions of numpy: they decide nothing in rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from itdr.builders.evidence import user_verdicts
from itdr.builders.evidence.activity import Activity
from itdr.builders.evidence.facts import UP, Fact
from itdr.builders.evidence.interests import companions, counts, offers, tastes
from itdr.builders.evidence.interests.companions import Pairs
from itdr.builders.evidence.interests.person import Person
from tests.interest import folder, open_cell

NOISE = 1e-14


def noisy(values: np.ndarray) -> np.ndarray:
    """Values that miss the right ones by a few last bits."""
    signs = np.where(np.arange(values.size).reshape(values.shape) % 3 == 0, 1, -1)
    return values * (1 + NOISE * signs)


def pairs_of_works() -> dict[str, pa.Table]:
    """What a store's likes might be counted as: every fifth pair is liked together far too often."""
    rng = np.random.Generator(np.random.PCG64(2))
    works, activity = np.arange(0, 80, 2), np.arange(1, 60)
    likes = np.sort(rng.integers(40, 400, len(works)))
    asked = [(w, n, int(rng.integers(1, 9))) for w in works.tolist() for n in range(10, 50, 3)]
    together = [
        (a, b, int(rng.integers(5, 12)) * (6 if (a + b) % 10 == 0 else 1))
        for a in works.tolist()
        for b in works.tolist()
        if a != b
    ]
    names = (("work", "likes"), ("likes", "users"), ("work", "likes", "users"))
    columns = (
        (works, likes),
        (activity, 2000 // activity),
        tuple(map(np.array, zip(*asked, strict=True))),
    )
    found = {
        name: pa.table(dict(zip(fields, values, strict=True)))
        for name, fields, values in zip(("shelf", "users", "asked"), names, columns, strict=True)
    }
    pairs = zip(("work", "other", "users"), map(np.array, zip(*together, strict=True)), strict=True)
    return {**found, "together": pa.table(dict(pairs))}


def test_companions_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = pairs_of_works()
    plain = companions._companions(**tables)
    exact = Activity.chances
    monkeypatch.setattr(Activity, "chances", lambda self, rates: noisy(exact(self, rates)))
    assert plain.num_rows > 100
    assert companions._companions(**tables).equals(plain)


def test_works_that_as_much_speaks_for_are_as_strong() -> None:
    # In plain sums, .1 + .2 + .3 is more than .3 + .2 + .1.
    gain = np.array([0.1, 0.2, 0.3, 0.3, 0.2, 0.1])
    other = np.array([4, 4, 4, 7, 7, 7])
    pairs = Pairs(np.arange(6), other, *(np.ones(6) for _ in range(3)), gain)
    strength = offers._strength(pairs, np.arange(6), 9)
    assert strength[4] == strength[7] > 0 and np.flatnonzero(strength).tolist() == [4, 7]


def test_tastes_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def found() -> list[Any]:
        people = []
        for user in range(0, len(cell.store.user_n), 4):
            mine = user_verdicts.sided(cell.partition, user)
            person = Person.of(counts.counts(cell.partition), mine, training=False)
            figures = person.deviations.tolist() if person.likes and person.dislikes else []
            people.append((figures, [fact.evidence() for fact in tastes.facts(person, 1)]))
        return people

    cell = open_cell("ml-1m", folder())
    plain = found()
    exact = Person.off.func  # type: ignore[attr-defined]
    monkeypatch.setattr(Person, "off", property(lambda self: noisy(exact(self))))
    assert found() == plain
    assert sum(len(facts) for _, facts in plain) > 100


def test_rows_hold_figures_without_their_last_bits() -> None:
    fact = Fact("share", "category", "Drama", 3, 9, 1 / 3, UP)
    again = Fact("share", "category", "Drama", 3, 9, float(noisy(np.array([1 / 3]))[0]), UP)
    assert fact.base != again.base and fact.evidence() == again.evidence()
    assert fact.evidence().base == pytest.approx(1 / 3, rel=1e-8)
