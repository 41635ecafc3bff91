"""Whether a column of the interactions was moved by some rows against the others: what belongs together then stands
at a distance, in the order of the raw file.

The first rows of what was staged are looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.schema import Source
from itdr.builders.store.build import statements

LOOKED_AT = 32_768
FURTHEST = 25
"""Rows by which a column may have been moved."""
ENOUGH_USERS, ENOUGH_RATINGS = 50, 500
"""So many users, and so many ratings of items that have others, show where a column belongs."""
LONG = 5
"""Rows of a user that show where others begin."""
PLAIN, TIMES_MORE = 0.5, 2
"""The share of users near whose first row ids of items begin anew, and how many times as often as in this row."""
A_WHILE, FURTHER = 60, 5
"""Seconds between the sessions of two users, and how many times as many as those within a session."""
ERRORS, LEAST_ALIKE, PLAINLY_ALIKE = 8, 0.08, 0.2
"""A correlation is no chance from so many standard errors on, and from this size on; and one of a column in its place
may be so."""
_LAGS = np.array([0, *(sign * lag for lag in range(1, FURTHEST + 1) for sign in (1, -1))])


class Rows(NamedTuple):
    """Interactions in the order of the file: codes of users, codes of items, where ids of items descend, ratings
    and times; None for a column that there is not, NaN for a missing value."""

    users: np.ndarray
    items: np.ndarray
    descents: np.ndarray
    ratings: np.ndarray | None
    times: np.ndarray | None


def require_unmoved(
    source: Source, staged: Path, columns: Collection[str], files: Iterable[Path]
) -> None:
    """Check that the columns of the interactions belong together.

    Args:
        source: the declaration; the user's own data are not checked.
        staged: the Parquet file of the staged interactions.
        columns: the columns that the reader fills.
        files: the raw files.

    Raises:
        RawFileError: one was moved by some rows.
    """
    if source.described:
        return
    rows = first_rows(staged, columns)
    if fault := _moved_times_or_items(rows) or _moved_ratings(rows):
        names = ", ".join(map(str, files))
        raise RawFileError(f"{source.id}: {names}: {fault}. Put the official file in place.")


def first_rows(staged: Path, columns: Collection[str]) -> Rows:
    """The first staged interactions that were not rejected.

    Args:
        staged: the Parquet file.
        columns: the columns that the reader fills.
    """
    import pyarrow.parquet as pq

    file = pq.ParquetFile(staged)
    names = file.schema_arrow.names
    ids = {
        name: [f"{name}_{form}" for form in ("number", "text") if f"{name}_{form}" in names]
        for name in statements.IDS_OF.values()
    }
    values = [name for name in ("rating", "timestamp") if name in columns]
    wanted = [*ids["user"], *ids["item"], *values, "reject"]
    table = file.read_row_group(0, wanted) if file.num_row_groups else file.read(wanted)
    table = table.slice(0, LOOKED_AT)
    table = table.filter(pc.is_null(table.column("reject")))
    user, item = (_joined(table, ids[name]) for name in ("user", "item"))
    numbers = {name: np.asarray(table.column(name).cast(pa.float64())) for name in values}
    descents = np.append(False, np.asarray(pc.less(item[1:], item[:-1]), dtype=bool))
    return Rows(
        np.asarray(user.dictionary_encode().indices),
        np.asarray(item.dictionary_encode().indices),
        descents[: len(item)],
        numbers.get("rating"),
        numbers.get("timestamp"),
    )


def _joined(table: pa.Table, names: list[str]) -> pa.Array:
    """An id column out of its numbers and its texts; numbers where there are no texts."""
    parts = [table.column(name).combine_chunks() for name in names]
    parts = [part for part in parts if part.null_count < len(part)] or parts[:1]
    if len(parts) == 1:
        return parts[0]
    return pc.coalesce(*(part.cast(pa.string()) for part in parts))


def _moved_times_or_items(rows: Rows) -> str:
    """In a file in the order of users, times or ids of items that begin anew some rows away from them."""
    n = len(rows.users)
    starts = np.flatnonzero(np.diff(rows.users)) + 1
    # Users of few rows hide what begins anew beside them.
    long = np.diff(starts, prepend=0, append=n) >= LONG
    starts = starts[long[:-1] & long[1:]]
    if len(starts) < ENOUGH_USERS:
        return ""
    near = np.clip(starts[:, None] + _LAGS, 0, n - 1)
    if lag := _best(rows.descents[near].mean(0), PLAIN, TIMES_MORE):
        return (
            f"the ids of items begin anew {_away(lag)} of those in which another user begins, and not in these: one of the "
            f"columns was moved by {_rows(lag)}"
        )
    if rows.times is None:
        return ""
    gaps = np.append(0.0, abs(np.diff(rows.times)))
    if lag := _best(np.nanmedian(gaps[near], 0), A_WHILE, FURTHER):
        return (
            f"the times of another session begin {_away(lag)} of those in which another user begins, and not in these: one of "
            f"the columns was moved by {_rows(lag)}"
        )
    return ""


def _best(found: np.ndarray, least: float, more: float) -> int:
    """The distance at which the most was found, where that is so many times as much as in the row itself, and as a
    rule elsewhere; else 0."""
    best = int(found.argmax())
    if found[best] < least or found[best] < more * max(found[0], np.median(found)):
        return 0
    return int(_LAGS[best])


def _moved_ratings(rows: Rows) -> str:
    """Ratings that agree with those of the item in a row beside theirs, and not in their own."""
    if rows.ratings is None:
        return ""
    own, n = _agreement(rows, 0)
    least = max(LEAST_ALIKE, ERRORS / np.sqrt(max(n, 1)))
    if n < ENOUGH_RATINGS or own >= PLAINLY_ALIKE:
        return ""
    alike = {lag: _agreement(rows, lag)[0] for lag in _LAGS.tolist()}
    lag = max(alike, key=lambda lag: alike[lag])
    if alike[lag] < least or alike[lag] < 2 * own:
        return ""
    return (
        f"{n:,} ratings that were looked at agree with others of the item that stands {_away(-lag)} (correlation "
        f"{alike[lag]:.2f}), and not of their own one ({own:.2f}): ratings, items or users were moved by {_rows(lag)}"
    )


def _agreement(rows: Rows, lag: int) -> tuple[float, int]:
    """How ratings, moved up by some rows, correlate with the mean of the others of their item, both without the
    means of users; and how many could be compared."""
    assert rows.ratings is not None
    rating = np.roll(rows.ratings, -lag)
    stated = ~np.isnan(rating)
    users, items, rating = rows.users[stated], rows.items[stated], rating[stated]
    if not len(rating):
        return 0.0, 0
    often = np.bincount(users)
    apart = rating - (np.bincount(users, rating) / np.maximum(often, 1))[users]
    kept = often[users] > 1
    items, apart = items[kept], apart[kept]
    n = np.bincount(items) if len(items) else np.zeros(0, int)
    several = n[items] > 1
    others = (np.bincount(items, apart)[items] - apart)[several] / (n[items][several] - 1)
    apart = apart[several]
    spread = apart.std() * others.std() if len(apart) else 0.0
    if not spread:
        return 0.0, len(apart)
    return float(((apart - apart.mean()) * (others - others.mean())).mean() / spread), len(apart)


def _away(lag: int) -> str:
    return f"{_rows(lag)} {'below' if lag > 0 else 'above'}"


def _rows(lag: int) -> str:
    return f"{abs(lag)} row{'s' if abs(lag) > 1 else ''}"
