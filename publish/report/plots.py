"""The pictures of a built folder, each drawn from the numbers alone."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from itdr.publish.report.sankey import flow, narrow_flow
from itdr.publish.report.style import COLOURS, FAINT, INK, figure, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Numbers = dict[str, Any]
BLUE, ORANGE = COLOURS[0], COLOURS[1]
PER_CELL = 0.21
"""Height of one line in a list of cells, in inches."""


@dataclass(frozen=True)
class Plot:
    """A picture: its name in addresses and files, its title, and what to see in it."""

    name: str
    title: str
    caption: str
    draw: Callable[[Numbers], Figure]
    needs: str
    narrow: Callable[[Numbers], Figure] | None = None
    """Drawn in its place where a window is narrow; a plot that has one is as wide as the page."""


def drawable(numbers: Numbers) -> list[Plot]:
    """The plots for which the folder has numbers."""
    return [plot for plot in PLOTS if numbers[plot.needs]]


def draw(plot: Plot, numbers: Numbers, narrow: bool = False) -> Figure:
    """The plot as a figure; `narrow`: as it is drawn for a narrow window."""
    with style():
        return (plot.narrow or plot.draw if narrow else plot.draw)(numbers)


# -- one line a cell --------------------------------------------------------------------------


def _lines(cells: list[dict[str, Any]]) -> tuple[list[float], list[tuple[float, str]], float]:
    """The position of each cell's line and of each heading, and the total height."""
    places: list[float] = []
    heads = []
    at = 0.0
    task = None
    for one in cells:
        if one["task"] != task:
            task = one["task"]
            heads.append((at + 0.35, _words(task)))
            at += 1.35
        places.append(at)
        at += 1
    return places, heads, at


def _listed(cells: list[dict[str, Any]]) -> tuple[Figure, Any, list[float]]:
    """A figure with one line per cell, grouped by subtask."""
    places, heads, height = _lines(cells)
    chart = figure(0.75 + PER_CELL * height)
    ax = chart.add_subplot()
    ax.set_ylim(height - 0.3, -0.5)
    ax.set_yticks(places, [one["source"] for one in cells])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    for at, text in heads:
        ax.annotate(
            text, (0, at), xycoords=("axes fraction", "data"), xytext=(-4, 0),
            textcoords="offset points", ha="right", va="center", weight="bold", color=INK,
            annotation_clip=False,
        )  # fmt: skip
    return chart, ax, places


def _cells(numbers: Numbers) -> Figure:
    cells = numbers["cells"]
    chart, ax, places = _listed(cells)
    starts = [0] * len(cells)
    for split, colour in zip(("train", "validation", "test"), COLOURS, strict=False):
        values = [one[split] for one in cells]
        ax.barh(places, values, left=starts, height=0.62, color=colour, label=split)
        starts = [a + b for a, b in zip(starts, values, strict=True)]
    papers = [(one["paper"], at) for one, at in zip(cells, places, strict=True) if one["paper"]]
    # A small folder's bars would be lines beside the paper's numbers, which the table has too.
    if papers and 4 * max(starts) > max(papers)[0]:
        ax.plot(*zip(*papers, strict=True), "|", color=INK, ms=9, mew=1.6, label="the paper")
    ax.set_xlim(left=0)
    ax.xaxis.set_major_formatter(_thousands)
    ax.set_xlabel("examples")
    chart.legend(loc="outside upper right", ncols=4, handlelength=1, columnspacing=1)
    return chart


def _lengths(numbers: Numbers, side: str, colour: str) -> Figure:
    from matplotlib.ticker import LogLocator, NullFormatter

    cells = numbers["lengths"]
    ends = [max(one[side][k], 1) for one in cells for k in (0, -1)]
    steps = (1, 2, 5) if max(ends) < 30 * min(ends) else (1,)
    chart, ax, places = _listed(cells)
    for one, at in zip(cells, places, strict=True):
        low, first, middle, third, high = (max(value, 1) for value in one[side])
        ax.plot([low, high], [at, at], color=colour, lw=1, solid_capstyle="butt")
        ax.plot([first, third], [at, at], color=colour, lw=5, solid_capstyle="butt")
        ax.plot(middle, at, "o", color=INK, ms=3.5)
    ax.set_xscale("log")
    ax.xaxis.set_major_locator(LogLocator(subs=steps))
    ax.xaxis.set_major_formatter(_thousands)
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.set_xlabel("characters (log scale)")
    return chart


