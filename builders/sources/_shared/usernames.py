"""What display names of users tell: whether they kept their letters, and whether they belong to the ids beside them."""

from __future__ import annotations

import re
from pathlib import Path

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.letters import LOST, are_lost
from itdr.builders.sources._formats.validate import AGAIN

_LOST = re.compile(rf"{LOST}|[?]{{3}}")
"""Names of other scripts become question marks alone."""
FIRST_ID = "76561197960000000"
"""Ids that Steam gives to people are greater; others are none."""
LOOKED_AT = 50_000
"""So many ids are looked at, to save memory."""
ENOUGH_ROWS, ENOUGH_IDS, MOST_RENAMED = 1_000, 100, 0.5
"""So many rows, and so many ids of several of them, show whether each has one name; people rename themselves, but not so
many."""


class Usernames:
    """Looks at the names and ids of users, row by row."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._marked: set[str] = set()
        self._foreign = False
        self._first: dict[str, str] = {}
        self._again: set[str] = set()
        self._renamed: set[str] = set()
        self._rows = 0

    def add(self, name: str, user: str | None) -> None:
        """Look at one more row.

        Args:
            name: its display name.
            user: the id beside it, where there is one.
        """
        if not self._foreign:
            self._note(name)
        if (
            not user
            or user < FIRST_ID
            or (user not in self._first and len(self._first) >= LOOKED_AT)
        ):
            return
        self._rows += 1
        first = self._first.setdefault(user, name)
        if first is not name:
            self._again.add(user)
            if first != name:
                self._renamed.add(user)

    def _note(self, name: str) -> None:
        if not name.isascii():
            self._foreign = True
            self._seen.clear()
            self._marked.clear()
        else:
            self._seen.add(name)
            if "?" in name and _LOST.search(name):
                self._marked.add(name)

    def require_own(self, path: Path) -> None:
        """Check the names.

        Args:
            path: their file.

        Raises:
            RawFileError: letters were lost, or the names belong to other ids.
        """
        if not self._foreign and are_lost(len(self._seen), len(self._marked)):
            raise RawFileError(
                f"{path}: no username has a letter beyond ASCII, and {len(self._marked):,} of {len(self._seen):,} have "
                f"question marks in place of letters, such as {min(self._marked)!r}: they were saved in an encoding that "
                f"lacks their letters. {AGAIN}"
            )
        renamed, several = len(self._renamed), len(self._again)
        enough = self._rows >= ENOUGH_ROWS and several >= ENOUGH_IDS
        if enough and renamed > MOST_RENAMED * several:
            raise RawFileError(
                f"{path}: {renamed:,} of {several:,} user ids with several reviews stand beside several usernames: usernames or "
                f"ids were moved to other rows. {AGAIN}"
            )
