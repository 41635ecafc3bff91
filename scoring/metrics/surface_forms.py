"""How the facts of a grounded answer are spelled: as the source has them, and as the templates say them."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from itdr.builders.core.errors import ItdrError
from itdr.builders.dataset import registry
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
_NAME = re.compile(r"\{(\w+)\}")
_CHOICE = re.compile(r"\[[^\[\]]*\]")
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
    texts = [value, *_COMMON.get(value.casefold(), ())]
    if kind in ("category", "tag"):
        texts += _category(source, value, folder)
    if kind == "group":
        texts += _audience(source, value, folder)
    return {form for form in (tuple(stems(text)) for text in texts) if form} - _EMPTY_WORDS


def demographic_forms(source: str, folder: Path | None = None) -> list[tuple[str, str, set[Form]]]:
    """(kind, value, spellings) of the groups by gender and age that the templates have words for."""
    from itdr.builders.rendering import group_words as say

    found = []
    for kind, groups in (("gender", say.GENDERS), ("age", say.AGES)):
        for value, texts in groups.items():
            said = [*_filled(source, texts, folder), *_COMMON.get(value, ())]
            forms = {tuple(stems(text)) for text in said}
            found.append((kind, value, {form for form in forms if form}))
    return found


@functools.lru_cache(maxsize=200_000)
def _category(source: str, value: str, folder: Path | None) -> tuple[str, ...]:
    """How the templates say a category: "science fiction" for Sci-Fi."""
    from itdr.builders.rendering import group_words, lexicon

    wording, domain = _words(source, folder)
    if not domain:
        return ()
    if wording == "news" and value in group_words.NEWS:
        return (group_words.NEWS[value],)
    found = []
    for items in (domain["items"], "places", "videos", "articles"):
        phrase = lexicon.category(value, wording, items)
        if phrase.quoted is None:
            found += [text for text in (phrase.thing, phrase.items, phrase.before) if text]
    return tuple(dict.fromkeys(found))


def _audience(source: str, group: str, folder: Path | None) -> list[str]:
    from itdr.builders.rendering import group_words as say

    kind, _, relative = group.partition(":")
    if kind == "relative":
        return [relative]
    return _filled(source, say.GROUPS.get(group, ()), folder)


def _filled(source: str, texts: tuple[str, ...], folder: Path | None) -> list[str]:
    """The texts with the domain's words put in, and again with "people" and without."""
    _, domain = _words(source, folder)
    found = []
    for people in (domain.get("people", "people"), "people", ""):
        known = {**domain, "people": people}
        for text in texts:
            if not _CHOICE.search(text):
                parts = _NAME.split(text)
                parts[1::2] = [known.get(name, "") for name in parts[1::2]]
                found.append("".join(parts))
    return [text for text in found if len(words(text)) > 1 or len(text) > 3]


@functools.lru_cache(maxsize=64)
def _words(source: str, folder: Path | None) -> tuple[str, dict[str, str]]:
    """The source's wording and its words; none for a source that is not known."""
    from itdr.builders.rendering import templates

    try:
        found = registry.source(source)
        return found.words, dict(templates.words_of(found, folder))
    except ItdrError:
        return "", {}
