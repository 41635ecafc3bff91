"""What is measured of rows of one item, and of those of one user: how far their values spread, and whether they are equal.

Where a column was shuffled or moved, values of one item are as different as those of any two; where it was filled with the mean, the
total or an extreme of each item, they are all equal.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from itdr.builders.store.build.reference.features import APART, Features
from itdr.builders.store.build.reference.together import ranks

LEVELS = {"rating": "value", "timestamp": "value", "weight": "value", "text": "length"}
"""The columns that are looked at, and the feature whose sizes are compared."""
SPREAD, EQUAL = "spread within one ", "equal within one "
OWNERS = ("item", "user")
NAMES = tuple(f"{kind}{owner}" for kind in (SPREAD, EQUAL) for owner in OWNERS)
"""The names of all features; NaN in rows that are the only ones of their item or user."""
OF_ITEMS = tuple(name for name in NAMES if name.endswith("item"))
"""Those that say something where there are few users."""
NARROW, NARROWEST, WIDE, REMAINS = 0.7, 0.2, 0.9, 5
"""A spread of at most this may be told to have become a wide one, by so many times less than all; of at least this, none."""
NONE, EQUALS, ALL_EQUAL = 0.02, 0.5, 0.98
"""A spread of no more is none; a share of equal values of at most this may be told to have become all."""


def of_column(table: pa.Table, column: str, found: Features) -> Features:
    """The features of a column of interactions.

    Args:
        table: interactions.
        column: the name of a column.
        found: its other features.

    Returns:
        The features by name: of a spread the share of each row, so that their mean is how much of the whole spread is within; of
        equality 0 or 1; and of times how many days they are from the middle one. None of another column or table.
    """
    level = found.get(LEVELS.get(column, ""))
    if level is None or "user_code" not in table.column_names:
        return {}
    features = {}
    if column == "timestamp" and not np.isnan(level).all():
        features[APART] = abs(level - np.nanmedian(level)) / 86_400
    same = _different(table.column(column)) if column == "text" else level
    for owner in OWNERS:
        codes = np.asarray(table.column(f"{owner}_code"))
        spread, equal = (np.full(len(codes), np.nan) for _ in range(2))
        rows = np.flatnonzero(~np.isnan(level))
        _, group, counts = np.unique(codes[rows], return_inverse=True, return_counts=True)
        rows = rows[counts[group] > 1]
        if len(rows):
            spread[rows] = _spread(codes[rows], level[rows])
            equal[rows] = _equal(codes[rows], same[rows])
        features[f"{SPREAD}{owner}"] = spread
        # Of a few steps of a scale, all are equal to another where there are many.
        if column != "rating":
            features[f"{EQUAL}{owner}"] = equal
    return features


def _different(texts: pa.ChunkedArray) -> np.ndarray:
    """A number for each different text."""
    encoded = pc.dictionary_encode(texts.combine_chunks().cast(pa.string()))
    return np.asarray(pc.fill_null(encoded.indices, -1))


def _spread(codes: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The share of the whole spread that is within, row by row, of rows that are not alone; NaN where there is none."""
    placed = ranks(values)
    _, group, counts = np.unique(codes, return_inverse=True, return_counts=True)
    centre = np.bincount(group, placed) / counts
    # Two rows differ less from their own mean than from that of all.
    within = (placed - centre[group]) ** 2 * (counts / (counts - 1))[group]
    whole = max(float(placed.var()), float(within.mean()))
    return within / whole if whole else np.full(len(values), np.nan)


def _equal(codes: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Whether another row of the item or user has the value."""
    pairs = np.stack([codes, values], axis=1)
    _, pair, counts = np.unique(pairs, axis=0, return_inverse=True, return_counts=True)
    return np.asarray(counts[pair.ravel()] > 1, float)


def may_deviate(feature: str, least: float, most: float) -> bool:
    """Whether a figure may deviate so far that it is told.

    Args:
        feature: one of `NAMES`.
        least: the least of the released files.
        most: the most of them.
    """
    return most <= EQUALS if feature.startswith(EQUAL) else most <= NARROW or least >= NARROWEST


def deviation(feature: str, size: float, least: float, most: float) -> float:
    """How far a figure lies beyond what may be.

    Args:
        feature: one of `NAMES`.
        size: the figure.
        least: the least of the released files.
        most: the most of them.

    Returns:
        More than 1 where it is to be told.
    """
    if not may_deviate(feature, least, most):
        return 0.0
    if feature.startswith(EQUAL):
        return 2.0 if size >= ALL_EQUAL else 0.0
    wide = most <= NARROW and size >= max(WIDE, 1 - (1 - most) / REMAINS)
    return 2.0 if wide or (least >= NARROWEST and size <= NONE) else 0.0
