"""The test that counts: Spark builds the same bytes as the embedded engine, files, card and all."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from itdr import spark as on_spark
from itdr.builders.core.schema import ROOT_TASKS
from itdr.builders.dataset import registry
from itdr.publish import folder
from itdr.spark.job import builders
from tests.spark.conftest import contents

# Tags, broken quoting, packed literals with texts and hours, histories and skips.
SOURCES = ("ml-32m", "bookcrossing", "steam", "mind")
DOMAINS = ("amazon-reviews-2023/Appliances", "amazon-reviews-2023/Industrial_and_Scientific")
ACROSS = "cross_domain_rec"
"""The subtask that needs a pair of domains."""
TOGETHER = {
    **{
        root: [one.id for one in registry.tasks_of(root) if one.id != ACROSS] for root in ROOT_TASKS
    },
    ACROSS: [ACROSS],
}
"""Configs that draw every subtask once, and what each of them draws."""


def sources_of(config: str) -> list[str]:
    able = {source for _, source in registry.cells(config)}
    return list(DOMAINS) if config == ACROSS else [one for one in SOURCES if one in able]


def compare(spark: Any, config: str, out: Path, place: str, **options: Any) -> dict[str, bytes]:
    """Build with both engines; what both wrote."""
    folder.build(builders([config], options), out / "embedded")
    on_spark.build(spark, config, out / "spark", work=place, **options)
    found = contents(out / "spark")
    expected = contents(out / "embedded")
    assert sorted(found) == sorted(expected)
    for name, text in expected.items():
        assert found[name] == text, name
    assert sum(name.endswith(".parquet") for name in found) >= 3
    return found


@pytest.mark.parametrize("config", TOGETHER)
def test_every_subtask_on_the_sample(spark: Any, config: str, tmp_path: Path, place: str) -> None:
    # More rows of a cell would be counted by the same statements.
    own = {"sample": True, "sources": sources_of(config), "num_shards": 3, "size": 10}
    found = compare(spark, config, tmp_path, place, **own)
    drawn = {
        task
        for name, text in found.items()
        if "/train-" in name
        for task in pq.read_table(pa.BufferReader(text), columns=["task"])["task"].to_pylist()
    }
    assert drawn == set(TOGETHER[config])


def test_every_subtask_is_drawn_once() -> None:
    assert sorted(itertools.chain(*TOGETHER.values())) == sorted(registry.task_ids())


@pytest.mark.parametrize(
    "options",
    [
        {
            "split_by": "time",
            "size": 60,
            "per_user": "all",
            "negatives": "hard",
            "seed": 3,
            "format": "preference",
            "descriptions": False,
        },
        {
            "split_by": "leave_one_out",
            "size": "all",
            "k_core": 4,
            "min_rating": 2.5,
            "history": 4,
            "repeats": "last",
            "target": "random",
        },
        {"protocol": "amazon-5core-loo", "size": "all"},
        {
            "split_by": "time",
            "cuts": [0.5, 0.75],
            "validation": "last",
            "history": 4,
            "target": "first",
            "candidates": 0,
            "size": "all",
        },
        # After the one before, so that an executor may know the cuts of another validation.
        {
            "split_by": "time",
            "cuts": [0.5, 0.75],
            "validation": "users",
            "history": 4,
            "negatives": "event",
            "size": "all",
        },
        {"split_by": "cold_item", "history": 2, "candidates": 2, "size": "all"},
    ],
    ids=[
        "everything-by-time-in-pairs",
        "filtered-leave-one-out",
        "whole-catalogue",
        "last-before-the-cut",
        "validation-users",
        "cold-items",
    ],
)
def test_other_options(spark: Any, options: dict[str, Any], tmp_path: Path, place: str) -> None:
    compare(
        spark,
        "sequential_rec",
        tmp_path,
        place,
        sample=True,
        sources=["ml-32m"],
        num_shards=3,
        **options,
    )


@pytest.mark.real
def test_real_files(spark: Any, raw: Path, tmp_path: Path, place: str) -> None:
    # A file without texts of a source that has them elsewhere, and the figures of a released one, which the sample lacks.
    small = "amazon-reviews-2023/All_Beauty"
    own = {"data_dir": str(raw), "num_shards": 3, "size": 30}
    compare(
        spark, "rating_prediction", tmp_path / "ratings", place, sources=[small], cells="all", **own
    )
    # The reviews of the small file alone leave a split empty.
    target_users = "target_user_identification"
    compare(spark, target_users, tmp_path / "target users", place, sources=[small, "ml-32m"], **own)
