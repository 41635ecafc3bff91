"""Target users from ratings with tastes: the seconds that a cell of the paper's size adds where the store is there, and
nothing is counted yet. Where the files do not tell enough of so many items, there are fewer rows: a note says how many.

As a program it makes the rows, and prints how many there are and how long they took: `python -m benchmarks.audiences DATA`.
"""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

from benchmarks.measure import Line, run, spent_and_output
from benchmarks.rows import PAPER, stream

MOST_SECONDS, MOST_MEMORY = 30, 2048
"""What the rows may add to the time of a build, and the MB that it may take."""


def made(data: str) -> tuple[int, float]:
    """How many rows of all splits there are, and the seconds that they take."""
    import datasets  # noqa: F401

    import itdr  # noqa: F401

    begin = time.perf_counter()
    splits = stream(data, "target_user_identification", split=None, size=int(PAPER))
    number = sum(1 for rows in splits.values() for _ in rows)
    return number, time.perf_counter() - begin


def lines(data: Path, cache: Path, shape: dict[str, int]) -> list[Line]:
    """Seconds that the rows add, and the peak memory of the process that makes them. data: where raw files of this shape
    are, or are written to."""
    if not (data / "ml-32m" / "links.csv").exists():
        sizes = [f"--{name}={value}" for name, value in shape.items()]
        given = ("--source=ml-32m", "--clean", "--tastes", *sizes)
        run("tests.rawgen", str(data / "ml-32m"), *given)
    run("benchmarks.raw", "store", str(data), "ml-32m", cache=cache)
    shutil.rmtree(cache / "derived", ignore_errors=True)
    spent, said = spent_and_output("benchmarks.audiences", str(data), cache=cache)
    number, seconds = map(float, said.split()[-2:])
    notes = {"rows": number, "processor": spent.processor}
    name = f"{int(PAPER):,} rows of target users, added seconds, of {MOST_SECONDS}"
    return [
        Line(name, seconds, MOST_SECONDS, 1, notes=notes),
        Line("the same, peak memory, of 2 GB", spent.peak, MOST_MEMORY, 1, unit="MB"),
    ]


if __name__ == "__main__":
    print(*made(sys.argv[1]))
