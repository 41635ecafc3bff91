"""Choosing the lead taste of a profile (its core), and how it can be worded."""

from __future__ import annotations

from collections.abc import Sequence

from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests.display import nested
from itdr.builders.evidence.interests.opinions import is_shared
from itdr.builders.evidence.interests.person import Person
from itdr.builders.evidence.interests.tastes import FACT_OF, LIFT, WIDE
from itdr.builders.evidence.interests.works import KINDS

TASTES = ("share", *FACT_OF.values())
SHOWN = 0.4
"""The smallest share of the displayed likes that must have the core trait."""
EQUAL = 0.8
"""A second taste is as important as the lead if the rarer of the two has this fraction of the other's likes, or more."""
POINTS = 0.03
"""It is just as important if its share falls short of the lead's by this at most, else nearly as important."""
LED = 0.2
"""If no taste is broad enough, the one farthest above the usual share comes first, provided this share of the likes
have it."""
NEAR = 0.85
"""What comes first must be at least this fraction as common as the commonest trait."""
SLIGHT, NARROW, HIGHER = 1.7, 0.25, 1.5
"""What is less than `SLIGHT` times as common as usual says little: a taste of this share of the likes, or more, comes
before it if it is so many times as far above the usual share."""
DIVIDES = 0.25
"""What separates likes from dislikes differs by this share between them."""
TELLING = 1.5
"""A taste that also separates likes from dislikes weighs this many times as much; one equally common among both, this
many times less."""


def is_taste(fact: Fact) -> bool:
    """Whether a fact names what the user likes."""
    return fact.kind in TASTES or (fact.kind in ("contrast", "listed") and fact.direction == UP)


def is_own(fact: Fact) -> bool:
    """Whether a fact sets the user apart from others."""
    return is_taste(fact) or fact.kind in ("contrast", "risk", "listed") or is_shared(fact)


def first_taste(person: Person, facts: Sequence[Fact]) -> list[Fact]:
    """The facts with the core first: of the tastes about as common among the likes as
    any trait is, the one with the largest product of share and lift over the usual share.
    Whatever leads is clearly more common than usual. If there is no such taste, the commonest trait
    leads; otherwise the taste farthest above the usual share. A narrower taste leads where it says far more.

    Args:
        person: the user.
        facts: what may be said, the strongest of each kind first.

    Returns:
        The facts; of those about the core, one that separates likes from dislikes comes first. None where
        nothing sets the user apart.
    """
    telling = {fact.topic for fact in facts if fact.kind == "contrast" and fact.direction == UP}

    # Rounded: float noise must not decide which of two tastes comes first.
    def lift(fact: Fact) -> float:
        code = person.counts.codes[fact.about][fact.value]
        return round(fact.count / fact.of / max(person.counts.share(code, fact.of), 1e-9), 6)

    def weight(fact: Fact) -> float:
        weight = TELLING if fact.topic in telling else 1.0 if fact.direction else 1 / TELLING
        return round(fact.count / fact.of * lift(fact) * weight, 6)

    most = max((one for one in facts if one.kind == "most"), key=_count, default=None)
    rest = [fact for fact in facts if fact.kind != "most"]
    least = max(WIDE * person.likes, NEAR * most.count if most else 0)
    wide = [one for one in rest if is_taste(one) and one.about in KINDS and one.count >= least]
    # Decades that displease as often as they please are merely the ones the user watches.
    wide = [one for one in wide if one.direction or one.about != "decade"]
    # What everybody likes as much does not describe anybody.
    wide = [one for one in wide if lift(one) >= LIFT]
    core = max(wide, key=weight, default=None)
    usual = most if core is None and most and _lift(most) >= LIFT else core
    if usual and lift(usual) < SLIGHT:
        narrow = [one for one in rest if is_taste(one) and one.about in KINDS and one.direction]
        narrow = [
            one for one in narrow if one.count >= NARROW * one.of and one.topic != usual.topic
        ]
        narrow = [one for one in narrow if lift(one) >= HIGHER * lift(usual)]
        core = max(narrow, key=weight, default=core)
    if core is None:
        if usual:
            return [usual, *rest]
        tastes = [one for one in rest if one.kind == "share" and one.count >= LED * one.of]
        first = max((one for one in tastes if one.direction == UP), key=_lift, default=None)
        return [first, *(one for one in rest if one is not first)] if first else []
    leading = [fact for fact in rest if fact.topic == core.topic and fact.direction != DOWN]
    leading.sort(key=lambda fact: fact.kind != "contrast")
    others = (fact for fact in rest if fact not in leading)
    return [*leading, *(one for one in others if not _restates(one, core))]


