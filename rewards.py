"""The scores as rewards for reinforcement learning.

Each function has the signature that TRL's `GRPOTrainer` calls: `f(completions, **columns)`, where the
columns are lists, one value for each completion, of the rows as the configs yield them. A completion is a
text, or a conversation whose last message counts. The reward is a list of floats from 0 to 1, None for a
row that the function does not serve (TRL leaves it out of the mean over functions).

    trainer = GRPOTrainer(model, reward_funcs=[rewards.score, rewards.readable], train_dataset=rows, ...)

The trainer must keep the columns: `GRPOConfig(remove_unused_columns=False)`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from itdr.builders.core.errors import ConfigError
from itdr.builders.dataset.formats import FORMATS
from itdr.scoring import score_rows
from itdr.scoring.catalogue import Catalogues
from itdr.scoring.metrics import per_task
from itdr.scoring.metrics.groundedness import FactSpellings

__all__ = [
    "attributes",
    "grounded",
    "grounded_in",
    "in_catalogue",
    "next_item",
    "preferred",
    "ranking",
    "rating",
    "readable",
    "score",
]

COLUMNS = (
    "id",
    "task",
    "source",
    "history",
    "candidates",
    "relevant",
    "rating",
    "attributes",
    "evidence",
)
"""What a reward needs of a row; the facts of an answer are those of its evidence."""
_TEXTS = tuple({name: None for one in FORMATS.values() for name in one.columns})
Rewards = list[float | None]


def score(completions: Sequence[Any], **columns: Any) -> Rewards:
    """The main score of each row's subtask, from 0 to 1: `rating`, `ranking`, `next_item`,
    `attributes`, `grounded` or `preferred`."""
    return _rewarded(completions, columns, tuple(_MAIN))


def rating(completions: Sequence[Any], **columns: Any) -> Rewards:
    """1 less the error over the largest possible one; 0 where no rating can be read."""
    return _rewarded(completions, columns, (per_task.RATING_TASK,))


def ranking(completions: Sequence[Any], **columns: Any) -> Rewards:
    """NDCG@10 of top_k_rec and cross_domain_rec. A random order has about 0.77, not 0."""
    return _rewarded(completions, columns, per_task.RANKING_TASKS)


def next_item(completions: Sequence[Any], **columns: Any) -> Rewards:
    """1 where the first title named is the target of sequential_rec."""
    return _rewarded(completions, columns, (per_task.CHOICE_TASK,))


def preferred(completions: Sequence[Any], **columns: Any) -> Rewards:
    """1 where the answer is right, of pointwise_rec (like or not) and pairwise_rec (which of two)."""
    return _rewarded(completions, columns, (per_task.LIKE_TASK, per_task.PAIR_TASK))


def attributes(completions: Sequence[Any], **columns: Any) -> Rewards:
    """The mean over a row's attributes: 1 for a right one, for numbers 1 less the relative error."""
    return _rewarded(completions, columns, (per_task.ATTRIBUTE_TASK,))


def grounded(completions: Sequence[Any], **columns: Any) -> Rewards:
    """F1 of facts of the two subtasks answered in prose (precision where a row has no fact to be
    stated). What counts as a statement comes from the row alone: see `grounded_in` for all the data."""
    return _rewarded(completions, columns, per_task.TEXT_TASKS)


def grounded_in(rows: Iterable[Mapping[str, Any]]) -> Callable[..., Rewards]:
    """`grounded` with a lexicon of many rows, so that invented statements are recognised.

    Args:
        rows: rows whose facts and titles are known.

    Returns:
        A reward function for TRL.
    """
    lexicon = FactSpellings.of(rows)

    def grounded(completions: Sequence[Any], **columns: Any) -> Rewards:
        return _rewarded(completions, columns, per_task.TEXT_TASKS, lexicon)

    return grounded


def in_catalogue(path: str | os.PathLike[str]) -> Callable[..., Rewards]:
    """A reward for rows that list no candidates: NDCG@10.

    Args:
        path: the `catalogue.parquet` that was built beside them.

    Returns:
        A reward function.
    """
    catalogues = Catalogues.of_files([Path(path)])

    def in_catalogue(completions: Sequence[Any], **columns: Any) -> Rewards:
        rows, texts = _rows(columns, len(completions)), list(map(_text, completions))
        places = [k for k, row in enumerate(rows) if per_task.is_open(row)]
        rewards: Rewards = [None] * len(rows)
        scored = score_rows(
            [rows[k] for k in places], [texts[k] for k in places], catalogues=catalogues
        )
        for k, one in zip(places, scored, strict=True):
            rewards[k] = one.values["NDCG@10"]
        return rewards

    return in_catalogue


