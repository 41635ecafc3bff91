"""Ratings are stored in 32 bits, thresholds are written as decimals: 3.8 is liked from 3.8 on everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from itdr.audit import audit
from itdr.builders.core.numbers import float32_sql
from itdr.builders.core.schema import Scale
from itdr.builders.evidence import user_verdicts, verdicts
from itdr.builders.sampling import filter_statements
from itdr.scoring.data import open_data
from tests import world
from tests.own_data import shop

TENTHS = np.arange(0, 101)
RATINGS = (TENTHS / 10).astype(np.float32)


def scale(low: float = 0.0, liked: float = 3.8, disliked: float = 2.1) -> Scale:
    return Scale(low, 10.0, 0.1, liked, disliked, decimals=1)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as found:
        yield found


def register(con: duckdb.DuckDBPyConnection, ratings: np.ndarray) -> None:
    """One user and one work to each rating."""
    codes = np.arange(len(ratings), dtype=np.int32)
    events = {"user_code": codes, "item_code": codes, "rating": ratings, "place": codes}
    works = {"item_code": codes, "work": codes, "several": np.zeros(len(codes), np.int8)}
    con.register("events", pa.table(events))
    con.register("works", pa.table(works))


@pytest.mark.parametrize("tenth", [1, 3, 21, 38, 47, 99])
def test_a_rating_reaches_the_threshold_that_it_spells(
    con: duckdb.DuckDBPyConnection, tenth: int
) -> None:
    register(con, RATINGS)
    liked = scale(liked=tenth / 10, disliked=(tenth - 1) / 10)
    expected = np.sign(TENTHS - tenth + 0.5).astype(int).tolist()
    sql = f"SELECT verdict FROM ({verdicts._by_rating(liked, False, '', True)}) ORDER BY user_code"
    assert [one for (one,) in con.execute(sql).fetchall()] == expected
    # As numpy and as plain numbers, which is what histories hold.
    assert np.where(liked.liked <= RATINGS, 1, -1).tolist() == expected
    assert [1 if one >= liked.liked else -1 for one in RATINGS.tolist()] == expected
    assert [-1 if one <= liked.disliked else 1 for one in RATINGS.tolist()] == expected
    pairs = filter_statements.counted_pairs(False, tenth / 10, True)
    assert len(con.execute(pairs).fetchall()) == 101 - tenth


def test_a_threshold_stands_in_statements_as_it_is_stored(con: duckdb.DuckDBPyConnection) -> None:
    for value in (3.8, 0.1, 1e-7, 12345.678, 1e20, -2.5, float(np.float32(3.8))):
        kind, found = con.execute(
            f"SELECT typeof(x), x FROM (SELECT {float32_sql(value)} AS x)"
        ).fetchone()  # type: ignore[misc]
        assert kind == "FLOAT" and found == np.float32(value)
    assert float32_sql(float(np.float32(3.8))) == "CAST('3.8' AS FLOAT)"


@pytest.mark.parametrize("low", [0.0, 0.1, 0.5, 1.0])
def test_marks_are_the_same_in_sql_and_numpy(con: duckdb.DuckDBPyConnection, low: float) -> None:
    # Every tenth, and every half of one, where two ways of rounding part.
    ratings = (np.arange(0, 201) / 20).astype(np.float32)
    register(con, ratings)
    sql = f"SELECT mark FROM ({verdicts._marks(scale(low), False)}) ORDER BY user_code"
    marks = [one for (one,) in con.execute(sql).fetchall()]
    assert marks == user_verdicts._tenths(scale(low), ratings).tolist()
    assert marks[::2] == np.maximum(TENTHS - round(low * 10), 0).tolist()


def test_rows_of_a_scale_of_tenths_pass_the_audit(tmp_path: Path, caches: Path) -> None:
    """Likes from 3.8 on and dislikes up to 2.1, in a log that holds both."""
    options = {"sources": [str(shop.write_tenths(tmp_path))], "size": 60}
    for config in ("pointwise_rec", "pairwise_rec"):
        results = audit(open_data(config, options))
        assert [(one.name, one.faults[:3]) for one in results if one.faults] == []
    rows = world.everything(world.load("pointwise_rec", **options))
    says = {(round(row["rating"], 1), row["output"]) for row in rows}
    assert {(2.1, "No"), (3.8, "Yes")} <= says
