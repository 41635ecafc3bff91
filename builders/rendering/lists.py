"""Lists as a prompt lays them out: numbered, inline, joined."""

from __future__ import annotations

from itdr.builders.store.reader import Item


def numbered(titles: list[str]) -> str:
    return "\n".join([f"{place}. {title}" for place, title in enumerate(titles, 1)])


def all_of(count: int) -> str:
    """How one speaks of this many, none left out: "all 10", "both"."""
    return "both" if count == 2 else f"all {count}"


def listings(name: str, entries: list[str], needed: frozenset[str]) -> dict[str, object]:
    """A list in the layouts that a template may ask for: `<name>_lines`, `_numbered`, `_inline`."""
    made: dict[str, object] = {}
    if f"{name}_lines" in needed:
        made[f"{name}_lines"] = "\n".join([f"- {entry}" for entry in entries])
    if f"{name}_numbered" in needed:
        made[f"{name}_numbered"] = numbered(entries)
    if f"{name}_inline" in needed:
        made[f"{name}_inline"] = inline(entries)
    return made


def inline(entries: list[str]) -> str:
    """A list within a line, its entries set apart by semicolons; where one of them holds a semicolon
    itself, by bars, and where one holds a bar as well, by double slashes."""
    held = "".join(entries)
    mark = ";" if ";" not in held else " |" if "|" not in held else " //"
    return f"{mark} ".join(entries)


def layouts(*names: str) -> frozenset[str]:
    """The variables that `listings` makes for these lists."""
    return frozenset(f"{name}_{how}" for name in names for how in ("lines", "numbered", "inline"))


def categories(item: Item) -> str:
    """An item's categories as they are shown."""
    return ", ".join(item.categories)


def by(title: str, creator: str) -> str:
    """A title with who made it."""
    return f"{title} by {creator}"


GAPS = ((365 * 86_400, "year"), (30 * 86_400, "month"), (86_400, "day"), (3_600, "hour"))
"""Seconds of what one speaks of, the longest first."""


def later(seconds: int) -> str:
    """How much later: "3 days later", "within the hour"."""
    for length, name in GAPS:
        count = seconds // length
        if count:
            return f"{count} {name}{'s' if count > 1 else ''} later"
    return "within the hour"
