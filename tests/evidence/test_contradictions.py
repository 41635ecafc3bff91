"""Facts about one item that would speak against each other are not said together."""

from __future__ import annotations

import dataclasses

from itdr.builders.evidence.audiences.contradictions import (
    without_contradictions,
    without_overlaps,
    worth_saying,
)
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


def works(*counts: int) -> tuple[Fact, ...]:
    return tuple(Fact("also_liked", "work", f"Work {k}", k, 20, 10.0, UP) for k in counts)


def kin(topic: str, value: str, *counts: int) -> Fact:
    return Fact("kin", topic, value, len(counts), len(counts), 0.0, UP, "", works(*counts))


def test_of_groups_that_share_a_genre_only_the_narrowest_is_said() -> None:
    both, alone = kin("blend", "Comedy + Romance", 15, 15), kin("category", "Comedy", 15, 15)
    other, horror = kin("blend", "Comedy + Musical", 15, 15), kin("category", "Horror", 15, 15)
    # One that is part of it is said where it has no name.
    assert without_overlaps([alone, both, other, horror]) == [alone, both, horror]
    when = dataclasses.replace(
        about("era", "decade", "1990s", UP), details=(kin("category", "Musical"), *works(15, 15))
    )
    assert without_overlaps([other, when]) == [other, when]
    assert without_overlaps([dataclasses.replace(when, details=()), both])[1:] == [both]


def test_followers_of_a_series_are_named_beside_another_group_or_by_several_parts() -> None:
    named = kin("series", "Ada Fox", 15, 15, 15)
    parts = [dataclasses.replace(one, kind="series") for one in works(15, 16, 17)]
    cold = about("liked_if", "seldom_series", "Ada Fox", DOWN)
    flop = about("reception", "panned", "", DOWN)
    two = [named, *parts[:2], cold, flop]
    assert worth_saying(two, "films", ["Drama"]) == [flop]
    # Where genres are unknown, two are enough; who did not like these is the same thing turned round.
    assert worth_saying(two, "books", []) == [named, *parts[:2], flop]
    assert worth_saying([named, *parts, cold], "films", ["Drama"]) == [named, *parts]
    dramas = kin("category", "Drama", 15, 15)
    assert worth_saying([*two, dramas], "films", ["Drama"]) == [*two, dramas]
    praised = about("reception", "praised", "", UP)
    assert worth_saying([*two, praised], "films", ["Drama"]) == [flop, praised]


def test_a_game_is_told_by_its_genre_or_not_at_all() -> None:
    young = about("liked_if", "age", "under 18", UP)
    warned = about("liked_if", "category", "Racing", DOWN)
    genre = about("liked_if", "category", "Strategy", UP)
    assert worth_saying([young, warned], "games", ["Strategy"]) == [warned]
    assert worth_saying([young, genre], "games", ["Strategy"]) == [young, genre]


def test_nobody_is_told_by_age_alone() -> None:
    young = about("liked_if", "age", "under 18", UP)
    warned = about("liked_if", "category", "Horror", DOWN)
    assert worth_saying([young, warned], "films", ["Drama"]) == [warned]


def test_two_works_or_three_weak_ones_need_somebody_who_is_warned() -> None:
    warned = about("liked_if", "category", "Horror", DOWN)
    for group, enough in (
        (kin("category", "Drama", 13, 14), False),
        (kin("category", "Drama", 14, 14), True),
        (kin("category", "Drama", 15, 15, 15), True),
        (kin("category", "Drama", 12, 12, 13), False),
        (kin("category", "Drama", 12, 13, 14), True),
    ):
        assert bool(worth_saying([group], "films", ["Drama"])) == enough
        assert worth_saying([group, warned], "films", ["Drama"]) == [group, warned]
