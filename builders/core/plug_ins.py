"""What other installed packages add: their entry points."""

from __future__ import annotations

import functools
from importlib.metadata import EntryPoint, entry_points
from typing import Any


@functools.cache
def _all() -> Any:
    # The metadata of every installed package is read: once for all groups.
    return entry_points()


def entries(group: str) -> list[EntryPoint]:
    """The entry points of a group.

    Args:
        group: its name.

    Returns:
        Entry points by name.
    """
    return sorted(_all().select(group=group), key=lambda one: one.name)
