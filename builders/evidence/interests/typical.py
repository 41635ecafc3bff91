"""Which works are typical of a category, or of two together: those with few others, none of which seldom goes with it."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from itdr.builders.evidence.interests.counts import Counts
from itdr.builders.evidence.interests.works import KINDS
from itdr.builders.evidence.traits import MAX_CATEGORIES_OF_AN_EXAMPLE

MIN_RATIO_OF_TYPICAL = Fraction(3, 4)
"""A category goes with another one unless so much smaller a share of its works have that one, at most, than of all
works."""


def seldom_beside(counts: Counts, about: str, value: str) -> frozenset[str]:
    """The categories that make another one, or two together, much less likely.

    Args:
        counts: how common traits are.
        about, value: a trait, a category or a blend of two.

    Returns:
        Names of categories.
    """
    key = ("seldom beside", about, value)
    if key not in counts.cache:
        has = np.zeros(len(counts.likes), bool)
        has[counts.bearers(counts.codes[about][value])] = True
        owners, traits = counts.traits_of(np.arange(len(has)))
        number = np.bincount(traits, minlength=len(counts.names))
        together = np.bincount(traits[has[owners]], minlength=len(counts.names))
        # together / number < MIN_RATIO_OF_TYPICAL * has.sum() / len(has), in whole numbers.
        least = MIN_RATIO_OF_TYPICAL
        seldom = together * len(has) * least.denominator < least.numerator * number * int(has.sum())
        seldom &= counts.kinds == KINDS.index("category")
        counts.cache[key] = frozenset(counts.names[code][1] for code in np.flatnonzero(seldom))
    return counts.cache[key]


def typical_works(counts: Counts, about: str, value: str) -> np.ndarray:
    """The works that are typical of a category, or of two together.

    Args:
        counts: how common traits are.
        about, value: the trait.

    Returns:
        bool by work code.
    """
    key = ("typical", about, value)
    if key not in counts.cache:
        has = np.zeros(len(counts.likes), bool)
        has[counts.bearers(counts.codes[about][value])] = True
        owners, traits = counts.traits_of(np.flatnonzero(has))
        owners = np.flatnonzero(has)[owners]
        is_category = counts.kinds[traits] == KINDS.index("category")
        has &= np.bincount(owners[is_category], minlength=len(has)) <= MAX_CATEGORIES_OF_AN_EXAMPLE
        codes = [counts.codes["category"][one] for one in seldom_beside(counts, about, value)]
        has[owners[np.isin(traits, codes)]] = False
        counts.cache[key] = has
    return counts.cache[key]
