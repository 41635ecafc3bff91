"""Store -> rows: map-style, streamed, the first row, and the import, each against plain `datasets`.

As a program it does one of these works: `python -m benchmarks.rows WORK DATA CONFIG …`.
"""

from __future__ import annotations

import functools
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.measure import Line, Spent, in_turn, run

MODULE = "benchmarks.rows"
PAPER = "6250"
"""Examples of a cell at full size: what is planned before the first row of a stream."""
CELLS = ("sequential_rec", "top_k_rec", "rating_prediction", "target_user_identification")


CELLS_OF: dict[str, dict[str, Any]] = {
    "cross_domain_rec": {"sources": ["amazon-reviews-2023"]},
    "user_attribute_prediction": {"sources": ["ml-1m"]},
    # Beyond the paper's cells; made-up reviews say too little for interests.
    "interest_recognition": {"sources": ["ml-32m"], "cells": "all"},
}
"""Options that choose the cells of the subtasks that MovieLens 32M does not serve in the paper."""


def cells(config: str) -> dict[str, Any]:
    """The options that choose the cell of a config."""
    return CELLS_OF.get(config, {"sources": ["ml-32m"]})


def stream(data: str, config: str, **options: Any) -> Any:
    """The train split of a config, streamed."""
    import datasets

    import itdr  # noqa: F401  (teaches load_dataset the name)

    given = {**cells(config), "data_dir": data, "split": "train", **options}
    return datasets.load_dataset("itdr", config, streaming=True, **given)


def write_parquet(data: str, config: str, out: str, size: str) -> None:
    """The rows of a config in 32 Parquet files below `out`, as many as its stream has shards."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = stream(data, config, size=int(size))
    made = list(rows)
    schema = rows.features.arrow_schema.remove_metadata()
    for k in range(32):
        part = made[len(made) * k // 32 : len(made) * (k + 1) // 32]
        pq.write_table(pa.Table.from_pylist(part, schema=schema), f"{out}/{k:02d}.parquet")


def streamed(data: str, config: str, size: str) -> None:
    for row in stream(data, config, size=int(size)):
        del row


def first(data: str, config: str, size: str) -> None:
    _first_of(stream(data, config, size=int(size)))


def paper(data: str) -> None:
    """The four ml-32m cells at the paper's size, train, validation and test."""
    for config in CELLS:
        for rows in stream(data, config, split=None).values():
            for row in rows:
                del row


def _parquet(folder: str) -> Any:
    import datasets

    files = sorted(str(path) for path in Path(folder).glob("*.parquet"))
    return datasets.load_dataset("parquet", data_files=files, split="train", streaming=True)


def parquet_streamed(folder: str) -> None:
    for row in _parquet(folder):
        del row


def parquet_first(folder: str) -> None:
    _first_of(_parquet(folder))


def _first_of(dataset: Any) -> None:
    """The first row, and the end of the process: threads of pyarrow that read ahead abort a regular end now and then
    ("terminate called without an active exception")."""
    next(iter(dataset))
    os._exit(0)


def import_itdr() -> None:
    import itdr  # noqa: F401


def import_datasets() -> None:
    import datasets  # noqa: F401


def streams(data: Path, cache: Path, rounds: int, size: int) -> list[Line]:
    """Streamed rows, the first row and the import."""
    lines = []
    given = (str(data), "sequential_rec", str(size))
    with tempfile.TemporaryDirectory() as folder:
        write = (given[0], given[1], folder, given[2])
        run(MODULE, "write_parquet", *write, cache=cache)
        do = functools.partial(run, MODULE, cache=cache)
        ours, floor, one, its_one = in_turn(
            rounds,
            lambda: do("streamed", *given),
            lambda: do("parquet_streamed", folder),
            lambda: do("first", *given[:2], PAPER),
            lambda: do("parquet_first", folder),
        )
        # Less the start of either process, so that rows are compared with rows.
        begin, its_begin = one.seconds, its_one.seconds
        lines.append(
            Line(
                "store -> rows, streamed",
                max(ours.seconds - begin, 1e-3),
                max(floor.seconds - its_begin, 1e-3),
                1.2,
            )
        )
        lines.append(Line("first row, warm store, whole process", begin, its_begin, 1.5))
    mine, its = in_turn(
        max(rounds, 3),
        lambda: run(MODULE, "import_itdr", cache=cache),
        lambda: run(MODULE, "import_datasets", cache=cache),
    )
    return [*lines, Line("import itdr", mine.seconds, its.seconds, 1.15)]


def cold(data: Path, rounds: int) -> Line:
    """Raw csv -> 25,000 rows, in an empty cache."""

    def ours() -> Spent:
        with tempfile.TemporaryDirectory(dir=data.parent) as cache:
            return run(MODULE, "paper", str(data), cache=Path(cache))

    csv = str(data / "ml-32m" / "ratings.csv")
    made, floor = in_turn(rounds, ours, lambda: run("benchmarks.raw", "pyarrow_csv", csv))
    return Line("four ml-32m cells at paper size, cold", made.seconds, floor.seconds, 6)


def main() -> None:
    work, *given = sys.argv[1:]
    globals()[work](*given)


if __name__ == "__main__":
    main()
