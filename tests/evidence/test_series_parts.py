"""Parts of an item's series: found by what titles share among many, named first, or else nothing is said of others."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from itdr.builders.evidence.audiences.counting import Counting
from itdr.builders.evidence.audiences.kindred import Kindred
from itdr.builders.evidence.audiences.themes import Themes
from itdr.builders.evidence.facts import UP, Fact
from tests import planted
from tests.evidence.test_audience_facts import opened

TITLES = [
    "Rocky (1976)",
    "Rocky II (1979)",
    "Goldfinger (1964)",
    "Moonraker (1979)",
    "The Quarry (1993)",
    "Return to Eden: The Quarry (1997)",
    "Grimmer Old Foxes (1995)",
    "Grim Old Foxes (1993)",
    "The Pale Rider (2008)",
    "The Pale Rider Returns (2012)",
    "The Bramwell Identity (2002)",
    "The Bramwell Legacy (2004)",
    "Night Train (The Fox Files, Book 2)",
    "The Fox Files",
    "Alone (1990)",
]


def themes(titles: list[str]) -> Themes:
    store: Any = SimpleNamespace(
        source=SimpleNamespace(words="films"),
        items=pa.table({"title": titles}),
        title_code=np.arange(len(titles)),
        read_items=lambda codes: None,
        item=lambda code: SimpleNamespace(title=titles[code], creators=()),
    )
    table: Any = SimpleNamespace(
        names=[("category", "Drama")], likes=np.array([10]), of=lambda work: [0]
    )
    return Themes(store, table, 100, Kindred(table, 100, lambda work: ["Drama"]))


def test_parts_among_many_are_those_that_are_found_one_by_one() -> None:
    every = np.arange(len(TITLES))
    read = themes(TITLES)
    found = {work: read.series_among(work, np.delete(every, work)) for work in every.tolist()}
    alone = {
        work: themes(TITLES).parts_among(work, np.delete(every, work).tolist())
        for work in every.tolist()
    }
    assert found == alone
    assert found[0] == {1} and found[2] == {3} and found[6] == {7} and found[8] == {9}
    assert found[12] == {13} and found[14] == set()
    # Only the works that were given are looked at.
    assert read.series_among(0, np.array([2, 3])) == set()


def test_a_series_is_named_as_its_other_parts_begin() -> None:
    titles = ["A Day Out with Finch and Gable", "Finch & Gable: Two Cats", "Finch & Gable: A Dog"]
    shared = [
        (9.0, code, Fact("also_liked", "work", titles[code], 9, 12, 4.0, UP)) for code in (1, 2)
    ]
    (named, *_) = themes(titles).facts(0, shared, series={1, 2})
    assert (named.kind, named.about, named.value) == ("kin", "series", "Finch & Gable")


def test_a_work_filmed_again_is_no_part_of_a_series() -> None:
    titles = ["The Quarry (1993)", "Quarry (1961)"]
    shared = [(9.0, 1, Fact("also_liked", "work", titles[1], 9, 12, 4.0, UP))]
    assert themes(titles).facts(0, shared, series={1}) == []


def test_a_sequel_whose_followers_are_no_group_is_not_described_by_other_works(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counting = Counting(opened(planted.liked_together()[0]), 0)
    others = ("kin", "share", "era", "series")
    popular = np.argsort(-counting.judged.totals[1])[:40].tolist()
    left_out = 0
    for work in popular:
        before = [one for one in counting.facts(work) if one.kind in others]
        if not before:
            continue
        with monkeypatch.context() as patch:
            patch.setattr(
                counting.themes,
                "series_among",
                lambda *_, work=work: {popular[0], popular[1]} - {work},
            )
            after = [one for one in counting.facts(work) if one.kind in others]
        left_out += not after
        # Either its followers come first, or nobody is named by works.
        assert not after or after[0].kind in ("kin", "series")
    assert left_out


def named(*titles: str) -> list[str]:
    """The name of the series of the first of these works, if all others are parts of it."""
    every = list(titles)
    shared = [
        (9.0, code, Fact("also_liked", "work", every[code], 9, 12, 4.0, UP))
        for code in range(1, len(every))
    ]
    found = themes(every).facts(0, shared, series=set(range(1, len(every))))
    return [one.value for one in found if one.kind == "kin"]


def test_a_series_has_a_name_also_beside_a_single_part() -> None:
    assert named("Rocky (1976)", "Rocky II (1979)") == ["Rocky"]
    assert named("Goldfinger (1964)", "Moonraker (1979)") == ["James Bond"]
    # A word with which both begin is none: nothing is said of their being parts.
    assert named("Escape from Calder (1981)", "Escape from L.A. (1996)") == []
    facts = themes(["Escape from Calder", "Escape from L.A."]).facts(
        0, [(9.0, 1, Fact("also_liked", "work", "Escape from L.A.", 9, 12, 4.0, UP))], series={1}
    )
    assert facts == []


def test_part_of_a_series_is_named_where_all_are_of_it() -> None:
    first, third, fourth = (
        f"Star Wars: Episode {name}"
        for name in (
            "I - The Phantom Menace (1999)",
            "III - Revenge of the Sith (2005)",
            "IV - A New Hope (1977)",
        )
    )
    assert named(first, third) == ["Star Wars prequels"]
    assert named(first, third, fourth) == ["Star Wars"]
