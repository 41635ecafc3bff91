"""Which taste of an interest profile comes first, and blends of two categories."""

from __future__ import annotations

import itertools
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from itdr.builders.core.rng import HashRng
from itdr.builders.evidence.facts import DOWN, UP, Fact, z_score
from itdr.builders.evidence.interests import core, counts, tastes
from itdr.builders.evidence.interests.works import KINDS, blends
from itdr.builders.evidence.traits import PLUS
from itdr.builders.evidence.verdicts import DISLIKE
from itdr.builders.rendering.lexicon_files import load_lexicon
from itdr.builders.rendering.realiser import Statement
from itdr.builders.rendering.template_files import BUILT_IN
from itdr.builders.rendering.templates import load_words
from itdr.builders.tasks import profile_claims, profile_sketch
from itdr.builders.tasks.profile_sketch import TASTES_SECTION, realiser_of
from tests.interest import cases, people, question_list, shared_cell, shown


def taste(value: str, count: int, base: float, kind: str = "share", of: int = 100) -> Fact:
    return Fact(kind, "category", value, count, of, base, UP)


def test_tastes_come_in_the_order_of_their_distance_from_expectation() -> None:
    assert z_score(taste("War", 26, 0.2)) == 1.5
    assert z_score(Fact("era", "decade", "1950s", 30, 100, 20.0, UP)) == 2.5
    assert z_score(taste("War", 26, 0.0)) == z_score(taste("War", 100, 1.0)) == 0
    comedies, children = taste("Comedy", 56, 0.34), taste("Children's", 29, 0.07)
    # 22 points each.
    assert core.by_strength([comedies, children]) == [children, comedies]
    # A blend is told after its categories, but before other tastes that are weaker.
    blend = Fact("share", "blend", "Children's + Comedy", 40, 100, 0.05, UP)
    assert core.by_strength([blend, comedies]) == [comedies, blend]
    assert core.by_strength([taste("War", 30, 0.1), blend]) == [blend, taste("War", 30, 0.1)]


def test_a_small_taste_gives_way_to_one_of_twice_as_many_likes() -> None:
    war = taste("War", 32, 0.05)
    for other, leads in (
        (taste("Drama", 64, 0.4), True),
        (taste("Drama", 63, 0.4), False),
        # 1.46 times as many as expected.
        (taste("Drama", 64, 0.44), False),
    ):
        assert core.by_strength([war, other])[0] == (other if leads else war)
    # A third of the likes is no small taste.
    assert core.by_strength([taste("War", 34, 0.05), taste("Drama", 70, 0.4)])[0].value == "War"


def test_a_second_taste_is_well_above_expectation() -> None:
    """1.3 times as many as expected, and two standard deviations."""
    first = shown("share", "War", 20)
    for count, of, base, is_second in (
        (13, 30, 0.25, True),
        # A standard deviation is 2.4.
        (12, 30, 0.25, False),
        # 1.28 times, and 3.7 of them.
        (320, 800, 0.3125, False),
        (330, 800, 0.3125, True),
    ):
        second = replace(shown("share", "Drama", 12), count=count, of=of, base=base)
        assert core.chosen_tastes([first, second]) == [first, second][: 1 + is_second]


def test_a_contrast_says_more_than_a_share_of_the_same_trait() -> None:
    share, contrast = taste("War", 40, 0.1), taste("War", 40, 0.12, "contrast")
    drama = taste("Drama", 60, 0.31)
    assert core.by_strength([share, drama, contrast]) == [contrast, share, drama]


def test_what_leads_is_a_third_of_the_likes_or_far_more_than_expected() -> None:
    for count, base, leads in (
        (34, 0.2, True),
        (33, 0.2, False),
        (30, 0.1, True),
        (29, 0.1, False),
    ):
        one = taste("War", count, base)
        assert core.by_strength([one]) == [one] * leads
        # Of the listed likes as well.
        assert core.can_lead(one, 4, 10) == (count >= 3 * 100 * base or 4 * 3 >= 10)
        assert core.can_lead(one, 3, 10) == (count >= 3 * 100 * base)
    mixed = replace(taste("War", 60, 0.1), direction=0)
    assert not core.can_lead(mixed, 6, 10)


