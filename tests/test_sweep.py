"""The whole catalogue, walked: every declaration is complete, every cell yields rows one can read."""

from __future__ import annotations

import re

import datasets
import pytest

from itdr.builders.core.schema import COLUMNS, EXTRA, PAPER_ROOTS, ROOT_TASKS
from itdr.builders.dataset import registry
from itdr.builders.dataset.formats import schema
from itdr.builders.rendering import templates
from itdr.builders.sampling.splits import SPLITS
from itdr.scoring.metrics.per_task import TEXT_TASKS
from tests.world import Row, everything, sampled

PAPER = 195_065
ABOUT_BOTH = ("rating_prediction", "pointwise_rec")
"""Rows of these ask about one user and one item."""
CELLS = sorted({cell for root in ROOT_TASKS for cell in registry.cells(root)})


def test_there_are_thirteen_sources_and_the_papers_seven_subtasks_and_cells() -> None:
    assert len(registry.source_ids()) == 13
    subtasks = [task for root in PAPER_ROOTS for task in registry.tasks_of(root)]
    assert len(subtasks) == 7
    quotas = [one.quota for task in subtasks for one in task.cells.values()]
    assert len(quotas) == 33
    assert sum(quotas) == PAPER


def test_the_extra_subtasks_have_every_source_of_ratings() -> None:
    rated = {
        name
        for name in registry.source_ids()
        if "interactions.rating" in registry.source(name).columns
    }
    subtasks = registry.tasks_of(EXTRA)
    assert {task.id for task in subtasks} == {"pointwise_rec", "pairwise_rec"}
    for task in subtasks:
        assert set(task.cells) == rated


@pytest.mark.parametrize("name", registry.source_ids())
def test_a_source_declares_all_its_facts(name: str) -> None:
    source = registry.source(name)
    assert source.id == name
    for text in (source.title, source.domain, source.by_hand, source.licence.summary):
        assert text.strip()
    for url in (source.homepage, source.licence.url):
        assert re.match(r"https?://\S+$", url)
    assert source.citation.lstrip().startswith("@")
    assert templates.load_words(source.words)
    for column in source.columns:
        table, field = column.split(".")
        assert field in COLUMNS[table]
        assert getattr(source.readers, table) is not None
    if "interactions.rating" in source.columns:
        assert source.scale is not None
        assert source.scale.low <= source.scale.disliked < source.scale.liked <= source.scale.high
    for attribute in source.attributes:
        assert f"users.{attribute}" in source.columns
    assert len({file.key for file in source.files}) == len(source.files)
    assert {file.domain for file in source.files} - {None} == set(source.domains)


@pytest.mark.parametrize("name", registry.source_ids())
def test_every_remote_is_well_declared_and_every_file_can_be_had(name: str) -> None:
    source = registry.source(name)
    names = {remote.name for remote in source.remotes}
    assert len(names) == len(source.remotes)
    for remote in source.remotes:
        assert remote.urls or remote.access == "manual"
        assert all(url.startswith(("https://", "http://")) for url in remote.urls)
        for checksum in filter(None, (remote.checksum, remote.plain_checksum)):
            kind, _, digest = checksum.partition(":")
            assert len(digest) == {"md5": 32, "sha256": 64}[kind]
    for file in source.files:
        assert set(file.packed_in) <= names | {"yelp_dataset.tar"}


@pytest.mark.parametrize("name", registry.task_ids())
def test_a_task_is_made_of_columns_that_its_sources_have(name: str) -> None:
    task = registry.task(name)
    assert task.id == name and task.root in ROOT_TASKS and task.metrics
    for source in task.cells:
        assert not registry.missing_columns(task, registry.source(source))
    texts = templates.load(name, task.variables, task.flags)
    seen = {one.id for one in texts.prompts["train"]}
    assert len(seen) >= 5 and len(texts.descriptions) >= 3
    unseen = templates.load(name, task.variables, task.flags, "unseen")
    assert len({one.id for one in unseen.prompts["test"]} - seen) >= 2


def rows_of(task: str, source: str) -> list[Row]:
    root = registry.task(task).root
    return [
        row for row in everything(sampled(root)) if (row["task"], row["source"]) == (task, source)
    ]


