"""The metrics of each subtask: one row's values, beside the values of chance."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from itdr.builders.core.errors import ConfigError
from itdr.builders.core.schema import Scale
from itdr.builders.dataset import registry
from itdr.scoring.metrics import opposites
from itdr.scoring.metrics import ranking as metrics_ranking
from itdr.scoring.metrics.result import Answer, Scored
from itdr.scoring.metrics.text import score_texts
from itdr.scoring.parsing import attributes as attribute_rules
from itdr.scoring.parsing import forms, parse
from itdr.scoring.parsing.parse import Ranking
from itdr.scoring.parsing.titles import Titles

Row = Mapping[str, Any]
RANKING_TASKS = ("top_k_rec", "cross_domain_rec")
CHOICE_TASK = "sequential_rec"
PAIR_TASK = "pairwise_rec"
LIKE_TASK = "pointwise_rec"
RATING_TASK = "rating_prediction"
ATTRIBUTE_TASK = "user_attribute_prediction"
TEXT_TASKS = ("interest_recognition", "target_user_identification")
ALL_TASKS = (
    *RANKING_TASKS, CHOICE_TASK, PAIR_TASK, LIKE_TASK, RATING_TASK, ATTRIBUTE_TASK, *TEXT_TASKS,
)  # fmt: skip
"""The subtasks of this package; others come with packages that add theirs."""
READ = " (read)"
"""Ends the name of an error's figure over the answers that could be read."""


def is_open(row: Row) -> bool:
    """Whether a row asks for titles of the whole catalogue: it has true items, and no candidates."""
    ranked = row["task"] in (CHOICE_TASK, *RANKING_TASKS)
    return ranked and not row["candidates"] and bool(row["relevant"])


def is_root(metric: str) -> bool:
    """Whether the metric is the root of a mean (of squares), and not a mean."""
    return metric.startswith("RMSE")


def lower_is_better(metric: str) -> bool:
    """Whether smaller is better, as for errors."""
    return metric.startswith(("RMSE", "MAE"))


Scorer = Callable[[Sequence[Row], Sequence[Answer]], list[Scored]]


def scorers() -> dict[str, Scorer]:
    """Task -> the function that scores its rows.

    Returns:
        Scorers by subtask.
    """
    return {
        RATING_TASK: _score_ratings,
        **dict.fromkeys(RANKING_TASKS, _score_rankings),
        CHOICE_TASK: _score_choices,
        PAIR_TASK: _score_pairs,
        LIKE_TASK: score_likes,
        ATTRIBUTE_TASK: _score_attributes,
        **dict.fromkeys(TEXT_TASKS, score_texts),
    }


def scale_of(row: Row) -> Scale:
    """The rating scale of a row's source."""
    scale = registry.source(row["source"]).scale
    if scale is None:
        raise ConfigError(f"{row['id']}: the source {row['source']!r} has no rating scale.")
    return scale


# -- ratings --------------------------------------------------------------------------------------


def _score_ratings(rows: Sequence[Row], answers: Sequence[Answer]) -> list[Scored]:
    """RMSE and MAE, with the largest possible error for unreadable answers, and without these."""
    scores = []
    for row, answer in zip(rows, answers, strict=True):
        scale, truth = scale_of(row), float(row["rating"])
        rating = parse.rating(answer.text, scale)
        error = (
            max(truth - scale.low, scale.high - truth) if rating is None else abs(rating - truth)
        )
        steps = round((scale.high - scale.low) / scale.step)
        by_chance = [abs(scale.low + k * scale.step - truth) for k in range(steps + 1)]
        scores.append(_error("", rating is not None, error, by_chance, mae=True))
    return scores


def _error(
    name: str, readable: bool, error: float, by_chance: Sequence[float], mae: bool = False
) -> Scored:
    """Squared and absolute error, beside those of a uniformly drawn value."""
    end = f" {name}" if name else ""
    values, chance = {}, {}
    for metric, power in ((f"RMSE{end}", 2), (f"MAE{end}", 1)) if mae else ((f"RMSE{end}", 2),):
        luck = math.fsum(one**power for one in by_chance) / len(by_chance)
        for label in (metric, metric + READ) if readable else (metric,):
            values[label], chance[label] = error**power, luck
    return Scored(readable, values, chance)


# -- rankings -------------------------------------------------------------------------------------


def _score_rankings(rows: Sequence[Row], answers: Sequence[Answer]) -> list[Scored]:
    """NDCG@10, Hit@1, Precision@5 and MRR; expected values where a method has ties, or the answer is a
    set, all of whose entries are equal."""
    rankings, targets = [], []
    for row, answer in zip(rows, answers, strict=True):
        listing = _read_ranking(row, answer.text)
        rankings.append(Ranking(listing.places, answer.ties or listing.ties))
        targets.append(true_places(row))
    plain = [k for k, ranking in enumerate(rankings) if all(n == 1 for n in ranking.ties)]
    values = dict(
        zip(
            plain,
            metrics_ranking.exact([rankings[k] for k in plain], [targets[k] for k in plain]),
            strict=True,
        )
    )
    return [
        Scored(
            ranking.readable,
            values[k] if k in values else metrics_ranking.expected(ranking, targets[k]),
            dict(_chance(rows[k], len(targets[k]))),
        )
        for k, ranking in enumerate(rankings)
    ]


