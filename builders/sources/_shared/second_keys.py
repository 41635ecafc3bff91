"""Records that name their id or title a second time, as in an address: of most, both must say the same."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.reasons import ENOUGH_TO_JUDGE
from itdr.builders.sources._formats.validate import AGAIN


class SecondKeys:
    """Compares the id of each record with what another column says of it.

    Args:
        path: the file, or both.
        what: the other column, for the message.
        of: what is compared with it.
        most: the share of records in which they may differ.
        least: so many records that differ are no chance.
    """

    def __init__(
        self,
        path: Path | str,
        what: str,
        of: str = "id",
        most: float = 0.5,
        least: int = ENOUGH_TO_JUDGE,
    ) -> None:
        self._path, self._what, self._of = path, what, of
        self._most, self._least = most, least
        self._n = self._others = 0

    def add(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Compare some more.

        Args:
            pairs: the id, or what belongs to it, and what the other column says, of records that have both.
        """
        for one, other in pairs:
            self._n += 1
            self._others += one != other

    def require_same(self, cause: str = "") -> None:
        """Check that nearly all say the same.

        Args:
            cause: a clause, where it is known why they do not.

        Raises:
            RawFileError: they do not.
        """
        if self._others >= self._least and self._others > self._most * self._n:
            cause = (
                cause or "one of the two columns was moved or changed, or ids were numbered anew"
            )
            raise RawFileError(
                f"{self._path}: of {self._n:,} records that were compared, {self._others:,} have the {self._what} of "
                f"another {self._of}: {cause}. {AGAIN}"
            )
