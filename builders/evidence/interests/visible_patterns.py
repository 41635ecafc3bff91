"""Patterns that are plain to see in the listed likes and dislikes: none is passed over in silence."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests.question_list import LEAST_LISTED, Pattern, QuestionList
from itdr.builders.evidence.interests.works import KINDS
from itdr.builders.evidence.title_names import title_words
from itdr.builders.evidence.traits import PLUS

MIN_RATIO_TO_PLAINEST = Fraction(3, 4)
"""The gap of a reason against an item is at least this fraction of the greatest gap in the list: what is plain to see
is not passed over for a detail."""
NEARLY_ALL, WIDE_GAP = Fraction(4, 5), Fraction(3, 10)
"""Where so many of the listed dislikes share a trait, with so great a gap, no reason applies to fewer of them."""
MIN_SHARE_OF_PLAIN_PATTERNS, MIN_CONTRAST_OF_PLAIN_PATTERNS = Fraction(3, 5), 2
"""A trait of so many of the listed dislikes, so many times as common there as among the likes, is always spoken of; a
maker, of whom nothing else may be known, only if nearly all are by them."""
FEWEST_DISLIKES = 3
"""Fewer dislikes show no pattern."""
MIN_LIKES_OF_A_DECADE, MIN_DISLIKES_OF_A_DECADE = Fraction(3, 5), Fraction(1)
"""The listed likes, and dislikes, that must be of one decade for it to be said."""
MIN_LIFT_OF_DECADES = 2
"""Such a decade has at least so many times as many works in the list as would be expected."""


def required_of_reasons(shown: QuestionList) -> tuple[Fraction, int]:
    """What a reason against an item must show in the list, given all that could be named.

    Args:
        shown: the list.

    Returns:
        The least gap, and the least number of dislikes that have the trait.
    """
    found, m = shown.patterns, len(shown.disliked)
    greatest = max((one.gap for one in found), default=Fraction(0))
    alike = any(one.number >= NEARLY_ALL * m and one.gap >= WIDE_GAP for one in found)
    return MIN_RATIO_TO_PLAINEST * greatest, math.ceil(NEARLY_ALL * m) if alike else LEAST_LISTED


def unspoken_pattern(shown: QuestionList, said: Sequence[Fact]) -> Pattern | None:
    """The plainest trait that sets most listed dislikes apart and of which an answer does not speak.

    Args:
        shown: the list.
        said: the facts that the answer's statements lead with.

    Returns:
        The trait; None where the answer speaks of as many listed dislikes that share another one.
    """
    m, n = len(shown.disliked), len(shown.liked)
    if m < FEWEST_DISLIKES:
        return None
    covered = max((shown.counts_of(fact)[1] for fact in said if _is_about_lows(fact)), default=0)
    for one in shown.patterns:
        least = NEARLY_ALL if one.about == "creator" else MIN_SHARE_OF_PLAIN_PATTERNS
        is_plain = (
            one.number >= least * m
            and one.number * n >= MIN_CONTRAST_OF_PLAIN_PATTERNS * one.likes * m
        )
        if is_plain and one.number > covered:
            return one
    return None


def _is_about_lows(fact: Fact) -> bool:
    """Whether a statement that leads with this fact speaks of dislikes that have its trait."""
    warned = any((one.kind, one.about) == ("own", "title") for one in fact.details)
    return fact.about in KINDS and (fact.direction != UP or warned)


def decades(shown: QuestionList) -> list[Fact]:
    """The decade that most listed likes, or all listed dislikes, are from.

    Args:
        shown: the list.

    Returns:
        At most one fact `shown` for each side, the base as many as would be expected of the works that users like or
        dislike. A decade that fills both sides says nothing.
    """
    return [*_decades_of(shown, UP), *_decades_of(shown, DOWN)]


def _decades_of(shown: QuestionList, direction: int) -> Iterator[Fact]:
    """The decade of nearly all works of one side. One is blamed only where the likes are of others."""
    counts = shown.person.counts
    number = len(shown.liked if direction == UP else shown.disliked)
    usual, least = (
        (counts.liked, MIN_LIKES_OF_A_DECADE)
        if direction == UP
        else (counts.disliked, MIN_DISLIKES_OF_A_DECADE)
    )
    total = int((counts.likes if direction == UP else counts.dislikes).sum())
    for value, code in counts.codes["decade"].items():
        k, against = shown.counts_of(Fact("shown", "decade", value))
        count = k if direction == UP else against
        if not value[:1].isdigit() or number < FEWEST_DISLIKES or count < least * number:
            continue
        # count >= FAR_ABOVE * expected, in whole numbers.
        if count * total < MIN_LIFT_OF_DECADES * number * int(usual[code]):
            continue
        if direction == DOWN and _is_liked_more_than_usual(shown, code, k):
            continue
        # A liking shows only where the dislikes clearly are of other decades.
        if direction == UP and MIN_LIFT_OF_DECADES * against * number > k * len(shown.disliked):
            continue
        expected = round(number * int(usual[code]) / max(total, 1), 6)
        yield Fact("shown", "decade", value, count, number, expected, direction)


def _is_liked_more_than_usual(shown: QuestionList, decade: int, k: int) -> bool:
    """Whether a decade, of which k of the listed likes are, is more common there than among the likes of others."""
    counts, n = shown.person.counts, len(shown.liked)
    return k * int(counts.likes.sum()) > n * int(counts.liked[decade])


def leads_alone(shown: QuestionList, fact: Fact) -> bool:
    """Whether no other category or tag is about as plain to see in the listed dislikes as what a fact is about.

    Args:
        shown: the list.
        fact: a fact against a trait.

    Returns:
        False where as many listed dislikes share another one, and nearly as much sets it apart.
    """
    own = {fact.value, *fact.value.split(PLUS)}
    k, against = shown.counts_of(fact)
    least = MIN_RATIO_TO_PLAINEST * shown.gap(k, against)
    return not any(
        one.about in ("category", "tag")
        and one.value not in own
        and one.number >= against
        and one.gap >= least
        for one in shown.patterns
    )


def have_one_name(fact: Fact, shown: QuestionList) -> bool:
    """Whether all listed works that a fact is about share a rare word of their titles: the name of a series rather
    than the trait is what they have in common.

    Args:
        fact: a fact about a trait.
        shown: the list.

    Returns:
        False for a single work.
    """
    has = shown.carriers(fact) & (shown.is_like == (fact.direction != DOWN))
    words = [title_words(shown.items[place].title) for place in np.flatnonzero(has).tolist()]
    return len(words) > 1 and bool(frozenset.intersection(*words) - shown.common_words)
