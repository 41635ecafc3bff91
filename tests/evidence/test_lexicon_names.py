"""What the lexicons list by name exists, and can be said: an entry that nothing reads is a mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from itdr.builders.core.text import plain
from itdr.builders.evidence.aspect_words import LISTS
from itdr.builders.evidence.prices import HIGH, LOW
from itdr.builders.rendering import lexicon_files, templates
from itdr.builders.rendering.template_files import BUILT_IN

NAMES = ("minor", "flaws", "common_faults", "everybody", "frank", "others", "gifts")
"""Lists of names."""
WORDS = ("apart", "heading", "hints", "somebody")
"""Lists of words."""
DOMAINS = sorted(
    path.stem
    for path in (BUILT_IN / "lexicon").glob("*.yaml")
    if re.search(r"^aspects:", path.read_text("utf-8"), re.MULTILINE)
)


def lexicon(domain: str) -> lexicon_files.Lexicon:
    return lexicon_files.load_lexicon(domain, templates.load_words(domain))


def named(one: lexicon_files.Lexicon) -> Iterator[tuple[str, str, bool]]:
    """(where, name, whether it stands there because of praise) for each name that a lexicon lists."""
    words = one.aspects
    for which in NAMES:
        yield from ((which, name, False) for name in words.lists.get(which, ()))
    yield from (("unpraised", name, True) for name in words.unpraised)
    for which in ("unblamed", "bound"):
        yield from ((which, name, False) for name in getattr(words, which))


def test_every_list_is_of_names_or_of_words() -> None:
    assert sorted([*NAMES, *WORDS]) == sorted(LISTS)
    assert {"products", "businesses", "games", "book_reviews"} <= {*DOMAINS}
    for domain in DOMAINS:
        assert set(lexicon(domain).aspects.lists) <= {*LISTS}


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_listed_name_is_defined_and_can_be_said(domain: str) -> None:
    one = lexicon(domain)
    words = one.aspects
    judged = {*words.aspects, *words.niches, *words.wishes, *words.audiences}
    fields = {plain(name) for name in one.terms.get("attribute", {})} | {LOW, HIGH}
    for which, name, praised in named(one):
        known = name in judged or (praised and plain(name) in fields)
        assert known, f"{which}: {name} is defined nowhere"
        # What praises everybody's wish is not said, so that nothing need rule it out.
        assert not (praised and words.pleases_everybody(name, 1)), (
            f"{which}: {name} is never praised"
        )


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_niche_and_term_can_be_said(domain: str) -> None:
    """A niche is only ever said in praise: one that everybody is after would be said of nobody."""
    one = lexicon(domain)
    words = one.aspects
    assert not [name for name in words.niches if words.pleases_everybody(name, 1)]
    for about, names in (
        ("niche", words.niches),
        ("wish", words.wishes),
        ("aspect", words.aspects),
    ):
        terms = set(one.terms.get(about, {}))
        assert terms <= {plain(name) for name in names}, about
        assert about == "aspect" or terms == {plain(name) for name in names}, about


@pytest.mark.parametrize("domain", DOMAINS)
def test_no_word_stands_twice_in_a_list(domain: str) -> None:
    words = lexicon(domain).aspects
    parts = (words.aspects, words.niches, words.wishes, words.audiences, words.bound)
    for part in (
        *parts,
        words.unpraised,
        words.unblamed,
        words.lists,
        words.naming,
        words.polarity,
    ):
        for name, listed in part.items():
            assert len(listed) == len(set(listed)), (
                f"{name}: {sorted({one for one in listed if listed.count(one) > 1})}"
            )


@pytest.mark.parametrize("domain", DOMAINS)
def test_no_phrase_keeps_a_word_unfilled(domain: str) -> None:
    """Rows would show it: only figures are filled in later."""
    for name, phrase in lexicon(domain).phrases.items():
        assert set(re.findall(r"\{\{ *(\w+)", phrase)) <= {"n", "of"}, name
    assert "player" in lexicon("games").phrases["highs"]
