"""A case: what an example is about, as typed records without prose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from itdr.builders.store.reader import Item


@dataclass(slots=True)
class Evidence:
    """One fact that a grounded answer stands on, as the row lists it.

    Attributes:
        fact: its name (see `evidence/facts.py`).
        value: what it is about.
        count, of, base: so many of so many, where this would be usual.
        quote: the verbatim span it rests on, or "".
    """

    fact: str
    value: str
    count: int = 0
    of: int = 0
    base: float = 0.0
    quote: str = ""


@dataclass(slots=True)
class Case:
    """One example before it is put into words.

    Attributes:
        key: unique within its task and source, stable.
        user: id, or None where the case is about an item.
        history: items, oldest first where there is an order.
        ratings, times: what the user gave each of them, and when (UTC seconds); empty where neither
            is known.
        ranking: the candidates in the order of the right answer, the true ones first.
        flags: what the case can say (`timed`, `categories`, …), which prompts may ask for.
    """

    key: str
    user: str | None = None
    item: Item | None = None
    history: Sequence[Item] = ()
    ratings: Sequence[float | None] = ()
    times: Sequence[int | None] = ()
    candidates: Sequence[Item] = ()
    relevant: Sequence[Item] = ()
    ranking: Sequence[Item] = ()
    rating: float | None = None
    attributes: Sequence[tuple[str, str]] = ()
    evidence: Sequence[Evidence] = ()
    flags: frozenset[str] = frozenset()
    _ids: tuple[list[str], ...] | None = field(default=None, init=False, repr=False, compare=False)
    _titles: tuple[list[str], ...] | None = field(
        default=None, init=False, repr=False, compare=False
    )

    @property
    def ids(self) -> tuple[list[str], ...]:
        """The ids of the history, the candidates and the true ones; looked up once."""
        if self._ids is None:
            lists = (self.history, self.candidates, self.relevant)
            self._ids = tuple([[item.id for item in items] for items in lists])
        return self._ids

    @property
    def titles(self) -> tuple[list[str], ...]:
        """The titles of the history and the candidates; looked up once."""
        if self._titles is None:
            lists = (self.history, self.candidates)
            self._titles = tuple([[item.title for item in items] for items in lists])
        return self._titles
