"""Rating prediction: the rating that a user gives an item, after ten rated ones."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence

from itdr.builders.core.rng import HashRng
from itdr.builders.core.schema import INTERACTION, Scale
from itdr.builders.rendering import lists
from itdr.builders.sampling import filters
from itdr.builders.sampling.case import Case
from itdr.builders.sampling.histories import histories
from itdr.builders.sampling.latest_windows import first_windows
from itdr.builders.sampling.windows import Window, WindowSpec, latest_windows, unordered_windows
from itdr.builders.store.reader import Item
from itdr.builders.tasks import entries, ranking
from itdr.builders.tasks.base import CellRule, OpenCell, Task

_FLAGS = {
    (timed, categories): frozenset({"timed"} if timed else ())
    | ({"categories"} if categories else set())
    for timed in (False, True)
    for categories in (False, True)
}


def _windows(cell: OpenCell, user: int) -> Iterator[Window]:
    lines = histories(cell.store, keep="last", rated=True)
    if cell.timed:
        return ranking.in_order(cell, user, latest_windows(lines, user, _sought(cell)))
    line = lines.of(user)
    order = cell.hashed_order(user, line.works, "order")
    return unordered_windows(line, cell.history, 1, None, order)


def _firsts(cell: OpenCell, users: Sequence[int]) -> list[Window | None]:
    if not cell.timed or ranking.target_of(cell) != "last":
        return [None] * len(users)
    lines = histories(cell.store, keep="last", rated=True)
    return first_windows(lines, users, _sought(cell))


def _sought(cell: OpenCell) -> WindowSpec:
    avoid = cell.cell.options["ties"] == "avoid"
    return WindowSpec(
        cell.history, 1, None, *cell.span, avoid_ties=avoid, target=ranking.target_of(cell)
    )


def _draw(cell: OpenCell, windows: Sequence[Window]) -> list[Case | None]:
    ids = cell.user_ids([window.user_history.user for window in windows])
    codes = [ranking.places(window, window.user_history.items) for window in windows]
    parts = zip(windows, ids, cell.store.items_of(codes), strict=True)
    return [_case(cell, *of) for of in parts]


def _case(cell: OpenCell, window: Window, user: str, items: list[Item]) -> Case:
    """items: the history, and the one whose rating is asked for."""
    line, about = window.user_history, items[-1]
    target = window.targets[0]
    flags = _FLAGS[cell.timed and not window.tied, bool(about.categories)]
    return Case(
        key=cell.key(window, user),
        user=user,
        item=about,
        history=items[:-1],
        ratings=[line.ratings[k] for k in window.history],
        times=[line.times[k] for k in window.history],
        rating=line.ratings[target],
        flags=flags,
    )


def rating_text(rating: float | None, scale: Scale) -> str:
    """A rating as the source prints it: "4.5", "9"."""
    return _with_decimals(rating, scale.decimals)


@functools.lru_cache(maxsize=256)
def _with_decimals(rating: float | None, decimals: int) -> str:
    return f"{rating:.{decimals}f}"


def _context(cell: OpenCell, case: Case, needed: frozenset[str]) -> dict[str, object]:
    scale = cell.scale
    decimals = scale.decimals
    ratings = [_with_decimals(rating, decimals) for rating in case.ratings]
    flags = entries.list_flags(entries.shown_fields(cell))
    assert case.item is not None
    return {
        **lists.of_items("history", case.history, needed, cell.layout, flags, ratings, case.times),
        "n_history": len(case.history),
        "target": case.item.title,
        "target_line": lists.target(case.item, cell.layout, flags),
        "scale_low": rating_text(scale.low, scale),
        "scale_high": rating_text(scale.high, scale),
        "scale_step": f"{scale.step:g}",
        "answer": rating_text(case.rating, scale),
    }


def _wrong(cell: OpenCell, case: Case, draw: HashRng) -> str:
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
    metrics=("RMSE", "MAE"),
    cells={
        "ml-32m": CellRule(6250),
        "bookcrossing": CellRule(4623),
        "anime-2023": CellRule(6250),
        "yelp": CellRule(5707),
    },
    needs=frozenset({"interactions.rating", "items.title"}),
    defaults={
        **entries.OPTIONS,
        **filters.OPTIONS,
        "history": 10,
        "ties": "avoid",
        "target": "last",
    },
    variables=lists.layouts("history")
    | {"n_history", "target", "target_line", "scale_low", "scale_high", "scale_step", "answer"},
    lists=frozenset({"history"}),
    flags=frozenset({"timed", "categories"}),
    windows=_windows,
    firsts=_firsts,
    draw=_draw,
    context=_context,
    wrong=_wrong,
    least_events=lambda options: options["history"] + 1,
)
