"""Words of titles that are names: of a hero, a place or a franchise, which works of one series share.

A name is a longer word that few titles have. How few depends on what is said with it: each user of this module states
its own limit.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable

from itdr.builders.core.text import plain
from itdr.builders.evidence.series import base_title

MIN_LETTERS_OF_A_NAME = 5
_LETTERS = re.compile(r"[^\W\d_]+")


@functools.lru_cache(maxsize=1 << 16)
def title_words(title: str) -> frozenset[str]:
    """The longer words of a title, folded.

    >>> sorted(title_words("Beneath the Planet of the Apes (1970)"))
    ['beneath', 'planet']
    """
    words = (word for word in _LETTERS.findall(title) if len(word) >= MIN_LETTERS_OF_A_NAME)
    return frozenset(map(str.casefold, words))


@functools.lru_cache(maxsize=1 << 16)
def stems_in_order(title: str, least: int = 1) -> tuple[str, ...]:
    """The words of a title without brackets, in their order and without the ending of a plural.

    >>> stems_in_order("Planet of the Apes (1968)", 4)
    ('planet', 'ape')

    Args:
        title: the title.
        least: how many letters a word has, at least.

    Returns:
        The words, folded.
    """
    words = words_of_base(base_title(title))
    return tuple([word.removesuffix("s") for word in words if len(word) >= least])


@functools.lru_cache(maxsize=1 << 16)
def stems(title: str) -> frozenset[str]:
    """The words of a title that may be names, without the ending of a plural."""
    return frozenset(names_among(words_of_base(base_title(title))))


def names_among(words: Iterable[str]) -> set[str]:
    """Those of some words that may be names, without the ending of a plural."""
    return {word.removesuffix("s") for word in words if len(word) >= MIN_LETTERS_OF_A_NAME}


def words_of_base(base: str) -> list[str]:
    """The words of what `base_title` makes of a title, in their order, folded."""
    words = _LETTERS.findall(base)
    # What is plain ASCII there is folded already.
    return words if base.isascii() else [one if one.isascii() else plain(one) for one in words]


def titles_by_word(words: Iterable[Iterable[str]]) -> Counter[str]:
    """In how many titles each word stands, from the words of each title."""
    return Counter(word for one in words for word in one)
