"""Those whom other works like an item did not win over: whether they like the item less than expected.

Asked are two groups, if it has fans of such works: those who judged parts of its series and liked none, and those who
judged one of the works that are named as examples of what its fans like, and did not like it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from itdr.builders.evidence.activity import DECIMALS
from itdr.builders.evidence.audiences.judged import Judged
from itdr.builders.evidence.audiences.raters import MIN_FANS_WHO_JUDGED, Raters, Rates
from itdr.builders.evidence.facts import DOWN, SELDOM, UP, Fact

MIN_Z_OF_UNMOVED, MIN_Z_OF_UNMOVED_BY_ONE = 2.0, 2.0
"""Standard deviations below what is usual, for a group of which nobody had to look for more, and for the clearest of
some."""
MIN_PARTS = 2
"""Parts of its series, at least, by which those are told who do not like it."""
MIN_UNMOVED_BY_ONE = 20
"""People of the latter, at least."""
MIN_SHIFT = 0.08
"""By how much of the group fewer than usual must like the item."""
MAX_ASKED_WORKS = 2
"""Works of each group that are asked about: those that an answer names."""
_OF_EXAMPLES = ("kin", "share", "era")


def unmoved(
    facts: Sequence[Fact], codes: Mapping[str, int], judged: Judged, everybody: Raters
) -> list[Fact]:
    """Whether those who judged a part of the series and liked none are to be warned of an item.

    Args:
        facts: what was counted of the item; those of kind `series` name the parts.
        codes: by title, the code of each work that they name.
        judged: who judged what.
        everybody: all who judged the item.

    Returns:
        One fact, or none where fewer than `MIN_FANS_WHO_JUDGED` are known or too many like it. It is about the
        only part, or the series: its name, or one of its parts.
    """
    parts = [one.value for one in facts if one.kind == "series"]
    if len(parts) < MIN_PARTS:
        # That fans of a work like the item says as much.
        return []
    raters = np.unique(np.concatenate([judged.raters(codes[one])[0] for one in parts]))
    takers = np.concatenate([judged.takers(codes[one]) for one in parts])
    rates = everybody.rates_among([np.setdiff1d(raters, takers)])
    names = [one.value for one in facts if one.kind == "kin" and one.about == "series"]
    # A single part is named itself.
    value, about = ([*names, *parts][:1], "series") if len(parts) > 1 else (parts, "work")
    return _clearest(value, about, rates, MIN_FANS_WHO_JUDGED, MIN_Z_OF_UNMOVED)


def unmoved_by_one(
    facts: Sequence[Fact], codes: Mapping[str, int], judged: Judged, everybody: Raters
) -> list[Fact]:
    """Whether those who judged one of the works that its fans like, and did not like that, are to be warned of an item.

    Args:
        facts, codes, judged, everybody: as for `unmoved`; the works are details of facts about kinds and themes.

    Returns:
        A fact about the clearest of them; none where none is clear.
    """
    works: dict[str, None] = {}
    for one in facts:
        if one.kind in _OF_EXAMPLES and one.direction == UP and one.about != "series":
            named = [part.value for part in one.details if part.about == "work"]
            works |= dict.fromkeys(named[:MAX_ASKED_WORKS])
    groups = []
    for title in works:
        users, verdicts = judged.raters(codes[title])
        groups.append(users[verdicts != 1])
    rates = everybody.rates_among(groups)
    return _clearest(list(works), "work", rates, MIN_UNMOVED_BY_ONE, MIN_Z_OF_UNMOVED_BY_ONE)


def _clearest(
    values: Sequence[str], about: str, rates: Rates, people: int, least: float
) -> list[Fact]:
    """The group that most clearly likes an item less than expected, as a fact: at most two fifths of it like it.

    Args:
        values: by group, whom it is about.
        about: what that is.
        rates: of the groups.
        people: of how many a group is, at least.
        least: standard deviations.
    """
    n, k, expected, z = rates
    clear = (n >= people) & (5 * k <= 2 * n) & (z <= -least)
    clear &= np.round(expected - k - MIN_SHIFT * n, DECIMALS) >= 0
    places = np.flatnonzero(clear)
    if not len(places):
        return []
    place = int(places[np.lexsort((places, z[places]))[0]])
    return [Fact("liked_if", f"{SELDOM}{about}", values[place], *rates.figures(place), DOWN)]
