"""Which facts the listed likes and dislikes bear out, and the works that stand for each.

A fact that the list does not show is not stated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from itdr.builders.evidence.facts import DOWN, UP, Fact, is_taste_sized, sets_apart
from itdr.builders.evidence.interests import core, tastes, visible_patterns
from itdr.builders.evidence.interests.examples import (
    MAX_EXAMPLES,
    MIN_EXAMPLES,
    exceptions,
    titles_of,
    typical_ones,
    unlike,
)
from itdr.builders.evidence.interests.person import Person
from itdr.builders.evidence.interests.question_list import LEAST_LISTED, QuestionList
from itdr.builders.evidence.interests.tastes import (
    FEWEST_DISLIKES_TOLD,
    MIN_CARRIERS,
    common_dislike,
)
from itdr.builders.evidence.interests.works import KINDS, NARROW
from itdr.builders.evidence.traits import PLUS
from itdr.builders.evidence.verdicts import DISLIKE, LIKE

Chooser = Callable[[QuestionList, Fact, np.ndarray], list[int]]
MAX_EXCEPTIONS, MAX_SPARED = 3, 2
"""Listed dislikes that are named as exceptions to a taste, and likes as those to a reason, at most."""
MIN_CONTRAST_OF_FURTHER_REASONS = Fraction(4, 3)
"""A further reason is so many times as common among the dislikes as among the likes without the works of those before it."""
MIN_SHARE_OF_FURTHER_REASONS = Fraction(1, 2)
"""So large a share of its dislikes have none of those before it."""
MANY_DISLIKES = 30
"""Who has so many dislikes is told what fails, if the list shows anything of the kind."""
SHARE_OF_SLIGHT, SHARE_OF_GREATEST = Fraction(1, 4), Fraction(1, 2)
"""A reason of fewer dislikes, and of fewer than this share of those of another, is passed over."""
SEVERAL_EXCEPTIONS = 2
"""So many listed dislikes of a kind that is liked are told with the number of all of them."""
MAX_RARITY_OF_TASTES = 12
"""A taste shared by fewer than one like in this many cannot be seen in a fair sample."""
MIN_CONTRAST_OF_REASONS = 2
"""A reason against an item must be this many times as common among the listed dislikes as among the likes."""
MAX_RARITY_OF_REASONS = 8
"""What fewer than one dislike in so many have is no reason."""
MAX_RARITY_OF_LISTED_TASTES = 3
"""A taste that is fairly sure must apply to one listed like in so many."""
MIN_CONTRAST_OF_TASTES, MAX_RARITY_OF_CONTRASTS = 2, 4
"""A contrast must be this many times as common among the listed likes as among the dislikes, and apply to one like in so
many."""
MIN_OVERLAP_OF_EQUALS = Fraction(7, 10)
"""Two tastes count as one if they share this fraction of the works of the smaller."""
MIN_DISTANCE_TO_WELL_KNOWN = 4
"""A work is named as little known if this many times its likes are still fewer than a well-known work has."""


def distinct_tastes(person: Person, facts: Sequence[Fact]) -> list[Fact]:
    """The facts without those that merely restate an earlier one.

    Args:
        person: the user.
        facts: the strongest first.

    Returns:
        Facts in the same order; those about no trait of works all stay.
    """
    distinct: list[tuple[Fact, int]] = []
    for fact in facts:
        own = 0
        if fact.about in KINDS:
            side = DISLIKE if fact.direction == DOWN else LIKE
            has = person.carries(fact) & (person.sides == side)
            own = int.from_bytes(np.packbits(has).tobytes(), "big")
        if not any(_restates(fact, own, *one) for one in distinct):
            distinct.append((fact, own))
    return [fact for fact, _ in distinct]


def _restates(fact: Fact, own: int, earlier: Fact, theirs: int) -> bool:
    """Whether a fact says what an earlier one did: of most works of the smaller trait. A series or maker says more
    than the kind of its works.

    own, theirs: the works that each is about, as bits.
    """
    if not own or not theirs or earlier.direction != fact.direction:
        return False
    if sets_apart(earlier) != sets_apart(fact) and not nested(earlier, fact):
        return False
    narrow, narrower = (one.about in NARROW for one in (earlier, fact))
    if narrower and not narrow:
        return False
    # A series does not stand for all works of the kind that it is of.
    number = own.bit_count() if narrow else min(own.bit_count(), theirs.bit_count())
    return (own & theirs).bit_count() >= MIN_OVERLAP_OF_EQUALS * number


def nested(fact: Fact, other: Fact) -> bool:
    """Whether one trait is a blend that contains the other.

    Args:
        fact: a fact about a trait.
        other: another one.

    Returns:
        False for two facts about the same trait.
    """
    if "blend" not in (fact.about, other.about) or fact.topic == other.topic:
        return False
    if not {fact.about, other.about} <= {"blend", "category"}:
        return False
    parts, others = (set(one.value.split(PLUS)) for one in (fact, other))
    return parts <= others or others <= parts


def shown_facts(shown: QuestionList, facts: Sequence[Fact]) -> list[Fact]:
    """The facts that the listed works bear out, each with what it may cite from them as details.

    Args:
        shown: the list.
        facts: what may be said, tastes in the order in which they are named.

    Returns:
        Facts in the same order, but those against works last, the plainest in the list first. Details are the counts
        of `QuestionList.shown_of`; for a contrast or a mixed taste, all of the other side with the trait; and example
        titles, those first of which the trait says most. A taste has two examples that carry nothing that is warned of,
        and no taste named before it; the titles of listed dislikes precede them, as that of a listed like precedes the
        examples of a reason. What one reason excludes is no example of the next.
    """
    requirements = visible_patterns.required_of_reasons(shown)
    reasons = [
        fact for fact in facts if core.is_reason(fact) and _is_reason(shown, fact, *requirements)
    ]
    while (pattern := visible_patterns.unspoken_pattern(shown, reasons)) is not None:
        warning = common_dislike(shown.person, pattern.about, pattern.value)
        if warning is None:
            break
        reasons.append(warning)
    if not reasons and shown.person.dislikes >= MANY_DISLIKES:
        reasons = _plainest_reason(shown)
    reasons.sort(key=lambda fact: -shown.gap(*shown.counts_of(fact)))
    reasons = _without_slight(_independent(shown, reasons))
    others = [fact for fact in facts if not core.is_reason(fact)]
    against = _with_details(shown, reasons)
    return [*_with_examples(shown, others, against), *against]


def _plainest_reason(shown: QuestionList) -> list[Fact]:
    """At most one reason: the plainest pattern of the listed dislikes that the whole record bears out."""
    for one in shown.patterns:
        reason = common_dislike(shown.person, one.about, one.value)
        if reason is None or one.about not in ("category", "tag", "blend"):
            continue
        if _is_reason(shown, reason, Fraction(0), LEAST_LISTED):
            return [reason]
    return []


def _independent(shown: QuestionList, reasons: Sequence[Fact]) -> list[Fact]:
    """The reasons that still hold without the works of those before them, of all works and of the listed ones."""
    person, independent = shown.person, list[Fact]()
    rest = np.ones(len(person.codes), bool)
    for fact in reasons:
        has = person.carries(fact)
        k, n = ((one & rest & (person.sides == LIKE)).sum() for one in (has, rest))
        against, m = ((one & rest & (person.sides == DISLIKE)).sum() for one in (has, rest))
        listed_dislikes = (has & rest)[shown.places] & ~shown.is_like
        enough = against >= MIN_CARRIERS or (against >= LEAST_LISTED and not k)
        enough = enough and against >= MIN_SHARE_OF_FURTHER_REASONS * fact.count
        clear = int(against * n) >= MIN_CONTRAST_OF_FURTHER_REASONS * int(k * m)
        if not independent or (listed_dislikes.any() and enough and clear):
            independent.append(fact)
            rest &= ~has
    return independent


def _without_slight(reasons: Sequence[Fact]) -> list[Fact]:
    """The reasons without those of few dislikes beside one of far more."""
    most = max((one.count for one in reasons), default=0)
    return [
        one
        for one in reasons
        if one.count >= SHARE_OF_SLIGHT * one.of or one.count >= SHARE_OF_GREATEST * most
    ]


def _is_reason(shown: QuestionList, fact: Fact, least: Fraction, fewest: int) -> bool:
    """Whether the list shows a fact against works about as plainly as anything that could be said against them."""
    k, against = shown.counts_of(fact)
    if not _is_shown(fact, k, len(shown.liked), against, len(shown.disliked)):
        return False
    if shown.gap(k, against) < least or against < fewest:
        return False
    return not _is_by_name(shown, fact)


def _is_by_name(shown: QuestionList, fact: Fact) -> bool:
    """Whether what the listed works share is a name rather than the trait; a series is a name, and of what is sure
    the name is no explanation."""
    sure = fact.about == "series" or (fact.kind == "contrast" and fact.about != "decade")
    return not sure and visible_patterns.have_one_name(fact, shown)


def _with_details(shown: QuestionList, reasons: Sequence[Fact]) -> list[Fact]:
    """Facts against works, the first reason at the head, with their details."""
    earlier = np.zeros(len(shown.places), bool)
    carriers = [shown.carriers(fact) for fact in reasons]
    named_likes: list[int] = []
    reasons_with_details = []
    for number, (fact, has) in enumerate(zip(reasons, carriers, strict=True)):
        low, likes = has & ~shown.is_like, _best_first(shown, fact, has & shown.is_like)
        places = exceptions(shown, fact, low & ~earlier) or exceptions(shown, fact, low)
        # A warning without an example is the poorer one.
        places = places or typical_ones(shown, fact, low)
        # What a later reason explains as well is the poorer example.
        later = np.any([*carriers[number + 1 :], np.zeros_like(has)], axis=0)
        places.sort(key=lambda place: bool(later[place]))
        others = [one for one in np.flatnonzero(low & ~earlier).tolist() if one not in places]
        if len(places) < MIN_EXAMPLES:
            # One work says less than two, though the other one was named before.
            apt = exceptions(shown, fact, low)
            apt += [one for one in np.flatnonzero(low).tolist() if one not in apt]
            places += [one for one in apt if one not in places]
        places = unlike(fact, places, shown.items, others)
        # A like is named once.
        likes = [place for place in likes if place not in named_likes]
        likes = likes[:MAX_SPARED]
        named_likes += likes
        titles = titles_of("title", likes, shown.items)
        titles += titles_of("work", places, shown.items)[:MAX_EXAMPLES]
        other = shown.overall_of(fact, UP)
        reasons_with_details.append(replace(fact, details=(*shown.shown_of(fact), other, *titles)))
        earlier |= has
    return reasons_with_details


def _with_examples(
    shown: QuestionList, facts: Sequence[Fact], reasons: Sequence[Fact]
) -> list[Fact]:
    """The tastes that the list shows, with their details, and the facts that are about no traits as they are."""
    # What was given away shows no taste of the user's.
    with_reason = np.array(shown.gifts or [False] * len(shown.places), bool)
    for fact in reasons:
        with_reason |= shown.carriers(fact)
    taste_likes = np.zeros(len(shown.places), bool)
    visible_facts: list[Fact] = []
    for fact in facts:
        if fact.about == "obscure" and fact.direction == UP:
            fact = replace(fact, details=_little_known(shown, ~told_in(shown, reasons)))
        elif fact.about in KINDS:
            k, low = shown.counts_of(fact)
            if not _is_shown(fact, k, len(shown.liked), low, len(shown.disliked)):
                continue
            if _is_by_name(shown, fact):
                continue
            low_side = shown.overall_of(fact, DOWN)
            if not fact.direction and not tastes.tells_of_misses(fact, low_side):
                continue
            # A series or maker says more than the kind of its works; a contrast and a share may be of one trait.
            again = fact.about in NARROW or any(one.topic == fact.topic for one in visible_facts)
            barred = with_reason if again else with_reason | taste_likes
            prior_examples = cited_in(shown, reasons) | failed_in(shown, visible_facts)
            twins = _twins(shown, fact, facts)
            if fact.about == "tag" and twins:
                continue
            # What is liked is shown best by works that are of nothing with mixed results.
            mixed_tastes = [one for one in facts if not one.direction and one.about in KINDS]
            either = [shown.carriers(one) for one in mixed_tastes if not nested(one, fact)]
            pure = np.any([barred, *either], axis=0) if fact.direction else barred
            details = taste_details(shown, fact, pure, prior_examples) or taste_details(
                shown, fact, barred, prior_examples
            )
            if details is None and twins:
                details = taste_details(shown, fact, barred, prior_examples, exceptions)
            if details is None:
                continue
            fact = replace(fact, details=details)
            taste_likes |= shown.carriers(fact) & shown.is_like
        visible_facts.append(fact)
    return visible_facts


def _twins(shown: QuestionList, fact: Fact, facts: Sequence[Fact]) -> list[Fact]:
    """The categories that the same likes have as a tag, or the tags that they have as a category: the category is the
    plainer name."""
    other = {"tag": "category", "category": "tag"}.get(fact.about)
    has = shown.person.carries(fact)
    return [
        one
        for one in facts
        if one.about == other
        and (one.count, one.of, one.direction) == (fact.count, fact.of, fact.direction)
        and np.array_equal(has, shown.person.carries(one))
    ]


def _best_first(shown: QuestionList, fact: Fact, able: np.ndarray) -> list[int]:
    """Places of likes that have a trait all the same: those that have no other kind first, then the typical ones, of
    these the best liked."""
    apt = exceptions(shown, fact, able)
    others = [one for one in np.flatnonzero(able).tolist() if one not in apt]
    order = apt + others
    pure = {one for one in order if set(shown.items[one].categories) == set(fact.value.split(PLUS))}
    return sorted(order, key=lambda one: (one not in pure, one not in apt, -shown.marks[one]))


def failed_in(shown: QuestionList, facts: Sequence[Fact]) -> np.ndarray:
    """Which listed dislikes are named as exceptions to one of these tastes: once is enough.

    Args:
        shown: the list.
        facts: facts with their details.

    Returns:
        bool per listed work.
    """
    titles = {
        one.value
        for fact in facts
        for one in fact.details
        if (one.kind, one.about) == ("own", "title")
    }
    return ~shown.is_like & np.array([item.title in titles for item in shown.items], bool)


def cited_in(shown: QuestionList, reasons: Sequence[Fact]) -> np.ndarray:
    """Which listed works are examples of what is warned of: they are not named as exceptions, too.

    Args:
        shown: the list.
        reasons: facts with their details.

    Returns:
        bool per listed work.
    """
    examples = {
        one.value
        for fact in reasons
        if core.is_reason(fact)
        for one in fact.details
        if (one.kind, one.about) == ("own", "work")
    }
    return np.array([item.title in examples for item in shown.items], bool)


def taste_details(
    shown: QuestionList,
    fact: Fact,
    barred: np.ndarray,
    cited: np.ndarray,
    choose: Chooser | None = None,
) -> tuple[Fact, ...] | None:
    """The details of a taste.

    Args:
        shown: the list.
        fact: the taste.
        barred: which of the listed likes are no examples.
        cited: which dislikes are named elsewhere.
        choose: chooses the examples; by default, `typical_ones`.

    Returns:
        Counts and titles; None where it has too few examples beside what is barred.
    """
    has = shown.carriers(fact)
    examples = (choose or typical_ones)(shown, fact, has & shown.is_like & ~barred)
    if len(examples) < MIN_EXAMPLES:
        return None
    examples = unlike(fact, examples, shown.items)
    titles = titles_of("work", examples, shown.items)[:MAX_EXAMPLES]
    every, low = shown.overall_of(fact, DOWN), has & ~shown.is_like
    # What several listed dislikes are, or as many of all, is not called a taste without saying so.
    as_often = every.count * fact.of >= fact.count * every.of
    told_apart = fact.kind == "contrast" or not fact.direction
    told_apart |= shown.person.dislikes >= FEWEST_DISLIKES_TOLD
    blamed = low & np.array(shown.blamed or [False] * len(low), bool)
    told_apart |= (
        bool(blamed.any()) or int(low.sum()) >= SEVERAL_EXCEPTIONS or (every.count > 1 and as_often)
    )
    # What is liked no more than usual is told by its dislikes.
    told_apart |= not is_taste_sized(fact)
    other = [every] if told_apart else []
    # A work that crashed, or bored the children, is no exception to a taste. Of two that are all, not one is named.
    free = low & ~blamed & ~cited
    told_apart |= bool(low.any()) and not free.any()
    if every.count == int(low.sum()) and (low & cited).any():
        free &= False
    failures = exceptions(shown, fact, free)
    failures += [place for place in np.flatnonzero(free).tolist() if place not in failures]
    # What is nothing else besides disappoints most clearly.
    failures.sort(key=lambda place: len(shown.items[place].categories))
    failures = failures[:MAX_EXCEPTIONS]
    return (*shown.shown_of(fact), *other, *titles_of("title", failures, shown.items), *titles)


def _little_known(shown: QuestionList, free: np.ndarray) -> tuple[Fact, ...]:
    """Of the free ones the listed likes that clearly are little known, the least known first; none that shares its name with another."""
    counts, codes = shown.person.counts, shown.person.codes[shown.places]
    likes = counts.likes[codes]
    able = shown.is_like & free & (MIN_DISTANCE_TO_WELL_KNOWN * likes < counts.known)
    # A work of which nothing is known may be a second entry of a well-known one.
    able &= np.array([bool(item.categories) for item in shown.items], bool)
    # A new work has few fans so far.
    able &= ~shown.are_recent
    able = np.flatnonzero(able & ~np.array([*shown.namesakes] or [False] * len(able), bool))
    order = able[np.lexsort((counts.judged[codes[able]], likes[able]))].tolist()
    return tuple(titles_of("work", order, shown.items)[:MIN_EXAMPLES])


def told_in(shown: QuestionList, facts: Sequence[Fact]) -> np.ndarray:
    """Which listed works are named by the details of these facts.

    Args:
        shown: the list.
        facts: facts with their details.

    Returns:
        bool per listed work.
    """
    titles = {one.value for fact in facts for one in fact.details if one.kind == "own"}
    return np.array([item.title in titles for item in shown.items], bool)


def _is_shown(fact: Fact, k: int, n: int, against: int, m: int) -> bool:
    """Whether the displayed works show a fact: k of n likes carry its trait, and so many of m dislikes."""
    if fact.direction == DOWN:
        if MAX_RARITY_OF_REASONS * fact.count < fact.of:
            return False
        return against >= LEAST_LISTED and against * n >= MIN_CONTRAST_OF_REASONS * k * m
    if fact.kind == "listed" and k * MAX_RARITY_OF_LISTED_TASTES < n:
        return False
    if k < MIN_EXAMPLES or MAX_RARITY_OF_TASTES * fact.count < fact.of:
        return False
    if fact.direction == UP and against >= visible_patterns.NEARLY_ALL * m and against * n > k * m:
        # What nearly all dislikes are, and fewer likes, is no taste.
        return False
    return fact.kind != "contrast" or (
        k * m >= MIN_CONTRAST_OF_TASTES * against * n and k * MAX_RARITY_OF_CONTRASTS >= n
    )
