"""Marks that appear beside true candidates and no others: an invisible character, an extra word, a space.

What a row's prompt shows beside each candidate's title is taken apart into words and odd characters. A mark
is anything that, in a good part of a cell's rows, appears almost only beside true items; no
genre, author or year does that.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from itdr.builders.dataset.formats import texts_of

Row = Mapping[str, Any]
ENOUGH_TRUE = 20
"""The fewest rows in which a mark must appear."""
PURE = 0.9
"""The smallest share of a mark's occurrences that must be beside true items."""
OFTEN = 0.25
"""The smallest share of a cell's rows that must show the mark."""
MAX_MARKS = 100_000
"""The most distinct words counted per cell; beyond that, only words already seen are counted."""
_WORD = re.compile(r"\w+")
_PLAIN = frozenset(" ,.;:'\"!?()[]&-/")


class Marks:
    """The marks of one cell."""

    def __init__(self) -> None:
        self.rows = 0
        self._shown: Counter[str] = Counter()
        self._true: Counter[str] = Counter()

    def see(self, row: Row, true: Sequence[bool]) -> None:
        """Count what appears beside the candidates of a row.

        Args:
            row: a row with candidates.
            true: of each candidate, whether it is a true one.
        """
        self.rows += 1
        for entry, one in zip(_entries(row), true, strict=False):
            for mark in entry:
                if mark in self._shown or len(self._shown) < MAX_MARKS:
                    self._shown[mark] += 1
                    self._true[mark] += one

    def found(self) -> Iterator[tuple[str, int, int]]:
        """The marks.

        Yields:
            Each mark, at how many candidates it stands, and how many of these are true.
        """
        for mark, appearances in self._shown.items():
            true = self._true[mark]
            if true >= max(ENOUGH_TRUE, OFTEN * self.rows) and true >= PURE * appearances:
                yield mark, appearances, true


def _entries(row: Row) -> list[set[str]]:
    """The words and odd characters at each candidate in the prompt, from the last one backwards."""
    prompt = texts_of(row).question or ""
    end, entries = len(prompt), []
    for one in reversed(row["candidates"]):
        title = one["title"] or ""
        start = prompt.rfind(title, 0, end)
        if start < 0:
            return []
        begin = prompt.rfind("\n", 0, start) + 1
        line_end = prompt.find("\n", start)
        beside = prompt[start + len(title) : end if line_end < 0 else min(line_end, end)]
        entries.append(_marks(title, beside, prompt[begin:start]))
        end = start
    return entries[::-1]


def _marks(title: str, beside: str, before: str) -> set[str]:
    marks = {f"the word {word!r}" for word in _WORD.findall(beside.casefold())}
    for char in {*title, *beside, *before}:
        odd = not char.isalnum() and char not in _PLAIN
        if odd and unicodedata.category(char) in ("Cf", "Cc", "Zs", "So", "Sm", "Po", "Mn"):
            marks.add(f"the character U+{ord(char):04X}")
    if beside.endswith((" ", "\t")):
        marks.add("a blank at the end of the line")
    return marks
