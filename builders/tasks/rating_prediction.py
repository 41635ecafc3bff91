"""Rating prediction: what the user gives an item, after ten rated ones."""

from __future__ import annotations

from collections.abc import Iterator

from itdr.builders.cases import Case, Shown
from itdr.builders.columns import Item
from itdr.builders.declare import INTERACTION, Scale
from itdr.builders.hashing import Draw
from itdr.builders.tasks import _ranking
from itdr.builders.tasks._task import CellRule, OpenCell, Task
from itdr.builders.timelines import (
    Timeline,
    Window,
    latest_windows,
    timeline,
    unordered_windows,
)


def _windows(cell: OpenCell, user: int) -> Iterator[Window]:
    def read(last: int | None = None) -> Timeline:
        return timeline(cell.store, user, keep="last", rated=True, last=last)

    if cell.timed:
        return latest_windows(read, cell.history, 1, None, *cell.span)
    line = read()
    order = cell.hashed_order(user, line.works, "order")
    return unordered_windows(line, cell.history, 1, None, order)


def _draw(cell: OpenCell, window: Window) -> Case | None:
    line = window.timeline
    target = window.trues[0]
    item = cell.store.item(line.items[target])
    flags = {"timed"} if cell.timed else set()
    if item.categories:
        flags.add("categories")
    return Case(
        key=cell.key(window),
        user=cell.user_id(line.user),
        item=item,
        history=[
            Shown(cell.store.item(line.items[k]), line.ratings[k], line.times[k])
            for k in window.history
        ],
        rating=line.ratings[target],
        flags=frozenset(flags),
    )


def rating_text(rating: float | None, scale: Scale) -> str:
    """A rating as the source prints it: "4.5", "9"."""
    return f"{rating:.{scale.decimals}f}"


def _context(cell: OpenCell, case: Case, needed: frozenset[str]) -> dict[str, object]:
    scale = cell.scale
    history = [f"{shown.item.title}: {rating_text(shown.rating, scale)}" for shown in case.history]
    made = _ranking.listings("history", history, needed)
    if "history_inline" in needed:
        made["history_inline"] = "; ".join(
            f"{shown.item.title} ({rating_text(shown.rating, scale)})" for shown in case.history
        )
    assert case.item is not None
    return {
        **made,
        "n_history": len(history),
        "target": case.item.title,
        "target_line": _target_line(case.item),
        "scale_low": f"{scale.low:g}",
        "scale_high": f"{scale.high:g}",
        "scale_step": f"{scale.step:g}",
        "answer": rating_text(case.rating, scale),
    }


def _target_line(item: Item) -> str:
    return f"{item.title} [{_ranking.categories(item)}]" if item.categories else item.title


def _wrong(cell: OpenCell, case: Case, draw: Draw) -> str:
    """Another step of the scale, at least a quarter of it away."""
    scale = cell.scale
    steps = round((scale.high - scale.low) / scale.step)
    values = [scale.low + k * scale.step for k in range(steps + 1)]
    assert case.rating is not None
    far = [v for v in values if abs(v - case.rating) >= (scale.high - scale.low) / 4]
    return rating_text(far[draw.below(len(far))], scale)


TASK = Task(
    id="rating_prediction",
    root=INTERACTION,
    title="Rating prediction",
    metrics=("RMSE",),
    cells={
        "ml-32m": CellRule(6250),
        "bookcrossing": CellRule(4623),
        "anime-2023": CellRule(6250),
        "yelp": CellRule(5707),
    },
    needs=frozenset({"interactions.rating", "items.title"}),
    defaults={"history": 10},
    variables=_ranking.layouts("history")
    | {"n_history", "target", "target_line", "scale_low", "scale_high", "scale_step", "answer"},
    flags=frozenset({"timed", "categories"}),
    windows=_windows,
    draw=_draw,
    context=_context,
    wrong=_wrong,
    least_events=lambda knobs: knobs["history"] + 1,
)
