"""Errors that a user can act on: each message says what is wrong, where, and what to do."""

from __future__ import annotations

import difflib
import reprlib
from collections.abc import Iterable, Mapping, Sequence


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


NAMES_SHOWN = 40
LONGEST = 80


def choose_from(
    what: str, got: object, allowed: Iterable[str], titles: Mapping[str, str] | None = None
) -> str:
    """Say that `got` is no `what`, with the nearest allowed names first and then what there is.

    Args:
        what: what was asked for.
        got: what was given.
        allowed: the names that there are.
        titles: what some names are called in full, to be found by that too.

    Returns:
        One or two sentences.
    """
    names = [str(name) for name in allowed]
    near = nearest(str(got), names, titles or {}) if isinstance(got, (str, int, float)) else []
    hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    listed = ", ".join(names[:NAMES_SHOWN]) or "none"
    return f"Unknown {what} {shown(got)}.{hint} Available: {listed}{more}."


def nearest(got: str, names: Sequence[str], titles: Mapping[str, str]) -> list[str]:
    """The names that could be meant: those that hold what was given, by name or title; else the one
    that is spelled most alike.

    >>> nearest("movielens", ["ml-1m", "ml-32m", "mind"], {"ml-1m": "MovieLens 1M", "ml-32m": "MovieLens 32M"})
    ['ml-1m', 'ml-32m']
    """
    given = _letters(got)
    spelled = {name: [_letters(name), _letters(titles.get(name, name))] for name in names}
    inside = [name for name, forms in spelled.items() if any(given in form for form in forms)]
    if len(given) > 2 and 0 < len(inside) <= 4:
        return inside
    alike = {form: name for name, forms in reversed(spelled.items()) for form in forms}
    found = difflib.get_close_matches(given, alike, n=1, cutoff=0.6)
    return [alike[form] for form in found]


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def shown(value: object) -> str:
    """A value as a message shows it: short, and of a table or another large object only what it is."""
    if not isinstance(value, (str, int, float, bytes, list, tuple, dict, set, type(None))):
        return f"a {type(value).__name__}"
    text = repr(value) if isinstance(value, (str, int, float)) else reprlib.repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
