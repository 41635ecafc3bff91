"""Splits by place in a history and by time, and which of a user's cases is taken."""

from __future__ import annotations

import copy
import functools
import itertools
import math
import shutil
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from itdr.audit import audit
from itdr.audit.oracle import RawOracle
from itdr.audit.protocols import SplitPromise
from itdr.builders.core.errors import ConfigError
from itdr.builders.dataset import open_cells, registry
from itdr.builders.sampling import catalogue_counts as catalogue
from itdr.builders.sampling import repeats
from itdr.builders.sampling.catalogue_counts import catalogue_counts
from itdr.builders.sampling.cold_items import item_splits
from itdr.builders.sampling.cuts import parse, time_cuts
from itdr.builders.sampling.filters import Filters, with_filters
from itdr.builders.sampling.held_out import held_out
from itdr.builders.sampling.histories import histories
from itdr.builders.sampling.partition import Partition
from itdr.builders.sampling.popularity import train_stats
from itdr.builders.store import derived
from itdr.builders.store.prepare import prepare
from itdr.builders.store.reader import StoreReader
from itdr.builders.store.spec import StoreSpec
from itdr.scoring.data import open_data
from tests import world


def options(**own: Any) -> dict[str, Any]:
    base = {"sources": "ml-32m", "data_dir": str(world.folder()), "history": 4, "size": "all"}
    return {**base, **own}


@functools.cache
def wide() -> Path:
    """Films that are met by fewer of the users than those of `world.folder`: the most popular by 47%, not
    75%. What most users met can seldom be a negative. In `world.folder` the item prior therefore goes
    29% to 54% of the way from chance to 1 with five true items, over three draws of the films; here it
    goes 6% to 16%, over two, from as many rows an item."""
    root = Path(tempfile.mkdtemp(prefix="itdr-wide-"))
    world.write("ml-32m", root, users=300, items=300, slope=0.4)
    return root


def opened() -> StoreReader:
    source = registry.source("ml-32m")
    spec = StoreSpec(source, data_dir=world.folder())
    return StoreReader(source, prepare(spec, progress=False))


LEFT_OUT = {"split_by": "leave_one_out"}
BY_TIME = {"split_by": "time", "cuts": [0.5, 0.75]}
COLD = {"split_by": "cold_item"}
UNSAMPLED = {"candidates": 0, "k_core": 3, "size": 400}


def test_the_last_event_is_test_and_the_one_before_validation() -> None:
    rows = world.load("sequential_rec", **options(**LEFT_OUT))
    store, lines = opened(), histories(opened())
    assert min(len(one) for one in rows.values()) > 20
    for split, back in (("test", 1), ("validation", 2)):
        for row in rows[split]:
            user = store.code("user", row["user_id"])
            assert user is not None
            line = lines.of(user)
            assert row["relevant"] == [store.item(line.items[-back]).id]
            moment = line.times[-back]
            assert moment is not None
            assert all(one["timestamp"] < moment for one in row["history"])
    held: dict[str, set[str]] = {}
    for row in [*rows["validation"], *rows["test"]]:
        held.setdefault(row["user_id"], set()).update(row["relevant"])
    both = 0
    for row in rows["train"]:
        seen = {*row["relevant"], *(one["item_id"] for one in row["history"])}
        both += row["user_id"] in held
        assert not seen & held.get(row["user_id"], set())
    assert both > 20  # the same users are in all splits


def test_training_counts_leave_out_what_is_held() -> None:
    store = opened()
    everything, counted = (train_stats(store, 0, held=n) for n in (0, 3))
    assert everything.users.sum() < counted.users.sum()  # all users, not those of a split
    expected: dict[int, int] = {}
    for user in range(len(store.user_hash)):
        line = histories(store).of(user)
        end = line.works[-6:] if len(line) >= 6 else []
        for work in line.touched.tolist():
            if work not in end:
                expected[work] = expected.get(work, 0) + 1
    assert {int(work): int(counted.users[work]) for work in counted.works} == expected


