"""Whether the columns of Steam's games belong together: what an address repeats, and what two columns say alike."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from itdr.builders.sources._shared.moved_columns import require_together
from itdr.builders.sources._shared.second_keys import SecondKeys

LEAST_TAGGED = 0.5
"""The share of games whose genres are among their tags, at least."""


class GameColumns:
    """Compares the columns of games.

    Args:
        path: their file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ids = SecondKeys(path, "'url'")
        self._names = SecondKeys(path, "'url'", "name", most=0.1)
        self._kinds: list[tuple[frozenset[str], frozenset[str]]] = []
        self._makers: list[tuple[str, str]] = []

    def add(self, game: str | None, name: str | None, address: re.Match[str] | None) -> None:
        """Look at what the address of one more game repeats.

        Args:
            game: its id.
            name: its name.
            address: the id and the name within its address.
        """
        if game and address:
            self._ids.add([(game, address[1])])
            self._names.add([both for both in [(_plain(name), _plain(address[2]))] if all(both)])

    def compare(
        self, genres: Collection[str], tags: Collection[str], developer: str, publisher: str
    ) -> None:
        """Look at one more game; empty where something is missing.

        Args:
            genres: its genres.
            tags: its tags.
            developer: who developed it.
            publisher: who published it.
        """
        self._kinds.append((frozenset(genres), frozenset(tags)))
        self._makers.append((developer, publisher))

    def require_own(self) -> None:
        """Check the games.

        Raises:
            RawFileError: columns were moved, or ids numbered anew.
        """
        self._ids.require_same()
        self._names.require_same()
        require_together(
            self._path, "'genres'", "'tags'", self._kinds, frozenset.issubset, LEAST_TAGGED
        )
        require_together(self._path, "'developer'", "'publisher'", self._makers)


def _plain(name: str | None) -> str:
    """The letters and digits of a name, as addresses have them."""
    return re.sub("[^a-z0-9]", "", (name or "").lower()) if name and name.isascii() else ""
