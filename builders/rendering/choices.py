"""Several ways to put a thing: `[a|b]` stands for one of them, drawn each time; they may be nested.

A text is parsed once. One number is drawn for each pair of brackets, also within a way that is not
taken: for the inner ones first, and then from left to right.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import NamedTuple

_MARK = re.compile(r"([\[\]|])")


class Choice(NamedTuple):
    """A place of a text that can be put in several ways; plain: none of which has such a place."""

    ways: tuple[Pieces, ...]
    plain: bool


Pieces = str | tuple[str | Choice, ...]
"""A text without choices, or the pieces of one with choices."""


def say(text: str, below: Callable[[int], int]) -> str:
    """The text with one way chosen in each place. below: draws a number below its argument.
    ValueError where brackets do not match.

    >>> say("[one|another] [thing|[big |small ]matter]", lambda n: n - 1)
    'another small matter'
    """
    return _said(_parsed(text), below)


def _said(pieces: Pieces, below: Callable[[int], int]) -> str:
    if isinstance(pieces, str):
        return pieces
    return "".join([piece if isinstance(piece, str) else _one(piece, below) for piece in pieces])


def _one(choice: Choice, below: Callable[[int], int]) -> str:
    ways = choice.ways
    if choice.plain:
        return ways[below(len(ways))]  # type: ignore[return-value]
    said = [_said(way, below) for way in ways]
    return said[below(len(said))]


@functools.lru_cache(maxsize=8192)
def _parsed(text: str) -> Pieces:
    outer: list[list[list[str | Choice]]] = []
    ways: list[list[str | Choice]] = [[]]
    for piece in _MARK.split(text):
        if piece == "[":
            outer.append(ways)
            ways = [[]]
        elif piece == "]":
            if not outer:
                raise ValueError(f"A bracket is closed that was not opened: {text!r}")
            made = tuple(map(_pieces, ways))
            ways = outer.pop()
            ways[-1].append(Choice(made, all(isinstance(way, str) for way in made)))
        elif piece == "|" and outer:
            ways.append([])
        elif piece:
            ways[-1].append(piece)
    if outer:
        raise ValueError(f"A bracket is opened and not closed: {text!r}")
    return _pieces(ways[0])


def _pieces(found: list[str | Choice]) -> Pieces:
    plain = [piece for piece in found if isinstance(piece, str)]
    return "".join(plain) if len(plain) == len(found) else tuple(found)


_TWO_STOPS = re.compile(r"(?<!\.)\.\.(?!\.)")


def one_stop(text: str) -> str:
    """The text with a single full stop where a name that brings its own ends a sentence.

    >>> one_stop("Made by Fenbright, Inc.. And so on...")
    'Made by Fenbright, Inc. And so on...'
    """
    return _TWO_STOPS.sub(".", text)
