"""What many listed likes have in common beside the tastes that are named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from itdr.builders.evidence.facts import DOWN, UP, Fact, exact, expected_number, is_taste_sized
from itdr.builders.evidence.interests import core, display, visible_patterns
from itdr.builders.evidence.interests.examples import MIN_EXAMPLES, exceptions
from itdr.builders.evidence.interests.question_list import QuestionList
from itdr.builders.evidence.interests.tastes import (
    FEWEST_DISLIKES_COMPARED,
    MIN_RATIO_OF_SAFER,
    is_clearly_above,
)

MIN_RARITY_OF_RESTS = 5
"""What fewer than one like in so many have is said of the rest of a list only if it is a strong liking there."""
MIN_EXPECTED_DISLIKES = 3
"""What is no more common than expected is told by its few dislikes only where so many are expected."""
SHARE_OF_A_REST = Fraction(2, 5)
"""What so large a share of the listed likes have in common is named if no taste that is named applies to them."""


def left_over(
    shown: QuestionList, common: Sequence[Fact], named: Sequence[Fact], facts: Sequence[Fact]
) -> list[Fact]:
    """What many listed likes have in common beside the named tastes.

    Args:
        shown: the list.
        common: facts about categories; those that are about as common as expected are passed over.
        named: the tastes that are stated, the first one first.
        facts: all that holds of the user; what it speaks against is not named.

    Returns:
        At most one fact, with its details: a strong liking, or about a category of `SHARE_OF_A_REST` of the listed likes that no
        named taste applies to, of more listed likes than the last named taste, or of many and of few dislikes.
    """
    topics = {fact.topic for fact in facts if fact.direction == DOWN} | {one.topic for one in named}
    free = shown.is_like.copy()
    for fact in named:
        free &= ~shown.carriers(fact)
    able = []
    for fact in common:
        if fact.topic in topics or any(display.nested(fact, one) for one in named):
            continue
        strong = visible_patterns.is_strong_liking(shown, fact)
        if not strong and not _may_be_left_over(shown, fact):
            continue
        if not is_taste_sized(fact) and not is_seldom_disliked(shown, fact):
            continue
        alone = int((shown.carriers(fact) & free).sum())
        listed_likes = shown.counts_of(fact)[0]
        last = shown.counts_of(named[-1])[0] if len(named) > 1 else listed_likes
        is_plain = listed_likes > last or visible_patterns.is_plain_liking(shown, fact)
        is_plain = is_plain or alone >= SHARE_OF_A_REST * len(shown.liked)
        if strong or (alone >= MIN_EXAMPLES and is_plain):
            able.append((strong, alone, listed_likes, fact))
    mentions = display.told_in(shown, [*named, *facts])
    cited = display.cited_in(shown, facts) | display.failed_in(shown, named)
    with_reason = np.zeros(len(shown.places), bool)
    for fact in facts:
        if core.is_reason(fact) and fact.details:
            with_reason |= shown.carriers(fact)
    mentions |= with_reason
    for strong, *_, best in sorted(
        able, key=lambda one: (*(-key for key in one[:3]), -one[3].count)
    ):
        # Examples are works that no named taste applies to, or else others than were named.
        details = display.taste_details(shown, best, (~free & shown.is_like) | with_reason, cited)
        if details is None and strong:
            details = display.taste_details(shown, best, mentions, cited) or display.taste_details(
                shown, best, mentions, cited, exceptions
            )
        if details is not None:
            return [replace(best, details=details)]
    return []


def _may_be_left_over(shown: QuestionList, fact: Fact) -> bool:
    """Whether what is no strong liking may be said of the rest of the list."""
    if MIN_RARITY_OF_RESTS * fact.count < fact.of:
        return False
    return is_clearly_above(fact) or visible_patterns.is_plain_liking(shown, fact)


def is_seldom_disliked(shown: QuestionList, fact: Fact) -> bool:
    """Whether what is liked no more than usual is a safe choice all the same.

    Args:
        shown: the list.
        fact: a fact about likes.

    Returns:
        True where it is clearly rarer among the dislikes, and far more is liked than disliked.
    """
    low = shown.overall_of(fact, DOWN)
    seldom = MIN_RATIO_OF_SAFER * low.count * fact.of <= fact.count * low.of
    seldom = seldom and fact.count >= MIN_RATIO_OF_SAFER * low.count
    # One dislike fewer than none would be expected is no evidence.
    expected = exact(expected_number(fact)) * low.of
    seldom = seldom and expected >= MIN_EXPECTED_DISLIKES * fact.of
    return fact.direction == UP and low.of >= FEWEST_DISLIKES_COMPARED and seldom