def _chance(row: Row, targets: int) -> dict[str, float]:
    ranked = forms.form_of(row) == "titles"
    by_chance = metrics_ranking.chance if ranked else metrics_ranking.chance_of_set
    return by_chance(len(row["candidates"]), targets)


def _read_ranking(row: Row, text: Any) -> Ranking:
    """The candidates that an answer lists, read in the form that the row asks for.

    Args:
        row: of a subtask whose answer names several candidates.
        text: the answer.

    Returns:
        Their places; one group of ties where the answer is a set.
    """
    form = forms.form_of(row)
    titles = [one["title"] for one in row["candidates"]]
    ranking = Ranking()
    if form == "index":
        ranking = Ranking(forms.indexes(text, len(titles), alone=True))
    ranking = ranking if ranking.places else parse.ranking(text, titles)
    if form == "index" and not ranking.readable:
        ranking = Ranking(forms.indexes(text, len(titles)))
    return ranking if form == "titles" else Ranking(ranking.places, (max(len(ranking.places), 1),))


def _read_choice(row: Row, text: Any) -> int | None:
    """The candidate that an answer names, read in the form that the row asks for.

    Args:
        row: of a subtask whose answer names one candidate.
        text: the answer.

    Returns:
        Its place, None where no candidate is named.
    """
    titles = [one["title"] for one in row["candidates"]]
    if forms.form_of(row) != "index":
        return parse.choice(text, titles)
    numbers = forms.indexes(text, len(titles), alone=True)
    if numbers:
        return numbers[0]
    choice = parse.choice(text, titles)
    if choice is not None:
        return choice
    return next(iter(forms.indexes(text, len(titles))), None)


def true_places(row: Row) -> frozenset[int]:
    """The places of the true items in the row's list of candidates."""
    true = set(row["relevant"])
    places = frozenset(k for k, one in enumerate(row["candidates"]) if one["item_id"] in true)
    if not places:
        raise ConfigError(f"{row['id']}: no candidate is a true item: this row cannot be scored.")
    return places


def _score_choices(rows: Sequence[Row], answers: Sequence[Answer]) -> list[Scored]:
    """Hit@1: the first title named is the target. With ties the share of a guess among the first."""
    return _score_first(rows, answers, "Hit@1")


def _score_pairs(rows: Sequence[Row], answers: Sequence[Answer]) -> list[Scored]:
    """Accuracy: the first title named is the one preferred; as `_score_choices` with ties."""
    return _score_first(rows, answers, opposites.ACCURACY)


def score_likes(rows: Sequence[Row], answers: Sequence[Answer]) -> list[Scored]:
    """AUC, grouped AUC and accuracy; a like is as the source's scale has it."""
    return opposites.score_likes(rows, answers, [scale_of(row).liked for row in rows])


def _score_first(rows: Sequence[Row], answers: Sequence[Answer], metric: str) -> list[Scored]:
    scores = []
    for row, answer in zip(rows, answers, strict=True):
        true = true_places(row)
        if answer.ties and answer.ties[0] > 1:
            titles = Titles([one["title"] for one in row["candidates"]])
            first = parse.ranking(answer.text, titles).places[: answer.ties[0]]
            hit = sum(place in true for place in first) / max(len(first), 1)
            readable = any(place is not None for place in first)
        else:
            choice = _read_choice(row, answer.text)
            hit, readable = float(choice in true), choice is not None
        chance = len(true) / len(row["candidates"])
        scores.append(Scored(readable, {metric: hit}, {metric: chance}))
    return scores


# -- attributes -----------------------------------------------------------------------------------


def _score_attributes(rows: Sequence[Row], answers: Sequence[Answer]) -> list[Scored]:
    """Accuracy of each attribute, RMSE of ages and years of birth.

    Chance: a value drawn from those that the rows of the same source hold, all alike.
    """
    value_sets: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        for one in row["attributes"]:
            value_sets.setdefault((row["source"], one["name"]), set()).add(one["value"])
    scores = []
    for row, answer in zip(rows, answers, strict=True):
        truth = {one["name"]: one["value"] for one in row["attributes"]}
        predictions = parse.attributes(answer.text, list(truth))
        scored = Scored(bool(predictions), {}, {})
        for name, value in truth.items():
            values = sorted(value_sets[row["source"], name])
            one = _attribute(name, predictions.get(name), value, values)
            scored.values.update(one.values)
            scored.chance.update(one.chance)
        scores.append(scored)
    return scores


def _attribute(name: str, prediction: str | None, truth: str, values: Sequence[str]) -> Scored:
    if name not in attribute_rules.NUMBERS:
        right = prediction is not None and attribute_rules.same_value(name, prediction, truth)
        metric = f"accuracy {name}"
        return Scored(prediction is not None, {metric: float(right)}, {metric: 1 / len(values)})
    true = float(truth)
    number = None if prediction is None else attribute_rules.parse_number(name, prediction)
    if number is None:
        error = attribute_rules.max_error(name, true)
    else:
        error = abs(attribute_rules.clip(name, number) - true)
    return _error(name, number is not None, error, [abs(float(one) - true) for one in values])
