"""Raw files -> store, against what an engine or the standard library needs for the same bytes.

As a program it does one of these works, so that it can be timed in a process of its own:
`python -m benchmarks.raw WORK FILE-OR-FOLDER [SOURCE]`.
"""

from __future__ import annotations

import ast
import functools
import gzip
import importlib.util
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Line, Spent, in_turn, run

MODULE = "benchmarks.raw"


def store(folder: Path, source: str, domain: str | None = None, facet: str = "base") -> None:
    """Read a source's raw files into a store, as the first use of a config does."""
    from itdr.builders.dataset import registry
    from itdr.builders.store.prepare import prepare
    from itdr.builders.store.spec import StoreSpec

    prepare(StoreSpec(registry.source(source), domain, facet, data_dir=folder))


def duckdb_alone(csv: Path) -> None:
    """The floor: DuckDB reads the ratings, sorts them by user and time, writes the same columns."""
    import duckdb

    with tempfile.TemporaryDirectory() as folder:
        con = duckdb.connect()
        con.execute(f"SET temp_directory = '{folder}/spill'")
        con.execute("SET preserve_insertion_order = false")
        con.execute(
            "COPY (SELECT CAST(userId AS INTEGER) AS user_code, CAST(movieId AS INTEGER) AS "
            "item_code, timestamp, CAST(rating AS FLOAT) AS rating, CAST(0 AS TINYINT) AS event "
            f"FROM read_csv('{csv}') ORDER BY user_code, timestamp) TO '{folder}/out.parquet' "
            "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 65536)"
        )


def pandas_alone(csv: Path) -> None:
    """The same by pandas."""
    import pandas

    rows = pandas.read_csv(csv, engine="c").sort_values(["userId", "timestamp"])
    with tempfile.TemporaryDirectory() as folder:
        rows.to_parquet(f"{folder}/out.parquet", compression="zstd", row_group_size=65_536)


def polars_alone(csv: Path) -> None:
    """The same by Polars."""
    import polars

    rows = polars.scan_csv(csv).sort(["userId", "timestamp"])
    with tempfile.TemporaryDirectory() as folder:
        rows.sink_parquet(f"{folder}/out.parquet", compression="zstd", row_group_size=65_536)


def lenskit_alone(csv: Path) -> None:
    """LensKit's loader of MovieLens, as far as its data set."""
    from lenskit.data import load_movielens

    load_movielens(csv.parent).interaction_table(format="arrow")


def pyarrow_csv(csv: Path) -> None:
    """Read a csv once with pyarrow, block by block."""
    import pyarrow.csv

    for batch in pyarrow.csv.open_csv(csv):
        del batch


def gunzip(file: Path) -> None:
    """Unpack a file to nowhere."""
    with gzip.open(file, "rb") as packed:
        while packed.read(1 << 20):
            pass


def literal_eval(file: Path) -> None:
    """Evaluate each line of a file of Python literals."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            ast.literal_eval(line)


REVIEWS = "raw/review_categories/All_Beauty.jsonl.gz"
PEERS = {"pandas": "pandas_alone", "polars": "polars_alone", "lenskit": "lenskit_alone"}


def built(folder: Path, *of: str) -> Spent:
    """Build a store in an empty cache."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as cache:
        return run(MODULE, "store", str(folder), *of, cache=Path(cache))


def movielens(folder: Path, rounds: int, peers: bool = True) -> list[Line]:
    """The lines on the MovieLens shape; `folder` holds ml-32m/ratings.csv."""
    csv = str(folder / "ml-32m" / "ratings.csv")
    works = [lambda: built(folder, "ml-32m"), lambda: run(MODULE, "duckdb_alone", csv)]
    there = [name for name in PEERS if peers and importlib.util.find_spec(name)]
    works += [functools.partial(run, MODULE, PEERS[name], csv) for name in there]
    made, floor, *others = in_turn(rounds, *works)
    notes = {name: spent.seconds / floor.seconds for name, spent in zip(there, others, strict=True)}
    notes["processor"] = made.processor / floor.processor
    return [
        Line("raw -> store, ml-32m shape", made.seconds, floor.seconds, 1.4, notes=notes),
        Line("the same, peak memory, of 2 GB", made.peak, 2048, 1, unit="MB"),
    ]


def larger(folder: Path, four: Path) -> list[Line]:
    """The same shape at four times the rows."""
    one, more = in_turn(1, lambda: built(folder, "ml-32m"), lambda: built(four, "ml-32m"))
    notes = {"processor": more.processor / one.processor}
    return [
        Line("raw -> store at four times the rows", more.seconds, one.seconds, 5, notes=notes),
        Line("the same, peak memory, of 2.5 GB", more.peak, 2560, 1, unit="MB"),
    ]


def packed(folder: Path, rounds: int) -> list[Line]:
    """JSON lines against their gunzip, Steam's literals against `ast.literal_eval`."""
    json_file = str(folder / "amazon-reviews-2023" / REVIEWS)
    literals = str(folder / "steam" / "steam_reviews.json.gz")
    json, alone, steam, one_core = in_turn(
        rounds,
        lambda: built(folder, "amazon-reviews-2023", "All_Beauty", "text"),
        lambda: run(MODULE, "gunzip", json_file),
        lambda: built(folder, "steam"),
        lambda: run(MODULE, "literal_eval", literals),
    )
    return [
        Line("raw -> store, JSON lines; floor gunzip", json.seconds, alone.seconds, 3),
        Line(
            "raw -> store, Steam literals; rate of literal_eval",
            *(one_core.seconds, steam.seconds, 2.5),
            at_least=True,
        ),
    ]


def main() -> None:
    work, path, *rest = sys.argv[1:]
    globals()[work](Path(path), *rest)


if __name__ == "__main__":
    main()
