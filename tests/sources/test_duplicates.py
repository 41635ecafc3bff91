"""Interactions that repeat or contradict each other are kept and counted."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from itdr.builders.core.errors import RawFileError
from itdr.builders.store import losses
from itdr.builders.store.build.duplicates import (
    NO_DUPLICATES,
    count_duplicates,
    require_rows_once,
)
from itdr.builders.store.interactions import Interactions
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
    assert clean["duplicates"] == NO_DUPLICATES
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
        "2 interactions have the same user, item, time and rating or count as another",
        "5 interactions contradict another of the same user, item and time; all of them are kept",
    ]
    assert all(sentence in caplog.text for sentence in sentences)


def stored(folder: Path, table: pa.Table, rows: int) -> Interactions:
    """A table in the order of a store, which puts the tie-break and the values before the event."""
    order = ("user_code", "timestamp", "seq", "item_code", "rating", "event", "weight")
    keys = [(name, "ascending") for name in order if name in table.column_names]
    pq.write_table(table.sort_by(keys), folder / "interactions.parquet", row_group_size=rows)
    return Interactions(folder, {})


def expected(table: pa.Table, columns: list[str]) -> dict[str, int]:
    """The counts by their definition, over rows in Python."""
    moments = ["user_code", "item_code", *(n for n in columns if n not in ("rating", "weight"))]
    records = Counter(
        zip(*(table.column(n).to_pylist() for n in [*moments, *columns]), strict=True)
    )
    each = Counter(record[: len(moments)] for record in records)
    return {
        "identical": sum(n - 1 for n in records.values()),
        "contradicting": sum(n - 1 for n in each.values()),
    }


def test_events_of_one_second_contradict_each_other_only_among_their_kind(tmp_path: Path) -> None:
    table = pa.table(
        {
            "user_code": [1, 1, 1],
            "item_code": [2, 2, 2],
            "timestamp": [9, 9, 9],
            "event": pa.array([0, 1, 0], pa.int8()),
            "rating": [3.0, 4.0, 5.0],
        }
    )
    columns = ["timestamp", "event", "rating"]
    found = count_duplicates(stored(tmp_path, table, 10), columns)
    assert found == expected(table, columns) == {"identical": 0, "contradicting": 1}


@pytest.mark.parametrize("rows", [1, 7, 5_000])
@pytest.mark.parametrize("times", [(), ("timestamp",), ("timestamp", "seq", "event")])
def test_duplicates_are_counted_across_row_groups(
    times: tuple[str, ...], rows: int, tmp_path: Path
) -> None:
    rng = np.random.default_rng(7)
    n = 1_000
    table = pa.table(
        {
            "user_code": rng.integers(0, 5, n),
            "item_code": rng.integers(0, 15, n),
            **{name: rng.integers(0, 3, n) for name in times},
            "rating": rng.integers(1, 4, n).astype(np.float32),
            "weight": rng.integers(0, 2, n).astype(np.float32),
        }
    )
    for name in ("rating", *times[:1]):
        place = table.column_names.index(name)
        holes = pa.array(rng.random(n) < 0.1)
        table = table.set_column(place, name, pc.if_else(holes, None, table.column(name)))
    file = stored(tmp_path, table, rows)
    for values in (["rating", "weight"], ["rating"], []):
        columns = [*times, *values]
        found = count_duplicates(file, columns)
        if not columns:
            assert found == NO_DUPLICATES, "nothing tells a repeated record from a repeated visit"
            continue
        assert found == expected(table, columns)
        assert (found["contradicting"] > 50) == bool(values)
        assert found["identical"] > 10


def test_a_record_that_fills_row_groups_is_held_once(tmp_path: Path) -> None:
    same = pa.table({"user_code": [1] * 900, "item_code": [2] * 900, "rating": [3.0] * 900})
    other = pa.table({"user_code": [1, 2], "item_code": [2, 2], "rating": [4.0, 4.0]})
    file = stored(tmp_path, pa.concat_tables([same, other]), 100)
    assert count_duplicates(file, ["rating"]) == {"identical": 899, "contradicting": 1}


@pytest.mark.parametrize("source", ["ml-1m", "bookcrossing"])
def test_a_file_that_stands_in_itself_twice_is_refused(source: str, tmp_path: Path) -> None:
    module = {"ml-1m": ml_1m, "bookcrossing": bookcrossing}[source]
    module.write(tmp_path / source, users=10, items=30, dirt=False)
    path = tmp_path / source / ("ratings.dat" if source == "ml-1m" else "BX-Book-Ratings.csv")
    path.write_bytes(2 * path.read_bytes())
    with pytest.raises(RawFileError, match="appended to itself") as error:
        build(source, tmp_path, tmp_path / "twice")
    assert path.name in str(error.value)


@pytest.mark.parametrize(("copies", "refused"), [(20, True), (19, False)])
def test_half_of_the_interactions_are_copies(copies: int, refused: bool) -> None:
    found = {"identical": copies, "contradicting": 0}
    require_rows_once(load("ml-1m"), found, 2 * copies + 1, [Path("raw.csv")])
    if refused:
        with pytest.raises(RawFileError, match="repeat another one"):
            require_rows_once(load("ml-1m"), found, 2 * copies, [Path("raw.csv")])
    else:
        require_rows_once(load("ml-1m"), found, 2 * copies, [Path("raw.csv")])
