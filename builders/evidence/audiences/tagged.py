"""What a review praises and a tag says, too: two signs of one group, which come before single ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence

from itdr.builders.core.text import plain
from itdr.builders.evidence.aspect_words import AspectWords
from itdr.builders.evidence.facts import UP, Fact

ENOUGH_SENTENCES = 2
"""Sentences that must speak of a group of which each gives but a hint, where no tag names it."""


def with_tags(
    facts: Sequence[Fact], words: AspectWords, tags: Collection[str], sentences: Sequence[str]
) -> list[Fact]:
    """Facts from reviews, each with the tag that says the same as its detail.

    Args:
        facts: what reviews say, the most important first.
        words: the words of the domain.
        tags: those of the item, as displayed.
        sentences: of the reviews.

    Returns:
        Those with a tag first, mere hints last; no hint that nothing else supports.
    """
    shown = {plain(tag): tag for tag in tags}
    found = []
    for fact in facts:
        known = words.tagged.get(fact.value, ())
        tag = next((shown[plain(one)] for one in known if plain(one) in shown), None)
        if tag is not None and fact.direction != UP:
            # A review and a tag that contradict each other warn nobody.
            continue
        if tag is not None:
            detail = Fact("own", "tag", tag, direction=UP)
            fact = dataclasses.replace(fact, details=(detail,))
        elif is_hint(fact, words) and words.mentions(fact.value, sentences) < ENOUGH_SENTENCES:
            continue
        found.append(fact)
    return sorted(found, key=lambda one: (is_hint(one, words), not one.details))


def is_hint(fact: Fact, words: AspectWords) -> bool:
    """Whether a fact only quotes somebody who has a group in mind.

    Args:
        fact: what a review says.
        words: the words of the domain.

    Returns:
        True for "Bought it for my son".
    """
    quote = fact.quote.casefold()
    return fact.direction == UP and any(one in quote for one in words.lists.get("hints", ()))
