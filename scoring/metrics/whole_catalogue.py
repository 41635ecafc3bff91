"""Metrics of answers out of the whole catalogue: recall, NDCG and MRR, and what was recommended.

An entry of an answer takes the next rank. One that names nothing in the catalogue, and one that was named
before, keeps its rank and gains nothing. An entry that fits n works which nothing tells apart gains 1/n for
a true one: the expected value of a guess among them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from itdr.builders.core.errors import ConfigError
from itdr.scoring.catalogue import Catalogue, Catalogues
from itdr.scoring.metrics.result import Answer, Recommended, Scored
from itdr.scoring.parsing.catalogue_titles import Named
from itdr.scoring.parsing.reasons import Unread

Row = Mapping[str, Any]
RECALL = (1, 5, 10, 20)
NDCG = (5, 10, 20)
COVERAGE = 10
"""Entries of an answer that count for coverage."""
COVERED = f"coverage@{COVERAGE}"
OUTSIDE = "outside the catalogue"
AMBIGUOUS = "ambiguous titles"
LENGTH = "titles per answer"
POPULARITY = "training users"
"""Metrics that describe the answers, by name; for none of them is higher or lower better."""
DESCRIPTIVE = (OUTSIDE, AMBIGUOUS, LENGTH, POPULARITY, COVERED)


def score(rows: Sequence[Row], answers: Sequence[Answer], catalogues: Catalogues) -> list[Scored]:
    """The values of each row, and those of as many titles drawn at random.

    Args:
        rows: rows that list no candidates.
        answers: one answer per row.
        catalogues: what can be an answer.

    Returns:
        One `Scored` per row.
    """
    return [
        _one(row, answer, catalogues.of(row)) for row, answer in zip(rows, answers, strict=True)
    ]


def _one(row: Row, answer: Answer, catalogue: Catalogue) -> Scored:
    true = {catalogue.work_of(item) for item in row["relevant"]}
    if None in true or not true:
        raise ConfigError(
            f"{row['id']}: a true item is not in the catalogue: give the one that was built with it."
        )
    texts = [text for text in (answer.text, *answer.others) if text is not None]
    recommendations = catalogue.recommended(texts, [one["item_id"] for one in row["history"]])
    gains = _gains(recommendations, true)
    matches = [works for works in recommendations if works is not None]
    values = _ranked(gains, len(true))
    if recommendations:
        values[OUTSIDE] = recommendations.count(None) / len(recommendations)
        values[LENGTH] = len(recommendations)
    if matches:
        values[AMBIGUOUS] = sum(len(works) > 1 for works in matches) / len(matches)
        users = [catalogue.users[list(works)].mean() for works in matches]
        values[POPULARITY] = math.fsum(users) / len(users)
    chance = _chance(len(recommendations), len(true), len(catalogue))
    if matches:
        chance[POPULARITY] = float(catalogue.users.mean())
    first = tuple(works[0] for works in recommendations[:COVERAGE] if works is not None)
    return Scored(
        bool(matches),
        values,
        chance,
        "" if matches or not recommendations else Unread.NOT_IN_CATALOGUE.value,
        Recommended(first, len(catalogue)),
    )


def _gains(listed: Sequence[Named | None], true: set[int | None]) -> list[float]:
    """What each entry gains."""
    earlier_works: set[int] = set()
    gains = []
    for works in listed:
        fresh = [work for work in works or () if work not in earlier_works]
        gains.append(sum(work in true for work in fresh) / len(works) if works else 0.0)
        earlier_works.update(fresh)
    return gains


def _ranked(gains: Sequence[float], targets: int) -> dict[str, float]:
    values = {f"Recall@{k}": math.fsum(gains[:k]) / targets for k in RECALL}
    for k in NDCG:
        dcg = math.fsum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains[:k], 1))
        best = math.fsum(1 / math.log2(rank + 1) for rank in range(1, min(targets, k) + 1))
        values[f"NDCG@{k}"] = dcg / best
    reciprocal, no_hit = 0.0, 1.0
    for rank, gain in enumerate(gains, 1):
        reciprocal += no_hit * gain / rank
        no_hit *= 1 - gain
    values["MRR"] = reciprocal
    return values


def _chance(length: int, targets: int, works: int) -> dict[str, float]:
    """The expected values of `length` distinct works drawn at random."""
    share = targets / works
    expectation = _ranked([share] * min(length, works), targets)
    # Without replacement, the first true item comes a little earlier.
    reciprocal, no_hit = 0.0, 1.0
    for rank in range(min(length, works - targets + 1)):
        hit = targets / (works - rank)
        reciprocal += no_hit * hit / (rank + 1)
        no_hit *= 1 - hit
    return {**expectation, "MRR": reciprocal}
