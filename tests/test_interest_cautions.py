"""How strongly an interest profile warns of a kind, and what it concedes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests import display, tastes
from itdr.builders.rendering.realiser import Statement
from itdr.builders.tasks.profile_sketch import realiser_of
from tests.interest import question_list, shared_cell

WAR, NONE = ("War",), ()


@pytest.mark.parametrize(
    ("lows", "highs", "usual", "kind"),
    [
        # 40% of the likes, clearly more than expected: hit or miss.
        (30, 20, 0.36, "divided"),
        (30, 20, 0.37, "listed"),
        # Twice as common among the dislikes: only if it is more than a fifth more common than expected.
        (40, 20, 0.33, "divided"),
        (40, 20, 0.34, "listed"),
        # What few dislikes have in common divides nobody.
        (9, 6, 0.01, None),
        # Less than one and a half times as common among the dislikes.
        (29, 20, 0.4, None),
        (29, 20, 0.6, None),
        # Hardly liked: a plain warning, whatever is expected.
        (30, 2, 0.01, "listed"),
        (30, 8, 0.01, "divided"),
        # Four times as common among the dislikes is no matter of luck, however few are expected to like it.
        (32, 8, 0.01, "listed"),
    ],
)
def test_a_caution_is_as_strong_as_its_numbers(
    lows: int, highs: int, usual: float, kind: str | None
) -> None:
    """Of 50 dislikes and 50 likes."""
    high, low = ([WAR] * k + [NONE] * (50 - k) for k in (highs, lows))
    person = question_list(high, low).person
    counts = person.counts
    counts.cache["share", counts.codes["category"]["War"], counts._step(50)] = usual
    found = tastes.common_dislike(person, "category", "War")
    assert (found and found.kind) == kind


def caution(kind: str, lows: int, highs: int, expected: float) -> str:
    """The sentence on war films, of which so many of 30 dislikes and of 130 likes are."""
    realiser = realiser_of(shared_cell("ml-1m"))
    form = next(
        one
        for one in realiser.form.statements.values()
        if one.id in ("choosy", "divides") and kind in one.when.kinds
    )
    fact = Fact(kind, "category", "War", lows, 30, highs / 130, DOWN)
    details = (
        Fact("shown", "category", "War", 2, 5, 0.0, DOWN),
        Fact("shown", "category", "War", 1, 10, 0.0, UP),
        Fact("overall", "category", "War", highs, 130, expected, UP),
        Fact("own", "title", "Film A"),
        Fact("own", "work", "Film B"),
    )
    said = {
        realiser.sentence(Statement(replace(form, wordings=(one,)), "dislikes", (fact, *details)))
        for one in form.wordings
    }
    return " / ".join(sorted(said))


def test_what_is_nearly_absent_from_the_likes_is_not_for_this_user() -> None:
    """Less than a quarter of what is expected is liked, and a quarter of the dislikes are of the kind."""
    assert "not for this viewer" in caution("risk", 8, 1, 8.0)
    assert "not for this viewer" in caution("risk", 14, 1, 8.0)
    for lows, highs, expected in ((14, 2, 8.0), (7, 1, 8.0), (14, 1, 4.0)):
        said = caution("risk", lows, highs, expected)
        assert "not for" not in said and "less likely to please" in said


def test_a_greater_number_is_told_as_the_smaller_share_that_it_is() -> None:
    said = caution("risk", 10, 40, 30.0)
    assert "10 of the 30 low ratings, but a smaller share of the high ones (40 of 130)" in said
    assert "smaller share" not in caution("risk", 10, 9, 30.0)


def test_what_is_hit_or_miss_is_never_only() -> None:
    for lows, highs, expected, words in (
        (10, 40, 9.0, "hit or miss"),
        (10, 20, 18.0, "less reliable than other films"),
        # Twice as many are liked as expected.
        (10, 20, 9.0, "hit or miss"),
        (12, 10, 9.0, "less reliable than other films"),
        (14, 10, 9.0, "miss more often than they hit"),
    ):
        said = caution("divided", lows, highs, expected)
        assert words in said and "only" not in said and "careful" not in said


def test_the_best_liked_exception_is_conceded_first() -> None:
    """Of two that are nothing else; one of many kinds comes after them."""
    found = question_list([WAR, WAR, *[NONE] * 8], [WAR, WAR, *[NONE] * 3], [NONE] * 30)
    reason = Fact("risk", "category", "War", 9, 30, 0.0, DOWN)
    marks = np.zeros(len(found.person.codes))
    for best in (0, 1):
        given = marks.copy()
        given[best] = 5
        person = replace(found.person, judged=found.person.codes, marks=given)
        (told,) = display.shown_facts(replace(found, person=person), [reason])
        titles = [one.value for one in told.details if one.about == "title"]
        assert titles == ["Film A", "Film B"][:: 1 - 2 * best]


def test_a_slight_caution_gives_way_to_a_great_one() -> None:
    drama = ("Drama",)
    lows = [WAR, WAR, WAR, drama, drama]
    for dramas, said in ((5, ["War"]), (6, ["War", "Drama"])):
        more = [WAR] * 9 + [drama] * (dramas - 2)
        more += [NONE] * (25 - len(more))
        found = question_list([NONE] * 10, lows, [NONE] * 30, more)
        facts = [
            Fact("risk", "category", "War", 12, 30, 0.0, DOWN),
            Fact("risk", "category", "Drama", dramas, 30, 0.0, DOWN),
        ]
        assert [one.value for one in display.shown_facts(found, facts)] == said
