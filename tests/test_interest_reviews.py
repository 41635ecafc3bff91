"""What an interest profile takes from the reviews of a user."""

from __future__ import annotations

from dataclasses import replace

import pytest

from itdr.builders.evidence.comments import Comment
from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests import display, opinions
from itdr.builders.rendering.lexicon_files import load_lexicon
from itdr.builders.rendering.templates import load_words
from itdr.builders.tasks.profile_sketch import realiser_of
from tests.interest import cases, question_list, shared_cell


def said(*reviews: tuple[str, int], domain: str = "businesses") -> list[Fact]:
    words = load_lexicon(domain, load_words(domain)).aspects
    comments = [Comment(k, side, text) for k, (text, side) in enumerate(reviews)]
    return opinions.opinions(comments, words)


def test_opinions_count_the_reviews_of_a_side() -> None:
    praise = ("The service was great. We will be back.", UP), ("The staff was friendly.", UP)
    other = ("We sat outside for an hour.", UP)
    assert said(*praise, other) == []
    (fact,) = said(*praise, praise[1], other, other)
    assert (fact.value, fact.direction, fact.count, fact.of) == ("service", UP, 3, 5)
    assert fact.quote == "The service was great"
    assert [one.quote for one in fact.details] == ["The staff was friendly"]
    assert opinions.is_shared(fact)
    # Three of six are no three fifths.
    assert said(*praise, praise[1], other, other, other) == []


def test_what_is_praised_here_and_blamed_there_is_no_taste() -> None:
    good, bad = ("The service was great.", UP), ("The service was slow.", DOWN)
    assert len(said(good, good, good)) == len(said(bad, bad, bad)) == 1
    assert said(good, good, good, bad) == said(good, bad, bad, bad) == []


def test_all_of_the_complaints_must_be_about_it() -> None:
    bad, other = ("The story is boring.", DOWN), ("Refunded.", DOWN)
    (fact,) = said(bad, bad, bad, domain="games")
    assert (fact.value, fact.count, fact.of) == ("story", 3, 3)
    assert said(bad, bad, other, domain="games") == said(bad, bad, domain="games") == []


@pytest.mark.parametrize(
    ("domain", "text", "value"),
    [
        ("games", "Crashes all the time.", "stability"),
        ("games", "The controls are terrible.", "controls"),
        ("book_reviews", "Full of errors.", "accuracy"),
        ("book_reviews", "Dull from the start.", "hold"),
    ],
)
def test_what_anybody_would_complain_of_is_said_only_if_all_complain(
    domain: str, text: str, value: str
) -> None:
    (fact,) = said(*[(text, DOWN)] * 3, domain=domain)
    assert (fact.value, fact.count, fact.of) == (value, 3, 3)
    assert said(*[(text, DOWN)] * 2, ("Not for me.", DOWN), domain=domain) == []


def test_a_fault_that_everybody_minds_is_not_said() -> None:
    words = load_lexicon("games", load_words("games")).aspects
    (crash,) = said(*[("Crashes all the time.", DOWN)] * 3, domain="games")
    (combat,) = said(*[("The combat is terrible.", DOWN)] * 3, domain="games")
    praise = Fact("aspect", "aspect", "music", 3, 5, 0.0, UP, "The music is great")
    stable = replace(crash, direction=UP)
    told = [praise, stable, crash, combat]
    assert opinions.without_common_faults(told, words) == [praise, stable, combat]


def test_no_list_is_shown_of_which_all_complaints_go_unsaid() -> None:
    """Where all listed complaints are of what nobody likes, others are listed."""
    cell, reviewed = shared_cell("steam"), 0
    words = realiser_of(cell).lexicon.aspects
    for case in cases(cell):
        comments = [
            Comment(k, UP if k < case.liked else DOWN, text)
            for k, text in enumerate(case.texts)
            if text
        ]
        found = opinions.opinions(comments, words)
        assert opinions.without_common_faults(found, words) == found, case.user
        reviewed += bool(found)
    assert reviewed


@pytest.mark.parametrize(
    ("domain", "text", "words"),
    [
        ("games", "The combat is great.", "This player praises the combat in all 3"),
        ("games", "Great with friends.", "so this player seems to like playing with friends"),
        ("book_reviews", "Clear and warm.", "This reader praises the writing in all 3"),
        ("book_reviews", "A gift for my son, who loved it.", "so part of this taste may be his"),
    ],
)
def test_what_is_said_of_reviews_fits_their_words(domain: str, text: str, words: str) -> None:
    source = {"games": "steam", "book_reviews": "amazon-books"}[domain]
    realiser = realiser_of(shared_cell(source))
    (statement,) = realiser.plan_statements(said(*[(text, UP)] * 3, domain=domain))
    assert words in realiser.sentence(statement)


