"""The methods: each takes what the training part knows and one row, and answers the row."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from itdr.builders.core.rng import HashRng, stable_hash
from itdr.scoring.baselines.training import CellTraining, Training
from itdr.scoring.metrics.per_task import scale_of
from itdr.scoring.metrics.result import Answer
from itdr.scoring.parsing.attributes import NUMBERS

Row = Mapping[str, Any]
WORDS = 60
"""Words in the answer made of common words: about as long as a short true answer."""


def _draw(row: Row, purpose: str) -> HashRng:
    return HashRng(stable_hash("baseline", purpose, row["id"]))


# -- rankings -------------------------------------------------------------------------------------


def random_order(training: Training, row: Row) -> Answer:
    """All candidates tied: the score of chance."""
    return ranked_candidates(row, [0.0] * len(row["candidates"]))


def most_popular(training: Training, row: Row) -> Answer:
    """By how many users of the training part touched a candidate."""
    cell_training = training.of(row)
    return ranked_candidates(row, [len(users) for users in _candidates(cell_training, row)])


def co_occurrence(training: Training, row: Row) -> Answer:
    """By the highest cosine with an item of the history."""
    return ranked_candidates(row, co_occurrence_scores(training, row))


def co_occurrence_scores(training: Training, row: Row) -> list[float]:
    """The highest cosine of each candidate with an item of the history.

    The cosine of two items: training users who touched both, over the root of the product of the
    numbers that touched each. The row's own user is left out.

    Args:
        training: what the training part's users did.
        row: a row with candidates.

    Returns:
        A score per candidate, 0 to 1.
    """
    cell_training = training.of(row)
    own = cell_training.user(row)
    past = [cell_training.work(one["item_id"]) for one in row["history"]]
    before = [_without(cell_training.touched_by(work), own) for work in past if work is not None]
    scores = []
    for users in _candidates(cell_training, row):
        cosines = [
            len(np.intersect1d(one, users, assume_unique=True)) / np.sqrt(len(one) * len(users))
            for one in before
            if len(one) and len(users)
        ]
        scores.append(float(max(cosines, default=0.0)))
    return scores


def newest(training: Training, row: Row) -> Answer:
    """By year, the newest first; without years all candidates are tied."""
    years = [training.of(row).year(one["item_id"]) for one in row["candidates"]]
    return ranked_candidates(row, [0.0 if year is None else float(year) for year in years])


def first_seen(training: Training, row: Row) -> Answer:
    """Rank candidates by when somebody else of the training part first touched them, the latest first.

    Args:
        training: what the training part's users did.
        row: a row with candidates.

    Returns:
        The ranking.
    """
    cell_training = training.of(row)
    own = cell_training.user(row)
    works = [cell_training.work(one["item_id"]) for one in row["candidates"]]
    since = [
        cell_training.cell.train_stats.since(work, -1 if own is None else own)
        if work is not None
        else 0
        for work in works
    ]
    return ranked_candidates(row, [float(one) for one in since])


def item_prior(training: Training, row: Row) -> Answer:
    """By the share of a candidate's training rows in which it is a target."""
    shares = training.item_shares(row)
    return ranked_candidates(row, [shares(one["item_id"]) for one in row["candidates"]])


def genre_overlap(training: Training, row: Row) -> Answer:
    """By the cosine of a candidate's categories with those of the history."""
    cell_training = training.of(row)
    past = [cell_training.categories(one["item_id"]) for one in row["history"]]
    own = [cell_training.categories(one["item_id"]) for one in row["candidates"]]
    return ranked_candidates(row, category_overlap(past, own))


def category_overlap(
    past: Sequence[Sequence[str]], candidates: Sequence[Sequence[str]]
) -> list[float]:
    """The cosine of each candidate's categories with the category counts of the history.

    Args:
        past: categories of each item of the history.
        candidates: categories of each candidate.

    Returns:
        A score per candidate, 0 to 1.
    """
    counts = Counter(name for names in past for name in names)
    length = math.sqrt(sum(n * n for n in counts.values()))
    scores = []
    for names in candidates:
        norm = length * math.sqrt(len(set(names)))
        scores.append(sum(counts[name] for name in set(names)) / norm if norm else 0.0)
    return scores


def _candidates(cell_training: CellTraining, row: Row) -> list[np.ndarray]:
    """The users of the training part behind each candidate, the row's own left out."""
    own = cell_training.user(row)
    works = [cell_training.work(one["item_id"]) for one in row["candidates"]]
    return [
        np.zeros(0, np.int32) if work is None else _without(cell_training.touched_by(work), own)
        for work in works
    ]


def _without(users: np.ndarray, own: int | None) -> np.ndarray:
    return users if own is None else users[users != own]


def ranked_candidates(row: Row, scores: Sequence[float]) -> Answer:
    """The candidates by falling score.

    Args:
        row: a row with candidates.
        scores: of each candidate.

    Returns:
        A numbered list, with the sizes of tied groups.
    """
    order = sorted(range(len(scores)), key=lambda k: (-scores[k], k))
    ties: list[int] = []
    for place, k in enumerate(order):
        if place and scores[k] == scores[order[place - 1]]:
            ties[-1] += 1
        else:
            ties.append(1)
    lines = [f"{place}. {row['candidates'][k]['title']}" for place, k in enumerate(order, 1)]
    return Answer("\n".join(lines), tuple(ties))


