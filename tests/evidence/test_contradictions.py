"""Facts about one item that would speak against each other are not said together."""

from __future__ import annotations

import dataclasses

from itdr.builders.evidence.audiences.contradictions import without_contradictions
from itdr.builders.evidence.facts import DOWN, UP, Fact


def about(kind: str, topic: str, value: str, direction: int) -> Fact:
    return Fact(kind, topic, value, 5, 20, 10.0, direction)


def test_next_to_fans_of_a_period_no_period_is_warned() -> None:
    liked = about("share", "decade", "2000-2003", UP)
    warned = about("liked_if", "decade", "2004-2006", DOWN)
    other = about("liked_if", "category", "Horror", DOWN)
    assert without_contradictions([liked, warned, other]) == [liked, other]
    assert without_contradictions([warned, other]) == [warned, other]


def test_who_does_not_like_it_is_not_named_among_those_who_do() -> None:
    warned = about("liked_if", "category", "Horror", DOWN)
    liked = about("share", "category", "Horror", UP)
    assert without_contradictions([warned, liked]) == [warned]


def test_beside_a_series_its_maker_is_not_named() -> None:
    series = about("series", "work", "Nine Lives", UP)
    fans = about("liked_if", "creator", "Ada Fox", UP)
    others = dataclasses.replace(fans, kind="group", details=(about("share", "work", "Ten", UP),))
    assert without_contradictions([series, fans]) == [series]
    assert without_contradictions([series, others]) == [series]
    assert without_contradictions([fans]) == [fans]