@pytest.mark.parametrize("root", ROOT_TASKS)
def test_a_root_config_holds_all_its_cells_in_all_splits(root: str) -> None:
    seen = set()
    for part in SPLITS:
        found = {(row["task"], row["source"]) for row in sampled(root)[part]}
        # A split of few items or users may hold none of whom enough is known to say something.
        assert {task for task, _ in set(registry.cells(root)) - found} <= set(TEXT_TASKS), part
        seen |= found
    assert seen == set(registry.cells(root))


@pytest.mark.parametrize(("task", "source"), CELLS)
def test_a_cell_yields_rows_of_the_schema(task: str, source: str) -> None:
    rows = rows_of(task, source)
    features = datasets.Features(schema())
    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        assert list(row) == list(features)
        features.encode_example(row)
        assert row["id"].startswith(f"{task}/{source}/")
        assert row["instruction"] and row["input"] and row["output"]
        shown = {item["item_id"] for item in row["candidates"]}
        assert set(row["relevant"]) <= shown
        assert (row["user_id"] is None) != (row["item_id"] is None) or task in ABOUT_BOTH


PLACEHOLDER = re.compile(r"\{\{|\}\}|\{%|<unk>")
ENTITY = re.compile(r"&(?:amp|quot|lt|gt|nbsp|#\d+);|<br\s*/?>|</?[a-z]+>", re.IGNORECASE)
MISSING = re.compile(r"\b(?:None|nan|NaN|UNKNOWN|NULL)\b|\[\]|\(\)")
DOUBLED = re.compile(r"\S  +\S| \n|\n\n\n")


@pytest.mark.parametrize(("task", "source"), CELLS)
def test_a_cell_reads_well(task: str, source: str) -> None:
    for row in rows_of(task, source):
        for name in ("instruction", "input", "output"):
            text = row[name]
            assert not PLACEHOLDER.search(text), text
            assert not ENTITY.search(text), text
            assert not DOUBLED.search(text), text
            assert text == text.strip()
            # A title may hold such a word: "And Then There Were None".
            for title in titles(row):
                text = text.replace(title, "")
            assert not MISSING.search(text), row[name]
        assert re.match(r"[^a-z]", row["instruction"]), row["instruction"]


def titles(row: Row) -> list[str]:
    shown = [item["title"] for item in row["history"] + row["candidates"]]
    return sorted(shown, key=len, reverse=True)


@pytest.mark.parametrize(("task", "source"), CELLS)
def test_shown_and_answered_is_what_the_row_says(task: str, source: str) -> None:
    for row in rows_of(task, source):
        for item in row["candidates"]:
            assert item["title"] in row["input"]
        if task == "sequential_rec":
            (true,) = row["relevant"]
            assert {item["item_id"]: item["title"] for item in row["candidates"]}[true] == row[
                "output"
            ]
        elif task in ("top_k_rec", "cross_domain_rec"):
            ranked = [line.split(". ", 1)[1] for line in row["output"].splitlines()]
            assert sorted(ranked) == sorted(item["title"] for item in row["candidates"])
            by_id = {item["item_id"]: item["title"] for item in row["candidates"]}
            assert ranked[: len(row["relevant"])] == [by_id[one] for one in row["relevant"]]
        elif task == "user_attribute_prediction":
            assert len(row["output"].splitlines()) == len(row["attributes"]) > 0
            for line, one in zip(row["output"].splitlines(), row["attributes"], strict=True):
                assert line.lower() == f"{one['name']}: {one['value']}".lower()
                assert one["name"] in row["input"].lower()


def test_all_the_prompts_of_a_task_are_drawn() -> None:
    for task in registry.task_ids():
        rows = [row for row in sampled(registry.task(task).root)["train"] if row["task"] == task]
        assert len({row["template"] for row in rows}) >= 5
        assert len({row["instruction"] for row in rows}) >= 3


def test_all_cells_names_what_is_missing_from_the_rest() -> None:
    every = registry.cells("user_attribute_prediction", "all")
    assert ("user_attribute_prediction", "ml-1m") in every
    assert ("user_attribute_prediction", "ml-32m") not in every
    (missing,) = registry.missing_columns(
        registry.task("user_attribute_prediction"), registry.source("ml-32m")
    )
    assert "users.gender" in missing