def test_what_leads_is_a_fifth_of_the_likes() -> None:
    rare, common = taste("Film-Noir", 19, 0.01), taste("Drama", 60, 0.45)
    assert core.by_strength([rare, common]) == [common, rare]
    assert core.by_strength([rare]) == []
    assert core.by_strength([replace(rare, count=20), common])[0].value == "Film-Noir"


@pytest.mark.parametrize(
    ("count", "base", "named"),
    [(63, 0.5, True), (62, 0.5, False), (44, 0.35, True), (43, 0.35, False), (30, 0.1, True)],
)
def test_a_taste_is_clearly_more_common_than_expected(count: int, base: float, named: bool) -> None:
    """A quarter more, and eight percentage points."""
    most = taste("Drama", count, base, "most")
    assert core.is_nameable(most) == named
    # What is merely the commonest trait leads only if it is far above what is expected.
    leads = named and count >= 1.4 * base * 100
    assert core.by_strength([most]) == [most] * leads


def test_a_decade_that_also_displeases_is_no_taste() -> None:
    mixed = Fact("era", "decade", "1950s", 30, 100, 10.0, 0)
    assert not core.is_nameable(mixed) and core.is_nameable(replace(mixed, direction=UP))
    assert core.is_nameable(replace(mixed, kind="share", about="category", base=0.1))


@pytest.mark.parametrize(
    ("k", "against", "of", "is_named"),
    [(10, 0, 8, True), (9, 0, 8, False), (10, 3, 8, True), (10, 4, 8, False), (10, 2, 2, True)],
)
def test_the_commonest_category_is_named_only_if_it_tells_something(
    k: int, against: int, of: int, is_named: bool
) -> None:
    """10 of 20 where 6 are expected lie 1.95 standard deviations above that, 9 of 20 less than 1.6."""
    tally = SimpleNamespace(traits=np.array([0]), likes=np.array([k]), dislikes=np.array([against]))
    known = SimpleNamespace(
        kinds=np.array([KINDS.index("category")]),
        names=[("category", "War")],
        share=lambda trait, likes: 0.3,
    )
    person: Any = SimpleNamespace(counts=known, tally=tally, likes=20, dislikes=of)
    assert [fact.value for fact in tastes.commonest(person)] == ["War"] * is_named


def test_what_somebody_strict_likes_is_not_called_mixed() -> None:
    """10 of 20 where 4 are expected: of 50 dislikes 15 are more than the likes, 17 do not tell it apart."""
    for against in (15, 17):
        tally = SimpleNamespace(
            traits=np.array([0]), likes=np.array([10]), dislikes=np.array([against])
        )
        known = SimpleNamespace(
            kinds=np.array([KINDS.index("category")]),
            names=[("category", "War")],
            share=lambda trait, likes: 0.2,
        )
        person: Any = SimpleNamespace(counts=known, tally=tally, likes=20, dislikes=50)
        assert not list(tastes.commonest(person, safer=True))


def test_what_displeases_as_often_as_it_pleases_is_called_mixed() -> None:
    mixed = 0
    for person in people(shared_cell("ml-1m")).values():
        for fact in tastes.facts(person, 1):
            if fact.kind == "share":
                has = person.carries(fact) & (person.sides == DISLIKE)
                against = int(has.sum())
                as_often = against * person.likes >= fact.count * person.dislikes
                as_often &= against >= tastes.MIN_CARRIERS
                # Where all works please, so do these.
                as_often &= fact.count < 3 * against
                assert not (as_often and fact.direction), (fact, against)
                mixed += as_often
    assert mixed


