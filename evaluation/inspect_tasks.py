"""Tasks for inspect-ai, scored as `itdr score` scores.

    inspect eval "$(python -m itdr.evaluation inspect)" --model ... \\
        -T config=sequential_rec -T sample=true -T sources=ml-32m

`-T` gives the options of `load_dataset("itdr", ...)`, or `folder=DIR` for a folder that `itdr build` wrote.
"""

from __future__ import annotations

from typing import Any

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.scorer import (
    Metric,
    SampleScore,
    Score,
    Scorer,
    Target,
    mean,
    metric,
    scorer,
    stderr,
)
from inspect_ai.solver import TaskState, generate

from itdr import evaluation


@metric
def root_mean_square() -> Metric:
    """The root of the mean of squared errors."""

    def total(scores: list[SampleScore]) -> float:
        return evaluation.root_mean([one.score.as_float() for one in scores])

    return total


@scorer(
    metrics={
        "RMSE": [root_mean_square()],
        "RMSE read": [root_mean_square()],
        "*": [mean(), stderr()],
    }
)
def itdr_scorer() -> Scorer:
    """A scorer for inspect-ai: every metric of the row's subtask, and whether the answer was read.

    Returns:
        The scorer.
    """

    async def score(state: TaskState, target: Target) -> Score:
        answer = state.output.completion
        values = evaluation.results(state.metadata["row"], [answer])
        return Score(value=dict(values), answer=answer)

    return score


@task
def itdr(
    config: str = "sequential_rec", split: str = "test", folder: str = "", **options: Any
) -> Task:
    """A split of a config as a task.

    Args:
        config: a subtask.
        split: `train`, `validation` or `test`.
        folder: one that `itdr build` wrote; without it the rows are drawn.
        options: those of `load_dataset("itdr", ...)`.

    Returns:
        The task.
    """
    row_options = {**options, "folder": folder} if folder else options
    samples = [
        Sample(
            id=row["id"],
            input=evaluation.question(row).strip(),
            target=evaluation.answer(row),
            metadata={"row": row},
        )
        for row in evaluation.rows(config, **row_options)[split]
    ]
    return Task(
        dataset=MemoryDataset(samples, name=f"itdr_{config}"),
        solver=generate(),
        scorer=itdr_scorer(),
        name=f"itdr_{config}",
    )
