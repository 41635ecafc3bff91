"""How an item is received by everybody who gave a verdict on it, against what is usual.

A work is said to be liked well, to divide, or to disappoint only where chance alone would hardly give its
figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from itdr.builders.evidence.activity import DECIMALS
from itdr.builders.evidence.audiences.judged import Judged
from itdr.builders.evidence.audiences.raters import Raters
from itdr.builders.evidence.facts import DOWN, UP, Fact, percent

MIN_RATERS = 20
MIN_Z_OF_RECEPTION = 2.33
"""The z-score that chance alone reaches once in a hundred times."""
MIN_Z_OF_OTHERS = 2.0
"""The same of those who are no fans of a series, which most people like."""
MIN_SHIFT_OF_RATERS = 0.07
"""The smallest difference from the usual share, as a fraction of a work's raters."""
MIN_SHIFT_OF_OTHERS = 0.12
"""The same of those who are no fans, and whom nothing else warns."""
MIN_SHARE_OF_PRAISED, MIN_SHARE_OF_ACCLAIMED, MIN_DISLIKES_OF_DIVIDED = 0.75, 0.88, 0.25
"""Well liked, and liked by nearly everybody: so many or more like it. Divided: so many or more dislike it."""
MAX_SHARE_OF_LUKEWARM, MAX_PERCENT_OF_PANNED = 0.48, 40
"""Disappointing: clearly fewer than half like it; not for most: clearly fewer than that."""
MOST_WORKS_OF_A_GROUP = 3
"""Works by which an answer tells a group, at most."""
UNSAID = ("decade", "seldom_decade")
"""Kinds of people who are not warned."""
MAX_RATIO_OF_ORDINARY = 1.0
"""A work that is liked more than the average work is well liked: without its fans any work is liked less."""
MIN_RATIO_OF_CLICKED, MAX_RATIO_OF_PASSED = 1.5, 0.6
MIN_Z_OF_CLICKS = 4.0
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
    if n < MIN_RATERS:
        return []
    usual, spread = liked * n, disliked * n
    away, lack = _deviation(likes, n, liked), MIN_SHIFT_OF_RATERS * n
    if away <= -MIN_Z_OF_RECEPTION and likes <= usual - lack and likes <= MAX_SHARE_OF_LUKEWARM * n:
        about = "panned" if percent(likes, n) <= MAX_PERCENT_OF_PANNED else "lukewarm"
        return [Fact("reception", about, "", likes, n, usual, DOWN)]
    above = _deviation(dislikes, n, disliked)
    if (
        above >= MIN_Z_OF_RECEPTION
        and dislikes >= MIN_DISLIKES_OF_DIVIDED * n
        and dislikes >= spread + lack
    ):
        return [Fact("reception", "divided", "", dislikes, n, spread, 0)]
    if away >= MIN_Z_OF_RECEPTION and likes >= MIN_SHARE_OF_PRAISED * n and likes >= usual + lack:
        about = "acclaimed" if likes >= MIN_SHARE_OF_ACCLAIMED * n else "praised"
        return [Fact("reception", about, "", likes, n, usual, UP)]
    return []


def beyond(
    facts: Sequence[Fact],
    codes: Mapping[str, int],
    judged: Judged,
    everybody: Raters,
    liked: float,
) -> list[Fact]:
    """Whether those, too, like a well-liked work who are no fans of a part of its series.

    Args:
        facts: what was counted of the work; those of kind `series` name the parts.
        codes: by title, the code of each work that they name.
        judged: who judged what.
        everybody: all who judged the work.
        liked: the share of all verdicts that are likes.

    Returns:
        One fact where there are `MIN_RATERS` of them, most of whom like it, and clearly more than the average work.
    """
    parts = [codes[one.value] for one in facts if one.kind == "series"]
    if not parts or not any(one.about in ("praised", "acclaimed") for one in facts):
        return []
    fans = np.concatenate([judged.takers(one) for one in parts])
    others = ~np.isin(everybody.users, fans, kind="table")
    n, likes = int(others.sum()), int((others & everybody.liked).sum())
    if n < MIN_RATERS or likes < (liked + MIN_SHIFT_OF_RATERS) * n or 2 * likes <= n:
        return []
    if _deviation(likes, n, liked) < MIN_Z_OF_OTHERS:
        return []
    return [Fact("reception", "general", "", likes, n, liked * n, UP)]


