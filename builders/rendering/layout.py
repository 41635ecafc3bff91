"""Marks and joiners of a language: how a list is laid out, and how an entry shows what it holds.

`templates/layout.yaml` is the English one, `templates/<language>/layout.yaml` another's. A user's own
folder may change single entries.
"""

from __future__ import annotations

import dataclasses
import functools
import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from itdr.builders.core.schema import Scale
from itdr.builders.core.yaml_lines import Node
from itdr.builders.rendering import template_files as files
from itdr.builders.rendering.yaml_fields import complain, fields, read_yaml

PATTERNS: dict[str, frozenset[str]] = {
    "line": frozenset({"entry"}),
    "number": frozenset({"n", "entry"}),
    "within_line": frozenset({"title"}),
    "by": frozenset({"entry", "creator"}),
    "aside": frozenset({"entry", "categories"}),
    "rated": frozenset({"entry", "rating"}),
    "dated": frozenset({"entry", "time_gap"}),
    "noted": frozenset({"entry", "note"}),
    "all": frozenset({"n"}),
    "leave_out": frozenset({"names"}),
    "full_title": frozenset({"title", "end"}),
    "full_titles": frozenset({"titles", "ends"}),
    "at_least": frozenset({"acted", "rating", "most"}),
    "liked_range": frozenset({"rating", "most"}),
    "disliked_range": frozenset({"rating", "most"}),
    "either_range": frozenset({"rating", "other", "most"}),
    "one_of": frozenset({"entry", "values"}),
    "such_as": frozenset({"entry", "values"}),
    "both": frozenset(),
    **{
        f"{unit}{plural}": frozenset({"n"} if plural else ())
        for unit in ("minute", "hour", "day", "month", "year")
        for plural in ("", "s")
    },
}
"""The entries that are patterns, with the names that each holds in braces."""


@dataclass(frozen=True)
class Layout:
    """The entries of a `layout.yaml`; the file says what each is for."""

    line: str
    number: str
    separators: tuple[str, ...]
    within_line: str
    by: str
    aside: str
    rated: str
    dated: str
    noted: str
    comma: str
    last_comma: str
    last_or: str
    all: str
    both: str
    leave_out: str
    full_title: str
    full_titles: str
    at_least: str
    liked_range: str
    disliked_range: str
    either_range: str
    one_of: str
    such_as: str
    minute: str
    minutes: str
    hour: str
    hours: str
    day: str
    days: str
    month: str
    months: str
    year: str
    years: str
    yes: str
    no: str

    def likes_of(self, scale: Scale) -> str:
        """Which ratings are likes: "rated 4 or 5 out of 5", "rated 8 out of 10 or higher"."""
        return self._range(scale, self.liked_range, scale.liked, scale.high)

    def dislikes_of(self, scale: Scale) -> str:
        """Which ratings are dislikes: "rated 1 or 2 out of 5", "rated 4 out of 10 or lower"."""
        return self._range(scale, self.disliked_range, scale.disliked, scale.low)

    def _range(self, scale: Scale, pattern: str, limit: float, end: float) -> str:
        """Ratings from a limit to an end of the scale, both named where there are no others."""
        rating, most = f"{limit:g}", f"{scale.high:g}"
        if abs(end - limit) != scale.step:
            return pattern.format(rating=rating, most=most)
        low, high = sorted((limit, end))
        return self.either_range.format(rating=f"{low:g}", other=f"{high:g}", most=most)

    def yes_or_no(self, holds: bool) -> str:
        """The answer to a question that asks whether something holds."""
        return self.yes if holds else self.no

    @functools.cached_property
    def as_stored(self) -> bool:
        """Whether an entry with categories reads as `Item.listed` has it already."""
        return (self.aside, self.comma) == ("{entry} [{categories}]", ", ")

    def all_of(self, count: int) -> str:
        """The phrase for all of this many: "all 10", "both"."""
        return self.both if count == 2 else _counted(self.all, count)

    def joined(self, names: list[str]) -> str:
        """`a`, `a and b`, `a, b and c`."""
        return self._joined(names, self.last_comma)

    def either(self, names: list[str]) -> str:
        """`a`, `a or b`, `a, b or c`."""
        return self._joined(names, self.last_or)

    def _joined(self, names: list[str], last_joint: str) -> str:
        first, last = self.comma.join(names[:-1]), names[-1]
        return f"{first}{last_joint}{last}" if first else last

    def time_gap(self, seconds: int) -> str:
        """A span of time in its largest unit: "3 days later"."""
        for unit, size in _UNITS:
            if seconds >= size:
                n = seconds // size
                return getattr(self, unit) if n == 1 else getattr(self, f"{unit}s").format(n=n)
        return self.minute


@functools.lru_cache(maxsize=256)
def _counted(pattern: str, n: int) -> str:
    return pattern.format(n=n)


_UNITS = (
    ("year", 365 * 86400),
    ("month", 30 * 86400),
    ("day", 86400),
    ("hour", 3600),
    ("minute", 60),
)


def load_layout(language: str = files.ENGLISH, folder: Path | None = None) -> Layout:
    """The layout of a language.

    Args:
        language: one of `template_files.languages()`.
        folder: a user's own templates, whose layout.yaml may change single entries.

    Raises:
        TemplateError: with file and line, for an entry that is unknown, missing or broken.
    """
    own = files.own_file(folder, files.LAYOUT, language)
    entries = _built_in(language)
    return Layout(**entries if own is None else {**entries, **_read(own, entries)})  # type: ignore[arg-type]


@functools.cache
def _built_in(language: str) -> dict[str, str | tuple[str, ...]]:
    return _read(files.built_in_file(files.LAYOUT, language), {})


def _read(
    path: Path, known: Mapping[str, str | tuple[str, ...]]
) -> dict[str, str | tuple[str, ...]]:
    names = tuple(field.name for field in dataclasses.fields(Layout))
    node = read_yaml(path)
    nodes = fields(path, node, "a layout", () if known else names, names)
    return {name: _entry(path, name, value) for name, value in nodes.items()}


def _entry(path: Path, name: str, node: Node) -> str | tuple[str, ...]:
    if name == "separators":
        if not isinstance(node.value, list) or not node.value:
            raise complain(path, node.line, f"{name} must be a list of texts.")
        return tuple(_text(path, name, one) for one in node.value)
    value = _text(path, name, node)
    if name in PATTERNS:
        _check_pattern(path, name, node, value)
    return value


def _text(path: Path, name: str, node: Node) -> str:
    if not isinstance(node.value, str) or not node.value:
        raise complain(path, node.line, f"{name} must be text; put it in quotes.")
    return node.value


def _check_pattern(path: Path, name: str, node: Node, value: str) -> None:
    try:
        parts = list(string.Formatter().parse(value))
    except ValueError as error:
        raise complain(path, node.line, f"{name}: {error}.") from None
    names = {of for _, of, how, conversion in parts if of is not None and not (how or conversion)}
    plain = all(not (how or conversion) for _, _, how, conversion in parts)
    if names != PATTERNS[name] or not plain:
        placeholders = " and ".join(f"{{{one}}}" for one in sorted(PATTERNS[name])) or "no braces"
        raise complain(path, node.line, f"{name} must hold {placeholders}, and no others.")
