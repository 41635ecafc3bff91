"""Whether the columns of Steam's games belong together: what an address repeats, and what two columns say alike."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from itdr.builders.core.errors import RawFileError
from itdr.builders.sources._formats.validate import AGAIN
from itdr.builders.sources._shared.moved_columns import require_together
from itdr.builders.sources._shared.second_keys import SecondKeys

LEAST_TAGGED = 0.5
"""The share of games whose genres are among their tags, at least."""
LISTED, MANY_LISTS, MOST_SORTED = 3, 1_000, 0.95
"""Of so many games with so many tags, most do not have them in alphabetical order."""


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
        self._lists = self._sorted = 0

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
        if len(ordered := list(tags)) >= LISTED:
            self._lists += 1
            self._sorted += ordered == sorted(ordered)

    def require_own(self) -> None:
        """Check the games.

        Raises:
            RawFileError: columns were moved, ids numbered anew, or tags sorted.
        """
        self._ids.require_same()
        self._names.require_same()
        require_together(
            self._path, "'genres'", "'tags'", self._kinds, frozenset.issubset, LEAST_TAGGED
        )
        require_together(self._path, "'developer'", "'publisher'", self._makers)
        if self._lists >= MANY_LISTS and self._sorted > MOST_SORTED * self._lists:
            raise RawFileError(
                f"{self._path}: the tags of {self._sorted:,} of {self._lists:,} games with {LISTED} or more stand in "
                "alphabetical order, and officially the most used ones come first: they were sorted. "
                f"{AGAIN}"
            )


def _plain(name: str | None) -> str:
    """The letters and digits of a name, as addresses have them."""
    return re.sub("[^a-z0-9]", "", (name or "").lower()) if name and name.isascii() else ""
