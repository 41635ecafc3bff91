"""Ids and counts are held to the plan: rows dropped, added, moved, shuffled; templates to their split."""

from __future__ import annotations

import copy
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from itdr import audit
from itdr.audit.planned import Planned
from tests.audit.planting import Rows, audited, clean, faulty

CONFIG = "sequential_rec"


def plan_faults(rows: Rows) -> dict[str, set[str]]:
    return faulty(audited(CONFIG, rows))


def test_half_of_the_test_rows_dropped() -> None:
    rows = copy.deepcopy(clean(CONFIG))
    dropped = rows["test"][::2]
    rows["test"] = rows["test"][1::2]
    results = audited(CONFIG, rows)
    assert faulty(results) == {"plan": {row["id"] for row in dropped}}
    assert results["plan"].notes == [f"test lacks {len(dropped)} rows of its plan"]


def test_a_split_that_is_empty() -> None:
    rows = copy.deepcopy(clean(CONFIG)) | {"validation": []}
    found = plan_faults(rows)
    assert found == {"plan": {row["id"] for row in clean(CONFIG)["validation"]}}


def test_rows_in_another_order() -> None:
    train = clean(CONFIG)["train"]
    n = len(train)
    orders = {
        "reversed": (train[::-1], 1),
        "halves": (train[1::2] + train[::2], n // 2),
        "neighbors": ([*train[:6], train[7], train[6], *train[8:]], 7),
        "the first at the end": ([*train[1:], train[0]], n - 1),
        "the last at the beginning": ([train[-1], *train[:-1]], 0),
        "ends changed over": ([train[-1], *train[1:-1], train[0]], 0),
    }
    for name, (rows, place) in orders.items():
        results = audited(CONFIG, {**clean(CONFIG), "train": rows})
        (fault,) = results["plan"].faults
        assert fault[1].startswith("train has its rows in another order than its plan"), name
        assert fault[0] == rows[place]["id"], name
        assert faulty(results).keys() == {"plan"}, name
    everything = {split: several[::-1] for split, several in clean(CONFIG).items()}
    assert len(audited(CONFIG, everything)["plan"].faults) == 3


def test_what_is_missing_or_added_puts_no_other_row_out_of_order() -> None:
    plan = [("train", {"id": str(k)}) for k in range(200)]
    check = Planned(plan)
    for split, row in [
        ("train", {"id": "new"}),
        *plan[3:90],
        *plan[91:],
        ("train", {"id": "newer"}),
    ]:
        check.see(split, row)
    faults = dict(check.end()[0].faults)
    assert faults.keys() == {"new", "newer", "0", "1", "2", "90"}
    assert not any("order" in what for what in faults.values())


def test_what_is_missing_takes_no_memory_of_what_follows() -> None:
    n = 20_000
    check = Planned(("train", {"id": f"a user with a long name/train/{k}"}) for k in range(n))
    tracemalloc.start()
    for k in range(1, n):
        check.see("train", {"id": f"a user with a long name/train/{k}"})
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 40 * n  # two whole numbers a row, in arrays that grow ahead of need
    (fault,) = check.end()[0].faults
    assert fault[0].endswith("/0")


def test_a_row_out_of_order_is_found_among_missing_and_added_ones() -> None:
    rng = np.random.default_rng(4)
    for _ in range(300):
        n = int(rng.integers(3, 12))
        plan = [("train", {"id": str(k)}) for k in range(n)]
        kept = [row for row in plan if rng.random() < 0.8]
        if rng.random() < 0.7:
            kept = [kept[k] for k in rng.permutation(len(kept))]
        built = list(kept)
        for k in range(int(rng.integers(0, 3))):
            built.insert(int(rng.integers(0, len(built) + 1)), ("train", {"id": f"new {k}"}))
        check = Planned(plan)
        for split, row in built:
            check.see(split, row)
        found = [row_id for row_id, what in check.end()[0].faults if "order" in what]
        numbers = [int(row["id"]) for _, row in kept]
        assert bool(found) == (numbers != sorted(numbers)), (numbers, built)


def test_a_row_added() -> None:
    rows = copy.deepcopy(clean(CONFIG))
    row = copy.deepcopy(rows["train"][0])
    row["id"] += "9"
    rows["train"].insert(3, row)
    assert row["id"] in plan_faults(rows)["plan"]


def test_a_row_moved() -> None:
    rows = copy.deepcopy(clean(CONFIG))
    row = rows["train"].pop(4)
    rows["test"].append(row)
    results = audited(CONFIG, rows)
    assert (row["id"], "stands in test; the plan has it in train") in results["plan"].faults


def test_all_columns_that_differ_are_named() -> None:
    rows = copy.deepcopy(clean(CONFIG))
    row = rows["train"][0]
    row["output"], row["row_hash"] = "Another", "0" * 16
    (fault,) = audited(CONFIG, rows)["drawn anew"].faults
    assert fault == (row["id"], "the raw data give other values of: row_hash, output")


def test_floats_of_single_precision_are_equal() -> None:
    planned = {"id": "1", "rating": 8.33, "history": [{"rating": 7.1}]}
    read = {
        "id": "1",
        "rating": float(np.float32(8.33)),
        "history": [{"rating": float(np.float32(7.1))}],
    }
    check = Planned([("train", planned)])
    check.see("train", read)
    assert [one.faults for one in check.end()] == [[], []]


def test_what_waits_is_a_hash_a_column() -> None:
    rows = [("train", {"id": str(k), "input": "x" * 10_000}) for k in range(100)]
    check = Planned(rows)
    for split, row in reversed(rows[50:]):
        check.see(split, row)
    waiting = [one for several in check._planned.values() for one in several]
    assert waiting and all(len(one.hashes) == 16 for one in waiting)


def test_an_unseen_template_in_train() -> None:
    unseen = clean(CONFIG, templates="unseen")
    assert faulty(audited(CONFIG, unseen, templates="unseen")) == {}
    rows = {**unseen, "train": unseen["test"], "test": unseen["train"]}
    found = faulty(audited(CONFIG, rows, raw=False))["wording"]
    assert found == {row["id"] for row in unseen["test"]}


def test_a_user_folder_whose_prompt_tells_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such a template is refused; rows that one made elsewhere are found by what they show."""
    from itdr.builders.rendering import template_files

    (tmp_path / "top_k_rec.yaml").write_text(
        "task: top_k_rec\nreplace: false\nprompts:\n  - id: mine\n    text: |-\n"
        "      {{ history_lines }}\n\n      {{ candidates_lines }}\n\n      {{ answer }}\n",
        "utf-8",
    )
    monkeypatch.setattr(template_files, "ANSWER", "no such name")
    options = {"templates": [str(tmp_path), "top_k_rec/mine"]}
    key = {"templates": str(tmp_path)}
    from itdr.scoring import data
    from tests.audit.planting import Planted
    from tests.audit.planting import options as base

    opened = data.open_data("top_k_rec", {**base("top_k_rec"), **options})
    rows = {split: list(opened.rows(split)) for split in opened.splits}
    planted = Planted("top_k_rec", {**base("top_k_rec"), **options}, ["top_k_rec"])
    planted.planted = rows
    found = faulty({one.name: one for one in audit.audit(planted, raw=False)})
    shown = {row["id"] for several in rows.values() for row in several}
    assert found["wording"] == shown, key
