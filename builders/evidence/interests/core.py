"""Which taste is named first: the core of what is liked, and how it can be said."""

from __future__ import annotations

from collections.abc import Sequence

from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests.person import Person
from itdr.builders.evidence.interests.tastes import FACT_OF, LIFT
from itdr.builders.evidence.interests.works import KINDS, PLUS

TASTES = ("share", *FACT_OF.values())
WIDE = 0.35
"""The share of the likes that the core has, at least."""
SHOWN = 0.4
"""… and of the displayed ones."""
TELLING = 1.5
"""What also sets likes apart from dislikes weighs so many times as much, what is as common among either so
many times less."""


def is_taste(fact: Fact) -> bool:
    """Whether a fact names what the user likes."""
    return fact.kind in TASTES or (fact.kind == "contrast" and fact.direction == UP)


def first_taste(person: Person, facts: Sequence[Fact]) -> list[Fact]:
    """The facts with the core at the front: of the tastes that are wide enough the one whose share of
    the likes, times how far it is above what is usual, is the largest.

    Args:
        person: the user.
        facts: what may be said, the strongest of each kind first.

    Returns:
        The facts; of the core what sets likes apart from dislikes comes first, where it does. Of what is
        merely common only the core stays, and a decade is the core only where it rules.
    """
    telling = {fact.topic for fact in facts if fact.kind == "contrast" and fact.direction == UP}

    def weight(fact: Fact) -> float:
        share = fact.count / fact.of
        code = person.counts.codes[fact.about][fact.value]
        usual = max(person.counts.share(code, fact.of), 1e-9)
        weight = TELLING if fact.topic in telling else 1.0 if fact.direction else 1 / TELLING
        return share * max(share / usual, 1.0) * weight

    wide = [
        fact
        for fact in facts
        if is_taste(fact)
        and fact.about in KINDS
        and fact.count >= (0.5 if fact.about == "decade" else WIDE) * fact.of
    ]
    core = max(wide, key=weight, default=None)
    rest = [fact for fact in facts if not is_mainstay(fact)]
    if core is None:
        return rest
    leading = [fact for fact in rest if fact.topic == core.topic and fact.direction != DOWN]
    leading.sort(key=lambda fact: fact.kind != "contrast")
    others = (fact for fact in rest if fact not in leading)
    return [*(leading or [core]), *(one for one in others if not _within(one, core))]


def _within(fact: Fact, core: Fact) -> bool:
    """Whether a taste says no more than the core does: a blend of it, or a part of a blend."""
    parts, whole = (set(one.value.split(PLUS)) for one in (fact, core))
    blended = "blend" in (fact.about, core.about) and {fact.about, core.about} <= {
        "blend",
        "category",
    }
    return fact.kind == "share" and blended and (parts <= whole or whole <= parts)


def distinct(shown: Sequence[Fact]) -> list[Fact]:
    """The tastes among these facts, each trait once."""
    tastes = [fact for fact in shown if is_taste(fact) and fact.direction == UP]
    return list({fact.topic: fact for fact in reversed(tastes)}.values())[::-1]


def is_mainstay(fact: Fact) -> bool:
    """Whether a fact names a kind that the user likes hardly more than others do."""
    return fact.kind == "share" and fact.count <= LIFT * fact.base * fact.of


def flags(shown: Sequence[Fact]) -> set[str]:
    """What the answer begins with: `core_line`, `core`, `core_mixed` or `mainstay`; none of them where
    the first of the facts that the question shows is no core."""
    first = next(iter(shown), None)
    if first is None or not is_taste(first) or len(first.details) < 1:
        return set()
    listed = first.details[0]
    if listed.count < SHOWN * listed.of or first.count < WIDE * first.of:
        return set()
    if first.kind == "contrast":
        return {"core_line"}
    if is_mainstay(first):
        return {"mainstay"}
    return {"core"} if first.direction == UP else {"core_mixed"}
