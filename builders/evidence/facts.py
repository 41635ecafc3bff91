"""Facts: what the data say of an item or a user, each with the figures to check it.

Evidence is counted (in SQL, as integers), tested, and handed on as `Fact`s. Everything after that
refers to facts: the answer says them (`rendering/realiser.py`), the row's `evidence` lists them, and
the scorer's truth is that list.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from itdr.builders.sampling.case import Evidence

UP, DOWN = 1, -1
DIRECTIONS = {UP: "up", DOWN: "down", 0: ""}
FACT_KINDS = {
    "also_liked": "fans of the value who judged this item: count of them like it, base expected",
    "also_taken": "takers of the work (no verdicts known): count of them took this item too, base expected",
    "taken_with": "takers of this item who also took others with the value: count, base expected",
    "same_taken": "takers of this item who also took others with a value of its own: count, base expected",
    "liked_if": "raters of this item in a group: count of them like it, base expected",
    "reception": "raters of this item (general: those who are no fans of its series): count of them like (up) or dislike (down) it",
    "group": "fans of other works with a value of this item's own who judged it: count of them like it, base "
    "expected; of ages, genders and countries: likers of this item who are of them",
    "era": "count of a user's likes from a decade, or of the works also liked that are of a decade and of the genre "
    "in the first detail, base expected; single works that are of two genres together and of the period in the first "
    "detail",
    "kin": "single works whose fans like this item that are of one genre, of two genres together, or also of its period (the genre is the "
    "first detail), or parts of its series: count, of how many",
    "series": "of an item: fans of another part of its series who judged this one: count of them like it, base expected; "
    "of a user: count of their likes in a series, base expected",
    "contrast": "a trait that tells a user's likes (up) or dislikes (down) from the others; base is the share to be "
    "expected (up), or the share among the likes (down)",
    "risk": "a contrast against a trait that still is liked more often than disliked; base is the share among the likes",
    "share": "count of a user's likes, or of the works also liked, with a trait, or of fans who like a work; base is the "
    "share to be expected",
    "beside": "count of a user's likes with a trait among those without the first taste, base expected",
    "among": "count of a user's likes (up) or dislikes (down) with the trait in the first detail that also have this one; "
    "base is the share on the other side",
    "listed": "a trait that many displayed likes (up) or dislikes (down) share, fairly sure of all; base as of contrast",
    "most": "count of a user's likes with the trait that most have; base as of share",
    "aspect": "a span of a displayed review, for (up) or against (down) the item",
    "habit": "how much, how kindly or how far from the charts a user judges: count, of how many, base usual",
    "own": "what is displayed of the item itself, or a displayed item",
    "overall": "the other side of a taste or a contrast: count of all dislikes (down) or likes (up) with the trait",
    "shown": "count of the displayed likes (up) or dislikes (down) with a trait",
}
"""Each kind of fact and what its figures count."""
SHARE_KINDS = ("share", "contrast", "risk", "most", "listed", "among")
"""Kinds whose base is a share, not an expected number."""
MIN_RATIO_OF_ABOVE = Fraction(23, 20)
"""What is so many times as common as something else, or as expected, is clearly more common."""
MIN_LIFT_OF_TASTES, MIN_Z_OF_TASTES = Fraction(13, 10), 2
"""So many times as many likes as expected, and so many standard deviations more, are a taste."""
MAX_RATIO_OF_UNWANTED, MIN_SHARE_OF_UNWANTED = Fraction(1, 4), Fraction(1, 4)
MIN_DISLIKES_OF_UNWANTED = 4
"""What a quarter of the dislikes have, these or more, and less than a quarter of the expected likes, is not for this user."""
SETTING_APART = ("contrast", "risk")
"""Kinds that tell a user's likes from their dislikes."""
ABOUTS = (
    "work", "category", "seldom_category", "creator", "hashtag", "tag", "decade", "seldom_decade",
    "series", "seldom_series", "seldom_work", "age", "gender", "country", "community", "aspect", "price", "feature",
    "acclaimed", "praised", "general", "divided", "lukewarm", "panned", "heavy", "light", "strict", "generous", "obscure", "title",
    "audience", "purpose", "sequel", "attribute", "wish", "blend", "niche", "flaw",
    "newcomers",
)  # fmt: skip
"""What the value of a fact can be."""
NAMED_ONLY = frozenset({"blend", "newcomers"})
"""Of these only values that the lexicon has a term for can be said."""
SAMPLE = 500
"""People at most among whom the takers of an item are counted: a fact of so many is about a sample of them. Where fans
judged an item, all of them are counted."""
FANS_ASKED = 250
"""Fans of a displayed work who are counted for what to offer a user, at most: of so many, it is a sample of them."""
SELDOM = "seldom_"
"""Begins an `about` for people who hardly like a trait."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that the data say.

    Args:
        kind: one of `FACT_KINDS`.
        about: what the value is: a work, a category, an age group, …; one of `ABOUTS`.
        value: the work's title, the category's name, …, as the source spells it.
        count: k, how many it holds for.
        of: n, of how many.
        base: what would be usual: an expected number of the `of`, or (`share`, `contrast`) a share.
        direction: `UP` speaks for the item or taste, `DOWN` against it, 0 neither.
        quote: the verbatim span that it rests on; "" where it counts people.
        details: facts that a statement about this one may cite with it, the best first.
    """

    kind: str
    about: str
    value: str
    count: int = 0
    of: int = 0
    base: float = 0.0
    direction: int = 0
    quote: str = ""
    details: tuple[Fact, ...] = ()

    @property
    def name(self) -> str:
        """The fact's name in a row: `liked_if/category/down`."""
        return _name(self.kind, self.about, self.direction)

    @property
    def topic(self) -> tuple[str, str]:
        """What it speaks of: of two facts with one topic only the first is said."""
        return self.about, self.value

    @property
    def solid(self) -> bool:
        """Whether it counts people or works, or quotes somebody."""
        return bool(self.of or self.quote) and self.kind != "own"

    def evidence(self) -> Evidence:
        """The fact as an entry of a row's evidence. The last digits of `base` differ from machine to machine:
        they are left out."""
        base = float(f"{self.base:.9g}")
        return Evidence(self.name, self.value, self.count, self.of, base, self.quote)


