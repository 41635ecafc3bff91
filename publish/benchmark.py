"""`eval.yaml` of a built folder: its test splits as a benchmark, as the Hub and inspect-ai read it.

It names the subtasks whose answers a scorer of inspect-ai itself can compare: a title or a number. All
metrics of all subtasks are in the tasks of `itdr.evaluation`. [format: Hub docs, evaluation results]
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import yaml

from itdr.builders.dataset import formats, registry

NAME = "eval.yaml"
SCORERS: dict[str, dict[str, Any]] = {
    "sequential_rec": {"name": "exact"},
    "rating_prediction": {"name": "match", "args": {"numeric": True}},
}
"""Subtask -> the scorer that compares its answers."""
FIELDS: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    "alpaca": (
        {"input": "input", "target": "output", "id": "id", "metadata": ["instruction"]},
        [{"name": "prompt_template", "args": {"template": "{instruction}\n\n{prompt}"}}],
    ),
    "prompt": ({"input": "prompt", "target": "answer", "id": "id"}, []),
    "prompt-completion": ({"input": "prompt", "target": "completion", "id": "id"}, []),
}
"""Format -> where a sample's parts are, and what makes its prompt."""


def eval_yaml(entries: Mapping[str, Mapping[str, Any]]) -> str | None:
    """The text of `eval.yaml`.

    Args:
        entries: the records of a folder's configs.

    Returns:
        YAML; None where no config can be compared by a scorer of inspect-ai.
    """
    tasks: list[dict[str, Any]] = [
        {
            "id": name,
            "config": name,
            "split": "test",
            "field_spec": copy.deepcopy(fields),
            "solvers": [*copy.deepcopy(solvers), {"name": "generate"}],
            "scorers": [copy.deepcopy(SCORERS[name])],
        }
        for name, one in entries.items()
        if name in SCORERS and "test" in one["files"]
        for fields, solvers in _fields(one["form"])
    ]
    if not tasks:
        return None
    titles = ", ".join(registry.task(str(one["id"])).title for one in tasks)
    text = {
        "name": "Instruction-tuning data for recommendation (itdr)",
        "description": f"Closed questions about what people really did: {titles}.",
        "evaluation_framework": "inspect-ai",
        "tasks": tasks,
    }
    return yaml.safe_dump(text, sort_keys=False, allow_unicode=True, width=4096)


def _fields(form: str) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    fields = FIELDS.get(formats.get(form).name)
    return [fields] if fields else []
