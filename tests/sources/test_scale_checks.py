"""Whole values of a scale that no rating takes are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import pytest

from itdr.builders.sources import yelp
from itdr.builders.store.build import scale_checks
from itdr.builders.store.build.scale_checks import unusual_ratings


@pytest.mark.parametrize(
    ("ratings", "never"),
    [
        ([1, 2, 3, 4, 5], None),
        ([1, 3, 5], "2 or 4"),
        ([1, 2, 3, 4], "5"),
        ([3, 4, 5], "1 or 2"),
        # Likes and dislikes, and ratings all of one kind.
        ([1, 5], None),
        ([4], None),
    ],
)
def test_values_between_others_occur(
    ratings: list[int], never: str | None, con: duckdb.DuckDBPyConnection
) -> None:
    con.execute("CREATE OR REPLACE TABLE interactions_staged (rating DOUBLE, reject VARCHAR)")

    def row(query: str) -> Sequence[Any]:
        found = con.execute(query).fetchone()
        assert found is not None
        return found

    values = ratings * (scale_checks.MANY_RATINGS // len(ratings) + 1)
    con.executemany("INSERT INTO interactions_staged VALUES (?, NULL)", [[one] for one in values])
    found = unusual_ratings(yelp.SOURCE, ["rating"], row)
    assert [one.split(" ratings is ")[1].split(", as")[0] for one in found] == (
        [never] if never else []
    )
    con.execute("UPDATE interactions_staged SET reject = 'no item'")
    assert unusual_ratings(yelp.SOURCE, ["rating"], row) == []
    assert unusual_ratings(yelp.SOURCE, ["weight"], row) == []
