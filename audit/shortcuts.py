"""Giveaways: how well each rule that knows nothing of the user finds a true item all by itself.

A rule gives every candidate a score and takes the highest, ties by expected value. Its Hit@1 is held
against chance, the share of true items among the candidates, and always reported. It is a fault where
it beats chance by more than 4 standard errors, and

- a rule of form (place, title in the history, seen in training, category): by more than 0.05;
- a rule that real behaviour makes true to some degree (popularity, novelty, length): by more than a third
  of the way from chance to 1, over 200 rows or more. (Uniform negatives on MovieLens: 0.44 of the way.)
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from itdr.audit.result import Result
from itdr.builders.store.build.works import title_key

Row = Mapping[str, Any]
FORM = 0.05
"""By how much a formal rule's Hit@1 may exceed chance."""
NATURE = 1 / 3
"""How much of the way from chance to 1 another rule may go."""
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
MOST_IDS = 1000


@dataclass
class _Tally:
    rows: int = 0
    hits: float = 0.0
    chance: float = 0.0
    variance: float = 0.0
    ids: list[str] = field(default_factory=list)

    def add(self, row_id: str, hit: float, chance: float) -> None:
        self.rows += 1
        self.hits += hit
        self.chance += chance
        self.variance += chance * (1 - chance)
        if hit == 1 and len(self.ids) < MOST_IDS:
            self.ids.append(row_id)


class Giveaways:
    """No candidate gives itself away. facts: of each candidate, from the raw data; see `see`."""

    def __init__(self) -> None:
        self.result = Result("giveaways", "no rule that ignores the user finds the true item")
        self._tallies: dict[str, dict[str, _Tally]] = {}

    def see(self, split: str, row: Row, facts: Sequence[Mapping[str, float]] | None = None) -> None:
        """facts: of each candidate `popularity`, `first seen`, `seen` and `category`, as far as the
        raw data could be asked."""
        if not row["candidates"] or not row["relevant"]:
            return
        self.result.checked += 1
        true = [one["item_id"] in row["relevant"] for one in row["candidates"]]
        chance = sum(true) / len(true)
        tallies = self._tallies.setdefault(f"{row['task']}/{row['source']}", {})
        for name, scores in {**_of_form(row), **_of_facts(facts or ())}.items():
            best = max(scores)
            at_best = [t for t, score in zip(true, scores, strict=True) if score == best]
            hit = sum(at_best) / len(at_best)
            tallies.setdefault(name, _Tally()).add(row["id"], hit, chance)

    def end(self) -> Result:
        for cell, tallies in sorted(self._tallies.items()):
            shown = []
            for name, one in tallies.items():
                hit, chance = one.hits / one.rows, one.chance / one.rows
                excess = hit - chance
                z = excess * one.rows / math.sqrt(one.variance) if one.variance else 0.0
                formal = name in FORMAL or name.startswith("place")
                bound = FORM if formal else NATURE * (1 - chance)
                if excess > bound and z > Z and (formal or one.rows >= ENOUGH):
                    what = f"{name!r} alone finds a true item: Hit@1 {hit:.3f}, chance {chance:.3f}"
                    for row_id in one.ids:
                        self.result.fault(row_id, what)
                if not name.startswith("place"):
                    shown.append(f"{name} {hit:.3f}")
            places = [one.hits / one.rows for name, one in tallies.items() if name[:5] == "place"]
            chance = next(one.chance / one.rows for one in tallies.values())
            self.result.notes.append(
                f"{cell}: chance {chance:.3f}; best place {max(places):.3f}; " + "; ".join(shown)
            )
        return self.result


def _of_form(row: Row) -> dict[str, list[float]]:
    titles = [one["title"] or "" for one in row["candidates"]]
    past = {title_key(one["title"] or "") for one in row["history"]}
    there = [float(title_key(title) in past) for title in titles]
    lengths = [float(len(title)) for title in titles]
    rules = {
        f"place {k + 1}": [float(k == other) for other in range(len(titles))]
        for k in range(len(titles))
    }
    rules |= {"longest title": lengths, "shortest title": [-one for one in lengths]}
    rules |= {"title in the history": there, "not in the history": [-one for one in there]}
    return rules


def _of_facts(facts: Sequence[Mapping[str, float]]) -> dict[str, list[float]]:
    rules = {}
    for fact, (high, low) in {
        "popularity": ("most popular", "least popular"),
        "first seen": ("first seen last", "first seen first"),
        "seen": ("seen in training", "never seen in training"),
        "category": ("category present", "category missing"),
    }.items():
        scores = [one[fact] for one in facts if fact in one]
        if scores and len(scores) == len(facts):
            rules[high], rules[low] = scores, [-one for one in scores]
    return rules
