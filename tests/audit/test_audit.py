"""An audit passes clean rows, and finds each fault that is planted in them."""

from __future__ import annotations

import copy
import csv
import functools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from itdr import audit
from itdr.builders.errors import ItdrError
from itdr.commands import audit as audit_command
from itdr.scoring import data
from tests import world

Row = dict[str, Any]
Rows = dict[str, list[Row]]
SOURCES = {
    "top_k_rec": "ml-32m",
    "sequential_rec": "ml-32m",
    "rating_prediction": "ml-32m",
    "user_attribute_prediction": "ml-1m",
}


class Planted(data.Data):
    """The cells of a config, with rows of one's own."""

    planted: Rows

    @property
    def splits(self) -> tuple[str, ...]:
        return tuple(self.planted)

    def rows(self, split: str) -> Iterator[Row]:
        yield from self.planted[split]


def knobs(config: str, **more: Any) -> dict[str, Any]:
    base = {"sources": [SOURCES[config]], "data_dir": str(world.folder(dirt=False))}
    return {**base, **more}


@functools.cache
def clean(config: str, **more: Any) -> Rows:
    opened = data.open_data(config, knobs(config, **more))
    return {split: list(opened.rows(split)) for split in opened.splits}


def audited(config: str, rows: Rows, raw: bool = True, **more: Any) -> dict[str, audit.Result]:
    planted = Planted(config, knobs(config, **more), [config])
    planted.planted = rows
    return {one.name: one for one in audit.audit(planted, raw=raw)}


def faulty(results: dict[str, audit.Result]) -> dict[str, set[str]]:
    """Check -> ids of the rows that fail it."""
    return {name: {row for row, _ in one.faults} for name, one in results.items() if one.faults}


@pytest.mark.parametrize("config", SOURCES)
def test_clean_rows_pass_every_check(config: str) -> None:
    results = audited(config, clean(config))
    assert faulty(results) == {}
    assert all(
        results[name].checked for name in ("ids", "texts", "part", "true items", "drawn anew")
    )
    if clean(config)["train"][0]["candidates"]:
        assert all(results[name].checked for name in ("negatives", "known", "order", "giveaways"))
        assert "most popular" in results["giveaways"].notes[0]


@pytest.mark.parametrize("config", ["top_k_rec", "rating_prediction"])
def test_clean_rows_split_by_time_pass(config: str) -> None:
    rows = clean(config, split_by="time")
    found = faulty(audited(config, rows, split_by="time"))
    assert found == {}


# -- planted faults -------------------------------------------------------------------------------


@functools.cache
def raw_events() -> dict[str, dict[str, int]]:
    """user -> item -> time, from the raw file."""
    path = world.folder(dirt=False) / "ml-32m" / "ratings.csv"
    found: dict[str, dict[str, int]] = {}
    with open(path, newline="", encoding="utf-8") as file:
        for user, item, _, time in list(csv.reader(file))[1:]:
            found.setdefault(user, {})[item] = int(time)
    return found


@functools.cache
def titles() -> dict[str, str]:
    path = world.folder(dirt=False) / "ml-32m" / "movies.csv"
    with open(path, newline="", encoding="utf-8") as file:
        return {item: title for item, title, _ in list(csv.reader(file))[1:]}


def negative(row: Row) -> Row:
    return next(one for one in row["candidates"] if one["item_id"] not in row["relevant"])


def same_id(rows: Rows) -> str:
    rows["test"].append(copy.deepcopy(rows["train"][0]))
    return rows["train"][0]["id"]


def user_in_two_splits(rows: Rows) -> str:
    row = copy.deepcopy(rows["train"][0])
    row["id"] += "/again"
    rows["test"].append(row)
    return row["id"]


def moved_row(rows: Rows) -> str:
    row = rows["train"].pop()
    rows["test"].append(row)
    return row["id"]


def empty_answer(rows: Rows) -> str:
    rows["train"][1]["output"] = "  "
    return rows["train"][1]["id"]


def empty_question(rows: Rows) -> str:
    rows["train"][1]["input"] = ""
    return rows["train"][1]["id"]


def overlong_question(rows: Rows) -> str:
    rows["train"][1]["input"] += " more" * 10_000
    return rows["train"][1]["id"]


def untitled(rows: Rows) -> str:
    rows["train"][1]["candidates"][0]["title"] = ""
    return rows["train"][1]["id"]


def true_item_missing(rows: Rows) -> str:
    row = rows["train"][2]
    row["candidates"] = [one for one in row["candidates"] if one["item_id"] != row["relevant"][0]]
    return row["id"]


