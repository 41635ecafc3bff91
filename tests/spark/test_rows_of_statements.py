"""Statements whose result an engine's own habits could change give the same rows on both engines."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from itdr.builders.core.schema import Scale
from itdr.builders.evidence import verdicts
from itdr.builders.sampling import cuts, filter_statements, statements
from itdr.builders.store.engine import Embedded, table_of
from itdr.spark.engine import SparkEngine
from itdr.spark.workdir import WorkDir

RATINGS = np.concatenate([np.arange(101) / 10, np.arange(0, 40) / 4 + 0.05]).astype(np.float32)
TENTHS = Scale(0.5, 10, 0.1, liked=3.8, disliked=2.1, decimals=1)
SHARES = (0.07, 0.29, 0.55, 0.57, 0.8, 0.9)


def tables(times: np.ndarray) -> dict[str, pa.Table]:
    codes = np.arange(len(RATINGS), dtype=np.int32)
    events = {
        "user_code": codes,
        "item_code": codes,
        "rating": RATINGS,
        "place": codes.astype(np.int64),
        "timestamp": np.resize(times, len(codes)),
    }
    works = {"item_code": codes, "work": codes, "several": np.zeros(len(codes), np.int8)}
    parts = {"user_code": codes, "part": np.zeros(len(codes), np.int8)}
    return {"events": pa.table(events), "works": pa.table(works), "parts": pa.table(parts)}


@pytest.fixture
def engines(spark: Any, place: str, tmp_path: Path) -> Iterator[list[Any]]:
    found = [Embedded(tmp_path), SparkEngine(spark, WorkDir(place))]
    yield found
    for engine in found:
        engine.close()


def register(engines: list[Any], times: np.ndarray) -> None:
    for engine in engines:
        for name, table in tables(times).items():
            engine.register(name, table)


def test_ratings_reach_thresholds_and_marks_alike(engines: list[Any]) -> None:
    register(engines, np.arange(len(RATINGS)))
    queries = (
        f"SELECT * FROM ({verdicts._by_rating(TENTHS, False, '', False)}) AS v ORDER BY user_code",
        f"SELECT * FROM ({verdicts._by_rating(TENTHS, False, '', True)}) AS v ORDER BY user_code",
        f"SELECT * FROM ({verdicts._marks(TENTHS, False)}) AS v ORDER BY user_code",
        f"SELECT * FROM ({filter_statements.counted_pairs(False, 3.8, True)}) AS p ORDER BY item_code",
        f"SELECT work, user_code, first_time FROM ({statements.train_touches(True, False, min_rating=0.1)}) AS t"
        " ORDER BY work",
        statements.met_by_split(None, False, 9.9, False),
    )
    for query in queries:
        embedded, spark = (table_of(engine, query).to_pylist() for engine in engines)
        assert embedded and spark == embedded, query


@pytest.mark.parametrize("n", [1, 7, 141])
def test_time_is_cut_alike(engines: list[Any], n: int) -> None:
    # Days before 1970, too, and several events to a second.
    times = np.sort((np.arange(n) - n // 3) // 2 * 40_000)
    register(engines, times)
    every = np.sort(np.resize(times, len(RATINGS))).tolist()
    for share in SHARES:
        expected = every[math.ceil(Fraction(str(share)) * len(every)) - 1]
        for engine in engines:
            days = table_of(engine, statements.TIMES_BY_DAY)
            assert cuts._quantile(engine, days, share) == expected