@pytest.mark.parametrize(
    "own", [{}, {"repeats": "keep"}, {"repeats": "last", "k_core": 4}], ids=str
)
@pytest.mark.parametrize("held", [0, 1, 3])
def test_a_store_without_repeats_is_counted_as_one_that_may_have_some(
    held: int, own: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What need not be grouped is not; the counts are those of the plain way."""

    def counted() -> list[Any]:
        part = Partition(with_filters(opened(), Filters(**own)), 0, held=held)
        stats = part.train_stats
        held_out_of = held_out(part.store, held).to_pydict() if held else {}
        return [held_out_of, catalogue_counts(part).tolist(), stats.users.tolist()]

    assert repeats.meets_items_once(opened())
    found = counted()
    monkeypatch.setattr(derived, "count_code", lambda: "grouped")
    for module in (repeats, catalogue):
        monkeypatch.setattr(module, "meets_items_once", lambda store: False)
    assert found == counted()


@pytest.mark.parametrize(
    ("config", "own"),
    [
        *(("sequential_rec", own) for own in (LEFT_OUT, BY_TIME, COLD)),
        ("sequential_rec", {**LEFT_OUT, "k_core": 4, "repeats": "last"}),
        ("sequential_rec", {**BY_TIME, "target": "first"}),
        ("sequential_rec", {"target": "random"}),
        ("sequential_rec", {**BY_TIME, "validation": "last"}),
        ("sequential_rec", {**BY_TIME, **UNSAMPLED, "validation": "last", "target": "all"}),
        ("sequential_rec", {**BY_TIME, "validation": "users"}),
        ("sequential_rec", {**COLD, "k_core": 4, "candidates": 0, "min_history": 2}),
        # Several true items.
        *(("top_k_rec", own) for own in (LEFT_OUT, COLD)),
        ("top_k_rec", {**BY_TIME, **UNSAMPLED, "validation": "last", "target": "all"}),
        ("top_k_rec", {**BY_TIME, "validation": "users"}),
    ],
    ids=str,
)
def test_the_audit_finds_no_fault(config: str, own: dict[str, Any]) -> None:
    if config == "top_k_rec" and "cold_item" in own.values():
        own = {"candidates": 6, **own, "positives": 1}  # few made-up films are left for more
    if config == "top_k_rec" and "leave_one_out" in own.values():
        own = {"data_dir": str(wide()), **own}
    found = audit(open_data(config, options(**own)))
    faults = [one for one in found if one.faults]
    assert [(one.name, one.faults[:3]) for one in faults] == []
    by_name = {one.name: one for one in found}
    assert bool(by_name["split"].checked) == ("split_by" in own)


def test_the_audit_finds_uniform_negatives_among_wide_films() -> None:
    own = {**LEFT_OUT, "data_dir": str(wide()), "negatives": "uniform"}
    found = {one.name: one for one in audit(open_data("top_k_rec", options(**own)))}
    assert any("'item prior'" in what for _, what in found["giveaways"].faults)


def test_the_audit_finds_what_is_shown_too_early() -> None:
    data = open_data("sequential_rec", options(**LEFT_OUT))
    rows = {split: list(data.rows(split)) for split in ("train", "test")}
    late = rows["test"][0]
    early = next(row for row in rows["train"] if row["user_id"] == late["user_id"])
    leaky = copy.deepcopy(early)
    leaky["history"][-1] = {**leaky["history"][-1], "item_id": late["relevant"][0]}
    cell = data.cell_of(late)
    assert cell is not None
    for planted, faults in ((early, 0), (leaky, 1)):
        promise = SplitPromise()
        promise.see("test", late, RawOracle(cell))
        promise.see("train", planted, RawOracle(cell))
        assert len(promise.end().faults) == faults
    # Not the last event of the user.
    promise = SplitPromise()
    promise.see("test", {**late, "relevant": [early["relevant"][0]]}, RawOracle(cell))
    assert "went on" in promise.end().faults[0][1]


def test_the_audit_finds_a_history_beyond_the_cut() -> None:
    data = open_data("sequential_rec", options(split_by="time"))
    row = copy.deepcopy(next(iter(data.rows("train"))))
    cell = data.cell_of(row)
    assert cell is not None and cell.cuts is not None
    row["history"][-1]["timestamp"] = cell.cuts[0]
    promise = SplitPromise()
    promise.see("train", row, RawOracle(cell))
    assert "beyond the time of train" in promise.end().faults[0][1]


@pytest.mark.parametrize("candidates", [4, 0])
def test_what_test_asks_for_was_never_seen_in_training(candidates: int) -> None:
    rows = world.load("sequential_rec", **options(**COLD, candidates=candidates, min_history=2))
    assert min(len(one) for one in rows.values()) > 20
    shown: dict[str, set[str]] = {}
    asked: dict[str, set[str]] = {}
    for split, several in rows.items():
        for row in several:
            shown.setdefault(split, set()).update(one["item_id"] for one in row["history"])
            mine = {*row["relevant"], *(one["item_id"] for one in row["candidates"])}
            asked.setdefault(split, set()).update(mine)
    trained = shown["train"] | asked["train"]
    for split in ("validation", "test"):
        assert not asked[split] & trained
        assert not asked[split] & (shown["validation"] | shown["test"])
    assert not asked["validation"] & asked["test"]
    # Histories are of what training knows: all that is new is asked for.
    store = opened()
    splits = item_splits(store, 0)
    for several in rows.values():
        for row in several:
            codes = [store.code("item", one["item_id"]) for one in row["history"]]
            assert not splits[codes].any()


def test_validation_may_be_the_last_before_test_begins() -> None:
    rows = world.load("sequential_rec", **options(**BY_TIME, validation="last", target="all"))
    (cell,) = open_data("sequential_rec", options(**BY_TIME, validation="last")).cells.values()
    assert cell.cuts is not None and cell.cuts[0] == cell.cuts[1]
    cut, lines, stats = cell.cuts[1], histories(cell.store), cell.train_stats
    whole = train_stats(cell.store, 0, until=cut)
    held: dict[str, str] = {}
    expected = {int(work): int(whole.users[work]) for work in whole.works}
    for user in range(len(cell.store.user_hash)):
        line = lines.of(user)
        before = [k for k in range(len(line)) if (line.times[k] or 0) < cut]
        if before:
            expected[line.works[before[-1]]] -= 1
            held[cell.user_id(user)] = cell.store.item(line.items[before[-1]]).id
    counted = {work: int(stats.users[work]) for work in expected}
    assert counted == expected
    assert len(rows["validation"]) > 20 and len(rows["train"]) > 100
    for row in rows["validation"]:
        assert row["relevant"] == [held[row["user_id"]]]
    for row in rows["train"]:
        shown = {*row["relevant"], *(one["item_id"] for one in row["history"])}
        assert held[row["user_id"]] not in shown
        assert max(one["timestamp"] for one in row["history"]) < cut


def test_validation_may_be_of_other_users() -> None:
    rows = world.load("sequential_rec", **options(**BY_TIME, validation="users", target="all"))
    data = open_data("sequential_rec", options(**BY_TIME, validation="users"))
    (cell,) = data.cells.values()
    assert cell.cuts is not None
    cut = cell.cuts[1]
    users = {split: {row["user_id"] for row in several} for split, several in rows.items()}
    assert min(map(len, users.values())) > 4 and not users["train"] & users["validation"]
    assert users["test"] & users["train"] and users["test"] & users["validation"]
    for split in ("train", "validation"):
        assert all(one["timestamp"] < cut for row in rows[split] for one in row["history"])
    counts: dict[int, int] = {}
    for user in range(len(cell.store.user_hash)):
        events = cell.store.events(user)
        assert events.times is not None
        if not cell.partition.is_validation_user(user):
            for work in set(cell.store.work[events.items[events.times < cut]].tolist()):
                counts[work] = counts.get(work, 0) + 1
    stats = cell.train_stats
    assert {int(work): int(stats.users[work]) for work in stats.works} == counts
    # A user in both is found.
    early, late = copy.deepcopy(rows["train"][0]), rows["validation"][0]
    early["user_id"] = late["user_id"]
    promise = SplitPromise()
    promise.see("train", early, RawOracle(cell))
    promise.see("validation", late, RawOracle(cell))
    assert "has rows in train, too" in promise.end().faults[0][1]


def test_training_negatives_are_of_no_validation_event() -> None:
    for validation in ("last", "users"):
        (cell,) = open_data(
            "sequential_rec", options(**BY_TIME, validation=validation)
        ).cells.values()
        assert cell.cuts is not None
        cut, lines, held = cell.cuts[1], histories(cell.store), set()
        for user in range(len(cell.store.user_hash)):
            line = lines.of(user)
            before = [k for k in range(len(line)) if (line.times[k] or 0) < cut]
            if validation == "users" and cell.partition.is_validation_user(user):
                held |= {(user, line.works[k]) for k in before}
            elif validation == "last" and before:
                held.add((user, line.works[before[-1]]))
        met = []
        for part in range(3):
            drawer = cell.for_part(part).event_negatives
            assert drawer is not None and drawer._stats is cell.train_stats
            index = drawer._index
            met.append(set(zip(index.users.tolist(), index.works.tolist(), strict=True)))
        assert len(held) > 20 and not met[0] & held and met[0] == met[1] < met[2]


def test_training_rows_do_not_depend_on_validation_users(tmp_path: Path) -> None:
    own = options(**BY_TIME, validation="users", negatives="event", target="all")
    rows = world.load("sequential_rec", **own)
    (cell,) = open_data("sequential_rec", own).cells.values()
    assert cell.cuts is not None
    root = tmp_path / "raw"
    shutil.copytree(world.folder() / "ml-32m", root / "ml-32m")
    path = root / "ml-32m" / "ratings.csv"
    lines = [line.split(",") for line in path.read_text("utf-8").splitlines()]
    kept_apart = {}
    for user in range(len(cell.store.user_hash)):
        kept_apart[cell.user_id(user)] = cell.partition.is_validation_user(user)
    mine = [
        one
        for one in lines[1:]
        if len(one) == 4
        and one[3].isdigit()
        and kept_apart.get(one[0])
        and int(one[3]) < cell.cuts[1]
    ]
    # Each of them now met a film of another's at that moment, unless they know it.
    pairs = {(one[0], one[1]) for one in lines}
    for one, other in zip(mine, [line[1] for line in mine[::-1]], strict=True):
        if (one[0], other) not in pairs:
            pairs = pairs - {(one[0], one[1])} | {(one[0], other)}
            one[1] = other
    path.write_text("\n".join(",".join(one) for one in lines) + "\n", "utf-8")
    others = world.load("sequential_rec", **{**own, "data_dir": str(root)})
    assert len(mine) > 100 and len(rows["train"]) > 100
    assert others["validation"] != rows["validation"]
    assert others["train"] == rows["train"]


@pytest.mark.parametrize("own", [{"validation": "last"}, {"validation": "users"}], ids=str)
def test_the_catalogue_counts_validation_by_its_rule(own: dict[str, Any]) -> None:
    from itdr.builders.dataset.catalogue_table import batches

    data = open_data("sequential_rec", options(**BY_TIME, **own, candidates=0))
    (cell,) = data.cells.values()
    found = [one for batch in batches(cell) for one in batch.to_pylist()]
    assert sum(one["validation"] for one in found) > 0
    for one in found:
        code = cell.store.code("item", one["item_id"])
        assert one["train"] == cell.train_stats.users[code]


def test_works_of_one_title_are_in_one_split() -> None:
    store = opened()
    splits = item_splits(store, 0)
    by_title: dict[int, set[int]] = {}
    for title, split in zip(store.title_code.tolist(), splits.tolist(), strict=True):
        if title >= 0:
            by_title.setdefault(title, set()).add(split)
    assert all(len(one) == 1 for one in by_title.values())
    shares = [float((splits == part).mean()) for part in range(3)]
    assert 0.6 < shares[0] < 0.95 and min(shares) > 0
    assert item_splits(store, 1).tolist() != splits.tolist()


def test_counts_of_cold_items_are_of_their_split_alone() -> None:
    (cell,) = open_data("sequential_rec", options(**COLD)).cells.values()
    splits, whole = item_splits(cell.store, 0), train_stats(cell.store, None)
    for part in range(3):
        stats = cell.for_part(part).train_stats
        mine = splits == part
        assert stats.users[mine].tolist() == whole.users[mine].tolist()
        assert not stats.users[~mine].any()


def test_counts_of_cold_items_follow_the_length_of_titles(tmp_path: Path, caches: Path) -> None:
    """Works whose cut titles look the same change splits: what was counted of others does not count."""
    root, divided = tmp_path / "raw", []
    world.write("ml-32m", root, users=80, items=120, dirt=False)
    movies = root / "ml-32m" / "movies.csv"
    header, *films = movies.read_text("utf-8").splitlines()
    ids = [line.partition(",")[0] for line in films]
    long = [
        f"{name},Beginning {k // 4:02} - film by number {k} (1999),Drama"
        for k, name in enumerate(ids)
    ]
    movies.write_text("\n".join([header, *long, ""]), "utf-8")
    for chars in (120, 20):
        own = {**COLD, "title_chars": chars, "candidates": 0, "data_dir": str(root)}
        (cell,) = open_data("sequential_rec", options(**own)).cells.values()
        divided.append(item_splits(cell.store, 0).tolist())
        splits, whole = item_splits(cell.store, 0), train_stats(cell.store, None)
        met = {split: catalogue_counts(cell.partition)[:, split] for split in range(3)}
        for part in range(3):
            mine = splits == part
            users = np.where(mine, whole.users, 0).tolist()
            assert cell.for_part(part).train_stats.users.tolist() == users
            assert not met[part][~mine].any()
    assert divided[0] != divided[1]


def test_the_audit_finds_what_training_knew() -> None:
    data = open_data("sequential_rec", options(**COLD))
    early, late = next(iter(data.rows("train"))), next(iter(data.rows("test")))
    cell = data.cell_of(late)
    assert cell is not None
    leaky = copy.deepcopy(early)
    leaky["history"][0] = {**leaky["history"][0], "item_id": late["relevant"][0]}
    for planted, faults in ((early, 0), (leaky, 1)):
        promise = SplitPromise()
        promise.see("train", planted, RawOracle(cell))
        promise.see("test", late, RawOracle(cell))
        assert len(promise.end().faults) == faults


def test_cuts_are_quantiles_or_dates() -> None:
    store = opened()
    times = sorted(
        time
        for user in range(len(store.user_hash))
        for time in store.events(user).times.tolist()  # type: ignore[union-attr]
    )
    for shares in ((0.5, 0.75), (0.07, 0.29), (1e-6, 0.999_999)):
        ranks = [math.ceil(Fraction(str(one)) * len(times)) for one in shares]
        assert time_cuts(store, shares) == tuple(times[rank - 1] for rank in ranks)
    assert parse(["2015-01-01", "2016-01-01"]) == (1_420_070_400, 1_451_606_400)
    assert parse(["0.5", "0.75"]) == parse([0.5, 0.75]) == (0.5, 0.75)
    assert time_cuts(store, (1_420_070_400, 1_451_606_400)) == (1_420_070_400, 1_451_606_400)
    for wrong in ([0.9, 0.8], [0.8], ["2016-01-01", "soon"], [0.8, "2016-01-01"], 0.8, [0, 1]):
        with pytest.raises(ConfigError, match="cuts must be two quantiles"):
            parse(wrong)  # type: ignore[arg-type]


def test_cuts_computed_elsewhere_are_those_of_their_own_validation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A process that draws for several jobs keeps the cuts of each, whichever came first."""
    cells = []
    for validation in ("last", "time", "users"):
        (cell,) = open_data(
            "sequential_rec", options(**BY_TIME, validation=validation)
        ).cells.values()
        cells.append((cell.cell, cell.store.path, cell.cuts))
    assert len({cuts for _, _, cuts in cells}) == 2
    for order in itertools.permutations(cells):
        monkeypatch.setattr(open_cells, "_stores", {})
        for cell, path, cuts in order:
            assert cuts is not None
            open_cells.share_cuts(cell, path, cuts)
            assert open_cells.open_cell(cell, (path,)).cuts == cuts


def test_the_target_is_the_first_the_last_or_any() -> None:
    found = {}
    for target in ("first", "last", "random"):
        rows = world.load(
            "sequential_rec", **options(split_by="time", cuts=[0.5, 0.75], target=target)
        )
        found[target] = {row["user_id"]: row["history"][-1]["timestamp"] for row in rows["test"]}
    everything = world.load(
        "sequential_rec", **options(split_by="time", cuts=[0.5, 0.75], target="all")
    )
    common = set.intersection(*(set(one) for one in found.values()))
    several = [user for user in common if found["first"][user] < found["last"][user]]
    assert len(several) > 10
    assert all(found["first"][user] <= found["last"][user] for user in common)
    between = {found["random"][user] for user in several}
    ends = [{found[end][user] for user in several} for end in ("first", "last")]
    assert between not in ends
    assert len(everything["test"]) > len(found["last"])


@pytest.mark.parametrize(
    ("config", "own", "said"),
    [
        ("rating_prediction", LEFT_OUT, "split_by='leave_one_out' has no meaning for rating_pred"),
        ("sequential_rec", {"cuts": [0.8, 0.9]}, "cuts has a meaning with split_by='time' alone"),
        ("interest_recognition", LEFT_OUT, "a profile is not dated"),
        (
            "top_k_rec",
            {"validation": "last"},
            "validation='last' has a meaning with split_by='time'",
        ),
        (
            "rating_prediction",
            {"split_by": "time", "validation": "users"},
            "validation='users' has no meaning for rating_prediction",
        ),
        ("cross_domain_rec", COLD, "split_by='cold_item' has no meaning for cross_domain_rec"),
    ],
)
def test_what_has_no_meaning_is_refused(config: str, own: dict[str, Any], said: str) -> None:
    with pytest.raises(Exception, match=said):
        world.load(config, data_dir=str(world.folder()), **own)
