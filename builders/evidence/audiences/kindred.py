"""What the single works that an item's fans like have in common with it: a genre, two together, or one of its period.

Works without a theme (`themes.py`) are examples of the genre that they share with the item. Where some share one, those
that share none are left out. Nothing is claimed of how usual a kind is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from itdr.builders.evidence import traits as all_traits
from itdr.builders.evidence.audiences.members import DECADE, TraitTable
from itdr.builders.evidence.facts import UP, Fact
from itdr.builders.evidence.significance import at_least
from itdr.builders.evidence.traits import MAX_CATEGORIES_OF_AN_EXAMPLE, PLUS

SINGLE_WORK_KINDS = ("also_liked", "liked_if")
"""Kinds of facts that name single works."""
MIN_WORKS_OF_A_KIND = 2
"""Works that must have both genres of a blend, or be of a period, for it to be named."""
MAX_WORKS_OF_A_KIND = 4
"""Works that are named for a kind."""
MIN_WORKS_OF_THE_PERIOD = 3
"""Works of the item's period beside which others of the genre are not named."""
MAX_KINDS = 2
"""Kinds that are tried, the most telling first: a source may have genres that nobody names."""
DECIMALS_OF_CHANCES = 9


def is_single(fact: Fact) -> bool:
    """Whether a fact names a single work whose fans like the item."""
    return fact.about == "work" and fact.direction == UP and fact.kind in SINGLE_WORK_KINDS


class Kindred:
    """The kinds of works.

    Args:
        traits: the traits of works.
        total: all likes, of which a trait has a share.
    """

    def __init__(self, traits: TraitTable, total: int) -> None:
        self.traits, self._total = traits, max(total, 1)

    def genres(self, work: int) -> set[int]:
        """The categories of a work."""
        return {code for code in self.traits.of(work) if self._about(code) == all_traits.CATEGORY}

    def related(self, work: int, facts: Sequence[Fact], codes: Mapping[str, int]) -> list[Fact]:
        """The facts without single works that share no genre with the item, where others do.

        Args:
            work: the item's code.
            facts: what was counted of it.
            codes: by title, the code of a work.

        Returns:
            The facts that remain, in their order.
        """
        own = self.genres(work)
        alien = [one for one in facts if is_single(one) and not own & self.genres(codes[one.value])]
        if len(alien) == sum(map(is_single, facts)):
            return list(facts)
        return [one for one in facts if one not in alien]

    def _is_example(self, work: int, genres: set[int]) -> bool:
        """Whether a work has one of these genres, and few besides."""
        own = self.genres(work)
        return bool(own & genres) and len(own) <= MAX_CATEGORIES_OF_AN_EXAMPLE

    def kinds(self, work: int, facts: Sequence[Fact], codes: Mapping[str, int]) -> list[Fact]:
        """The kinds of an item to which several of the single works belong, the most telling first.

        Args:
            work: the item's code.
            facts: what was counted of it.
            codes: by title, the code of a work.

        Returns:
            Facts about two genres together (said only if the lexicon has a name for them), about a genre, or about a
            period with the genre as first detail; the works are their details.
        """
        # A work may be named by two facts.
        single = [
            one
            for one in list({one.value: one for one in reversed(facts) if is_single(one)}.values())[
                ::-1
            ]
            if self._is_example(codes[one.value], self.genres(work))
        ]
        carried = {one: set(self.traits.of(codes[one.value])) for one in single}
        found = []
        for genre in self.genres(work):
            works = [one for one in single if genre in carried[one]]
            usual = int(self.traits.likes[genre]) / self._total
            if works and 0 < usual < 1:
                chance = round(at_least(len(works), len(single), usual), DECIMALS_OF_CHANCES)
                found.append((chance, -len(works), self.traits.names[genre], genre, works))
        found.sort(key=lambda one: one[:3])
        periods = {code for code in self.traits.of(work) if self._about(code) == DECADE}
        first = len(found[0][-1]) if found else 0
        return [
            *self._blends(work, single, carried, min(first, MIN_WORKS_OF_THE_PERIOD)),
            *(
                self._kind(genre, periods, works, carried, len(single))
                for *_, genre, works in found[:MAX_KINDS]
            ),
        ]

    def _blends(
        self,
        work: int,
        single: Sequence[Fact],
        carried: Mapping[Fact, set[int]],
        least: int,
    ) -> list[Fact]:
        """Two genres of the item together, such as romance and comedy, that so many works have: the first have most,
        and of these the rarest genres."""
        found = []
        for pair in combinations(sorted(self.genres(work), key=self._value), 2):
            works = [one for one in single if carried[one].issuperset(pair)]
            if len(works) >= max(least, MIN_WORKS_OF_A_KIND):
                likes = [int(self.traits.likes[genre]) for genre in pair]
                value = PLUS.join(map(self._value, pair))
                found.append((-len(works), likes[0] * likes[1], value, works))
        found.sort(key=lambda one: one[:3])
        return [
            Fact(
                "kin",
                "blend",
                value,
                len(works),
                len(single),
                0.0,
                UP,
                "",
                tuple(works[:MAX_WORKS_OF_A_KIND]),
            )
            for *_, value, works in found[:MAX_KINDS]
        ]

    def _kind(
        self,
        genre: int,
        periods: set[int],
        works: Sequence[Fact],
        carried: Mapping[Fact, set[int]],
        of: int,
    ) -> Fact:
        """A genre as a fact; of the item's period, if enough of its works are."""
        about, value = self.traits.names[genre]
        lead = Fact("kin", about, value, len(works), of, 0.0, UP)
        for period in periods:
            near = [one for one in works if period in carried[one]]
            if len(near) >= max(MIN_WORKS_OF_A_KIND, min(len(works), MIN_WORKS_OF_THE_PERIOD)):
                about, value = self.traits.names[period]
                details = (lead, *near[:MAX_WORKS_OF_A_KIND])
                return Fact("kin", about, value, len(near), of, 0.0, UP, "", details)
        details = tuple(works[:MAX_WORKS_OF_A_KIND])
        return Fact("kin", lead.about, lead.value, lead.count, of, 0.0, UP, "", details)

    def _value(self, code: int) -> str:
        return self.traits.names[code][1]

    def _about(self, code: int) -> str:
        return self.traits.names[code][0]