def disappointed(
    facts: Sequence[Fact],
    codes: Mapping[str, int],
    judged: Judged,
    everybody: Raters,
    liked: float,
) -> list[Fact]:
    """Whether a work that is not liked more often than others disappoints those who are no fans of the works by which its
    audience is told. Where there are reviews it is not asked: they speak for others, too.

    Args:
        facts, codes, judged, everybody, liked: as for `beyond`; the works are details of facts for the work.

    Returns:
        One fact where `MIN_RATERS` of them like it clearly less often than the average work is liked.
    """
    most = round(MAX_RATIO_OF_ORDINARY * liked * len(everybody.liked), DECIMALS)
    if everybody.liked.sum() > most:
        return []
    named = {
        part.value
        for one in facts
        if one.direction == UP
        for part in [one for one in one.details if one.about == "work"][:MOST_WORKS_OF_A_GROUP]
    }
    fans = [judged.takers(codes[one]) for one in sorted(named & codes.keys())]
    if not fans:
        return []
    others = ~np.isin(everybody.users, np.concatenate(fans), kind="table")
    n, likes = int(others.sum()), int((others & everybody.liked).sum())
    most = min(liked - MIN_SHIFT_OF_OTHERS, MAX_SHARE_OF_LUKEWARM) * n
    if n < MIN_RATERS or likes > round(most, DECIMALS):
        return []
    if _deviation(likes, n, liked) > -MIN_Z_OF_RECEPTION:
        return []
    return [Fact("reception", "general", "", likes, n, liked * n, DOWN)]


def with_others(
    facts: Sequence[Fact],
    codes: Mapping[str, int],
    judged: Judged,
    everybody: Raters,
    liked: float,
    is_reviewed: bool,
) -> list[Fact]:
    """The facts, with what those think who are no fans of the works by which its audience is told, where nobody else is
    warned; it stands in place of a reception by all, fans included, that speaks against the work.

    Args:
        facts, codes, judged, everybody, liked: as for `disappointed`.
        is_reviewed: whether there are reviews, which speak for others.

    Returns:
        The facts, in their order, and at most one more.
    """
    by_all = [one for one in facts if one.about in ("lukewarm", "panned")]
    rest = [one for one in facts if one not in by_all]
    warned = any(one.direction != UP and one.about not in UNSAID for one in rest)
    if (is_reviewed or warned) and not by_all:
        return rest
    # Of groups that no works tell it is not known here who the others are.
    if by_all and any(one.direction == UP and _is_of_people(one) for one in rest):
        return list(facts)
    return [*rest, *(disappointed(rest, codes, judged, everybody, liked) or by_all)]


def _is_of_people(fact: Fact) -> bool:
    return fact.kind in ("liked_if", "group") and fact.about != "work"


def of_a_series(facts: Sequence[Fact], is_later: bool = False) -> list[Fact]:
    """What may be said of a part of a series: that nearly everybody likes it says only who follows a series so far.

    Args:
        facts: what was counted of a work; those of kind `series` name other parts.
        is_later: whether its title says that it is a later part of a series.

    Returns:
        The facts that remain; of a work that is no part of a series all.
    """
    is_part = is_later or any(one.kind == "series" for one in facts)
    return [one for one in facts if not (is_part and one.about == "acclaimed")]


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
    if n < MIN_RATERS:
        return []
    if away >= MIN_Z_OF_CLICKS and likes >= MIN_RATIO_OF_CLICKED * usual:
        return [Fact("reception", "praised", "", likes, n, usual, UP)]
    if away <= -MIN_Z_OF_CLICKS and likes <= MAX_RATIO_OF_PASSED * usual:
        return [Fact("reception", "panned", "", likes, n, usual, DOWN)]
    return []


def _deviation(k: int, n: int, share: float) -> float:
    return float((k - share * n) / max(share * (1 - share) * n, 1e-9) ** 0.5)
