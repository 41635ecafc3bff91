"""A column that was moved by a row: rows of one key agree in what stands beside them, and not in their own values."""

from __future__ import annotations

import zlib
from pathlib import Path

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.reasons import ENOUGH_TO_JUDGE
from itdr.builders.sources._formats.validate import AGAIN

DRAWN = 2
"""Of so many keys, one is looked at, to save memory."""

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
