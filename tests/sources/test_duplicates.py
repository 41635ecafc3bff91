"""Interactions that repeat or contradict each other are kept and counted, alike by either engine."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from itdr.builders.store import losses
from itdr.builders.store.build.duplicates import NONE, count_duplicates, duplicates_sql
from itdr.builders.store.prepare import prepare
from itdr.builders.store.spec import StoreSpec
from tests.rawgen import bookcrossing, ml_1m
from tests.sources.harness import load


def build(source: str, data: Path, work: Path) -> dict[str, object]:
    spec = StoreSpec(load(source), None, "base", data_dir=data)
    from itdr.builders.core.paths import read_json

    path = prepare(spec, offline=True, progress=False, path=work)
    manifest = read_json(path / "manifest.json")
    assert manifest is not None
    return dict(manifest)


@pytest.mark.parametrize("source", ["ml-1m", "bookcrossing"])
def test_contradicting_ratings_are_counted_and_kept(
    source: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    module = {"ml-1m": ml_1m, "bookcrossing": bookcrossing}[source]
    module.write(tmp_path / source, users=10, items=30, dirt=False)
    clean = build(source, tmp_path, tmp_path / "clean")
    assert clean["duplicates"] == NONE
    path = tmp_path / source / ("ratings.dat" if source == "ml-1m" else "BX-Book-Ratings.csv")
    lines = path.read_bytes().splitlines(keepends=True)
    mark = b"::" if source == "ml-1m" else b'"'
    more = []
    rated = [line for line in lines[1:] if b'"0"' not in line]
    for line in rated[:5]:
        fields = line.split(mark)
        place = 2 if source == "ml-1m" else 5
        fields[place] = b"1" if fields[place] != b"1" else b"2"
        more.append(mark.join(fields))
    # A contradiction said twice, and a record said twice, are no further contradictions.
    path.write_bytes(b"".join([*lines, *more, more[0], lines[9]]))
    damaged = build(source, tmp_path, tmp_path / "damaged")
    assert damaged["duplicates"] == {"identical": 2, "contradicting": 5}
    assert damaged["rows"]["interactions"] == clean["rows"]["interactions"] + 7  # type: ignore[index]
    sentences = losses.duplicates(damaged)
    assert sentences == [
        "2 interactions are recorded more than once",
        "5 interactions contradict another of the same user, item and time; all of them are kept",
    ]
    assert all(sentence in caplog.text for sentence in sentences)


@pytest.mark.parametrize("times", [(), ("timestamp",), ("timestamp", "seq")])
def test_both_engines_count_alike_across_row_groups(times: tuple[str, ...], tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    n = 4_000
    columns = {
        "user_code": rng.integers(0, 20, n),
        "item_code": rng.integers(0, 30, n),
        **{name: rng.integers(0, 3, n) for name in times},
        "rating": rng.integers(1, 4, n).astype(np.float32),
        "weight": rng.integers(0, 2, n).astype(np.float32),
    }
    table = pa.table(columns)
    for name in ("rating", *times[:1]):
        place = table.column_names.index(name)
        holes = pa.array(rng.random(n) < 0.1)
        field = pc.if_else(holes, None, table.column(name))
        table = table.set_column(place, name, field)
    order = ["user_code", *times, "item_code", "rating", "weight"]
    table = table.sort_by([(name, "ascending") for name in order])
    pq.write_table(table, tmp_path / "interactions.parquet", row_group_size=7)
    con = duckdb.connect()
    con.register("stored", table)
    con.execute(
        "CREATE VIEW interactions_raw AS SELECT *, user_code AS user_id, item_code AS item_id, "
        "NULL AS reject FROM stored"
    )
    for values in (["rating", "weight"], ["rating"], []):
        names = [*times, *values]
        expected = con.execute(duplicates_sql(names)).fetchall()[0]
        found = count_duplicates(tmp_path / "interactions.parquet", names)
        assert tuple(found.values()) == expected
        assert (found["contradicting"] > 100) == bool(values)
        assert (found["identical"] > 100) == bool(names)
