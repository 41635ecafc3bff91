"""Shortcuts: how well simple rules find a target without knowing the user.

A rule gives every candidate a score and takes the highest, ties by expected value. Its Hit@1 is held
against chance (the share of true items among the candidates) and is always reported. It is a fault, one per
cell and rule,
if it beats chance by more than 4 standard errors and, in addition,

- a rule of form (place, title in the history, seen in training, category): by more than 0.05;
- a rule that real behaviour makes true to some degree (popularity, novelty, length): by more than a third
  of the way from chance to 1, over 200 rows or more. (Uniform negatives on MovieLens: 0.44 of the way.)
  For pairs of which the user judged both items, these rules are only reported: what most people
  prefer is the better item, however the pairs are drawn.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from itdr.audit.features import Features, of_row
from itdr.audit.marks import Marks
from itdr.audit.result import Result
from itdr.builders.core.schema import EXTRA
from itdr.builders.dataset.formats import texts_of
from itdr.scoring.metrics.per_task import ALL_TASKS, LIKE_TASK

Row = Mapping[str, Any]
FORM = 0.05
"""How far a formal rule's Hit@1 may exceed chance."""
NATURE = 1 / 3
"""How much of the distance from chance to 1 any other rule may cover."""
ENOUGH = 200
Z = 4.0
FORMAL = (
    "title in the history",
    "not in the history",
    "category present",
    "category missing",
    "never seen in training",
    "seen in training",
)
RULES: Mapping[str, tuple[str, str]] = {
    "length": ("longest title", "shortest title"),
    "in history": ("title in the history", "not in the history"),
    "alphabet": ("", "next in the alphabet"),
    "letters": ("", "nearest in the alphabet"),
    "popularity": ("most popular", "least popular"),
    "first seen": ("first seen last", "first seen first"),
    "seen": ("seen in training", "never seen in training"),
    "category": ("category present", "category missing"),
    "year": ("newest", "oldest"),
    "year gap": ("", "year nearest to the last"),
    "town": ("town most frequent in the history", "town least frequent in the history"),
    "genres": ("genre overlap", ""),
}
"""Feature -> the rule that takes the candidate where it is highest, and where it is lowest."""
TASTE = ("genre overlap",)
"""Rules that know the user's taste: reported for comparison, never a fault."""
ITEM_PRIOR = "item prior"
UNLIKELY = 1e-6
"""The probability below which a preference for one place, within a split or over all sources, is no accident."""
LEAST_ANSWERS, ONE_SIDED = 20, 0.9
"""Yes-or-no rows give the answer away if at least this share of them have the same one."""


@dataclass
class _Tally:
    rows: int = 0
    hits: float = 0.0
    chance: float = 0.0
    variance: float = 0.0

    def add(self, hit: float, chance: float) -> None:
        self.rows += 1
        self.hits += hit
        self.chance += chance
        self.variance += chance * (1 - chance)

    @property
    def excess(self) -> float:
        return (self.hits - self.chance) / self.rows

    @property
    def z(self) -> float:
        return (self.hits - self.chance) / math.sqrt(self.variance) if self.variance else 0.0

    def tail(self) -> float:
        """The probability of at least this many hits by chance (Chernoff's bound, which is accurate enough for
        small samples, too)."""
        p, q = self.chance / self.rows, min(self.hits / self.rows, 1.0)
        if q <= p or not 0 < p < 1:
            return 1.0
        apart = q * math.log(q / p) + ((1 - q) * math.log((1 - q) / (1 - p)) if q < 1 else 0.0)
        return math.exp(-self.rows * apart)


def hit_of(true: Sequence[bool], scores: Sequence[float]) -> float:
    """Hit@1 of the candidate with the highest score; the expected value where several share it."""
    best = max(scores)
    at_best = [one for one, score in zip(true, scores, strict=True) if score == best]
    return sum(at_best) / len(at_best)


