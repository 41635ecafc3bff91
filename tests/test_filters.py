"""Filters: what k-core, least counts, least ratings and repeats leave, and what rows make of it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import itdr
from itdr.audit import audit
from itdr.builders.core.errors import ItdrError
from itdr.builders.dataset import registry
from itdr.builders.sampling import filters as sampling_filters
from itdr.builders.sampling.filters import Filters, report, with_filters
from itdr.builders.sampling.histories import histories
from itdr.builders.sampling.popularity import train_stats
from itdr.builders.sampling.splits import TRAIN, assign_splits
from itdr.builders.store.prepare import prepare
from itdr.builders.store.reader import StoreReader
from itdr.builders.store.spec import StoreSpec
from itdr.scoring.data import open_data
from tests import world

Event = tuple[int, int, float]


def opened(source: str = "ml-32m", root: Path | None = None) -> StoreReader:
    found = registry.source(source)
    spec = StoreSpec(found, data_dir=root or world.folder())
    return StoreReader(found, prepare(spec, progress=False))


def events_of(store: StoreReader) -> list[Event]:
    """User code, item code and rating of each interaction."""
    found = []
    for user in range(len(store.user_hash)):
        events = store.events(user)
        assert events.ratings is not None
        found += [(user, *one) for one in zip(events.items.tolist(), events.ratings, strict=True)]
    return found


def core(pairs: list[tuple[int, int]], users: int, items: int) -> list[tuple[int, int]]:
    """The definition: drop pairs of rare users and items until there are none."""
    while True:
        by_user, by_item = Counter(u for u, _ in pairs), Counter(i for _, i in pairs)
        kept = [(u, i) for u, i in pairs if by_user[u] >= users and by_item[i] >= items]
        if len(kept) == len(pairs):
            return kept
        pairs = kept


@pytest.mark.parametrize("source", ["ml-32m", "bookcrossing"])
@pytest.mark.parametrize(
    "options",
    [
        {"k_core": 5},
        {"k_core": 9, "min_rating": 3.5},
        {"min_user": 12, "min_item": 6, "repeats": "last"},
        {"k_core": 4, "repeats": "keep"},
        {"min_rating": 4},
    ],
    ids=str,
)
def test_what_is_left_is_the_core(source: str, options: dict[str, Any]) -> None:
    store, asked = opened(source), Filters(**options)
    least = options.get("min_rating", -1)
    pairs = [(user, item) for user, item, rating in events_of(store) if rating >= least]
    if "min_rating" not in options:
        pairs = [(user, item) for user, item, _ in events_of(store)]
    if options.get("repeats") != "keep":
        pairs = list(dict.fromkeys(pairs))
    left = core(pairs, asked.least("min_user"), asked.least("min_item"))
    selection = with_filters(store, asked).selection
    assert selection is not None
    assert set(np.flatnonzero(selection.users).tolist()) == {user for user, _ in left}
    assert set(np.flatnonzero(selection.items).tolist()) == {item for _, item in left}
    first, counted, *_, last = [*report(store, asked), report(store, asked)[-1]]
    assert first["events"] == int(store.user_n.sum())
    assert counted["events"] == len(pairs)
    assert last["events"] == len(left)
    assert (last["users"], last["items"]) == (len({u for u, _ in left}), len({i for _, i in left}))


def test_histories_and_counts_hold_what_is_kept_and_touched_works_all() -> None:
    store = opened()
    view = with_filters(store, Filters(k_core=6, min_rating=3))
    kept = view.selection
    assert kept is not None
    whole = train_stats(store, 0)
    stats = train_stats(view, 0)
    splits = assign_splits(store.user_hash, 0, "ml-32m")
    users: Counter[int] = Counter()
    for user in range(len(store.user_hash)):
        line, plain = histories(view).of(user), histories(store).of(user)
        assert line.touched.tolist() == plain.touched.tolist()
        good = [
            (item, rating)
            for item, rating in zip(plain.items, plain.ratings, strict=True)
            if kept.users[user] and kept.items[item] and rating is not None and rating >= 3
        ]
        assert list(zip(line.items, line.ratings, strict=True)) == good
        if splits[user] == TRAIN and kept.users[user]:
            events = store.events(user)
            assert events.ratings is not None
            mine = kept.items[events.items] & (events.ratings >= 3)
            users.update(set(store.work[events.items[mine]].tolist()))
    assert {int(work): int(stats.users[work]) for work in stats.works} == dict(users)
    assert stats.users.sum() < whole.users.sum()


def repeated(times: int) -> StoreReader:
    """The store of users who rate every film several times, better each time. (Published MovieLens has no pair twice.)"""
    rows = [
        (f"u{user}", f"i{film}", f"Film {film}", 1.0 + step, 10**9 + 1000 * step + 10 * film)
        for user in range(1, 41)
        for step in range(times)
        for film in range(1, 31)
    ]
    names = ["user_id", "item_id", "title", "rating", "timestamp"]
    log = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    source = itdr.source(log, id="repeats", scale={"low": 1, "high": 5})
    return StoreReader(source, prepare(StoreSpec(source), progress=False))


def test_repeats_say_which_event_counts() -> None:
    store = repeated(3)
    ratings = {}
    for name in ("first", "last", "keep"):
        view = with_filters(store, Filters(repeats=name))  # type: ignore[arg-type]
        ratings[name] = histories(view).of(0).ratings
        # A reader's own choice gives way.
        assert histories(view, keep="last").of(0).ratings == ratings[name]
    assert ratings["first"] == [1.0] * 30
    assert ratings["last"] == [3.0] * 30
    assert ratings["keep"] == [1.0] * 30 + [2.0] * 30 + [3.0] * 30
    events = [report(store, Filters(repeats=name))[1]["events"] for name in ("first", "keep")]  # type: ignore[arg-type]
    assert events == [40 * 30, 40 * 30 * 3]


@pytest.mark.parametrize("config", ["sequential_rec", "top_k_rec", "rating_prediction"])
def test_rows_hold_what_is_kept_alone_and_pass_the_audit(config: str) -> None:
    options: dict[str, Any] = {
        "sources": "ml-32m",
        "data_dir": str(world.folder()),
        "k_core": 5,
        "min_rating": 2.5,
        "history": 3,
        "size": "all",
    }
    rows = world.everything(world.load(config, **options))
    plain = world.everything(world.load(config, **{**options, "k_core": None, "min_rating": None}))
    store = opened()
    kept = with_filters(store, Filters(k_core=5, min_rating=2.5)).selection
    assert kept is not None

    def lost(some: list[world.Row]) -> int:
        shown = [one for row in some for one in (*row["history"], *row["candidates"])]
        codes = [store.code("item", one["item_id"]) for one in shown]
        low = [one for one in shown if (one.get("rating") or 5) < 2.5]
        return sum(not kept.items[code] for code in codes) + len(low)

    assert rows and lost(rows) == 0
    assert lost(plain) > 0
    results = audit(open_data(config, options))
    assert [(one.name, one.faults) for one in results if one.faults] == []


def test_the_plan_and_the_provenance_show_what_was_removed(tmp_path: Path) -> None:
    from itdr.commands.plan import plan_of
    from itdr.publish import folder
    from itdr.spark.job import builders

    options: dict[str, Any] = {"sources": "ml-32m", "data_dir": str(world.folder()), "k_core": 5}
    steps = report(opened(), Filters(k_core=5))
    assert steps[0]["events"] > steps[-1]["events"]
    assert plan_of("sequential_rec", options)["filters"] == {"ml-32m": steps}
    folder.build(builders(["sequential_rec"], {**options, "size": 20}), tmp_path / "built")
    written = (tmp_path / "built" / "provenance.json").read_text("utf-8")
    import json

    found = json.loads(written)
    assert steps in [one["filters"].get("ml-32m") for one in _with_filters(found)]


def _with_filters(value: Any) -> list[dict[str, Any]]:
    """Every object below that has `filters`."""
    if isinstance(value, dict):
        own = [value] if "filters" in value else []
        return own + [one for inner in value.values() for one in _with_filters(inner)]
    return []


def test_what_does_not_settle_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling_filters, "MOST_ROUNDS", 1)
    store = opened(root=world.folder(seed=5))
    with pytest.raises(ItdrError, match="did not settle after 1 rounds"):
        with_filters(store, Filters(k_core=7, min_rating=4))


def test_options_are_checked() -> None:
    with pytest.raises(Exception, match="min_rating must be a number from 0 to 100"):
        world.load("sequential_rec", sources="ml-32m", min_rating="high")
    with pytest.raises(Exception, match="min_rating needs ratings, which mind lacks"):
        world.load("top_k_rec", sources="mind", min_rating=3, sample=True, data_dir=None)
    with pytest.raises(Exception, match="k_core has no meaning for interest_recognition"):
        world.load("interest_recognition", k_core=5)
