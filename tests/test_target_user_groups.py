"""What makes a case of target user identification: each condition at its edge."""

from __future__ import annotations

from typing import Any

import pytest

from itdr.builders.evidence.aspect_words import AspectWords
from itdr.builders.evidence.comments import Comment
from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.rendering.realiser import Statement
from itdr.builders.tasks import target_user_groups as groups

WORDS = AspectWords(
    polarity={"grievance": ("too small",), "denial": ("not",)},
    lists={"common_faults": ("stability",)},
)


def work(number: int = 0, kind: str = "also_liked", k: int = 9, n: int = 12) -> Fact:
    return Fact(kind, "work", f"Work {number}", k, n, 4.0, UP)


def trait(about: str = "category", value: str = "Horror", k: int = 9, n: int = 12) -> Fact:
    return Fact("liked_if", about, value, k, n, 4.0, UP)


def quoted(about: str, value: str, direction: int = UP) -> Fact:
    return Fact("aspect", about, value, direction=direction, quote=f"Good for {value}")


def group(*facts: Fact) -> Statement:
    return Statement(None, groups.GROUPS, facts)  # type: ignore[arg-type]


def against(*facts: Fact) -> Statement:
    return Statement(None, groups.NOT_FOR, facts)  # type: ignore[arg-type]


