"""Records that name their id a second time, in an address or a title: of most, both must say the same."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.reasons import ENOUGH_TO_JUDGE
from itdr.builders.sources._formats.validate import AGAIN


class SecondKeys:
    """Compares the id of each record with what another column says of it.

    Args:
        path: the file.
        what: the other column, for the message.
    """

    def __init__(self, path: Path, what: str) -> None:
        self._path, self._what = path, what
        self._n = self._others = 0

    def add(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Compare some more.

        Args:
            pairs: the id, or what belongs to it, and what the other column says, of records that have both.
        """
        for one, other in pairs:
            self._n += 1
            self._others += one != other

    def require_same(self) -> None:
        """Check that most say the same.

        Raises:
            RawFileError: they do not.
        """
        if self._others >= ENOUGH_TO_JUDGE and 2 * self._others > self._n:
            raise RawFileError(
                f"{self._path}: of {self._n:,} records that were compared, {self._others:,} have the {self._what} of "
                f"another id: the column of ids was moved or numbered anew. {AGAIN}"
            )
