"""The numbers of a built folder as tables of text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from itdr.builders.core.paths import format_size

Table = tuple[Sequence[str], list[list[str]]]


def report_text(numbers: dict[str, Any]) -> str:
    """All numbers as text for a terminal.

    Args:
        numbers: as `numbers.collect` returns them.

    Returns:
        Sections, empty ones left out.
    """
    sections = [
        ("Configs", _configs(numbers["configs"])),
        ("Examples of each cell, beside the paper's", cells(numbers["cells"])),
        ("Characters (median, and the middle 90%)", _lengths(numbers["lengths"])),
        ("Ratings to predict", _ratings(numbers["ratings"])),
        ("Items in the history", _histories(numbers["histories"])),
        (
            "Popularity alone: hits of the most popular candidate",
            _popular(numbers["popular_first"]),
        ),
        ("Place of the true items (share of each)", _places(numbers["places"])),
        ("Use of templates", _templates(numbers["templates"])),
        ("Personal attributes: commonest values", _attributes(numbers["attributes"])),
    ]
    return "\n\n".join(
        f"{title}\n{aligned_table(head, rows)}" for title, (head, rows) in sections if rows
    )


def aligned_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Set columns under one another, those of numbers flush right.

    Args:
        head: names of the columns.
        rows: a text for each column.

    Returns:
        Lines joined by newlines.
    """
    all_rows = [list(head), *map(list, rows)]
    widths = [max(len(row[k]) for row in all_rows) for k in range(len(head))]
    right = [all(_number(row[k]) for row in all_rows[1:]) for k in range(len(head))]
    lines = []
    for row in all_rows:
        cells = [
            one.rjust(width) if flush else one.ljust(width)
            for one, width, flush in zip(row, widths, right, strict=True)
        ]
        lines.append("  " + "  ".join(cells).rstrip())
    return "\n".join(lines)


def _number(text: str) -> bool:
    return text in ("", "–") or (text[0].isdigit() and "  " not in text)


def _configs(entries: list[dict[str, Any]]) -> Table:
    head = ("config", "format", "train", "validation", "test", "size")
    return head, [
        [
            one["config"],
            one["form"],
            *(f"{one['rows'].get(split, 0):,}" for split in ("train", "validation", "test")),
            format_size(one["bytes"]),
        ]
        for one in entries
    ]


def cells(found: list[dict[str, Any]]) -> Table:
    """The sizes of cells by split, beside the paper's, with their sums.

    Args:
        found: the entry `cells` of `numbers.collect`.

    Returns:
        Names of the columns, and a row for each cell.
    """
    head = ("subtask", "source", "train", "validation", "test", "total", "paper")
    names = ("train", "validation", "test", "all")
    rows = [
        [one["task"], one["source"], *(f"{one[name]:,}" for name in names), _count(one["paper"])]
        for one in found
    ]
    sums = [f"{sum(one[name] for one in found):,}" for name in names]
    rows.append(["total", "", *sums, _count(sum(one["paper"] or 0 for one in found))])
    return head, rows


def _lengths(entries: list[dict[str, Any]]) -> Table:
    head = ("subtask", "source", "input", "from–to", "output", "from–to")
    rows = []
    for one in entries:
        numbers: list[str] = []
        for side in ("input", "output"):
            low, _, middle, _, high = one[side]
            numbers += [f"{middle:,}", f"{low:,}–{high:,}"]
        rows.append([one["task"], one["source"], *numbers])
    return head, rows


def _ratings(entries: list[dict[str, Any]]) -> Table:
    groups: dict[str, list[str]] = {}
    for one in entries:
        groups.setdefault(one["source"], []).append(f"{one['rating']:g}: {one['n']:,}")
    return ("source", "rating: examples"), [
        [source, "  ".join(values)] for source, values in groups.items()
    ]


def _histories(entries: list[dict[str, Any]]) -> Table:
    groups: dict[str, list[dict[str, Any]]] = {}
    for one in entries:
        groups.setdefault(one["task"], []).append(one)
    rows = []
    for task, several in groups.items():
        items = [one["items"] for one in several]
        total = sum(one["n"] for one in several)
        mean = sum(one["n"] * one["items"] for one in several) / total
        rows.append([task, str(min(items)), f"{mean:.1f}", str(max(items))])
    return ("subtask", "least", "mean", "most"), rows


def _popular(entries: list[dict[str, Any]]) -> Table:
    head = ("subtask", "source", "cases", "hits", "chance")
    return head, [
        [
            one["task"],
            one["source"],
            f"{one['rows']:,}",
            f"{one['hit']:.3f}",
            f"{one['chance']:.3f}",
        ]
        for one in entries
    ]


def _places(entries: list[dict[str, Any]]) -> Table:
    return ("subtask", "first place to last"), _shared(entries, lambda one: "")


def _templates(entries: list[dict[str, Any]]) -> Table:
    return ("subtask", "template and share"), _shared(
        entries, lambda one: one["template"].rpartition("/")[2] + " "
    )


def _shared(entries: list[dict[str, Any]], label: Any) -> list[list[str]]:
    """One line per subtask with the share of each of its entries."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for one in entries:
        groups.setdefault(one["task"], []).append(one)
    rows = []
    for task, several in groups.items():
        total = sum(one["n"] for one in several) or 1
        shares = [f"{label(one)}{one['n'] / total:.1%}" for one in several]
        rows.append([task, "  ".join(shares)])
    return rows


def _attributes(entries: list[dict[str, Any]]) -> Table:
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in entries:
        groups.setdefault((one["source"], one["name"]), []).append(one)
    rows = []
    for (source, name), several in groups.items():
        total = sum(one["n"] for one in several)
        first = several[0]
        rows.append(
            [source, name, f"{first['values']:,}", f"{first['value']} ({first['n'] / total:.0%})"]
        )
    return ("source", "attribute", "values", "commonest"), rows


def _count(value: int | None) -> str:
    return f"{value:,}" if value else "–"