# -- small multiples --------------------------------------------------------------------------


def _panels(names: list[str], height: float = 1.35, columns: int = 2) -> tuple[Figure, list[Any]]:
    """One small panel for each name."""
    rows = -(-len(names) // columns)
    chart = figure(0.35 + height * rows)
    axes = chart.subplots(rows, columns, squeeze=False).ravel().tolist()
    for ax, name in zip(axes, names, strict=False):
        ax.set_title(name)
        ax.grid(axis="y")
    for ax in axes[len(names) :]:
        ax.remove()
    return chart, axes


def _by(rows: list[dict[str, Any]], *keys: str) -> dict[tuple[str, ...], list[dict[str, Any]]]:
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for one in rows:
        groups.setdefault(tuple(one[key] for key in keys), []).append(one)
    return groups


def _ratings(numbers: Numbers) -> Figure:
    groups = _by(numbers["ratings"], "source")
    chart, axes = _panels([source for (source,) in groups])
    for ax, group in zip(axes, groups.values(), strict=False):
        values = [one["rating"] for one in group]
        step = min((b - a for a, b in itertools.pairwise(values)), default=1)
        ax.bar(values, _shares(group), width=0.8 * step, color=BLUE)
        if len(values) <= 6:
            ax.set_xticks(values)
        else:
            ax.xaxis.get_major_locator().set_params(integer=True)
        ax.yaxis.set_major_formatter(_percent)
    chart.supxlabel("rating", size=10)
    return chart


def _histories(numbers: Numbers) -> Figure:
    groups = _by(numbers["histories"], "task")
    chart, axes = _panels([_words(task) for (task,) in groups])
    for ax, group in zip(axes, groups.values(), strict=False):
        ax.bar([one["items"] for one in group], _shares(group), width=0.8, color=BLUE)
        most = max(one["items"] for one in group)
        ax.set_xlim(0, most + 1)
        ax.yaxis.set_major_formatter(_percent)
        ax.xaxis.get_major_locator().set_params(integer=True)
    chart.supxlabel("items in the history", size=10)
    return chart


def _popularity(numbers: Numbers) -> Figure:
    groups = _by(numbers["popularity"], "task")
    chart, axes = _panels([_words(task) for (task,) in groups], height=1.7, columns=1)
    last = max(one["bin"] for one in numbers["popularity"])
    labels = ["0", "1", *(f"{2 ** (k - 1)}–{2**k - 1}" for k in range(2, last + 1))]
    for ax, group in zip(axes, groups.values(), strict=False):
        for key, shift, colour, name in (
            ("true_ones", -0.2, BLUE, "true candidates"),
            ("false_ones", 0.2, ORANGE, "false candidates"),
        ):
            total = sum(one[key] for one in group) or 1
            places = [one["bin"] + shift for one in group]
            ax.bar(places, [one[key] / total for one in group], 0.38, color=colour, label=name)
        ax.set_xticks(range(last + 1), labels[: last + 1], size=min(10, 75 / (last + 1)))
        ax.set_xlim(-0.6, last + 0.6)
        ax.yaxis.set_major_formatter(_percent)
    chart.legend(
        *axes[0].get_legend_handles_labels(), loc="outside upper right", ncols=2, handlelength=1
    )
    chart.supxlabel("other users' training histories that show the item", size=10)
    return chart


def _popular_first(numbers: Numbers) -> Figure:
    cells = numbers["popular_first"]
    chart, ax, places = _listed(cells)
    ax.barh(places, [one["hit"] for one in cells], height=0.62, color=BLUE, label="most popular")
    ax.plot([one["chance"] for one in cells], places, "|", color=INK, ms=9, mew=1.6, label="chance")
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(_percent)
    ax.set_xlabel("cases where that candidate is a true one")
    chart.legend(loc="outside upper right", ncols=2, handlelength=1)
    return chart


def _places(numbers: Numbers) -> Figure:
    groups = _by(numbers["places"], "task")
    chart, axes = _panels([_words(task) for (task,) in groups])
    for ax, group in zip(axes, groups.values(), strict=False):
        ax.bar([one["place"] for one in group], _shares(group), color=BLUE)
        even = 1 / len(group)
        ax.axhline(even, color=INK, lw=1, ls="--")
        ax.set_xticks([one["place"] for one in group])
        ax.yaxis.set_major_formatter(_percent)
    chart.supxlabel("place among the candidates (dashed: even)", size=10)
    return chart


def _templates(numbers: Numbers) -> Figure:
    groups = _by(numbers["templates"], "task")
    chart, axes = _panels([_words(task) for (task,) in groups], columns=1)
    for ax, group in zip(axes, groups.values(), strict=False):
        names = [one["template"].rpartition("/")[2] for one in group]
        ax.bar(range(len(group)), _shares(group), color=BLUE)
        crowded = len(names) * max(map(len, names)) > 36
        ax.set_xticks(range(len(group)), names, rotation=90 * crowded, size=8 if crowded else 9)
        ax.yaxis.set_major_formatter(_percent)
    return chart


def _attributes(numbers: Numbers) -> Figure:
    groups = _by(numbers["attributes"], "source", "name")
    heights = [len(group) + 1.8 for group in groups.values()]
    chart = figure(0.3 + 0.21 * sum(heights))
    axes = chart.subplots(len(groups), 1, squeeze=False, height_ratios=heights).ravel().tolist()
    for ax, ((source, name), group) in zip(axes, groups.items(), strict=True):
        kinds = group[0]["values"]
        # At the right, where a long title may run out over the labels.
        many = f"{kinds:,} value{'s' if kinds > 1 else ''}"
        ax.set_title(f"{source}: {name} ({many})", loc="right")
        rest = f"{kinds - len(group) + 1:,} more"
        names = [rest if one["value"] is None else _cut(one["value"]) for one in group]
        colours = [FAINT if one["value"] is None else BLUE for one in group]
        ax.barh(range(len(group)), _shares(group), color=colours, height=0.7)
        ax.set_yticks(range(len(group)), names)
        ax.invert_yaxis()
        ax.tick_params(axis="y", length=0)
        ax.grid(axis="x")
        ax.xaxis.set_major_formatter(_percent)
    return chart


# -- words and numbers ------------------------------------------------------------------------


def _shares(rows: list[dict[str, Any]]) -> list[float]:
    total = sum(one["n"] for one in rows) or 1
    return [one["n"] / total for one in rows]


def _words(name: str) -> str:
    """An id as words, a dollar sign made plain (matplotlib reads it as mathematics)."""
    return name.replace("_", " ").replace("$", r"\$")


def _cut(text: str, most: int = 28) -> str:
    short = text if len(text) <= most else text[: most - 1] + "…"
    return short.replace("$", r"\$")


def _thousands(value: float, place: int) -> str:
    return f"{value / 1000:g}k" if abs(value) >= 1000 else f"{value:g}"


def _percent(value: float, place: int) -> str:
    return f"{value * 100:.3g}%"


PLOTS = (
    Plot(
        "flow", "From root task to source",
        "Bands are as thick as their number of examples.", flow, "cells", narrow_flow,
    ),
    Plot(
        "cells", "Examples of each cell",
        "Bars: this folder. Upright mark: the paper's number, unless this folder is much smaller.",
        _cells, "cells",
    ),
    Plot(
        "input-lengths", "Length of inputs",
        "Task description and question. Dot: median; thick line: middle half; thin line: middle 90%.",
        lambda numbers: _lengths(numbers, "input", BLUE), "lengths",
    ),
    Plot(
        "output-lengths", "Length of outputs", "As above, for the answers.",
        lambda numbers: _lengths(numbers, "output", ORANGE), "lengths",
    ),
    Plot("ratings", "Ratings to predict", "Share of each value.", _ratings, "ratings"),
    Plot(
        "histories", "Length of histories", "Share of examples by the number of items shown.",
        _histories, "histories",
    ),
    Plot(
        "popularity", "Popularity of true and false candidates",
        "The two colours should have nearly the same shape: else popularity gives the answer away. "
        "Counted from the training histories in this folder, those of the case's user left out.",
        _popularity, "popularity",
    ),
    Plot(
        "popular-first", "What popularity alone would find",
        "How often the most popular candidate is a true one, beside chance.",
        _popular_first, "popular_first",
    ),
    Plot(
        "places", "Place of the true items", "Each place should be as likely as any other.",
        _places, "places",
    ),
    Plot("templates", "Use of templates", "Share of each prompt.", _templates, "templates"),
    Plot(
        "attributes", "Balance of personal attributes",
        "The commonest values of each attribute. A model that always says the first reaches its share.",
        _attributes, "attributes",
    ),
)  # fmt: skip
