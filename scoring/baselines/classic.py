"""Classic recommenders through LensKit: trained on the training part, scored on the very same cases.

They know of a row's user what the row shows, and what the user did in the training part.
"""

from __future__ import annotations

import functools
import logging
import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from itdr.builders.core.errors import ConfigError
from itdr.builders.core.rng import stable_hash
from itdr.scoring.baselines.rankers import most_popular_scores
from itdr.scoring.baselines.training import CellTraining
from itdr.scoring.extras import require

if TYPE_CHECKING:
    from lenskit.data import Dataset

Row = Mapping[str, Any]
MOST_WORKS = 30_000
"""The most works for which EASE, which stores a number per pair of works, is allowed (3.6 GB)."""
SETTINGS: dict[str, dict[str, Any]] = {
    "item-knn": {"max_nbrs": 20, "feedback": "implicit"},
    "als": {"embedding_size": 64, "epochs": 20, "regularization": 0.1, "weight": 40},
    "ease": {"regularization": 500},
    "bpr": {"preset": "bpr", "embedding_size": 64, "epochs": 50, "regularization": 0.01},
}
"""Method -> the options of its LensKit component."""


class Classic:
    """One method, trained once for a cell.

    Args:
        name: a key of `SETTINGS`.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._trained: dict[int, Any] = {}

    def __call__(self, known: CellTraining, row: Row, works: np.ndarray) -> np.ndarray:
        """As `rankers.Scores`."""
        require("lenskit", "pandas")
        self._check(known, row)
        if id(known) not in self._trained:
            self._trained[id(known)] = (_train(self.name, known), known)
        scorer, _ = self._trained[id(known)]
        return self._score(scorer, known, row, works)

    def _check(self, cell_training: CellTraining, row: Row) -> None:
        """Reject rows on which the test would be unfair. Raises `ConfigError`."""
        user = cell_training.cell.store.code("user", row["user_id"])
        by_user = cell_training.cell.partition.by_user
        if by_user and cell_training.user(row) is not None:
            raise ConfigError(
                f"{self.name} is trained on the users of the split train, whose rows it cannot be tried "
                "on: choose --split test or validation."
            )
        if self.name == "bpr" and (by_user or user is None):
            raise ConfigError(
                "bpr ranks for users that it was trained on alone, and split_by='user' tests others: use "
                "leave_one_out or time, or another method."
            )

    def _score(
        self, scorer: Any, cell_training: CellTraining, row: Row, works: np.ndarray
    ) -> np.ndarray:
        from lenskit.data import ItemList, RecQuery

        past = cell_training.events.known_of(row)
        past = past[cell_training.cell.train_stats.users[past] > 0]
        user = cell_training.cell.store.code("user", row["user_id"])
        if self.name == "bpr":
            query = RecQuery(user_id=user)
        else:
            if not len(past):
                return most_popular_scores(cell_training, row, works)
            query = RecQuery(history_items=ItemList(item_ids=past))
        scored = scorer(query=query, items=ItemList(item_ids=works))
        item_scores = np.asarray(scored.scores(), float)
        # Nothing is known of such a user: what is popular is the best guess.
        return (
            most_popular_scores(cell_training, row, works)
            if np.isnan(item_scores).all()
            else item_scores
        )


def _train(name: str, cell_training: CellTraining) -> Any:
    from lenskit.training import TrainingOptions

    logging.getLogger("lenskit").setLevel(logging.ERROR)
    data = _dataset(cell_training)
    if name == "ease" and data.item_count > MOST_WORKS:
        raise ConfigError(
            f"ease holds a number for each pair of works, and {cell_training.cell.cell.name} has "
            f"{data.item_count:,} of them; at most {MOST_WORKS:,} will do: filter with min_item or k_core."
        )
    seed = stable_hash(cell_training.cell.cell.seed, "baseline", name) % 2**32
    scorer = _components()[name](**SETTINGS[name])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scorer.train(data, TrainingOptions(rng=seed, device="cpu"))
    return scorer


def _dataset(cell_training: CellTraining) -> Dataset:
    import pandas as pd
    from lenskit.data import from_interactions_df

    events = cell_training.events
    return from_interactions_df(pd.DataFrame({"user_id": events.users, "item_id": events.works}))


@functools.cache
def _components() -> dict[str, Callable[..., Any]]:
    from lenskit.als import ImplicitMFScorer
    from lenskit.flexmf import FlexMFImplicitScorer
    from lenskit.knn import EASEScorer, ItemKNNScorer

    return {
        "item-knn": ItemKNNScorer,
        "als": ImplicitMFScorer,
        "ease": EASEScorer,
        "bpr": FlexMFImplicitScorer,
    }
