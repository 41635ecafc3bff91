"""What is plain to see in the listed likes and dislikes is spoken of: at, below and above each threshold."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from itdr.builders.evidence import significance
from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests import display, tastes, visible_patterns
from itdr.builders.evidence.interests.works import KINDS
from itdr.builders.store.reader import Item
from itdr.builders.tasks import profile_sketch
from itdr.builders.tasks.profile_sketch import realiser_of
from tests.interest import (
    Traits,
    cases,
    folder,
    open_cell,
    question_list,
    shared_cell,
)

WAR, DRAMA, NONE = ("War",), ("Drama",), ()


def some(number: int, *of: Traits, total: int) -> list[Traits]:
    """So many works with these traits, the others without any."""
    return [*of * number, *[NONE] * (total - number)]


def against(value: str, direction: int = DOWN) -> Fact:
    return Fact("risk", "category", value, 6, 20, 0.1, direction)


@pytest.mark.parametrize(
    ("lows", "highs", "of", "is_plain"),
    [
        (3, 3, 10, True),
        (2, 1, 10, False),
        (2, 0, 10, True),
        (1, 0, 10, False),
        (3, 4, 10, False),
        (5, 10, 10, True),
        (4, 8, 10, True),
        (4, 9, 10, False),
    ],
)
def test_what_most_dislikes_share_is_spoken_of(
    lows: int, highs: int, of: int, is_plain: bool
) -> None:
    """Three of five, and twice as common as among the likes; four of five, and as common as among the likes; or two that
    no like is like."""
    found = question_list(some(highs, WAR, total=of), some(lows, WAR, total=5))
    pattern = visible_patterns.unspoken_pattern(found, [])
    assert (pattern is not None) == is_plain
    if pattern is not None:
        gap = Fraction(lows, 5) - Fraction(highs, of)
        assert pattern == ("category", "War", lows, highs, gap)
        # Said, or as much said of others.
        assert visible_patterns.unspoken_pattern(found, [against("War")]) is None
        assert visible_patterns.unspoken_pattern(found, [against("Drama")]) == pattern


@pytest.mark.parametrize(
    ("highs", "lows", "usual", "is_plain"),
    [
        (4, 0, 0.3, True),
        # Two of a rare kind that nobody dislikes are plain, too.
        (2, 0, 0.02, True),
        (2, 0, 0.1, False),
        (2, 1, 0.02, False),
        # Three of ten that nobody dislikes, or one and they are twice as many as usual; four, whoever dislikes them.
        (3, 0, 0.23, True),
        (3, 0, 0.24, False),
        (3, 1, 0.15, True),
        (3, 1, 0.16, False),
        (4, 1, 0.1, True),
        (4, 2, 0.1, True),
        # Four that hardly any dislike is like are named however usual that is.
        (4, 1, 0.33, True),
        (4, 2, 0.33, False),
        (3, 0, 0.33, False),
    ],
)
def test_what_many_likes_and_few_dislikes_share_is_named(
    highs: int, lows: int, usual: float, is_plain: bool
) -> None:
    """Four of ten, a quarter more than usual, and half as common among the dislikes."""
    works = [*some(highs, WAR, total=8), DRAMA, DRAMA]
    found = question_list(works, some(lows, WAR, total=5))
    codes, cache = found.person.counts.codes["category"], found.person.counts.cache
    cache["share", codes["War"], 0] = usual
    drama, war = (Fact("share", "category", value, direction=UP) for value in ("Drama", "War"))
    assert visible_patterns.passes_over_liking(found, [drama]) == is_plain
    assert not visible_patterns.passes_over_liking(found, [drama, war])
    # What is said of another trait counts if all its works have that, and so do mixed results.
    both = question_list([("Drama", "War")] * 4 + [NONE] * 6, [NONE] * 5)
    assert not visible_patterns.passes_over_liking(both, [drama])
    assert visible_patterns.passes_over_liking(both, [replace(drama, direction=DOWN)])
    most = question_list([("Drama", "War")] * 3 + [WAR] + [NONE] * 6, [NONE] * 5)
    assert visible_patterns.passes_over_liking(most, [drama])
    assert not visible_patterns.passes_over_liking(most, [drama, replace(war, direction=0)])


def test_a_second_taste_has_no_fewer_likes_than_one_that_is_not_named() -> None:
    """Of three war films one is disliked: they are no strong liking, but two comedies are fewer."""
    comedy, others = ("Comedy",), [NONE] * 17
    for number, passes in ((2, True), (3, False)):
        likes = [*[WAR] * 3, *[comedy] * number, *[DRAMA] * 4, *[NONE] * (3 - number)]
        found = question_list(likes, [WAR, *[NONE] * 9], others, others)
        cache, codes = found.person.counts.cache, found.person.counts.codes["category"]
        cache["share", codes["War"], 0] = 0.2
        named = [Fact("share", "category", one, direction=UP) for one in ("Drama", "Comedy")]
        assert visible_patterns.passes_over_liking(found, named) == passes


def test_another_list_is_drawn_where_an_answer_would_pass_over_something(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = {case.user for case in cases(shared_cell("steam"))}
    monkeypatch.setattr(profile_sketch, "MAX_LISTS", 1)
    # With options of its own: what is said of a user is kept for the same ones.
    once = {case.user for case in cases(open_cell("steam", folder(), text_chars=799))}
    assert once < drawn


def test_a_taste_covers_a_pattern_only_with_its_caveat() -> None:
    found = question_list([NONE] * 10, some(3, WAR, total=5))
    taste = against("War", UP)
    assert visible_patterns.unspoken_pattern(found, [taste]) is not None
    warned = replace(taste, details=(Fact("own", "title", "Film K"),))
    assert visible_patterns.unspoken_pattern(found, [warned]) is None
    assert visible_patterns.unspoken_pattern(found, [against("War", 0)]) is None


@pytest.mark.parametrize(("lows", "is_plain"), [(3, False), (4, True)])
def test_a_maker_is_a_pattern_only_of_nearly_all(lows: int, is_plain: bool) -> None:
    found = question_list([NONE] * 10, some(lows, WAR, total=5), about="creator")
    assert (visible_patterns.unspoken_pattern(found, []) is not None) == is_plain


def test_two_dislikes_show_no_pattern() -> None:
    assert visible_patterns.unspoken_pattern(question_list([NONE] * 5, [WAR, WAR]), []) is None


def test_the_plainest_pattern_comes_first() -> None:
    both = ("Drama", "War")
    found = question_list([DRAMA, *[NONE] * 9], [both, both, both, WAR, NONE])
    assert [one.value for one in found.patterns] == ["War", "Drama"]
    found = question_list([WAR, *[NONE] * 9], [both, both, both, NONE, NONE])
    assert [one.value for one in found.patterns] == ["Drama", "War"]
    barred = replace(found, is_sayable=lambda about, value: value != "Drama")
    assert [one.value for one in barred.patterns] == ["War"]


@pytest.mark.parametrize(
    ("lows", "highs", "fewest"), [(4, 5, 4), (4, 6, 2), (3, 0, 2), (5, 7, 4), (5, 8, 2)]
)
def test_where_nearly_all_share_a_trait_reasons_are_about_as_many(
    lows: int, highs: int, fewest: int
) -> None:
    """Four of five, and three tenths more common than among the likes, or more."""
    found = question_list(some(highs, WAR, total=10), some(lows, WAR, total=5))
    gap = Fraction(lows, 5) - Fraction(highs, 10)
    assert visible_patterns.required_of_reasons(found) == (Fraction(3, 4) * gap, fewest)


@pytest.mark.parametrize(("dramas", "alone"), [(0, True), (1, False), (2, True)])
def test_the_clearest_sign_has_no_equal(dramas: int, alone: bool) -> None:
    """As many dislikes, and three quarters of the gap: .4 against .4, .3 or .2."""
    both = ("Drama", "War")
    lows = [both, both, NONE, NONE, NONE] if dramas else [WAR, WAR, DRAMA, NONE, NONE]
    found = question_list(some(dramas, DRAMA, total=10), lows)
    assert visible_patterns.leads_alone(found, against("War")) == alone


def test_a_reason_is_as_plain_as_the_plainest() -> None:
    """Three quarters of the greatest gap: .6 against .8."""
    both = ("Drama", "War")
    lows = [both, both, both, WAR, NONE]
    facts = [against("War"), against("Drama")]
    more = some(2, DRAMA, total=20)
    few = question_list([NONE] * 10, [both, both, both, WAR, DRAMA], [NONE] * 20, more)
    assert {one.value for one in display.shown_facts(few, facts)} == {"War", "Drama"}
    # Nearly all are war films: nothing that fewer share is a reason.
    shown = question_list([NONE] * 10, lows, [NONE] * 20, [NONE] * 20)
    assert [one.value for one in display.shown_facts(shown, facts)] == ["War"]


@pytest.mark.parametrize(
    ("record", "reason"), [((8, 1), True), ((6, 1), False), ((9, 0), True), ((0, 9), False)]
)
def test_a_pattern_is_a_reason_where_the_record_bears_it_out(
    record: tuple[int, int], reason: bool
) -> None:
    """Of 30 dislikes and 30 likes in all: so many more dislikes than likes that chance hardly brings them."""
    lows, highs = record
    found = question_list(
        [NONE] * 10,
        some(3, WAR, total=5),
        some(6 + highs - 3, WAR, total=20),
        some(5 + lows - 4, WAR, total=25),
    )
    facts = display.shown_facts(found, [])
    low, high = 8 + lows - 4, 6 + highs - 3
    assert bool(facts) == reason == (significance.more_common(low, 30, high, 30) <= 0.05)
    # Nobody is expected to like war films here, so those that are liked speak for them.
    assert [(one.kind, one.topic, one.direction, one.count, one.of, one.base) for one in facts] == [
        ("listed", ("category", "War"), DOWN, low, 30, high / 30)
    ] * reason


@pytest.mark.parametrize(
    ("lows", "highs", "of", "kind"),
    [(5, 9, 120, "listed"), (5, 9, 600, "listed"), (5, 10, 600, None), (5, 21, 600, None)],
)
def test_what_is_mostly_liked_is_no_reason_to_warn(
    lows: int, highs: int, of: int, kind: str | None
) -> None:
    """Twice as many likes as dislikes, or more; of more than four to one nothing is said."""
    found = question_list(
        [*some(1, WAR, total=4), *[NONE] * 6],
        some(4, WAR, total=5),
        some(highs - 1, WAR, total=of - 10),
        some(lows - 4, WAR, total=15),
    )
    fact = tastes.common_dislike(found.person, "category", "War")
    assert (fact and fact.kind) == kind


# -- names ----------------------------------------------------------------------------------------


def test_a_name_is_no_kind() -> None:
    titles = (
        "Jaws",
        "Heat",
        "Escape from the Planet of the Apes (1971)",
        "Beneath the Planet of the Apes",
    )
    items = [Item(str(place), title, WAR, ()) for place, title in enumerate(titles)]
    found = replace(question_list([WAR, WAR], [WAR, WAR]), items=items)
    assert visible_patterns.have_one_name(against("War"), found)
    assert not visible_patterns.have_one_name(against("War", UP), found)
    turned = replace(found, items=items[::-1])
    assert not visible_patterns.have_one_name(against("War"), turned)
    assert visible_patterns.have_one_name(against("War", UP), turned)
    everyday = replace(found, common_words=frozenset({"beneath", "escape", "planet"}))
    assert not visible_patterns.have_one_name(against("War"), everyday)
    single = replace(question_list([WAR, WAR], [WAR, NONE]), items=items)
    assert not visible_patterns.have_one_name(against("War"), single)


@pytest.mark.parametrize("source", ["ml-1m", "amazon-books", "steam"])
def test_no_answer_passes_over_a_plain_pattern(source: str) -> None:
    cell, seen = shared_cell(source), 0
    lexicon = realiser_of(cell).lexicon
    for case in cases(cell):
        liked, disliked = case.works[: case.liked], case.works[case.liked :]
        told = [one.facts for one in case.answer.statements if one.facts[0].about in KINDS]
        about_lows = [
            first
            for first, *rest in told
            if first.direction != UP or any(one.about == "title" for one in rest)
        ]
        covered = max(
            (
                sum(one.value in (*work.traits(one.about), *work.categories) for work in disliked)
                for one in about_lows
            ),
            default=0,
        )
        for name in {name for one in disliked for name in one.categories}:
            low, high = (sum(name in one.categories for one in of) for of in (disliked, liked))
            plain = 5 * low >= 3 * len(disliked) and low * len(liked) >= 2 * high * len(disliked)
            if plain and len(disliked) >= 3 and lexicon.is_taste("category", name):
                seen += 1
                assert covered >= low, (case.user, name)
    assert seen


def liking(value: str, count: int, about: str = "category") -> Fact:
    return Fact("share", about, value, count, 30, 0.1, UP)


@pytest.mark.parametrize(("count", "k", "lows", "missed"), [
    (9, 6, 2, True), (10, 6, 2, False), (9, 5, 2, False), (10, 6, 3, True), (10, 3, 3, False),
])  # fmt: skip
def test_a_small_taste_is_not_the_only_one_beside_a_wide_kind(
    count: int, k: int, lows: int, missed: bool
) -> None:
    """Fewer than 10 of 30 likes; more than five of ten listed likes, and a smaller share of the dislikes. What most of both
    have in common is spoken of in any case."""
    highs = [*[WAR] * 2, *some(k, DRAMA, total=8)]
    found = question_list(highs, some(lows, DRAMA, total=5))
    found.person.counts.cache["share", found.person.counts.codes["category"]["Drama"], 0] = 0.9
    assert visible_patterns.passes_over_liking(found, [liking("War", count)]) == missed
    assert not visible_patterns.passes_over_liking(
        found, [liking("War", count), liking("Drama", 20)]
    )


@pytest.mark.parametrize(("k", "usual", "missed"), [(6, 30, True), (5, 20, False), (7, 36, False)])
def test_the_decade_of_nearly_all_likes_is_spoken_of(k: int, usual: int, missed: bool) -> None:
    """Six of ten, twice as many as usual, whatever the dislikes are from."""
    old = ("1980s",)
    found = question_list(
        some(k, old, total=10), [old] * 5, about="decade", usual={"1980s": (usual, usual)}
    )
    assert visible_patterns.passes_over_liking(found, []) == missed
    named = Fact("shown", "decade", "1980s", direction=UP)
    assert not visible_patterns.passes_over_liking(found, [named])


def test_a_maker_is_no_taste_where_a_kind_may_explain_it() -> None:
    """All of the maker's works that are listed are of one category: it is named, or there is another list."""
    found = question_list([("Maker",)] * 3 + [NONE] * 7, [NONE] * 5, about="creator")
    maker = liking("Maker", 20, "creator")
    for second, missed in ((WAR, True), (DRAMA, False)):
        kinds = [WAR, second, WAR, *[DRAMA] * 12]
        items = [Item(str(k), f"Film {k}", kind, ()) for k, kind in enumerate(kinds)]
        listed = replace(found, items=items)
        assert visible_patterns.passes_over_liking(listed, [maker]) == missed
