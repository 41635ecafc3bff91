"""The figures of a sample: of each column the share or the median of each feature, of two columns how much they say of each other."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from itdr.builders.store.build.reference import features, together, within
from itdr.builders.store.build.reference.samples import ATTRIBUTE, columns_of

CROWD = 10
"""So many rows of one user in one second are more than a person makes."""
ROWS = "rows"
"""The name of what is measured of rows as a whole, in place of a column's."""
ALIKE = "alike"
"""The share of pairs of rows with the same value."""


class Figure(NamedTuple):
    """A share or a median.

    Attributes:
        size: its value.
        rows: of how many rows.
    """

    size: float
    rows: int


class Looked:
    """A table of a sample, and what was measured of it.

    Args:
        table: the table.
    """

    def __init__(self, table: pa.Table) -> None:
        self.columns = columns_of(table)
        self.table = table
        self._features: dict[str, features.Features] = {}
        self._values: dict[str, together.Values] = {}
        self._groups: dict[str, np.ndarray | None] = {}

    def features(self, column: str) -> features.Features:
        """The features of a column.

        Args:
            column: its name, or `ROWS`.

        Returns:
            The features by name; none where there is no such column.
        """
        if column not in self._features:
            if column == ROWS:
                self._features[column] = _of_rows(self.table)
            else:
                held = self.columns.get(column)
                own_features = {} if held is None else features.of_column(column, held)
                self._features[column] = own_features | within.of_column(
                    self.table, column, own_features
                )
        return self._features[column]

    def values(self, column: str) -> together.Values:
        """The values of a column, row by row."""
        if column not in self._values:
            self._values[column] = features.values_of(self.columns[column])
        return self._values[column]

    def groups(self, column: str) -> np.ndarray | None:
        """The groups of a column; None where it has none."""
        if column not in self._groups:
            self._groups[column] = together.grouped(self.values(column), self.features(column))
        return self._groups[column]

    def figure(self, column: str, feature: str) -> Figure | None:
        """The share or the median of a feature.

        Args:
            column: a column.
            feature: its feature.

        Returns:
            The figure; None where the column is missing.
        """
        if feature == ALIKE:
            return self._alike(column) if column in self.columns else None
        values = self.features(column).get(feature)
        level = self.features(column).get("value")
        if values is None and level is not None and feature.startswith(features.VALUE):
            # Values that do not occur, or are many, have no features.
            same = level == float(feature.removeprefix(features.VALUE))
            values = np.where(np.isnan(level), np.nan, same)
        if values is None:
            # An attribute that nothing has is no column; where there is none at all, that is told elsewhere.
            gone = ATTRIBUTE in column and any(ATTRIBUTE in one for one in self.columns)
            return Figure(0.0, len(self.table)) if gone and feature == "stated" else None
        numbers = values[~np.isnan(values)]
        if not len(numbers):
            return Figure(0.0, 0)
        size = np.median(numbers) if feature in features.LEVELS else numbers.mean()
        return Figure(float(size), len(numbers))

    def _alike(self, column: str) -> Figure:
        counts = np.array(list(Counter(one for one in self.values(column) if one).values()))
        n = int(counts.sum())
        return Figure(float((counts * (counts - 1.0)).sum() / max(1, n * (n - 1))), n)

    def association(self, left: str, right: str, kind: str) -> together.Association | None:
        """How much two columns say of each other.

        Args:
            left: a column.
            right: another one.
            kind: `words`, `values`, or a feature of each with " / " between them.

        Returns:
            The association; None where a column is missing.
        """
        if left not in self.columns or right not in self.columns:
            return None
        if kind == "words":
            return together.shared_words(self.values(left), self.values(right))
        if kind == "values":
            mine, other = self.groups(left), self.groups(right)
            return None if mine is None or other is None else together.by_values(mine, other)
        of_left, of_right = kind.split(" / ")
        one, another = self.features(left).get(of_left), self.features(right).get(of_right)
        return None if one is None or another is None else together.correlation(one, another)


def _of_rows(table: pa.Table) -> features.Features:
    """What is measured of interactions as a whole: how they follow each other."""
    if "user_code" not in table.column_names:
        return {}
    users, items = (np.asarray(table.column(f"{name}_code")) for name in ("user", "item"))
    again = np.ones(len(users))
    _, first = np.unique(np.stack([users, items], axis=1), axis=0, return_index=True)
    again[first] = 0
    measures = {"repeated pair": again}
    same_user = np.diff(users, prepend=-1) == 0
    for name, feature in (("rating", "same rating"), ("weight", "same weight")):
        if name in table.column_names:
            values = _floats(table, name)
            same = np.diff(values, prepend=np.nan) == 0
            measures[feature] = np.where(same_user & ~np.isnan(values), same, np.nan).astype(float)
    if "timestamp" in table.column_names:
        times = _floats(table, "timestamp")
        _, place, counts = np.unique(
            np.stack([users, np.nan_to_num(times, nan=-1)], axis=1),
            axis=0,
            return_inverse=True,
            return_counts=True,
        )
        crowd = counts[place.ravel()]
        unknown = np.isnan(times)
        measures["same second"] = np.where(unknown, np.nan, crowd > 1)
        measures["crowded second"] = np.where(unknown, np.nan, crowd >= CROWD)
    return measures


def _floats(table: pa.Table, name: str) -> np.ndarray:
    whole = table.column(name).combine_chunks()
    return np.asarray(pc.fill_null(whole.cast(pa.float64()), np.nan))
