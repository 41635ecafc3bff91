"""Sequential recommendation: which of five candidates comes next after the history?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from operator import attrgetter

from itdr.builders.core.rng import HashRng
from itdr.builders.core.schema import INTERACTION
from itdr.builders.rendering import lists
from itdr.builders.sampling.case import Case
from itdr.builders.sampling.windows import Window
from itdr.builders.tasks import entries, ranking
from itdr.builders.tasks.base import CellRule, OpenCell, Task

_categories = attrgetter("categories")
_CATEGORIES = frozenset({"categories"})


def _draw(cell: OpenCell, windows: Sequence[Window]) -> list[Case | None]:
    cases = ranking.draw(cell, windows)
    if "categories" in entries.shown_fields(cell, categories=True):
        for case in cases:
            # Items without a category would stand out in a list, so then no item shows its own.
            if case is not None and all(map(_categories, chain(case.history, case.candidates))):
                case.flags |= _CATEGORIES
    return cases


def _context(cell: OpenCell, case: Case, needed: frozenset[str]) -> dict[str, object]:
    show = entries.shown_fields(cell, categories=True)
    if "categories" not in case.flags:
        show -= _CATEGORIES
    return {
        **entries.of_history(cell, case, needed, show),
        **entries.of_candidates(cell, case, needed, show),
        **entries.answer_titles(cell, case, needed, show),
        "n_history": len(case.history),
        "n_candidates": len(case.candidates),
        "answer": ranking.answer(cell, case),
    }


def _wrong(cell: OpenCell, case: Case, draw: HashRng) -> str:
    if cell.whole_catalogue:
        return ranking.write_answer(cell, case, ranking.false_items(cell, case, draw, 1))
    false = case.ranking[1:]
    return ranking.write_answer(cell, case, [false[draw.below(len(false))]])


TASK = Task(
    id="sequential_rec",
    root=INTERACTION,
    title="Sequential recommendation",
    metrics=("Hit@1",),
    cells={
        "amazon-reviews-2023": CellRule(5830),
        "microlens": CellRule(6250),
        "ml-32m": CellRule(6250),
        "pixelrec": CellRule(6250),
    },
    needs=frozenset({"items.title"}),
    needs_any=frozenset({"interactions.timestamp", "interactions.seq"}),
    defaults={
        **ranking.OPTIONS,
        "history": 10,
        "min_history": None,
        "candidates": 5,
        "answer": "title",
        "candidates_from": None,
        "target": "last",
    },
    variables=lists.layouts("history", "candidates")
    | entries.TITLE_VARIABLES
    | {"n_history", "n_candidates", "answer"},
    lists=frozenset({"history", "candidates"}),
    flags=ranking.FLAGS | {"categories"},
    windows=ranking.windows,
    firsts=ranking.firsts,
    draw=_draw,
    context=_context,
    wrong=_wrong,
    least_events=lambda options: ranking.least_history(options) + 1,
    whole_catalogue=True,
    choices={"answer": ("title", "index")},
)
