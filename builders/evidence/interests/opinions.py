"""What a user's displayed reviews praise and complain about, taken together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from itdr.builders.evidence.aspect_words import AspectWords
from itdr.builders.evidence.aspects import aspects
from itdr.builders.evidence.comments import Comment
from itdr.builders.evidence.facts import DOWN, UP, Fact

_ENDS = (".", "!", "?", "…", ")", '"', "\n")
BOTH = 3
"""How many reviews must praise or criticise a thing before it counts as decisive."""
OFTEN = 2
"""How many reviews must mention a thing before the user counts as caring about it."""
_LEAST_FOR = {UP: 3, DOWN: OFTEN}
"""How many reviews of a side must mention people before the user counts as thinking of them."""


def opinions(comments: Sequence[Comment], words: AspectWords) -> list[Fact]:
    """What the reviews talk about, the most frequent topic first.

    Args:
        comments: the displayed reviews; those of what the user liked praise, the others complain.
        words: the words of the domain.

    Returns:
        Facts `aspect`: how many reviews of that side mention it, with one quote, and a second quote as a detail.
        What some reviews praise and others criticise is one fact without direction: it counts the
        complaints, and the detail counts the praise.
    """
    found: dict[tuple[tuple[str, str], int], list[Fact]] = {}
    of = {side: sum(one.verdict == side for one in comments) for side in (UP, DOWN)}
    for comment in comments:
        for fact in aspects([comment], words, ("aspect", "audience")):
            if fact.direction == comment.verdict and _whole(fact.quote, comment.text):
                found.setdefault((fact.topic, fact.direction), []).append(fact)
    counted = {key: _counted(facts, of[key[1]]) for key, facts in found.items()}
    facts: list[Fact] = []
    for (topic, side), fact in counted.items():
        other = counted.get((topic, -side))
        if fact.about == "audience" and (other or fact.count < _LEAST_FOR[side]):
            continue
        if other is None or fact.count + other.count < BOTH:
            facts.append(fact)
        elif side == DOWN:
            facts.append(replace(fact, direction=0, details=(replace(other, details=()),)))
    # A single review is about one item; it does not show a taste.
    return sorted(filter(is_shared, facts), key=lambda fact: -_reviews(fact))


def _whole(quote: str, text: str) -> bool:
    """Whether a quote is all of a sentence: one that is cut may say the opposite."""
    begins = text.find(quote)
    before, after = text[:begins].rstrip(), text[begins + len(quote) :]
    return (not before or before[-1] in _ENDS) and after[:1] in _ENDS and quote[0].isupper()


def _counted(facts: Sequence[Fact], of: int) -> Fact:
    more = [fact for fact in facts if fact.quote != facts[0].quote][:1]
    return replace(facts[0], count=len(facts), of=of, details=tuple(more))


def _reviews(fact: Fact) -> int:
    return fact.count + sum(one.count for one in fact.details)


def is_shared(fact: Fact) -> bool:
    """Whether a fact counts several reviews."""
    return fact.kind == "aspect" and _reviews(fact) >= OFTEN
