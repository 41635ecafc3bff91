"""Groundedness: which of the statements in an answer the row's evidence supports.

A statement is the mention of a category, a maker, a title, an attribute or a group that the lexicon of
the row's source knows, in any of its spellings, the longest one at each place. It is supported where the
row holds it: among the evidence, the titles shown, or what the row's own answer says.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from itdr.builders import catalogue
from itdr.builders.errors import ItdrError
from itdr.scoring.titles import END, spellings, words, year_of

Row = Mapping[str, Any]
MOST_WORDS = 20_000
"""Words of an answer that are looked at."""
_SYNONYMS = {
    "female": ("women", "woman", "female", "females", "girls"),
    "male": ("men", "man", "male", "males", "boys"),
    "usa": ("united states", "usa", "america"),
    "united states": ("united states", "usa", "america"),
    "united kingdom": ("united kingdom", "uk", "britain"),
}


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


@dataclass(frozen=True)
class Grounds:
    """How far an answer is grounded. stated, supported: distinct statements; wanted, found: the facts
    that the row's own answer states, and those of them that this one states."""

    stated: int
    supported: int
    wanted: int
    found: int
    empty: bool

    @property
    def precision(self) -> float:
        """Supported statements among all; an answer without any has 1 where none was wanted."""
        if self.empty:
            return 0.0
        return self.supported / self.stated if self.stated else float(not self.wanted)

    @property
    def recall(self) -> float:
        """Facts that are stated among those wanted; 1 where none is."""
        if self.empty:
            return 0.0
        return self.found / self.wanted if self.wanted else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass
class Lexicon:
    """What can be stated, by source: a trie of stemmed words whose ends hold a fact's name."""

    tries: dict[str, dict] = field(default_factory=dict)
    _known: set[tuple[str, str, bool]] = field(default_factory=set)

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Lexicon:
        """All that the evidence of these rows names, and the titles that they show."""
        made = cls()
        for row in rows:
            for value in _values(row):
                made.add(row["source"], value)
            for title in _titles(row):
                made.add(row["source"], title, title=True)
        return made

    def add(self, source: str, value: str, title: bool = False) -> None:
        """Make a value known; a title in its looser spellings too."""
        if (source, value, title) in self._known:
            return
        self._known.add((source, value, title))
        trie = self.tries.setdefault(source, {})
        name = _name(value)
        for form in _title_forms(value) if title else _forms(source, value):
            node = trie
            for word in form:
                node = node.setdefault(word, {})
            # The first to claim a spelling keeps it: a category before a title of the same words.
            node.setdefault(END, name)

    def mentions(self, source: str, text: str) -> set[str]:
        """The facts that a text names, the longest spelling at each place."""
        trie = self.tries.get(source, {})
        said = stems(text)
        found: set[str] = set()
        place = 0
        while place < len(said):
            node, stop, name = trie, 0, ""
            for ahead in range(place, len(said)):
                node = node.get(said[ahead])
                if node is None:
                    break
                if END in node:
                    stop, name = ahead + 1, node[END]
            if stop:
                found.add(name)
            place = stop or place + 1
        return found


def grounds(row: Row, text: Any, lexicon: Lexicon) -> Grounds:
    """How far an answer to this row is grounded in it."""
    text = text if isinstance(text, str) else ""
    source = row["source"]
    own = lexicon.mentions(source, reference(row))
    facts = {_name(value) for value in _values(row)}
    shown = {_name(title) for title in _titles(row)}
    stated = lexicon.mentions(source, text)
    wanted = own & (facts | shown) if facts else own
    return Grounds(
        stated=len(stated),
        supported=len(stated & (facts | shown | own)),
        wanted=len(wanted),
        found=len(stated & wanted),
        empty=not words(text),
    )


def reference(row: Row) -> str:
    """The row's own answer, in whichever format the row is."""
    for name in ("output", "chosen"):
        if row.get(name) is not None:
            return str(row[name])
    messages = row.get("messages") or []
    return next((str(one["content"]) for one in messages if one["role"] == "assistant"), "")


def _values(row: Row) -> list[str]:
    return [one["value"] for one in row["evidence"] if words(one["value"] or "")]


def _titles(row: Row) -> list[str]:
    return [one["title"] for one in row["history"] if one["title"]]


def _name(value: str) -> str:
    return " ".join(words(value))


def _title_forms(title: str) -> set[tuple[str, ...]]:
    forms = {tuple(map(stem, form)) for level in spellings(title) for form in level}
    # A single word or a year alone would be found in any prose.
    return {form for form in forms if len(form) > 1 or (year_of(title) is None and len(form[0]) > 6)}


def _forms(source: str, value: str) -> set[tuple[str, ...]]:
    texts = {value, *_SYNONYMS.get(value.casefold(), ()), *_said(source, value)}
    return {form for form in (tuple(stems(text)) for text in texts) if form}


@functools.lru_cache(maxsize=100_000)
def _said(source: str, value: str) -> tuple[str, ...]:
    """How the templates say a category: "science fiction" for Sci-Fi."""
    from itdr.builders import templates
    from itdr.builders.tasks import _profile_words

    try:
        wording = catalogue.source(source).words
        items = templates.load_words(wording)["items"]
    except ItdrError:
        return ()
    phrase = _profile_words.category(value, wording, items)
    if phrase.quoted is not None:
        return ()
    return tuple(text for text in (phrase.thing, phrase.items, phrase.before) if text)

