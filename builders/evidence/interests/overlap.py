"""Tastes that overlap, and what is plain in the list but no taste.

A taste most of whose works also have the first one is not told as a separate one: it is counted among the works that do
not have the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from itdr.builders.evidence.facts import DOWN, UP, Fact, is_taste_sized
from itdr.builders.evidence.interests import core, display, remainder, tastes
from itdr.builders.evidence.interests.question_list import QuestionList
from itdr.builders.evidence.interests.visible_patterns import NEARLY_ALL
from itdr.builders.evidence.verdicts import DISLIKE, LIKE

MIN_OVERLAP = Fraction(1, 2)
"""A taste is not told as a separate one if more of its works have another one that is told."""
MIN_LISTED_OVERLAP = 3
"""So many listed likes have both, if the list shows that two tastes overlap."""
SHARE_OF_PLAIN = Fraction(1, 2)
"""What so many of the listed likes have in common is always spoken of."""
MIN_SHARE_OUTSIDE = Fraction(3, 20)
"""A taste that is counted among the works without the first has so large a share of all likes."""
MAX_CATEGORIES_OF_PLAIN, MAX_OVERLAP_OF_PLAIN = 1, Fraction(7, 10)
"""So many further categories are; none whose listed likes a named taste covers to this extent."""


def told_apart(shown: QuestionList, facts: Sequence[Fact]) -> list[Fact]:
    """The facts with the tastes that overlap the first one told apart from it.

    Args:
        shown: the list.
        facts: facts with their details, tastes the strongest first.

    Returns:
        Facts in the same order; a taste that is none beside the first is left out.
    """
    likings = core.led([fact for fact in facts if core.is_about_likes(fact)])
    if not likings:
        return list(facts)
    first, apart = likings[0], list[Fact]()
    mixed_tastes = [one for one in likings if not one.direction and is_taste_sized(one)]
    for fact in facts:
        # What is mixed is not warned of in part as well.
        if core.is_reason(fact) and any(display.nested(fact, one) for one in mixed_tastes):
            continue
        is_other = core.is_about_likes(fact) and fact.direction and fact.topic != first.topic
        if is_other and fact.kind != "series" and overlaps(shown, fact, first):
            apart += _apart(shown, first, fact, facts)
        else:
            apart.append(fact)
    return apart


def overlaps(shown: QuestionList, fact: Fact, first: Fact) -> bool:
    """Whether more than half of the likes that have one trait have another one, too; or several of the listed likes,
    more than half of them.

    Args:
        shown: the list.
        fact: a fact about the trait.
        first: a fact about the other trait.

    Returns:
        False where just half have.
    """
    person = shown.person
    has = person.carries(fact) & (person.sides == LIKE)
    if int((has & person.carries(first)).sum()) > MIN_OVERLAP * int(has.sum()):
        return True
    listed_likes = shown.carriers(fact) & shown.is_like
    both = int((listed_likes & shown.carriers(first)).sum())
    return both >= MIN_LISTED_OVERLAP and both > MIN_OVERLAP * int(listed_likes.sum())


def is_inside(shown: QuestionList, fact: Fact, whole: Fact) -> bool:
    """Whether a taste is part of another one, as far as the list shows.

    Args:
        shown: the list.
        fact: the taste.
        whole: the other one.

    Returns:
        True where all listed likes that have the one trait have the other, too.
    """
    return bool((shown.carriers(whole) | ~shown.carriers(fact))[shown.is_like].all())


def without_parts(shown: QuestionList, facts: Sequence[Fact]) -> list[Fact]:
    """The facts without reasons against part of what is said to have mixed results, and tastes for a part of what dominates:
    a part is compared with its whole alone, by what separates the hits of that from its misses.

    Args:
        shown: the list.
        facts: facts, the most important first.

    Returns:
        Facts in the same order.
    """
    mixed_tastes = [one for one in facts if core.is_about_likes(one) and not one.direction]
    fields = [one for one in mixed_tastes if tastes.is_field(one)]

    def is_part(fact: Fact) -> bool:
        if core.is_about_likes(fact) and fact.direction:
            return any(display.nested(fact, one) or is_inside(shown, fact, one) for one in fields)
        return core.is_reason(fact) and any(display.nested(fact, whole) for whole in mixed_tastes)

    return [fact for fact in facts if not is_part(fact)]


def rest_apart(
    shown: QuestionList, more: Sequence[Fact], named: Sequence[Fact], facts: Sequence[Fact]
) -> list[Fact]:
    """What is left over beside the named tastes, told apart from the one that it overlaps.

    Args:
        shown: the list.
        more: what is left over, with its details.
        named: the tastes that are stated.
        facts: all facts, with their details.

    Returns:
        Facts in the same order; what is nothing beside that taste is left out.
    """
    apart: list[Fact] = []
    kinds = [one for one in named if one.about == "category" and one.direction]
    for fact in more:
        other = next((one for one in kinds if overlaps(shown, fact, one)), None)
        if other is None or not fact.direction:
            apart.append(fact)
        else:
            apart += _apart(shown, other, fact, [*facts, *named], alone=len(named) == 1)
    return apart


def _apart(
    shown: QuestionList, first: Fact, fact: Fact, facts: Sequence[Fact], *, alone: bool = True
) -> Iterator[Fact]:
    """What there is to say of a taste beside the first, if anything."""
    cited = display.cited_in(shown, facts) | display.told_in(shown, [first])
    with_reason = np.zeros(len(shown.places), bool)
    for one in facts:
        if core.is_reason(one):
            with_reason |= shown.carriers(one)
    if not alone:
        return
    # What is counted apart from one taste is said directly after it.
    outside = _outside(shown, first, fact)
    if outside is None or not is_taste_sized(outside):
        return
    details = display.taste_details(
        shown, outside, shown.carriers(first) | with_reason, cited | shown.carriers(first)
    )
    if details is not None:
        low = _lows_outside(shown, first, fact)
        yield _with(outside, tuple(low if one.kind == "overall" else one for one in details))


def _with(fact: Fact, details: tuple[Fact, ...]) -> Fact:
    return Fact(fact.kind, *fact.topic, fact.count, fact.of, fact.base, fact.direction, "", details)


def _outside(shown: QuestionList, first: Fact, second: Fact) -> Fact | None:
    """The second trait among the likes that do not have the first."""
    person, counts = shown.person, shown.person.counts
    if second.about == "blend":
        return None
    rest = (person.sides == LIKE) & ~person.carries(first)
    has = rest & person.carries(second)
    n, k = int(rest.sum()), int(has.sum())
    free = np.ones(len(counts.likes), bool)
    free[counts.bearers(counts.codes[first.about][first.value])] = False
    of = counts.bearers(counts.codes[second.about][second.value])
    own = int(person.training)
    total = int(counts.likes[free].sum()) - own * n
    share = (int(counts.likes[of[free[of]]].sum()) - own * k) / max(total, 1)
    if k < tastes.MIN_CARRIERS or k < MIN_SHARE_OUTSIDE * person.likes:
        return None
    return Fact("beside", *second.topic, k, n, round(share * n, 6), UP)


def _lows_outside(shown: QuestionList, first: Fact, second: Fact) -> Fact:
    """The second trait among the dislikes that do not have the first."""
    person = shown.person
    rest = (person.sides == DISLIKE) & ~person.carries(first)
    k = int((rest & person.carries(second)).sum())
    return Fact("overall", *second.topic, k, int(rest.sum()), 0.0, DOWN)


def plain_patterns(shown: QuestionList, named: Sequence[Fact], facts: Sequence[Fact]) -> list[Fact]:
    """What half of the listed likes, or nearly all of the listed dislikes, have in common and nothing is said of.

    Args:
        shown: the list.
        named: the facts about traits that are stated.
        facts: all facts, with their details.

    Returns:
        Facts with their details: `most` for what is seldom disliked, `share` without a direction for what is common on
        both sides.
    """
    person, n = shown.person, len(shown.liked)
    topics = {fact.topic for fact in named}
    not_by_decade = [one for one in named if one.about != "decade"]
    cited = display.cited_in(shown, facts) | display.told_in(shown, named)
    patterns: list[Fact] = []
    for about, value in _candidates(shown):
        fact = _counted(shown, about, value)
        if fact.topic in topics or any(display.nested(fact, one) for one in named):
            continue
        high, low = shown.counts_of(fact)
        both = low >= NEARLY_ALL * max(len(shown.disliked), 1)
        if high < SHARE_OF_PLAIN * n and not both:
            continue
        has = shown.carriers(fact) & shown.is_like
        overlap = max((int((has & shown.carriers(one)).sum()) for one in not_by_decade), default=0)
        if about != "decade" and overlap >= MAX_OVERLAP_OF_PLAIN * high and not both:
            continue
        if both and about == "category" and fact.count >= fact.base * person.likes:
            fact = Fact("share", *fact.topic, fact.count, fact.of, fact.base)
            if not tastes.tells_of_misses(fact, shown.overall_of(fact, -UP)):
                continue
        elif both or is_taste_sized(fact):
            continue
        elif remainder.is_seldom_disliked(shown, _with_direction(fact, UP)):
            fact = _with_direction(fact, UP)
        else:
            # It tells nothing.
            continue
        details = display.taste_details(shown, fact, display.told_in(shown, facts), cited)
        if details is not None:
            patterns.append(_with(fact, _with_all_lows(shown, fact, details)))
    return patterns[:MAX_CATEGORIES_OF_PLAIN]


def _with_direction(fact: Fact, direction: int) -> Fact:
    return Fact(fact.kind, *fact.topic, fact.count, fact.of, fact.base, direction)


def _with_all_lows(shown: QuestionList, fact: Fact, details: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """The details, with the number of all dislikes that have the trait."""
    if any(one.kind == "overall" for one in details):
        return details
    return (*details[:2], shown.overall_of(fact, -UP), *details[2:])


def _candidates(shown: QuestionList) -> Iterator[tuple[str, str]]:
    """The categories of the listed works, and the periods that begin with the oldest works."""
    counts = shown.person.counts
    _, traits = counts.traits_of(shown.person.codes[shown.places])
    for trait in np.unique(traits).tolist():
        about, value = counts.names[trait]
        old = about == "decade" and not value[:1].isdigit()
        if (about == "category" or old) and shown.is_sayable(about, value):
            yield about, value


def _counted(shown: QuestionList, about: str, value: str) -> Fact:
    """How many of all likes have a trait."""
    person, n = shown.person, shown.person.likes
    code = person.counts.codes[about][value]
    k = int((person.bears(code) & (person.sides == LIKE)).sum())
    return Fact("most", about, value, k, n, person.counts.share(code, n))
