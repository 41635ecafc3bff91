"""The lm-evaluation-harness tasks, run with its dummy model on the bundled sample."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from itdr.builders.core.schema import ROOT_TASKS
from itdr.builders.dataset import registry

evaluation = pytest.importorskip("itdr.evaluation")


class Loader(yaml.SafeLoader):
    """Reads `!function` as its name."""


Loader.add_constructor(
    "!function", lambda loader, node: f"!function {loader.construct_scalar(node)}"
)


def read(path: Path) -> dict[str, Any]:
    return yaml.load(path.read_text("utf-8"), Loader)


def test_there_is_a_task_for_each_subtask_and_a_group_for_each_root_task() -> None:
    files = {path.stem: read(path) for path in evaluation.FOLDER.glob("*.yaml")}
    assert set(files) == {*registry.task_ids(), *ROOT_TASKS}
    for root in ROOT_TASKS:
        tasks = {f"itdr_{task.id}" for task in registry.tasks_of(root)}
        assert set(files[root]["task"]) == tasks
        assert files[root]["group"] == f"itdr_{root}"
    for task in registry.task_ids():
        assert files[task]["task"] == f"itdr_{task}"
        assert files[task]["dataset_kwargs"] == {"config": task}


WRITTEN = {
    "interest_recognition": ["amazon-books"],
    "target_user_identification": ["ml-32m", "bookcrossing", "mind"],
}
"""Few sources of subtasks whose metrics are those of texts, whatever the source."""


def test_every_metric_of_a_row_is_declared() -> None:
    pytest.importorskip("ir_measures")
    for task in registry.task_ids():
        spec = read(evaluation.FOLDER / f"{task}.yaml")
        declared = {one["metric"]: one for one in spec["metric_list"]}
        few = {"sample": True, "size": 30, "sources": WRITTEN.get(task, "all")}
        for row in evaluation.rows(task, **few)["test"]:
            found = evaluation.results(row, [evaluation.answer(row)])
            assert set(found) <= set(declared), task
            for name, value in found.items():
                best = 1.0 if declared[name]["higher_is_better"] else 0.0
                assert value == pytest.approx(best), (task, name, row["id"])
                assert name.startswith("RMSE") == ("root_mean" in declared[name]["aggregation"])


@pytest.mark.parametrize("root", ROOT_TASKS)
def test_the_harness_runs_with_its_dummy_model(root: str) -> None:
    lm_eval = pytest.importorskip("lm_eval", reason="lm_eval is not installed")
    pytest.importorskip("ir_measures")
    from lm_eval.tasks import TaskManager

    manager = TaskManager(
        include_path=str(evaluation.FOLDER),
        include_defaults=False,
        metadata={"sample": True, "size": 10, "pretrained": "none"},
    )
    found = lm_eval.simple_evaluate(
        model="dummy", tasks=[f"itdr_{root}"], task_manager=manager, bootstrap_iters=0
    )
    for task in registry.tasks_of(root):
        metrics = found["results"][f"itdr_{task.id}"]
        # The dummy model says "lol" to everything. As prose that can be read, and as the value where a
        # single attribute is asked for; nowhere is it right.
        spoken = task.id in ("interest_recognition", "target_user_identification")
        if task.id == "user_attribute_prediction":
            assert metrics["readable,none"] < 0.5
        else:
            assert metrics["readable,none"] == float(spoken)
        wanted = [
            name for name in metrics if name.startswith(("NDCG", "Hit", "accuracy", "ROUGE-1"))
        ]
        assert all(metrics[name] == 0 for name in wanted if not name.endswith("stderr,none"))
        assert wanted or task.id == "rating_prediction"
    assert f"itdr_{root}" in found["groups"]
