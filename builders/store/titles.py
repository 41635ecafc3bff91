"""A store with shortened titles; titles that look the same once shortened share a code."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from itdr.builders.core.arrow import numbers, read, take_rows, write_table
from itdr.builders.core.text import cut_title
from itdr.builders.store import derived
from itdr.builders.store.build.works import title_key
from itdr.builders.store.reader import MAX_CACHED_ITEMS, StoreReader


def with_title_chars(store: StoreReader, chars: int | None) -> StoreReader:
    """The store with titles of at most `chars` characters.

    Args:
        store: the store with full titles.
        chars: the most characters shown; None for any number.

    Returns:
        A cached reader of the same store; the store itself where no title is longer.
    """
    if chars is None or store.shared("longest title", lambda: _longest(store)) <= chars:
        return store

    def cut(view: StoreReader) -> None:
        path = derived.derived_path(store, "titles", (chars,))
        derived.build_once(path, lambda work: _write(store, chars, work / path.name))
        view.title_chars, view.title_code = chars, numbers(read(path), "title_code")

    return store.view(("titles", chars), cut)


def _longest(store: StoreReader) -> int:
    import pyarrow.compute as pc

    if "title" not in store.items.column_names:
        return 0
    return pc.max(pc.utf8_length(store.items.column("title"))).as_py() or 0


def _write(store: StoreReader, chars: int, path: Path) -> None:
    """Give titles that look the same once shortened the code of the first of them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    codes = store.title_code
    column = store.items.column("title")
    long = pc.greater(pc.fill_null(pc.utf8_length(column), 0), chars)
    places = np.flatnonzero(long.to_numpy() & (codes >= 0))
    merged = codes.copy()
    first: dict[str, int] = {}
    for start in range(0, len(places), MAX_CACHED_ITEMS):
        some = places[start : start + MAX_CACHED_ITEMS]
        titles = take_rows(column, some).to_pylist()
        for place, title in zip(some.tolist(), titles, strict=True):
            merged[place] = first.setdefault(title_key(cut_title(title, chars)), int(codes[place]))
    write_table(pa.table({"title_code": merged}), path)
