"""Stores and cells opened once per process, and shared by all that is drawn from them."""

from __future__ import annotations

import os
from pathlib import Path

from itdr.builders.columns import Store
from itdr.builders.declare import Source
from itdr.builders.popularity import time_cuts
from itdr.builders.tasks._task import Cell, OpenCell

_stores: dict[tuple[int, Path], Store] = {}
KEPT = 40


def open_store(source: Source, path: Path) -> Store:
    """The store at this path, opened in this very process (handles do not survive a fork well)."""
    key = (os.getpid(), path)
    if key not in _stores:
        if len(_stores) >= KEPT:
            _stores.clear()
        _stores[key] = Store(source, path)
    return _stores[key]


def share_cuts(source: Source, path: Path, cuts: tuple[int, int]) -> None:
    """Have the time cuts of a store where they were found already, elsewhere."""
    open_store(source, path).shared("time cuts", lambda: cuts)


def open_cell(cell: Cell, paths: tuple[Path, ...], time_split: bool = False) -> OpenCell:
    """A cell over its stores; with `time_split`, its parts are spans of time."""
    store, *others = (open_store(cell.source, path) for path in paths)
    cuts = store.shared("time cuts", lambda: time_cuts(store)) if time_split else None
    return OpenCell(cell, store, others[0] if others else None, cuts)
