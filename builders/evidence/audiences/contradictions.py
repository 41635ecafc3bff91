"""Facts about an item's audience must not contradict each other."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence

from itdr.builders.evidence.audiences.kindred import is_single
from itdr.builders.evidence.audiences.members import DECADE
from itdr.builders.evidence.facts import DOWN, SELDOM, UP, Fact
from itdr.builders.evidence.traits import AGE, CATEGORY, COUNTRY, CREATOR, GENDER, PLUS

TOLD_BY_GENRE, OF_A_GENRE = ("games",), (CATEGORY, "blend", "tag")
"""Wordings of domains whose items are first told by their genre, and what fans of one are fans of."""


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


PARTS_ALONE, PARTS_ALONE_WITHOUT_GENRES = 3, 2
"""Other parts of its series, at least, by whose fans alone an item is told, if its genres are known or not."""
LITTLE, WORKS_NAMED = 2, 3
PERCENT_ABOVE, PERCENT_ABOVE_OF_LITTLE = 14, 20
"""Of the fans of works by which alone a group is told so many percent more than expected like the item, or of `LITTLE`
works more: less is little without another group or somebody who is warned."""
KINDS_OF_GROUPS = ("era", "kin", "share")
"""Kinds of facts that name fans of a genre, or of several."""


def without_overlaps(facts: Sequence[Fact]) -> list[Fact]:
    """Leave out fans of a genre who are part of the fans of others that are named, too: of romantic comedies and musical
    comedies the first.

    Args:
        facts: the facts of an item, the strongest of each kind first.

    Returns:
        The facts that remain, in their order.
    """
    groups = {one: genres for one in facts if (genres := _genres_of(one))}
    # As an answer takes them: several genres together come before one.
    order = sorted(groups, key=lambda one: -len(groups[one]))
    kept: list[frozenset[str]] = []
    for one in order:
        mine = groups[one]
        # What is part of another group is said where that one cannot be.
        if all(mine.isdisjoint(other) or mine <= other for other in kept):
            kept.append(mine)
    return [one for one in facts if one not in groups or groups[one] in kept]


def _genres_of(fact: Fact) -> frozenset[str]:
    """The genres whose fans a fact names for an item; none for other facts."""
    if fact.kind not in KINDS_OF_GROUPS or fact.direction != UP:
        return frozenset()
    named = (one for one in (fact, *fact.details) if one.about in (CATEGORY, "blend"))
    return frozenset(genre for one in named for genre in one.value.split(PLUS))


def worth_saying(facts: Sequence[Fact], words: str, genres: Collection[str]) -> list[Fact]:
    """What makes an answer: the followers of a series are named beside another group, or by several parts, and of a game
    fans of its genre come first.

    Args:
        facts: the facts of an item.
        words: the wordings of its domain.
        genres: the item's.

    Returns:
        The facts, without those who follow the series, or without all groups that are counted, where that fails.
    """
    groups = [
        one
        for one in facts
        if one.direction == UP and not is_single(one) and one.about != "praised"
    ]
    if words in TOLD_BY_GENRE:
        by_genre = any(one.about in OF_A_GENRE or _genres_of(one) for one in groups)
        return [one for one in facts if by_genre or one.direction != UP]
    of_series = [one for one in groups if is_of_series(one)]
    # Whom a work suits is not told by age alone.
    if groups and all(one.about in (AGE, GENDER, COUNTRY) for one in groups):
        return [one for one in facts if one not in groups]
    if len(of_series) < len(groups) or not groups:
        return [] if _is_little(facts, groups) else list(facts)
    parts = sum(one.kind == "series" for one in of_series)
    enough = parts >= (PARTS_ALONE if genres else PARTS_ALONE_WITHOUT_GENRES)
    # That those who did not like these parts do not like this one either is the same thing turned round.
    return [one for one in facts if not is_of_series(one) or (enough and one.direction == UP)]


def _is_little(facts: Sequence[Fact], groups: Sequence[Fact]) -> bool:
    """Whether an answer would name a single group, by works that are no clear sign, and nobody whom the item does not
    suit."""
    against = any(one.direction != UP for one in facts)
    several = len({_genres_of(one) or one.topic for one in groups}) > 1
    works = [part for part in groups[0].details if part.about == "work"] if groups else []
    if against or several or not works or works[0].kind == "share":
        return False
    named = works[:WORKS_NAMED]
    least = PERCENT_ABOVE if len(named) > LITTLE else PERCENT_ABOVE_OF_LITTLE
    excess = round(100 * sum(one.count - one.base for one in named), 6)
    return excess < least * sum(one.of for one in named)


def is_of_series(fact: Fact) -> bool:
    """Whether a fact is about the followers of a series, or those who do not like its parts."""
    return "series" in (fact.kind, fact.about.removeprefix(SELDOM))
