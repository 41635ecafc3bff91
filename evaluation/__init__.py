"""Tasks for lm-evaluation-harness (one per subtask, one group per root task) and for inspect-ai.

    lm_eval --include_path "$(python -m itdr.evaluation)" --tasks itdr_sequential_rec \\
        --model hf --model_args pretrained=... --metadata '{"sources": ["ml-32m"], "data_dir": "raw"}'

`--metadata` holds the options of `load_dataset("itdr", ...)`. Scores are those of `itdr score`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from itdr.builders.dataset.formats import texts_of
from itdr.builders.dataset.options import DEFAULTS
from itdr.builders.rendering.templates import folder_of
from itdr.scoring import score_rows
from itdr.scoring.data import open_data
from itdr.scoring.metrics.groundedness import FactSpellings, reference
from itdr.scoring.metrics.per_task import READ, TEXT_TASKS, is_open
from itdr.scoring.metrics.result import Answer

FOLDER = Path(__file__).resolve().parent
_lexicon = FactSpellings()
_catalogues: dict[str, Any] = {}
"""What can be an answer where rows list no candidates, by config."""


def rows(config: str = "", **given: Any) -> dict[str, Any]:
    """The rows of a config, split by split.

    Args:
        config: a subtask; with `folder`, one of its configs.
        given: options of the config, or `folder`, which `itdr build` wrote; anything else is
            ignored.

    Returns:
        Splits by name.
    """
    import datasets

    import itdr  # noqa: F401  (teaches load_dataset the name)

    options = {name: given[name] for name in (*DEFAULTS, "data_dir") if name in given}
    if "folder" in given:
        loaded = datasets.load_dataset(given["folder"], config)
    else:
        loaded = datasets.load_dataset("itdr", config, **options)
    _lexicon.templates = folder_of(options.get("templates"))
    for split in loaded.values():
        if split and is_open(split[0]):
            where = str(given["folder"]) if "folder" in given else config
            _catalogues[config] = open_data(where, {} if "folder" in given else options).catalogues
        if split and split[0]["task"] in TEXT_TASKS:
            for row in split:
                _lexicon.see(row)
    return dict(loaded)


def question(doc: Mapping[str, Any]) -> str:
    """The task description and the question."""
    return texts_of(doc).prompt + "\n"


def answer(doc: Mapping[str, Any]) -> str:
    """The row's own answer."""
    return reference(doc)


def results(doc: Mapping[str, Any], answers: Sequence[str]) -> dict[str, float]:
    """One answer scored, before the root is taken of the metrics that have one.

    Args:
        doc: a row.
        answers: the answer first, or a list of several where any of the whole catalogue may be right.

    Returns:
        Metric -> the row's value.
    """
    lexicon = _lexicon if doc["task"] in TEXT_TASKS else None
    first, *others = answers[0] if isinstance(answers[0], list) else [answers[0]]
    answer = Answer(first, others=tuple(others))
    catalogues = _catalogues.get(doc["task"]) if is_open(doc) else None
    (scored,) = score_rows([doc], [answer], lexicon=lexicon, catalogues=catalogues)
    values = {name.replace(READ, " read"): value for name, value in scored.values.items()}
    return {"readable": float(scored.readable), **values}


def root_mean(values: Sequence[float]) -> float:
    """The root of the mean of squared errors."""
    return math.sqrt(math.fsum(values) / len(values)) if values else math.nan
