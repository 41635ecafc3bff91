"""Stores and cells opened once per process, and shared by all that is drawn from them."""

from __future__ import annotations

import os
from pathlib import Path

from itdr.builders.core.schema import Source
from itdr.builders.sampling.popularity import time_cuts
from itdr.builders.store.reader import StoreReader
from itdr.builders.store.titles import with_title_chars
from itdr.builders.tasks.base import Cell, OpenCell

_stores: dict[Path, StoreReader] = {}
KEPT = 40


def open_store(source: Source, path: Path) -> StoreReader:
    """The store at this path. A forked process goes on with what its parent knew of it."""
    if path not in _stores:
        if len(_stores) >= KEPT:
            _stores.clear()
        _stores[path] = StoreReader(source, path)
    return _stores[path]


def _forked() -> None:
    for store in _stores.values():
        store.reopen()


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_forked)


def share_cuts(source: Source, path: Path, cuts: tuple[int, int]) -> None:
    """Have the time cuts of a store where they were found already, elsewhere."""
    open_store(source, path).shared("time cuts", lambda: cuts)


def open_cell(cell: Cell, paths: tuple[Path, ...], time_split: bool = False) -> OpenCell:
    """A cell over its stores; with `time_split`, its parts are spans of time."""
    store, *others = (open_store(cell.source, path) for path in paths)
    cuts = store.shared("time cuts", lambda: time_cuts(store)) if time_split else None
    chars = cell.options.get("title_chars")
    store, *others = (with_title_chars(one, chars) for one in (store, *others))
    return OpenCell(cell, store, others[0] if others else None, cuts)
