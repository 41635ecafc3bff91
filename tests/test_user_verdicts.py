"""Likes and dislikes of a batch of users are those of each user alone; ranks are `searchsorted`'s."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from itdr.builders.evidence import user_verdicts
from tests.interest import SOURCES, folder, open_cell


def numbers(mine: user_verdicts.Sided) -> dict[str, Any]:
    return {name: np.array(getattr(mine, name)).tolist() for name in mine.__slots__}


lists = st.lists(st.lists(st.integers(0, 9), max_size=8).map(sorted), min_size=1, max_size=5)


@given(of=lists, wanted=st.lists(st.integers(-1, 10), min_size=5, max_size=5))
def test_places_in_several_lists_are_found_at_once(of: list[list[int]], wanted: list[int]) -> None:
    ends = np.cumsum([len(one) for one in of])
    starts = ends - [len(one) for one in of]
    values = np.array([value for one in of for value in one], np.float32)
    window_spec = np.array(wanted[: len(of)], np.float32)
    for side in ("left", "right"):
        found = user_verdicts._place(values, starts, ends, window_spec, side) - starts
        assert found.tolist() == [
            int(np.searchsorted(one, value, side=side))
            for one, value in zip(of, wanted, strict=False)
        ]


@pytest.mark.parametrize("source", SOURCES)
def test_a_batch_says_what_each_user_alone_does(source: str) -> None:
    cell = open_cell(source, folder())
    users = list(range(0, len(cell.store.user_n), 3))
    cell.expect(users)
    together = [numbers(user_verdicts.sided(cell.partition, user)) for user in users]
    cell.expect(())
    alone = []
    for user in users:
        cell.store.shared(("sided", cell.cell.seed), dict).clear()
        alone.append(numbers(user_verdicts.sided(cell.partition, user)))
    assert together == alone
    assert sum(len(one["works"]) for one in alone) > 100
    for one in alone:
        assert len(set(one["works"])) == len(one["works"])
        assert one["places"] == sorted(one["places"])
