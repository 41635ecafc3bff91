"""Errors that a user can act on: each message says what is wrong, where, and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class ItdrError(Exception):
    """Base of every error that `itdr` raises on purpose."""


class ConfigError(ItdrError, ValueError):
    """A config name, a source or a option that cannot be served."""


class RawFileError(ItdrError, OSError):
    """A raw file that is missing, truncated, corrupt, or not what it should be."""


class NoRoomError(RawFileError):
    """Not enough disk or memory for a raw file, which itself may be right."""


class DownloadError(RawFileError):
    """A raw file that could not be fetched."""


class TemplateError(ItdrError, ValueError):
    """A template that cannot be loaded or rendered."""


class EmptySplitError(ItdrError, ValueError):
    """A split for which the chosen sources hold no eligible case."""


def choose_from(what: str, got: object, allowed: Iterable[str]) -> str:
    """Say that `got` is no `what`, with the nearest allowed name first and all of them after it."""
    names = [str(name) for name in allowed]
    near = difflib.get_close_matches(str(got), names, n=1, cutoff=0.5)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"Unknown {what} {got!r}.{hint} There is: {', '.join(names) or 'none'}."
