"""What is scored, and the values of each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """What is scored for one row: a text, groups of equal entries where a method has ties, the
    `row_hash` of the row that was answered, where it is known, and further answers, the best first
    (beams or samples), which count where any of the whole catalogue may be the answer."""

    text: Any
    ties: tuple[int, ...] = ()
    row_hash: str | None = None
    others: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Recommended:
    """The works that an answer names first, and the size of the catalogue."""

    works: tuple[int, ...]
    of: int


@dataclass(slots=True)
class Scored:
    """One row's values. values, chance: metric -> number before the root is taken; a metric that
    leaves the row out is not among them.   readable: whether anything could be read.   verdict: of
    `itdr.scoring.verdicts`.   recommended: where any of the whole catalogue may be the answer."""

    readable: bool
    values: dict[str, float]
    chance: dict[str, float]
    verdict: str = ""
    recommended: Recommended | None = None
