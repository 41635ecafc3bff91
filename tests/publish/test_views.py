"""Root tasks in a built folder are views of their subtasks' files: no row is there twice."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path
from typing import Any

import datasets
import pytest
import yaml

from itdr import audit
from itdr.builders.core.errors import ConfigError, EmptySplitError
from itdr.builders.core.schema import ROOT_TASKS
from itdr.builders.dataset import registry
from itdr.commands import build as build_command
from itdr.commands import stats as stats_command
from itdr.publish import folder, provenance, views
from itdr.publish.report import numbers
from itdr.scoring.data import open_data
from tests import world
from tests.publish.building import SMALL, builder, contents, run

ROOT = "user_item_interaction"


@functools.cache
def default() -> Path:
    """What `itdr build --sample` writes, of two sources."""
    out = Path(tempfile.mkdtemp(prefix="itdr-built-")) / "data"
    result = run(build_command.run, "--sample", "--sources", "ml-32m,ml-1m", "-o", out)
    assert result.exit_code == 0, result.output
    return out


def yaml_of(out: Path) -> dict[str, Any]:
    return yaml.safe_load((out / "README.md").read_text("utf-8").split("---\n")[1])


def rows_of(out: Path, config: str, tmp_path: Path) -> dict[str, list[Any]]:
    loaded = datasets.load_dataset(str(out), config, cache_dir=str(tmp_path / "cache"))
    return {split: list(rows) for split, rows in loaded.items()}


def test_the_default_build_holds_each_row_once_and_audits_clean() -> None:
    data = open_data(str(default()), {"sample": True})
    results = audit.audit(data)
    assert not [fault for one in results for fault in one.faults]
    ids = [row["id"] for split in data.splits for row in data.rows(split)]
    assert len(ids) == len(set(ids))


def test_card_stats_report_and_provenance_agree(tmp_path: Path) -> None:
    data = open_data(str(default()), {})
    total = sum(1 for split in data.splits for _ in data.rows(split))
    entries = provenance.read(default())
    assert sum(sum(one["rows"].values()) for one in entries.values()) == total
    found = numbers.collect(default())
    assert sum(one["all"] for one in found["cells"]) == total
    stats = run(stats_command.run, default())
    assert stats.exit_code == 0, stats.output
    card = yaml_of(default())
    assert set(ROOT_TASKS) <= {one["config_name"] for one in card["configs"]}
    sizes = {
        one["config_name"]: sum(split["num_examples"] for split in one["splits"])
        for one in card["dataset_info"]
    }
    assert sum(sizes[root] for root in ROOT_TASKS) == total
    for root in ROOT_TASKS:
        subtasks = [task for task in entries if registry.task(task).root == root]
        assert sizes[root] == sum(sizes[task] for task in subtasks)


@pytest.mark.parametrize("root", ROOT_TASKS)
def test_a_view_loads_as_the_rows_of_its_subtasks(root: str, tmp_path: Path) -> None:
    found = rows_of(default(), root, tmp_path)
    subtasks = [task for task in provenance.read(default()) if registry.task(task).root == root]
    for split, rows in found.items():
        parts = [rows_of(default(), task, tmp_path)[split] for task in subtasks]
        assert rows == [row for part in parts for row in part]


def test_a_root_that_is_built_alone_has_the_rows_that_it_streams(tmp_path: Path) -> None:
    built = folder.build([builder(ROOT)], tmp_path / "a")
    assert set(built) == {"rating_prediction", "top_k_rec", "sequential_rec"}
    assert not (tmp_path / "a" / ROOT).exists()
    found = rows_of(tmp_path / "a", ROOT, tmp_path)
    for split, rows in datasets.load_dataset("itdr", ROOT, streaming=True, **SMALL).items():
        expected = {row["id"]: row for row in rows}
        assert {row["id"]: row for row in found[split]} == expected
        assert len(found[split]) == len(expected)


def test_a_subtask_of_its_own_name_stays_when_its_root_is_built_after_it(tmp_path: Path) -> None:
    folder.build([builder("sequential_rec")], tmp_path / "a")
    assert {one["config_name"] for one in yaml_of(tmp_path / "a")["configs"]} == {"sequential_rec"}
    folder.build([builder(ROOT)], tmp_path / "a")
    folder.build([builder(ROOT)], tmp_path / "b")
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    folder.build([builder("sequential_rec")], tmp_path / "a")
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_options_go_to_the_subtasks_that_know_them() -> None:
    root = builder(ROOT, **SMALL, positives=4, candidates=8, templates=["p1", "top_k_rec/p2"])
    made = {name: one.config for name, one in views.subtask_builders(root).items()}
    assert made["top_k_rec"].positives == 4
    assert made["top_k_rec"].templates == ["p1", "top_k_rec/p2"]
    assert made["sequential_rec"].positives is None
    assert made["sequential_rec"].candidates == 8
    assert made["sequential_rec"].templates == ["p1"]


def test_some_domains_of_a_source_stay_those() -> None:
    pair = ["amazon-reviews-2023/CDs_and_Vinyl", "amazon-reviews-2023/Video_Games"]
    made = views.subtask_builders(builder(ROOT, sample=True, sources=["ml-32m", *pair]))
    assert sorted(made["sequential_rec"].config.sources) == [*pair, "ml-32m"]
    assert made["rating_prediction"].config.sources == ["ml-32m"]


def test_formats_that_differ_make_no_view(tmp_path: Path) -> None:
    folder.build([builder(ROOT)], tmp_path / "a")
    other = builder("sequential_rec", **SMALL, format="messages")
    folder.build([other], tmp_path / "a", overwrite=True)
    assert ROOT not in {one["config_name"] for one in yaml_of(tmp_path / "a")["configs"]}


def test_a_root_without_any_case_is_an_error(tmp_path: Path) -> None:
    world.write("ml-32m", tmp_path / "raw", users=3, items=12)
    options = {"data_dir": str(tmp_path / "raw"), "sources": ["ml-32m"]}
    with pytest.raises(EmptySplitError):
        folder.build([builder(ROOT, **options)], tmp_path / "a")


# -- what stands in the way -----------------------------------------------------------------------


def test_other_options_are_told_and_nothing_is_touched(tmp_path: Path) -> None:
    folder.build([builder("sequential_rec"), builder("rating_prediction")], tmp_path / "a")
    before = contents(tmp_path / "a")
    others = [
        builder("sequential_rec", **SMALL, seed=7, history=5),
        builder("rating_prediction", **SMALL),
    ]
    with pytest.raises(ConfigError) as error:
        folder.build(others, tmp_path / "a")
    said = str(error.value)
    assert "sequential_rec (seed: 0, now 7, history: default, now 5)" in said
    assert "rating_prediction" not in said and "overwrite=True" in said
    assert contents(tmp_path / "a") == before
    folder.build(others, tmp_path / "a", overwrite=True)
    assert provenance.read(tmp_path / "a")["sequential_rec"]["seed"] == 7


def test_sources_kinds_code_and_raw_files_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.build([builder("user_attribute_prediction", sample=True, sources=["ml-1m"])], tmp_path)
    both = builder("user_attribute_prediction", sample=True, sources=["ml-1m", "lastfm-1k"])
    with pytest.raises(ConfigError, match=r"sources: ml-1m, now lastfm-1k ml-1m\)"):
        folder.build([both], tmp_path)
    mine = builder("user_attribute_prediction", sample=True, sources=["ml-1m"])
    with pytest.raises(ConfigError, match=r"files: parquet, now jsonl"):
        folder.build([mine], tmp_path, "jsonl")
    raw = tmp_path / "raw"
    world.write("ml-1m", raw, users=40, items=40)
    options = {"data_dir": str(raw), "sources": ["ml-1m"]}
    folder.build([builder("user_attribute_prediction", **options)], tmp_path / "b")
    world.write("ml-1m", raw, users=60, items=40)
    with pytest.raises(ConfigError, match=r"\(other raw files"):
        folder.build([builder("user_attribute_prediction", **options)], tmp_path / "b")


def test_files_of_others_are_told_and_replaced_on_demand_alone(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ConfigError, match=r"holds README\.md, notes\.txt, not written by itdr"):
        folder.build([builder("sequential_rec")], tmp_path)
    folder.build([builder("sequential_rec")], tmp_path, overwrite=True)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert (tmp_path / "README.md").read_text("utf-8").startswith("---\n")
    folder.build([builder("sequential_rec")], tmp_path)


def test_the_command_asks_for_its_own_flag(tmp_path: Path) -> None:
    arguments = ("sequential_rec", "--sample", "--sources", "ml-32m", "-o", tmp_path / "a")
    assert run(build_command.run, *arguments).exit_code == 0
    refused = run(build_command.run, *arguments, "--seed", 3)
    assert isinstance(refused.exception, ConfigError)
    assert run(build_command.run, *arguments, "--seed", 3, "--overwrite").exit_code == 0
