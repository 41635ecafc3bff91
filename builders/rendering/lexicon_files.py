"""How things are called: `templates/lexicon/<domain>.yaml` over `common.yaml`, and a user's own over both.

A lexicon says how the value of a fact is put into words (`forms` for all values of a kind, `terms` for
single ones), the phrases that differ between domains, which values do not count as tastes (`silent`), what
badly translated ones stand for (`aliases`), and what reviews speak of (`aspects`).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from itdr.builders.core.errors import choose_from
from itdr.builders.core.text import plain
from itdr.builders.core.yaml_lines import Node
from itdr.builders.evidence.aspect_words import LISTS, NAMING, POLARITY, AspectWords
from itdr.builders.evidence.facts import ABOUTS, NAMED_ONLY, SELDOM, Fact
from itdr.builders.rendering import jinja
from itdr.builders.rendering.template_files import (
    BUILT_IN,
    ENGLISH,
    LEXICON,
    WORDS,
    own_file,
    own_files,
)
from itdr.builders.rendering.templates import fingerprint
from itdr.builders.rendering.yaml_fields import complain, fields, read_yaml, text, texts

COMMON = "common"
REQUIRED_PHRASES = ("and", "comma", "about", "below_one")
"""Phrases without which numbers and lists cannot be said."""
ACTED = "acted"
"""The word for what people did, which phrases may hold."""
REPLACED_LISTS = (
    "aspects",
    "niches",
    "wishes",
    "audiences",
    "unpraised",
    "unblamed",
    "bound",
    "tagged",
)
"""Word lists of `AspectWords` by names of a domain's own; a later file's list replaces an earlier one."""
EXTENDED_LISTS = {"polarity": POLARITY, "naming": NAMING, "lists": LISTS}
"""Those with names of their own, which later files add to."""
TITLE_CHARS = 90
_YEAR = re.compile(r"(?<=\S)\s*\([12]\d{3}\)$")
_BRACKETS = re.compile(r"\s*\(([^()]*)\)$")
_EDITION = re.compile(
    r"\s*[(\[](?:rpkg|paperback|hardcover|mass market[^()]*|audio(?: ?cd| cassette)?|large print|reissue|reprint|"
    r"(?:un)?abridged|boxed set|[^()]*\bedition)[)\]].*$",
    re.I,
)
_OF_SERIES = re.compile(r"\b(?:an?|the|series|novels?|trilogy|saga|chronicles)\b|\W", re.I)


@dataclass(frozen=True)
class Lexicon:
    """The words of one domain.

    phrases: by name, for wordings.   silent: (about, plain value) of no tastes.   aliases: (about,
    plain value) -> what it is to be called.   forms: about -> form -> text, in order, of all values.
    terms: about -> plain value -> form -> text.   aspects: what reviews speak of.
    namesakes: titles that keep their year, since another work bears the same.
    """

    phrases: Mapping[str, str] = field(default_factory=dict)
    silent: frozenset[tuple[str, str]] = frozenset()
    aliases: Mapping[tuple[str, str], str] = field(default_factory=dict)
    forms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    terms: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    aspects: AspectWords = field(default_factory=AspectWords)
    words: Mapping[str, str] = field(default_factory=dict)
    namesakes: frozenset[str] = frozenset()
    _said: dict[tuple[str, str], Mapping[str, str]] = field(
        default_factory=dict, compare=False, repr=False
    )
    _bound: dict[str, jinja.Put] = field(default_factory=dict, compare=False, repr=False)

    def telling_apart(self, titles: Iterable[str | None]) -> Lexicon:
        """The same lexicon, with the year after those titles that are alike without it.

        Args:
            titles: of all works that may be named.

        Returns:
            A lexicon.
        """
        by_name: dict[str, set[str]] = {}
        for title in titles:
            if title and _YEAR.search(title):
                name = _BRACKETS.sub("", _YEAR.sub("", title))
                by_name.setdefault(plain(name), set()).add(title)
        alike = frozenset(one for group in by_name.values() if len(group) > 1 for one in group)
        return replace(self, namesakes=alike, _said={})

    def is_taste(self, about: str, value: str) -> bool:
        """Whether the value can be a taste, or a group that one would name."""
        about = about.removeprefix(SELDOM)
        if about in NAMED_ONLY and plain(value) not in self.terms.get(about, {}):
            return False
        return (about, plain(value)) not in self.silent

    def sayable(self, facts: list[Fact]) -> list[Fact]:
        """The facts that can be said, in their order.

        Args:
            facts: any facts.

        Returns:
            Those about what is a taste, but for those that are said with a detail that has no name.
        """
        return [
            fact
            for fact in facts
            if all(
                self.is_taste(one.about, one.value)
                for one in (fact, *fact.details)
                if one is fact or one.about in NAMED_ONLY
            )
        ]

    def forms_of(self, about: str, value: str) -> Mapping[str, str]:
        """All forms of a value: `thing`, `things`, `fans`, …

        Args:
            about: what the value is: category, creator, tag, …
            value: the value as the source has it.

        Returns:
            Texts by name of the form.
        """
        key = (about, value)
        forms = self._said.get(key)
        if forms is None:
            if len(self._said) > 20_000:
                self._said.clear()
            forms = self._said[key] = self._forms(about, value)
        return forms

    def _forms(self, about: str, value: str) -> dict[str, str]:
        base = about.removeprefix(SELDOM)
        display_name = self.aliases.get((base, plain(value)), value)
        term = self.terms.get(base, {}).get(plain(display_name), {})
        bare = base in ("work", "title") and display_name not in self.namesakes
        forms = {"value": _quotable(_named(display_name) if bare else display_name)}
        context = {**self.phrases, **forms}
        for name, form in self.forms.get(base, {}).items():
            own = term.get(name, form)
            if own not in self._bound:
                self._bound[own] = jinja.bind(own, self.words)
            context[name] = forms[name] = self._bound[own](context)
        return forms

    def place_of(self, about: str, value: str) -> int | None:
        """The place of a value among those that the lexicon has words of their own for; None for others."""
        values = list(self.terms.get(about, {}))
        return values.index(plain(value)) if plain(value) in values else None

    def names(self, about: str) -> frozenset[str]:
        """The forms that values of this kind have."""
        return frozenset(self.forms.get(about.removeprefix(SELDOM), {})) | {"value"}

    def spellings(self, about: str, value: str) -> frozenset[str]:
        """The value and all its forms: what a reader of answers looks for."""
        return frozenset([value, *self.forms_of(about, value).values()])


def _named(title: str) -> str:
    """A work's title without its year, without what names an edition, and without brackets that only repeat it.

    >>> _named("Three To Get Deadly: A Stephanie Plum Novel (A Stephanie Plum Novel)")
    'Three To Get Deadly: A Stephanie Plum Novel'
    >>> _named("The Magician's Nephew (rpkg) (Narnia)")
    "The Magician's Nephew"
    """
    title = _YEAR.sub("", title)
    title = _EDITION.sub("", title) or title
    match = _BRACKETS.search(title)
    if match and match.start():
        before = title[: match.start()]
        again = _OF_SERIES.sub("", match[1]).casefold()
        if again in _OF_SERIES.sub("", before).casefold():
            return before
    return title


def _quotable(value: str) -> str:
    """A value as it stands between quotation marks, cut at a word's end where it is long."""
    value = " ".join(value.replace('"', "'").split())
    if len(value) > TITLE_CHARS:
        value = value[:TITLE_CHARS].rpartition(" ")[0].rstrip(" ,;:.-") + "…"
    return value


