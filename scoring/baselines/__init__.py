"""Simple methods without any model: the floor of each score.

Each knows the row and what training users did, except the row's own user, and nothing of validation
or test. Equal candidates stay equal: the prediction lists them as `ties` and is scored by the
expected value over all their orders.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from itdr.builders.core.errors import ConfigError, choose_from
from itdr.scoring.baselines import classic, rankers
from itdr.scoring.baselines.training import Training
from itdr.scoring.data import Data
from itdr.scoring.metrics.per_task import is_open
from itdr.scoring.metrics.result import Answer

Row = Mapping[str, Any]
Method = Callable[[Training, Row], Answer]

__all__ = ["CLASSIC", "METHODS", "Method", "methods_of", "predict"]


POPULAR_RECENT = "popular-recent"
WHOLE: dict[str, rankers.Scores] = {
    "most-popular": rankers.most_popular_scores,
    POPULAR_RECENT: rankers.popular_recent_scores,
}
"""Plain methods that rank the whole catalogue, too."""


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
    timed: dict[str, Method] = {**ranking, POPULAR_RECENT: _ranked(rankers.popular_recent_scores)}
    return {
        "rating_prediction": {
            "random": m.random_rating,
            "shown-mean": m.shown_mean,
            "user-mean": m.user_mean,
            "item-mean": m.item_mean,
            "bias": m.bias,
        },
        "top_k_rec": timed,
        "cross_domain_rec": ranking,
        "sequential_rec": timed,
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


CLASSIC_TASKS = ("sequential_rec", "top_k_rec")
"""Subtasks that classic recommenders serve."""


def _ranked(scores: rankers.Scores) -> Method:
    return functools.partial(rankers.answer, scores)


METHODS = _methods()
"""Subtask -> the plain methods that serve it, by name."""
CLASSIC = tuple(classic.SETTINGS)
"""Classic recommenders, which need the extra `baselines` and are only asked for by name."""


def require_methods(chosen: Sequence[str]) -> None:
    """Check names of methods.

    Args:
        chosen: the names.

    Raises:
        ConfigError: for one that no subtask knows.
    """
    methods = sorted({*CLASSIC, *(name for several in METHODS.values() for name in several)})
    for name in chosen:
        if name not in methods:
            raise ConfigError(choose_from("baseline", name, methods))


def methods_of(
    task: str, chosen: Sequence[str] | None = None, rows: Sequence[Row] = ()
) -> dict[str, Method]:
    """The methods that answer rows of a subtask.

    Args:
        task: the subtask.
        chosen: names of plain methods and classic recommenders; None for all plain ones.
        rows: the rows to be answered, which may list no candidates, or show no times.

    Returns:
        Methods by name.

    Raises:
        ConfigError: for a name that no subtask knows, and for a method that ranks listed candidates
            alone where there are none.
    """
    require_methods(chosen or ())
    own = dict(METHODS.get(task, {}))
    if not chosen and not (rows and all(map(_is_timed, rows))):
        own.pop(POPULAR_RECENT, None)
    if any(map(is_open, rows[:1])):
        own = {name: _ranked(scores) for name, scores in WHOLE.items() if name in own}
        refused = [name for name in chosen or () if name not in (*WHOLE, *CLASSIC)]
        if refused:
            raise ConfigError(
                f"{refused[0]} ranks listed candidates, and candidates=0 lists none. For the whole "
                f"catalogue there are: {', '.join((*WHOLE, *CLASSIC))}."
            )
    if chosen and task in CLASSIC_TASKS:
        own |= {name: _ranked(classic.Classic(name)) for name in CLASSIC}
    return {name: own[name] for name in own if not chosen or name in chosen}


def _is_timed(row: Row) -> bool:
    return any(one["timestamp"] is not None for one in row["history"])


def predict(data: Data, rows: Iterable[Row], method: Method, training: Training) -> list[Answer]:
    """The method's answers to these rows, in their order."""
    return [method(training, row) for row in rows]