# -- ratings --------------------------------------------------------------------------------------


def random_rating(training: Training, row: Row) -> Answer:
    """A random step of the scale, all equally likely."""
    scale = scale_of(row)
    steps = round((scale.high - scale.low) / scale.step)
    return _number(scale.low + _draw(row, "rating").below(steps + 1) * scale.step, row)


def shown_mean(training: Training, row: Row) -> Answer:
    """The mean of the ratings that the prompt shows."""
    ratings = [one["rating"] for one in row["history"] if one["rating"] is not None]
    return _number(sum(ratings) / len(ratings) if ratings else None, row)


def user_mean(training: Training, row: Row) -> Answer:
    """The mean of the user's earlier ratings."""
    return _number(training.of(row).user_mean(row), row)


def item_mean(training: Training, row: Row) -> Answer:
    """The item's mean rating in the training part, else the mean of all ratings there."""
    cell_training = training.of(row)
    mean = cell_training.item_mean(row)
    return _number(cell_training.mean() if mean is None else mean, row)


def bias(training: Training, row: Row) -> Answer:
    """The mean of the shown ratings plus the item's bias: how far training users rated it above
    their own means, shrunk towards zero where few did."""
    ratings = [one["rating"] for one in row["history"] if one["rating"] is not None]
    if not ratings:
        return item_mean(training, row)
    return _number(sum(ratings) / len(ratings) + training.of(row).item_bias(row), row)


def _number(value: float | None, row: Row) -> Answer:
    scale = scale_of(row)
    return Answer(f"{(scale.low + scale.high) / 2 if value is None else value:.4f}")


# -- likes ----------------------------------------------------------------------------------------


def even_odds(training: Training, row: Row) -> Answer:
    """A probability of one half: the score of chance."""
    return Answer("0.5")


def like_by_item_mean(training: Training, row: Row) -> Answer:
    """The item's mean rating in the training part, on a scale from 0 to 1."""
    scale, cell_training = scale_of(row), training.of(row)
    mean = cell_training.item_mean(row)
    mean = cell_training.mean() if mean is None else mean
    share = 0.5 if mean is None else (mean - scale.low) / (scale.high - scale.low)
    return Answer(f"{share:.4f}")


def like_by_genres(training: Training, row: Row) -> Answer:
    """By how much closer the item's categories are to those of the likes than to those of the
    dislikes."""
    return Answer(f"{(1 + _genre_margin(training, row, row['item_id'])) / 2:.4f}")


def better_genres(training: Training, row: Row) -> Answer:
    """The item whose categories are closer to those of the likes than to those of the dislikes."""
    return ranked_candidates(
        row, [_genre_margin(training, row, one["item_id"]) for one in row["candidates"]]
    )


def _genre_margin(training: Training, row: Row, item: str) -> float:
    """Overlap of the item's categories with the likes minus that with the dislikes, from -1 to 1."""
    cell_training, liked = training.of(row), scale_of(row).liked
    own = [cell_training.categories(item)]
    sides: dict[bool, list[Sequence[str]]] = {True: [], False: []}
    for one in row["history"]:
        sides[one["rating"] >= liked].append(cell_training.categories(one["item_id"]))
    return category_overlap(sides[True], own)[0] - category_overlap(sides[False], own)[0]


# -- attributes -----------------------------------------------------------------------------------


def majority_attributes(training: Training, row: Row) -> Answer:
    """The commonest value among the training part's users; for numbers the mean.

    Args:
        training: what the training part's users did.
        row: a row of user attributes.

    Returns:
        A value for each attribute that is known.
    """
    guesses = []
    for name, values in _known_values(training, row):
        if name in NUMBERS:
            total = sum(float(value) * n for value, n in values)
            guesses.append((name, f"{total / sum(n for _, n in values):.0f}"))
        else:
            guesses.append((name, values[0][0]))
    return _stated(guesses)


def random_attributes(training: Training, row: Row) -> Answer:
    """A value that somebody of the training part has, every value equally likely.

    Args:
        training: what the training part's users did.
        row: a row of user attributes.

    Returns:
        A value for each attribute that is known.
    """
    return _stated(
        [
            (name, values[_draw(row, name).below(len(values))][0])
            for name, values in _known_values(training, row)
        ]
    )


def _known_values(
    training: Training, row: Row
) -> Iterator[tuple[str, tuple[tuple[str, int], ...]]]:
    """The row's attributes that somebody of the training part has, with their values' counts."""
    cell_training = training.of(row)
    for one in row["attributes"]:
        values = cell_training.values(one["name"].replace(" ", "_"))
        if values:
            yield one["name"], values


def _stated(guesses: Sequence[tuple[str, str]]) -> Answer:
    return Answer("\n".join(f"{name}: {value}" for name, value in guesses))


# -- texts ----------------------------------------------------------------------------------------


def common_words(training: Training, row: Row) -> Answer:
    """The commonest words of the training rows' answers, the commonest first."""
    counts = training.words(row)
    words = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return Answer(" ".join(word for word, _ in words[:WORDS]))
