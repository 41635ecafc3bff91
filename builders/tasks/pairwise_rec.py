"""Pairwise recommendation: which of two items does a user with these likes and dislikes prefer?"""

from __future__ import annotations

from collections.abc import Sequence

from itdr.builders.core.rng import HashRng
from itdr.builders.core.schema import EXTRA
from itdr.builders.rendering import lists
from itdr.builders.sampling.case import Case
from itdr.builders.sampling.windows import Window
from itdr.builders.tasks import entries, opposites
from itdr.builders.tasks.base import OpenCell, Task


def _draw(cell: OpenCell, windows: Sequence[Window]) -> list[Case | None]:
    cases: list[Case | None] = []
    for window, user, items in opposites.items_of(cell, list(windows)):
        line = window.user_history
        case = opposites.case_of(cell, window, user, items)
        pair = items[-2:]
        better, worse = (
            pair if opposites.is_liked(cell, line.ratings[window.targets[0]]) else pair[::-1]
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
        **opposites.context(cell, case, needed),
        **entries.of_candidates(cell, case, needed, show),
        **entries.answer_titles(cell, case.candidates, show),
        "answer": case.ranking[0].title,
    }


def _wrong(cell: OpenCell, case: Case, draw: HashRng) -> str:
    return case.ranking[1].title


TASK = Task(
    id="pairwise_rec",
    root=EXTRA,
    title="Pairwise recommendation",
    metrics=("accuracy",),
    cells=opposites.CELLS,
    needs=opposites.NEEDS,
    defaults=opposites.OPTIONS,
    variables=opposites.VARIABLES | lists.layouts("candidates") | entries.TITLE_VARIABLES,
    lists=opposites.LISTS | {"candidates"},
    flags=frozenset(),
    windows=lambda cell, user: opposites.windows(cell, user, targets=2),
    draw=_draw,
    context=_context,
    wrong=_wrong,
    least_events=opposites.least_events,
)
