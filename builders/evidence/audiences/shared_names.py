"""Series that no form of a title tells: works whose titles share a rare word, such as a hero's name.

"The Bourne Identity" and "The Bourne Supremacy" share one, "A Grand Day Out with Wallace and Gromit" and "Wallace &
Gromit: A Close Shave" two. Such a word is a name only if it stands in few titles, all of the works share a genre, and
chance alone would hardly bring so many of its works among those that are liked together. A word alone names a series
only where both titles begin with it: "Muriel's Wedding" is no part of "Four Weddings and a Funeral". A title that
begins with the whole of another, of two longer words, continues it ("The Dark Knight Rises"), as does one whose
subtitle it is.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from itdr.builders.core.text import plain
from itdr.builders.evidence.audiences.members import MAX_WORKS_AT_HAND, TraitTable
from itdr.builders.evidence.series import base_title, part
from itdr.builders.evidence.significance import at_least
from itdr.builders.evidence.title_names import (
    names_among,
    stems,
    stems_in_order,
    words_of_base,
)
from itdr.builders.evidence.traits import CATEGORY
from itdr.builders.store.reader import StoreReader

MAX_TITLES_OF_A_NAMED_SERIES = 10
"""Works that may bear a name; more bear a common word."""
MIN_LETTERS_BESIDE_A_NAME = 4
"""Letters of a word beside it, at least."""
MIN_WORDS_OF_A_CONTINUED_TITLE, MIN_WORDS_OF_AN_INFLECTED_TITLE = 2, 3
"""Longer words of a title with which another one begins, and words of titles that share all but the end of one."""
MIN_LETTERS_OF_A_STEM = 4
MAX_CHANCE_OF_A_NAME = 0.02
"""How likely so many works with a name would be among others by chance, at most."""
MIN_TITLES_OF_A_FAMILY = 3
"""Titles that a name must stand in, where only one of them is among the works looked at."""
WORDS_BEFORE_A_NAME = frozenset(
    ["the", "a", "an", "great", "new", "return", "revenge", "adventure", "son", "bride", "of"]
)
"""Words before a name that are no part of it, as in "Return of the ..."."""


_OF_AN_AUTHOR = re.compile(r"(?:[A-Z][\w.]*\s){1,3}[A-Z]\w+['’]s\s")
LEADING_ON = frozenset(["at", "for", "from", "in", "into", "no", "of", "on", "to", "with"])
"""Words after a name of which it is none, such as the Japanese "of"."""


class _Title(NamedTuple):
    """A title. whole: all its words in their order.   begun: the same without an article at the beginning.   stems: those
    that may be names."""

    title: str
    whole: tuple[str, ...]
    begun: tuple[str, ...]
    stems: frozenset[str]


class SharedNames:
    """The rare words of the titles of a store.

    Args:
        store: the store.
        kinds: names of kinds of works, such as "Mystery": their words name no series.
    """

    def __init__(self, store: StoreReader, kinds: Iterable[str] = ()) -> None:
        self.store = store
        self._of_kinds = names_among(word for one in kinds for word in words_of_base(plain(one)))
        self._titles: dict[int, _Title] = {}

    @functools.cached_property
    def _bases(self) -> list[str]:
        """By code the title without brackets, folded; "" for none."""
        titles = self.store.items.column("title").to_pylist()
        return [base_title(title) if title else "" for title in titles]

    @functools.cached_property
    def _names(self) -> dict[str, int]:
        """By word in how many titles it stands, if they are few; editions of one title count once.

        A word that is a title by itself is none: "Alien Nation" is no part of "Alien".
        """
        every: list[str] = []
        alone: set[str] = set()
        for base in set(self._bases):
            words = words_of_base(base_title(base))
            every += names_among(words)
            if len(different := {word.removesuffix("s") for word in words}) == 1:
                alone |= different
        return {
            word: n
            for word, n in Counter(every).items()
            if 2 <= n <= MAX_TITLES_OF_A_NAMED_SERIES and word not in alone | self._of_kinds
        }

    @functools.cached_property
    def _bearers(self) -> dict[str, list[int]]:
        """By name the codes of the titles that it stands in."""
        found: dict[str, list[int]] = {}
        for code, base in enumerate(self._bases):
            for word in names_among(words_of_base(base)) & self._names.keys():
                found.setdefault(word, []).append(code)
        return found

    def _title(self, code: int) -> _Title:
        """The title of an item as rows show it, with its words."""
        if code not in self._titles:
            if len(self._titles) >= MAX_WORKS_AT_HAND:
                self._titles.clear()
            title = self.store.item(code).title
            whole = stems_in_order(title)
            self._titles[code] = _Title(title, whole, _without_article(whole), stems(title))
        return self._titles[code]

    def _is_family(self, word: str, traits: TraitTable) -> bool:
        """Whether a name is that of a work, and all others that bear it begin with it and share a genre."""
        column = self.store.items.column("title")
        titles = {code: column[code].as_py() for code in self._bearers[word]}
        genres = [own for code in titles if (own := _genres(code, traits))]
        return (
            len({base_title(title) for title in titles.values()}) >= MIN_TITLES_OF_A_FAMILY
            and all(_first_word(title) == word for title in titles.values())
            and any(_all_words(title) - WORDS_BEFORE_A_NAME == {word} for title in titles.values())
            and bool(set.intersection(*genres) if genres else ())
        )

    def marks(self, code: int) -> set[object]:
        """Of any two titles that `alike` finds, some of these are the same.

        Args:
            code: the item's code.

        Returns:
            The names in its title, and the beginning of the title and of what follows a colon in it.
        """
        title, _, begun, words = self._title(code)
        both = begun, _without_article(stems_in_order(title.partition(": ")[2]))
        first = {(one[0][:MIN_LETTERS_OF_A_STEM],) for one in both if one}
        return {*(words & self._names.keys()), *first}

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
        if not own or not others:
            return set()
        title, whole, begun, words = self._title(work)
        known = [(one, self._title(one)) for one in others if one != work]
        # "Aliens" follows "Alien"; of titles without words, as "300", nothing follows.
        found = {
            one
            for one, other in known
            if (
                (whole and other.whole == whole)
                or _is_continued(begun, other.begun)
                or _is_subtitle(title, other.title)
            )
            and own & _genres(one, traits)
        }
        names = set() if _is_authors(title) else words & self._names.keys()
        if not names:
            return found
        titles = {one: other.title for one, other in known}
        near = {
            one: other.stems & names
            for one, other in known
            if not names.isdisjoint(other.stems)
            and own & _genres(one, traits)
            and not _is_authors(other.title)
        }
        for word in sorted(names):
            here = [
                one
                for one, shared in near.items()
                if word in shared and (len(shared) > 1 or _begin_alike(word, title, titles[one]))
            ]
            k = len({base_title(titles[one]) for one in here})
            # A single title needs more than one word, as "Wallace" and "Gromit", or a first work of that name.
            several = k > 1 or any(len(near[one]) > 1 for one in here)
            several = several or (bool(here) and self._is_family(word, traits))
            p = (self._names[word] - 1) / self._size
            if several and at_least(k, max(len(others), k), p) <= MAX_CHANCE_OF_A_NAME:
                found.update(here)
        return found

    @functools.cached_property
    def _size(self) -> int:
        """How many titles can be shown."""
        return max(int((self.store.title_code >= 0).sum()), 1)


def _is_continued(words: Sequence[str], others: Sequence[str]) -> bool:
    """Whether one title, without an article, begins with all of the other, or a single word of theirs is inflected.

    >>> _is_continued(("dark", "knight"), ("dark", "knight", "rise"))
    True
    >>> _is_continued(("grumpy", "old", "men"), ("grumpier", "old", "men"))
    True
    """
    shorter, longer = (others, words) if len(others) < len(words) else (words, others)
    if len(shorter) < len(longer):
        long = [word for word in shorter if len(word) >= MIN_LETTERS_BESIDE_A_NAME]
        return len(long) >= MIN_WORDS_OF_A_CONTINUED_TITLE and longer[: len(shorter)] == shorter
    if len(shorter) < MIN_WORDS_OF_AN_INFLECTED_TITLE:
        return False
    other = [pair for pair in zip(shorter, longer, strict=True) if pair[0] != pair[1]]
    return (
        len(other) == 1
        and min(map(len, other[0])) >= MIN_LETTERS_OF_A_STEM
        and len({word[:MIN_LETTERS_OF_A_STEM] for word in other[0]}) == 1
    )


def _is_subtitle(title: str, other: str) -> bool:
    """Whether all of one title, of two longer words unless a number follows it there, is the other's subtitle.

    >>> _is_subtitle("Jurassic Park (1993)", "The Lost World: Jurassic Park (1997)")
    True
    >>> _is_subtitle("The Omen (1976)", "Damien: Omen II (1978)")
    True
    """
    shorter, longer = (other, title) if len(other) < len(title) else (title, other)
    subtitle = longer.partition(": ")[2]
    if not subtitle:
        return False
    words = _without_article(stems_in_order(shorter))
    told = part(subtitle)
    if told.numbered and words:
        return _without_article(stems_in_order(told.name)) == words
    long = [word for word in words if len(word) >= MIN_LETTERS_BESIDE_A_NAME]
    alike = _without_article(stems_in_order(subtitle)) == words
    return alike and len(long) >= MIN_WORDS_OF_A_CONTINUED_TITLE


def _without_article(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(words[1:] if words[:1] in (("the",), ("a",), ("an",)) else words)


def _begin_alike(name: str, title: str, other: str) -> bool:
    """Whether two titles begin with a name, or have it next to another word that they share: "Pink Panther"."""
    first = name == _first_word(title) == _first_word(other)
    first = first and not (_leads_on(name, title) and _leads_on(name, other))
    return first or any(name in pair for pair in _pairs(title) & _pairs(other))


def _is_authors(title: str) -> bool:
    """Whether a title begins with the whole name of whoever wrote the work: "Robert A. Heinlein's The Puppet Masters"."""
    return _OF_AN_AUTHOR.match(title) is not None


def _leads_on(name: str, title: str) -> bool:
    """Whether a word is followed by one that leads on in a title, as nobody's name is: "Escape from Alcatraz"."""
    return any(one == name and two in LEADING_ON for one, two in pairwise(stems_in_order(title)))


def _first_word(title: str) -> str:
    """The first word of a title that may be part of a name, without the ending of a plural."""
    return next((word for word in stems_in_order(title) if word not in WORDS_BEFORE_A_NAME), "")


def _pairs(title: str) -> set[tuple[str, str]]:
    """The longer words of a title that follow each other: ("planet", "ape") of "Planet of the Apes"."""
    return set(
        pairwise(
            word
            for word in stems_in_order(title, MIN_LETTERS_BESIDE_A_NAME)
            if word not in WORDS_BEFORE_A_NAME
        )
    )


def _all_words(title: str) -> set[str]:
    """All words of a title, without the ending of a plural."""
    return set(stems_in_order(title))


def _genres(work: int, traits: TraitTable) -> set[int]:
    return {code for code in traits.of(work) if traits.names[code][0] == CATEGORY}
