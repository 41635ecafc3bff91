"""Top-K recommendation: rank ten candidates, of which five are the user's own."""

from __future__ import annotations

from itdr.builders.core.rng import HashRng
from itdr.builders.core.schema import INTERACTION
from itdr.builders.rendering import lists
from itdr.builders.sampling.case import Case
from itdr.builders.tasks import entries, ranking
from itdr.builders.tasks.base import CellRule, OpenCell, Task


def _context(cell: OpenCell, case: Case, needed: frozenset[str]) -> dict[str, object]:
    show = entries.shown_fields(cell)
    return {
        **entries.of_history(cell, case, needed, show),
        **entries.of_candidates(cell, case, needed, show),
        **entries.answer_titles(cell, case, needed, show),
        "n_history": len(case.history),
        "n_candidates": len(case.candidates),
        "all_candidates": cell.layout.all_of(len(case.candidates)),
        "n_relevant": len(case.relevant),
        "by_time": cell.cell.options["order"] == "time",
        "liked_phrase": ranking.liked_phrase(cell) if "liked_phrase" in needed else "",
        "answer": ranking.answer(cell, case),
    }


def wrong(cell: OpenCell, case: Case, draw: HashRng) -> str:
    """A wrong answer to a case.

    Args:
        cell: an open cell.
        case: a case of it.
        draw: random numbers.

    Returns:
        A negative first, the rest in random order; without candidates, false titles alone.
    """
    targets = len(case.relevant)
    if cell.whole_catalogue:
        return ranking.write_answer(cell, case, ranking.false_items(cell, case, draw, targets))
    first = case.ranking[targets + draw.below(len(case.ranking) - targets)]
    rest = draw.shuffled([item for item in case.ranking if item is not first])
    return ranking.write_answer(cell, case, [first, *rest])


TASK = Task(
    id="top_k_rec",
    root=INTERACTION,
    title="Top-K recommendation",
    metrics=("NDCG@10", "Hit@1", "Precision@5", "MRR"),
    cells={
        "amazon-reviews-2023": CellRule(5276),
        "ml-32m": CellRule(6250),
        "microlens": CellRule(6250),
        "pixelrec": CellRule(6250),
        "amazon-books": CellRule(6250),
        # Shown beside the clicked news and not clicked; a uniform draw would mostly take news that
        # was never shown in that week.
        "mind": CellRule(6250, options={"negatives": "shown"}),
        "anime-2023": CellRule(6250),
    },
    needs=frozenset({"items.title"}),
    defaults={
        **ranking.OPTIONS,
        "candidates_from": None,
        "target": "last",
        "history": 5,
        "min_history": None,
        "candidates": 10,
        "positives": 5,
        "answer": "ranking",
        "order": "time",
        "negatives_order": "shuffled",
    },
    variables=lists.layouts("history", "candidates")
    | {"n_history", "n_candidates", "all_candidates", "n_relevant", "by_time", "liked_phrase"}
    | entries.TITLE_VARIABLES
    | {"answer"},
    lists=frozenset({"history", "candidates"}),
    flags=ranking.FLAGS,
    windows=ranking.windows,
    firsts=ranking.firsts,
    draw=ranking.draw,
    context=_context,
    wrong=wrong,
    least_events=lambda options: ranking.least_history(options) + options["positives"],
    whole_catalogue=True,
    choices={"answer": ("ranking", "set", "index")},
)
