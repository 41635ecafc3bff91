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
        # One and a half times as common among the dislikes: however much it is liked besides.
        (30, 20, 0.36, "listed"),
        # But what is liked more than expected is no risk for few dislikes.
        (9, 6, 0.01, None),
        # Less than one and a half times as common among the dislikes.
        (29, 20, 0.4, None),
        (29, 20, 0.6, None),
        # Hardly liked: a plain warning, whatever is expected.
        (30, 2, 0.01, "listed"),
        # Four times as common among the dislikes is no matter of luck, however few they are.
        (8, 2, 0.01, "listed"),
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
        if one.id == "choosy" and kind in one.when.kinds
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
        assert "not for" not in said and said.startswith("Be careful with war films")


def test_a_greater_number_is_told_as_the_smaller_share_that_it_is() -> None:
    said = caution("risk", 10, 40, 30.0)
    assert "10 of the 30 low ratings, but a smaller share of the high ones (40 of 130)" in said
    assert "smaller share" not in caution("risk", 10, 9, 30.0)


def test_a_weak_case_is_called_less_likely_to_please() -> None:
    """Less than twice as common among the dislikes; from there on, a reason for care."""
    assert "less likely to please" in caution("risk", 10, 22, 9.0)
    said = caution("risk", 10, 21, 9.0)
    assert said.startswith("Be careful with war films") and "likely" not in said


def test_what_dominates_has_mixed_results_or_misses_more_often_than_it_hits() -> None:
    realiser = realiser_of(shared_cell("ml-1m"))
    form = realiser.form.statements["field"]
    for highs, lows, words in (
        (20, 20, "with mixed results"),
        (20, 29, "with mixed results"),
        (20, 30, "but miss more often than they hit"),
        (30, 10, "though they do not always please"),
    ):
        fact = Fact("share", "category", "War", highs, 40, 0.1)
        low = Fact("overall", "category", "War", lows, 40, 0.0, DOWN)
        seen = (Fact("shown", "category", "War"),) * 2
        said = realiser.sentence(Statement(form, "profile", (fact, *seen, low)))
        assert words in said
        # Of what is half of neither side something is said only if it misses.
        assert tastes.tells_of_misses(replace(fact, count=19), low) == (lows >= 28.5)


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
