"""An audit finds what tells true items from false ones, and comments that come from elsewhere."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itdr import audit
from itdr.scoring import data
from tests.audit.planting import Planted, Row, Rows, audited, clean, faulty


def test_a_fixed_place_is_a_giveaway() -> None:
    rows = copy.deepcopy(clean("sequential_rec"))
    for split in rows.values():
        for row in split:
            row["candidates"].sort(key=lambda one, row=row: one["item_id"] not in row["relevant"])
    result = audited("sequential_rec", rows, raw=False)["giveaways"]
    assert {what.partition(" alone")[0] for _, what in result.faults} == {"'place 1'"}
    assert {row for row, _ in result.faults} == {
        row["id"] for all_ in rows.values() for row in all_
    }


def test_titles_of_the_history_among_the_false_ones_are_a_giveaway() -> None:
    rows = copy.deepcopy(clean("sequential_rec"))
    for split in rows.values():
        for row in split:
            false = [one for one in row["candidates"] if one["item_id"] not in row["relevant"]]
            for one, past in zip(false, row["history"], strict=False):
                one["title"] = past["title"]
    result = audited("sequential_rec", rows, raw=False)["giveaways"]
    assert "'not in the history'" in {what.partition(" alone")[0] for _, what in result.faults}


@pytest.mark.parametrize(
    ("fact", "value", "rule"),
    [
        ("popularity", 9.0, "most popular"),
        ("popularity", 0.0, "least popular"),
        ("first seen", 9.0, "first seen last"),
        ("first seen", 0.0, "first seen first"),
        ("seen", 0.0, "never seen in training"),
        ("seen", 9.0, "seen in training"),
        ("year", 9.0, "newest"),
        ("year", 0.0, "oldest"),
        ("year gap", 0.0, "year nearest to the last"),
        ("category", 9.0, "category present"),
        ("category", 0.0, "category missing"),
    ],
)
def test_facts_that_mark_the_true_item_are_giveaways(fact: str, value: float, rule: str) -> None:
    planted = audit.Giveaways()
    for k in range(300):
        row = {
            "id": str(k),
            "task": "sequential_rec",
            "source": "x",
            "history": [],
            "relevant": ["0"],
            "candidates": [
                {"item_id": str((j + k) % 5), "title": "T" * (1 + (7 * j + 3 * k) % 11)}
                for j in range(5)
            ],
        }
        facts = {fact: [value if one["item_id"] == "0" else 1.0 for one in row["candidates"]]}
        planted.see("train", row, facts)
    names = {what.partition(" alone")[0] for _, what in planted.end().faults}
    # Item 0 is the answer of every row, which is a giveaway of its own.
    assert names == {repr(rule), "'item prior'"}


@pytest.mark.real
def test_uniform_negatives_are_found_out_on_real_files(raw: Path) -> None:
    for policy, wrong in (("uniform", True), ("popularity", False)):
        opened = data.open_data(
            "sequential_rec",
            {"sources": ["ml-32m"], "data_dir": str(raw), "negatives": policy},
        )
        results = {one.name: one for one in audit.audit(opened)}
        told = {what.partition(" alone")[0] for _, what in results["giveaways"].faults}
        assert ("'most popular'" in told) is wrong
        assert set(faulty(results)) <= {"giveaways"}


# -- comments -------------------------------------------------------------------------------------


def test_a_comment_of_another_part_is_found() -> None:
    from itdr.audit.oracle import RawOracle

    config, made = "target_user_identification", {"sample": True, "sources": ["steam"]}
    opened = data.open_data(config, made)
    planted = Planted(config, made, [config])
    planted.planted = {split: list(opened.rows(split)) for split in opened.splits}
    before = {one.name: one for one in audit.audit(planted)}["comments"]
    assert before.checked and not before.faults
    row_id = plant_comment(planted.planted, lambda row: RawOracle(opened.cell_of(row)))  # type: ignore[arg-type]
    after = {one.name: one for one in audit.audit(planted)}["comments"]
    assert {row for row, _ in after.faults} == {row_id}


def plant_comment(rows: Rows, raw_of: Callable[[Row], Any]) -> str:
    """Show a comment of another part that nobody of the row's own part gave."""
    for split, several in rows.items():
        for row in several:
            raw = raw_of(row)
            work = int(raw.store.work[raw.code("item", row["item_id"])])
            said = [
                (raw.split_of("user", user), text) for _, user, text in raw.comments({work: None})
            ]
            own = [text for part, text in said if part == split]
            for part, text in said:
                new = all(text[:20] != one[:20] for one in own) and text not in row["input"]
                if part != split and new and len(text) >= 25:
                    row["input"] += f"\n- {text}"
                    return row["id"]
    raise AssertionError("no item has a comment from another part")
