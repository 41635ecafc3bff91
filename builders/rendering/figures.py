"""What a wording may say of a fact's numbers: plain ones, and phrases like "about 40" or "3 of 12".

A phrase is made only where a wording has it: most use two or three of all.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping

from itdr.builders.evidence.facts import FANS_ASKED, SAMPLE, Fact, expected_number, percent
from itdr.builders.rendering import answer_files, jinja
from itdr.builders.rendering.lexicon_files import Lexicon

FEW, COUNTED = 60, 10
"""Percentages are not used for totals below the first, nor for counts below the second."""


def is_small(fact: Fact) -> bool:
    """Whether a fact is about too few for a percentage.

    Args:
        fact: the fact.

    Returns:
        True below either of the least numbers.
    """
    return fact.count < COUNTED or fact.of < FEW


def figures(
    fact: Fact,
    lexicon: Lexicon,
    wanted: Collection[str] = answer_files.FIGURES,
    *,
    in_counts: bool = False,
) -> dict[str, str]:
    """What wordings may say of a fact's numbers.

    Args:
        fact: the fact.
        lexicon: the words of the source's domain.
        wanted: the names of what is made; plain numbers are always.
        in_counts: whether a rate is a count, however large it is.

    Returns:
        Texts by name.
    """
    numbers = plain_numbers(fact)
    phrases = lexicon.phrases
    wordings = {name: _PHRASES[name](numbers, fact, phrases) for name in _PHRASES.keys() & wanted}
    if in_counts and "rate" in wordings:
        wordings["rate"] = numbers["count"]
    return {**numbers, **wordings}


def _usual(numbers: Mapping[str, str], fact: Fact, phrases: Mapping[str, str]) -> str:
    """The number that would be expected."""
    usual = numbers["usual"]
    return _phrase(phrases["about" if usual != "0" else "below_one"], usual, "")


def _usual_share(numbers: Mapping[str, str], fact: Fact, phrases: Mapping[str, str]) -> str:
    """The percentage that would be expected."""
    share = numbers["usual_percent"]
    none = "share_none" if not fact.base and "share_none" in phrases else "share_below_one"
    return _phrase(phrases.get("share" if share != "0" else none), share, "")


def _tally(numbers: Mapping[str, str], fact: Fact, phrases: Mapping[str, str]) -> str:
    """The count among those counted, as a phrase says it."""
    whole = fact.count == fact.of < SAMPLE
    among = _phrase(phrases.get(_among(fact)), numbers["of"], "")
    return _phrase(phrases.get("tally_all" if whole else "tally"), numbers["count"], among)


def _counted(numbers: Mapping[str, str], fact: Fact, phrases: Mapping[str, str]) -> str:
    """The count; "all" of them where it is."""
    if fact.count != fact.of:
        return numbers["count"]
    return _phrase(phrases.get("tally_all"), "", numbers["of"])


def _phrase(text: str | None, n: str, of: str) -> str:
    return _bound(text or "")({"n": n, "of": of})


@functools.lru_cache(maxsize=256)
def _bound(text: str) -> Callable[[Mapping[str, object]], str]:
    return jinja.bind(text, {})


def plain_numbers(fact: Fact) -> dict[str, str]:
    """A fact's numbers as wordings print them.

    Args:
        fact: the fact.

    Returns:
        Texts by name; "" for a percentage of nothing.
    """
    return dict(_printed(fact.count, fact.of, expected_number(fact)))


@functools.lru_cache(maxsize=4096, typed=True)
def _printed(count: int, of: int, expected: float) -> Mapping[str, str]:
    return {
        "count": f"{count:,}",
        "of": f"{of:,}",
        "rest": f"{of - count:,}",
        "usual": f"{int(expected + 0.5):,}",
        "percent": str(percent(count, of)) if of else "",
        "rest_percent": str(percent(of - count, of)) if of else "",
        "usual_percent": str(percent(expected, of)) if of else "",
        "times": str(int(count / expected + 0.5)) if expected else "",
    }


def _rate(numbers: Mapping[str, str], fact: Fact, phrases: Mapping[str, str]) -> str:
    """The count as a percentage, or as it is if it or the total is small."""
    if is_small(fact):
        return numbers["count"]
    return _phrase(phrases.get("share"), numbers["percent"], "")


def _weighed(numbers: Mapping[str, str], fact: Fact, phrases: Mapping[str, str]) -> str:
    """The count among all as it can stand beside a share: as a percentage, but in words where it is all, and
    as it is beside none."""
    whole = fact.count == fact.of or not fact.base or "share_of" not in phrases
    name = _part(fact) if whole else "share_of"
    return _phrase(phrases.get(name), numbers["count" if whole else "percent"], numbers["of"])


_PHRASES: dict[str, Callable[[Mapping[str, str], Fact, Mapping[str, str]], str]] = {
    "usual": _usual,
    "expected": lambda numbers, fact, phrases: (
        numbers["usual"] if numbers["usual"] != "0" else phrases.get("under_one", "")
    ),
    "usual_share": _usual_share,
    "rate": _rate,
    "part": lambda numbers, fact, phrases: _phrase(
        phrases.get(_part(fact)), numbers["count"], numbers["of"]
    ),
    "weighed": _weighed,
    "among": lambda numbers, fact, phrases: _phrase(phrases.get(_among(fact)), numbers["of"], ""),
    "tally": _tally,
    "counted": _counted,
    "quote": lambda numbers, fact, phrases: fact.quote.replace('"', "'"),
}
"""What a wording may say of a fact beside its plain numbers."""


def _part(fact: Fact) -> str:
    """The phrase for the count among all."""
    if not fact.count:
        return "part_none"
    if fact.quote and fact.of == FANS_ASKED and fact.kind == "also_liked":
        return "part_sample"
    return "part_all" if fact.count == fact.of else "part"


def _among(fact: Fact) -> str:
    """The phrase for the people counted: all of them, or a sample."""
    return "among_sample" if fact.of == SAMPLE else "among"
