"""What a list shows of an item besides its title: creator, categories, rating, time."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from itdr.builders.core.text import cut
from itdr.builders.rendering import lists
from itdr.builders.sampling.case import Case
from itdr.builders.store.reader import Item
from itdr.builders.tasks.base import OpenCell

NAMED_WITH_CREATOR = ("books", "book_reviews", "tracks")
"""Domains whose titles say little without their creator."""
DESCRIPTION_CHARS = 200
OPTIONS = {"title_chars": 120, "show": None}
"""Options of all tasks that list titles, with their defaults."""
_TIME_GAP = frozenset({"time_gap"})
_FLAGS = {"creator": "creators", "categories": "categories", "time_gap": "time_gap"}
"""What the option calls them -> what lists do."""


def shown_fields(cell: OpenCell, categories: bool = False) -> frozenset[str]:
    """What the cell's entries show besides titles. categories: whether they are shown by default."""
    fields = cell.cell.options["show"]
    if fields is None:
        return _shown_unasked(cell.cell.source.words in NAMED_WITH_CREATOR, categories)
    return frozenset([fields] if isinstance(fields, str) else fields)


@functools.cache
def _shown_unasked(creator: bool, categories: bool) -> frozenset[str]:
    defaults = {"creator": creator, "categories": categories}
    return frozenset(name for name, holds in defaults.items() if holds)


@functools.cache
def list_flags(show: frozenset[str]) -> frozenset[str]:
    """What `lists` is to show of each item."""
    return frozenset(_FLAGS[name] for name in show if name in _FLAGS)


def of_candidates(
    cell: OpenCell, case: Case, needed: frozenset[str], show: frozenset[str]
) -> dict[str, object]:
    """The list of candidates in every form that a template asks for.

    Args:
        cell: the cell that the case belongs to.
        case: the case.
        needed: the template's variables; no other form is made.
        show: what is shown beside a title.

    Returns:
        Template variables by name.
    """
    notes = _notes(cell, case.candidates) if "description" in show else ()
    shown_flags = list_flags(show) - _TIME_GAP if show else show
    return lists.of_items(
        "candidates",
        case.candidates,
        needed,
        cell.layout,
        shown_flags,
        notes=notes,
        beside=case.history,
        titles=case.titles[1],
    )


TITLE_VARIABLES = frozenset({"full_title", "full_titles", "leaving_out"})
"""The variables of `answer_titles`."""


def answer_titles(
    cell: OpenCell,
    case: Case,
    needed: frozenset[str],
    show: frozenset[str],
) -> dict[str, object]:
    """What an answer names of an entry, and what it leaves out, as phrases for a prompt.

    Args:
        cell: the cell.
        case: the case, whose answer names some of its candidates.
        needed: the template's variables.
        show: what is shown beside their titles.

    Returns:
        `full_title` and `full_titles`, as "title and year" and "titles and years", or without candidates
        "full product name as in the catalog"; `leaving_out`, as
        ", without the author", which is empty where titles stand alone. Nothing where none is needed.
    """
    if TITLE_VARIABLES.isdisjoint(needed):
        return {}
    words, layout = cell.words, cell.layout
    listed_titles = case.titles[1] or case.titles[0]
    title, titles = words["title"], words["titles"]
    if cell.whole_catalogue:
        title, titles = words.get("open_title", title), words.get("open_titles", titles)
    if "title_end" in words and _all_end_in_brackets(listed_titles):
        title = _ended(layout.full_title, title, words["title_end"])
        titles = _ended(layout.full_titles, titles, words["title_ends"])
    if not show:
        return {"full_title": title, "full_titles": titles, "leaving_out": ""}
    names = []
    items, several = case.candidates or case.history, len(case.relevant) > 1
    if "creator" in show and any(item.creators for item in items):
        names.append(words["creators" if several else "creator"])
    if "categories" in show and any(item.categories for item in items):
        many = several or any(len(item.categories) > 1 for item in items)
        names.append(words["categories" if many else "category"])
    leave_out = layout.leave_out.format(names=layout.either(names)) if names else ""
    return {"full_title": title, "full_titles": titles, "leaving_out": leave_out}


def _all_end_in_brackets(titles: Sequence[str]) -> bool:
    # A loop, in a third of the time of `all`.
    for title in titles:  # noqa: SIM110
        if title[-1:] != ")":
            return False
    return True


@functools.lru_cache(maxsize=64)
def _ended(pattern: str, titles: str, ends: str) -> str:
    """What an entry begins with, and what its title ends with."""
    return pattern.format(title=titles, titles=titles, end=ends, ends=ends)


def of_history(
    cell: OpenCell,
    case: Case,
    needed: frozenset[str],
    show: frozenset[str],
    part: slice = slice(None),
    name: str = "history",
    loop: str | None = None,
    beside: Sequence[Item] | None = None,
) -> dict[str, object]:
    """The history, or a part of it, in every form that a template asks for.

    Args:
        cell: the cell that the case belongs to.
        case: the case.
        needed: the template's variables; no other form is made.
        show: what is shown beside a title, such as `rating` and `time_gap`.
        part: which of the history's items.
        name: the list's name.
        loop: the list's name in a template's loop, where it is another.
        beside: the items of the prompt's other lists; by default all items of the case.

    Returns:
        Template variables by name.
    """
    items = case.history[part]
    if "unordered" in case.flags:
        show -= _TIME_GAP
    ratings: list[str] = []
    if "rating" in show and cell.cell.source.scale is not None and case.ratings:
        decimals = cell.scale.decimals
        ratings = [
            "" if rating is None else f"{rating:.{decimals}f}" for rating in case.ratings[part]
        ]
    return lists.of_items(
        name,
        items,
        needed,
        cell.layout,
        list_flags(show),
        ratings,
        case.times[part],
        loop,
        _notes(cell, items) if "description" in show else (),
        beside=lists.inline_beside(name, needed, case.history, case.candidates)
        if beside is None
        else beside,
        titles=case.titles[0][part],
    )


def _notes(cell: OpenCell, items: Sequence[Item]) -> list[str]:
    """The description of each item, empty where it has none."""
    return [cut(_description(cell, item) or "", DESCRIPTION_CHARS) for item in items]


def _description(cell: OpenCell, item: Item) -> str | None:
    for store in (cell.store, cell.other):
        code = None if store is None else store.code("item", item.id)
        if store is not None and code is not None:
            return store.value("items", "description", code)
    return None
