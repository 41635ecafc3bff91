"""Pairwise recommendation: which of two items does a user with these likes and dislikes prefer?"""

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
        line = window.user_history
        case = likes_and_dislikes.case_of(cell, window, user, items)
        pair = items[-2:]
        better, worse = (
            pair
            if likes_and_dislikes.is_liked(cell, line.ratings[window.targets[0]])
            else pair[::-1]
        )
        case.ranking = [better, worse]
        case.relevant = [better]
        swapped = cell.draws(line.user, "place", window.index).below(2)
        case.candidates = [worse, better] if swapped else [better, worse]
        cases.append(case)
    return cases


def _context(cell: OpenCell, case: Case, needed: frozenset[str]) -> dict[str, object]:
    show = entries.shown_fields(cell)
    return {
        **likes_and_dislikes.context(cell, case, needed),
        **entries.of_candidates(cell, case, needed, show),
        **entries.answer_titles(cell, case, needed, show),
        "answer": case.ranking[0].title,
    }


def _wrong(cell: OpenCell, case: Case, draw: HashRng) -> str:
    return case.ranking[1].title


TASK = Task(
    id="pairwise_rec",
    root=EXTRA,
    title="Pairwise recommendation",
    metrics=("accuracy",),
    cells=likes_and_dislikes.CELLS,
    needs=likes_and_dislikes.NEEDS,
    defaults=likes_and_dislikes.OPTIONS,
    variables=likes_and_dislikes.VARIABLES | lists.layouts("candidates") | entries.TITLE_VARIABLES,
    lists=likes_and_dislikes.LISTS | {"candidates"},
    flags=frozenset(),
    windows=lambda cell, user: likes_and_dislikes.windows(cell, user, targets=2),
    draw=_draw,
    context=_context,
    wrong=_wrong,
    least_events=likes_and_dislikes.least_events,
)
