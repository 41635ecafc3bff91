"""A column that was moved by some rows: rows of one key agree in what stands beside them, and not in their own values;
or two columns that say the same of a row agree with each other's neighbors.
"""

from __future__ import annotations

import operator
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.reasons import ENOUGH_TO_JUDGE
from itdr.builders.sources._formats.validate import AGAIN

DRAWN = 2
"""Of so many keys, one is looked at, to save memory."""

FURTHEST = 3
"""Rows by which a column may have been moved."""
LOOKED_AT = 5_000
"""So many rows are looked at where two columns are compared."""

_Row = tuple[str | None, str | None]


class MovedColumn:
    """Compares the values of rows that have one key.

    Args:
        path: the file.
        key: what rows have in common.
        value: what they should then have in common, too.
    """

    def __init__(self, path: Path, key: str, value: str) -> None:
        self._path, self._key, self._value = path, key, value
        self._first: dict[str, tuple[str | None, ...]] = {}
        self._same = [0, 0, 0]
        self._before: _Row = (None, None)
        self._row: _Row = (None, None)

    def add(self, key: str | None, value: str | None) -> None:
        """Look at one more row.

        Args:
            key: its key.
            value: its value.
        """
        one, own = self._row
        if one and own and zlib.crc32(one.encode("utf-8", "replace")) % DRAWN == 0:
            around = (self._before[1], own, value)
            first = self._first.setdefault(one, around)
            if first is not around:
                for place, (a, b) in enumerate(zip(first, around, strict=True)):
                    self._same[place] += a == b
        self._before, self._row = self._row, (key, value)

    def require_own(self) -> None:
        """Check that rows agree in their own values.

        Raises:
            RawFileError: they agree in those of the rows beside them.
        """
        others, own = max(self._same[0], self._same[2]), self._same[1]
        if others >= ENOUGH_TO_JUDGE and others > 2 * own:
            raise RawFileError(
                f"{self._path}: {others:,} rows with the {self._key} of an earlier one have the same {self._value} in the row "
                f"beside them, and {own:,} in their own: the column was moved by a row. {AGAIN}"
            )


def require_together(
    path: Path,
    one: str,
    other: str,
    pairs: Sequence[tuple[Any, Any]],
    agree: Callable[[Any, Any], bool] = operator.eq,
    least: float = 0.0,
) -> None:
    """Check that two columns, which say the same of many rows, do so in the same row.

    Args:
        path: the file.
        one: the first column.
        other: the second one.
        pairs: their values, row by row; what is false is missing.
        agree: whether two values say the same.
        least: the share of the rows with both values in which they do, at least, in the official file.

    Raises:
        RawFileError: they do so in other rows, or hardly anywhere.
    """
    pairs = pairs[:LOOKED_AT]

    def met(lag: int) -> int:
        rows = range(max(0, -lag), len(pairs) - max(0, lag))
        return sum(
            bool(pairs[k][0] and pairs[k + lag][1] and agree(pairs[k][0], pairs[k + lag][1]))
            for k in rows
        )

    own, n = met(0), sum(bool(a and b) for a, b in pairs)
    if n < ENOUGH_TO_JUDGE or (least and own >= least * n):
        return
    apart = {lag: met(lag) for by in range(1, FURTHEST + 1) for lag in (by, -by)}
    lag = max(apart, key=lambda lag: apart[lag])
    if apart[lag] >= ENOUGH_TO_JUDGE and apart[lag] > 2 * own:
        where = f"{abs(lag)} row{'s' if abs(lag) > 1 else ''} {'below' if lag > 0 else 'above'}"
        raise RawFileError(
            f"{path}: of {n:,} rows that were looked at, {own:,} agree in {one} and {other}, and {apart[lag]:,} agree with the "
            f"{other} {where}: one of the two columns was moved or changed. {AGAIN}"
        )
    if least:
        raise RawFileError(
            f"{path}: of {n:,} rows that were looked at, {own:,} agree in {one} and {other}, and officially nearly all do: one "
            f"of the two columns was moved, sorted or written anew. {AGAIN}"
        )