OWN = group(Fact("own", "price", "low", 3, 30, direction=UP))
ASPECT = group(quoted("aspect", "service"))
SERIES = group(work(1, "series"), work(2, "series"))
FLAW = Statement(None, "warning", (quoted("flaw", "stability", DOWN),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("statements", "enough"),
    [
        # One group stands alone if three works tell it, or a maker and two works.
        ([group(work(1), work(2), work(3))], True),
        ([group(work(1), work(2))], False),
        ([group(trait("creator"), work(1), work(2))], True),
        ([group(trait("creator"), work(1))], False),
        # Two groups, of three facts together.
        ([group(trait()), group(work(1), work(2))], True),
        ([group(trait()), group(work(1))], False),
        # Whom it does not suit is a group, too.
        ([group(work(1), work(2)), against(trait("age", "18-24"))], True),
        # One sentence of a review is little beside a fault; beside a group that is warned it is enough.
        ([group(quoted("wish", "tea")), against(quoted("aspect", "plot", DOWN)), FLAW], False),
        ([group(quoted("wish", "tea")), against(quoted("audience", "men", DOWN)), FLAW], True),
        # What the item's own fields say counts for nothing.
        ([group(trait()), group(work(1)), OWN], False),
        ([group(work(1), work(2), trait()), OWN], False),
        # Two quotations are enough; what everybody cares about is no group of its own.
        ([group(quoted("wish", "tea")), group(quoted("wish", "pie"))], True),
        ([group(quoted("wish", "tea")), ASPECT], True),
        ([ASPECT, group(quoted("aspect", "decor"))], False),
        ([group(quoted("wish", "tea"))], False),
        ([], False),
    ],
)
def test_what_is_enough_where_people_judge(statements: list[Statement], enough: bool) -> None:
    assert groups.are_enough(statements, is_rated=True) == enough


@pytest.mark.parametrize(
    ("lead", "enough"),
    [
        (work(1, "also_taken", 4, 12), True),
        (work(1, "also_taken", 3, 12), False),
        (work(1, "also_taken", 100, 300), True),
        (work(1, "also_taken", 99, 300), False),
    ],
)
def test_a_single_group_of_takers_needs_a_third_of_them(lead: Fact, enough: bool) -> None:
    statements = [group(lead, work(2, "also_taken"), work(3, "also_taken"))]
    assert groups.are_enough(statements, is_rated=False) == enough
    assert groups.has_main_group(statements, is_rated=True)


@pytest.mark.parametrize(
    ("kind", "k", "enough"),
    [
        ("same_taken", 3, True),
        ("same_taken", 2, False),
        ("taken_with", 4, True),
        ("taken_with", 3, False),
    ],
)
def test_a_single_topic_of_takers_needs_a_quarter_or_a_third(
    kind: str, k: int, enough: bool
) -> None:
    found = [group(Fact(kind, "category", "Sports", k, 12, 1.0, UP))]
    assert groups.has_main_group(found, is_rated=False) == enough


def test_takers_of_the_items_own_topic_alone_restate_it() -> None:
    own = [group(Fact("same_taken", "category", name, 9, 12, 2.0, UP)) for name in "ABC"]
    other = group(Fact("taken_with", "category", "D", 9, 12, 2.0, UP))
    assert not groups.are_enough(own, is_rated=False)
    assert groups.are_enough([*own, other], is_rated=False)
    assert groups.are_enough(own, is_rated=True)
    # Two works are no more; three are.
    several = [work(number, "also_taken") for number in range(3)]
    assert not groups.are_enough([*own, group(*several[:2])], is_rated=False)
    assert groups.are_enough([*own, group(*several)], is_rated=False)


def test_a_part_without_cases_takes_items_of_several_groups_or_works() -> None:
    assert groups.are_many([group(trait()), OWN])
    assert groups.are_many([group(work(1))])
    assert groups.are_many([group(work(1, "series"))])
    assert not groups.are_many([group(trait())])
    assert not groups.are_many([OWN, OWN])
    assert not groups.are_many([ASPECT, ASPECT])
    assert not groups.are_many([])


def test_names_and_lists() -> None:
    assert groups.is_list(group(work(1))) and not groups.is_named(group(work(1)))
    assert groups.is_named(SERIES) and not groups.is_list(SERIES)
    assert groups.is_named(group(trait())) and groups.is_named(group(quoted("wish", "tea")))
    assert not groups.is_named(ASPECT) and not groups.is_named(OWN)


def test_facts_are_counted_once_and_details_of_the_item_not() -> None:
    assert groups.solid([group(work(1), work(2)), group(work(2), work(3)), OWN]) == 3


@pytest.mark.parametrize(
    ("text", "verdict", "quote", "overlooked"),
    [
        ("It is too small.", 1, "", True),
        ("It is too small.", 1, "It is too small", False),
        ("It is not too small.", 1, "", False),
        ("It is fine.", 1, "", False),
        # Somebody disliked it, whatever they say.
        ("It is fine.", -1, "", True),
        ("It is fine.", -1, "Somebody else's complaint", True),
    ],
)
def test_a_complaint_is_quoted_or_the_item_makes_no_case(
    text: str, verdict: int, quote: str, overlooked: bool
) -> None:
    said: list[Any] = [group(trait())]
    if quote:
        said.append(against(Fact("aspect", "flaw", "too small", direction=DOWN, quote=quote)))
    found = groups.overlook_complaint(said, [Comment(0, verdict, text)], WORDS)
    assert found == overlooked


def test_that_most_people_like_it_is_said_beside_followers_of_its_series_alone() -> None:
    general = group(Fact("reception", "general", "", 80, 100, 50.0, UP))
    named = group(Fact("kin", "series", "Work", 1, 1, 0.0, UP), work(1, "series"))
    for found in ([SERIES, general], [named, general]):
        assert groups.asked_for(found, WORDS) == found
        assert groups.are_enough(found, is_rated=True)
    assert groups.asked_for([SERIES, group(trait()), general], WORDS) == [SERIES, group(trait())]


def test_who_likes_it_least_is_said_with_how_few_like_it() -> None:
    few = Statement(None, groups.NOT_FOR, (Fact("reception", "panned", "", 12, 40, 20.0, DOWN),))  # type: ignore[arg-type]
    cold = Fact("liked_if", "seldom_category", "War", 2, 25, 9.0, DOWN)
    suited, young = group(trait()), against(Fact("liked_if", "age", "18-24", 3, 12, 6.0, DOWN))
    assert groups.asked_for([suited, few, young], WORDS) == [suited, few, young]
    # Whoever likes it no less than all do is not warned.
    like_all = against(Fact("liked_if", "age", "18-24", 6, 20, 9.0, DOWN))
    assert groups.asked_for([suited, few, like_all], WORDS) == [suited, few]
    first, joined = groups.asked_for([suited, few, against(cold)], WORDS)
    assert first == suited
    assert joined.section == groups.NOT_FOR and joined.facts == (*few.facts, cold)
    assert groups.warns_a_group(joined) and not groups.warns_a_group(few)


def test_few_people_who_hardly_like_a_genre_are_warned_only_beside_its_fans() -> None:
    war = group(Fact("liked_if", "category", "War", 20, 30, 15.0, UP))
    for people, beside, said in (
        (24, war, True),
        (24, group(trait()), False),
        (25, group(trait()), True),
    ):
        cold = against(Fact("liked_if", "seldom_category", "War", 2, people, 9.0, DOWN))
        assert (cold in groups.asked_for([beside, cold], WORDS)) is said


def test_what_one_review_praises_is_no_group_where_most_dislike_the_item() -> None:
    panned = Statement(None, groups.NOT_FOR, (Fact("reception", "panned", "", 12, 40, 20.0, DOWN),))  # type: ignore[arg-type]
    praise = group(quoted("audience", "children"))
    assert groups.asked_for([group(trait()), praise], WORDS) == [group(trait()), praise]
    assert groups.asked_for([group(trait()), praise, panned], WORDS) == [group(trait()), panned]


def test_who_likes_an_item_least_is_told_with_all_but_not_with_the_others() -> None:
    cold = against(Fact("liked_if", "seldom_series", "One", 2, 30, 9.0, DOWN))
    for about, joined in (("panned", True), ("general", False)):
        lead = Fact("reception", about, "", 12, 40, 20.0, DOWN)
        received = Statement(None, groups.RECEIVED, (lead,))  # type: ignore[arg-type]
        found = groups.asked_for([group(trait()), received, cold], WORDS)
        assert (cold in found) is not joined
        assert [len(one.facts) for one in found if one.facts[0] == lead] == [1 + joined]


def test_a_group_is_not_told_twice_by_a_genre_and_part_of_it() -> None:
    romantic = group(Fact("kin", "blend", "Comedy + Romance", 3, 3, 0.0, UP), work(1), work(2))
    comedies = group(Fact("kin", "category", "Comedy", 3, 3, 0.0, UP), work(3), work(4))
    dramas = group(Fact("kin", "category", "Drama", 3, 3, 0.0, UP), work(3), work(4))
    assert groups.asked_for([romantic, comedies], WORDS) == [romantic]
    assert groups.asked_for([comedies, romantic], WORDS) == [comedies]
    assert groups.asked_for([romantic, dramas], WORDS) == [romantic, dramas]


def test_an_answer_rests_on_more_than_single_reviews_where_tags_are_known() -> None:
    words = AspectWords(tagged={"calm": ("Relaxing",)}, lists={"hints": ("bought it for my",)})
    tagged = group(quoted("aspect", "calm"), Fact("own", "tag", "Relaxing", direction=UP))
    alone = group(quoted("aspect", "story"))
    gift = group(Fact("aspect", "audience", "children", direction=UP, quote="Bought it for my son"))
    for said, founded in (
        ([alone], False),
        ([alone, tagged], False),
        ([alone, group(trait())], True),
        ([gift, tagged], False),
        ([tagged, group(trait())], True),
    ):
        assert groups.is_founded(said, [], words) == founded
        assert groups.is_founded(said, [], WORDS)


def test_an_answer_says_something_of_all_whom_a_comment_names_where_tags_are_known() -> None:
    words = AspectWords(tagged={"calm": ("Relaxing",)}, audiences={"children": ("kids",)})
    kids = group(Fact("aspect", "audience", "children", direction=UP, quote="My kids love it"))
    for text, said, founded in (
        ("My kids love it", [group(trait())], False),
        ("My kids love it", [group(trait()), kids], True),
        ("We love it", [group(trait())], True),
    ):
        assert groups.is_founded(said, [Comment(0, 1, text)], words) == founded


def test_a_series_and_nothing_else_is_told_apart() -> None:
    assert groups.tell_series_alone([SERIES])
    assert not groups.tell_series_alone([SERIES, group(trait())])
    # That most people like it says of nobody in particular that they do.
    general = group(Fact("reception", "general", "", 80, 100, 50.0, UP))
    assert groups.tell_series_alone([SERIES, general])
    assert not groups.tell_series_alone([SERIES, group(trait()), general])
    assert not groups.tell_series_alone([SERIES, against(trait("age", "18-24"))])
    # Nor is more said by those who did not like its other parts.
    cold = (("seldom_series", "Work"), ("seldom_work", SERIES.facts[0].value))
    for about, value in cold:
        unmoved = against(Fact("liked_if", about, value, 2, 20, 9.0, DOWN))
        assert groups.tell_series_alone([SERIES, unmoved])
    other = against(Fact("liked_if", "seldom_work", "Another", 2, 20, 9.0, DOWN))
    assert not groups.tell_series_alone([SERIES, other])
    assert not groups.tell_series_alone([group(trait())]) and not groups.tell_series_alone([])


def test_what_warns_everybody_is_said_where_it_says_something() -> None:
    divided, lukewarm = (
        Statement(None, groups.RECEIVED, (Fact("reception", about, "", 12, 30, 6.0, side),))  # type: ignore[arg-type]
        for about, side in (("divided", 0), ("lukewarm", DOWN))
    )
    flaw, crash = (
        Statement(None, "warning", (quoted("flaw", name, DOWN),))  # type: ignore[arg-type]
        for name in ("scent", "stability")
    )
    suited = group(trait())
    warned = against(Fact("liked_if", "age", "18-24", 3, 12, 6.0, DOWN))
    for said, kept in (
        # That opinions differ warns nobody, unlike that fewer than half of all like it.
        ([suited, divided], [suited]),
        ([suited, warned, divided], [suited, warned, divided]),
        ([suited, lukewarm], [suited, lukewarm]),
        ([suited, warned, lukewarm], [suited, warned, lukewarm]),
        ([suited, warned, warned, lukewarm], [suited, warned, warned]),
        # Two groups are warning enough.
        ([suited, warned, warned, divided], [suited, warned, warned]),
        # A complaint that names no group stands beside one that does, unless nobody would like it.
        ([suited, flaw], [suited]),
        ([suited, warned, flaw], [suited, warned, flaw]),
        ([suited, crash], [suited, crash]),
    ):
        found = groups.asked_for(said, WORDS)
        assert found == kept
        # Whoever asks who should avoid it gets an answer.
        assert groups.warns(found) == (found != [suited])


@pytest.mark.parametrize(
    ("lead", "k", "kept"),
    [
        # A part of a series or a group that was counted is another reason.
        (Fact("kin", "series", "Rocky", 1, 1, 0.0, UP), 12, True),
        (trait(), 12, True),
    ],
)
def test_a_group_of_one_work_needs_clearly_more_likes_than_expected(
    lead: Fact, k: int, kept: bool
) -> None:
    kind = "series" if lead.about == "series" else "also_liked"
    only = Fact(kind, "work", "Work", k, 20, 10.0, UP)
    assert bool(groups.asked_for([group(lead, only)], WORDS)) == kept
    assert groups.asked_for([group(lead, only, only)], WORDS)


@pytest.mark.parametrize(("k", "kept"), [(13, True), (12, False)])
def test_a_list_of_one_work_needs_as_many(k: int, kept: bool) -> None:
    only = Fact("also_liked", "work", "Work", k, 20, 10.0, UP)
    assert bool(groups.asked_for([group(only)], WORDS)) == kept
