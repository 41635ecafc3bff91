"""What separates the hits from the misses of a kind that somebody likes and dislikes alike: `among`.

Of the likes with a trait, c of k have a second one as well, and of the dislikes with it, d of a. The second trait
separates them where its share on one side is `MIN_CONTRAST` times that on the other, and chance does that for one trait
of all that were tried in ten users (Fisher's exact test). Two categories that have a name together are told by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from itdr.builders.evidence import significance
from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests import core, examples, works
from itdr.builders.evidence.interests.question_list import QuestionList
from itdr.builders.evidence.interests.works import KINDS
from itdr.builders.evidence.verdicts import LIKE

SECOND_TRAITS = ("category", "tag", "decade", "sequel")
"""Kinds of traits that can separate hits from misses."""
MIN_CONTRAST = Fraction(3, 2)
MAX_CHANCE = 0.1
"""The chance that any of the traits that were tried separates them as well, at most."""
FEWEST_TRIED, FEWEST = 4, 3
"""Works on both sides that have the second trait, for it to be tried; and on the side on which it is more common."""
MIN_SHARE_OF_SIDE = Fraction(1, 4)
"""The share of that side that has it, at least."""


def separator_of(shown: QuestionList, said: Sequence[Fact]) -> Fact | None:
    """What separates the hits from the misses of the first kind of which something does, if the list shows it.

    Args:
        shown: the list.
        said: what the answer's statements lead with; what they speak of is not said again.

    Returns:
        A fact `among` in the direction of the side on which the second trait is more common. Its details are how many
        listed likes are of the kind, the other side's works with both traits, and titles of its own side's.
    """
    topics = {fact.topic for fact in said}
    for kind in said:
        if kind.about not in KINDS or (kind.direction and not core.is_reason(kind)):
            continue
        for _, fact, other in sorted(_separating(shown, kind), key=lambda one: one[0]):
            if fact.topic in topics:
                continue
            fact, other = _together(shown, kind, fact), _together(shown, kind, other)
            details = _details(shown, kind, fact, other)
            if fact.topic not in topics and details:
                return replace(fact, details=details)
    return None


def without_its_examples(shown: QuestionList, facts: Sequence[Fact], separator: Fact) -> list[Fact]:
    """The facts, their examples without works of which an answer says next that they disappoint more often.

    Args:
        shown: the list.
        facts: facts with their details.
        separator: a fact of `separator_of`.

    Returns:
        The same facts; one that would have too few examples keeps all.
    """
    if separator.direction == UP:
        return list(facts)
    kind = Fact("shown", *separator.details[0].topic)
    both = shown.carriers(kind) & shown.carriers(separator)
    titles = {shown.items[place].title for place in np.flatnonzero(both).tolist()}
    changed = []
    for fact in facts:
        works = [one for one in fact.details if (one.kind, one.about) == ("own", "work")]
        poor = [one for one in works if one.value in titles]
        if fact.direction != DOWN and poor and len(works) - len(poor) >= examples.MIN_EXAMPLES:
            fact = replace(fact, details=tuple(one for one in fact.details if one not in poor))
        changed.append(fact)
    return changed


def _together(shown: QuestionList, kind: Fact, fact: Fact) -> Fact:
    """The fact about both categories at once, if these have a name."""
    if {kind.about, fact.about} != {"category"}:
        return fact
    (name,) = works.blends([kind.value, fact.value])
    has_name = name in shown.person.counts.codes["blend"] and shown.is_sayable("blend", name)
    return replace(fact, about="blend", value=name) if has_name else fact


def _separating(shown: QuestionList, kind: Fact) -> Iterator[tuple[float, Fact, Fact]]:
    """The traits that separate hits from misses, with the chance of each, and the figures of the other side."""
    person, counts = shown.person, shown.person.counts
    own = np.flatnonzero(person.carries(kind))
    is_like = person.sides[own] == LIKE
    k, a = int(is_like.sum()), int((~is_like).sum())
    places, traits = counts.traits_of(person.codes[own])
    codes, number = np.unique(traits, return_counts=True)
    candidates = [
        code for code in codes[number >= FEWEST_TRIED].tolist() if _is_second(shown, kind, code)
    ]
    for code in candidates:
        has = np.zeros(len(own), bool)
        has[places[traits == code]] = True
        c, d = int((has & is_like).sum()), int((has & ~is_like).sum())
        up = c * a > d * k
        (x, n), (y, m) = ((c, k), (d, a)) if up else ((d, a), (c, k))
        if x < FEWEST or x < MIN_SHARE_OF_SIDE * n or x * m < MIN_CONTRAST * y * n or not m:
            continue
        chance = significance.more_common(x, n, y, m)
        about, value = counts.names[code]
        if chance * len(candidates) <= MAX_CHANCE:
            direction = UP if up else DOWN
            fact = Fact("among", about, value, x, n, y / m, direction)
            yield chance, fact, Fact("overall", about, value, y, m, 0.0, -direction)


def _is_second(shown: QuestionList, kind: Fact, code: int) -> bool:
    """Whether a trait can be named as what separates works of a kind: of two periods none separates the other."""
    about, value = shown.person.counts.names[code]
    same = kind.topic == (about, value) or (about == kind.about == "decade")
    return about in SECOND_TRAITS and not same and shown.is_sayable(about, value)


def _details(shown: QuestionList, kind: Fact, fact: Fact, other: Fact) -> tuple[Fact, ...]:
    """The figures and titles; none where the list does not show the difference."""
    both = shown.carriers(kind) & shown.carriers(fact)
    own = shown.is_like == (fact.direction == UP)
    x, n = int((both & own).sum()), int((shown.carriers(kind) & own).sum())
    y, m = int((both & ~own).sum()), int((shown.carriers(kind) & ~own).sum())
    places = examples.typical_ones(shown, fact, both & own)
    fewest = examples.MIN_EXAMPLES if fact.direction == UP else 1
    if len(places) < fewest or x * m <= y * n:
        return ()
    likes = shown.shown_of(Fact("shown", *kind.topic, direction=UP))[0]
    usual = shown.person.counts.share(
        shown.person.counts.codes[kind.about][kind.value], shown.person.likes
    )
    whole = Fact("shown", *kind.topic, likes.count, likes.of, usual, UP)
    titles = examples.titles_of("work", places, shown.items)[: examples.MAX_EXAMPLES]
    return (whole, other, *titles)
