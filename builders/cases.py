"""A case: what an example is about, as typed records without prose."""

from __future__ import annotations

from dataclasses import dataclass, field

from itdr.builders.columns import Item


@dataclass(slots=True)
class Shown:
    """An item of the history with what the user gave it and when (UTC seconds)."""

    item: Item
    rating: float | None = None
    time: int | None = None


@dataclass(slots=True)
class Evidence:
    """One fact that a grounded answer stands on."""

    name: str
    value: str
    weight: float


@dataclass(slots=True)
class Case:
    """One example before it is put into words.

    key: unique within its task and source, stable.   user: id, or None where the case is about an
    item.   ranking: the candidates in the order of the right answer, the true ones first.
    flags: what the case can say (`timed`, `categories`, …), which prompts may ask for.
    """

    key: str
    user: str | None = None
    item: Item | None = None
    history: list[Shown] = field(default_factory=list)
    candidates: list[Item] = field(default_factory=list)
    relevant: list[Item] = field(default_factory=list)
    ranking: list[Item] = field(default_factory=list)
    rating: float | None = None
    attributes: list[tuple[str, str]] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    flags: frozenset[str] = frozenset()
