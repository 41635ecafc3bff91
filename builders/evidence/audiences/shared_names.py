"""Series that no form of a title tells: works whose titles share a rare word, such as a hero's name.

"The Bourne Identity" and "The Bourne Supremacy" share one, "A Grand Day Out with Wallace and Gromit" and "Wallace &
Gromit: A Close Shave" two. Such a word is a name only if it stands in few titles, all of the works share a genre, and
chance alone would hardly bring so many of its works among those that are liked together.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
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
    def _names(self) -> dict[str, int]:
        """By word in how many titles it stands, if they are few; editions of one title count once.

        A word that is a title by itself is none: "Alien Nation" is no part of "Alien".
        """
        titles = self.store.items.column("title").to_pylist()
        every = {base_title(title) for title in titles if title}
        counts = Counter(word for title in every for word in _words(title))
        alone = {word for title in every if len(words := _all_words(title)) == 1 for word in words}
        return {word: n for word, n in counts.items() if 2 <= n <= MOST_WORKS and word not in alone}

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
        title = self.store.item(work).title
        words = _words(title)
        titles = {one: self.store.item(one).title for one in others if one != work}
        near = {
            one: _words(other) & words & self._names.keys()
            for one, other in titles.items()
            if own & _genres(one, traits)
        }
        for word in sorted(words & self._names.keys()):
            here = [one for one, shared in near.items() if word in shared]
            k = len({base_title(titles[one]) for one in here})
            # A single title needs more than one word, as "Wallace" and "Gromit".
            several = k > 1 or any(len(near[one]) > 1 for one in here)
            p = (self._names[word] - 1) / size
            if several and at_least(k, max(len(others), k), p) <= CHANCE:
                found.update(here)
        # "Aliens" follows "Alien".
        found.update(one for one, other in titles.items() if _all_words(other) == _all_words(title))
        return found


def _words(title: str) -> set[str]:
    """The words of a title that may be names, without the ending of a plural."""
    named = {plain(word) for word in _WORD.findall(base_title(title))}
    return {word.removesuffix("s") for word in named if len(word) >= SHORTEST}


def _all_words(title: str) -> set[str]:
    """All words of a title, without the ending of a plural."""
    return {plain(word).removesuffix("s") for word in _WORD.findall(base_title(title))}


def _genres(work: int, traits: TraitTable) -> set[int]:
    return {code for code in traits.of(work) if traits.names[code][0] == CATEGORY}
