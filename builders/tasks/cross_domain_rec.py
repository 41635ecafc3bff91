"""Cross-domain recommendation: rank candidates of one domain for a user active in another as well."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from itdr.builders.cases import Case
from itdr.builders.columns import Item, Store
from itdr.builders.declare import INTERACTION
from itdr.builders.tasks import _ranking, top_k_rec
from itdr.builders.tasks._task import CellRule, OpenCell, Task
from itdr.builders.timelines import Timeline, timelines
from itdr.builders.windows import MORE, Window
from itdr.builders.works import title_key

_title_key = functools.lru_cache(maxsize=1 << 16)(title_key)

Earlier = tuple[Item, float | None, int | None]
"""An item of the first domain, what the user gave it, and when."""


@dataclass(slots=True)
class Crossing(Window):
    """A window of the second domain, with the end of the user's timeline in the first (or all of it)
    and the places there that lie before the first true candidate, the latest first.

    earlier: what a case shows of the first domain, by title, if nothing in the second is called so.
    """

    start: Timeline = field(kw_only=True)
    places: list[int] = field(kw_only=True)
    earlier: dict[str, Earlier] = field(default_factory=dict, kw_only=True)


def _windows(cell: OpenCell, subject: int) -> Iterator[Crossing]:
    """The windows of the second domain that have enough before them in the first."""
    (code,) = _codes_in_first(cell, [subject])
    if code is not None:
        assert cell.other is not None
        start = timelines(cell.other).of(code, cell.history + MORE)
        for window in _ranking.windows(cell, subject):
            yield from _crossing(cell, window, start)


def _firsts(cell: OpenCell, users: Sequence[int]) -> list[Crossing | None]:
    """The first window of each user where it is found at once."""
    other = cell.other
    assert other is not None
    codes = zip(users, _codes_in_first(cell, users), strict=True)
    both = {user: code for user, code in codes if code is not None}
    windows = dict(zip(both, _ranking.firsts(cell, list(both)), strict=True))
    # Their ends mostly are enough.
    starts = timelines(other).ends(list(both.values()), cell.history + MORE)
    near = (start.items for start in starts.values())
    other.read_items(itertools.chain.from_iterable(near))
    found: dict[int, Crossing] = {}
    for user, window in windows.items():
        if window:
            found.update((user, one) for one in _crossing(cell, window, starts[both[user]]))
    return [found.get(user) for user in users]


def _crossing(cell: OpenCell, window: Window, start: Timeline) -> Iterator[Crossing]:
    """The window with what lies before it in the first domain, if that is enough. start: the end of
    the timeline there."""
    of = (window.timeline, window.history, window.trues, window.index)
    crossing = Crossing(*of, start=start, places=_before(start, window.time))
    crossing.earlier = _earlier(cell, crossing, set())
    if len(crossing.earlier) >= cell.history:
        yield crossing


def _before(line: Timeline, time: int | None) -> list[int]:
    """The places before that time, the latest first."""
    if time is None:
        return []
    times = line.times
    return [
        k for k in range(len(line) - 1, -1, -1) if (when := times[k]) is not None and when < time
    ]


def _draw(cell: OpenCell, window: Crossing) -> Case | None:
    return _draw_many(cell, [window])[0]


def _draw_many(cell: OpenCell, windows: Sequence[Crossing]) -> list[Case | None]:
    cases = zip(windows, _ranking.draw_many(cell, windows), strict=True)
    return [case and _with_earlier(cell, window, case) for window, case in cases]


def _with_earlier(cell: OpenCell, window: Crossing, case: Case) -> Case | None:
    """The case with what the user met in the first domain before; None where that is too little."""
    shown = {*map(_title_key, [item.title for item in (*case.candidates, *case.history)])}
    earlier = window.earlier
    if not shown.isdisjoint(earlier):
        earlier = _earlier(cell, window, shown)
        if len(earlier) < cell.history:
            return None
    items, ratings, times = zip(*reversed(earlier.values()), strict=True)
    case.history = [*items, *case.history]
    case.ratings = [*ratings, *case.ratings]
    case.times = [*times, *case.times]
    return case


def _earlier(cell: OpenCell, window: Crossing, titles: set[str]) -> dict[str, Earlier]:
    """By title what the user met in the first domain before the first true candidate, the latest
    first, less what carries one of these titles: `history` items, or as many as there are."""
    assert cell.other is not None
    found = _latest(cell.other, cell.history, window, titles)
    if len(found) < cell.history:
        whole = timelines(cell.other).of(window.start.user)
        if len(whole) > len(window.start):
            window.start, window.places = whole, _before(whole, window.time)
            found = _latest(cell.other, cell.history, window, titles)
    return found


def _latest(other: Store, most: int, window: Crossing, titles: set[str]) -> dict[str, Earlier]:
    line = window.start
    found: dict[str, Earlier] = {}
    for k in window.places:
        item = other.item(line.items[k])
        key = _title_key(item.title)
        if key not in found and key not in titles:
            found[key] = (item, line.ratings[k], line.times[k])
            if len(found) == most:
                break
    return found


def _codes_in_first(cell: OpenCell, users: Sequence[int]) -> list[int | None]:
    """The same users' codes in the first domain, None for who is not there: ids, and so hashes, are
    equal in all."""
    other, store = cell.other, cell.store
    assert other is not None
    wanted = store.user_hash[np.array(users, int)]
    codes = np.minimum(other.user_hash.searchsorted(wanted), len(other.user_hash) - 1)
    pairs = zip(
        codes.tolist(),
        (other.user_hash[codes] == wanted).tolist(),
        other.values("users", "user_id", codes),
        store.values("users", "user_id", users),
        strict=True,
    )
    return [code if same and here == there else None for code, same, here, there in pairs]


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
