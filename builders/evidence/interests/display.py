"""Which of a user's likes and dislikes the question shows, and which facts they show with it.

The works shown are a fair sample: each taste that could be stated is as common among them as among
all of the user's likes (or dislikes). A fact that the sample does not show is not stated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests.person import Person
from itdr.builders.evidence.interests.works import KINDS, PLUS
from itdr.builders.evidence.verdicts import DISLIKE, LIKE

SHOWN = 2
"""Displayed likes that must carry a taste."""
TRACKED = 6
"""How many facts (the strongest first) have their share preserved by the sample."""
CONSIDERED = 120
"""How many works of a side, in hash order, the sample is taken from."""
WIDE = 12
"""A taste shared by fewer than one like in this many cannot be seen in a fair sample."""
CLEARLY = 2
"""A reason for an item must be this many times as common among the displayed likes as among the dislikes."""
FAR, MOST_LIKED = 3, 5
"""A reason against an item must apply to at least two displayed dislikes, be `FAR` times as common
among them as among the likes, and apply to at most one like in `MOST_LIKED`. If it applies to no like, one dislike
is enough."""
HINTS = 3
"""A reason against that only the list supports must apply to this many displayed dislikes."""
SAME = 0.7
"""Two tastes count as one if they share this fraction of the works of the smaller."""
_APART = ("contrast", "listed")
_FARTHEST = np.iinfo(np.int64).max


def distinct_tastes(person: Person, facts: Sequence[Fact]) -> list[Fact]:
    """The facts without those that merely restate an earlier one.

    Args:
        person: the user.
        facts: the strongest first.

    Returns:
        Facts in the same order; those about no trait of works all stay.
    """
    kept: list[tuple[Fact, int]] = []
    for fact in facts:
        own = 0
        if fact.about in KINDS:
            side = DISLIKE if fact.direction == DOWN else LIKE
            has = person.carries(fact) & (person.sides == side)
            own = int.from_bytes(np.packbits(has).tobytes(), "big")
        number = own.bit_count()
        alike = number and any(
            ((one.kind in _APART) == (fact.kind in _APART) or nested(one, fact))
            and one.direction == fact.direction
            and (own & theirs).bit_count() >= SAME * min(number, theirs.bit_count())
            for one, theirs in kept
            if theirs
        )
        if not alike:
            kept.append((fact, own))
    return [fact for fact, _ in kept]


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


def fair_sample(
    person: Person,
    facts: Sequence[Fact],
    order: np.ndarray,
    titles: np.ndarray,
    most: int,
    taken: set[int],
) -> list[int]:
    """Up to `most` places of one side's works, which mirror that side's share of every taste.

    Args:
        person: the user.
        facts: those whose shares are kept, as far as they are about traits of works.
        order: places of that side's works, in the order of a stable hash, which breaks ties.
        titles: title codes, by place; no two displayed works have the same.
        most: how many are displayed.
        taken: title codes already displayed; those of the chosen ones are added.

    Returns:
        The places, in the order in which they are displayed.
    """
    tracked = list({fact.topic: fact for fact in facts if fact.about in KINDS}.values())[:TRACKED]
    n = len(order)
    if not n:
        return []
    has = (
        np.stack([person.carries(fact)[order] for fact in tracked], 1, dtype=np.int64)
        if tracked
        else np.zeros((n, 0), np.int64)
    )
    wanted = has.sum(0)
    has, order = has[:CONSIDERED], order[:CONSIDERED]
    named = titles[order].tolist()
    alike: dict[int, list[int]] = {}
    for place, title in enumerate(named):
        alike.setdefault(title, []).append(place)
    barred = np.array([title in taken for title in named], bool)
    # The squared distance of s + t from w (c + 1) / n, times n, minus what is the same for all works:
    # t: traits of a work, s: of the c chosen ones, w: of all n. Integers tie identically on every machine.
    own = n * has.sum(1)
    shown = np.zeros(len(tracked), np.int64)
    chosen: list[int] = []
    while len(chosen) < most:
        off = own + 2 * (has @ (n * shown - (len(chosen) + 1) * wanted))
        off[barred] = _FARTHEST
        best = int(off.argmin())
        if barred[best]:
            break
        chosen.append(int(order[best]))
        taken.add(named[best])
        shown += has[best]
        barred[alike[named[best]]] = True
    return chosen


def shown_facts(
    person: Person,
    facts: Sequence[Fact],
    liked: Sequence[int],
    disliked: Sequence[int],
    titles: Sequence[str],
) -> list[Fact]:
    """The facts that the displayed works bear out, each with what it may cite from them as details.

    Args:
        person: the user.
        facts: what may be said.
        liked, disliked: places of the displayed works.
        titles: their titles, likes first.

    Returns:
        Facts in the same order, but contrasts against works last, those first that most displayed dislikes
        show. Details are how many of the displayed likes carry the trait, how many
        of the dislikes (dislikes first for reasons against), and example titles; for what
        is liked only at times, the title of a dislike precedes them.
    """
    found = []
    for fact in facts:
        if fact.about not in KINDS:
            found.append(fact)
            continue
        has = person.carries(fact)
        likes, dislikes = has[liked].tolist(), has[disliked].tolist()
        k, against = sum(likes), sum(dislikes)
        if not _is_shown(fact, k, len(liked), against, len(disliked)):
            continue
        listed = [
            Fact("shown", fact.about, fact.value, k, len(liked), 0.0, UP),
            Fact("shown", fact.about, fact.value, against, len(disliked), 0.0, DOWN),
        ]
        named = zip(titles[: len(liked)], likes, strict=True)
        if fact.direction == DOWN:
            listed.reverse()
            named = zip(titles[len(liked) :], dislikes, strict=True)
        examples = [Fact("own", "work", title) for title, own in named if own]
        if fact.direction == 0:
            failed = zip(titles[len(liked) :], dislikes, strict=True)
            examples[:0] = [Fact("own", "title", title) for title, own in failed if own][:1]
        if fact.kind == "listed":
            # Only the displayed list supports it.
            fact = replace(fact, count=against, of=len(disliked), base=k / max(len(liked), 1))
            listed = listed[1:]
        found.append(replace(fact, details=(*listed, *examples)))
    return sorted(found, key=_less_seen)


def _less_seen(fact: Fact) -> int:
    """0 for what is no contrast against works; the more, the fewer dislikes show the contrast."""
    against = fact.kind == "contrast" and fact.direction == DOWN
    return 1 + fact.details[0].of - fact.details[0].count if against else 0


def _is_shown(fact: Fact, k: int, n: int, against: int, m: int) -> bool:
    """Whether the displayed works show a fact: k of n likes carry its trait, and so many of m dislikes."""
    if fact.kind == "listed":
        return against >= HINTS and against * n >= FAR * k * m
    if fact.direction == DOWN:
        return (
            against >= 1
            if not k
            else (against >= SHOWN and MOST_LIKED * k <= n and against * n >= FAR * k * m)
        )
    if fact.direction == 0 and not against:
        return False
    if k < SHOWN or WIDE * fact.count < fact.of:
        return False
    return fact.kind != "contrast" or k * m >= CLEARLY * against * n
