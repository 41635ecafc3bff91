"""Kinds that have a large share of all likes are not named."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from itdr.builders.evidence.audiences.breadth import Breadth
from itdr.builders.evidence.audiences.periods import years_in
from itdr.builders.evidence.facts import UP, Fact

RARE = [f"Rare {number}" for number in range(13)]
FILMS = [
    (["Drama"], 1994, 30),
    (["Drama"], 1962, 4),
    (["War", "Drama"], 1943, 6),
    (["Horror"], 1982, 40),
    (["Horror"], 1955, 3),
    *(([one], 2000, 1) for one in RARE),
]
"""Of each film its genres, its year and how many like it: 96 likes in all."""


@pytest.fixture(autouse=True)
def few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("itdr.builders.evidence.audiences.breadth.MIN_WORKS", len(FILMS))


def breadth(words: str = "films", films: list[tuple[list[str], int, int]] = FILMS) -> Breadth:
    table = pa.table({"categories": [one[0] for one in films], "year": [one[1] for one in films]})
    store: Any = SimpleNamespace(items=table, source=SimpleNamespace(words=words))
    return Breadth(store, np.array([one[2] for one in films]))


def works(n: int = 3) -> tuple[Fact, ...]:
    return tuple(Fact("also_liked", "work", f"Work {k}", 15, 20, 10.0, UP) for k in range(n))


def kind(about: str, value: str, *before: Fact, n: int = 3) -> Fact:
    return Fact("kin", about, value, n, n, 0.0, UP, "", (*before, *works(n)))


def genre(value: str) -> Fact:
    return Fact("kin", "category", value, 3, 3, 0.0, UP)


def test_a_kind_has_the_likes_of_its_works_and_period() -> None:
    shares = breadth()
    assert shares.share(["Horror"]) == pytest.approx(43 / 96)
    assert shares.share(["Drama", "War"]) == pytest.approx(6 / 96)
    assert shares.share(["Horror"], "1950s") == pytest.approx(3 / 96)
    assert shares.share(["Drama"], "before 1960") == pytest.approx(6 / 96)
    assert shares.share(["Opera"]) == 0


def test_a_common_kind_is_not_named() -> None:
    common, rare = kind("category", "Horror"), kind("blend", "Drama + War")
    assert breadth().narrow_among([common, rare]) == [rare]


def test_a_period_makes_a_kind_narrower_but_for_drama_and_the_like() -> None:
    old, new = (kind("decade", one, genre("Horror")) for one in ("1950s", "1980s"))
    assert breadth().narrow_among([old, new]) == [old]
    assert breadth().share(["Drama"], "1960s") < 0.1
    assert breadth().narrow_among([kind("decade", "1960s", genre("Drama"))]) == []


def test_all_else_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = [Fact("liked_if", "category", "Horror", 9, 12, 6.0, UP), *works(2)]
    assert breadth().narrow_among(facts) == facts
    common = kind("category", "Horror")
    # Where genres have no names together, and where few are known.
    assert breadth("books").narrow_among([common]) == [common]
    assert breadth(films=FILMS[:5]).narrow_among([common]) == [common]
    monkeypatch.setattr("itdr.builders.evidence.audiences.breadth.MIN_WORKS", len(FILMS) + 1)
    assert breadth().narrow_among([common]) == [common]


def test_years_of_periods() -> None:
    assert years_in("early 1990s") == (1990, 1993)
    assert years_in("1980s and 1990s") == (1980, 1999)
