"""Cross-domain recommendation: rank candidates of one domain for a user active in another as well."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from itdr.builders.core.schema import INTERACTION
from itdr.builders.core.text import readable_domain
from itdr.builders.rendering import lists
from itdr.builders.sampling.case import Case
from itdr.builders.tasks import crossing, entries, ranking, top_k_rec
from itdr.builders.tasks.base import CellRule, OpenCell, Task
from itdr.builders.tasks.crossing import Crossing


def _draw(cell: OpenCell, windows: Sequence[Crossing]) -> list[Case | None]:
    return ranking.draw(cell, windows, functools.partial(crossing.pasts, cell))


def _context(cell: OpenCell, case: Case, needed: frozenset[str]) -> dict[str, object]:
    start, past = case.history[: cell.history], case.history[cell.history :]
    show, n = entries.shown_fields(cell), cell.history
    earlier = entries.of_history(
        cell, case, needed, show, slice(n), name="source", loop="source_history"
    )
    return {
        **earlier,
        **entries.of_history(cell, case, needed, show, slice(n, None)),
        **entries.of_candidates(cell, case, needed, show),
        "n_source": len(start),
        "n_history": len(past),
        "n_candidates": len(case.candidates),
        "all_candidates": cell.layout.all_of(len(case.candidates)),
        "source_domain": readable_domain(cell.cell.other),
        "target_domain": readable_domain(cell.cell.domain),
        "n_relevant": len(case.relevant),
        "answer": ranking.answer(cell, case),
    }


PAIRS = {
    ("All_Beauty", "Amazon_Fashion"): 17,
    ("CDs_and_Vinyl", "Video_Games"): 464,
    ("Appliances", "Industrial_and_Scientific"): 421,
    ("Grocery_and_Gourmet_Food", "Home_and_Kitchen"): 3216,
}

TASK = Task(
    id="cross_domain_rec",
    root=INTERACTION,
    title="Cross-domain recommendation",
    metrics=("NDCG@10", "Hit@1", "Precision@5", "MRR"),
    cells={"amazon-reviews-2023": CellRule(4118, pairs=PAIRS)},
    needs=frozenset({"items.title", "interactions.timestamp", "interactions.domain"}),
    defaults={
        **ranking.OPTIONS,
        "history": 5,
        "candidates": 10,
        "positives": 5,
        "answer": "ranking",
        "order": "time",
        "negatives_order": "shuffled",
    },
    variables=lists.layouts("source", "history", "candidates")
    | {"n_source", "n_history", "n_candidates", "all_candidates", "n_relevant"}
    | {"source_domain", "target_domain", "answer"},
    lists=frozenset({"source_history", "history", "candidates"}),
    flags=ranking.FLAGS,
    windows=crossing.windows,
    firsts=crossing.firsts,
    draw=_draw,
    context=_context,
    wrong=top_k_rec.wrong,
    least_events=lambda options: options["history"] + options["positives"],
    choices={"answer": ("ranking", "set", "index")},
)
