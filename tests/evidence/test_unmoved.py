"""Whom works like an item did not win over: people, shares and margins at their edges."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from itdr.builders.evidence.audiences.raters import Raters, RateRule
from itdr.builders.evidence.audiences.shared_likes import Likes, Ranks
from itdr.builders.evidence.audiences.unmoved import unmoved
from itdr.builders.evidence.facts import UP, Fact

NOBODY = np.zeros(0, np.int64)
PART, OTHER = 0, 1


def everybody(liked: int, chance: float = 0.5) -> Raters:
    """A hundred people, of whom the first like the item, and how likely that would be for each."""
    nothing, no_works = Likes(NOBODY, NOBODY), Ranks(np.zeros(0, bool), NOBODY)
    return Raters(np.arange(100), nothing, liked, np.full(100, chance), RateRule(True), no_works)


def judged(**verdicts: tuple[range, int]) -> Any:
    """Works, each with the people who judged it and the first of them who did not like it."""
    works = {"part": PART, "other": OTHER}
    known = {}
    for name, (people, fans) in verdicts.items():
        users = np.array(people, np.int64)
        known[works[name]] = users, np.where(np.arange(len(users)) < fans, 1, -1)
    return SimpleNamespace(
        raters=lambda work: known[work], takers=lambda work: known[work][0][known[work][1] == 1]
    )


def series(*titles: str) -> list[Fact]:
    return [Fact("series", "work", title, 20, 25, 10.0, UP) for title in titles]


CODES = {"A Part": PART, "Another": OTHER}
BOTH = series(*CODES)
NONE = range(0), 0


def test_who_liked_no_part_of_the_series_is_warned() -> None:
    # Of the 40 people from 60 to 99, of whom none likes the item, 10 like the part.
    record = judged(part=(range(60, 100), 10), other=(range(60, 100), 0))
    (found,) = unmoved(series("A Part", "Another"), CODES, record, everybody(60))
    assert (found.name, found.value) == ("liked_if/seldom_series/down", "A Part")
    assert (found.count, found.of, found.base) == (0, 30, 15.0)
    named = Fact("kin", "series", "Parts", 1, 1, 0.0, UP)
    (found,) = unmoved([named, *series("A Part", "Another")], CODES, record, everybody(60))
    assert found.value == "Parts"
    # That the fans of a single part like the item says as much.
    assert unmoved([named, *series("A Part")], CODES, record, everybody(60)) == []
    # Who did not judge the item does not count, and without a series nobody is asked.
    assert unmoved(BOTH, CODES, judged(part=(range(200, 260), 0), other=NONE), everybody(60)) == []
    assert unmoved([], CODES, record, everybody(60)) == []


@pytest.mark.parametrize(("first", "warned"), [(12, True), (11, False)])
def test_at_most_two_fifths_of_those_who_are_warned_like_it(first: int, warned: bool) -> None:
    # Of 30 people from `first` on, those below 24 like the item.
    record = judged(part=(range(first, first + 30), 0), other=NONE)
    found = unmoved(BOTH, CODES, record, everybody(24, chance=0.9))
    assert bool(found) == warned


def test_a_few_people_are_no_group() -> None:
    for n, warned in ((12, False), (13, True)):
        record = judged(part=(range(80, 80 + n), 0), other=NONE)
        assert bool(unmoved(BOTH, CODES, record, everybody(60))) == warned