def load_lexicon(key: str, words: Mapping[str, str], folder: Path | None = None) -> Lexicon:
    """The lexicon of the domain `key`.

    Args:
        key: the entry of `domains.yaml`, as `films`.
        words: the words of that entry.
        folder: a user's own folder of templates; None without one.

    Returns:
        The lexicon, checked.

    Raises:
        TemplateError: with file and line, for what breaks the rules.
    """
    stamp = fingerprint(folder)
    return _load(key, tuple(sorted(words.items())), tuple(_paths(key, folder)), stamp)


def check_own(folder: Path) -> None:
    """Check every lexicon of a user's folder, also one that the subtasks at hand do not read.

    Args:
        folder: the folder.

    Raises:
        TemplateError: with file and line, for what breaks the rules.
    """
    for language, name in own_files(folder):
        if language == ENGLISH and name.startswith(f"{LEXICON}/"):
            load_lexicon(name.removeprefix(f"{LEXICON}/"), {}, folder)


def _paths(key: str, folder: Path | None) -> Iterator[Path]:
    for name in (COMMON, key):
        built_in = BUILT_IN / LEXICON / f"{name}.yaml"
        if built_in.exists():
            yield built_in
        own = own_file(folder, f"{LEXICON}/{name}")
        if own is not None:
            yield own


