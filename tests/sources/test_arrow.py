"""Helpers of readers that build columns with Arrow: what they leave behind."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from itdr.builders.sources._formats import arrow


class Watched:
    """A connection that remembers its cursors."""

    def __init__(self) -> None:
        self.con = duckdb.connect()
        self.cursors: list[duckdb.DuckDBPyConnection] = []

    def cursor(self) -> duckdb.DuckDBPyConnection:
        self.cursors.append(self.con.cursor())
        return self.cursors[-1]


@pytest.mark.parametrize("whole", [True, False])
def test_spellings_close_their_connection_however_far_they_are_read(whole: bool) -> None:
    ids = [str(number % 70_000) for number in range(140_000)]
    titles = ["The Lamp" if number < 70_000 else "the lamp" for number in range(140_000)]
    watched = Watched()
    rows = arrow.commonest_spelling(
        watched,
        arrow.record_batches({"item_id": pa.array(ids), "title": titles}),
        Path("names.tsv"),
    )
    first = next(rows)
    assert set(first.column("title").to_pylist()) == {"The Lamp"}
    if whole:
        assert first.num_rows + sum(batch.num_rows for batch in rows) == 70_000
    else:
        rows.close()  # type: ignore[attr-defined]
    (cursor,) = watched.cursors
    with pytest.raises(duckdb.ConnectionException):
        cursor.execute("SELECT 1")
