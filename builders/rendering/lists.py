"""Lists as a prompt lays them out: a line each, numbered, within a line, or entry by entry in a loop."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

from itdr.builders.core.text import joined
from itdr.builders.rendering.layout import Layout, load_layout
from itdr.builders.store.reader import Item

LONGEST_WITHIN_LINE = 35
"""Characters of a title, on average, up to which a reader can tell apart titles within a line."""
_ENGLISH = load_layout()
_CATEGORIES = frozenset({"categories"})
_title = attrgetter("title")


class Entry(NamedTuple):
    """What a template's loop may print of an entry; "" for what it does not have.

    Attributes:
        text: the entry as the other layouts print it.
        time_gap: how long after the entry before it.
    """

    title: str
    creator: str = ""
    categories: str = ""
    rating: str = ""
    time_gap: str = ""
    text: str = ""


def numbered(entries: Sequence[str], layout: Layout = _ENGLISH) -> str:
    return _numbering(layout.number, len(entries)) % tuple(entries)


@functools.lru_cache(maxsize=256)
def _numbering(pattern: str, count: int) -> str:
    """So many numbered lines, with a `%s` for each entry."""
    before, _, after = pattern.replace("%", "%%").partition("{entry}")
    return "\n".join([f"{before}%s{after}".replace("{n}", str(n)) for n in range(1, count + 1)])


def _lines(entries: Sequence[str], layout: Layout) -> str:
    before, _, after = layout.line.partition("{entry}")
    return before + (after + "\n" + before).join(entries) + after


def categories(item: Item, layout: Layout = _ENGLISH) -> str:
    """All categories of an item, in a row."""
    return joined(item.categories, layout.comma)


def listings(
    name: str,
    entries: Sequence[str],
    needed: frozenset[str],
    layout: Layout = _ENGLISH,
    titles: Sequence[str] = (),
    beside: str = "",
) -> dict[str, object]:
    """A list in the layouts that a template may ask for: `<name>_lines`, `_numbered`, `_inline`.

    Args:
        name: the list's name in templates.
        entries: a text for each element.
        needed: the template's variables; no other layout is made.
        layout: how the language lays out lists.
        titles: what each entry begins with, where that is a title.
        beside: what the prompt's other lists hold: all are set apart by the same mark.

    Returns:
        Template variables by name.
    """
    variables: dict[str, object] = {}
    in_lines, by_number, within_line = _forms(name)
    if in_lines in needed:
        variables[in_lines] = _lines(entries, layout)
    if by_number in needed:
        variables[by_number] = numbered(entries, layout)
    if within_line in needed:
        variables[within_line] = inline(entries, layout, titles, beside)
    return variables


def inline_beside(name: str, needed: frozenset[str], *others: Sequence[Item]) -> tuple[Item, ...]:
    """The items of a prompt's lists, where one of them stands within a line; else none, which is as good.

    Args:
        name: the list's name in templates.
        needed: the template's variables.
        others: all lists of the prompt.
    """
    return tuple(itertools.chain(*others)) if _forms(name)[2] in needed else ()


@functools.cache
def _forms(name: str) -> tuple[str, str, str]:
    """What the layouts of a list are called in templates."""
    return f"{name}_lines", f"{name}_numbered", f"{name}_inline"


def inline(
    entries: Sequence[str],
    layout: Layout = _ENGLISH,
    titles: Sequence[str] = (),
    beside: str = "",
) -> str:
    """A list within a line.

    Titles stand in the language's quotes (《…》) where it has some and no entry holds one. Without
    quotes, entries are set apart by the first separator that none of them holds.

    Args:
        entries: a text for each element.
        layout: how the language lays out lists.
        titles: what each entry begins with, where that is a title.
        beside: what the prompt's other lists hold.

    Returns:
        The entries on one line.
    """
    text = "".join(entries) + beside
    before, _, after = layout.within_line.partition("{title}")
    if (before or after) and titles and not any(mark in text for mark in before + after):
        pairs = zip(titles, entries, strict=True)
        in_quotes = [before + title + after + entry[len(title) :] for title, entry in pairs]
        return layout.separators[0].join(in_quotes)
    free = (one for one in layout.separators if one.strip() not in text)
    return next(free, layout.separators[-1]).join(entries)


def need_lines(lists: Iterable[Sequence[str]]) -> bool:
    """Whether the titles of a case are so long that each should stand on a line of its own."""
    spare = [LONGEST_WITHIN_LINE * len(titles) - len("".join(titles)) for titles in lists]
    return sum(spare) < 0


def layouts(*names: str) -> frozenset[str]:
    """The variables that `listings` makes for these lists."""
    return frozenset(f"{name}_{how}" for name in names for how in ("lines", "numbered", "inline"))


def of_items(
    name: str,
    items: Sequence[Item],
    needed: frozenset[str],
    layout: Layout,
    flags: frozenset[str] = frozenset(),
    ratings: Sequence[str] = (),
    times: Sequence[int | None] = (),
    loop: str | None = None,
    notes: Sequence[str] = (),
    beside: Sequence[Item] = (),
    titles: list[str] | None = None,
) -> dict[str, object]:
    """A list of items in every form that a template asks for.

    Args:
        layout: how the language lays out lists.
        name: of the list, as its layouts are called: `history` makes `history_lines`.
        items: the items, in the order shown.
        needed: the variables that the template uses.
        flags: what an entry shows beside its title, where the item has it: `categories`, `creators`,
            `time_gap` (how long after the one before it).
        ratings: texts, one for each item, which it shows; none where ratings are not shown.
        times: UTC seconds, one for each item, where they are known; for loops alone.
        notes: what else each entry says, one for each item, empty for nothing.
        loop: what a template calls the list in a loop, where that is not `name`.
        beside: the items of the prompt's other lists, whose entries are set apart by the same mark.
        titles: the items' titles, where they are at hand.

    Returns:
        The variables, by name.
    """
    loop = loop or name
    titles = [item.title for item in items] if titles is None else titles
    entries = titles
    if flags == _CATEGORIES and not (ratings or notes) and layout.as_stored:
        entries = [item.listed for item in items]
    elif ratings and not (flags or notes) and (marks := _around_rating(layout.rated)):
        before, between, after = marks
        entries = [
            before + title + between + rating + after if rating else title
            for title, rating in zip(titles, ratings, strict=True)
        ]
    elif flags or ratings or notes:
        none = [""] * len(items)
        gaps = _gaps(times, layout) if "time_gap" in flags and times else none
        entries = [
            _entry(item, layout, flags, *more)
            for item, *more in zip(items, ratings or none, gaps, notes or none, strict=True)
        ]
    others = ""
    if beside and _forms(name)[2] in needed:
        others = "".join(one.listed if "categories" in flags else one.title for one in beside)
    variables = listings(name, entries, needed, layout, titles, others)
    if loop in needed:
        variables[loop] = list(_loop_entries(items, entries, layout, flags, ratings, times))
    return variables


def _gaps(times: Sequence[int | None], layout: Layout) -> list[str]:
    """How long after the one before it each entry's time is, empty where that is not known."""
    pairs = zip([None, *times], times, strict=False)
    return [
        "" if time is None or before is None else layout.time_gap(max(0, time - before))
        for before, time in pairs
    ]