@functools.lru_cache(maxsize=64)
def _load(
    key: str, words: tuple[tuple[str, str], ...], paths: tuple[Path, ...], stamp: str
) -> Lexicon:
    parts = _Parts()
    for path in paths:
        parts.read(path)
    missing = [name for name in REQUIRED_PHRASES if name not in parts.phrases]
    if missing:
        raise complain(paths[0], 1, f"phrases lack {', '.join(missing)}; add them.")
    return Lexicon(
        {name: _worded(one, dict(words)) for name, one in parts.phrases.items()},
        frozenset(parts.silent),
        parts.aliases,
        parts.forms,
        parts.terms,
        AspectWords(**parts.word_lists),
        dict(words),
    )


def _worded(phrase: str, words: Mapping[str, str]) -> str:
    """A phrase with the words of its domain, such as `person`, in their places."""
    for name, word in words.items():
        phrase = phrase.replace(f"{{{{ {name} }}}}", word)
    return phrase


class _Parts:
    """What the files of a lexicon gave so far; a later file's entries replace an earlier one's."""

    def __init__(self) -> None:
        self.phrases: dict[str, str] = {}
        self.silent: set[tuple[str, str]] = set()
        self.aliases: dict[tuple[str, str], str] = {}
        self.forms: dict[str, dict[str, str]] = {}
        self.terms: dict[str, dict[str, dict[str, str]]] = {}
        self.word_lists: dict[str, dict[str, tuple[str, ...]]] = {
            part: {} for part in (*REPLACED_LISTS, *EXTENDED_LISTS)
        }

    def read(self, path: Path) -> None:
        parts = ("phrases", "silent", "aliases", "forms", "terms", *self.word_lists)
        top = fields(path, read_yaml(path), "a lexicon", (), parts)
        for part, node in top.items():
            if part in REPLACED_LISTS:
                for name, one in _mapping(path, node, part):
                    self.word_lists[part][name] = tuple(texts(path, one, name))
            elif part in EXTENDED_LISTS:
                word_list = self.word_lists[part]
                for name, one in fields(path, node, part, (), EXTENDED_LISTS[part]).items():
                    word_list[name] = (*word_list.get(name, ()), *texts(path, one, name))
            else:
                getattr(self, f"_read_{part}")(path, node)

    def _read_phrases(self, path: Path, node: Node) -> None:
        for name, one in _mapping(path, node, "phrases"):
            self.phrases[name] = text(path, one, name)
            _check(path, one, self.phrases[name], {"n", "of", ACTED})

    def _read_silent(self, path: Path, node: Node) -> None:
        for about, one in _by_about(path, node, "silent"):
            self.silent |= {(about, plain(value)) for value in texts(path, one, about)}

    def _read_aliases(self, path: Path, node: Node) -> None:
        for about, inner in _by_about(path, node, "aliases"):
            for value, one in _mapping(path, inner, about):
                self.aliases[about, plain(value)] = text(path, one, value)

    def _read_forms(self, path: Path, node: Node) -> None:
        for about, inner in _by_about(path, node, "forms"):
            forms = self.forms.setdefault(about, {})
            for name, one in _mapping(path, inner, about):
                forms[name] = text(path, one, name)
                _check(path, one, forms[name], {"value", *forms, *self.phrases} - {name})

    def _read_terms(self, path: Path, node: Node) -> None:
        for about, inner in _by_about(path, node, "terms"):
            terms = self.terms.setdefault(about, {})
            for value, entry in _mapping(path, inner, about):
                forms = {n: text(path, one, n) for n, one in _mapping(path, entry, value)}
                for name in forms:
                    if name not in self.forms.get(about, {}):
                        choice = choose_from("form", name, self.forms.get(about, {}))
                        raise complain(path, entry.line, f"{value}: {choice}")
                    _check(path, entry, forms[name], {"value", *self.forms[about], *self.phrases})
                terms[plain(value)] = terms.get(plain(value), {}) | forms


def _mapping(path: Path, node: Node, what: str) -> list[tuple[str, Node]]:
    if not isinstance(node.value, dict):
        raise complain(path, node.line, f"{what} must be a mapping.")
    return list(node.value.items())


def _by_about(path: Path, node: Node, what: str) -> Iterator[tuple[str, Node]]:
    for about, inner in _mapping(path, node, what):
        if about not in ABOUTS:
            raise complain(path, inner.line, choose_from(what, about, ABOUTS))
        yield about, inner


def _check(path: Path, node: Node, written: str, allowed: set[str]) -> None:
    """Raise TemplateError if a text uses an unknown placeholder."""
    try:
        jinja.require_names(written, allowed.union(WORDS))
    except jinja.TextError as error:
        raise complain(path, node.text_line + error.line - 1, error.message) from None