def candidate_twice(rows: Rows) -> str:
    row = rows["train"][2]
    row["candidates"].append(dict(negative(row)))
    return row["id"]


def title_in_history(rows: Rows) -> str:
    row = rows["train"][2]
    row["history"][0]["title"] = negative(row)["title"].upper()
    return row["id"]


def answer_of_another(rows: Rows) -> str:
    rows["train"][3]["output"] = rows["train"][4]["output"]
    return rows["train"][3]["id"]


def touched_negative(rows: Rows) -> str:
    row = rows["train"][3]
    shown = {one["item_id"] for name in ("history", "candidates") for one in row[name]}
    item = next(item for item in raw_events()[row["user_id"]] if item not in shown)
    negative(row).update(item_id=item, title=titles()[item])
    return row["id"]


def untouched_truth(rows: Rows) -> str:
    row = rows["train"][3]
    false = negative(row)
    row["relevant"][0] = false["item_id"]
    return row["id"]


def late_negative(rows: Rows) -> str:
    """A work that somebody touched for the first time only when the true items had come."""
    first: dict[str, int] = {}
    for items in raw_events().values():
        for item, time in items.items():
            first[item] = min(time, first.get(item, time))
    for row in rows["train"]:
        mine = raw_events()[row["user_id"]]
        start = min(mine[item] for item in row["relevant"])
        for item, time in first.items():
            if time > start and item not in mine and item in titles():
                negative(row).update(item_id=item, title=titles()[item])
                return row["id"]
    raise AssertionError("the raw file holds no such work")


def never_in_training(rows: Rows) -> str:
    row = rows["train"][5]
    negative(row).update(item_id="no such item", title="No Such Item (1999)")
    return row["id"]


def history_from_the_future(rows: Rows) -> str:
    for row in rows["train"]:
        mine = raw_events()[row["user_id"]]
        start = min(mine[item] for item in row["relevant"])
        shown = {one["item_id"] for name in ("history", "candidates") for one in row[name]}
        later = [item for item, time in mine.items() if time >= start and item not in shown]
        if later:
            row["history"][-1].update(item_id=later[0], title=titles()[later[0]])
            return row["id"]
    raise AssertionError("no user has a later event")


def strange_history(rows: Rows) -> str:
    row = rows["train"][6]
    mine = raw_events()[row["user_id"]]
    item = next(item for item in titles() if item not in mine)
    row["history"][0].update(item_id=item, title=titles()[item])
    return row["id"]


def duplicate(rows: Rows) -> str:
    row = copy.deepcopy(rows["train"][0])
    row["id"] += "/again"
    rows["train"].append(row)
    return row["id"]


def near_duplicate(rows: Rows) -> str:
    row = copy.deepcopy(rows["train"][0])
    row["id"] += "/again"
    row["user_id"] = rows["validation"][0]["user_id"]
    # One of 16 items is another: of 15 + 2 in all, 15 are shared is 0.88; so of 20 and more only.
    row["history"] = row["history"][1:]
    rows["validation"].append(row)
    return row["id"]


FAULTS: list[tuple[str, Callable[[Rows], str]]] = [
    ("ids", same_id),
    ("one split", user_in_two_splits),
    ("part", moved_row),
    ("texts", empty_answer),
    ("texts", empty_question),
    ("texts", overlong_question),
    ("texts", untitled),
    ("candidates", true_item_missing),
    ("candidates", candidate_twice),
    ("candidates", title_in_history),
    ("answers", answer_of_another),
    ("negatives", touched_negative),
    ("true items", untouched_truth),
    ("true items", strange_history),
    ("known", never_in_training),
    ("known", late_negative),
    ("order", history_from_the_future),
    ("duplicates", duplicate),
    ("duplicates", near_duplicate),
    ("drawn anew", strange_history),
]


@pytest.mark.parametrize(("check", "plant"), FAULTS, ids=lambda one: getattr(one, "__name__", one))
@pytest.mark.parametrize("config", ["top_k_rec", "sequential_rec"])
def test_a_planted_fault_is_found(check: str, plant: Callable[[Rows], str], config: str) -> None:
    rows = copy.deepcopy(clean(config))
    row_id = plant(rows)
    found = faulty(audited(config, rows))
    assert row_id in found.get(check, set()), found


def test_only_the_rows_at_fault_are_named() -> None:
    rows = copy.deepcopy(clean("top_k_rec"))
    row_id = touched_negative(rows)
    assert faulty(audited("top_k_rec", rows))["negatives"] == {row_id}


