"""inspect-ai scores as `itdr score` does."""

from __future__ import annotations

import importlib.util
import math
from pathlib import Path
from typing import Any

import pytest

from itdr.publish import benchmark
from tests.publish.building import small

# It takes long to import: only whoever runs these tests does.
pytestmark = pytest.mark.skipif(
    not importlib.util.find_spec("inspect_ai"), reason="inspect-ai is not installed"
)


@pytest.fixture(autouse=True)
def no_download(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mock model counts tokens with a vocabulary that it would fetch."""
    from inspect_ai.model import ModelAPI

    async def count(self: Any, text: str) -> int:
        return len(text) // 4

    monkeypatch.setattr(ModelAPI, "count_text_tokens", count)


def evaluated(tmp_path: Path, answers: Any, config: str) -> dict[str, float]:
    import inspect_ai
    from inspect_ai.model import ModelOutput, get_model

    from itdr.evaluation.inspect_tasks import itdr

    task = itdr(config=config, folder=str(small()))
    outputs = [
        ModelOutput.from_content("mockllm/model", answers(sample)) for sample in task.dataset
    ]
    model = get_model("mockllm/model", custom_outputs=outputs)
    (log,) = inspect_ai.eval(
        task, model=model, log_dir=str(tmp_path), display="none", max_connections=1, max_samples=1
    )
    assert log.status == "success", log.error
    return {
        f"{score.name}/{name}": metric.value
        for score in log.results.scores
        for name, metric in score.metrics.items()
    }


def test_true_answers_have_the_best_score(tmp_path: Path) -> None:
    values = evaluated(tmp_path, lambda sample: sample.target, "sequential_rec")
    assert values["Hit@1/mean"] == 1 and values["readable/mean"] == 1


def test_a_constant_rating_has_the_error_that_the_score_gives_it(tmp_path: Path) -> None:
    from datasets import load_dataset

    from itdr.scoring import score_rows

    values = evaluated(tmp_path, lambda sample: "4", "rating_prediction")
    rows = list(load_dataset(str(small()), "rating_prediction", split="test"))
    squares = [one.values["RMSE"] for one in score_rows(rows, ["4" for _ in rows])]
    assert values["RMSE/root_mean_square"] == pytest.approx(
        math.sqrt(math.fsum(squares) / len(rows))
    )


def test_what_cannot_be_read_counts_as_wrong(tmp_path: Path) -> None:
    values = evaluated(tmp_path, lambda sample: "", "sequential_rec")
    assert values["Hit@1/mean"] == 0 and values["readable/mean"] == 0


def test_eval_yaml_names_scorers_and_solvers_that_inspect_has() -> None:
    import inspect_ai.scorer as scorers
    import inspect_ai.solver as solvers

    for one in benchmark.SCORERS.values():
        assert hasattr(scorers, one["name"])
    for _, several in benchmark.FIELDS.values():
        assert all(hasattr(solvers, one["name"]) for one in several)


@pytest.mark.parametrize(("given", "expected"), [("right", 1.0), ("wrong", 0.0)])
def test_inspect_ai_runs_the_tasks_of_eval_yaml(
    given: str, expected: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own reader of `hf/owner/name`, with the folder in place of the Hub."""
    hub = pytest.importorskip("inspect_ai._eval.task.hf", reason="it reads no eval.yaml")
    import inspect_ai
    from inspect_ai.model import ModelOutput, get_model

    def local(path: str, revision: str, **given: Any) -> Any:
        return inspect_ai.dataset.hf_dataset(str(small()), **given)

    monkeypatch.setattr(
        "huggingface_hub.hf_hub_download", lambda filename, **_: str(small() / filename)
    )
    monkeypatch.setattr(hub, "hf_dataset", local)
    tasks = hub.task_create_from_hf("hf/owner/name")
    assert len(tasks) == len(benchmark.SCORERS)
    for task in tasks:
        answers = [one.target if given == "right" else "no title" for one in task.dataset]
        outputs = [ModelOutput.from_content("mockllm/model", text) for text in answers]
        (log,) = inspect_ai.eval(
            task,
            model=get_model("mockllm/model", custom_outputs=outputs),
            log_dir=str(tmp_path),
            display="none",
            max_connections=1,
            max_samples=1,
        )
        assert log.status == "success", log.error
        metrics = log.results.scores[0].metrics
        assert metrics["accuracy" if "accuracy" in metrics else "mean"].value == expected
        for sample in log.samples:
            assert sample.messages[0].text == f"{sample.metadata['instruction']}\n\n{sample.input}"
