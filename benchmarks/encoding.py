"""Store -> rows, map-style: `itdr` against a plain builder that yields the same rows from memory.

Rows of one process, best of some rounds in turn; with `num_proc=2` the gain of each over one process.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import plain
from benchmarks.measure import Line, output
from benchmarks.rows import CELLS_OF, cells, stream

SEVERAL = ("sequential_rec", "top_k_rec", "rating_prediction")
"""Subtasks of which a user gives several examples; of the others there is one of each."""
CONFIGS = (*SEVERAL, *CELLS_OF, "target_user_identification")


def timed(data: str, config: str, size: str, rounds: str, processes: str) -> None:
    """Prints the best seconds of `itdr` and of the plain builder, by number of processes."""
    import datasets

    datasets.disable_progress_bars()
    options: dict[str, Any] = {"size": int(size)}
    if config in SEVERAL:
        options["per_user"] = "all"
    for name in ("train", "validation", "test"):
        plain.ROWS[name] = list(stream(data, config, split=name, **options))
    # Rows at hand are the floor's own: the garbage collector is not to walk through them in either.
    gc.collect()
    gc.freeze()
    counts = [int(count) for count in processes.split(",")]
    best: dict[tuple[str, int], float] = {}
    for _ in range(int(rounds)):
        for count in counts:
            for name in ("itdr", "plain"):
                spent = _once(name, data, config, options, count)
                best[name, count] = min(best.get((name, count), spent), spent)
    for count in counts:
        print(count, best["itdr", count], best["plain", count])


def _once(name: str, data: str, config: str, options: dict[str, Any], count: int) -> float:
    import itdr
    from itdr.builders.dataset import builder as dataset_builder
    from itdr.builders.dataset import open_cells
    from itdr.builders.store import reader

    # As in a process of its own: nothing of the store is at hand.
    open_cells._stores.clear()
    reader._groups.clear()
    with tempfile.TemporaryDirectory() as cache:
        if name == "itdr":
            given = {**cells(config), "data_dir": data, **options}
            builder: Any = itdr.Itdr(config_name=config, cache_dir=cache, **given)
            # Which rows there are is settled for both beforehand: what is timed is the rows.
            builder._plans = dataset_builder.prepare(builder.config)
        else:
            builder = plain.Plain(cache_dir=cache)
        begin = time.perf_counter()
        builder.download_and_prepare(num_proc=count if count > 1 else None)
        return time.perf_counter() - begin


def lines(data: Path, cache: Path, rounds: int, size: int, many: int) -> list[Line]:
    """A line for each subtask, and one for two processes."""
    made = []
    for config in CONFIGS:
        said = output(
            "benchmarks.encoding", str(data), config, str(size), str(rounds), "1", cache=cache
        )
        _, ours, floor = map(float, said.split()[-3:])
        made.append(Line(f"store -> rows, map-style, {config}", ours, floor, 1.0))
    said = output(
        "benchmarks.encoding",
        str(data),
        "sequential_rec",
        str(many),
        str(rounds),
        "1,2",
        cache=cache,
    )
    one, two = (list(map(float, line.split())) for line in said.strip().splitlines()[-2:])
    gain, floor = one[1] / two[1], one[2] / two[2]
    name = f"gain of num_proc=2 over one process, {many:,} rows"
    made.append(Line(name, gain, floor, 0.95, at_least=True, unit="x"))
    return made


if __name__ == "__main__":
    timed(*sys.argv[1:])