class ItemPrior:
    """How often an item is a target in the rows that show it, leaving out the row in question."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, list[str], list[bool]]] = []
        self._shown: Counter[str] = Counter()
        self._true: Counter[str] = Counter()

    def see(self, row_id: str, items: list[str], true: list[bool]) -> None:
        """Count a row."""
        self._rows.append((row_id, items, true))
        self._shown.update(items)
        self._true.update(item for item, one in zip(items, true, strict=True) if one)

    def scored(self) -> Iterator[tuple[str, list[bool], list[float]]]:
        """For each row its id, which candidates are true, and their scores.

        Yields:
            For each row its id, which candidates are targets, and the candidates' scores.
        """
        for row_id, items, true in self._rows:
            chance = sum(true) / len(true)
            yield (
                row_id,
                true,
                [
                    # Smoothing: two extra showings per item, in which it is a target at the rate of chance.
                    (self._true[item] - one + 2 * chance) / (self._shown[item] - 1 + 2)
                    for item, one in zip(items, true, strict=True)
                ],
            )


class Giveaways:
    """No candidate gives itself away. facts: of each candidate, from the raw data; see `see`."""

    def __init__(self) -> None:
        self.result = Result("giveaways", "no rule that ignores the user finds the true item")
        self._tallies: dict[str, dict[str, _Tally]] = {}
        self._priors: dict[str, ItemPrior] = {}
        self._places: dict[str, dict[str, _Tally]] = {}
        self._marks: dict[str, Marks] = {}
        self._answers: dict[str, Counter[str]] = {}
        self._judged: set[str] = set()

    def see(self, split: str, row: Row, facts: Features | None = None) -> None:
        """Apply all rules to a row.

        Args:
            split: the row's split.
            row: the row; rows without candidates are skipped.
            facts: what the raw data say about each candidate, if they are available.
        """
        cell = f"{row['task']}/{row['source']}"
        if row["task"] == LIKE_TASK:
            self.result.checked += 1
            for name in (cell, f"{cell}, {split}"):
                self._answers.setdefault(name, Counter())[texts_of(row).answer] += 1
        if not row["candidates"] or not row["relevant"]:
            if row["task"] not in ALL_TASKS:
                self.result.leave_out(f"{row['task']}, which list no candidates")
            return
        self.result.checked += 1
        if row.get("root_task") == EXTRA:
            self._judged.add(cell)
        true = [one["item_id"] in row["relevant"] for one in row["candidates"]]
        for name, scores in rules(row, {**of_row(row), **(facts or {})}).items():
            self._add(self._tallies, cell, name, true, scores)
            if name.startswith("place"):
                self._add(self._places, f"{cell}, {split}", name, true, scores)
                self._add(self._places, row["task"], name, true, scores)
        prior = self._priors.setdefault(cell, ItemPrior())
        prior.see(row["id"], [one["item_id"] for one in row["candidates"]], true)
        if texts_of(row).question:
            self._marks.setdefault(cell, Marks()).see(row, true)

    @staticmethod
    def _add(
        tallies: dict[str, dict[str, _Tally]],
        cell: str,
        name: str,
        true: Sequence[bool],
        scores: Sequence[float],
    ) -> None:
        tally = tallies.setdefault(cell, {}).setdefault(name, _Tally())
        tally.add(hit_of(true, scores), sum(true) / len(true))

    def table(self) -> dict[str, dict[str, dict[str, float]]]:
        """The figures of every cell and rule.

        Returns:
            Cell -> rule -> `hit` (Hit@1), `chance` and `rows`.
        """
        self._add_priors()
        return {
            cell: {
                name: {
                    "hit": one.hits / one.rows,
                    "chance": one.chance / one.rows,
                    "rows": one.rows,
                }
                for name, one in tallies.items()
            }
            for cell, tallies in sorted(self._tallies.items())
        }

    def _add_priors(self) -> None:
        for cell, prior in self._priors.items():
            for _, true, scores in prior.scored():
                self._add(self._tallies, cell, ITEM_PRIOR, true, scores)
        self._priors.clear()

    def end(self) -> Result:
        """The result over all rows seen.

        Returns:
            A fault for each cell and rule that finds true items there.
        """
        self._add_priors()
        for cell, tallies in sorted(self._tallies.items()):
            rates = []
            for name, one in tallies.items():
                formal = name in FORMAL or name.startswith("place")
                bound = FORM if formal else NATURE * (1 - one.chance / one.rows)
                enough = formal or (one.rows >= ENOUGH and cell not in self._judged)
                if name not in TASTE and enough and one.excess > bound and one.z > Z:
                    self._report(cell, name, one)
                if not name.startswith("place"):
                    rates.append(f"{name} {one.hits / one.rows:.3f}")
            places = [one.hits / one.rows for name, one in tallies.items() if name[:5] == "place"]
            chance = next(one.chance / one.rows for one in tallies.values())
            self.result.notes.append(
                f"{cell}: chance {chance:.3f}; best place {max(places):.3f}; " + "; ".join(rates)
            )
        self._end_places()
        self._end_marks()
        self._end_answers()
        return self.result

    def _end_places(self) -> None:
        """Places within a split, and over all sources of a subtask."""
        faults = {(cell, what.partition(" alone")[0]) for cell, what in self.result.faults}
        for cell, tallies in sorted(self._places.items()):
            whole = cell.partition(",")[0]
            for name, one in tallies.items():
                is_reported = any(
                    of.startswith(whole) and rule == repr(name) for of, rule in faults
                )
                if not is_reported and one.excess > FORM and one.tail() < UNLIKELY:
                    self._report(cell, name, one)

    def _end_marks(self) -> None:
        for cell, marks in sorted(self._marks.items()):
            for mark, appearances, true in marks.found():
                self.result.fault(
                    cell,
                    f"{mark} marks the true item: it stands at {appearances:,} candidates in "
                    f"{marks.rows:,} rows, and {true:,} of them are true",
                )

    def _end_answers(self) -> None:
        for cell, answers in sorted(self._answers.items()):
            rows = answers.total()
            (answer, most), *_ = answers.most_common(1)
            if rows >= LEAST_ANSWERS and most >= ONE_SIDED * rows:
                self.result.fault(
                    cell,
                    f"always answering {answer!r} is right in {most:,} of {rows:,} rows: a model "
                    "can score so without reading the question",
                )

    def _report(self, cell: str, name: str, one: _Tally) -> None:
        hit, chance = one.hits / one.rows, one.chance / one.rows
        self.result.fault(
            cell,
            f"{name!r} alone finds a true item in {hit:.0%} of {one.rows:,} rows, where {chance:.0%} "
            "is chance: a model can score so without knowing the user",
        )


def rules(row: Row, features: Features) -> dict[str, list[float]]:
    """Each rule's score of each candidate, by the rule's name.

    Args:
        row: a row with candidates.
        features: a value per candidate, by feature.

    Returns:
        A score per candidate, by rule.
    """
    n = len(row["candidates"])
    scores = {f"place {k + 1}": [float(k == other) for other in range(n)] for k in range(n)}
    for name, (highest, lowest) in RULES.items():
        values = features.get(name)
        if values is None:
            continue
        if highest:
            scores[highest] = values
        if lowest:
            scores[lowest] = [-one for one in values]
    return scores
