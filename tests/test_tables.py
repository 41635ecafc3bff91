"""Rows as tables, which files are written from: the same as the rows of a stream."""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
from pathlib import Path
from typing import Any

import datasets
import pytest

import itdr
from itdr.builders.core import cache
from itdr.builders.dataset import builder as dataset_builder
from itdr.builders.dataset import examples, open_cells, registry
from itdr.builders.dataset.formats import schema
from itdr.builders.dataset.shards import Shard
from itdr.builders.tasks import ranking

FEW = {
    "user_item_interaction": ["ml-32m", "microlens"],
    "interest_recognition": ["amazon-books", "anime-2023"],
    "target_user_identification": ["ml-32m", "steam", "mind"],
}
"""A root task with several cells, and subtasks that take long over an answer."""


# Root tasks are below: they hold the rows of their subtasks.
@pytest.mark.parametrize("config", registry.task_ids())
@pytest.mark.parametrize("form", ["alpaca", "messages", "preference"])
def test_tables_hold_the_rows_of_a_stream(config: str, form: str) -> None:
    given: dict[str, Any] = {"format": form, "size": 20, "num_shards": 3}
    sources = FEW.get(config, "all")
    builder: Any = itdr.Itdr(config_name=config, sample=True, sources=sources, **given)
    declared = builder.info.features
    look = dataset_builder.wording(builder.config)
    shards = [Shard(index, 3) for index in range(3)]
    for plan in dataset_builder.prepare(builder.config):
        rows = list(dataset_builder.rows(shards, plan, look))
        tables = list(dataset_builder.tables(shards, plan, look, declared, 7))
        assert [row for table in tables for row in table.to_pylist()] == rows
        assert all(len(table) == 7 for table in tables[:-1])
        for table in tables:
            table.validate(full=True)
            assert table.schema == declared.arrow_schema


@pytest.mark.parametrize("options", [{"size": 30}, {"size": "all"}], ids=str)
@pytest.mark.parametrize("config", ["user_item_interaction", "interest_recognition"])
def test_tables_do_not_tell_that_shards_are_drawn_together(
    config: str, options: dict[str, Any]
) -> None:
    """Batches of a cell reach over the ends of shards; of small cells many shards hold none."""
    of = 40
    builder: Any = itdr.Itdr(
        config_name=config, sample=True, sources=FEW[config], num_shards=of, **options
    )
    look = dataset_builder.wording(builder.config)
    plan = dataset_builder.prepare(builder.config)[0]
    shards = [Shard(index, of) for index in (*range(5, of), 2)]
    rows = [row for shard in shards for row in dataset_builder.rows([shard], plan, look)]
    tables = dataset_builder.tables(shards, plan, look, builder.info.features, 1000)
    assert [row for table in tables for row in table.to_pylist()] == rows
    assert len(rows) > 30


@pytest.mark.parametrize(
    ("config", "options"),
    [
        ("user_item_interaction", {"sources": FEW["user_item_interaction"]}),
        ("top_k_rec", {"sources": ["ml-32m"], "split_by": "time"}),
        ("cross_domain_rec", {"history": 2}),
        ("user_attribute_prediction", {}),
    ],
)
def test_what_a_plan_keeps_of_users_changes_no_row(
    config: str, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []
    for most in (1 << 22, 60_000, 0):
        monkeypatch.setattr(cache, "BUDGET", cache.Budget(most))
        monkeypatch.setattr(open_cells, "_stores", {})
        builder: Any = itdr.Itdr(config_name=config, sample=True, **options)
        look = dataset_builder.wording(builder.config)
        plans = dataset_builder.prepare(builder.config)
        assert (cache.BUDGET.left < most) == (most > 0)
        drawn.append(
            [row for plan in plans for row in dataset_builder.rows([Shard(0, 1)], plan, look)]
        )
    assert len(drawn[0]) > 50 and drawn[0] == drawn[1] == drawn[2]


@pytest.mark.parametrize("config", ["user_item_interaction", "cross_domain_rec"])
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (0, 2, 0, 1, 1)], ids=str)
def test_what_is_drawn_for_later_splits_changes_no_row(config: str, order: tuple[int, ...]) -> None:
    """Who draws a whole split fills its last batch with cases of the next one, whichever is asked for then."""
    options = {"sources": FEW[config]} if config in FEW else {"history": 2}
    builder: Any = itdr.Itdr(config_name=config, sample=True, size=300, **options)
    look = dataset_builder.wording(builder.config)
    plans = dataset_builder.prepare(builder.config)
    shards = [Shard(index, 4) for index in range(4)]

    def drawn(part: int, some: list[Shard]) -> list[dict[str, Any]]:
        tables = dataset_builder.tables(some, plans[part], look, builder.info.features, 50)
        return [row for table in tables for row in table.to_pylist()]

    def ahead(part: int) -> int:
        kept = [found for one in plans[part].chosen for found in one.ahead.values()]
        return sum(map(len, kept))

    for part in order:
        assert drawn(part, shards) == list(dataset_builder.rows(shards, plans[part], look))
        assert ahead(part) == 0
        assert all(ahead(later) > 0 for later in range(part + 1, 3))
    drawn(0, shards)
    kept = [ahead(part) for part in range(3)]
    # Others, as workers, come to no later split, and have no use for what was drawn for all shards.
    for part in range(3):
        rows = list(dataset_builder.rows(shards[2:], plans[part], look))
        assert drawn(part, shards[2:]) == rows and rows
    moved = shards[::-1]
    assert drawn(2, moved) == list(dataset_builder.rows(moved, plans[2], look))
    assert [ahead(part) for part in range(3)] == kept


