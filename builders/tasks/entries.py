"""What an entry of a list shows of an item besides its title: creator, categories, rating, time."""

from __future__ import annotations

from collections.abc import Sequence

from itdr.builders.core.text import cut
from itdr.builders.rendering import lists
from itdr.builders.sampling.case import Case
from itdr.builders.store.reader import Item
from itdr.builders.tasks.base import OpenCell

NAMED_WITH_CREATOR = ("books", "book_reviews", "tracks")
"""Wordings of sources whose titles say little without who made them."""
DESCRIPTION_CHARS = 200
OPTIONS = {"title_chars": 120, "show": None}
"""Options of all tasks that list titles, with their defaults."""


def shown(cell: OpenCell, categories: bool = False) -> frozenset[str]:
    """What the cell's entries show besides titles. categories: whether they do by default."""
    asked = cell.cell.options["show"]
    if asked is None:
        named = cell.cell.source.words in NAMED_WITH_CREATOR
        return frozenset({"creator"} if named else ()) | ({"categories"} if categories else set())
    return frozenset([asked] if isinstance(asked, str) else asked)


def titles(items: Sequence[Item]) -> list[str]:
    """The titles alone."""
    return [item.title for item in items]


def of_candidates(cell: OpenCell, items: Sequence[Item], show: frozenset[str]) -> list[str]:
    """An entry for each candidate."""
    if not show:
        return titles(items)
    if show == {"categories"}:
        return [item.listed for item in items]
    return [_entry(cell, item, show) for item in items]


def of_history(cell: OpenCell, case: Case, show: frozenset[str]) -> list[str]:
    """An entry for each item of the history; ratings and gaps of time where they are known."""
    entries = of_candidates(cell, case.history, show - {"rating", "time_gap"})
    if not show & {"rating", "time_gap"}:
        return entries
    n = len(entries)
    ratings = (case.ratings or [None] * n) if "rating" in show else [None] * n
    times = (case.times or [None] * n) if "time_gap" in show else [None] * n
    made = []
    for k, entry in enumerate(entries):
        notes = []
        rating = ratings[k]
        if rating is not None:
            notes.append(f"rated {rating:.{cell.scale.decimals}f}")
        before, time = times[k - 1] if k else None, times[k]
        if before is not None and time is not None and "unordered" not in case.flags:
            notes.append(lists.later(time - before))
        made.append(f"{entry} ({', '.join(notes)})" if notes else entry)
    return made


def _entry(cell: OpenCell, item: Item, show: frozenset[str]) -> str:
    entry = item.title
    if "creator" in show and item.creators:
        entry = lists.by(entry, item.creators[0])
    if "categories" in show and item.categories:
        entry = f"{entry}: {lists.categories(item)}"
    if "description" in show and (description := _description(cell, item)):
        entry = f"{entry} – {cut(description, DESCRIPTION_CHARS)}"
    return entry


def _description(cell: OpenCell, item: Item) -> str | None:
    for store in (cell.store, cell.other):
        code = None if store is None else store.code("item", item.id)
        if store is not None and code is not None:
            return store.value("items", "description", code)
    return None
