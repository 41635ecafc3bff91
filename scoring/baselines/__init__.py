"""Simple methods without any model: the floor of each score.

Each knows the row and what training users did, except the row's own user, and nothing of validation
or test. Equal candidates stay equal: the prediction lists them as `ties` and is scored by the
expected value over all their orders.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from itdr.builders.core.errors import ConfigError, choose_from
from itdr.scoring.baselines.training import Training
from itdr.scoring.data import Data
from itdr.scoring.metrics.result import Answer

Row = Mapping[str, Any]
Method = Callable[[Training, Row], Answer]

__all__ = ["METHODS", "Method", "methods_of", "predict"]


def _methods() -> dict[str, dict[str, Method]]:
    from itdr.scoring.baselines import plain as m

    ranking: dict[str, Method] = {
        "random": m.random_order,
        "most-popular": m.most_popular,
        "newest": m.newest,
        "first-seen": m.first_seen,
        "item-prior": m.item_prior,
        "genre-overlap": m.genre_overlap,
        "co-occurrence": m.co_occurrence,
    }
    pairs = {name: ranking[name] for name in ("random", "most-popular", "newest")}
    texts: dict[str, Method] = {"common-words": m.common_words}
    return {
        "rating_prediction": {
            "random": m.random_rating,
            "shown-mean": m.shown_mean,
            "user-mean": m.user_mean,
            "item-mean": m.item_mean,
            "bias": m.bias,
        },
        "top_k_rec": ranking,
        "cross_domain_rec": ranking,
        "sequential_rec": ranking,
        "user_attribute_prediction": {
            "random": m.random_attributes,
            "majority": m.majority_attributes,
        },
        "pointwise_rec": {
            "random": m.even_odds,
            "item-mean": m.like_by_item_mean,
            "genre-overlap": m.like_by_genres,
        },
        "pairwise_rec": {
            **pairs,
            "genre-overlap": m.better_genres,
        },
        "interest_recognition": texts,
        "target_user_identification": texts,
    }


METHODS = _methods()
"""Subtask -> its methods by name."""


def methods_of(task: str, chosen: Sequence[str] | None = None) -> dict[str, Method]:
    """The baselines of a subtask, or those of them that are chosen.

    Args:
        task: id of a subtask.
        chosen: names of baselines; None for all.

    Returns:
        Methods by name.

    Raises:
        ConfigError: for a name that no subtask has.
    """
    known = sorted({name for several in METHODS.values() for name in several})
    for name in chosen or ():
        if name not in known:
            raise ConfigError(choose_from("baseline", name, known))
    own = METHODS.get(task, {})
    return {name: own[name] for name in own if not chosen or name in chosen}


def predict(data: Data, rows: Iterable[Row], method: Method, training: Training) -> list[Answer]:
    """The method's answers to these rows, in their order."""
    return [method(training, row) for row in rows]
