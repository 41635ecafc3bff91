"""A store with shortened titles; titles that look the same once shortened share a code.

A title may be broken off, with an ellipsis, or end behind a phrase: a shorter name of the same thing.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from itdr.builders.core.arrow import numbers, read, take_rows, write_table
from itdr.builders.core.text import ELLIPSIS, cut_title, shown_title
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
        view.title_chars = chars
        view.title_code = numbers(read(_shortened(store, chars)), "title_code")

    return store.view(("titles", chars), cut)


def broken_off(store: StoreReader) -> np.ndarray:
    """Which titles a store shows broken off, so that nobody could give them as they are shown.

    Args:
        store: a store, whose titles may be shortened.

    Returns:
        bool, by item code.
    """
    chars = store.title_chars
    if chars is None:
        return np.zeros(len(store.items), bool)
    return store.shared(
        "broken titles", lambda: numbers(read(_shortened(store, chars)), "broken_off").view(bool)
    )


def shown_titles(store: StoreReader, codes: np.ndarray | None = None) -> list[str | None]:
    """Titles as lists show them, whatever their length.

    Args:
        store: a store.
        codes: item codes; None for all items.

    Returns:
        A title for each; None where an item has none.
    """
    every = range(len(store.items)) if codes is None else codes
    titles = store.values("items", "title", every)
    others = store.values("items", "other_title", every)
    return [
        title and shown_title(title, other) for title, other in zip(titles, others, strict=True)
    ]


def _shortened(store: StoreReader, chars: int) -> Path:
    """The file of what shortening does to each title, written once."""
    path = derived.derived_path(store, "titles", (chars,))
    return derived.build_once(path, lambda work: _write(store, chars, work / path.name))


def _longest(store: StoreReader) -> int:
    import pyarrow.compute as pc

    if "title" not in store.items.column_names:
        return 0
    if "other_title" in store.items.column_names:
        return max((len(title or "") for title in shown_titles(store)), default=0)
    return pc.max(pc.utf8_length(store.items.column("title"))).as_py() or 0


def _write(store: StoreReader, chars: int, path: Path) -> None:
    """Give titles that look the same once shortened the code of the first of them, and mark those that are
    broken off."""
    import pyarrow as pa
    import pyarrow.compute as pc

    codes = store.title_code
    column = store.items.column("title")
    long = pc.greater(pc.fill_null(pc.utf8_length(column), 0), chars)
    places = np.flatnonzero(long.to_numpy() & (codes >= 0))
    merged, broken = codes.copy(), np.zeros(len(codes), np.uint8)
    first: dict[str, int] = {}
    for start in range(0, len(places), MAX_CACHED_ITEMS):
        some = places[start : start + MAX_CACHED_ITEMS]
        titles = take_rows(column, some).to_pylist()
        for place, title in zip(some.tolist(), titles, strict=True):
            shown = cut_title(title, chars)
            merged[place] = first.setdefault(title_key(shown), int(codes[place]))
            broken[place] = shown.endswith(ELLIPSIS)
    write_table(pa.table({"title_code": merged, "broken_off": broken}), path)
