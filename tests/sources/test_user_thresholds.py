"""What is refused of users whose columns hold something else, at the edge of each threshold: just below it, and at it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from itdr.builders.core.emptied import unreadable
from itdr.builders.core.errors import RawFileError
from itdr.builders.store.build import user_checks
from tests.sources.harness import load
from tests.sources.test_content_thresholds import FILES, Columns, asking, numbers


def check_users(con: duckdb.DuckDBPyConnection, source: str, **columns: Sequence[Any]) -> None:
    row = asking(con, users_raw=columns)
    user_checks.require_plausible_users(load(source), list(columns), row, FILES, {})


@pytest.mark.parametrize(
    ("source", "columns", "passed", "refused", "said"),
    [
        ("lastfm-360k", lambda k: {"country": ["Feb 1, 2005"] * k + ["Peru"] * (39 - k)}, 19, 20, "hold digits"),
        ("bookcrossing", lambda k: {"country": [chr(0x4E00 + n % k) for n in range(200)]}, 154, 155, "155 different"),
        ("bookcrossing", lambda k: {"age": [34] * k + [20 + n % 40 for n in range(200 - k)]}, 55, 60, "were filled"),
        ("bookcrossing", lambda k: {"age": [34] * 80 + [20 + n % 40 for n in range(120)] + [None] * (12 - k)},
         0, 2, "were filled"),
        ("lastfm-360k", lambda k: {"age": [10 + 10 * (n % 6) for n in range(200)] + [21] * (1 - k)}, 0, 1,
         "all 200 known ages are multiples of 10"),
        ("lastfm-360k", lambda k: {"age": [10 + 5 * (n % 12) for n in range(199 + k)]}, 0, 1,
         "all 200 known ages are multiples of 5:"),
        ("anime-2023", lambda k: {"birth_year": [2002 + k, *(2004 + n % 5 for n in range(199))]}, 1, 2,
         "no birth year of 200 users is before 2004"),
        ("ml-1m", lambda k: {"user_id": numbers(range(180 + k)), "gender": ["f"] * 50 + ["m"] * (130 + k)}, 20, 21,
         "199 have the same gender"),
    ],
)  # fmt: skip
def test_users_whose_columns_hold_something_else(
    source: str,
    columns: Callable[[int], Columns],
    passed: int,
    refused: int,
    said: str,
    con: duckdb.DuckDBPyConnection,
) -> None:
    check_users(con, source, **columns(passed))
    with pytest.raises(RawFileError, match=said):
        check_users(con, source, **columns(refused))


@pytest.mark.parametrize("column", ["gender", "age_group", "occupation"])
def test_users_with_codes_of_another_dictionary(
    column: str, con: duckdb.DuckDBPyConnection
) -> None:
    def check(unknown: int) -> None:
        columns = {column: [None] * 20 + ["a", "b"] * 90}
        row = asking(con, users_raw=columns)
        emptied = {("users", unreadable(column)): unknown}
        user_checks.require_plausible_users(load("ml-1m"), [column], row, FILES, emptied)

    check(3)
    with pytest.raises(RawFileError, match=r"4 of 200 .* none of the official codes"):
        check(4)


@pytest.mark.parametrize("column", ["age", "country", "gender"])
@pytest.mark.parametrize("source", ["bookcrossing", "lastfm-1k", "ml-1m", "anime-2023"])
def test_users_with_the_values_of_the_row_before(
    column: str, source: str, con: duckdb.DuckDBPyConnection
) -> None:
    rng = np.random.default_rng(17)
    names = ["a", "b", "c", "d"] if column != "age" else list(range(20, 60))
    values = rng.choice(np.array(names), 800, p=None if column == "age" else [0.4, 0.3, 0.2, 0.1])
    missing = rng.random(800) < 0.5
    kept = [None if gone else value for gone, value in zip(missing, values.tolist(), strict=True)]
    filled = pd_fill(kept)
    ids = [f"u{number:03}" for number in range(800)]
    order = rng.permutation(800).tolist()

    def check(given: Sequence[Any]) -> None:
        columns = {"user_id": [ids[k] for k in order], column: [given[k] for k in order]}
        check_users(con, source, **columns)

    check(kept)
    check(values.tolist())
    for given in (filled, sorted(values.tolist())):
        with pytest.raises(RawFileError, match=f"and those with the id before, .* same {column}"):
            check(given)


def pd_fill(values: Sequence[Any]) -> list[Any]:
    """The values, with those that are missing filled from the one before."""
    filled: list[Any] = []
    for value in values:
        filled.append(value if value is not None or not filled else filled[-1])
    return filled


def test_what_is_unusual_of_users_is_said(con: duckdb.DuckDBPyConnection) -> None:
    def notes(source: str, genders: list[str | None]) -> list[str]:
        row = asking(con, users_raw={"gender": pa.array(genders, pa.string())})
        return user_checks.unusual_users(load(source), ["gender"], row)

    assert notes("ml-1m", ["f"] * 199) == []
    assert notes("ml-1m", ["f"] * 200) == ["all 200 users with a known gender have the same one"]
    assert notes("lastfm-1k", ["f"] * 100 + ["m"] * 100 + [None] * 5) == []
    assert notes("lastfm-1k", ["f"] * 100 + ["m"] * 100 + [None] * 4) != []
    (note,) = notes("lastfm-1k", ["f"] * 100 + ["m"] * 100)
    assert "may have been filled" in note
