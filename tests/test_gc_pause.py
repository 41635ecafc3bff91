"""Drawing restores Python's garbage collector: when it was on, when it was off, and after an error."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import datasets
import pytest

import itdr  # noqa: F401
from itdr.builders.core import gc_pause


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    yield
    gc.enable()


@pytest.mark.parametrize("on", [True, False])
def test_rows_are_given_out_with_the_collector_as_it_was(on: bool) -> None:
    few = {"sample": True, "sources": ["ml-32m"], "split": "train"}
    rows = datasets.load_dataset("itdr", "user_item_interaction", streaming=True, **few)
    (gc.enable if on else gc.disable)()
    assert {gc.isenabled() for _ in rows} == {on}
    assert gc.isenabled() is on


def test_it_is_off_within_the_block_and_on_again_after_an_error() -> None:
    with pytest.raises(KeyError), gc_pause.gc_paused():
        assert not gc.isenabled()
        with gc_pause.gc_paused():
            pass
        assert not gc.isenabled()
        raise KeyError
    assert gc.isenabled()
