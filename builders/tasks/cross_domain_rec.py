"""Cross-domain recommendation: rank candidates of one domain for a user active in another as well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from itdr.builders.cases import Case
from itdr.builders.columns import Item, Store
from itdr.builders.declare import INTERACTION
from itdr.builders.tasks import _ranking, top_k_rec
from itdr.builders.tasks._task import CellRule, OpenCell, Task
from itdr.builders.timelines import timelines
from itdr.builders.windows import Window
from itdr.builders.works import title_key

Earlier = tuple[Item, float | None, int | None]
"""An item of the first domain, what the user gave it, and when."""


def _windows(cell: OpenCell, subject: int) -> Iterator[Window]:
    """The windows of the second domain that have enough before them in the first."""
    if _code_in(cell.other, cell.store, subject) is None:
        return
    for window in _ranking.windows(cell, subject):
        if len(_earlier(cell, window, set())) >= cell.history:
            yield window


def _firsts(cell: OpenCell, users: Sequence[int]) -> list[Window | None]:
    """The first window of each user where it is found at once."""
    both = [user for user in users if _code_in(cell.other, cell.store, user) is not None]
    found = dict(zip(both, _ranking.firsts(cell, both), strict=True))
    windows = [found.get(user) for user in users]
    return [
        window if window and len(_earlier(cell, window, set())) >= cell.history else None
        for window in windows
    ]


def _draw(cell: OpenCell, window: Window) -> Case | None:
    return _draw_many(cell, [window])[0]


def _draw_many(cell: OpenCell, windows: Sequence[Window]) -> list[Case | None]:
    cases = zip(windows, _ranking.draw_many(cell, windows), strict=True)
    return [None if case is None else _with_earlier(cell, window, case) for window, case in cases]


def _with_earlier(cell: OpenCell, window: Window, case: Case) -> Case | None:
    """The case with what the user met in the first domain before; None where that is too little."""
    shown = {title_key(item.title) for item in case.candidates}
    shown |= {title_key(item.title) for item in case.history}
    start = _earlier(cell, window, shown)
    if len(start) < cell.history:
        return None
    items, ratings, times = zip(*start[-cell.history :], strict=True)
    case.history = [*items, *case.history]
    case.ratings = [*ratings, *case.ratings]
    case.times = [*times, *case.times]
    return case


def _earlier(cell: OpenCell, window: Window, titles: set[str]) -> list[Earlier]:
    """What the user met in the first domain before the first true candidate, oldest first, less
    what carries one of these titles."""
    other = cell.other
    code = _code_in(other, cell.store, window.timeline.user)
    assert other is not None and code is not None
    line = timelines(other).of(code)
    before = window.time
    found: list[Earlier] = []
    seen = set(titles)
    for k in range(len(line) - 1, -1, -1):
        time = line.times[k]
        if before is None or time is None or time >= before:
            continue
        item = other.item(line.items[k])
        key = title_key(item.title)
        if key not in seen:
            seen.add(key)
            found.append((item, line.ratings[k], time))
            if len(found) == cell.history:
                break
    return found[::-1]


def _code_in(other: Store | None, store: Store, user: int) -> int | None:
    """The same user's code in another domain's store: ids, and so hashes, are equal in all."""
    assert other is not None
    wanted = store.user_hash[user]
    code = int(np.searchsorted(other.user_hash, wanted))
    if code == len(other.user_hash) or other.user_hash[code] != wanted:
        return None
    same = other.value("users", "user_id", code) == store.value("users", "user_id", user)
    return code if same else None


def _context(cell: OpenCell, case: Case, needed: frozenset[str]) -> dict[str, object]:
    start, past = case.history[: cell.history], case.history[cell.history :]
    return {
        **_ranking.listings("source", [item.title for item in start], needed),
        **_ranking.listings("history", [item.title for item in past], needed),
        **_ranking.listings("candidates", [item.title for item in case.candidates], needed),
        "n_source": len(start),
        "n_history": len(past),
        "n_candidates": len(case.candidates),
        "source_domain": _said(cell.cell.other),
        "target_domain": _said(cell.cell.domain),
        "answer": _ranking.numbered([item.title for item in case.ranking]),
    }


def _said(domain: str | None) -> str:
    """A category as one says it: "Video Games"."""
    return (domain or "").replace("_", " ")


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
    metrics=("NDCG@10", "Hit@1", "Precision@5"),
    cells={"amazon-reviews-2023": CellRule(4118, pairs=PAIRS)},
    needs=frozenset({"items.title", "interactions.timestamp", "interactions.domain"}),
    defaults={"history": 5, "candidates": 10, "positives": 5, "negatives": "popularity"},
    variables=_ranking.layouts("source", "history", "candidates")
    | {"n_source", "n_history", "n_candidates", "source_domain", "target_domain", "answer"},
    flags=frozenset({"timed"}),
    windows=_windows,
    firsts=_firsts,
    draw=_draw,
    draw_many=_draw_many,
    context=_context,
    wrong=top_k_rec.wrong,
    least_events=lambda knobs: knobs["history"] + knobs["positives"],
)
