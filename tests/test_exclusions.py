"""What cases rule out: the same, whether it is entered in a table or searched for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from itdr.builders.sampling import exclusions
from itdr.builders.sampling.exclusions import Exclusions, repeated_titles
from itdr.builders.sampling.requests import NegativeRequests

WORKS, CASES = 40, 12


def store(titles: int) -> Any:
    """Works of which some have no title and, where there are fewer titles, some share one."""
    codes = np.arange(WORKS, dtype=np.int32) % titles
    codes[::7] = -1
    return SimpleNamespace(
        title_code=codes, work=np.arange(WORKS, dtype=np.int32), shared=lambda key, make: make()
    )


@pytest.mark.parametrize("titles", [WORKS, 25])
def test_a_table_rules_out_what_a_search_finds(
    titles: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, draw = store(titles), np.random.default_rng(titles)
    touched = [np.unique(draw.integers(0, WORKS, 6, np.int32)) for _ in range(CASES // 2)]
    requests = NegativeRequests(
        np.ones(CASES, int),
        np.zeros((CASES, 1), int),
        np.zeros(CASES, int),
        touched * 2,  # two cases of each user
        draw.integers(-1, titles, (CASES, 2), np.int32),
        np.zeros(CASES, np.uint64),
    )
    shown = np.flatnonzero(data.title_code >= 0)
    rows, works = np.divmod(np.arange(CASES * len(shown)), len(shown))
    works = shown[works]
    repeated = repeated_titles(data)
    assert (repeated is not None) == (titles < WORKS)

    def barred() -> np.ndarray:
        found = Exclusions(data, repeated, requests)
        one_each = found.barred(rows, works, data.title_code[works])
        table = np.tile(shown, (CASES, 1))
        assert (
            found.barred(np.arange(CASES), table, data.title_code[table]).ravel() == one_each
        ).all()
        return one_each

    by_table = barred()
    monkeypatch.setattr(exclusions, "LARGEST_TABLE", 0)
    assert (barred() == by_table).all()
    owners = np.array([data.title_code[one] for one in touched * 2], object)
    expected = [
        data.title_code[work] in owners[row] or data.title_code[work] in requests.titles[row]
        for row, work in zip(rows.tolist(), works.tolist(), strict=True)
    ]
    assert by_table.tolist() == expected