@functools.lru_cache(maxsize=64)
def _around_rating(pattern: str) -> tuple[str, str, str] | None:
    """What stands before, between and behind an entry and its rating; None where the rating comes first,
    or where there are other braces."""
    before, _, rest = pattern.partition("{entry}")
    between, _, after = rest.partition("{rating}")
    simple = pattern.count("{") == pattern.count("}") == 2 and between + after != rest
    return (before, between, after) if simple else None


def _entry(
    item: Item, layout: Layout, flags: frozenset[str], rating: str, gap: str = "", note: str = ""
) -> str:
    """`Title by Creator [category, category]: 4.5`."""
    entry = item.title
    if "creators" in flags and item.creators:
        entry = layout.by.format(entry=entry, creator=item.creators[0])
    if "categories" in flags and item.shown:
        entry = layout.aside.format(entry=entry, categories=joined(item.shown, layout.comma))
    if note:
        entry = layout.noted.format(entry=entry, note=note)
    if rating:
        entry = layout.rated.format(entry=entry, rating=rating)
    return layout.dated.format(entry=entry, time_gap=gap) if gap else entry


def _loop_entries(
    items: Sequence[Item],
    entries: Sequence[str],
    layout: Layout,
    flags: frozenset[str],
    ratings: Sequence[str],
    times: Sequence[int | None],
) -> Iterator[Entry]:
    gaps = _gaps(times, layout) if times else [""] * len(items)
    for k, (item, text) in enumerate(zip(items, entries, strict=True)):
        yield Entry(
            title=item.title,
            creator=item.creators[0] if "creators" in flags and item.creators else "",
            categories=joined(item.shown, layout.comma) if "categories" in flags else "",
            rating=ratings[k] if ratings else "",
            time_gap=gaps[k],
            text=text,
        )


def target(item: Item, layout: Layout, flags: frozenset[str] = frozenset()) -> str:
    """The item whose rating is asked for, with its categories aside. flags: as for `of_items`."""
    entry = _entry(item, layout, flags & {"creators"}, "")
    if not item.shown:
        return entry
    return layout.aside.format(entry=entry, categories=joined(item.shown, layout.comma))
