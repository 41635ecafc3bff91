"""What the statements of a profile lead with, and whether they say enough."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests import core
from itdr.builders.evidence.interests.works import KINDS
from itdr.builders.rendering.realiser import Statement

MIN_TASTES = 2
MIN_SHARE_OF_A_SINGLE_TASTE = Fraction(2, 5)
"""A taste of which nothing else is said beside it has at least this share of the likes."""
MIN_CLAIMS = 2
"""What is said beside works to offer, at least."""


def leading(statements: Sequence[Statement]) -> list[Fact]:
    """What each statement is about, with all that it may cite."""
    return [one.facts[0] for one in statements if one.facts]


def cited(statement: Statement) -> int:
    """How many facts a statement rests on: what is quoted counts each time, what counts works once, and twice where it
    tells likes from dislikes.

    Args:
        statement: the statement.

    Returns:
        The number.
    """
    quoted = sum(fact.kind == "aspect" for fact in statement.facts)
    first = next(iter(statement.facts), None)
    told_apart = first is not None and (
        first.kind == "among" or (first.kind == "contrast" and first.direction == UP)
    )
    return quoted or bool(statement.facts) + told_apart


def tells(said: Sequence[Fact]) -> bool:
    """Whether this tells likes from dislikes, or two tastes and a work to offer; and not only what has mixed results,
    unless it tells which of these please.

    Args:
        said: what the statements lead with.

    Returns:
        False for what sets nobody apart.
    """
    liked = [fact for fact in said if core.is_taste(fact) and fact.direction == UP]
    mixed = any(core.is_taste(fact) and not fact.direction for fact in said)
    if mixed and not liked:
        return any(fact.kind == "among" and fact.direction == UP for fact in said)
    offered = any(fact.kind == "also_liked" and fact.direction == UP for fact in said)
    return any(map(_is_against, said)) or (len(liked) >= MIN_TASTES and offered)


def is_thin(said: Sequence[Fact]) -> bool:
    """Whether one taste is all that is said, or one that few of the likes have is all that is said of kinds."""
    kinds = [fact for fact in said if fact.about in KINDS]
    few = len(kinds) == 1 and kinds[0].count < MIN_SHARE_OF_A_SINGLE_TASTE * kinds[0].of
    return few or sum(fact.about != "work" for fact in said) < MIN_CLAIMS


def warns(fact: Fact) -> bool:
    """Whether a fact says which kind disappoints."""
    mixed = fact.kind in core.TASTES and not fact.direction
    return fact.about in KINDS and (mixed or (_is_against(fact) and fact.direction != UP))


def _is_against(fact: Fact) -> bool:
    """Whether a fact tells likes from dislikes, or what to avoid."""
    if fact.kind == "aspect":
        return fact.direction == DOWN
    return core.separates(fact) or (fact.kind == "also_liked" and fact.direction == DOWN)
