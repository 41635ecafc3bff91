"""The numbers of a built folder, against the same counted plainly from its rows."""

from __future__ import annotations

import copy
import json
import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from itdr.builders.core.errors import ConfigError
from itdr.builders.dataset import formats, registry
from itdr.builders.store import engine
from itdr.commands import stats as command
from itdr.publish import files, folder
from itdr.publish.report import numbers, text
from tests.publish.building import SMALL, builder, everything, run


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    """Every row of the large folder once, with its split."""
    found = []
    for task in registry.task_ids():
        for path in sorted((everything() / task).glob("*.parquet")):
            split = path.name.partition("-")[0]
            found += [{"split": split, **row} for row in pq.read_table(path).to_pylist()]
    return found


@pytest.fixture(scope="module")
def counted() -> dict[str, Any]:
    return numbers.collect(everything())


def test_cells_are_counted_once_though_root_tasks_hold_them_too(
    rows: list[dict[str, Any]], counted: dict[str, Any]
) -> None:
    expected = Counter((row["task"], row["source"], row["split"]) for row in rows)
    for one in counted["cells"]:
        for split in ("train", "validation", "test"):
            assert one[split] == expected[one["task"], one["source"], split]
        assert one["paper"] == registry.cells(one["task"])[one["task"], one["source"]]
    assert sum(one["all"] for one in counted["cells"]) == len(rows)


def test_a_root_task_alone_is_counted_as_its_subtasks(tmp_path: Path) -> None:
    folder.build([builder("user_item_interaction")], tmp_path / "root")
    names = ("rating_prediction", "top_k_rec", "sequential_rec")
    folder.build([builder(name) for name in names], tmp_path / "tasks")
    root, tasks = (numbers.collect(tmp_path / name) for name in ("root", "tasks"))
    assert {**root, "configs": 0} == {**tasks, "configs": 0}
    assert numbers.examples(tmp_path / "root") == numbers.examples(tmp_path / "tasks")


def damage(path: Path) -> None:
    path.write_bytes(b"?" * path.stat().st_size)


