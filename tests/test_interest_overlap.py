"""Tastes that overlap, and what is plain in the list of an interest profile but no taste."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from itdr.builders.evidence.facts import UP, Fact
from itdr.builders.evidence.interests import display, overlap
from itdr.builders.evidence.interests.question_list import QuestionList
from tests.interest import Traits, question_list

KIDS, BOTH, TRIP, NONE = ("Children's",), ("Adventure", "Children's"), ("Adventure",), ()


def told(found: QuestionList, adventures: int) -> list[Fact]:
    facts = [
        Fact("share", "category", "Children's", 24, 40, 0.07, UP),
        Fact("share", "category", "Adventure", adventures, 40, 0.12, UP),
    ]
    return overlap.told_apart(found, display.shown_facts(found, facts))


def of_likes(both: int, trips: int) -> QuestionList:
    """Forty likes, 24 of them for children; two listed ones are of each kind."""
    listed: list[Traits] = [KIDS] * 3 + [BOTH] * 2 + [TRIP] * 2 + [NONE] * 3
    more = [BOTH] * (both - 2) + [TRIP] * (trips - 2) + [KIDS] * (21 - both)
    more += [NONE] * (30 - len(more))
    found = question_list(listed, [NONE] * 5, more, [NONE] * 15)
    # Others hardly like any of these.
    likes = np.where([bool(of) for of in [*listed, *[NONE] * 5, *more, *[NONE] * 15]], 1, 100)
    counts = replace(found.person.counts, likes=likes)
    return replace(found, person=replace(found.person, counts=counts))


def test_a_taste_inside_the_first_one_is_counted_outside_it() -> None:
    """Six of the sixteen likes that are not for children."""
    _, second = told(of_likes(7, 6), 13)
    assert (second.kind, second.topic) == ("beside", ("category", "Adventure"))
    assert (second.count, second.of) == (6, 16)
    titles = {one.value for one in second.details if one.about == "work"}
    assert titles == {"Film F", "Film G"}
    # Two are too few.
    assert [one.value for one in told(of_likes(7, 2), 9)] == ["Children's"]
    # Half of its works are still a taste of its own.
    _, second = told(of_likes(6, 6), 12)
    assert (second.topic, second.count) == (("category", "Adventure"), 12)


@pytest.mark.parametrize(
    ("listed", "lows", "usual", "kind"),
    [(5, 2, 0.5, "most"), (4, 2, 0.5, None), (5, 2, 0.2, None), (5, 3, 0.5, None)],
)
def test_what_half_of_the_list_shares_is_said_where_it_is_safe(
    listed: int, lows: int, usual: float, kind: str | None
) -> None:
    """Twice as common among the likes as among ten dislikes; unless it is a taste: that is told as one."""
    highs: list[Traits] = [KIDS] * listed + [NONE] * (10 - listed)
    more: list[Traits] = [KIDS] * (lows - 2) + [NONE] * (9 - lows)
    found = question_list(highs, [KIDS, KIDS, NONE], highs, more)
    counts = found.person.counts
    counts.cache["share", counts.codes["category"]["Children's"], counts._step(20)] = usual
    facts = overlap.plain_patterns(found, [], [])
    assert [(one.kind, one.direction, one.count, one.of) for one in facts] == [
        (kind, UP, 10, 20)
    ] * bool(kind)
    named = [Fact("share", "category", "Children's", 10, 20, 0.1, UP)]
    assert overlap.plain_patterns(found, named, []) == []


def test_what_nearly_all_dislikes_share_with_many_likes_is_on_both_sides() -> None:
    for low, said in ((4, [("share", 0)]), (3, [])):
        lows: list[Traits] = [KIDS] * low + [NONE] * (5 - low)
        found = question_list([KIDS] * 4 + [NONE] * 6, lows)
        counts = found.person.counts
        counts.cache["share", counts.codes["category"]["Children's"], counts._step(10)] = 0.3
        facts = overlap.plain_patterns(found, [], [])
        assert [(one.kind, one.direction) for one in facts] == said
