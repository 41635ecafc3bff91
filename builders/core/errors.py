"""Errors that a user can act on: each message says what is wrong, where, and what to do."""

from __future__ import annotations

import difflib
import reprlib
from collections.abc import Iterable, Mapping, Sequence


class ItdrError(Exception):
    """Base of every error that `itdr` raises on purpose."""


class ConfigError(ItdrError, ValueError):
    """An invalid config name, source or option."""


class RawFileError(ItdrError, OSError):
    """A raw file that is missing, truncated, corrupt, or not what it should be."""


class NoRoomError(RawFileError):
    """Too little disk or memory for a raw file; the file itself may be fine."""


class DownloadError(RawFileError):
    """A raw file that could not be fetched."""


class TemplateError(ItdrError, ValueError):
    """A template that cannot be loaded or rendered."""


class EmptySplitError(ItdrError, ValueError):
    """A split for which the chosen sources hold no eligible case. `brief` is the reason without advice."""

    def __init__(self, message: str, brief: str = "") -> None:
        super().__init__(message)
        self.brief = brief or message


NAMES_SHOWN = 40
MAX_QUOTED_CHARS = 80


def choose_from(
    what: str, got: object, allowed: Iterable[str], titles: Mapping[str, str] | None = None
) -> str:
    """Say that a name is unknown, suggest the nearest ones, and list what is available.

    Args:
        what: what kind of thing was requested, such as "source".
        got: the given value.
        allowed: the valid names.
        titles: full titles of some names, which suggestions also consider.

    Returns:
        One or two sentences.
    """
    names = [str(name) for name in allowed]
    near = (
        nearest_names(str(got), names, titles or {}) if isinstance(got, (str, int, float)) else []
    )
    hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    listed = ", ".join(names[:NAMES_SHOWN]) or "none"
    return f"Unknown {what} {format_value(got)}.{hint} Available: {listed}{more}."


def nearest_names(got: str, names: Sequence[str], titles: Mapping[str, str]) -> list[str]:
    """The names that were probably meant.

    Args:
        got: the given name.
        names: the valid names.
        titles: full titles of some of them.

    Returns:
        Up to four names that contain `got`, by name or title; otherwise the one most alike in
        spelling, if any.

    >>> nearest_names("movielens", ["ml-1m", "ml-32m", "mind"], {"ml-1m": "MovieLens 1M", "ml-32m": "MovieLens 32M"})
    ['ml-1m', 'ml-32m']
    """
    letters = _letters(got)
    spelled = {name: [_letters(name), _letters(titles.get(name, name))] for name in names}
    inside = [name for name, forms in spelled.items() if any(letters in form for form in forms)]
    if len(letters) > 2 and 0 < len(inside) <= 4:
        return inside
    alike = {form: name for name, forms in reversed(spelled.items()) for form in forms}
    closest = difflib.get_close_matches(letters, alike, n=1, cutoff=0.6)
    return [alike[form] for form in closest]


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def format_value(value: object) -> str:
    """A value as an error message shows it: shortened, and only the type of a large object."""
    if not isinstance(value, (str, int, float, bytes, list, tuple, dict, set, type(None))):
        name = type(value).__name__
        return f"an {name}" if name[0].lower() in "aeio" else f"a {name}"
    text = repr(value) if isinstance(value, (str, int, float)) else reprlib.repr(value)
    return text if len(text) <= MAX_QUOTED_CHARS else f"{text[:MAX_QUOTED_CHARS]}…"
