"""Places that people typed in lower case, as they are printed."""

from __future__ import annotations

import re

_SMALL = frozenset("and of the de del la las los da do dos du y am an der".split())
_ABBREVIATIONS = frozenset({"usa", "uk", "uae", "dc", "nyc"})
_DOTTED = re.compile(r"(?:[a-z]\.)+[a-z]?\.?")
_SPELLINGS = {
    "United States": ("usa", "us", "u.s", "u.s.", "u.s.a", "u.s.a.", "united states of america"),
    "United Kingdom": ("uk", "u.k", "u.k.", "great britain"),
    "Spain": ("españa", "espana"),
    "Germany": ("deutschland",),
    "France": ("la france",),
    "Italy": ("italia", "l'italia", "l`italia"),
    "Austria": ("österreich",),
    "Switzerland": ("schweiz", "la suisse"),
    "Brazil": ("brasil",),
    "Netherlands": ("nederland", "the netherlands", "holland"),
    "Belgium": ("belgique", "la belgique"),
    "Mexico": ("méxico",),
    "Uruguay": ("urugua",),
    "United Arab Emirates": ("uae",),
    "Côte d'Ivoire": ("ivory coast",),
}
PRINTED = {
    "aland islands": "Åland Islands",
    "cote d'ivoire": "Côte d'Ivoire",
    "curacao": "Curaçao",
    "reunion": "Réunion",
    "saint barthelemy": "Saint Barthélemy",
    "sao tome and principe": "São Tomé and Príncipe",
    "virgin islands, u.s.": "Virgin Islands, U.S.",
}
"""Countries that lists without accents, or with a capital in each word, spell wrongly: in small letters, and as
they are printed."""
_COUNTRIES = PRINTED | {other: name for name, others in _SPELLINGS.items() for other in others}
_WORD = re.compile(r"[^\s\-/(]+")


def place_name(text: str) -> str:
    """A place in the case in which it is printed; one that holds a capital, and not one in each word, stays as it is.

    Args:
        text: as it was typed.

    Returns:
        The text with capitals.

    >>> place_name("trinidad and tobago")
    'Trinidad and Tobago'

    Args:
        text: a place, perhaps in lower case.

    Returns:
        The place as it is printed.
    """
    if text == text.title() and len(text) == len(text.lower()):
        text = text.lower()  # a program gave all words a capital, "Usa" too
    if text != text.lower():
        return text

    def printed(match: re.Match[str]) -> str:
        word = match.group()
        if word in _ABBREVIATIONS or _DOTTED.fullmatch(word):
            return word.upper()
        if match.start() and word in _SMALL:
            return word
        return word[:1].upper() + word[1:]

    return _WORD.sub(printed, text)


def country_name(text: str) -> str:
    """A country under one name, in the case in which it is printed.

    Args:
        text: as it was typed.

    Returns:
        The name, or what was typed where it is not known.

    >>> country_name("u.s.a."), country_name("new zealand"), country_name("Cote D'Ivoire")
    ('United States', 'New Zealand', "Côte d'Ivoire")
    """
    return _COUNTRIES.get(text.casefold()) or place_name(text)
