"""How well a classifier does without knowing the user's taste, using all shortcuts of a row at once.

Gradient boosting on features of each candidate, in five folds by user; the candidate with the highest
probability is taken. Needs the extra `audit` (scikit-learn).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from itdr.audit.features import Features
from itdr.audit.shortcuts import hit_of
from itdr.builders.core.rng import stable_hash
from itdr.scoring.extras import require

Row = Mapping[str, Any]
FOLDS = 5
NO_TASTE = (
    "place",
    "length",
    "alphabet",
    "letters",
    "popularity",
    "first seen",
    "year",
    "year gap",
    "town",
    "item prior",
)
SETS: Mapping[str, tuple[str, ...]] = {
    "no taste": NO_TASTE,
    "no taste, and genres": (*NO_TASTE, "genres"),
}
"""Classifier -> the features it is given."""


class Classifiers:
    """Collects rows of one cell, then trains and tests on them."""

    def __init__(self) -> None:
        self._users: list[int] = []
        self._items: list[list[str]] = []
        self._true: list[list[bool]] = []
        self._features: list[Features] = []

    def see(self, row: Row, features: Features) -> None:
        """Take a row with the features of its candidates."""
        self._users.append(stable_hash("fold", row["user_id"]) % FOLDS)
        self._items.append([one["item_id"] for one in row["candidates"]])
        self._true.append([one["item_id"] in row["relevant"] for one in row["candidates"]])
        self._features.append(features)

    def scores(self) -> dict[str, float]:
        """Hit@1 of each classifier over all rows, each row tested by a model trained on the other folds.

        Returns:
            Hit@1 by name of a set of features; empty for too few users.

        Raises:
            MissingExtraError: where scikit-learn is not installed.
        """
        require("sklearn")
        if len(set(self._users)) < FOLDS:
            return {}
        available = {name for name in NO_TASTE if all(name in one for one in self._features)}
        available |= {"item prior", "genres"}
        return {
            name: self._score([one for one in feature_names if one in available])
            for name, feature_names in SETS.items()
        }

    def _score(self, names: Sequence[str]) -> float:
        from sklearn.ensemble import HistGradientBoostingClassifier

        folds = np.array(self._users)
        hits = 0.0
        for fold in range(FOLDS):
            prior = self._prior(np.flatnonzero(folds != fold))
            rows = [self._matrix(k, names, prior, fold) for k in range(len(folds))]
            train = np.flatnonzero(folds != fold).tolist()
            model = HistGradientBoostingClassifier(
                max_depth=3, max_iter=80, learning_rate=0.1, random_state=0, early_stopping=False
            )
            truth = np.concatenate([self._true[k] for k in train])
            model.fit(np.concatenate([rows[k] for k in train]), truth)
            test = np.flatnonzero(folds == fold).tolist()
            chances = model.predict_proba(np.concatenate([rows[k] for k in test]))[:, 1]
            ends = np.cumsum([len(self._true[k]) for k in test])[:-1]
            for k, scores in zip(test, np.split(chances, ends), strict=True):
                hits += hit_of(self._true[k], scores.tolist())
        return hits / len(folds)

    def _prior(self, rows: np.ndarray) -> tuple[Counter[str], Counter[str]]:
        """How often the items are shown, and are targets, in these rows."""
        appearances: Counter[str] = Counter()
        true: Counter[str] = Counter()
        for k in rows.tolist():
            appearances.update(self._items[k])
            true.update(i for i, one in zip(self._items[k], self._true[k], strict=True) if one)
        return appearances, true

    def _matrix(
        self, k: int, names: Sequence[str], prior: tuple[Counter[str], Counter[str]], fold: int
    ) -> np.ndarray:
        """One row per candidate: each feature as it is, and its rank within the row."""
        appearances, true = prior
        chance = sum(self._true[k]) / len(self._true[k])
        in_training = self._users[k] != fold  # a training row is itself among the counts
        columns = []
        for name in names:
            if name == "item prior":
                values = [
                    (true[item] - (in_training and one) + 2 * chance)
                    / (appearances[item] - in_training + 2)
                    for item, one in zip(self._items[k], self._true[k], strict=True)
                ]
            else:
                values = self._features[k][name]
            column = np.array(values, float)
            columns += [column, (column[:, None] > column[None, :]).sum(axis=1)]
        return np.stack(columns, axis=1)
