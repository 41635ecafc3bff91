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
from itdr.builders.tasks import ranking
from itdr.builders.tasks.base import CellRule, OpenCell, Task

_categories = attrgetter("categories")
_CATEGORIES = frozenset({"categories"})


def _draw(cell: OpenCell, windows: Sequence[Window]) -> list[Case | None]:
    made = ranking.draw(cell, windows)
    for case in made:
        # A list in which some items lack a category would mark them: then none shows its own.
        if case is not None and all(map(_categories, chain(case.history, case.candidates))):
            case.flags |= _CATEGORIES
    return made


def _context(cell: OpenCell, case: Case, needed: frozenset[str]) -> dict[str, object]:
    layout, shown = cell.layout, case.flags & _CATEGORIES
    return {
        **lists.of_items("history", case.history, needed, layout, shown, times=case.times),
        **lists.of_items("candidates", case.candidates, needed, layout, shown),
        "n_history": len(case.history),
        "n_candidates": len(case.candidates),
        "answer": case.relevant[0].title,
    }


def _wrong(cell: OpenCell, case: Case, draw: HashRng) -> str:
    false = case.ranking[1:]
    return false[draw.below(len(false))].title


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
    defaults={"history": 10, "candidates": 5, "negatives": "popularity"},
    variables=lists.layouts("history", "candidates") | {"n_history", "n_candidates", "answer"},
    lists=frozenset({"history", "candidates"}),
    flags=frozenset({"timed", "categories"}),
    windows=ranking.windows,
    firsts=ranking.firsts,
    draw=_draw,
    context=_context,
    wrong=_wrong,
    least_events=lambda options: options["history"] + 1,
)