def test_whom_a_book_does_not_suit_is_a_complaint_whatever_is_praised() -> None:
    gift, bad = ("A gift for my son, who loved it.", UP), ("Not for children.", DOWN)
    (fact,) = (
        one
        for one in said(gift, gift, gift, bad, bad, bad, domain="book_reviews")
        if one.direction == DOWN
    )
    assert (fact.about, fact.value, fact.count, fact.of) == ("audience", "children", 3, 3)
    assert fact.quote == "Not for children"


@pytest.mark.parametrize("text", ["We knew the service was great but left.", "the service was gr…"])
def test_parts_of_sentences_are_no_opinions(text: str) -> None:
    assert said((text, UP)) == []


def test_three_reviews_tell_for_whom_somebody_chooses() -> None:
    praise, other = ("Great with friends.", UP), ("A long and quiet game.", UP)
    assert said(other, praise, praise, domain="games") == []
    (fact,) = said(other, praise, praise, praise, domain="games")
    assert (fact.about, fact.value, fact.count, fact.of) == ("audience", "friends", 3, 4)
    assert fact.quote == "Great with friends"


def test_three_complaints_tell_for_whom_a_game_must_work() -> None:
    bored, other = ("My kids were bored.", DOWN), ("Not for me.", DOWN)
    assert said(bored, bored, other, domain="games") == []
    (fact,) = said(bored, bored, bored, domain="games")
    assert (fact.about, fact.value, fact.direction) == ("audience", "children", DOWN)
    assert (fact.count, fact.of) == (3, 3)


def test_empty_servers_are_no_complaint_about_playing_together() -> None:
    (fact,) = said(*[("Empty servers.", DOWN)] * 3, domain="games")
    assert fact.value == "servers"
    lexicon = load_lexicon("games", load_words("games"))
    assert lexicon.forms_of("aspect", fact.value)["fault"] == "empty servers"


def test_one_review_tells_no_taste() -> None:
    assert said(("The service was slow.", DOWN), ("Nice view of the lake.", DOWN)) == []


def test_nobody_complains_of_what_they_liked() -> None:
    assert said(("The service was slow.", UP), ("The service was great.", DOWN)) == []


def test_half_of_all_reviews_tell_of_whom_somebody_thinks() -> None:
    love, bored = ("My kids love it.", UP), ("My kids were bored.", DOWN)
    others = [("A long and quiet game.", UP)] * 3 + [("Not for me.", DOWN)]
    facts = said(love, love, bored, bored, *others, domain="games")
    (fact,) = (one for one in facts if one.about == "audience")
    assert (fact.value, fact.count, fact.of, fact.direction) == ("children", 4, 8, 0)
    realiser = realiser_of(shared_cell("steam"))
    (statement,) = realiser.plan_statements([fact])
    assert realiser.sentence(statement) == (
        'children come up in 4 of the 8 reviews shown ("My kids love it", "My kids were bored"), so games for this '
        "player should suit them, too."
    )
    few = said(love, bored, bored, *others, *others, domain="games")
    assert not any(one.about == "audience" for one in few)
    # What all complaints say is more.
    (fact,) = said(love, bored, bored, bored, domain="games")
    assert fact.direction == DOWN


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("Bought this book for my husband.", True),
        ("A gift for my son, who loved it.", True),
        ("My kids love it.", False),
        ("Read it for my own pleasure.", False),
    ],
)
def test_a_gift_is_told_from_a_choice_of_ones_own(text: str, given: bool) -> None:
    words = load_lexicon("book_reviews", load_words("book_reviews")).aspects
    assert opinions.is_for_others(Comment(1, UP, text), words, "gifts") == given


def test_a_gift_is_no_example_of_a_taste() -> None:
    films = [("War",)] * 4
    shown = question_list(films, [("Drama",)], films * 4, [("Drama",)] * 9)
    taste = Fact("contrast", "category", "War", 20, 20, 0.3, UP)

    def examples(*gifts: int) -> set[str]:
        given = [place in gifts for place in range(len(shown.places))]
        told = display.shown_facts(replace(shown, gifts=given), [taste])
        return {one.value for fact in told for one in fact.details if one.about == "work"}

    titles = [one.title for one in shown.items]
    assert examples(0, 1) == set(titles[2:4])
    assert examples(0, 1, 2) == set() != examples()
