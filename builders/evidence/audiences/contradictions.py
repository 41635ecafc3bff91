"""Facts about an item's audience must not contradict each other."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from itdr.builders.evidence.audiences.members import DECADE
from itdr.builders.evidence.facts import DOWN, SELDOM, UP, Fact
from itdr.builders.evidence.traits import CATEGORY, CREATOR


def without_contradictions(facts: Sequence[Fact]) -> list[Fact]:
    """Leave out facts that contradict others of the same item.

    Whoever is counted not to like an item is not named among those whom it suits; of genders and age
    bands only the one that stands out most is kept. Next to a period whose fans like it, none is named
    whose fans do not: neighbouring periods are never told apart. Fans of the maker of a series are not named beside its
    followers.

    Args:
        facts: the facts of an item, the strongest of each kind first.

    Returns:
        The facts that remain, in their order.
    """
    against = {one.topic for one in facts if one.direction == DOWN and one.kind == "liked_if"}
    welcome = {one.topic for one in facts if one.direction == UP and one.kind == "liked_if"}
    rated = {one.topic for one in facts if one.kind == "liked_if"}
    fans = {
        (part.about, part.value)
        for one in facts
        for part in (one, *one.details)
        if one.direction == UP and one.kind != "liked_if" and part.about == CATEGORY
    }
    series = any(one.kind == "series" for one in facts)
    period = any(one.about == DECADE and one.direction == UP for one in facts)
    found: list[Fact] = []
    known: dict[str, int] = {}
    for one in facts:
        if one.direction == UP and one.topic in against:
            continue
        if one.kind == "group" and one.topic in (rated if one.direction == UP else welcome):
            continue
        # That others do not like it is the same thing turned round.
        if one.about == SELDOM + CATEGORY and (CATEGORY, one.value) in fans:
            continue
        if one.about == DECADE and one.direction == DOWN and period:
            continue
        # Beside the followers of a series its maker's fans are hardly others.
        if one.about == CREATOR and one.direction == UP and series:
            continue
        if one.about in ("age", "gender"):
            # Of two genders one says it all, and neighbouring ages are never told apart.
            known[one.about] = known.get(one.about, 0) + 1
            if known[one.about] > 1:
                continue
        details = tuple(part for part in one.details if part.topic not in against)
        found.append(dataclasses.replace(one, details=details) if details != one.details else one)
    return found
