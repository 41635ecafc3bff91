"""Arrow files in one chunk and in many: the same rows, whichever way they lie."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import itdr
from itdr.builders.core import arrow
from itdr.builders.dataset import builder as dataset_builder
from itdr.builders.dataset.shards import Shard


@given(
    lengths=st.lists(st.integers(0, 5), min_size=1, max_size=6),
    wanted=st.lists(st.integers(0, 29), max_size=12),
)
def test_rows_are_taken_from_any_chunks_in_any_order(lengths: list[int], wanted: list[int]) -> None:
    n = sum(lengths)
    values = [None if k % 7 == 6 else [f"text {k}"] * (k % 3) for k in range(n)]
    kind = pa.list_(pa.string())
    starts = [sum(lengths[:k]) for k in range(len(lengths))]
    chunks = [values[start : start + size] for start, size in zip(starts, lengths, strict=True)]
    column = pa.chunked_array([pa.array(chunk, kind) for chunk in chunks], kind)
    rows = [k % n for k in wanted] if n else []
    found = arrow.take_rows(column, rows)
    assert found.type == kind and found.to_pylist() == [values[k] for k in rows]


@pytest.mark.parametrize("rows", [0, 1, 9, 10, 11, 64])
def test_many_rows_are_written_in_equal_chunks(
    rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrow, "WHOLE", 10)
    monkeypatch.setattr(arrow, "CHUNK", 4)
    table = pa.table({"text": [f"row {k}" for k in range(rows)]})
    path = tmp_path / "rows.arrow"
    arrow.write(table.to_reader(max_chunksize=3), path)
    read = arrow.read(path)
    assert read.equals(table)
    lengths = [len(chunk) for chunk in read.column("text").chunks]
    # Short tables are one chunk; of others all chunks but the last are of one length.
    size = max(rows, 1) if rows < 10 else 4
    assert lengths == [size] * (rows // size) + [rows % size] * (rows % size > 0)
    assert pa.Table.from_batches(arrow.batches(path), table.schema).equals(table)


def test_rows_that_are_written_are_not_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred megabytes go through a few: however many items there are, memory stays flat."""
    monkeypatch.setattr(arrow, "LARGE", 1 << 21)
    monkeypatch.setattr(arrow, "CHUNK", 1000)
    before = pa.total_allocated_bytes()
    held = []

    def batches() -> Iterator[pa.RecordBatch]:
        for k in range(100):
            yield pa.record_batch({"text": [f"{k} " + "x" * 10_000] * 100})
            held.append(pa.total_allocated_bytes() - before)

    reader = pa.RecordBatchReader.from_batches(pa.schema([("text", pa.string())]), batches())
    path = tmp_path / "rows.arrow"
    arrow.write(reader, path)
    for batch in arrow.batches(path):
        held.append(pa.total_allocated_bytes() - before)
        del batch
    assert path.stat().st_size > 100_000_000
    assert max(held) < 40_000_000


@pytest.mark.parametrize(
    ("config", "sources"),
    [
        ("user_item_interaction", ["ml-32m", "bookcrossing", "mind"]),
        ("user_attribute_prediction", ["ml-1m"]),
        ("target_user_identification", ["steam"]),
    ],
)
def test_stores_in_many_chunks_give_the_same_rows(
    config: str, sources: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drawn(cache: Path) -> list[list[dict[str, Any]]]:
        monkeypatch.setenv("ITDR_CACHE", str(cache))
        builder: Any = itdr.Itdr(
            config_name=config, sample=True, sources=sources, size=15, cells="all"
        )
        look = dataset_builder.wording(builder.config)
        plans = dataset_builder.prepare(builder.config)
        return [list(dataset_builder.rows([Shard(0, 1)], plan, look)) for plan in plans]

    whole = drawn(tmp_path / "whole")
    monkeypatch.setattr(arrow, "WHOLE", 16)
    monkeypatch.setattr(arrow, "CHUNK", 16)
    assert drawn(tmp_path / "many") == whole
    stores = list(tmp_path.glob("many/**/items.arrow"))
    assert max(arrow.read(path).column(0).num_chunks for path in stores) > 3
