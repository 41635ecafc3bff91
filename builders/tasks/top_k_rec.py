"""Top-K recommendation: rank ten candidates, of which five are the user's own."""

from __future__ import annotations

from itdr.builders.core.rng import HashRng
from itdr.builders.core.schema import INTERACTION
from itdr.builders.rendering import lists
from itdr.builders.sampling.case import Case
from itdr.builders.tasks import ranking
from itdr.builders.tasks.base import CellRule, OpenCell, Task


def _context(cell: OpenCell, case: Case, needed: frozenset[str]) -> dict[str, object]:
    layout = cell.layout
    return {
        **lists.of_items("history", case.history, needed, layout, times=case.times),
        **lists.of_items("candidates", case.candidates, needed, layout),
        "n_history": len(case.history),
        "n_candidates": len(case.candidates),
        "all_candidates": layout.all_of(len(case.candidates)),
        "answer": lists.numbered([item.title for item in case.ranking], layout),
    }


def wrong(cell: OpenCell, case: Case, draw: HashRng) -> str:
    """A false candidate first, the rest in random order."""
    targets = len(case.relevant)
    first = case.ranking[targets + draw.below(len(case.ranking) - targets)]
    rest = draw.shuffled([item for item in case.ranking if item is not first])
    return lists.numbered([item.title for item in [first, *rest]], cell.layout)


TASK = Task(
    id="top_k_rec",
    root=INTERACTION,
    title="Top-K recommendation",
    metrics=("NDCG@10", "Hit@1", "Precision@5"),
    cells={
        "amazon-reviews-2023": CellRule(5276),
        "ml-32m": CellRule(6250),
        "microlens": CellRule(6250),
        "pixelrec": CellRule(6250),
        "amazon-books": CellRule(6250),
        # What was shown beside the clicked news and left; a uniform draw would mostly take news that
        # was never shown in that week.
        "mind": CellRule(6250, options={"negatives": "shown"}),
        "anime-2023": CellRule(6250),
    },
    needs=frozenset({"items.title"}),
    defaults={"history": 5, "candidates": 10, "positives": 5, "negatives": "popularity"},
    variables=lists.layouts("history", "candidates")
    | {"n_history", "n_candidates", "all_candidates", "answer"},
    lists=frozenset({"history", "candidates"}),
    flags=frozenset({"timed"}),
    windows=ranking.windows,
    firsts=ranking.firsts,
    draw=ranking.draw,
    context=_context,
    wrong=wrong,
    least_events=lambda options: options["history"] + options["positives"],
)
