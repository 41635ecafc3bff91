"""The texts that a template allows, given what is known about its variables.

A shape is a sequence of parts: words as they stand, gaps (something unknown, within a line or over
several), and choices between shapes. A template becomes a shape once; a row's columns then fill in what
they know, and a text fits or does not.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from jinja2 import nodes

from itdr.builders.rendering import jinja

MOST_STEPS = 20_000
"""The number of steps after which a text is assumed to fit, since a shape with many gaps could be tried endlessly."""
Filters: TypeAlias = tuple[Callable[[str], str], ...]


@dataclass(frozen=True)
class Gap:
    """Something unknown. line: it contains no line break.   label: the name under which its text is reported."""

    line: bool = True
    label: str = ""


@dataclass(frozen=True)
class Choice:
    """One of several shapes."""

    shapes: tuple[tuple[Part, ...], ...]


Part: TypeAlias = "str | Gap | Choice"
Shape: TypeAlias = tuple[Part, ...]
LINE, ANY = Gap(), Gap(line=False)


@dataclass(frozen=True)
class Slot:
    """A variable of a template. field: of the entry that a loop stands at."""

    name: str
    field: str = ""
    filters: Filters = ()


@dataclass(frozen=True)
class Loop:
    """A loop over a list of entries."""

    name: str
    body: tuple[Piece, ...]


@dataclass(frozen=True)
class Branch:
    """A condition, about which nothing is known here."""

    bodies: tuple[tuple[Piece, ...], ...]


Piece: TypeAlias = "str | Slot | Loop | Branch"


class Known:
    """What is known about the variables of a text.

    Args:
        values: shapes by name.
        entries: for each list that a loop may go over, of each entry the shapes of its fields. What
            is in neither is a gap.
    """

    def __init__(
        self,
        values: Mapping[str, Shape],
        entries: Mapping[str, Sequence[Mapping[str, Shape]]] | None = None,
        unknown: Gap = ANY,
    ) -> None:
        self.values = values
        self.entries = entries or {}
        self.unknown = unknown


# -- templates ------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=4096)
def pieces(text: str) -> tuple[Piece, ...]:
    """A template's text, parsed."""
    return tuple(_pieces(jinja.tree(text).body, ""))


def _pieces(body: Sequence[nodes.Node], entry: str) -> Iterator[Piece]:
    for node in body:
        if isinstance(node, nodes.Output):
            for one in node.nodes:
                yield _piece(one, entry)
        elif isinstance(node, nodes.If):
            tests = [node, *node.elif_]
            bodies = [tuple(_pieces(one.body, entry)) for one in tests]
            yield Branch((*bodies, tuple(_pieces(node.else_, entry))))
        elif isinstance(node, nodes.For):
            assert isinstance(node.iter, nodes.Name) and isinstance(node.target, nodes.Name)
            yield Loop(node.iter.name, tuple(_pieces(node.body, node.target.name)))


def _piece(node: nodes.Node, entry: str) -> Piece:
    if isinstance(node, nodes.TemplateData):
        return node.data
    if isinstance(node, nodes.Const):
        return str(node.value)
    if isinstance(node, nodes.CondExpr):
        sides = (node.expr1, node.expr2)
        return Branch(tuple((_piece(one, entry),) for one in sides if one is not None))
    filters: list[Callable[[str], str]] = []
    while isinstance(node, nodes.Filter) and node.node is not None:
        filters.insert(0, jinja.filter_of(node.name))
        node = node.node
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        return Slot(node.node.name, node.attr, tuple(filters))
    return Slot(node.name if isinstance(node, nodes.Name) else "", "", tuple(filters))


def shape_of(text: str, known: Known) -> Shape:
    """The shape of a template's text, filled with what is known."""
    return tuple(_filled(pieces(text), known, None, 0, 1))


def _filled(
    body: Sequence[Piece],
    known: Known,
    entry: Mapping[str, Shape] | None,
    place: int,
    of: int,
) -> Iterator[Part]:
    for piece in body:
        if isinstance(piece, str):
            yield piece
        elif isinstance(piece, Slot):
            yield from _slot(piece, known, entry, place, of)
        elif isinstance(piece, Branch):
            bodies = (tuple(_filled(one, known, entry, place, of)) for one in piece.bodies)
            yield Choice(tuple(bodies))
        elif piece.name in known.entries:
            several = known.entries[piece.name]
            for k, one in enumerate(several):
                yield from _filled(piece.body, known, one, k, len(several))
        else:
            yield ANY


def _slot(
    slot: Slot, known: Known, entry: Mapping[str, Shape] | None, place: int, of: int
) -> Iterator[Part]:
    if not slot.field:
        parts = known.values.get(slot.name, (known.unknown,))
    elif slot.name == "loop":
        parts = (str({"index": place + 1, "length": of}.get(slot.field, "")),)
    else:
        parts = (entry or {}).get(slot.field, (LINE,))
    for part in parts:
        if isinstance(part, str):
            for change in slot.filters:
                part = change(part)
            yield part
        else:
            yield part if not slot.filters or isinstance(part, Gap) else ANY


# -- fitting --------------------------------------------------------------------------------------


def fits(text: str, shape: Shape) -> list[tuple[str, str]] | None:
    """Match a text against a shape: the contents of its labelled gaps, by label and in order; None if
    it does not match."""
    return _Fit(text).of(shape, 0)


class _Fit:
    def __init__(self, text: str) -> None:
        self.text = text
        self.steps = 0

    def of(self, parts: Shape, start: int) -> list[tuple[str, str]] | None:
        text = self.text
        for k, part in enumerate(parts):
            self.steps += 1
            if self.steps > MOST_STEPS:
                return []
            if isinstance(part, str):
                if not text.startswith(part, start):
                    return None
                start += len(part)
            elif isinstance(part, Choice):
                attempts = (self.of((*one, *parts[k + 1 :]), start) for one in part.shapes)
                return next((one for one in attempts if one is not None), None)
            else:
                return self._gap(part, parts[k + 1 :], start)
        return [] if start == len(text) else None

    def _gap(self, gap: Gap, rest: Shape, start: int) -> list[tuple[str, str]] | None:
        rest = tuple(part for part in rest if part != "")
        stop = len(self.text)
        if gap.line and (newline := self.text.find("\n", start)) >= 0:
            stop = newline
        if not rest:
            whole = stop == len(self.text)
            return [(gap.label, self.text[start:])][: bool(gap.label)] if whole else None
        following = rest[0]
        if isinstance(following, Choice):
            attempts = (self._gap(gap, (*one, *rest[1:]), start) for one in following.shapes)
            return next((one for one in attempts if one is not None), None)
        if isinstance(following, Gap):
            wider = Gap(gap.line and following.line, gap.label or following.label)
            return self._gap(wider, rest[1:], start)
        place = self.text.find(following, start)
        while 0 <= place <= stop:
            after = self.of(rest, place)
            if after is not None:
                capture = [(gap.label, self.text[start:place])] if gap.label else []
                return capture + after
            place = self.text.find(following, place + 1)
            self.steps += 1
        return None