def _count(fact: Fact) -> int:
    return fact.count


def _lift(fact: Fact) -> float:
    return round(fact.count / fact.of / max(fact.base, 1e-9), 6)


def _restates(fact: Fact, core: Fact) -> bool:
    """Whether a taste adds nothing to the core."""
    return fact.kind == "share" and (fact.topic == core.topic or nested(fact, core))


def equal_second(shown: Sequence[Fact]) -> list[Fact]:
    """The facts with a second taste that is as important as the lead right after it, or before it if it is
    commoner and the lead is no contrast.

    Args:
        shown: the facts that the question shows, the lead first.

    Returns:
        The same facts; in the same order where there is no such taste.
    """
    first, *rest = shown
    equal = [one for one in rest if _are_equal(first, one)]
    second = max(equal, key=_count, default=None)
    if second is None:
        return list(shown)
    pair = [first, second]
    if first.kind == second.kind == "share" and first.direction == UP:
        pair.sort(key=_rate, reverse=True)
    return [*pair, *(one for one in rest if one is not second)]


def flags(shown: Sequence[Fact], lead: Fact) -> set[str]:
    """The flags for how an answer opens and compares: `core_line`, `core`, `core_mixed` or `mainstay`;
    `two` where a second taste is as important (with `two_line` where the first one is a contrast, and `nearly`
    where the second one is clearly rarer); `divides_up` or `divides_down` where the first contrast
    in that direction is the greatest.

    Args:
        shown: the facts that the question shows, in their order.
        lead: what was chosen to come first; without it there is no opening.

    Returns:
        The flags; no opening where the first fact is not a core of the taste.
    """
    found = _divide(shown)
    first = next(iter(shown), None)
    if first is None or first.about not in KINDS:
        return found
    equal = first.direction == UP and len(shown) > 1 and _are_equal(first, shown[1])
    if lead.topic not in {one.topic for one in shown[: 2 if equal else 1]}:
        return found
    if equal:
        found |= {"two", "two_line"} if first.kind == "contrast" else {"two"}
        found |= {"nearly"} if _rate(shown[1]) < _rate(first) - POINTS else set()
    listed = first.details[0]
    if listed.count < SHOWN * listed.of or first.count < WIDE * first.of:
        return found
    if first.kind in ("contrast", "most"):
        return found | {"core_line" if first.kind == "contrast" else "mainstay"}
    return found | {"core" if first.direction == UP else "core_mixed"}


def _rate(fact: Fact) -> float:
    return round(fact.count / fact.of, 6)


def _are_equal(first: Fact, second: Fact) -> bool:
    return (
        second.kind in ("share", "listed")
        and second.about in KINDS
        and second.direction == UP
        and second.topic != first.topic
        and EQUAL * max(_rate(first), _rate(second)) <= min(_rate(first), _rate(second))
    )


def _divide(shown: Sequence[Fact]) -> set[str]:
    """Where the greatest contrast is."""
    contrasts = [fact for fact in shown if fact.kind == "contrast"]
    greatest = max(contrasts, key=_difference, default=None)
    if greatest is None or _difference(greatest) < DIVIDES:
        return set()
    first = next(fact for fact in contrasts if fact.direction == greatest.direction)
    if first is not greatest:
        return set()
    return {"divides_up" if greatest.direction == UP else "divides_down"}


def _difference(fact: Fact) -> float:
    return round(fact.count / fact.of - fact.base, 6)