@pytest.mark.parametrize("harm", [Path.unlink, damage])
def test_a_folder_that_cannot_be_read_leaves_no_connection_open(
    harm: Callable[[Path], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.build([builder("sequential_rec")], tmp_path / "a")
    harm(next((tmp_path / "a" / "sequential_rec").glob("test-*")))
    opened = []

    def connect() -> duckdb.DuckDBPyConnection:
        opened.append(duckdb.connect())
        return opened[-1]

    monkeypatch.setattr(engine, "connect", connect)
    with pytest.raises((ConfigError, duckdb.Error)):
        numbers.collect(tmp_path / "a")
    for con in opened:
        with pytest.raises(duckdb.ConnectionException):
            con.execute("SELECT 1")


@pytest.fixture(scope="module")
def plainly(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The numbers of a folder with one config in the format and the kind of file of the default."""
    out = tmp_path_factory.mktemp("plain") / "data"
    folder.build([builder("sequential_rec")], out)
    return numbers.collect(out)


@pytest.mark.parametrize("kind", files.KINDS)
@pytest.mark.parametrize("form", formats.FORMATS)
def test_every_format_and_kind_of_file_is_counted_alike(
    form: str, kind: str, tmp_path: Path, plainly: dict[str, Any]
) -> None:
    options = {**SMALL, "format": form}
    folder.build([builder("sequential_rec", **options)], tmp_path / "a", kind)
    found, plain = numbers.collect(tmp_path / "a"), copy.deepcopy(plainly)
    if formats.get(form).columns.keys() & {"prompt", "text"}:
        # Description and question are one text there, two characters apart.
        for one in found["lengths"]:
            one["input"] = [value - 2 for value in one["input"]]
            one["input_mean"] = round(one["input_mean"] - 2, 1)
    if form == "kto":
        # Half of the answers are wrong ones, of another length.
        for one in (*found["lengths"], *plain["lengths"]):
            del one["output"], one["output_mean"]
    assert {**found, "configs": 0} == {**plain, "configs": 0}


def test_lengths_are_those_of_the_texts(
    rows: list[dict[str, Any]], counted: dict[str, Any]
) -> None:
    for one in counted["lengths"]:
        mine = [row for row in rows if (row["task"], row["source"]) == (one["task"], one["source"])]
        inputs = sorted(len(row["instruction"]) + len(row["input"]) for row in mine)
        outputs = [len(row["output"]) for row in mine]
        assert one["input_mean"] == pytest.approx(statistics.mean(inputs), abs=0.06)
        assert one["output_mean"] == pytest.approx(statistics.mean(outputs), abs=0.06)
        assert one["input"] == sorted(one["input"])
        below = sum(value <= one["input"][2] for value in inputs)
        assert below >= len(inputs) / 2 > below - inputs.count(one["input"][2])


def test_popularity_counts_training_histories_of_other_users(
    rows: list[dict[str, Any]], counted: dict[str, Any]
) -> None:
    seen: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        if row["split"] == "train" and row["user_id"] is not None:
            for item in row["history"]:
                seen[row["source"], item["item_id"]].add(row["user_id"])
    bins: Counter[tuple[str, int, bool]] = Counter()
    hits: dict[tuple[str, str], list[float]] = defaultdict(list)
    for row in rows:
        if not row["candidates"]:
            continue
        known = []
        for item in row["candidates"]:
            n = len(seen[row["source"], item["item_id"]] - {row["user_id"]})
            true_one = item["item_id"] in row["relevant"]
            known.append((n, true_one))
            bins[row["task"], 0 if n == 0 else int(math.log2(n)) + 1, true_one] += 1
        best = [true_one for n, true_one in known if n == max(known)[0]]
        hits[row["task"], row["source"]].append(statistics.mean(map(int, best)))
    for one in counted["popularity"]:
        assert one["true_ones"] == bins[one["task"], one["bin"], True]
        assert one["false_ones"] == bins[one["task"], one["bin"], False]
    assert len(counted["popular_first"]) == len(hits)
    for one in counted["popular_first"]:
        mine = hits[one["task"], one["source"]]
        assert one["rows"] == len(mine)
        assert one["hit"] == pytest.approx(statistics.mean(mine), abs=1e-4)


def test_places_ratings_histories_templates_and_attributes(
    rows: list[dict[str, Any]], counted: dict[str, Any]
) -> None:
    places = Counter(
        (row["task"], place)
        for row in rows
        for place, item in enumerate(row["candidates"], 1)
        if item["item_id"] in row["relevant"]
    )
    assert {(one["task"], one["place"]): one["n"] for one in counted["places"]} == places
    ratings = Counter((row["source"], row["rating"]) for row in rows if row["rating"] is not None)
    assert {(one["source"], one["rating"]): one["n"] for one in counted["ratings"]} == ratings
    lengths = Counter((row["task"], len(row["history"])) for row in rows if row["history"])
    assert {(one["task"], one["items"]): one["n"] for one in counted["histories"]} == lengths
    templates = Counter((row["task"], row["template"]) for row in rows)
    found = {(one["task"], one["template"]): one["n"] for one in counted["templates"]}
    assert found == templates
    values: Counter[tuple[str, str, str]] = Counter(
        (row["source"], one["name"], one["value"]) for row in rows for one in row["attributes"]
    )
    rest: Counter[tuple[str, str]] = Counter()
    for (source, name, _), n in values.items():
        rest[source, name] += n
    for one in counted["attributes"]:
        if one["value"] is not None:
            assert one["n"] == values[one["source"], one["name"], one["value"]]
        rest[one["source"], one["name"]] -= one["n"]
    assert set(rest.values()) == {0}


def test_examples_are_the_same_ones_every_time_and_of_every_cell() -> None:
    found = numbers.examples(everything(), 2)
    assert found == numbers.examples(everything(), 2)
    cells = Counter((one["task"], one["source"]) for one in found)
    assert set(cells.values()) == {2}
    assert len(cells) == len(numbers.collect(everything())["cells"])


def test_the_command_prints_tables_or_json(counted: dict[str, Any]) -> None:
    plain = run(command.run, everything())
    assert plain.exit_code == 0, plain.output
    for title in ("Examples of each cell", "Popularity alone", "Use of templates"):
        assert title in plain.output
    assert json.loads(run(command.run, everything(), "--json").output) == counted
    nowhere = run(command.run, everything() / "sequential_rec")
    assert isinstance(nowhere.exception, ConfigError)


def test_columns_of_numbers_stand_flush_right() -> None:
    lines = text.aligned_table(("name", "n"), [["a", "1"], ["longer", "1,000"]]).splitlines()
    assert lines == ["  name        n", "  a           1", "  longer  1,000"]
