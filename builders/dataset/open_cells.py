"""Stores and cells opened once per process, and shared by all that is drawn from them."""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import cachetools

from itdr.builders.core.schema import Source
from itdr.builders.sampling.cuts import time_cuts
from itdr.builders.sampling.filters import Filters, report, with_filters
from itdr.builders.store.reader import StoreReader
from itdr.builders.store.titles import with_title_chars
from itdr.builders.tasks.base import Cell, OpenCell

_stores: MutableMapping[Path, StoreReader] = cachetools.LRUCache(maxsize=40)


def open_store(source: Source, path: Path) -> StoreReader:
    """The store at this path. A forked process keeps what its parent had read."""
    if path not in _stores:
        _stores[path] = StoreReader(source, path)
    return _stores[path]


def _forked() -> None:
    for store in _stores.values():
        store.reopen()


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_forked)


def share_cuts(cell: Cell, path: Path, cuts: tuple[int, int]) -> None:
    """Set the time cuts of a cell (`OpenCell.cuts`) that were computed elsewhere."""
    open_store(cell.source, path).shared(_cuts_key(cell), lambda: cuts)


def _cuts_key(cell: Cell) -> tuple[object, ...]:
    return "cuts of cells", cell.cuts, cell.validation


def _cuts(cell: Cell, store: StoreReader) -> tuple[int, int]:
    """When validation and test begin for a cell that time splits."""
    first, second = store.shared(("time cuts", cell.cuts), lambda: time_cuts(store, cell.cuts))
    # Else validation lies before test's cut like training, and is told apart otherwise.
    return (first if cell.validation == "time" else second), second


def open_cell(cell: Cell, paths: tuple[Path, ...]) -> OpenCell:
    """A cell over its stores, filtered as its options say.

    Args:
        cell: the cell.
        paths: folders of its stores; the second is the other domain's.

    Returns:
        The cell, ready to draw from.
    """
    store, *others = (open_store(cell.source, path) for path in paths)
    cuts = None
    if cell.split_by == "time":
        whole = store
        cuts = whole.shared(_cuts_key(cell), lambda: _cuts(cell, whole))
    chars = cell.options.get("title_chars")
    filters = Filters.of(cell.options)
    store, *others = (
        with_filters(with_title_chars(one, chars), filters) for one in (store, *others)
    )
    return OpenCell(cell, store, others[0] if others else None, cuts)


def filter_report(cell: Cell, path: Path) -> tuple[str, list[dict[str, Any]]] | None:
    """What each step of the cell's filters leaves in a store.

    Args:
        cell: whose options name the filters.
        path: one of its stores.

    Returns:
        The store's name, as `source/domain`, and its steps (see `filters.report`); None without
        filters.
    """
    filters = Filters.of(cell.options)
    if not filters.any:
        return None
    store = open_store(cell.source, path)
    names = (store.manifest["source"], store.manifest["domain"])
    return "/".join(filter(None, names)), report(store, filters)
