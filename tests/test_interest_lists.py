"""What the displayed likes and dislikes of an interest profile show: contrasts, examples, plain patterns, and the
order in which they are told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from itdr.builders.evidence.facts import DOWN, UP, Fact, z_score
from itdr.builders.evidence.interests import core, display, examples, remainder, tastes
from itdr.builders.evidence.interests.works import KINDS
from itdr.builders.rendering.lexicon_files import load_lexicon
from itdr.builders.rendering.realiser import figures
from itdr.builders.rendering.templates import load_words
from itdr.builders.store.reader import Item
from itdr.builders.tasks.profile_sketch import realiser_of
from tests.interest import (
    cases,
    people,
    question_list,
    require_named,
    shared_cell,
    shown,
)


def test_the_marks_of_all_works_tell_a_contrast() -> None:
    """Works neither liked nor disliked count, too: half of a kind indifferent, none of it liked."""
    cell = shared_cell("ml-1m")
    for person in people(cell).values():
        n, m = person.likes, person.dislikes
        for fact in tastes.facts(person, 1):
            if fact.kind != "contrast":
                continue
            code = person.counts.codes[fact.about][fact.value]
            place = int(np.searchsorted(person.tally.traits, code))
            deviation = person.deviations[place]
            assert (
                fact.direction * deviation > 2
                and person.tally.works[place] >= tastes.MIN_JUDGED_CARRIERS
            )
            likes, dislikes = person.tally.likes[place] / n, person.tally.dislikes[place] / m
            own, other = (likes, dislikes) if fact.direction == UP else (dislikes, likes)
            assert own >= tastes.MIN_CONTRAST_BY_SIDE[fact.direction] * other
            usual = person.counts.share(code, n) if fact.direction == UP else likes
            assert fact.base == usual and fact.count == round(own * fact.of)


def test_only_what_is_disliked_more_often_than_liked_is_said_to_fail() -> None:
    cell = shared_cell("ml-1m")
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


def titles(fact: Fact) -> list[str]:
    """The works that a fact may name, a failed one first."""
    return [one.value for one in fact.details if one.kind == "own"]


TRAITS = (("Action", "Comedy", "Drama", "War"), ("Drama", "War"), ("War", "Western"), ("War",))


def test_examples_are_the_works_of_which_a_trait_says_most() -> None:
    """Few other categories, and named early; three works at most."""
    found = question_list(TRAITS, [()] * 5)
    (war,) = display.shown_facts(found, [shown("share", "War", 15)])
    assert titles(war) == ["Film D", "Film C", "Film B"]


def test_what_is_warned_of_is_no_example() -> None:
    found = question_list(TRAITS, [("Western",)] * 5)
    western = Fact("contrast", "category", "Western", 9, 10, 0.1, DOWN)
    war, against = display.shown_facts(found, [shown("share", "War", 15), western])
    assert titles(war) == ["Film D", "Film B"]
    # A listed like of what is warned of is named before its examples.
    assert titles(against) == ["Film C", "Film E", "Film F", "Film G"]
    # A taste without two other examples is not stated: nobody could act upon it.
    found = question_list([("War", "Western")] * 3 + [("War",), *[()] * 4], [("Western",)] * 5)
    assert [one.value for one in display.shown_facts(found, [shown("share", "War", 15)])] == [
        "Western"
    ]


def test_a_second_taste_has_two_examples_of_its_own() -> None:
    both, war, drama = ("Drama", "War"), ("War",), ("Drama",)
    facts = [shown("share", "War", 15), shown("share", "Drama", 15)]
    found = question_list([both, both, both, war, drama, drama], [()] * 5)
    assert [(one.value, titles(one)) for one in display.shown_facts(found, facts)] == [
        ("War", ["Film D", "Film A", "Film B"]),
        ("Drama", ["Film E", "Film F"]),
    ]
    found = question_list([both, both, both, war, drama], [()] * 5)
    assert [one.value for one in display.shown_facts(found, facts)] == ["War"]


@pytest.mark.parametrize(
    ("lows", "caveat"),
    [
        (0, ", and none of the 5 low ones."),
        (1, ', against 1 of the 5 low ones ("Film K").'),
        (2, ', but also 2 of the 5 low ones ("Film K" and "Film L").'),
        (3, ', but also 3 of the 5 low ones ("Film K", "Film L" and "Film M").'),
        (4, ', but also 4 of the 5 low ones, including "Film K", "Film L" and "Film M".'),
    ],
)
def test_listed_dislikes_of_the_kind_of_a_taste_are_named(lows: int, caveat: str) -> None:
    war = ("War",)
    found = question_list([war] * 10, [war] * lows + [()] * (5 - lows))
    fact = Fact("share", "category", "War", 12, 30, 0.1, UP)
    (told,) = display.shown_facts(found, [fact])
    assert titles(told)[0] == ("Film K" if lows else "Film A")
    realiser = realiser_of(shared_cell("ml-1m"))
    (one,) = realiser.plan_statements([told], {"core"})
    form = replace(one.form, wordings=one.form.wordings[:1])
    sentence = realiser.sentence(replace(one, form=form))
    assert sentence.endswith(caveat)
    assert ("Film K" in sentence) == bool(lows)


def test_a_contrast_names_an_exception() -> None:
    war = ("War",)
    found = question_list([war] * 10, [war, *[()] * 4], [()] * 10, [()] * 15)
    (told,) = display.shown_facts(found, [Fact("contrast", "category", "War", 10, 20, 0.1, UP)])
    assert [(one.count, one.of) for one in told.details if one.kind == "overall"] == [(1, 20)]
    realiser = realiser_of(shared_cell("ml-1m"))
    sentence = realiser.sentence(realiser.plan_statements([told], {"core_line"})[0])
    assert sentence.endswith('1 of the 20 low ones ("Film K").')


@pytest.mark.parametrize(
    ("alone", "record", "is_named"), [(4, 18, True), (3, 19, False), (4, 17, False)]
)
def test_what_many_likes_share_is_not_left_out(alone: int, record: int, is_named: bool) -> None:
    """Four of ten likes to which no named taste applies, and clearly more common than expected."""
    highs = [("War",)] * 3 + [("Drama",)] * alone + [()] * (7 - alone)
    found = question_list(highs, [("Drama",)] * 2 + [()] * 3, (), [("Drama",)] + [()] * 4)
    war = shown("share", "War", 15)
    common = Fact("most", "category", "Drama", record, 30, 0.5, UP)
    assert bool(remainder.left_over(found, [common], [war], [war])) == is_named
    against = replace(common, kind="risk", direction=DOWN)
    assert remainder.left_over(found, [common], [war], [war, against]) == []


def test_what_hardly_any_dislike_has_is_named_though_it_is_usual() -> None:
    highs = [("War",)] * 3 + [("Drama",)] * 4 + [()] * 3
    war = shown("share", "War", 15)
    common = Fact("most", "category", "Drama", 15, 30, 0.5, UP)
    few, enough, many = [()] * 4, [()] * 5, [("Drama",)] * 2 + [()] * 3
    # Of nine dislikes little can be said.
    for lows, more, is_named in ((1, enough, True), (2, many, False), (1, few, False)):
        found = question_list(highs, [("Drama",)] * lows + [()] * (5 - lows), (), more)
        rest = remainder.left_over(found, [common], [war], [war])
        assert bool(rest) == is_named
        # Its dislikes are told: nothing else sets it apart.
        assert all(any(one.kind == "overall" for one in fact.details) for fact in rest)


@pytest.mark.parametrize(("dramas", "is_named"), [(4, True), (2, False)])
def test_a_named_taste_has_as_many_likes_as_an_unnamed_one(dramas: int, is_named: bool) -> None:
    """Two of the dramas are war films; three films are comedies, the last taste named."""
    highs = [("War",)] * 2 + [("Drama", "War")] * (dramas - 2) + [("Drama",)] * 2
    highs += [("Comedy",)] * 3 + [()] * (3 - dramas + 2)
    found = question_list(highs, [("Drama",), *[()] * 4], (), [()] * 5)
    named = [shown("share", "War", 15), shown("share", "Comedy", 9)]
    common = Fact("most", "category", "Drama", 20, 30, 0.5, UP)
    rest = remainder.left_over(found, [common], named, named)
    assert bool(rest) == is_named
    # Its examples are works to which no named taste applies.
    named_works = [name for one in rest for name in titles(one)]
    assert named_works == ["Film K", "Film E", "Film F"] * is_named


def test_a_strong_liking_is_named_after_works_that_another_taste_has_too() -> None:
    """Four war films, all but one of them dramas."""
    highs = [("Drama",)] * 3 + [("Drama", "War")] * 3 + [("War",)] + [()] * 3
    found = question_list(highs, [()] * 5)
    drama = replace(shown("share", "Drama", 15), details=(Fact("own", "work", "Film D"),))
    common = Fact("most", "category", "War", 12, 30, 0.2, UP)
    (rest,) = remainder.left_over(found, [common], [drama], [drama])
    assert sorted(titles(rest)) == ["Film E", "Film F", "Film G"]
    # Of little that is no strong liking nothing is said.
    few = question_list([("Drama",)] * 3 + [("War",)] * 2 + [()] * 5, [()] * 5)
    assert remainder.left_over(few, [common], [drama], [drama]) == []


def test_examples_have_no_other_kind_in_common() -> None:
    """All but the last disliked comedy are horror films."""
    lows = [("Comedy", "Horror")] * 3 + [("Action", "Comedy"), ()]
    found = question_list([()] * 10, lows, [()] * 20)
    (told,) = display.shown_facts(found, [Fact("risk", "category", "Comedy", 4, 10, 0.0, DOWN)])
    assert "Film N" in titles(told)[:2]


def test_little_known_works_are_named_where_the_list_has_some() -> None:
    found = question_list([*[("Drama",)] * 4, ()], [()] * 4)
    likes = np.array([0, 24, 25, 24, *[0] * 5])
    judged = np.array([0, 40, 25, 39, *[0] * 5])
    known = replace(found.person.counts, likes=likes, judged=judged, known=100)
    person = replace(found.person, counts=known)
    found = replace(found, person=person, namesakes=[True, *[False] * 8])
    habit = Fact("habit", "obscure", "", 9, 20, 3.0, UP)
    (told,) = display.shown_facts(found, [habit])
    # A quarter of a well-known work's likes; none that shares its name, or of which nothing is known.
    # Of two with as many likes the one that fewer have judged comes first.
    assert titles(told) == ["Film D", "Film B"]
    realiser = realiser_of(shared_cell("ml-1m"))
    (one,) = realiser.plan_statements([told])
    assert 'ittle-known films such as "Film D" and "Film B"' in realiser.sentence(one)
    assert " 9 of the 20 high ratings" in realiser.sentence(one)
    # Without an example it is not said.
    assert realiser.plan_statements([habit]) == []


def test_a_blend_is_named_after_works_that_are_little_else() -> None:
    blend = Fact("share", "blend", "Comedy + Romance", 15, 30, 0.1, UP)
    light, sad = ("Comedy", "Romance"), ("Comedy", "Drama", "Romance")
    anything = ("Comedy", "Crime", "Drama", "Romance")

    def named(*highs: tuple[str, ...]) -> list[int]:
        found = question_list(highs, [])
        return examples.typical_ones(found, blend, np.ones(len(highs), bool))

    assert named(anything, sad, light, light) == [2, 3]
    assert named(anything, sad, light) == [2, 1]
    assert named(anything, light) == [1]


def test_an_example_is_what_one_expects_of_its_kind() -> None:
    """Comedies are romances more often than action films are, of which hardly one is."""
    action, comedy = ("Action", "Romance"), ("Comedy", "Romance")
    found = question_list([action, comedy], [], [("Action",)] * 5 + [("Comedy",)])
    romance = Fact("share", "category", "Romance", 15, 30, 0.1, UP)
    assert examples.typical_ones(found, romance, np.ones(2, bool)) == [1]


@pytest.mark.parametrize("source", ["ml-1m", "anime-2023", "amazon-books", "steam"])
def test_what_is_left_out_is_of_a_kind_that_was_warned_of(source: str) -> None:
    for case in cases(shared_cell(source)):
        said = [one.facts for one in case.answer.statements]
        for place, (first, *details) in enumerate(said):
            if first.kind == "also_liked" and first.direction == DOWN:
                assert details[0].topic in {
                    one[0].topic for one in said[:place] if one[0].direction == DOWN
                }


# -- the order ------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["ml-1m", "anime-2023", "amazon-books", "steam"])
def test_tastes_come_first_and_the_suggestion_last(source: str) -> None:
    cell = shared_cell(source)
    realiser = realiser_of(cell)
    sections = [one.id for one in realiser.form.plan]
    assert sections == ["opening", "profile", "dislikes", "habits", "suggestion"]
    for case in cases(cell):
        niche = any(map(tastes.is_mostly_unknown, case.answer.facts))
        assert case.answer.statements[0].section == ("opening" if niche else "profile")
        order = [sections.index(one.section) for one in case.answer.statements]
        assert order == sorted(order)
        for one in case.answer.statements:
            assert (one.section == "suggestion") == (one.facts[0].kind == "also_liked")
        assert realiser.write(case.answer.statements, cell.draws(0, "again")) == case.answer


def test_every_profile_says_what_its_prompt_asks_for() -> None:
    for source in ("ml-1m", "steam"):
        for case in cases(shared_cell(source)):
            facts = [one.facts[0] for one in case.answer.statements]
            named = [fact for fact in facts if fact.kind == "also_liked"]
            assert ("offered" in case.flags) == any(fact.direction == UP for fact in named)
            # Only kinds are said to disappoint, not what reviews complain of.
            down = any(
                fact.direction != UP and fact.about in KINDS and fact.kind != "shown"
                for fact in facts
            )
            assert ("warned" in case.flags) == down
            # Without a word on what disappoints, there are two tastes, and a work to offer.
            tells = any(
                fact.kind in ("contrast", "risk")
                or (fact.direction == DOWN and fact.kind != "shown")
                for fact in facts
            )
            tastes_said = [fact for fact in facts if core.is_taste(fact)]
            assert tells or (len(tastes_said) >= 2 and "offered" in case.flags)


def test_two_works_of_a_name_are_no_two_examples() -> None:
    titles = ["Pet Sematary (1989)", "Pet Sematary II (1992)", "Cujo (1983)"]
    items = [Item(str(place), title, ("Horror",), ()) for place, title in enumerate(titles)]
    found = [fact.value for fact in examples.titles_of("work", range(3), items)]
    assert found == [titles[0], titles[2], titles[1]]


def test_a_series_is_no_restatement_of_its_kind() -> None:
    series, kind = shown("series", "Trek", 8, about="series"), shown("share", "Sci-Fi", 9)
    every, few = 0b111111111, 0b000011111
    assert not display._restates(series, few, kind, every)
    assert not display._restates(kind, every, series, few)
    assert display._restates(kind, few, series, few)
    assert display._restates(shown("share", "War", 5), few, kind, every)


@pytest.mark.parametrize("source", ["ml-1m", "anime-2023", "steam"])
def test_no_category_of_the_list_goes_unnamed(source: str) -> None:
    cell = shared_cell(source)
    checked, _ = require_named(cell, cases(cell))
    assert checked


@pytest.mark.parametrize("source", ["ml-1m", "anime-2023", "steam"])
def test_what_sets_works_apart_is_seen_in_two_of_the_list(source: str) -> None:
    """Each contrast, and each reason against works, applies to two listed works of its side, or more."""
    seen = 0
    for case in cases(shared_cell(source)):
        sides = {UP: case.works[: case.liked], DOWN: case.works[case.liked :]}
        for fact, *details in (one.facts for one in case.answer.statements if one.facts):
            if fact.about not in KINDS or not (fact.kind == "contrast" or core.is_reason(fact)):
                continue
            listed = next(
                one.count
                for one in details
                if (one.kind, one.topic, one.direction) == ("shown", fact.topic, fact.direction)
            )
            seen += 1
            assert listed >= 2, (case.user, fact)
            if fact.about == "category":
                works = sides[fact.direction]
                assert listed == sum(fact.value in one.categories for one in works)
    assert seen


def test_a_listed_like_of_what_is_warned_of_is_named() -> None:
    war = ("War",)
    found = question_list([war] * 1 + [()] * 9, [war] * 3 + [()] * 2)
    warning = Fact("risk", "category", "War", 9, 20, 0.1, DOWN)
    (told,) = display.shown_facts(found, [warning])
    realiser = realiser_of(shared_cell("ml-1m"))
    sentence = realiser.sentence(realiser.plan_statements([told], set())[0])
    assert '"Film K", "Film L" and "Film M"' in sentence
    assert sentence.endswith(', although this viewer liked "Film A".')
    none = question_list([()] * 10, [war] * 3 + [()] * 2)
    (told,) = display.shown_facts(none, [warning])
    assert "although" not in realiser.sentence(realiser.plan_statements([told], set())[0])


def test_of_two_equal_tastes_the_commoner_one_comes_first() -> None:
    war, drama = shown("share", "War", 13), shown("share", "Drama", 15)
    drama = replace(drama, base=0.2)
    assert z_score(war) > z_score(drama)
    for facts in ([war, drama], [drama, war]):
        assert [one.value for one in core.chosen_tastes(facts)] == ["Drama", "War"]
    far = replace(drama, base=0.3)
    assert [one.value for one in core.chosen_tastes([war, far])] == ["War", "Drama"]


def test_a_new_work_is_no_example_of_little_known_ones() -> None:
    """It has few fans so far."""
    found = question_list([("1970s",), ("1990s",), ("1970s",)], [()] * 4, about="decade")
    items = [replace(item, categories=("Drama",)) for item in found.items]
    known = replace(found.person.counts, likes=np.zeros(7, np.int64), known=100)
    person = replace(found.person, counts=known, active=2001)
    found = replace(found, person=person, items=items)
    habit = Fact("habit", "obscure", "", 9, 20, 3.0, UP)
    assert set(titles(display.shown_facts(found, [habit])[0])) == {"Film A", "Film C"}
    later = replace(found, person=replace(person, active=2030))
    assert "Film B" in titles(display.shown_facts(later, [habit])[0])


def test_a_further_reason_holds_without_the_works_of_the_first() -> None:
    both, war, drama, none = ("Drama", "War"), ("War",), ("Drama",), ()
    facts = [shown("risk", name, 8, direction=DOWN) for name in ("War", "Drama")]
    # All dramas that failed are war films.
    found = question_list([none] * 10, [both, both, war, none, none], [none] * 20, [none] * 25)
    assert [one.value for one in display.shown_facts(found, facts)] == ["War"]
    # Four more dramas failed, one of them listed; two are too few beside a drama that pleased.
    for more, likes, reasons in ((3, 0, 2), (1, 1, 1), (0, 1, 1)):
        rest = [drama] * more + [none] * (25 - more)
        pleased = [drama] * likes + [none] * (20 - likes)
        found = question_list([none] * 10, [both, war, war, drama, none], pleased, rest)
        assert len(display.shown_facts(found, facts)) == reasons, (more, likes)


def test_a_reason_applies_to_one_dislike_in_eight() -> None:
    war = ("War",)
    for count, is_said in ((5, True), (4, False)):
        found = question_list([()] * 10, [war, war, (), (), ()], [()] * 30, [()] * 35)
        reason = Fact("risk", "category", "War", count, 40, 0.0, DOWN)
        assert bool(display.shown_facts(found, [reason])) == is_said


def test_who_dislikes_much_is_told_what_fails() -> None:
    war = ("War",)
    for dislikes, is_said in ((30, True), (29, False)):
        lows = [war] * 4 + [()] * (dislikes - 9)
        found = question_list([war, *[()] * 9], [war, war, (), (), ()], [()] * 30, lows)
        assert [one.value for one in display.shown_facts(found, [])] == ["War"] * is_said


def test_all_exceptions_are_named_those_of_the_kind_before_all_else_first() -> None:
    fact = Fact("share", "category", "War", 12, 30, 0.1, UP)
    for low in (("Action", "War", "Crime", "Drama"), ("Action", "Drama", "War")):
        found = question_list(
            [("War",)] * 10, [low, ("War",), *[()] * 3], [("Crime", "Drama")] * 20
        )
        (told, *_) = display.shown_facts(found, [fact])
        assert titles(told)[:2] == ["Film L", "Film K"], low
    # A warning names what there is.
    both = ("Action", "Drama", "War")
    found = question_list([()] * 10, [both, both, (), (), ()], [()] * 20)
    (told,) = display.shown_facts(found, [Fact("risk", "category", "War", 4, 10, 0.0, DOWN)])
    assert titles(told) == ["Film K", "Film L"]
