"""How the facts of a grounded answer are spelled: as the source has them, and as the templates say them."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from itdr.builders.core.errors import ItdrError
from itdr.builders.dataset import registry
from itdr.builders.rendering.lexicon_files import Lexicon, load_lexicon
from itdr.builders.rendering.templates import load_words
from itdr.scoring.parsing.titles import spellings, words, year_of

MOST_WORDS = 20_000
"""Words of an answer that are looked at."""
_COMMON = {
    "female": ("women", "woman", "female", "girls"),
    "male": ("men", "man", "male", "boys"),
    "usa": ("united states", "usa", "america"),
    "united states": ("united states", "usa", "america"),
    "united kingdom": ("united kingdom", "uk", "britain"),
}
Form = tuple[str, ...]
_EMPTY_WORDS = frozenset({("group",), ("people",), ("audience",), ("gift",)})
"""What every answer about an audience says, whoever it is."""


def stem(word: str) -> str:
    """A word without the ending of its plural: "comedies" and "comedy" are one."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def stems(text: str) -> list[str]:
    """The words of a text, folded and stemmed."""
    return [stem(word) for word in words(text)[:MOST_WORDS]]


def title_forms(title: str) -> set[Form]:
    """The spellings of a title that running text is searched for: those of several words, and long
    single ones."""
    forms = {tuple(map(stem, form)) for level in spellings(title) for form in level}
    shortened = re.split(
        r":\s|\s[-\u2013\u2014(]\s?|,\s", re.sub(r"\s*\(\d{4}\)$", "", title), maxsplit=1
    )
    if 8 <= len(shortened[0]) <= 60:
        forms.add(tuple(stems(shortened[0])))
    return {form for form in forms if len(form) > 1 or (form and len(form[0]) > 6)} - {
        (year_of(title) or "",)
    }


def fact_forms(source: str, kind: str, value: str, folder: Path | None = None) -> set[Form]:
    """The spellings of a category, tag, creator, group or attribute.

    folder: the user's own templates, whose words the answers use.
    """
    texts = {value, *_COMMON.get(value.casefold(), ()), *_spelled(source, kind, value, folder)}
    return {form for form in (tuple(stems(text)) for text in texts) if form} - _EMPTY_WORDS


def demographic_forms(source: str, folder: Path | None = None) -> list[tuple[str, str, set[Form]]]:
    """(kind, value, spellings) of the groups by gender and age that the lexicon has words for."""
    lexicon = _lexicon(source, folder)
    if lexicon is None:
        return []
    return [
        (kind, value, fact_forms(source, kind, value, folder))
        for kind in ("gender", "age")
        for value in lexicon.terms.get(kind, {})
    ]


@functools.lru_cache(maxsize=200_000)
def _spelled(source: str, kind: str, value: str, folder: Path | None) -> frozenset[str]:
    """How the lexicon says a value: "science fiction" for Sci-Fi."""
    lexicon = _lexicon(source, folder)
    return lexicon.spellings(kind, value) if lexicon is not None else frozenset()


@functools.lru_cache(maxsize=64)
def _lexicon(source: str, folder: Path | None) -> Lexicon | None:
    """The lexicon of a source's domain; None for a source that is not known."""
    try:
        wording = registry.source(source).words
        return load_lexicon(wording, load_words(wording, folder), folder)
    except ItdrError:
        return None
