"""What separates the hits from the misses of a kind that an interest profile says has mixed results."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests import core, overlap, separators
from itdr.builders.evidence.interests.question_list import QuestionList
from itdr.builders.rendering.realiser import Statement
from itdr.builders.tasks import profile_claims
from itdr.builders.tasks.profile_sketch import realiser_of
from tests.interest import Traits, question_list, shared_cell

WAR, BOTH, FUN, NONE = ("War",), ("Drama", "War"), ("Drama",), ()
MIXED = Fact("share", "category", "War", 20, 40, 0.3)


def judged(highs: int, lows: int, of_highs: int = 20, of_lows: int = 20) -> QuestionList:
    """Forty likes and forty dislikes, half of each war films, so many of these dramas as well; the list shows them in
    proportion, of the likes two at least."""

    def listed(both: int, whole: int, n: int) -> list[Traits]:
        drama = round(both * n / 2 / whole)
        return [BOTH] * drama + [WAR] * (n // 2 - drama) + [NONE] * (n - n // 2)

    likes, dislikes = listed(highs, of_highs, 10), listed(lows, of_lows, 6)
    more = [
        [BOTH] * (both - had.count(BOTH))
        + [WAR] * (whole - both - had.count(WAR))
        + [NONE] * (40 - whole - had.count(NONE))
        for both, whole, had in ((highs, of_highs, likes), (lows, of_lows, dislikes))
    ]
    return question_list(likes, dislikes, *more)


@pytest.mark.parametrize(
    ("highs", "lows", "direction"),
    [
        (12, 2, UP),
        (2, 12, DOWN),
        # Not twice as common, or fewer than a quarter of that side's.
        (12, 7, None),
        (4, 0, None),
        # Chance does that often enough.
        (6, 3, None),
    ],
)
def test_a_second_trait_separates_hits_from_misses(
    highs: int, lows: int, direction: int | None
) -> None:
    found = separators.separator_of(judged(highs, lows), [MIXED], [])
    assert (found and found.direction) == direction
    if found is None:
        return
    own, other = (highs, lows) if direction == UP else (lows, highs)
    assert (found.kind, found.topic) == ("among", ("category", "Drama"))
    assert (found.count, found.of, found.base) == (own, 20, other / 20)
    kind, opposite, *titles = found.details
    assert kind.topic == MIXED.topic and (opposite.count, opposite.of) == (other, 20)
    assert opposite.direction == -found.direction and titles


def test_only_what_is_said_to_have_mixed_results_is_looked_into() -> None:
    shown = judged(12, 2)
    assert separators.separator_of(shown, [replace(MIXED, direction=UP)], []) is None
    assert separators.separator_of(shown, [replace(MIXED, kind="divided", direction=DOWN)], [])
    # What was said before is not said again.
    drama = Fact("share", "category", "Drama", 12, 40, 0.1, UP)
    assert separators.separator_of(shown, [MIXED, drama], []) is None


def test_what_the_list_does_not_show_separates_nothing() -> None:
    shown = judged(12, 2)
    plain = [place for place in shown.liked if not shown.person.bears(0)[place]]
    assert separators.separator_of(replace(shown, liked=plain[:8]), [MIXED], []) is None


def test_two_categories_that_are_a_taste_separate_by_their_contrast_alone() -> None:
    shown = judged(6, 3)
    both = Fact("share", "blend", "Drama + War", 6, 40, 0.01, UP)
    found = separators.separator_of(shown, [MIXED], [both])
    assert found is not None and (found.topic, found.count) == (("category", "Drama"), 6)


def test_a_separator_is_told_with_both_sides() -> None:
    realiser = realiser_of(shared_cell("ml-1m"))
    for highs, lows, name, words in (
        (
            12,
            2,
            "pleases_within",
            "please more often: they make up 12 of the 20 that this viewer rated highly",
        ),
        (
            0,
            12,
            "fails_within",
            "disappoint more often: they make up 12 of the 20 that this viewer rated poorly",
        ),
    ):
        found = separators.separator_of(judged(highs, lows), [MIXED], [])
        assert found is not None
        form = realiser.form.statements[name]
        said = realiser.sentence(Statement(form, "profile", (found, *found.details)))
        assert said.startswith('Among war films, dramas such as "Film ') and words in said
        ends = (
            "but only 2 of the 20 that they rated poorly."
            if highs
            else "but none of the 20 that they rated highly."
        )
        assert said.endswith(ends)


def test_what_dominates_stands_alone_only_with_what_separates_it() -> None:
    field = replace(MIXED, count=36)
    among = Fact("among", "category", "Drama", 12, 20, 0.1, UP)
    assert core.led([field]) == [field] and core.led([MIXED]) == []
    assert not profile_claims.tells([field]) and profile_claims.tells([field, among])


def test_part_of_what_has_mixed_results_is_no_claim_of_its_own() -> None:
    field = replace(MIXED, count=36)
    parts = [Fact("share", "blend", f"{one} + War", 9, 40, 0.05, UP) for one in ("Action", "Drama")]
    reason = Fact("risk", "blend", "Comedy + War", 6, 20, 0.1, DOWN)
    other = Fact("share", "category", "Horror", 9, 40, 0.05, UP)
    assert overlap.without_parts([field, *parts, other, reason]) == [field, parts[0], other]
    # What makes up less is told with its parts, but not warned of in part.
    assert overlap.without_parts([MIXED, *parts, reason]) == [MIXED, *parts]


def test_a_taste_is_inside_another_where_the_list_shows_no_other() -> None:
    drama = Fact("share", "category", "Drama", 12, 40, 0.1, UP)
    shown = judged(12, 2)
    assert overlap.is_inside(shown, drama, MIXED)
    assert not overlap.is_inside(question_list([BOTH, FUN, WAR], [NONE]), drama, MIXED)
    assert np.array_equal(shown.carriers(drama) & ~shown.carriers(MIXED), np.zeros(16, bool))
