"""False facts for the wrong answers of target user identification."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from itdr.builders.evidence.facts import Fact
from itdr.builders.rendering.realiser import Statement


class SwappedFacts:
    """False facts for true ones, each of the same form, no value twice."""

    def __init__(self, statements: Sequence[Statement], others: Sequence[Fact]) -> None:
        self._used = {fact.topic for one in statements for fact in one.facts}
        self._quotes = {fact.quote for one in statements for fact in one.facts}
        self._others = others
        self._false: dict[Fact, Fact] = {}

    def of(self, fact: Fact) -> Fact:
        """The false fact for a true one, the same one each time."""
        if fact not in self._false:
            self._false[fact] = self._made(fact)
        return self._false[fact]

    def _made(self, fact: Fact) -> Fact:
        if fact.quote:
            for one in self._others:
                same = (one.kind, one.direction) == (fact.kind, fact.direction)
                if same and one.quote and one.quote not in self._quotes:
                    self._quotes.add(one.quote)
                    return dataclasses.replace(
                        fact, value=one.value, about=one.about, quote=one.quote
                    )
        elif fact.value:
            for one in self._others:
                if one.about == fact.about and one.topic not in self._used:
                    self._used.add(one.topic)
                    return dataclasses.replace(fact, value=one.value)
        return dataclasses.replace(fact, count=max(fact.of - fact.count, 0))
