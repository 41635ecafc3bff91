"""Works that cannot be negatives of a case: those that its user touched, and those that look the
same."""

from __future__ import annotations

import functools

import numpy as np

from itdr.builders.sampling.requests import NegativeRequests
from itdr.builders.store.reader import StoreReader

LARGEST_TABLE = 1 << 20
"""Cases times titles up to which what is ruled out is entered in a table, rather than searched for."""


class Exclusions:
    """What several cases rule out, looked up for all of them at once.

    Args:
        store: whose works they are.
        repeated: by work code, whether another work has the same title; None where none has.
        requests: the cases.
    """

    def __init__(
        self, store: StoreReader, repeated: np.ndarray | None, requests: NegativeRequests
    ) -> None:
        self._store = store
        self._repeated = repeated
        self._titles = np.ascontiguousarray(requests.titles.T)
        # Windows of one user share what the user touched.
        by_id = {id(touched): touched for touched in requests.touched}
        places = dict(zip(by_id, range(len(by_id)), strict=True))
        self._owner = np.array([places[id(touched)] for touched in requests.touched], np.int64)
        lines = list(by_id.values())
        self._touched = np.concatenate(lines)
        self._lengths = list(map(len, lines))
        self._owners = np.repeat(np.arange(len(lines), dtype=np.int64) << 32, self._lengths)

    def barred(self, rows: np.ndarray, works: np.ndarray, titles: np.ndarray) -> np.ndarray:
        """Whether the user touched a work or its title, or its title is in the case already.

        Args:
            rows: the cases, by their place among the requests.
            works: codes, one or a row of them to each of these cases.
            titles: the codes of the works' titles, in the same shape.

        Returns:
            bool of this shape.
        """
        if self._by_title is not None:
            return self._by_title[rows.reshape(-1, *(1,) * (titles.ndim - 1)), titles]
        owner = self._owner[rows]
        barred = _among(owner, works, self._works)
        if self._repeated is not None:
            barred |= _among(owner, titles, self._met_titles)
        return barred | any_same(self._titles, rows, titles)

    @functools.cached_property
    def _by_title(self) -> np.ndarray | None:
        """Which titles each case rules out, a row each; None where that would be a large table. A title is that of
        one work alone, or rules out all works that have it."""
        cases = len(self._owner)
        # One column more, for what is never shown: -1.
        width = 1 + self._store.shared("titles", lambda: _count(self._store.title_code))
        if cases * width > LARGEST_TABLE:
            return None
        owners = np.arange(len(self._lengths))
        touched_titles = np.zeros((len(owners), width), bool)
        touched_titles[owners.repeat(self._lengths), self._store.title_code[self._touched]] = True
        barred = touched_titles if len(owners) == cases else touched_titles[self._owner]
        barred[np.arange(cases), self._titles] = True
        return barred

    @functools.cached_property
    def _works(self) -> np.ndarray:
        return self._owners | self._touched

    @functools.cached_property
    def _met_titles(self) -> np.ndarray:
        """Titles of touched works that other works share; for the others the work is enough."""
        assert self._repeated is not None
        positions = np.flatnonzero(self._repeated[self._touched])
        return np.sort(self._owners[positions] | self._store.title_code[self._touched[positions]])


def any_same(held: np.ndarray, rows: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Whether the case of each value holds it already.

    Args:
        held: what cases hold, one column per case: along the longer axis numpy looks far faster.
        rows: the cases.
        values: one or more for each of these.

    Returns:
        bool of the shape of `values`.
    """
    there = held.take(rows, axis=1)
    return (there.reshape(*there.shape, *(1,) * (values.ndim - 1)) == values).any(axis=0)


def repeated_titles(store: StoreReader) -> np.ndarray | None:
    """Which works share their title with another work.

    Args:
        store: the store whose works are compared.

    Returns:
        bool by work code; None where all titles differ.
    """
    works = np.flatnonzero(store.work == np.arange(len(store.work)))
    works = works[store.title_code[works] >= 0]
    titles = store.title_code[works]
    several = np.bincount(titles)[titles] > 1
    if not several.any():
        return None
    repeated = np.zeros(len(store.work), bool)
    repeated[works[several]] = True
    return repeated


def _count(codes: np.ndarray) -> int:
    """How many codes there are, from 0 on."""
    return int(codes.max(initial=-1)) + 1


def _among(owner: np.ndarray, values: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Whether each value, in a row of this owner, is among the keys (ascending)."""
    if not len(keys):
        return np.zeros(values.shape, bool)
    pairs = (owner << 32).reshape(-1, *(1,) * (values.ndim - 1)) | values
    return keys[np.minimum(keys.searchsorted(pairs), len(keys) - 1)] == pairs
