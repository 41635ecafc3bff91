"""How much two columns of one table say of each other, row by row: columns that were moved, sorted or shuffled say nothing of those
beside them.

An association is a number from 0 to 1, of one of three kinds: `words`, the share of rows in which two texts share a word; `values`,
how well the commonest values of one column go with those of another; or a correlation of one feature of each.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from itdr.builders.store.build.reference.features import Features

Values = Sequence[tuple[str, ...]]
COMMONEST, GROUPS, LEAST_VALUE = 20, 10, 0.01
"""How many values of a column are compared, into how many groups numbers are put, and the share of rows that have a value."""
ROWS_OF_WORDS, SIGNS_OF_WORDS = 3_000, 500
"""So many rows, and so many characters of each text, are searched for words."""
_WORD = re.compile(r"[^\W\d_]{4,}|[一-鿿぀-ヿ]{2}")


class Association(NamedTuple):
    """An association.

    Attributes:
        size: from 0 to 1; a correlation may be negative.
        rows: that have both values; 0 where one of the columns says nothing, as all its values are one.
    """

    size: float
    rows: int


def shared_words(left: Values, right: Values) -> Association:
    """The share of rows in which two columns share a word, less that of rows of which one was moved.

    Args:
        left: the values of a column.
        right: those of another one.

    Returns:
        That share, and how many rows have both.
    """
    both = [row for row in range(len(left)) if left[row] and right[row]][:ROWS_OF_WORDS]
    if not both:
        return Association(0.0, 0)
    texts = [[_words(side[row]) for row in both] for side in (left, right)]
    beside = sum(not a.isdisjoint(b) for a, b in zip(*texts, strict=True))
    # By half of the rows: those of one user stand together.
    half = len(both) // 2
    moved = texts[1][half:] + texts[1][:half]
    chance = sum(not a.isdisjoint(b) for a, b in zip(texts[0], moved, strict=True))
    return Association((beside - chance) / len(both), len(both))


def _words(values: tuple[str, ...]) -> set[str]:
    return set(_WORD.findall(" ".join(values)[:SIGNS_OF_WORDS].casefold()))


def grouped(values: Values, features: Features) -> np.ndarray | None:
    """A column as groups of rows: one of each of its commonest values, or of numbers of about one size.

    Args:
        values: the values of the column.
        features: its features.

    Returns:
        A matrix of a row for each row and a column for each group, 0 or 1, NaN where there is no value; None where there are no
        such groups.
    """
    counts = Counter(name for row in values for name in set(row))
    n = len(values)
    common = [name for name, of in _by_count(counts) if LEAST_VALUE * n <= of < n][:COMMONEST]
    stated = np.array([bool(row) for row in values])
    if sum(any(name in row for name in common) for row in values) * 2 > stated.sum():
        matrix = np.array([[name in row for name in common] for row in values], float)
        matrix[~stated] = np.nan
        return matrix
    level = features.get("value")
    if level is None or np.isnan(level).all():
        return None
    edges = np.unique(np.nanquantile(level, np.arange(1, GROUPS) / GROUPS))
    place = np.searchsorted(edges, level, side="right")
    matrix = (place[:, None] == np.arange(len(edges) + 1)).astype(float)
    matrix[np.isnan(level)] = np.nan
    return matrix


def _by_count(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def by_values(left: np.ndarray, right: np.ndarray) -> Association:
    """How well the groups of two columns go together: Cramér's V, less what chance gives.

    Args:
        left: the groups of a column.
        right: those of another one.

    Returns:
        The association.
    """
    both = ~(np.isnan(left[:, 0]) | np.isnan(right[:, 0]))
    n = int(both.sum())
    sides = [_standardised(side[both]) for side in (left, right)]
    least = min(side.shape[1] for side in sides)
    if n < 2 or not least:
        return Association(0.0, 0)
    total = float(((sides[0].T @ sides[1] / n) ** 2).sum())
    chance = sides[0].shape[1] * sides[1].shape[1] / n
    return Association(float(np.sqrt(max(0.0, total - chance) / least)), n)


def _standardised(groups: np.ndarray) -> np.ndarray:
    spread = groups.std(axis=0)
    varying = groups[:, spread > 0]
    return np.asarray((varying - varying.mean(axis=0)) / spread[spread > 0])


def correlation(left: np.ndarray, right: np.ndarray) -> Association:
    """The rank correlation of two features.

    Args:
        left: a feature.
        right: one of another column.

    Returns:
        The correlation, and how many rows have both.
    """
    both = ~(np.isnan(left) | np.isnan(right))
    n = int(both.sum())
    if n < 2:
        return Association(0.0, 0)
    placed = [ranks(side[both]) for side in (left, right)]
    spread = [float(one.std()) for one in placed]
    if not all(spread):
        return Association(0.0, 0)
    product = ((placed[0] - placed[0].mean()) * (placed[1] - placed[1].mean())).mean()
    return Association(float(product / (spread[0] * spread[1])), n)


def ranks(values: np.ndarray) -> np.ndarray:
    """Ranks, the mean one for equal values."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[place], float)