@pytest.mark.parametrize(
    ("sources", "options", "limits", "most"),
    [
        (["ml-32m"], {}, (8, 32), 32),
        (["ml-32m", "microlens"], {}, (8, 32), 24),  # of several cells together
        (["ml-32m"], {"candidates": 20}, (8, 32), 16),
        (["ml-32m"], {"candidates": 60}, (8, 32), 8),  # no fewer than in a stream
        (["ml-32m"], {"per_user": "all"}, (1, 4), 4),  # of one user
    ],
    ids=str,
)
def test_files_are_drawn_in_larger_batches(
    sources: list[str],
    options: dict[str, Any],
    limits: tuple[int, int],
    most: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = ("FIRST_BATCH", "BATCH", "FILE_BATCH", "FILE_CASES", "FILE_CANDIDATES")
    for name, value in zip(names, (limits[0], *limits, 48, 320), strict=True):
        monkeypatch.setattr(examples, name, value)
    drawn: list[int] = []

    def counted(cell: Any, windows: Any) -> Any:
        drawn.append(len(windows))
        return ranking.draw(cell, windows)

    given: dict[str, Any] = {"sources": sources, "sample": True, "size": 300, "history": 2}
    builder: Any = itdr.Itdr(config_name="top_k_rec", **given, **options)
    look = dataset_builder.wording(builder.config)
    plan = dataset_builder.prepare(builder.config)[0]
    chosen = []
    for one in plan.chosen:
        task = dataclasses.replace(one.cell.task, draw=counted)
        chosen.append(dataclasses.replace(one, cell=dataclasses.replace(one.cell, task=task)))
    plan = dataclasses.replace(plan, chosen=tuple(chosen))
    rows = list(dataset_builder.rows([Shard(0, 1)], plan, look))
    assert rows and max(drawn) == limits[0]
    drawn.clear()
    tables = dataset_builder.tables([Shard(0, 1)], plan, look, builder.info.features, 50)
    assert [row for table in tables for row in table.to_pylist()] == rows
    assert max(drawn) == most


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
@pytest.mark.parametrize("config", ["user_item_interaction", "interest_recognition"])
def test_a_forked_process_goes_on_with_what_is_known(
    config: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers have what the plan found, but no open file of the process that they come from."""
    monkeypatch.setattr(open_cells, "_stores", {})
    builder: Any = itdr.Itdr(config_name=config, sample=True, sources=FEW[config])
    look = dataset_builder.wording(builder.config)
    plan = dataset_builder.prepare(builder.config)[0]
    rows = dataset_builder.rows([Shard(0, 1)], plan, look)
    begun = [next(rows) for _ in range(10)]
    parents = {path: (store, store._interactions) for path, store in open_cells._stores.items()}

    def child(answer: Any) -> None:
        same = all(
            open_cells.open_store(one.source, path) is one for path, (one, _) in parents.items()
        )
        kept = sum(len(store._shared) for store in open_cells._stores.values())
        drawn = list(dataset_builder.rows([Shard(0, 1)], plan, look))
        shared = [path for path, (store, files) in parents.items() if store._interactions is files]
        answer.send((same, kept, shared, drawn))

    mine, its = multiprocessing.Pipe(duplex=False)
    worker = multiprocessing.get_context("fork").Process(target=child, args=(its,))
    worker.start()
    its.close()
    same, kept, shared, drawn = mine.recv()
    worker.join()
    # What this process had begun goes on undisturbed.
    assert drawn == begun + list(rows)
    assert same and kept and not shared


def test_shards_hold_equal_shares_of_cases() -> None:
    """Users give very different numbers of cases: equal shares of users would be unequal work."""
    options: dict[str, Any] = {"sample": True, "sources": ["ml-32m"], "per_user": "all"}
    builder: Any = itdr.Itdr(config_name="sequential_rec", size=500, history=3, **options)
    (plan, *_) = dataset_builder.prepare(builder.config)
    look = dataset_builder.wording(builder.config)
    (chosen,) = plan.chosen
    takes = chosen.takes.copy()
    takes[4:] = 1
    total, most, of = int(takes.sum()), int(takes.max()), 4
    chosen = dataclasses.replace(chosen, takes=takes, expected=total)
    plan = dataclasses.replace(plan, chosen=(chosen,))
    counts = [len(list(dataset_builder.rows([Shard(k, of)], plan, look))) for k in range(of)]
    assert sum(counts) == total
    # A user's cases stay together: a bound lies at most one user's cases from where it should.
    for shards in range(1, of):
        assert abs(sum(counts[:shards]) - total * shards / of) <= most


@pytest.mark.parametrize("config", ["user_item_interaction", "interest_recognition"])
def test_files_hold_them_in_batches_of_the_size_that_was_asked_for(
    config: str, tmp_path: Path
) -> None:
    options: dict[str, Any] = {"sample": True, "sources": FEW[config], "split": "train"}
    stream = list(datasets.load_dataset("itdr", config, streaming=True, **options))
    made = datasets.load_dataset(
        "itdr", config, cache_dir=str(tmp_path), writer_batch_size=10, **options
    )
    assert list(made) == stream
    lengths = [len(chunk) for chunk in made.data.column("id").chunks]
    assert set(lengths[:-1]) == {10} and lengths[-1] <= 10


def test_a_users_own_features_are_given(tmp_path: Path) -> None:
    own = datasets.Features({**schema(), "rating": datasets.Value("float64")})
    options: dict[str, Any] = {"sample": True, "sources": ["ml-32m"], "split": "train"}
    made = datasets.load_dataset(
        "itdr", "rating_prediction", features=own, cache_dir=str(tmp_path), **options
    )
    assert made.features["rating"].dtype == "float64"
    assert list(made) == list(
        datasets.load_dataset("itdr", "rating_prediction", streaming=True, **options)
    )
