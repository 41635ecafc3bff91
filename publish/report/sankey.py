"""The flow of examples from root task to subtask to source, as bands."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from itdr.publish.report.style import COLOURS, INK, figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Flows = list[tuple[str, str, int]]
GAP = 0.03
"""Between two nodes of a column, as a share of its height."""
BAR = 0.018
COLUMNS = (0.0, 0.46, 0.982)


def flow(numbers: dict[str, Any]) -> Figure:
    """Draw the flow from root tasks to subtasks to sources.

    Args:
        numbers: as `numbers.collect` returns them.

    Returns:
        A figure with three columns of nodes.
    """
    cells = numbers["cells"]
    first = _summed((one["root_task"], one["task"], one["all"]) for one in cells)
    second = _summed((one["task"], one["source"], one["all"]) for one in cells)
    colours = {
        task: COLOURS[place % len(COLOURS)]
        for place, task in enumerate(dict.fromkeys(one["task"] for one in cells))
    }
    columns = [
        _stacked(_totals(first, 0)),
        _stacked(_totals(second, 0)),
        _stacked(_totals(second, 1)),
    ]
    most = max(map(len, columns))
    drawn = figure(max(2.6, 0.5 + 0.32 * most), width=8.0)
    ax = drawn.add_subplot()
    ax.set_axis_off()
    ax.set_xlim(-0.005, 1.2)
    ax.set_ylim(1.01, -0.01)
    for k, flows in enumerate((first, second)):
        _bands(ax, flows, columns[k], columns[k + 1], (COLUMNS[k], COLUMNS[k + 1]), k, colours)
    for k, nodes in enumerate(columns):
        for name, (top, bottom, count) in nodes.items():
            ax.add_patch(_bar(COLUMNS[k], top, bottom, colours.get(name, INK)))
            ax.text(
                COLUMNS[k] + BAR + 0.008,
                (top + bottom) / 2,
                f"{name.replace('_', ' ')}  {count:,}",
                va="center",
                color=INK,
                size=9.5,
            )
    return drawn


def _summed(flows: Any) -> Flows:
    found: Counter[tuple[str, str]] = Counter()
    for start, end, count in flows:
        found[start, end] += count
    return [(start, end, count) for (start, end), count in found.items()]


def _totals(flows: Flows, side: int) -> dict[str, int]:
    found: Counter[str] = Counter()
    for one in flows:
        found[one[1] if side else one[0]] += one[2]
    return dict(sorted(found.items())) if side else dict(found)


def _stacked(nodes: dict[str, int]) -> dict[str, tuple[float, float, int]]:
    """Top and bottom of each node, the column filling the height."""
    total = sum(nodes.values())
    room = 1 - GAP * (len(nodes) - 1)
    found = {}
    at = 0.0
    for name, count in nodes.items():
        found[name] = (at, at + room * count / total, count)
        at += room * count / total + GAP
    return found


def _bar(x: float, top: float, bottom: float, colour: str) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((x, top), BAR, bottom - top, facecolor=colour, edgecolor="none")


def _bands(
    ax: Any, flows: Flows, left: Any, right: Any, xs: Any, level: int, colours: dict[str, str]
) -> None:
    """Bands from the right edge of one column to the left edge of the next, in the nodes' order."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    used_left: Counter[str] = Counter()
    used_right: Counter[str] = Counter()
    order = {name: place for place, name in enumerate([*left, *right])}
    spans: dict[tuple[str, str], list[float]] = {}
    for start, end, count in sorted(flows, key=lambda one: (order[one[0]], order[one[1]])):
        spans[start, end] = _span(left[start], used_left, start, count)
    for start, end, count in sorted(flows, key=lambda one: (order[one[1]], order[one[0]])):
        spans[start, end] += _span(right[end], used_right, end, count)
    x0, x1 = xs[0] + BAR, xs[1]
    bend = (x0 + x1) / 2
    for (start, end), (top0, low0, top1, low1) in spans.items():
        points = [
            (x0, top0), (bend, top0), (bend, top1), (x1, top1),
            (x1, low1), (bend, low1), (bend, low0), (x0, low0), (x0, top0),
        ]  # fmt: skip
        codes = [
            Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4,
            Path.LINETO, Path.CURVE4, Path.CURVE4, Path.CURVE4, Path.CLOSEPOLY,
        ]  # fmt: skip
        colour = colours[start if level else end]
        ax.add_patch(PathPatch(Path(points, codes), facecolor=colour, edgecolor="none", alpha=0.32))


def _span(node: tuple[float, float, int], used: Counter[str], name: str, count: int) -> list[float]:
    top, bottom, total = node
    start = top + (bottom - top) * used[name] / total
    used[name] += count
    return [start, top + (bottom - top) * used[name] / total]
