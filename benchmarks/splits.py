"""Splits and filters, counted for the first time on a store that is there: what each adds to the split
of users, which is the default, and the memory that the whole build takes."""

from __future__ import annotations

import functools
import shutil
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.measure import Line, Spent, in_turn, run

OPTIONS: dict[str, dict[str, Any]] = {
    "split_by=time": {"split_by": "time"},
    "split_by=leave_one_out": {"split_by": "leave_one_out"},
    "split_by=cold_item": {"split_by": "cold_item"},
    "k_core=5": {"k_core": 5},
    "k_core=5 split_by=leave_one_out": {"k_core": 5, "split_by": "leave_one_out"},
}
"""What is measured against the defaults."""
MOST_SECONDS, MOST_MEMORY = 5, 2048
"""What a split or a filter may add to the time of a build, and the MB that the build may take."""


def built(data: Path, cache: Path, **options: Any) -> Spent:
    """Build `sequential_rec` at the paper's size from a store of which nothing is counted yet."""
    shutil.rmtree(cache / "derived", ignore_errors=True)
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    with tempfile.TemporaryDirectory(dir=cache) as out:
        given = ("sequential_rec", "--sources=ml-32m", f"--data-dir={data}", f"--out={out}")
        return run("itdr", "build", *given, "--overwrite", *flags, cache=cache)


def lines(data: Path, cache: Path, rounds: int) -> list[Line]:
    """Seconds that each split or filter adds, and the peak memory of its build."""
    cache.mkdir(parents=True, exist_ok=True)
    run("benchmarks.raw", "store", str(data), "ml-32m", cache=cache)
    works = [functools.partial(built, data, cache, **own) for own in ({}, *OPTIONS.values())]
    floor, *others = in_turn(rounds, *works)
    found = []
    for name, spent in zip(OPTIONS, others, strict=True):
        notes = {
            "build": spent.seconds,
            "split_by=user": floor.seconds,
            "processor": spent.processor / floor.processor,
        }
        added = max(spent.seconds - floor.seconds, 0.0)
        found.append(Line(f"{name}, added seconds, of 5", added, MOST_SECONDS, 1, notes=notes))
        found.append(Line("the same, peak memory, of 2 GB", spent.peak, MOST_MEMORY, 1, unit="MB"))
    return found
