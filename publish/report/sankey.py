"""The flow of examples from root task to subtask to source, as bands."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from itdr.publish.report.style import COLOURS, INK, figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Flows = list[tuple[str, str, int]]
GAP = 12.5
"""Points between two nodes of a column, so that the names of the thinnest have room."""
BAR = 7.0


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
    columns = [_totals(first, 0), _totals(second, 0), _totals(second, 1)]
    return _drawn(columns, [first, second], (0, 365, 640), 795, _colours(cells))


def narrow_flow(numbers: dict[str, Any]) -> Figure:
    """For a phone: from subtasks to sources only, names at both edges."""
    cells = numbers["cells"]
    flows = _summed((one["task"], one["source"], one["all"]) for one in cells)
    columns = [_totals(flows, 0), _totals(flows, 1)]
    return _drawn(columns, [flows], (0, 303), 310, _colours(cells), inside=True)


def _drawn(
    columns: list[dict[str, int]],
    flows: list[Flows],
    xs: tuple[int, ...],
    width: int,
    colours: dict[str, str],
    inside: bool = False,
) -> Figure:
    """The figure, in points: `xs` are the left edges of the columns.

    inside: the names of the last column stand before it, over the bands, instead of behind it.
    """
    most = max(map(len, columns))
    height = max(150, 24.0 * most)
    chart = figure((height + 12) / 72, width=width / 72)
    chart.set_layout_engine("none")
    ax = chart.add_axes((0, 0, 1, 1))
    ax.set_axis_off()
    ax.set_xlim(0, width)
    ax.set_ylim(height + 6, -6)
    stacks = [_stacked(nodes, height) for nodes in columns]
    for k, between in enumerate(flows):
        _bands(
            ax, between, stacks[k], stacks[k + 1], (xs[k], xs[k + 1]), colours, k == len(flows) - 1
        )
    for k, nodes in enumerate(stacks):
        before = inside and k == len(stacks) - 1
        for name, (top, bottom, count) in nodes.items():
            ax.add_patch(_bar(xs[k], top, bottom, colours.get(name, INK)))
            ax.text(
                xs[k] - 4 if before else xs[k] + BAR + 4, (top + bottom) / 2,
                f"{name.replace('_', ' ')}  {count:,}",
                va="center", ha="right" if before else "left", color=INK,
                size=8 if inside else 9.5,
            )  # fmt: skip
    return chart


def _colours(cells: list[dict[str, Any]]) -> dict[str, str]:
    """A colour for each subtask."""
    tasks = dict.fromkeys(one["task"] for one in cells)
    return {task: COLOURS[place % len(COLOURS)] for place, task in enumerate(tasks)}


def _summed(flows: Any) -> Flows:
    counts: Counter[tuple[str, str]] = Counter()
    for start, end, count in flows:
        counts[start, end] += count
    return [(start, end, count) for (start, end), count in counts.items()]


def _totals(flows: Flows, side: int) -> dict[str, int]:
    totals: Counter[str] = Counter()
    for one in flows:
        totals[one[1] if side else one[0]] += one[2]
    return dict(sorted(totals.items())) if side else dict(totals)


def _stacked(nodes: dict[str, int], height: float) -> dict[str, tuple[float, float, int]]:
    """Top and bottom of each node, the column filling the height."""
    total = sum(nodes.values())
    room = height - GAP * (len(nodes) - 1)
    stack = {}
    at = 0.0
    for name, count in nodes.items():
        stack[name] = (at, at + room * count / total, count)
        at += room * count / total + GAP
    return stack


def _bar(x: float, top: float, bottom: float, colour: str) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((x, top), BAR, bottom - top, facecolor=colour, edgecolor="none")


def _bands(
    ax: Any,
    flows: Flows,
    left: Any,
    right: Any,
    xs: tuple[int, int],
    colours: dict[str, str],
    of_start: bool,
) -> None:
    """Bands from the right edge of one column to the left edge of the next, in the nodes' order.

    of_start: coloured as the node where they start, else as the one where they end.
    """
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
        colour = colours[start if of_start else end]
        ax.add_patch(PathPatch(Path(points, codes), facecolor=colour, edgecolor="none", alpha=0.32))


def _span(node: tuple[float, float, int], used: Counter[str], name: str, count: int) -> list[float]:
    top, bottom, total = node
    start = top + (bottom - top) * used[name] / total
    used[name] += count
    return [start, top + (bottom - top) * used[name] / total]