@functools.lru_cache(maxsize=1024)
def _name(kind: str, about: str, direction: int) -> str:
    return "/".join(filter(None, (kind, about, DIRECTIONS[direction])))


def fact_of(entry: Mapping[str, Any]) -> Fact:
    """The fact that an entry of a row's `evidence` stands for, without its details."""
    kind, about, direction = (*str(entry["fact"]).split("/"), "", "")[:3]
    sign = next((k for k, word in DIRECTIONS.items() if word == direction), 0)
    value, quote = str(entry["value"] or ""), str(entry["quote"] or "")
    count, of, base = (entry[name] or 0 for name in ("count", "of", "base"))
    return Fact(kind, about, value, int(count), int(of), float(base), sign, quote)


def expected_number(fact: Fact) -> float:
    """How many would be expected where a fact counts `count`: its base, or its base's share of the total."""
    return fact.base * fact.of if fact.kind in SHARE_KINDS else fact.base


def percent(part: float, whole: float) -> int:
    """A part as answers give it: a percentage without decimals, halves rounded up.

    Args:
        part: the part.
        whole: the whole, more than 0.

    Returns:
        The percentage.

    >>> percent(23, 40)
    58
    """
    return int(100 * part / whole + 0.5)


def is_above(fact: Fact) -> bool:
    """Whether a fact counts clearly more than expected.

    Args:
        fact: a fact with an expected number or share.

    Returns:
        True from `MIN_RATIO_OF_ABOVE` times as many.
    """
    return fact.count >= MIN_RATIO_OF_ABOVE * Fraction(str(round(expected_number(fact), 6)))


def is_taste_sized(fact: Fact) -> bool:
    """Whether a fact counts so many more than expected that it is a taste, even beside a stronger one.

    Args:
        fact: a fact with an expected number or share.

    Returns:
        True from `MIN_LIFT_OF_TASTES` times as many, if it is `MIN_Z_OF_TASTES` standard deviations more.
    """
    return fact.count >= MIN_LIFT_OF_TASTES * exact(expected_number(fact)) and (
        z_score(fact) >= MIN_Z_OF_TASTES
    )


def z_score(fact: Fact) -> float:
    """By how many standard deviations a count exceeds what is expected; rounded, as float noise must not decide anything.

    Args:
        fact: a fact with an expected number or share.

    Returns:
        The number; 0 where nothing, or all, is expected.
    """
    expected = expected_number(fact)
    variance = expected * (1 - expected / max(fact.of, 1))
    return round((fact.count - expected) / variance**0.5, 6) if variance > 0 else 0.0


def is_unwanted(likes: Fact, dislikes: Fact) -> bool:
    """Whether what many of the dislikes have is nearly absent from the likes.

    Args:
        likes: how many likes have it, and how many are expected.
        dislikes: how many dislikes have it.

    Returns:
        True where less than a quarter of what is expected is liked, and a quarter of the dislikes have it, four or more.
    """
    few = likes.count < MAX_RATIO_OF_UNWANTED * exact(expected_number(likes))
    many = dislikes.count >= MIN_SHARE_OF_UNWANTED * dislikes.of
    return few and many and dislikes.count >= MIN_DISLIKES_OF_UNWANTED


def exact(number: float) -> Fraction:
    """A number without its float noise."""
    return Fraction(str(round(number, 6)))


def sets_apart(fact: Fact) -> bool:
    """Whether a fact is about a user's likes against their dislikes: a contrast, or what many listed dislikes share."""
    return fact.kind in SETTING_APART or (fact.kind == "listed" and fact.direction == DOWN)