def test_no_more_than_two_tastes_are_named_beside_safe_and_dividing_ones() -> None:
    war, drama, comedy = (shown("share", one, 15) for one in ("War", "Drama", "Comedy"))
    again = shown("contrast", "War", 15)
    reason = shown("risk", "Horror", 9, direction=DOWN)
    assert core.chosen_tastes([war, again, drama, comedy, reason]) == [war, drama, reason]
    safe, line = shown("contrast", "Comedy", 10, other=1), shown("contrast", "Comedy", 10, other=2)
    assert core.chosen_tastes([war, drama, safe]) == [war, drama, safe]
    assert core.chosen_tastes([war, drama, replace(line, count=9)]) == [war, drama]
    series = shown("series", "Trek", 9, about="series")
    assert core.chosen_tastes([war, drama, series]) == [war, drama, series]
    # Of two that are not alike the one that exceeds what is expected by more comes first.
    rare = replace(comedy, count=7, base=0.02)
    assert core.chosen_tastes([war, rare]) == [rare, war]
    assert core.chosen_tastes([war, replace(rare, count=5)]) == [war, replace(rare, count=5)]
    assert core.chosen_tastes([war, replace(rare, base=0.05)]) == [war, replace(rare, base=0.05)]


@pytest.mark.parametrize(
    ("count", "low", "is_safe"),
    [(10, 1, True), (9, 1, False), (10, 0, True), (20, 2, True), (19, 2, False)],
)
def test_a_safe_kind_is_hardly_ever_disliked(count: int, low: int, is_safe: bool) -> None:
    """Ten times as many likes as dislikes."""
    assert core.is_safe(shown("contrast", "War", count, other=low)) == is_safe


@pytest.mark.parametrize(("of", "is_safe"), [(10, True), (9, False)])
def test_a_safe_kind_is_rare_among_few_dislikes(of: int, is_safe: bool) -> None:
    """Few dislikes show nothing."""
    fact = shown("contrast", "War", 10, other=1)
    low = replace(fact.details[2], of=of)
    assert core.is_safe(replace(fact, details=(*fact.details[:2], low))) == is_safe


def test_an_answer_begins_with_what_the_list_shows() -> None:
    assert core.flags([shown("share", "War", 15)]) == {"core"}
    assert core.flags([shown("contrast", "War", 15)]) == {"core_line"}
    assert core.flags([shown("most", "War", 15)]) == {"mainstay"}
    assert core.flags([]) == core.flags([shown("share", "War", 9)]) == set()
    # 35% of the likes, and two fifths of the listed ones.
    assert core.flags([replace(shown("share", "War", 12), of=34)]) == {"core"}
    assert core.flags([replace(shown("share", "War", 12), of=35)]) == set()


@pytest.mark.parametrize(
    ("first", "second", "flags"),
    [
        (30, 30, {"two", "equal"}),
        (30, 27, {"two", "nearly"}),
        (30, 26, {"two", "nearly"}),
        (30, 25, set()),
        (30, 22, {"weaker"}),
    ],
)
def test_a_second_taste_is_called_as_strong_as_it_is(
    first: int, second: int, flags: set[str]
) -> None:
    """What exceeds the expected ten by four fifths as much is nearly as strong."""
    facts = [
        replace(shown("share", name, 15), count=count, of=100)
        for name, count in (("War", first), ("Drama", second))
    ]
    assert core.flags(facts) == flags


def test_a_mixed_taste_is_none_of_two() -> None:
    war, mixed = shown("share", "War", 15), shown("share", "Horror", 15, direction=0)
    mixed = replace(mixed, base=0.25)
    # What nearly all is of comes before any taste within it.
    assert core.flags([war, replace(mixed, count=15)]) == {"core", "field"}
    assert core.flags([replace(war, count=14), replace(mixed, count=14)]) == {"core"}
    # A third of the likes is enough for what is three times as common as expected.
    small = shown("share", "War", 10)
    assert "field" in core.flags([small, replace(mixed, count=10, base=1 / 9)])
    assert "field" not in core.flags([small, replace(mixed, count=9, base=0.1)])
    # But not if a taste is commoner.
    assert "field" not in core.flags([war, replace(mixed, count=10, base=1 / 9)])
    # It never leads.
    assert core.chosen_tastes([mixed, war]) == [war, mixed]
    assert core.chosen_tastes([replace(mixed, count=14)]) == []
    # What nearly all is of stands alone, if something is found that separates its hits from its misses.
    assert core.chosen_tastes([replace(mixed, count=23)]) == [replace(mixed, count=23)]