def test_false_ratings_and_attributes_are_found() -> None:
    rows = copy.deepcopy(clean("rating_prediction"))
    one = rows["train"][0]
    one["rating"] = 0.5 if one["rating"] > 2 else 5.0
    found = faulty(audited("rating_prediction", rows))
    assert one["id"] in found["true items"] & found["answers"] & found["drawn anew"]
    rows = copy.deepcopy(clean("user_attribute_prediction"))
    one = rows["train"][0]
    gender = next(a for a in one["attributes"] if a["name"] == "gender")
    gender["value"] = "female" if gender["value"] == "male" else "male"
    found = faulty(audited("user_attribute_prediction", rows))
    assert one["id"] in found["true items"] & found["answers"]


def test_a_true_item_of_another_time_is_found() -> None:
    rows = copy.deepcopy(clean("top_k_rec", split_by="time"))
    row = rows["train"].pop()
    rows["test"].append(row)
    assert faulty(audited("top_k_rec", rows, split_by="time"))["part"] >= {row["id"]}


def test_a_rejected_answer_that_is_right_is_found() -> None:
    rows = copy.deepcopy(clean("sequential_rec", format="preference"))
    assert faulty(audited("sequential_rec", rows, format="preference")) == {}
    row = rows["train"][0]
    row["rejected"] = row["chosen"]
    found = faulty(audited("sequential_rec", rows, format="preference"))
    assert found["answers"] == {row["id"]}


# -- giveaways ------------------------------------------------------------------------------------


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
        facts = [{fact: value if one["item_id"] == "0" else 1.0} for one in row["candidates"]]
        planted.see("train", row, facts)
    names = {what.partition(" alone")[0] for _, what in planted.end().faults}
    assert names == {repr(rule)}


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
    from itdr.audit.events import Raw

    config, made = "target_user_identification", {"sample": True, "sources": ["steam"]}
    opened = data.open_data(config, made)
    planted = Planted(config, made, [config])
    planted.planted = {split: list(opened.rows(split)) for split in opened.splits}
    before = {one.name: one for one in audit.audit(planted)}["comments"]
    assert before.checked and not before.faults
    row_id = plant_comment(planted.planted, lambda row: Raw(opened.cell_of(row)))  # type: ignore[arg-type]
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


# -- the command ----------------------------------------------------------------------------------


def run(*args: str) -> Any:
    app = typer.Typer()
    app.command()(audit_command.run)
    return CliRunner().invoke(app, list(args))


def build(home: Path, rows: Rows, config: str = "top_k_rec") -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    (home / config).mkdir(parents=True)
    for split, several in rows.items():
        pq.write_table(
            pa.Table.from_pylist(several), home / config / f"{split}-00000-of-00001.parquet"
        )
    entry = {config: {"knobs": {"sources": [SOURCES[config]], "seed": 0}}}
    (home / "provenance.json").write_text(json.dumps(entry), "utf-8")


def test_exit_codes_and_ids_of_the_command(tmp_path: Path) -> None:
    rows = copy.deepcopy(clean("top_k_rec"))
    build(tmp_path / "clean", rows)
    row_id = touched_negative(rows)
    build(tmp_path / "faulty", rows)
    place = ["--data-dir", str(world.folder(dirt=False))]
    good = run(str(tmp_path / "clean"), *place)
    assert good.exit_code == 0 and "No fault." in good.stdout, good.output
    bad = run(str(tmp_path / "faulty"), *place)
    assert bad.exit_code == 1 and row_id in bad.stdout
    listed = json.loads(run(str(tmp_path / "faulty" / "top_k_rec"), *place, "--json").stdout)
    faults = {one["check"]: [fault["id"] for fault in one["faults"]] for one in listed}
    assert faults["negatives"] == [row_id]


def test_rows_alone_can_be_audited(tmp_path: Path) -> None:
    rows = copy.deepcopy(clean("top_k_rec"))
    build(tmp_path / "clean", rows)
    (tmp_path / "clean" / "provenance.json").unlink()
    shown = run(str(tmp_path / "clean"), "--rows-only")
    assert shown.exit_code == 0 and "unproven" in shown.stdout
    refused = run(str(tmp_path / "clean"))
    assert isinstance(refused.exception, ItdrError) and "provenance.json" in str(refused.exception)


def test_rows_in_memory_can_be_audited() -> None:
    results = {one.name: one for one in audit.audit_rows(clean("top_k_rec"))}
    assert faulty(results) == {} and results["raw data"].skipped
