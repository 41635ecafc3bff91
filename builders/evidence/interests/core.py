"""Choosing the lead taste of a profile (its core), and how it can be worded."""

from __future__ import annotations

from collections.abc import Sequence

from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests.opinions import is_shared
from itdr.builders.evidence.interests.person import Person
from itdr.builders.evidence.interests.tastes import FACT_OF, WIDE
from itdr.builders.evidence.interests.works import KINDS, PLUS

TASTES = ("share", *FACT_OF.values())
SHOWN = 0.4
"""The smallest share of the displayed likes that must have the core trait."""
MARGIN, RATIO = 0.05, 1.2
"""The commonest trait is stated if its share exceeds the usual one by `MARGIN` and is `RATIO` times as large."""
LED = 0.2
"""If no taste is broad enough, the one farthest above the usual share comes first, provided this share of the likes
have it."""
NEAR = 0.85
"""What comes first must be at least this fraction as common as the commonest trait."""
TELLING = 1.5
"""A taste that also separates likes from dislikes weighs this many times as much; one equally common among both, this
many times less."""


def is_taste(fact: Fact) -> bool:
    """Whether a fact names what the user likes."""
    return fact.kind in TASTES or (fact.kind == "contrast" and fact.direction == UP)


def is_own(fact: Fact) -> bool:
    """Whether a fact sets the user apart from others."""
    return is_taste(fact) or fact.kind in ("contrast", "listed") or is_shared(fact)


def first_taste(person: Person, facts: Sequence[Fact]) -> list[Fact]:
    """The facts with the core first: of the tastes about as common among the likes as
    any trait is, the one with the largest product of share and lift over the usual share.
    If there is none, the commonest trait leads if it is clearly more common than usual; otherwise the taste
    farthest above the usual share.

    Args:
        person: the user.
        facts: what may be said, the strongest of each kind first.

    Returns:
        The facts; of those about the core, one that separates likes from dislikes comes first.
    """
    telling = {fact.topic for fact in facts if fact.kind == "contrast" and fact.direction == UP}

    def weight(fact: Fact) -> float:
        share = fact.count / fact.of
        code = person.counts.codes[fact.about][fact.value]
        usual = max(person.counts.share(code, fact.of), 1e-9)
        weight = TELLING if fact.topic in telling else 1.0 if fact.direction else 1 / TELLING
        return share * max(share / usual, 1.0) * weight

    most = max((one for one in facts if one.kind == "most"), key=_count, default=None)
    rest = [fact for fact in facts if fact.kind != "most"]
    least = max(WIDE * person.likes, NEAR * most.count if most else 0)
    wide = [one for one in rest if is_taste(one) and one.about in KINDS and one.count >= least]
    # Decades that displease as often as they please are merely the ones the user watches.
    wide = [one for one in wide if one.direction or one.about != "decade"]
    core = max(wide, key=weight, default=None)
    if core is None:
        if most and _is_telling(most):
            return [most, *rest]
        tastes = [one for one in rest if one.kind == "share" and one.count >= LED * one.of]
        first = max((one for one in tastes if one.direction == UP), key=_lift, default=None)
        return [first, *(one for one in rest if one is not first)] if first else rest
    leading = [fact for fact in rest if fact.topic == core.topic and fact.direction != DOWN]
    leading.sort(key=lambda fact: fact.kind != "contrast")
    others = (fact for fact in rest if fact not in leading)
    return [*leading, *(one for one in others if not _within(one, core))]


def _count(fact: Fact) -> int:
    return fact.count


def _lift(fact: Fact) -> float:
    return fact.count / fact.of / max(fact.base, 1e-9)


def _is_telling(most: Fact) -> bool:
    """Whether it is clearly more common than among other users."""
    return most.count / most.of >= max(most.base + MARGIN, RATIO * most.base)


def _within(fact: Fact, core: Fact) -> bool:
    """Whether a taste adds nothing to the core: a blend that contains it, or a part of a blended core."""
    parts, whole = (set(one.value.split(PLUS)) for one in (fact, core))
    blended = "blend" in (fact.about, core.about) and {fact.about, core.about} <= {
        "blend",
        "category",
    }
    return fact.kind == "share" and blended and (parts <= whole or whole <= parts)


def flags(shown: Sequence[Fact]) -> set[str]:
    """The flag for an answer's opening: `core_line`, `core`, `core_mixed` or `mainstay`.

    Args:
        shown: the facts that the question shows, in their order.

    Returns:
        One flag; none where the first fact is not a core of the taste.
    """
    first = next(iter(shown), None)
    if first is None or first.about not in KINDS or first.direction == DOWN:
        return set()
    listed = first.details[0]
    if listed.count < SHOWN * listed.of or first.count < WIDE * first.of:
        return set()
    if first.kind in ("contrast", "most"):
        return {"core_line" if first.kind == "contrast" else "mainstay"}
    return {"core"} if first.direction == UP else {"core_mixed"}
