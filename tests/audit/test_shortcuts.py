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
    assert [cell for cell, _ in result.faults] == ["sequential_rec/ml-32m"]
    assert f"in 100% of {sum(map(len, rows.values()))} rows" in result.faults[0][1]


def test_a_place_that_gives_away_the_test_split_alone_is_found() -> None:
    planted = audit.Giveaways()
    for split, n in (("train", 400), ("test", 30)):
        for k in range(n):
            true = 0 if split == "test" else k % 5
            planted.see(split, plain_row(f"{split}{k}", true))
    (fault,) = planted.end().faults
    assert fault[0] == "sequential_rec/x, test" and fault[1].startswith("'place 1' alone")


def plain_row(name: str, true: int, beside: str = "", **more: Any) -> Row:
    """A row of five candidates with titles of their own, listed in the question."""
    titles = [f"Title {name} {'abcde'[k]}" for k in range(5)]
    lines = [f"- {title}{beside if k == true else ''}" for k, title in enumerate(titles)]
    return {
        "id": name,
        "task": "sequential_rec",
        "source": "x",
        "history": [],
        "relevant": [f"{name} {true}"],
        "candidates": [
            {"item_id": f"{name} {k}", "title": title} for k, title in enumerate(titles)
        ],
        "instruction": "",
        "input": "Choose:\n" + "\n".join(lines) + "\nWhich?",
        "output": titles[true],
        **more,
    }


@pytest.mark.parametrize(
    ("beside", "mark"),
    [(" ", "a blank"), ("\u200b", "U+200B"), (" [Drama, Awaited]", "'awaited'"), ("", "")],
)
def test_a_mark_of_the_true_item_is_a_giveaway(beside: str, mark: str) -> None:
    planted = audit.Giveaways()
    for k in range(60):
        row = plain_row(str(k), k % 5, beside)
        # A genre that others have, too.
        other = row["candidates"][(k + 1) % 5]["title"]
        row["input"] = row["input"].replace(f"{other}\n", f"{other} [Drama]\n")
        planted.see("train", row)
    told = [what for _, what in planted.end().faults]
    assert any(mark in what for what in told) if mark else not told


@pytest.mark.parametrize(("no_in", "found"), [(2, False), (50, True)])
def test_answers_that_are_always_yes_are_a_giveaway(no_in: int, found: bool) -> None:
    planted = audit.Giveaways()
    for k in range(100):
        answer = "Yes" if k % no_in else "No"
        row = {"id": str(k), "task": "pointwise_rec", "source": "x", "candidates": []}
        planted.see("train", {**row, "instruction": "", "input": "Would they?", "output": answer})
    faults = planted.end().faults
    assert bool(faults) is found and all("always answering 'Yes'" in what for _, what in faults)


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
        ("town", 9.0, "town most frequent in the history"),
        ("town", 0.0, "town least frequent in the history"),
        ("letters", 0.0, "nearest in the alphabet"),
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