def readable(completions: Sequence[Any], **columns: Any) -> Rewards:
    """1 where an answer can be read at all, else 0: the reward of form."""
    rows, texts = _rows(columns, len(completions)), list(map(_text, completions))
    return [float(one.readable) for one in _scored(rows, texts, None)]


def _rewarded(
    completions: Sequence[Any],
    columns: Mapping[str, Any],
    tasks: Sequence[str],
    lexicon: FactSpellings | None = None,
) -> Rewards:
    rows = _rows(columns, len(completions))
    rewards: Rewards = [None] * len(rows)
    mine = [place for place, row in enumerate(rows) if row["task"] in tasks]
    if any(per_task.is_open(rows[place]) for place in mine):
        raise ConfigError(
            "These rows list no candidates: reward them by rewards.in_catalogue(PATH), with the "
            "catalogue.parquet that was built beside them."
        )
    texts = [_text(completions[place]) for place in mine]
    scored = _scored([rows[place] for place in mine], texts, lexicon)
    for place, one in zip(mine, scored, strict=True):
        rewards[place] = _MAIN[rows[place]["task"]](rows[place], one)
    return rewards


def _scored(
    rows: Sequence[Mapping[str, Any]], texts: Sequence[str], lexicon: FactSpellings | None
) -> list[Any]:
    """Each row by itself where its words make the lexicon: a batch must not change a reward."""
    if lexicon is not None or not any(row["task"] in per_task.TEXT_TASKS for row in rows):
        return score_rows(rows, texts, lexicon=lexicon)
    return [score_rows([row], [text])[0] for row, text in zip(rows, texts, strict=True)]


def _rows(columns: Mapping[str, Any], count: int) -> list[dict[str, Any]]:
    """The rows, put together of their columns."""
    missing = [name for name in COLUMNS if name not in columns]
    if missing:
        raise ConfigError(
            f"A reward lacks the columns {', '.join(missing)}. Keep those of the rows: "
            "GRPOConfig(remove_unused_columns=False)."
        )
    if "prompts" in columns:  # what TRL calls the column `prompt`
        columns = {**columns, "prompt": columns["prompts"]}
    names = [name for name in (*COLUMNS, "domain", *_TEXTS) if columns.get(name) is not None]
    return [{name: columns[name][place] for name in names} for place in range(count)]


def _text(completion: Any) -> str:
    """A completion's text: itself, or the last message's content."""
    if isinstance(completion, str):
        return completion
    if isinstance(completion, Sequence) and completion and isinstance(completion[-1], Mapping):
        return str(completion[-1].get("content") or "")
    return ""


# -- one number for each subtask --------------------------------------------------------------------


def _of_rating(row: Mapping[str, Any], one: Any) -> float:
    scale = per_task.scale_of(row)
    worst = max(row["rating"] - scale.low, scale.high - row["rating"])
    return 1 - one.values["MAE"] / worst


def _of_attributes(row: Mapping[str, Any], one: Any) -> float:
    from itdr.scoring.parsing.attributes import max_error

    parts = []
    for attribute in row["attributes"]:
        name = attribute["name"]
        if f"RMSE {name}" in one.values:
            error = one.values[f"RMSE {name}"] ** 0.5
            parts.append(1 - error / max_error(name, float(attribute["value"])))
        else:
            parts.append(one.values[f"accuracy {name}"])
    return sum(parts) / len(parts)


def _of_text(row: Mapping[str, Any], one: Any) -> float:
    return one.values.get("fact F1", one.values["fact precision"])


_MAIN: dict[str, Callable[[Mapping[str, Any], Any], float]] = {
    per_task.RATING_TASK: _of_rating,
    **dict.fromkeys(per_task.RANKING_TASKS, lambda row, one: one.values["NDCG@10"]),
    per_task.CHOICE_TASK: lambda row, one: one.values["Hit@1"],
    per_task.PAIR_TASK: lambda row, one: one.values["accuracy"],
    per_task.LIKE_TASK: lambda row, one: one.values["accuracy"],
    per_task.ATTRIBUTE_TASK: _of_attributes,
    **dict.fromkeys(per_task.TEXT_TASKS, _of_text),
}
