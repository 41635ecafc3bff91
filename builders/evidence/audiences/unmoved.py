"""Those whom a series did not win over: whether they like a part of it less than expected.

Asked are, of an item that fans of several other parts like, those who judged some of these and liked none. Who did not
like the only part that is known is not asked: that its fans like the item says as much.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from itdr.builders.evidence.activity import DECIMALS
from itdr.builders.evidence.audiences.judged import Judged
from itdr.builders.evidence.audiences.raters import MIN_FANS_WHO_JUDGED, Raters
from itdr.builders.evidence.facts import DOWN, SELDOM, Fact

MIN_PARTS = 2
"""Other parts of its series, at least, by which those are told who do not like it."""
MIN_Z_OF_UNMOVED = 2.0
"""Standard deviations below what is usual, for a group of which nobody had to look for more."""
MIN_SHIFT = 0.08
"""By how much of the group fewer than usual must like the item."""


def unmoved(
    facts: Sequence[Fact], codes: Mapping[str, int], judged: Judged, everybody: Raters
) -> list[Fact]:
    """Whether those who judged parts of the series and liked none are to be warned of an item.

    Args:
        facts: what was counted of the item; those of kind `series` name the parts.
        codes: by title, the code of each work that they name.
        judged: who judged what.
        everybody: all who judged the item.

    Returns:
        One fact about the series, by its name or one of its parts; none where fewer than `MIN_FANS_WHO_JUDGED` people are
        known, more than two fifths of them like it, or not clearly fewer than expected.
    """
    parts = [one.value for one in facts if one.kind == "series"]
    if len(parts) < MIN_PARTS:
        return []
    people = np.unique(np.concatenate([judged.raters(codes[one])[0] for one in parts]))
    takers = np.concatenate([judged.takers(codes[one]) for one in parts])
    rates = everybody.rates_among([np.setdiff1d(people, takers)])
    k, n, expected = rates.figures(0)
    if n < MIN_FANS_WHO_JUDGED or 5 * k > 2 * n or rates.z[0] > -MIN_Z_OF_UNMOVED:
        return []
    if round(expected - k - MIN_SHIFT * n, DECIMALS) < 0:
        return []
    names = [one.value for one in facts if (one.kind, one.about) == ("kin", "series")]
    return [Fact("liked_if", f"{SELDOM}series", (*names, *parts)[0], k, n, expected, DOWN)]
