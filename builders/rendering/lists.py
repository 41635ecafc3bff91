"""Lists as a prompt lays them out: a line each, numbered, within a line, or entry by entry in a loop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from itdr.builders.rendering.layout import Layout, load_layout
from itdr.builders.store.reader import Item

_ENGLISH = load_layout()


class Entry(NamedTuple):
    """What a template's loop may print of an entry; "" for what it does not have.

    text: the entry as the other layouts print it.   time_gap: how long after the entry before it.
    """

    title: str
    creator: str = ""
    categories: str = ""
    rating: str = ""
    time_gap: str = ""
    text: str = ""


def numbered(entries: Sequence[str], layout: Layout = _ENGLISH) -> str:
    pattern = layout.number
    return "\n".join([pattern.format(n=n, entry=entry) for n, entry in enumerate(entries, 1)])


def categories(item: Item, layout: Layout = _ENGLISH) -> str:
    """An item's categories as they are shown."""
    return layout.comma.join(item.categories)


def listings(
    name: str,
    entries: Sequence[str],
    needed: frozenset[str],
    layout: Layout = _ENGLISH,
    titles: Sequence[str] = (),
) -> dict[str, object]:
    """A list in the layouts that a template may ask for: `<name>_lines`, `_numbered`, `_inline`.

    titles: what each entry begins with, where that is a title.
    """
    made: dict[str, object] = {}
    if f"{name}_lines" in needed:
        made[f"{name}_lines"] = "\n".join([layout.line.format(entry=entry) for entry in entries])
    if f"{name}_numbered" in needed:
        made[f"{name}_numbered"] = numbered(entries, layout)
    if f"{name}_inline" in needed:
        made[f"{name}_inline"] = inline(entries, layout, titles)
    return made


def inline(entries: Sequence[str], layout: Layout = _ENGLISH, titles: Sequence[str] = ()) -> str:
    """A list within a line.

    Titles stand in the language's quotes (《…》) where it has some and no entry holds one. Without
    quotes, entries are set apart by the first separator that none of them holds.
    """
    held = "".join(entries)
    before, _, after = layout.within_line.partition("{title}")
    if (before or after) and titles and not any(mark in held for mark in before + after):
        pairs = zip(titles, entries, strict=True)
        quoted = [before + title + after + entry[len(title) :] for title, entry in pairs]
        return layout.separators[0].join(quoted)
    free = (one for one in layout.separators if one.strip() not in held)
    return next(free, layout.separators[-1]).join(entries)


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
) -> dict[str, object]:
    """A list of items in every form that a template asks for.

    Args:
        name: of the list, as its layouts are called: `history` makes `history_lines`.
        items: the items, in the order shown.
        needed: the variables that the template uses.
        flags: what every entry shows beside its title: `categories`, `creators`.
        ratings: texts, one for each item, which it shows; none where ratings are not shown.
        times: UTC seconds, one for each item, where they are known; for loops alone.
        loop: what a template calls the list in a loop, where that is not `name`.

    Returns:
        The variables, by name.
    """
    loop = loop or name
    titles = [item.title for item in items]
    entries = titles
    if flags or ratings:
        entries = [
            _entry(item, layout, flags, rating)
            for item, rating in zip(items, ratings or [""] * len(items), strict=True)
        ]
    made = listings(name, entries, needed, layout, titles)
    if loop in needed:
        made[loop] = list(_loop_entries(items, entries, layout, flags, ratings, times))
    return made


def _entry(item: Item, layout: Layout, flags: frozenset[str], rating: str) -> str:
    """`Title by Creator: category, category`, or `Title by Creator [category]: 4.5`."""
    entry = item.title
    if "creators" in flags:
        entry = layout.by.format(entry=entry, creator=item.creators[0])
    if "categories" in flags:
        pattern = layout.aside if rating else layout.filed
        entry = pattern.format(entry=entry, categories=categories(item, layout))
    return layout.rated.format(entry=entry, rating=rating) if rating else entry


def _loop_entries(
    items: Sequence[Item],
    entries: Sequence[str],
    layout: Layout,
    flags: frozenset[str],
    ratings: Sequence[str],
    times: Sequence[int | None],
) -> Iterator[Entry]:
    before: int | None = None
    for k, (item, text) in enumerate(zip(items, entries, strict=True)):
        time = times[k] if times else None
        gap = "" if time is None or before is None else layout.time_gap(max(0, time - before))
        before = time
        yield Entry(
            title=item.title,
            creator=item.creators[0] if "creators" in flags else "",
            categories=categories(item, layout) if "categories" in flags else "",
            rating=ratings[k] if ratings else "",
            time_gap=gap,
            text=text,
        )


def target(item: Item, layout: Layout) -> str:
    """The item whose rating is asked for, with its categories aside."""
    if not item.categories:
        return item.title
    return layout.aside.format(entry=item.title, categories=categories(item, layout))
