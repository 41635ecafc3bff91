"""What is scored, and the values of each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """What is scored for one row: a text, groups of equal entries where a method has ties, and the
    `row_hash` of the row that was answered, where it is known."""

    text: Any
    ties: tuple[int, ...] = ()
    row_hash: str | None = None


@dataclass(slots=True)
class Scored:
    """One row's values. values, chance: metric -> number before the root is taken; a metric that
    leaves the row out is not among them.   readable: whether anything could be read.   verdict: of
    `itdr.scoring.verdicts`."""

    readable: bool
    values: dict[str, float]
    chance: dict[str, float]
    verdict: str = ""
