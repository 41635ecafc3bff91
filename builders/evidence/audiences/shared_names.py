"""Series that no form of a title tells: works whose titles share a rare word, such as a hero's name.

"The Bourne Identity" and "The Bourne Supremacy" share one, "A Grand Day Out with Wallace and Gromit" and "Wallace &
Gromit: A Close Shave" two. Such a word is a name only if it stands in few titles, all of the works share a genre, and
chance alone would hardly bring so many of its works among those that are liked together.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from itdr.builders.core.text import plain
from itdr.builders.evidence.audiences.members import TraitTable
from itdr.builders.evidence.series import base_title
from itdr.builders.evidence.significance import at_least
from itdr.builders.evidence.traits import CATEGORY
from itdr.builders.store.reader import StoreReader

MOST_WORKS = 10
"""Works that may bear a name; more bear a common word."""
SHORTEST = 5
"""Letters of a name, at least."""
CHANCE = 0.02
"""How likely so many works with a name would be among others by chance, at most."""
_WORD = re.compile(r"[^\W\d_]+")


class SharedNames:
    """The rare words of the titles of a store."""

    def __init__(self, store: StoreReader) -> None:
        self.store = store

    @functools.cached_property
    def _works(self) -> dict[str, list[int]]:
        """By word, the works whose titles have it, if they are few; of editions of one title the first."""
        found: dict[str, dict[str, int]] = {}
        titles = self.store.items.column("title").to_pylist()
        for work, title in enumerate(titles):
            if title and self.store.title_code[work] >= 0:
                for word in _words(title):
                    found.setdefault(word, {}).setdefault(base_title(title), work)
        return {
            word: list(works.values())
            for word, works in found.items()
            if 2 <= len(works) <= MOST_WORKS
        }

    def alike(self, work: int, others: Sequence[int], traits: TraitTable) -> set[int]:
        """Those of some works that share a name and a genre with a work.

        Args:
            work: the work's code.
            others: the codes of the works looked at.
            traits: the traits of all works.

        Returns:
            Codes.
        """
        own = _genres(work, traits)
        found: set[int] = set()
        if not own or not others:
            return found
        size = max(int((self.store.title_code >= 0).sum()), 1)
        for word in sorted(_words(self.store.item(work).title) & self._works.keys()):
            bearing = [
                one for one in self._works[word] if one != work and own & _genres(one, traits)
            ]
            here = [one for one in others if one in bearing]
            if here and at_least(len(here), len(others), len(bearing) / size) <= CHANCE:
                found.update(here)
        return found


def _words(title: str) -> set[str]:
    """The words of a title that may be names, without the ending of a plural."""
    named = {plain(word) for word in _WORD.findall(base_title(title))}
    return {word.removesuffix("s") for word in named if len(word) >= SHORTEST}


def _genres(work: int, traits: TraitTable) -> set[int]:
    return {code for code in traits.of(work) if traits.names[code][0] == CATEGORY}
