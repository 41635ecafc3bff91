"""Spellings of the facts of answers in prose: as the source has them, and as the lexicon words
them."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from itdr.builders.core.errors import ItdrError
from itdr.builders.dataset import registry
from itdr.scoring.parsing.titles import spellings, words, year_of

if TYPE_CHECKING:
    from itdr.builders.rendering.lexicon_files import Lexicon

MOST_WORDS = 20_000
"""Words of an answer that are read."""
_COMMON = {
    "female": ("women", "woman", "female", "girls"),
    "male": ("men", "man", "male", "boys"),
    "usa": ("united states", "usa", "america"),
    "united states": ("united states", "usa", "america"),
    "united kingdom": ("united kingdom", "uk", "britain"),
}
"""Common words understood besides those of the lexicon."""
Form = tuple[str, ...]


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
    """The spellings of a title that running text is searched for.

    Forms of several words, and long single words; short words would be found everywhere.

    Args:
        title: the title as the source has it.

    Returns:
        Stemmed word sequences.
    """
    forms = {tuple(map(stem, form)) for level in spellings(title) for form in level}
    shortened = re.split(
        r":\s|\s[-\u2013\u2014(]\s?|,\s", re.sub(r"\s*\(\d{4}\)$", "", title), maxsplit=1
    )
    if 8 <= len(shortened[0]) <= 60:
        forms.add(tuple(stems(shortened[0])))
    return {form for form in forms if len(form) > 1 or (form and len(form[0]) > 6)} - {
        (year_of(title) or "",)
    }


def forms_of(source: str, about: str, value: str, folder: Path | None = None) -> set[Form]:
    """The spellings of a value, stemmed. What has no value, as a habit, is told by words of its own
    (`said_…` in the lexicon).

    Args:
        source: id of the source, whose domain's lexicon has the words.
        about: what the value is, as `category`.
        value: as the source spells it; "" for none.
        folder: the user's own templates, whose words the answers use.

    Returns:
        Spellings as tuples of words; none for a value without words.
    """
    lexicon = _lexicon(source, folder)
    if not value:
        phrase = lexicon.phrases.get(f"said_{about}", "") if lexicon else ""
        texts = phrase.split(", ")
    else:
        texts = [value, *_COMMON.get(value.casefold(), ())]
        texts += sorted(lexicon.spellings(about, value)) if lexicon else []
    return {form for form in (tuple(stems(text)) for text in texts) if form}


def demographic_values(source: str, folder: Path | None = None) -> list[tuple[str, str]]:
    """(about, value) of the groups by gender and age that the lexicon has words for."""
    lexicon = _lexicon(source, folder)
    if lexicon is None:
        return []
    return [(about, value) for about in ("gender", "age") for value in lexicon.terms.get(about, {})]


def cues(source: str, folder: Path | None = None) -> Mapping[str, re.Pattern[str]]:
    """What tells the side of a statement: `for` and `against`; and `turn`, the words at which another
    clause begins."""
    return _cues(source, folder)


@functools.lru_cache(maxsize=64)
def _cues(source: str, folder: Path | None) -> Mapping[str, re.Pattern[str]]:
    lexicon = _lexicon(source, folder)
    patterns = {}
    for name in ("for", "against", "turn"):
        text = lexicon.phrases.get(f"said_{name}", "") if lexicon else ""
        parts = [
            re.escape(one).replace(r"\*", r"\w*").replace("'", "['\u2019]")
            for one in text.split(", ")
            if one
        ]
        patterns[name] = re.compile(
            rf"(?i)(?<!\w)(?:{'|'.join(parts)})(?!\w)" if parts else r"(?!)"
        )
    return patterns


@functools.lru_cache(maxsize=64)
def _lexicon(source: str, folder: Path | None) -> Lexicon | None:
    """The lexicon of a source's domain; None for a source that is not known."""
    from itdr.builders.rendering.lexicon_files import load_lexicon
    from itdr.builders.rendering.templates import words_of

    try:
        declaration = registry.source(source)
    except ItdrError:
        return None
    return load_lexicon(declaration.words, words_of(declaration, folder), folder)
