"""What the comments on an item, its name and its categories say of whom it is for, put in order.

What an item of its kind is for (its niche) comes before what a sentence says in passing, and nothing is said
that another sentence of the comments contradicts.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Sequence

from itdr.builders.core.text import plain
from itdr.builders.evidence.aspect_words import AspectWords
from itdr.builders.evidence.aspects import (
    Judgement,
    aspects,
    audiences,
    clauses_of,
    sentences_of,
    undisputed,
)
from itdr.builders.evidence.comments import Comment
from itdr.builders.evidence.complaints import complaints, grievance_in
from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.sentences import quotable

ENOUGH = 2
"""Groups named by comments beside which no field names another."""
MAX_WORDS_OF_A_SHORT_REMARK = 3
"""Letters of a word that tells no use, such as "and"."""
ENOUGH_MENTIONS = 2
"""Sentences that must speak of a small wish, such as a dessert, if neither name nor categories do."""

_STEM = re.compile(r"(?:ing|ers?|ed|e?s|e)$")


def remarks(
    comments: Sequence[Comment],
    words: AspectWords,
    title: str,
    categories: str,
    own: Iterable[Fact],
    people: Callable[[Fact], str],
) -> list[Fact]:
    """What may be said of an item because of the comments displayed, its name, and what it is.

    Args:
        comments: the comments as displayed.
        words: the words of the domain.
        title, categories: of the item; "" for none.
        own: what its attributes, price and title say of whom it is for.
        people: whom a fact names, in words; no two facts for an item name the same people.

    Returns:
        Facts: those against it first, then what most sentences speak of, then its own.
    """
    niches = words.niches_of(categories or title)
    # Whom a review names outright says more than what it praises, and is not quoted twice.
    uses = _Uses(comments, title)
    named = [
        one
        for one in audiences(comments, words)
        if not words.pleases_everybody(one.value, one.direction)
        and not uses.is_own(one)
        and not _complains(one, words)
    ]
    quoted = "\n".join(fact.quote for fact in named)

    def is_reason(one: Judgement) -> bool:
        # A complaint about what an item is for is one about its quality: no reason against those it is for.
        of_niche = one.about != "niche" or (one.name in niches and one.side == UP)
        return of_niche and not words.pleases_everybody(one.name, one.side)

    wanted = aspects(comments, words, ("audience", "niche", "wish"), is_reason)
    general = aspects(comments, words, ("aspect",), is_reason, words.lists.get("frank", ()))
    judged = [
        one for one in (*wanted, *general) if one.quote not in quoted and not _complains(one, words)
    ]
    against = complaints(comments, words)
    found = undisputed(_firsts([*named, *judged], lambda one: one.quote), comments, words)
    found = _with_complaints(found, against)
    spoken = [] if len(_suited(found)) >= ENOUGH else _spoken(niches, comments, words, found)
    found += [one for one in spoken if one.topic not in {fact.topic for fact in found}]
    weights = _Weights(words, comments, title, categories)
    found = [_warning(one, words) for one in found if weights.is_enough(one)]
    found.sort(key=lambda one: (one.direction, -weights.of(one)))
    # What a field says is said only where the comments do not name enough people.
    fields = own if len(_suited(found)) < ENOUGH else ()
    # Of whom the comments speak, they tell whether the item suits them.
    unspoken = [one for one in fields if not words.mentions(one.value, weights.sentences)]
    return _apart(_firsts([*found, *unspoken], people), words, people)


def _apart(facts: Sequence[Fact], words: AspectWords, people: Callable[[Fact], str]) -> list[Fact]:
    """The facts without those of a wider group than an earlier one names: who loves the scent of rose likes scented
    products."""
    kept: list[Fact] = []
    for fact in facts:
        named = [people(one) for one in kept if one.direction == UP]
        if fact.direction != UP or not words.mentions(fact.value, named):
            kept.append(fact)
    return kept


def _suited(facts: Sequence[Fact]) -> list[Fact]:
    """The facts that name people whom the item suits."""
    return [one for one in facts if one.direction == UP]


def _with_complaints(found: Sequence[Fact], against: Sequence[Fact]) -> list[Fact]:
    """The facts with these complaints: nothing is praised that one of them is about, or that it quotes."""
    topics, quotes = {one.topic for one in against}, {one.quote for one in against}
    kept = [
        one
        for one in found
        if one.direction == DOWN or (one.topic not in topics and one.quote not in quotes)
    ]
    known = {part for one in kept for part in (one.topic, one.quote)}
    return [*kept, *(one for one in against if known.isdisjoint((one.topic, one.quote)))]


def _spoken(
    niches: Iterable[str],
    comments: Sequence[Comment],
    words: AspectWords,
    found: Sequence[Fact],
) -> list[Fact]:
    """The niches of which a sentence speaks well, in whatever words: better than a category's name."""
    quoted = {one.quote for one in found}
    sentences = [
        sentence
        for comment in comments
        if comment.verdict >= 0
        for sentence in quotable(comment.text, words)
        if sentence not in quoted
        and not any(words.finds(one, sentence) for one in ("turn", "elsewhere"))
    ]
    named: dict[str, Fact] = {}
    for name in niches:
        praising = (
            sentence
            for sentence in sentences
            if sentence not in named
            and any(words.praises(name, one) for one in clauses_of(sentence, words))
        )
        quote = next(praising, None)
        if quote is not None:
            named[quote] = Fact("aspect", "niche", name, direction=UP, quote=quote)
    return [one for one in named.values() if not _complains(one, words)]


