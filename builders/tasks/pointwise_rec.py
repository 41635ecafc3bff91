"""Pointwise recommendation: would a user with these likes and dislikes like this item? Yes or no."""

from __future__ import annotations

from collections.abc import Sequence

from itdr.builders.core.rng import HashRng
from itdr.builders.core.schema import EXTRA
from itdr.builders.rendering import lists
from itdr.builders.sampling.case import Case
from itdr.builders.sampling.windows import Window
from itdr.builders.tasks import entries, likes_and_dislikes
from itdr.builders.tasks.base import OpenCell, Task


def _draw(cell: OpenCell, windows: Sequence[Window]) -> list[Case | None]:
    cases: list[Case | None] = []
    for window, user, items in likes_and_dislikes.items_of(cell, list(windows)):
        case = likes_and_dislikes.case_of(cell, window, user, items)
        case.item = items[-1]
        case.rating = window.user_history.ratings[window.targets[0]]
        cases.append(case)
    return cases


def _context(cell: OpenCell, case: Case, needed: frozenset[str]) -> dict[str, object]:
    assert case.item is not None
    return {
        **likes_and_dislikes.context(cell, case, needed),
        "target": case.item.title,
        "target_line": lists.target(
            case.item, cell.layout, entries.list_flags(entries.shown_fields(cell))
        ),
        "answer": cell.layout.yes_or_no(likes_and_dislikes.is_liked(cell, case.rating)),
    }


def _wrong(cell: OpenCell, case: Case, draw: HashRng) -> str:
    return cell.layout.yes_or_no(not likes_and_dislikes.is_liked(cell, case.rating))


TASK = Task(
    id="pointwise_rec",
    root=EXTRA,
    title="Pointwise recommendation",
    metrics=("accuracy", "AUC", "grouped AUC"),
    cells=likes_and_dislikes.CELLS,
    needs=likes_and_dislikes.NEEDS,
    defaults=likes_and_dislikes.OPTIONS,
    variables=likes_and_dislikes.VARIABLES | {"target", "target_line"},
    lists=likes_and_dislikes.LISTS,
    flags=frozenset(),
    windows=lambda cell, user: likes_and_dislikes.windows(cell, user, targets=1),
    draw=_draw,
    context=_context,
    wrong=_wrong,
    least_events=likes_and_dislikes.least_events,
)