@pytest.mark.parametrize(
    ("against", "of", "direction"),
    [(9, 22, UP), (10, 20, 0), (4, 9, UP), (5, 9, 0), (2, 4, UP), (3, 4, 0)],
)
def test_a_taste_tells_likes_from_dislikes(against: int, of: int, direction: int) -> None:
    """Its share of the likes, six in ten, is 1.3 times that of five dislikes or more."""
    highs, lows = [("War",)] * 12 + [()] * 8, [("War",)] * against + [()] * (of - against)
    found = question_list(highs, lows, usual={"War": (10, 10)})
    judged = np.arange(20 + of)
    person = replace(
        found.person, judged=judged, marks=np.zeros(20 + of), verdicts=found.person.sides
    )
    cache = person.counts.cache
    cache["share", 0, 0] = 0.1
    (fact,) = [one for one in tastes.facts(person, 1) if one.kind == "share"]
    assert fact.direction == direction


def test_the_greatest_contrast_is_what_separates_likes_from_dislikes() -> None:
    lead = shown("share", "War", 15)
    up, down = shown("contrast", "Drama", 12), shown("contrast", "Horror", 18, direction=DOWN)
    assert "divides_down" in core.flags([lead, up, down])
    assert "divides_up" in core.flags([lead, up])
    # The first taste has a sentence of its own.
    assert not core.flags([up, lead]) & {"divides_up", "divides_down"}
    # A quarter: 8 of 30 are more, 7 of 30 are less.
    for count, divides in ((8, True), (7, False)):
        weak = shown("contrast", "Horror", count, direction=DOWN)
        assert ("divides_down" in core.flags([lead, weak])) == divides
    # Of two in one direction the first is said.
    weak = shown("contrast", "Horror", 9, direction=DOWN)
    assert "divides_down" not in core.flags([lead, weak, down])


def test_answers_open_with_a_taste_and_keep_its_order() -> None:
    cells = [shared_cell(source) for source in ("ml-1m", "steam")]
    plan = realiser_of(cells[0]).form.plan
    openings = next(one.slots[0] for one in plan if one.id == TASTES_SECTION)
    drawn = [cases(cell) for cell in cells]
    assert min(map(len, drawn)) > 20
    ordered = 0
    for case in itertools.chain(*drawn):
        said = [one for one in case.answer.statements if one.section == TASTES_SECTION]
        assert said[0].form.id in openings
        pair = [one.facts[0] for one in said[:2] if core.is_nameable(one.facts[0])]
        words = {one.form.id for one in said[:2]}
        if len(pair) == 2 and words & {"nearly_second", "equal_second", "weaker"}:
            ordered += 1
            first, second = pair[0].count, pair[1].count
            strengths = 100 * z_score(pair[1]), 65 * z_score(pair[0])
            if said[1].form.id == "weaker":
                assert strengths[0] < strengths[1] and second < first
                continue
            assert strengths[0] >= strengths[1]
            assert {
                "nearly_second": 0.8 * first <= second <= first,
                "equal_second": second == first,
            }[said[1].form.id]
    assert ordered


def test_a_blend_is_two_categories_and_said_only_by_its_name() -> None:
    assert blends(["Romance", "Comedy", "War"]) == (
        "Comedy + Romance",
        "Comedy + War",
        "Romance + War",
    )
    assert blends(["War"]) == () and "blend" in KINDS
    lexicon = load_lexicon("films", load_words("films"))
    assert lexicon.forms_of("blend", "Comedy + Romance")["things"] == "romantic comedies"
    assert lexicon.is_taste("blend", "Comedy + Romance")
    assert not lexicon.is_taste("blend", "Western + Zombies")


def test_blends_are_counted_like_categories() -> None:
    cell = shared_cell("ml-1m")
    known = counts.counts(cell.partition)
    codes = known.codes["blend"]
    assert codes
    for name, code in codes.items():
        one, other = (
            set(known.bearers(known.codes["category"][part]).tolist()) for part in name.split(" + ")
        )
        assert set(known.bearers(code).tolist()) == one & other


