"""Titles on which the claims of an answer agree: no example of one is of a kind that another says the opposite of, and none
is given for a kind and again for its part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests import display, examples
from itdr.builders.evidence.interests.question_list import QuestionList
from itdr.builders.evidence.interests.works import KINDS


def agreed(shown: QuestionList, facts: Sequence[Fact], said: Sequence[Fact]) -> list[Fact]:
    """The facts with examples that agree, where there are any.

    Args:
        shown: the list.
        facts: all facts, with their details.
        said: those that the answer's statements lead with.

    Returns:
        The facts in their order. An example that is of a kind of the other side as well is conceded there.
    """
    claims = [one for one in said if one.about in KINDS]
    parts = [one for one in claims if one.kind == "among"]
    part_examples = display.told_in(shown, parts)
    replacements = {one: one for one in claims}
    for one in claims:
        if one not in parts:
            against = (
                _members(shown, claims, -one.direction)
                if one.direction
                else np.zeros_like(part_examples)
            )
            replacements[one] = _with_examples(shown, one, against, part_examples)
    examples_by_side = {side: _cited(shown, replacements.values(), side) for side in (UP, DOWN)}
    for one, new in replacements.items():
        if one.direction and one not in parts:
            replacements[one] = _conceding(shown, new, examples_by_side[-one.direction])
    return [replacements.get(one, one) for one in facts]


def _members(shown: QuestionList, claims: Sequence[Fact], direction: int) -> np.ndarray:
    """Which listed works are of a kind that is claimed to please, or to disappoint."""
    members = np.zeros(len(shown.places), bool)
    for one in claims:
        if one.direction == direction:
            whole = one.details[0] if one.kind == "among" else one
            members |= shown.carriers(one) & shown.carriers(whole)
    return members


def _with_examples(shown: QuestionList, fact: Fact, against: np.ndarray, told: np.ndarray) -> Fact:
    """The fact with other examples for those that are of a kind of the other side, or are told of its part."""
    side = shown.is_like == (fact.direction != DOWN)
    own_examples, barred = display.told_in(shown, [fact]), (against & side) | told
    failures = [one for one in fact.details if _is_own(one, "title")]
    if not fact.direction:
        failures = [one for one in failures if one.value not in _titles(shown, told)]
    works = [one for one in fact.details if _is_own(one, "work")]
    if (own_examples & side & barred).any():
        fewest = 1 if fact.direction == DOWN else examples.MIN_EXAMPLES
        choose = examples.exceptions if fact.direction == DOWN else examples.typical_ones
        places = choose(shown, fact, shown.carriers(fact) & side & ~barred)
        if len(places) >= fewest:
            works = examples.titles_of("work", places, shown.items)[: examples.MAX_EXAMPLES]
    head = [one for one in fact.details if one.kind != "own"]
    return replace(fact, details=(*head, *failures, *works))


def _conceding(shown: QuestionList, fact: Fact, cited: np.ndarray) -> Fact:
    """The fact with the examples of the other side's claims that are of its kind, as exceptions to it."""
    most = display.MAX_SPARED if fact.direction == DOWN else display.MAX_EXCEPTIONS
    places = np.flatnonzero(cited & shown.carriers(fact)).tolist()
    failures = [*examples.titles_of("title", places, shown.items)]
    failures += [one for one in fact.details if _is_own(one, "title") and one not in failures]
    head = [one for one in fact.details if one.kind != "own"]
    works = [one for one in fact.details if _is_own(one, "work")]
    return replace(fact, details=(*head, *failures[:most], *works))


def _cited(shown: QuestionList, claims: Iterable[Fact], side: int) -> np.ndarray:
    """Which listed works of a side are named as examples of one of its claims."""
    titles = {
        detail.value
        for one in claims
        if one.direction == side and one.kind != "among"
        for detail in one.details
        if _is_own(detail, "work")
    }
    return np.array([item.title in titles for item in shown.items], bool)


def _titles(shown: QuestionList, which: np.ndarray) -> set[str]:
    return {shown.items[place].title for place in np.flatnonzero(which).tolist()}


def _is_own(detail: Fact, about: str) -> bool:
    return (detail.kind, detail.about) == ("own", about)
