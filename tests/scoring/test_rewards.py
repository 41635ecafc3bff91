"""Rewards as TRL's GRPOTrainer calls them: completions and columns in, floats out."""

from __future__ import annotations

import functools
from typing import Any

import pytest

pytest.importorskip("ir_measures")

from itdr import rewards
from itdr.builders.core.errors import ConfigError
from itdr.scoring import data, score
from tests import world


@functools.cache
def rows(config: str, source: str = "ml-32m", form: str = "alpaca") -> list[dict[str, Any]]:
    options = {"sources": [source], "data_dir": str(world.folder(dirt=False)), "format": form}
    return list(data.open_data(config, options).rows("test"))


def columns(mine: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """As the trainer gives them: each column a list, with what else it passes."""
    made = {name: [row[name] for row in mine] for name in mine[0]}
    return made | {"prompts": ["x"] * len(mine), "completion_ids": [[1]] * len(mine)}


CONFIGS = [
    ("top_k_rec", "ml-32m", rewards.ranking),
    ("sequential_rec", "ml-32m", rewards.next_item),
    ("rating_prediction", "ml-32m", rewards.rating),
    ("user_attribute_prediction", "ml-1m", rewards.attributes),
]


@pytest.mark.parametrize(("config", "source", "own"), CONFIGS)
@pytest.mark.parametrize("form", ["alpaca", "messages", "preference"])
def test_right_answers_are_rewarded_most(config: str, source: str, own: Any, form: str) -> None:
    plain = rows(config, source)
    given = columns(rows(config, source, form))
    right = [row["output"] for row in plain]
    for reward in (own, rewards.score, rewards.readable):
        assert reward(right, **given) == pytest.approx([1.0] * len(plain))
    spoken = [[{"role": "assistant", "content": text}] for text in right]
    assert own(spoken, **given) == own(right, **given)
    nothing = own(["no idea"] * len(plain), **given)
    assert all(isinstance(one, float) and 0 <= one < 1 for one in nothing)
    assert rewards.readable(["no idea"] * len(plain), **given) == [0.0] * len(plain)


@pytest.mark.parametrize(("config", "source", "own"), CONFIGS)
def test_the_rejected_answer_of_a_preference_row_is_worse(
    config: str, source: str, own: Any
) -> None:
    given = columns(rows(config, source, "preference"))
    right, wrong = own(given["chosen"], **given), own(given["rejected"], **given)
    assert all(one > other for one, other in zip(right, wrong, strict=True))


def test_rewards_are_the_scores() -> None:
    mine = rows("top_k_rec")
    answers = ["\n".join(one["title"] for one in row["candidates"]) for row in mine]
    mean = sum(rewards.ranking(answers, **columns(mine))) / len(mine)  # type: ignore[arg-type]
    metrics = score(mine, answers)["cells"]["top_k_rec/ml-32m"]["metrics"]
    assert mean == pytest.approx(metrics["NDCG@10"]["value"])


def test_rows_of_other_subtasks_are_left_out() -> None:
    mixed = [rows("top_k_rec")[0], rows("sequential_rec")[0]]
    answers = [row["output"] for row in mixed]
    assert rewards.next_item(answers, **columns(mixed)) == [None, 1.0]
    assert rewards.score(answers, **columns(mixed)) == pytest.approx([1.0, 1.0])


def test_a_reward_does_not_depend_on_the_batch() -> None:
    mine = rows("rating_prediction")[:6]
    answers = ["4", "3.5", "x", "1", "5", "2"][: len(mine)]
    together = rewards.score(answers, **columns(mine))
    apart = [rewards.score([a], **columns([row]))[0] for a, row in zip(answers, mine, strict=True)]
    assert together == apart


def test_grounded_answers() -> None:
    from tests.scoring.test_metrics import other, profile

    mine = [profile(), other()]
    given = columns(mine)
    assert rewards.grounded([row["output"] for row in mine], **given) == [1.0, 1.0]
    invented = ["A fan of horror and comedy.", "A fan of comedy."]
    blind, seeing = rewards.grounded, rewards.grounded_in(mine)
    assert blind(invented, **given)[0] > seeing(invented, **given)[0]  # type: ignore[operator]
    assert seeing(invented, **given)[0] == pytest.approx(0.4)


def test_missing_columns_are_named() -> None:
    with pytest.raises(ConfigError, match="remove_unused_columns=False"):
        rewards.score(["x"], task=["top_k_rec"])