def test_every_blend_of_the_lexicon_is_spelt_as_the_works_spell_it() -> None:
    for domain in ("films", "anime"):
        terms = load_lexicon(domain, load_words(domain)).terms["blend"]
        written = (BUILT_IN / "lexicon" / f"{domain}.yaml").read_text("utf-8")
        assert len(terms) > 10
        for line in written.splitlines():
            if " + " in line:
                name = line.split('"')[1]
                several = name.split(" + ")
                assert PLUS.join(sorted(several)) == name or "sequels" in name
                assert len(several) > 2 or blends(several) == (name,)


def test_one_small_taste_alone_is_too_little_to_say() -> None:
    """Two fifths of the likes, or something else said of a kind."""
    small, large = shown("share", "War", 11), shown("share", "War", 12)
    habit = Fact("habit", "strict", "", 10, 40, 20.0, DOWN)
    assert profile_claims.is_thin([small, habit]) and not profile_claims.is_thin([large, habit])
    assert not profile_claims.is_thin([small, shown("risk", "Drama", 9, DOWN)])


def test_an_answer_has_one_unit() -> None:
    """Shares, or counts throughout where some number is too small for a share."""
    realiser = realiser_of(shared_cell("ml-1m"))
    habit = Fact("habit", "strict", "", 40, 200, 90.0, DOWN)
    for against, unit in ((20, "%"), (9, " of the 100 ")):
        low = Fact("overall", "category", "War", against, 80, 0.0, DOWN)
        listed = (Fact("shown", "category", "War", 5, 10, 0.0, UP), replace(low, kind="shown"))
        titles = tuple(Fact("own", "work", title) for title in ("Film A", "Film B"))
        war = replace(taste("War", 50, 0.1, "contrast"), details=(*listed, low, *titles))
        statements = realiser.plan_statements([war, habit], core.flags([war]))
        text = realiser.write(statements, HashRng(0)).text
        assert unit in text
        assert ("%" in text) == (unit == "%")
        assert (" 40 of the 200 " in text) == (unit != "%")


def test_figures_have_a_say_in_the_wording() -> None:
    """The same facts are said in the same words, others about the same taste in others."""
    realiser = realiser_of(shared_cell("ml-1m"))
    said = set()
    for count in range(60, 80):
        fact = taste("War", count, 0.1)
        (form,) = [one for one in realiser.form.statements.values() if one.id == "core"]
        titles = tuple(Fact("own", "work", title) for title in ("Film A", "Film B"))
        listed = (Fact("shown", "category", "War", 5, 10), Fact("shown", "category", "War", 0, 5))
        statement = Statement(form, TASTES_SECTION, (fact, *listed, *titles))
        text = realiser.sentence(statement)
        assert text == realiser.sentence(statement)
        said.add(text.replace(str(count), ""))
    assert len(said) == len(form.wordings)


@pytest.mark.parametrize(("expected", "gone"), [(25.0, "Western"), (15.0, "strict")])
def test_the_weakest_of_five_claims_is_left_out(expected: float, gone: str) -> None:
    """The first two tastes and what to avoid stay. Six westerns are twice as many as expected."""
    titles = tuple(Fact("own", "work", f"Film {name}") for name in "ABCDEFGHIJ")

    def told(kind: str, value: str, count: int, place: int, direction: int = UP) -> Fact:
        fact = shown(kind, value, count, direction)
        return replace(fact, details=(*fact.details, *titles[2 * place : 2 * place + 2]))

    facts = [told("share", "War", 15, 0), told("share", "Drama", 12, 1)]
    facts += [told("most", "Western", 6, 2), told("risk", "Horror", 9, 3, DOWN)]
    facts.append(Fact("habit", "strict", "", 10, 30, expected, DOWN))
    subject: Any = SimpleNamespace(realiser=realiser_of(shared_cell("ml-1m")))
    listed = question_list([("Western",), *[()] * 9], [()] * 5)
    kept = profile_sketch._without_weakest(subject, listed, facts, {"core"})
    assert [one for one in facts if one not in kept] == [
        one for one in facts if gone in (one.value, one.about)
    ]
    assert profile_sketch._without_weakest(subject, listed, kept, {"core"}) == kept
