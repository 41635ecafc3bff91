"""How an item is received by everybody who gave a verdict on it, against what is usual.

A work is said to be liked well, to divide, or to disappoint only where chance alone would hardly give its
figures.
"""

from __future__ import annotations

from typing import NamedTuple

from itdr.builders.evidence.facts import DOWN, UP, Fact

LEAST_RATERS = 20
CLEARLY = 2.33
"""The z-score that chance alone reaches once in a hundred times."""
LEAST_LACK = 0.07
"""The smallest difference from the usual share, as a fraction of a work's raters."""
GENEROUS, MIXED, FLOP = 0.75, 0.25, 0.4
"""Well liked: `GENEROUS` or more like it. Divided: `MIXED` or more dislike it. Disappointing: fewer than half do, and
most of all where no more than `FLOP` do."""
CLICKED, PASSED = 1.5, 0.6
CLEARLY_CLICKED = 4.0
"""The same for what is shown and taken or passed over, as factors of what is usual."""


class Verdicts(NamedTuple):
    """How many gave a verdict on a work, liked it, and disliked it."""

    n: int
    likes: int
    dislikes: int


def reception(verdicts: Verdicts, liked: float, disliked: float) -> list[Fact]:
    """What the verdicts say of a work.

    Args:
        verdicts: of the work.
        liked, disliked: the shares of all verdicts that are likes, and dislikes.

    Returns:
        One fact, or none where nothing is clear.
    """
    n, likes, dislikes = verdicts
    if n < LEAST_RATERS:
        return []
    usual, spread = liked * n, disliked * n
    away, lack = _deviation(likes, n, liked), LEAST_LACK * n
    if away <= -CLEARLY and likes <= usual - lack and 2 * likes < n:
        about = "panned" if likes <= FLOP * n else "lukewarm"
        return [Fact("reception", about, "", likes, n, usual, DOWN)]
    above = _deviation(dislikes, n, disliked)
    if above >= CLEARLY and dislikes >= MIXED * n and dislikes >= spread + lack:
        return [Fact("reception", "divided", "", dislikes, n, spread, 0)]
    if away >= CLEARLY and likes >= GENEROUS * n and likes >= usual + lack:
        return [Fact("reception", "praised", "", likes, n, usual, UP)]
    return []


def clicks(verdicts: Verdicts, clicked: float) -> list[Fact]:
    """The same of a work that is shown, and taken or passed over.

    Args:
        verdicts: how often it was shown, taken and passed over.
        clicked: the share usually taken.

    Returns:
        At most one fact.
    """
    n, likes, _ = verdicts
    usual, away = clicked * n, _deviation(likes, n, clicked)
    if n < LEAST_RATERS:
        return []
    if away >= CLEARLY_CLICKED and likes >= CLICKED * usual:
        return [Fact("reception", "praised", "", likes, n, usual, UP)]
    if away <= -CLEARLY_CLICKED and likes <= PASSED * usual:
        return [Fact("reception", "panned", "", likes, n, usual, DOWN)]
    return []


def _deviation(k: int, n: int, share: float) -> float:
    return float((k - share * n) / max(share * (1 - share) * n, 1e-9) ** 0.5)
