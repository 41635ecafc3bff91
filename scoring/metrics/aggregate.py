"""Aggregated scores: per cell, per subtask, per root task, each with its interval.

A subtask's figure is the mean over its cells, a root task's the mean over its subtasks, so that a
large cell counts no more than a small one; their intervals come from the same resamples of the rows
of each cell.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from itdr.builders.core.schema import ROOT_TASKS
from itdr.scoring.metrics.bootstrap import interval, resampled_means
from itdr.scoring.metrics.per_task import READ, is_root, lower_is_better
from itdr.scoring.metrics.result import Recommended, Scored
from itdr.scoring.metrics.whole_catalogue import COVERED, DESCRIPTIVE
from itdr.scoring.verdicts import VERDICTS

Row = Mapping[str, Any]
SEED = 0


@dataclass
class _Figures:
    """Figures of a cell, or of several: the values, those of chance, and the resampled ones."""

    rows: int
    answers: Counter[str]
    values: dict[str, float]
    chance: dict[str, float]
    samples: dict[str, np.ndarray]
    counts: dict[str, int]

    def entry(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "answers": _ordered(self.answers),
            "metrics": {name: self._metric(name) for name in self.values},
        }

    def _metric(self, name: str) -> dict[str, Any]:
        value = self.values[name]
        low, high = interval(self.samples[name])
        figures: dict[str, Any] = {
            "value": value,
            "low": low,
            "high": high,
            "rows": self.counts[name],
        }
        chance = self.chance.get(name)
        if chance is not None:
            figures["chance"] = chance
            if not lower_is_better(name) and name not in DESCRIPTIVE and chance < 1:
                figures["above_chance"] = (value - chance) / (1 - chance)
        return figures


def _ordered(verdict_counts: Counter[str]) -> dict[str, int]:
    """How many answers got each verdict, without verdicts that none got."""
    return {name: verdict_counts[name] for name in VERDICTS if verdict_counts[name]}


def build(rows: Sequence[Row], scored: Sequence[Scored], seed: int = SEED) -> dict[str, Any]:
    """The report: `rows`, `answers`, and `cells`, `subtasks`, `root_tasks` by name.

    Each of these holds `rows`, `answers` (verdict -> how many), and `metrics`: name ->
    `value`, `low` and `high` (95% bootstrap interval), `rows`, and where it is known `chance` and
    `above_chance`, (value - chance) / (1 - chance).

    Args:
        rows: rows of any subtasks.
        scored: their values, in the same order.
        seed: seed of the bootstrap.

    Returns:
        The report, ready for JSON.
    """
    by_cell: dict[tuple[str, str, str], list[int]] = {}
    for place, row in enumerate(rows):
        by_cell.setdefault((row["root_task"], row["task"], row["source"]), []).append(place)
    cells = {
        key: _cell(key, [scored[k] for k in places], seed)
        for key, places in sorted(by_cell.items(), key=lambda pair: _order(pair[0]))
    }
    tasks: dict[tuple[str, str], list[_Figures]] = {}
    for (root, task, _), figures in cells.items():
        tasks.setdefault((root, task), []).append(figures)
    subtasks = {key: _mean(several) for key, several in tasks.items()}
    roots: dict[str, list[_Figures]] = {}
    for (root, _), figures in subtasks.items():
        roots.setdefault(root, []).append(figures)
    return {
        "rows": len(rows),
        "answers": _ordered(Counter(one.verdict for one in scored)),
        "cells": {f"{task}/{source}": one.entry() for (_, task, source), one in cells.items()},
        "subtasks": {task: one.entry() for (_, task), one in subtasks.items()},
        "root_tasks": {root: _mean(several).entry() for root, several in roots.items()},
    }


def _order(key: tuple[str, str, str]) -> tuple[Any, ...]:
    from itdr.builders.dataset.registry import TASK_ORDER

    root, task, source = key
    place = TASK_ORDER.index(task) if task in TASK_ORDER else len(TASK_ORDER)
    return (ROOT_TASKS.index(root) if root in ROOT_TASKS else 9, place, task, source)


def _cell(key: tuple[str, str, str], scored: Sequence[Scored], seed: int) -> _Figures:
    names = list(dict.fromkeys(name for one in scored for name in one.values))
    names.sort(key=_metric_order)
    table = np.full((len(scored), len(names)), np.nan)
    lucky: dict[str, list[float]] = {}
    for place, one in enumerate(scored):
        for column, name in enumerate(names):
            table[place, column] = one.values.get(name, np.nan)
            if name in one.chance:
                lucky.setdefault(name, []).append(one.chance[name])
    means = resampled_means(table, seed, *key)
    samples, values, counts = {}, {}, {}
    for column, name in enumerate(names):
        column_values = table[:, column][~np.isnan(table[:, column])]
        values[name] = _finished(name, math.fsum(column_values) / len(column_values))
        samples[name] = np.sqrt(means[:, column]) if is_root(name) else means[:, column]
        counts[name] = len(column_values)
    chances = {name: _finished(name, math.fsum(all_) / len(all_)) for name, all_ in lucky.items()}
    recommendations = [one.recommended for one in scored if one.recommended is not None]
    if recommendations:
        values[COVERED], chances[COVERED] = _coverage(recommendations)
        # A resample repeats rows and so covers less of the catalogue: no honest interval is possible.
        samples[COVERED], counts[COVERED] = np.full(len(means), np.nan), len(recommendations)
    return _Figures(
        rows=len(scored),
        answers=Counter(one.verdict for one in scored),
        values=values,
        chance=chances,
        samples=samples,
        counts=counts,
    )


def _coverage(listed: Sequence[Recommended]) -> tuple[float, float]:
    """The share of the catalogue that any answer names first, and what it would be if as many names were drawn
    at random."""
    size = max(one.of for one in listed)
    names = sum(len(one.works) for one in listed)
    covered = len({work for one in listed for work in one.works})
    return covered / size, 1 - (1 - 1 / size) ** names


def _finished(name: str, mean: float) -> float:
    return math.sqrt(mean) if is_root(name) else mean


def _metric_order(name: str) -> int:
    """Facts first; figures over readable answers after those over all rows."""
    headline = ("fact F1", "fact precision", "fact recall", "named works")
    return headline.index(name) - len(headline) if name in headline else int(name.endswith(READ))


def _mean(several: Sequence[_Figures]) -> _Figures:
    """The mean over cells (or subtasks) of each metric, over those that have it."""
    names = list(dict.fromkeys(name for one in several for name in one.values))
    # The first of them may lack a metric that others have.
    names.sort(key=_metric_order)
    values, chance, samples, counts = {}, {}, {}, {}
    for name in names:
        having = [one for one in several if name in one.values]
        values[name] = math.fsum(one.values[name] for one in having) / len(having)
        samples[name] = np.mean([one.samples[name] for one in having], axis=0)
        counts[name] = sum(one.counts[name] for one in having)
        if all(name in one.chance for one in having):
            chance[name] = math.fsum(one.chance[name] for one in having) / len(having)
    return _Figures(
        rows=sum(one.rows for one in several),
        answers=sum((one.answers for one in several), start=Counter()),
        values=values,
        chance=chance,
        samples=samples,
        counts=counts,
    )


# -- as a table -----------------------------------------------------------------------------------


def table(report: Mapping[str, Any]) -> str:
    """The report as text for the terminal.

    Args:
        report: as `build` returns it.

    Returns:
        Lines joined by newlines.
    """
    lines = [f"{report['rows']:,} rows: {_said(report['answers'])}"]
    compared = report.get("row_hash_compared")
    if compared:
        lines.append(f"{compared:,} predictions carry the row_hash of their row.")
    elif compared is not None:
        lines.append(
            "The predictions carry no row_hash: whether they answer these rows is not known."
        )
    for level in ("cells", "subtasks", "root_tasks"):
        if level != "cells" and len(report[level]) == len(report["cells"]) == 1:
            continue
        lines += ["", level.replace("_", " ")]
        for name, entry in report[level].items():
            lines.append(f"  {name}  ({entry['rows']:,} rows: {_said(entry['answers'])})")
            lines += [_line(metric, one) for metric, one in entry["metrics"].items()]
    return "\n".join(lines)


def _said(answers: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {VERDICTS[name]}" for name, count in answers.items())


def _line(metric: str, one: Mapping[str, Any]) -> str:
    span = f"[{one['low']:.4f}, {one['high']:.4f}]" if one["low"] is not None else ""
    text = f"    {metric:<28} {one['value']:.4f}  {span}"
    if "chance" in one:
        text += f"  chance {one['chance']:.4f}"
    if "above_chance" in one:
        text += f"  above it {one['above_chance']:+.4f}"
    return text