class _Weights:
    """How much of what is shown speaks of a wish or niche: a sentence each, and the name as two."""

    def __init__(
        self, words: AspectWords, comments: Sequence[Comment], title: str, categories: str
    ) -> None:
        self.words, self.title, self.categories = words, title, categories
        self.sentences = sentences_of(comments)
        self.named = words.niches_of(title)

    def of(self, fact: Fact) -> int:
        """The weight of a fact: whom a review names in its own words outweighs any word of the lexicon."""
        in_own_words = fact.about == "wish" and fact.value not in self.words.wishes
        return len(self.sentences) + ENOUGH_MENTIONS if in_own_words else self.of_name(fact.value)

    def of_name(self, name: str) -> int:
        """The weight of a wish or niche; 0 for other names."""
        in_name = name in self.named or self.words.mentions(name, [self.title])
        return self.words.mentions(name, self.sentences) + ENOUGH_MENTIONS * bool(in_name)

    def is_enough(self, fact: Fact) -> bool:
        """Whether a fact is more than a small wish mentioned once."""
        if fact.about != "wish" or not self.words.is_of("minor", fact.value):
            return True
        listed = self.words.mentions(fact.value, [self.categories])
        return bool(listed) or self.of_name(fact.value) >= ENOUGH_MENTIONS


class _Uses:
    """What an item is used for by whoever has it: that names no group."""

    def __init__(self, comments: Sequence[Comment], title: str) -> None:
        self._name = plain(title)
        self._texts = [plain(comment.text) for comment in comments]

    def is_own(self, fact: Fact) -> bool:
        """Whether a purpose says no more than the item's name ("great for magnetic lashes"), or is an activity of which
        most comments speak."""
        if fact.about != "purpose":
            return False
        stems = [
            _STEM.sub("", word)
            for word in plain(fact.value).split()
            if len(word) > MAX_WORDS_OF_A_SHORT_REMARK
        ]
        if all(stem in self._name for stem in stems):
            return True
        several = sum(all(stem in text for stem in stems) for text in self._texts)
        activity = any(word.endswith("ing") for word in plain(fact.value).split())
        return activity and several >= ENOUGH_MENTIONS and 2 * several > len(self._texts)


def _complains(fact: Fact, words: AspectWords) -> bool:
    """Whether a sentence that praises an item also complains of it."""
    if fact.direction != UP:
        return False
    return bool(grievance_in(fact.quote, words)) or any(
        words.finds("complaint", clause) and not words.finds("denial", clause)
        for clause in clauses_of(fact.quote, words)
    )


def _warning(fact: Fact, words: AspectWords) -> Fact:
    """A complaint about what nobody likes warns everybody, not one group."""
    flaw = fact.about == "aspect" and any(
        words.is_of(which, fact.value) for which in ("flaws", "common_faults")
    )
    return dataclasses.replace(fact, about="flaw") if flaw and fact.direction == DOWN else fact


def _firsts(facts: Iterable[Fact], key: Callable[[Fact], str]) -> list[Fact]:
    """The facts without those whose key an earlier one has."""
    found: dict[str, Fact] = {}
    for fact in facts:
        found.setdefault(key(fact), fact)
    return list(found.values())
