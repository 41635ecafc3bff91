"""Which taste is named first: the core of what is liked, and how it can be said."""

from __future__ import annotations

from collections.abc import Sequence

from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests.opinions import is_shared
from itdr.builders.evidence.interests.person import Person
from itdr.builders.evidence.interests.tastes import FACT_OF, WIDE
from itdr.builders.evidence.interests.works import KINDS, PLUS

TASTES = ("share", *FACT_OF.values())
SHOWN = 0.4
"""The share of the displayed likes that the core has, at least."""
MARGIN, RATIO = 0.05, 1.2
"""What there is most of is said where its share is so far above what is usual, and so many times that."""
LED = 0.2
"""Where no taste is wide enough, the one farthest above what is usual comes first, if so many of the likes
have it."""
NEAR = 0.85
"""What comes first is at least so nearly as common as what there is most of."""
TELLING = 1.5
"""What also sets likes apart from dislikes weighs so many times as much, what is as common among either so
many times less."""


def is_taste(fact: Fact) -> bool:
    """Whether a fact names what the user likes."""
    return fact.kind in TASTES or (fact.kind == "contrast" and fact.direction == UP)


def is_own(fact: Fact) -> bool:
    """Whether a fact sets the user apart from others."""
    return is_taste(fact) or fact.kind in ("contrast", "listed") or is_shared(fact)


def first_taste(person: Person, facts: Sequence[Fact]) -> list[Fact]:
    """The facts with the core at the front: of the tastes that are about as common among the likes as
    anything is, the one whose share of them, times how far it is above what is usual, is the largest.
    Where none is, what there is most of stands there, if clearly more common than usual; else the taste
    that is farthest above what is usual.

    Args:
        person: the user.
        facts: what may be said, the strongest of each kind first.

    Returns:
        The facts; of the core what sets likes apart from dislikes comes first, where it does.
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
    # Years that fail as often as they please are only those that the user watches.
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
    """Whether there is clearly more of it than others have."""
    return most.count / most.of >= max(most.base + MARGIN, RATIO * most.base)


def _within(fact: Fact, core: Fact) -> bool:
    """Whether a taste says no more than the core does: a blend of it, or a part of a blend."""
    parts, whole = (set(one.value.split(PLUS)) for one in (fact, core))
    blended = "blend" in (fact.about, core.about) and {fact.about, core.about} <= {
        "blend",
        "category",
    }
    return fact.kind == "share" and blended and (parts <= whole or whole <= parts)


def flags(shown: Sequence[Fact]) -> set[str]:
    """How an answer begins: `core_line`, `core`, `core_mixed` or `mainstay`.

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
