"""Methods that give every work a score, and so can rank listed candidates and the whole catalogue alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from itdr.builders.core.errors import ConfigError
from itdr.scoring.baselines.plain import ranked_candidates
from itdr.scoring.baselines.training import CellTraining, Training
from itdr.scoring.metrics.result import Answer

Row = Mapping[str, Any]
Scores = Callable[[CellTraining, Row, np.ndarray], np.ndarray]
"""(training part, row, works) -> a score of each work, the higher the better; NaN where it has none."""
DEPTH = 20
"""Titles that an answer out of the whole catalogue lists."""
RECENT_DAYS = 30
DAY = 86_400


def most_popular_scores(known: CellTraining, row: Row, works: np.ndarray) -> np.ndarray:
    """How many users of the training part met each work.

    Args:
        known: the training part.
        row: the row to be answered.
        works: the works to be scored.

    Returns:
        A number for each work.
    """
    return known.cell.train_stats.users[works].astype(float)


def popular_recent_scores(known: CellTraining, row: Row, works: np.ndarray) -> np.ndarray:
    """How many users of the training part met each work in the days before the last shown event.

    Args:
        known: the training part.
        row: the row to be answered.
        works: the works to be scored.

    Returns:
        A number for each work.

    Raises:
        ConfigError: where the row shows no times.
    """
    times = [one["timestamp"] for one in row["history"] if one["timestamp"] is not None]
    if not times:
        raise ConfigError(
            f"popular-recent needs times, which {row['source']} lacks: choose most-popular."
        )
    counts = known.events.recent(max(times), RECENT_DAYS * DAY, known.user(row))
    return counts[works].astype(float)


def answer(scores: Scores, training: Training, row: Row) -> Answer:
    """The answer of a method to a row.

    Args:
        scores: the method.
        training: the training part of every cell.
        row: the row to be answered.

    Returns:
        Its candidates ranked, or the first titles of the whole catalogue.
    """
    cell_training = training.of(row)
    return (
        _from_candidates(scores, cell_training, row)
        if row["candidates"]
        else _open(scores, cell_training, row)
    )


def _from_candidates(scores: Scores, cell_training: CellTraining, row: Row) -> Answer:
    works = [cell_training.work(one["item_id"]) for one in row["candidates"]]
    item_scores = scores(
        cell_training, row, np.array([0 if work is None else work for work in works])
    )
    lowest = np.array([work is None for work in works]) | np.isnan(item_scores)
    return ranked_candidates(row, np.where(lowest, -np.inf, item_scores).tolist())


def _open(scores: Scores, cell_training: CellTraining, row: Row) -> Answer:
    events, store = cell_training.events, cell_training.cell.store
    works, items = events.catalogue
    item_scores = scores(cell_training, row, works)
    able = ~np.isnan(item_scores) & ~np.isin(works, events.known_of(row))
    places = np.flatnonzero(able)
    if len(places) > DEPTH:
        least = np.partition(item_scores[places], len(places) - DEPTH)[len(places) - DEPTH]
        places = places[item_scores[places] >= least]
    order = np.lexsort((store.item_hash[works[places]], -item_scores[places]))[:DEPTH]
    (best,) = store.items_of([items[places[order]].tolist()])
    texts = [item.title for item in best]
    return Answer(texts[0] if texts else None, others=tuple(texts[1:]))
