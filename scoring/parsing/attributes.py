"""Whether a stated attribute is right, and how far off a stated number is."""

from __future__ import annotations

import re

from itdr.scoring.parsing.titles import words

NUMBERS: dict[str, tuple[int, int]] = {"age": (5, 100), "birth year": (1930, 2015)}
"""Attributes that are numbers, with the range to which a stated one is clipped."""

_GENDERS = {
    "male": {"m", "male", "man", "boy", "masculine", "men"},
    "female": {"f", "female", "woman", "girl", "feminine", "women"},
    "non binary": {"nonbinary", "non binary", "nb", "enby"},
}
_COUNTRIES = {
    "united states": {"usa", "us", "u s a", "u s", "united states of america", "america"},
    "united kingdom": {"uk", "u k", "great britain", "gb", "britain"},
    "russian federation": {"russia"},
    "korea republic of": {"south korea", "korea", "republic of korea"},
    "viet nam": {"vietnam"},
    "netherlands": {"the netherlands", "holland"},
    "czech republic": {"czechia"},
    "iran islamic republic of": {"iran"},
    "cote divoire": {"ivory coast"},
}
_PLACES = {"country", "location"}
_RANGE = re.compile(r"(\d{1,3})\s{0,3}(?:-|\u2013|\u2014|to|and)\s{0,3}(\d{1,3})", re.I)
_UNDER = re.compile(r"(?:under|below|less than|younger than|<)\s{0,3}(\d{1,3})", re.I)
_OVER = re.compile(
    r"(\d{1,3})\s{0,3}(?:\+|and (?:over|above|older|up)|or (?:over|above|older|more))"
    r"|(?:over|above|older than|>)\s{0,3}(\d{1,3})",
    re.I,
)
_DECADE = re.compile(r"\b(\d)0'?s\b")
_INTEGER = re.compile(r"(?<![\d.])\d{1,3}(?![\d.]*\d)")
_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")
OLDEST = 120


_HEDGE = (
    r"(?:most\s|very\s|quite\s)?(?:probably|likely|possibly|maybe|perhaps|presumably|roughly|about|around"
    r"|i\s(?:think|guess|believe|would\s(?:say|guess))|my\s(?:best\s)?guess(?:\sis)?|from|a\sguess|guess"
    r"|it\sis|its|they\sare)"
)
_HEDGE_BEFORE = re.compile(rf"^(?:{_HEDGE}[\s,:]{{1,3}}(?:an?\s)?){{1,3}}", re.I)
_HEDGE_BEHIND = re.compile(rf"[\s,(]{{1,3}}{_HEDGE}\)?$", re.I)
_REASON = re.compile(
    r"[\s,]{0,3}\b(?:because|since|based\son|given\sthat|as\sthey|due\sto|judging)\b"
    r"|\s[-\u2013\u2014]\s|;\s|[.!?]\s|[\s,]{0,3}\([^()]{0,200}\)?\W{0,3}$",
    re.I,
)
LONGEST = 300


def same_value(name: str, said: str, truth: str) -> bool:
    """Whether a stated value equals the true one.

    Args:
        name: the attribute, as in the row ("age group", "gender", …).
        said: the stated value; hedges and reasons around it are ignored.
        truth: the true value.

    Returns:
        True also for another spelling of the value.
    """
    said = said[:LONGEST].strip(" \t\n\"'`*_.?!")
    if _same(name, said, truth):
        return True
    reason = _REASON.search(said)
    bare = said[: reason.start()] if reason and reason.start() else said
    bare = _HEDGE_BEHIND.sub("", _HEDGE_BEFORE.sub("", bare.strip())).strip(" \"'`*_.?!,")
    return bool(bare) and bare != said and _same(name, bare, truth)


def _same(name: str, answer: str, truth: str) -> bool:
    if name == "age group":
        return _same_span(answer, truth)
    if name == "birth decade":
        year = _YEAR.search(answer)
        return year is not None and year[0][:3] == truth[:3]
    if name == "gender":
        return _canonical(answer, _GENDERS) == _canonical(truth, _GENDERS)
    if name in _PLACES:
        return _place(answer) == _place(truth)
    return bool(words(answer)) and words(answer) == words(truth)


def parse_number(name: str, said: str) -> float | None:
    """A stated age in years, or a year of birth.

    A range of ages, or a decade ("20s"), counts as its middle. Reasons are searched last.

    Args:
        name: the attribute.
        said: the stated value.

    Returns:
        The number; None where there is none.
    """
    reason = _REASON.search(said[:LONGEST])
    if reason and reason.start():
        value = _number(name, said[: reason.start()])
        if value is not None:
            return value
    return _number(name, said)


def _number(name: str, text: str) -> float | None:
    if name == "birth year":
        match = _YEAR.search(text)
        return float(match[0]) if match else None
    decade = _DECADE.search(text)
    if decade:
        return int(decade[1]) * 10 + 4.5
    span = _RANGE.search(text)
    if span:
        return (int(span[1]) + int(span[2])) / 2
    match = _INTEGER.search(text)
    return float(match[0]) if match else None


def clip(name: str, value: float) -> float:
    """Clip a number to its attribute's range.

    Args:
        name: the attribute, a key of `NUMBERS`.
        value: the number.
    """
    low, high = NUMBERS[name]
    return min(max(value, low), high)


def max_error(name: str, truth: float) -> float:
    """The largest error that a clipped number can have.

    Args:
        name: the attribute, a key of `NUMBERS`.
        truth: the true value.
    """
    low, high = NUMBERS[name]
    return max(abs(truth - low), abs(high - truth))


def _canonical(text: str, names: dict[str, set[str]]) -> str:
    plain = " ".join(words(text))
    return next((name for name, others in names.items() if plain in others), plain)


def _place(text: str) -> tuple[str, ...]:
    """The comma-separated parts of a place, its country under one name."""
    parts = [" ".join(words(part)) for part in text.split(",")]
    parts = [part for part in parts if part]
    return (*parts[:-1], _canonical(parts[-1], _COUNTRIES)) if parts else ()


def _same_span(answer: str, truth: str) -> bool:
    """Whether ranges of ages are equal; a single age stands for the range that contains it."""
    true_span, stated_span = _span(truth), _span(answer)
    if true_span is None:
        return bool(words(answer)) and words(answer) == words(truth)
    if stated_span is None:
        age = parse_number("age", answer)
        return age is not None and true_span[0] <= age <= true_span[1]
    return true_span == stated_span


def _span(text: str) -> tuple[int, int] | None:
    match = _RANGE.search(text)
    if match:
        return int(match[1]), int(match[2])
    match = _UNDER.search(text)
    if match:
        return 0, int(match[1]) - 1
    match = _OVER.search(text)
    if match:
        return (int(match[1]) if match[1] else int(match[2]) + 1), OLDEST
    return None
