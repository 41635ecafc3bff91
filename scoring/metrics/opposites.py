"""Metrics of likes and dislikes: AUC over a cell, AUC within users, accuracy.

The AUC of a cell is a mean over its rows: a liked one has the share of disliked ones that it is
rated above, a disliked one the share of liked ones that it is rated below, ties by half. Both means
are the AUC (Mann and Whitney, 1947). An unreadable answer counts as on the wrong side of all
others.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from itdr.scoring.metrics.result import Answer, Scored
from itdr.scoring.parsing.likes import liking

Row = Mapping[str, Any]
AUC, GROUPED, ACCURACY = "AUC", "grouped AUC", "accuracy"


def score_likes(
    rows: Sequence[Row], answers: Sequence[Answer], liked_from: Sequence[float]
) -> list[Scored]:
    """AUC, grouped AUC and accuracy.

    Args:
        rows: of pointwise_rec.
        answers: yes or no, or how likely a like is.
        liked_from: the rating from which each row's item is liked.

    Returns:
        Each row's values. AUC is left out where a cell, grouped AUC where a user has rows of one kind
        alone.
    """
    true = np.array(
        [row["rating"] >= least for row, least in zip(rows, liked_from, strict=True)], bool
    )
    likings = [liking(answer.text) for answer in answers]
    worst = np.where(true, -math.inf, math.inf)
    values = np.array([w if one is None else one for one, w in zip(likings, worst, strict=True)])
    scores = []
    for one, like in zip(likings, true.tolist(), strict=True):
        right = 0.0 if one is None else 0.5 if one == 0.5 else float((one > 0.5) == like)
        scores.append(Scored(one is not None, {ACCURACY: right}, {ACCURACY: 0.5}))
    for metric, key in ((AUC, ("source",)), (GROUPED, ("source", "user_id"))):
        groups: dict[tuple[Any, ...], list[int]] = {}
        for place, row in enumerate(rows):
            groups.setdefault(tuple(row[name] for name in key), []).append(place)
        for places in groups.values():
            for place, share in _shares(places, true, values):
                scores[place].values[metric] = share
                scores[place].chance[metric] = 0.5
    return scores


def _shares(places: list[int], true: np.ndarray, values: np.ndarray) -> Iterable[tuple[int, float]]:
    """For each row of a group, the share of rows of the other kind that it is ordered correctly
    against."""
    sides = {
        kind: np.sort(values[[k for k in places if true[k] == kind]]) for kind in (False, True)
    }
    for k in places:
        other = sides[not true[k]]
        if not len(other):
            return
        below = int(other.searchsorted(values[k], side="left"))
        upto = int(other.searchsorted(values[k], side="right"))
        share = (below + upto) / 2 / len(other)
        yield k, share if true[k] else 1 - share
