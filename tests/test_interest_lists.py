"""What the displayed likes and dislikes of an interest profile show: contrasts, examples, plain patterns, and the
order in which they are told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests import (
    core,
    display,
    plain,
    tastes,
)
from itdr.builders.evidence.interests.works import KINDS, without_year
from itdr.builders.rendering.lexicon_files import load_lexicon
from itdr.builders.rendering.realiser import figures
from itdr.builders.rendering.templates import load_words
from itdr.builders.store.reader import Item
from itdr.builders.tasks import profiles
from tests.interest import cases, folder, open_cell, people, shown


def test_the_marks_of_all_works_tell_a_contrast() -> None:
    """Works neither liked nor disliked count, too: half of a kind indifferent, none of it liked."""
    cell = open_cell("ml-1m", folder())
    for person in people(cell).values():
        n, m = person.likes, person.dislikes
        for fact in tastes.facts(person, 1):
            if fact.kind != "contrast":
                continue
            code = person.counts.codes[fact.about][fact.value]
            place = int(np.searchsorted(person.tally.traits, code))
            deviation = person.deviations[place]
            assert fact.direction * deviation > 2 and person.tally.works[place] >= tastes.JUDGED
            share = fact.count / (n if fact.direction == UP else m)
            assert share >= tastes.CLEARLY[fact.direction] * fact.base


def test_only_what_is_disliked_more_often_than_liked_is_said_to_fail() -> None:
    cell = open_cell("ml-1m", folder())
    kinds = set()
    for person in people(cell).values():
        for fact in tastes.facts(person, 1):
            if fact.kind in ("contrast", "risk") and fact.direction == DOWN:
                likes = round(fact.base * person.likes)
                assert (fact.count > likes) == (fact.kind == "contrast")
                kinds.add(fact.kind)
    assert kinds == {"contrast", "risk"}


def test_a_count_never_stands_against_a_percentage() -> None:
    lexicon = load_lexicon("films", load_words("films"))

    def weighed(count: int, of: int, base: float) -> str:
        return figures(Fact("risk", "category", "War", count, of, base, DOWN), lexicon)["weighed"]

    assert weighed(6, 26, 0.07) == "23% of the 26"
    assert weighed(6, 26, 0.0) == "6 of the 26"
    assert weighed(8, 8, 0.07) == "all 8"


def test_examples_are_the_works_of_which_a_trait_says_most() -> None:
    war = shown("share", "War", 15)
    items = [
        Item("1", "Many", ("Action", "Comedy", "Drama", "War"), ()),
        Item("2", "Late", ("Drama", "War"), ()),
        Item("3", "First", ("War", "Western"), ()),
        Item("4", "Warned", ("War",), ()),
        Item("5", "Low", ("Horror", "War"), ()),
        Item("6", "Worse", ("War",), ()),
        Item("7", "Lowest", ("War", "Western"), ()),
    ]
    has, none = np.ones(7, bool), np.zeros(7, bool)
    has[6] = False
    warned = np.array([False, False, False, True, True, False, False])

    def titles(fact: Fact, warned: np.ndarray, excluded: np.ndarray) -> list[str]:
        found = display._examples(fact, has, warned, excluded, items, 4)
        return [one.value for one in found]

    assert titles(war, none, none) == ["Warned", "First", "Late"]
    # No favorite of a kind that is warned of, where there are two others.
    assert titles(war, warned, none) == ["First", "Late"]
    assert titles(war, ~none, none) == ["Warned", "First", "Late"]
    against = replace(war, direction=DOWN)
    assert titles(against, none, none) == ["Worse", "Low"]
    # What an earlier reason excludes is no example of another one.
    assert titles(against, warned, warned) == ["Worse"]
    # Two dislikes of that kind are nothing to speak of, three are.
    assert titles(replace(war, direction=0), none, none)[0] == "Warned"
    has[6] = True
    for direction in (UP, 0):
        assert titles(replace(war, direction=direction), none, none)[:2] == ["Worse", "Warned"]


@pytest.mark.parametrize("source", ["ml-1m", "anime-2023", "amazon-books", "steam"])
def test_a_taste_that_three_listed_dislikes_share_has_a_caveat(source: str) -> None:
    for case in cases(open_cell(source, folder())):
        for one in case.answer.statements:
            first, *details = one.facts
            if not (core.is_taste(first) or first.kind in ("most", "share")):
                continue
            low = next(
                fact for fact in details if fact.kind == "shown" and fact.direction == DOWN
            ).count
            failed = [fact.value for fact in details if (fact.kind, fact.about) == ("own", "title")]
            assert len(failed) == (low >= display.CAVEAT)
            text = profiles.realiser_of(open_cell(source, folder())).sentence(one)
            assert ("They do not like every one" in text) == bool(failed)
            assert not failed or f'"{without_year(failed[0])}" among them' in text


def test_a_blend_is_named_after_works_that_are_little_else() -> None:
    blend = Fact("share", "blend", "Comedy + Romance", 15, 30, 0.1, UP)
    items = [
        Item("1", "Anything", ("Comedy", "Crime", "Drama", "Romance"), ()),
        Item("2", "Sad", ("Comedy", "Drama", "Romance"), ()),
        Item("3", "Light", ("Comedy", "Romance"), ()),
        Item("4", "Lighter", ("Comedy", "Romance"), ()),
    ]

    def titles(*able: bool) -> list[str]:
        found = display._foremost(blend, np.array(able), items, 2)
        return [items[place].title for place in found]

    assert titles(True, True, True, True) == ["Light", "Lighter"]
    assert titles(True, True, True, False) == ["Light", "Sad"]
    assert titles(True, False, True, False) == ["Light"]


@pytest.mark.parametrize("source", ["ml-1m", "anime-2023", "steam"])
def test_no_category_of_the_list_goes_unnamed(source: str) -> None:
    """A category of 40% of the displayed likes, and of a fifth of all likes, to which no named taste applies is
    named, unless it is warned of."""
    cell = open_cell(source, folder())
    known = people(cell)
    lexicon = profiles.realiser_of(cell).lexicon
    rest = 0
    for case in cases(cell):
        said = [one.facts[0] for one in case.answer.statements]
        rest += any(one.form.id == "rest" for one in case.answer.statements)
        named = [fact for fact in said if core.is_taste(fact) or fact.kind in ("most", "share")]
        person = known[case.user]
        places = [person.codes.tolist().index(code) for code in case.codes[: case.liked].tolist()]
        covered = np.zeros(len(places), bool)
        for fact in named:
            covered |= person.carries(fact)[places]
        liked = case.works[: case.liked]
        free = [work for work, is_named in zip(liked, covered, strict=True) if not is_named]
        down = {value for about, value in case.held if about == "category"}
        often = {fact.value for fact in tastes.commonest(person, tastes.OFTEN)}
        for name in ({name for work in free for name in work.categories} & often) - down:
            if lexicon.is_taste("category", name):
                number = sum(name in work.categories for work in free)
                assert number < max(display.SHOWN, display.REST * len(liked)) or any(
                    fact.kind == "most" for fact in said
                )
    assert rest or source == "ml-1m"


@pytest.mark.parametrize("source", ["ml-1m", "anime-2023", "amazon-books", "steam"])
def test_what_is_left_out_is_of_a_kind_that_was_warned_of(source: str) -> None:
    for case in cases(open_cell(source, folder())):
        said = [one.facts for one in case.answer.statements]
        for place, (first, *details) in enumerate(said):
            if first.kind == "also_liked" and first.direction == DOWN:
                assert details[0].topic in {
                    one[0].topic for one in said[:place] if one[0].direction == DOWN
                }


def test_the_clearest_sign_has_no_equal() -> None:
    cell = open_cell("ml-1m", folder())
    person = next(iter(people(cell).values()))
    known = person.counts
    low = np.flatnonzero(person.sides == -1).tolist()

    def sayable(about: str, value: str) -> bool:
        return about == "category"

    names = [known.names[trait] for trait in known.traits_of(person.codes[low])[1].tolist()]
    ((about, value), number) = max(
        ((name, names.count(name)) for name in names if name[0] == "category"),
        key=lambda one: one[1],
    )
    details = (
        Fact("shown", about, value, number, len(low), 0.0, DOWN),
        Fact("shown", about, value, 0, 1, 0.0, UP),
    )
    fact = Fact("contrast", about, value, number, len(low), 0.1, DOWN, details=details)
    assert plain.leads_alone(person, fact, [], low, sayable)
    fewer = replace(fact, value="Another", details=(replace(details[0], count=2), details[1]))
    assert not plain.leads_alone(person, fewer, [], low, sayable)


def test_a_decade_that_fills_the_list_is_said() -> None:
    cell = open_cell("ml-1m", folder())
    person = next(iter(people(cell).values()))
    known = person.counts
    # All films of this source are of one decade, so nothing is far above what is usual.
    assert known.codes["decade"].keys() == {"1990s"}
    likes, lows = (np.flatnonzero(person.sides == side).tolist() for side in (1, -1))
    assert plain.decades(person, likes[:10], lows[:5]) == []
    code = known.codes["decade"]["1990s"]
    rarely = np.array(known.liked)
    rarely[code] //= 4
    seldom = np.array(known.disliked)
    seldom[code] //= 4
    other = replace(person, counts=replace(known, liked=rarely, disliked=seldom))
    (both,) = plain.decades(other, likes[:10], lows[:5])
    assert (both.value, both.count, both.of, both.direction) == ("1990s", 15, 15, 0)
    assert both.base == pytest.approx(15 / 4, abs=0.1)
    only = replace(person, counts=replace(known, disliked=seldom))
    (low,) = plain.decades(only, likes[:10], lows[:5])
    assert (low.count, low.of, low.direction) == (5, 5, DOWN)
    realiser = profiles.realiser_of(cell)
    (one,) = realiser.plan_statements([low])
    assert realiser.sentence(one) == (
        "all 5 listed films that they disliked are from the 1990s (1 expected)."
    )


# -- the order ------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["ml-1m", "anime-2023", "amazon-books", "steam"])
def test_tastes_come_first_and_the_suggestion_last(source: str) -> None:
    cell = open_cell(source, folder())
    realiser = profiles.realiser_of(cell)
    sections = [one.id for one in realiser.form.plan]
    assert sections == ["opening", "profile", "dislikes", "habits", "suggestion"]
    for case in cases(cell):
        niche = any(map(tastes.is_mostly_unknown, case.answer.facts))
        assert case.answer.statements[0].section == ("opening" if niche else "profile")
        order = [sections.index(one.section) for one in case.answer.statements]
        assert order == sorted(order)
        for one in case.answer.statements:
            suggests = one.facts[0].kind == "also_liked" and one.facts[0].direction == UP
            assert (one.section == "suggestion") == suggests
        assert realiser.write(case.answer.statements, cell.draws(0, "again")) == case.answer


def test_every_profile_says_what_its_prompt_asks_for() -> None:
    for source in ("ml-1m", "steam"):
        for case in cases(open_cell(source, folder())):
            facts = [one.facts[0] for one in case.answer.statements]
            named = [fact for fact in facts if fact.kind == "also_liked"]
            assert ("offered" in case.flags) == any(fact.direction == UP for fact in named)
            down = any(fact.direction != UP and fact.kind != "habit" for fact in facts)
            assert ("warned" in case.flags) == down
            # Without a word on what disappoints, there are two tastes, and a work to offer.
            tells = any(
                fact.kind in ("contrast", "risk") or fact.direction == DOWN for fact in facts
            )
            tastes_said = [fact for fact in facts if core.is_taste(fact)]
            assert tells or (len(tastes_said) >= 2 and "offered" in case.flags)


def test_what_is_plain_in_the_list_is_not_passed_over() -> None:
    """Where nearly all displayed dislikes share a kind that few likes have, a statement is about them."""
    seen = 0
    for source in ("ml-1m", "anime-2023"):
        cell = open_cell(source, folder())
        lexicon = profiles.realiser_of(cell).lexicon
        for case in cases(cell):
            liked, disliked = case.works[: case.liked], case.works[case.liked :]
            facts = [fact for fact in case.answer.facts if fact.about in KINDS]
            against = [fact for fact in facts if fact.kind != "shown" and fact.direction == DOWN]
            for name in {name for one in disliked for name in one.categories}:
                low, high = (sum(name in one.categories for one in of) for of in (disliked, liked))
                if not lexicon.is_taste("category", name) or low < 4:
                    continue
                if low / len(disliked) - high / len(liked) >= plain.SETS_APART:
                    seen += 1
                    assert any(
                        sum(fact.value in one.traits(fact.about) for one in disliked) >= 4
                        for fact in facts
                    )
            for fact in against:
                assert any(
                    one.kind == "shown" and one.topic == fact.topic and one.count >= 2
                    for one in case.answer.facts
                )
    assert seen


def test_a_name_is_no_kind() -> None:
    items = [Item("1", "Jaws", ("War",), ()), Item("2", "Heat", ("War",), ())]
    apes = [
        Item("3", "Escape from the Planet of the Apes (1971)", ("War",), ()),
        Item("4", "Beneath the Planet of the Apes (1970)", ("War",), ()),
    ]
    low, all_of = shown("risk", "War", 9, direction=DOWN), np.ones(4, bool)
    assert plain.have_one_name(low, all_of, [*items, *apes], 2)
    assert not plain.have_one_name(low, all_of, [*apes, *items], 2)
    assert not plain.have_one_name(low, np.array([1, 1, 1, 0], bool), [*items, *apes], 2)


def test_two_works_of_a_name_are_no_two_examples() -> None:
    titles = ["Pet Sematary (1989)", "Pet Sematary II (1992)", "Cujo (1983)"]
    items = [Item(str(place), title, ("Horror",), ()) for place, title in enumerate(titles)]
    found = [fact.value for fact in display._titles("work", range(3), items)]
    assert found == [titles[0], titles[2], titles[1]]


def test_a_series_is_no_restatement_of_its_kind() -> None:
    series, kind = shown("series", "Trek", 8, about="series"), shown("share", "Sci-Fi", 9)
    every, few = 0b111111111, 0b000011111
    assert not display._restates(series, few, kind, every)
    assert not display._restates(kind, every, series, few)
    assert display._restates(kind, few, series, few)
    assert display._restates(shown("share", "War", 5), few, kind, every)
