"""Audits of filtered data sets: what the filters leave is counted anew, and nothing is left unproven."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from itdr.audit.filtered import filtered
from itdr.audit.protocols import SplitPromise
from itdr.builders.sampling import filters as sampling_filters
from itdr.builders.sampling.filters import Filters, with_filters
from itdr.builders.store.selection import Selection
from tests import world
from tests.audit.planting import audited, clean, faulty
from tests.test_filters import opened

CORE = {"k_core": 5, "min_rating": 2.5, "data_dir": str(world.folder())}
LEFT_OUT = {"k_core": 4, "split_by": "leave_one_out"}
DRAWN_ANEW = {"drawn anew", "plan"}
"""Checks that use the builder's code. The others must find a fault without it."""


def independent(rows: dict[str, list[dict[str, Any]]], **more: Any) -> dict[str, set[str]]:
    """What checks find that do not draw the rows anew."""
    found = faulty(audited("sequential_rec", rows, **more))
    return {name: ids for name, ids in found.items() if name not in DRAWN_ANEW}


@pytest.mark.parametrize(
    "asked",
    [
        Filters(k_core=5),
        Filters(k_core=9, min_rating=3.5),
        Filters(min_user=12, min_item=6, repeats="last"),
        Filters(k_core=4, repeats="keep"),
    ],
    ids=str,
)
@pytest.mark.parametrize("source", ["ml-32m", "bookcrossing"])
def test_both_ways_of_counting_leave_the_same(source: str, asked: Filters) -> None:
    store = opened(source)
    selection = with_filters(store, asked).selection
    assert selection is not None and not selection.items.all()
    found = filtered(store, asked)
    assert np.array_equal(found.users, selection.users)
    assert np.array_equal(found.items, selection.items)


@pytest.mark.parametrize(
    "own", [CORE, {**LEFT_OUT, "repeats": "keep"}], ids=["core", "leave one out"]
)
def test_clean_rows_pass(own: dict[str, Any]) -> None:
    assert faulty(audited("sequential_rec", clean("sequential_rec", **own), **own)) == {}


def test_an_entry_left_out_is_found() -> None:
    rows = copy.deepcopy(clean("sequential_rec", **CORE))
    row = next(row for row in rows["train"] if len(row["history"]) > 3)
    row["history"].pop(1)
    results = audited("sequential_rec", rows, **CORE)
    ((row_id, what),) = results["true items"].faults
    assert row_id == row["id"] and "leaves out" in what


def test_an_event_that_the_filter_removes_is_found() -> None:
    """The user rated this film, but below the least rating."""
    rows = copy.deepcopy(clean("sequential_rec", **CORE))
    store = opened()
    row, low = next(
        (row, store.item(int(events.items[k])))
        for row in rows["train"]
        for events in [store.events(store.code("user", row["user_id"]) or 0)]
        if events.ratings is not None
        for k in np.flatnonzero(events.ratings < 2.5)
        if store.item(int(events.items[k])).title
    )
    row["history"][0].update(item_id=low.id, title=low.title)
    results = audited("sequential_rec", rows, **CORE)
    found = {what for row_id, what in results["true items"].faults if row_id == row["id"]}
    assert f"the user never touched {low.id} of the history, as far as it counts" in found


def test_an_earlier_target_than_the_last_is_found() -> None:
    rows = copy.deepcopy(clean("sequential_rec", **LEFT_OUT))
    row = next(row for row in rows["test"] if len(row["history"]) > 3)
    early = row["history"].pop()
    for one in row["candidates"]:
        if one["item_id"] == row["relevant"][0]:
            one.update(item_id=early["item_id"], title=early["title"])
    row["relevant"] = [early["item_id"]]
    results = audited("sequential_rec", rows, **LEFT_OUT)
    (fault,) = (one for one in results["split"].faults if "went on" in one[1])
    assert fault == (row["id"], "the user went on to 1 works after what is asked for")
    assert results["split"].about == SplitPromise().result.about


def test_a_builder_that_filters_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawn anew by the same code, its rows are what they were: the audit counts by itself."""
    own = {"k_core": 12, "data_dir": str(world.folder(seed=3))}
    real = sampling_filters._selection

    def everything(store: Any, filters: Filters) -> Selection:
        found = real(store, filters)
        users, items = np.ones_like(found.users), np.ones_like(found.items)
        return Selection(found.facts, users, items, found.min_rating, found.repeats)

    monkeypatch.setattr(sampling_filters, "_selection", everything)
    found = independent(clean("sequential_rec", **own), **own)
    assert {"true items", "known"} <= found.keys()
