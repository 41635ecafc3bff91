"""Runs of numbers at once are the runs one by one, put together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from itdr.builders.core.ranges import ranges

runs = st.lists(st.tuples(st.integers(0, 2**30), st.integers(0, 9)), max_size=12)


@pytest.mark.parametrize("kind", [np.int32, np.int64])
@given(of=runs)
def test_runs_stand_one_after_the_other(kind: type, of: list[tuple[int, int]]) -> None:
    begins, counts = (np.array([one[k] for one in of], kind) for k in range(2))
    found = ranges(begins, counts)
    assert found.dtype == np.int64
    assert found.tolist() == [begin + k for begin, count in of for k in range(count)]


def test_many_long_runs_do_not_overflow() -> None:
    begins, counts = np.array([2**31 - 2, 5], np.int32), np.array([3, 70_000], np.int32)
    found = ranges(begins, counts)
    assert found[:4].tolist() == [2**31 - 2, 2**31 - 1, 2**31, 5] and found[-1] == 70_004
