"""Whether the columns of the interactions belong together, row by row: one may have been moved by some rows against
the others, sorted alone, shuffled, or replaced by means.

The first rows of what was staged are looked at, in the order of the raw file.
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
from itdr.builders.store.build.id_forms import NAMED

LOOKED_AT = 32_768
FURTHEST = 25
"""Rows by which a column may have been moved."""
ENOUGH_USERS, ENOUGH_RATINGS, MANY_RATINGS = 20, 500, 5_000
"""So many users, and so many ratings of items that have others, show where a column belongs; and so many, that it
belongs nowhere."""
LONG, VALUES = 5, 3
"""Rows of a user that show where others begin, and different values that show an order."""
PLAIN, TIMES_MORE = 0.3, 3
"""The share of users near whose first row a column begins anew, and how many times as often as in this row."""
NEARLY_ALL, ENOUGH_ITEMS = 0.95, 200
"""The share of the users of whom two columns are in order, and so many items whose ratings are compared."""
MANY_ROWS = 1_000
"""So many rows show that users stand together."""
A_WHILE, FURTHER = 60, 5
"""Seconds between the sessions of two users, and how many times as many as those within a session."""
ERRORS, LEAST_ALIKE, PLAINLY_ALIKE = 8, 0.08, 0.2
"""A correlation is no chance from so many standard errors on, and from this size on; and one of a column in its place
may be so."""
_LAGS = np.array([0, *(sign * lag for lag in range(1, FURTHEST + 1) for sign in (1, -1))])


class Rows(NamedTuple):
    """Interactions in the order of the file.

    Attributes:
        users: codes in the order of their ids.
        items: the same of items.
        ratings: NaN where there is none; None where the reader gives none.
        times: the same of times.
        weights: the same of weights.
    """

    users: np.ndarray
    items: np.ndarray
    ratings: np.ndarray | None
    times: np.ndarray | None
    weights: np.ndarray | None

    def columns(self) -> dict[str, np.ndarray]:
        """What stands beside the users in nearly all rows.

        Returns:
            The columns, by what their values are called.
        """
        named = {
            "ids of items": self.items,
            "times": self.times,
            "weights": self.weights,
            "ratings": self.ratings,
        }
        return {
            name: values
            for name, values in named.items()
            if values is not None and np.isnan(values).mean() < 1 - NEARLY_ALL
        }


def require_own_rows(
    source: Source, staged: Path, columns: Collection[str], files: Iterable[Path]
) -> list[str]:
    """Check that the columns of the interactions belong together.

    Args:
        source: the declaration; the user's own data are not checked.
        staged: the Parquet file of the staged interactions.
        columns: the columns that the reader fills.
        files: the raw files.

    Returns:
        What is unusual, and may be right: a clause for each thing.

    Raises:
        RawFileError: one was moved by some rows, sorted alone, or replaced by means.
    """
    if source.described:
        return []
    rows = first_rows(staged, columns)
    if not len(rows.users):
        return []
    for check in _CHECKS:
        if fault := check(rows):
            names = ", ".join(map(str, files))
            raise RawFileError(f"{source.id}: {names}: {fault}. Put the official file in place.")
    return [note for check in _NOTES if (note := check(rows))]


def first_rows(staged: Path, columns: Collection[str]) -> Rows:
    """The first staged interactions that were not rejected.

    Args:
        staged: the Parquet file.
        columns: the columns that the reader fills.

    Returns:
        The rows.
    """
    import pyarrow.parquet as pq

    file = pq.ParquetFile(staged)
    names = file.schema_arrow.names
    ids = {
        name: [f"{name}_{form}" for form in ("number", "text") if f"{name}_{form}" in names]
        for name in statements.IDS_OF.values()
    }
    values = [name for name in ("rating", "timestamp", "weight") if name in columns]
    fields = [*ids["user"], *ids["item"], *values, "reject"]
    table = file.read_row_group(0, fields) if file.num_row_groups else file.read(fields)
    table = table.slice(0, LOOKED_AT)
    table = table.filter(pc.is_null(table.column("reject")))
    user, item = (_joined(table, ids[name]) for name in ("user", "item"))
    numbers = {name: np.asarray(table.column(name).cast(pa.float64())) for name in values}
    return Rows(_ranks(user), _ranks(item), *map(numbers.get, ("rating", "timestamp", "weight")))


def _ranks(ids: pa.Array) -> np.ndarray:
    """Codes in the order of the ids; those of what has but a name are all alike and come first, as the empty ones of
    which they were made."""
    coded = ids.dictionary_encode()
    ranks = np.empty(len(coded.dictionary), np.int64)
    ranks[np.asarray(pc.sort_indices(coded.dictionary))] = np.arange(1, len(ranks) + 1)
    if pa.types.is_string(coded.dictionary.type):
        ranks[np.asarray(pc.match_substring_regex(coded.dictionary, NAMED))] = 0
    return ranks[np.asarray(coded.indices)]


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
    columns = rows.columns()
    for name, values in columns.items():
        if name == "ratings":
            continue
        steps = np.diff(values)
        # Within users, a column ascends or descends.
        descends = (steps < 0).sum() > (steps > 0).sum()
        anew = np.append(False, steps > 0 if descends else steps < 0)
        if lag := _best(anew[near].mean(0), PLAIN, TIMES_MORE):
            return _begins_elsewhere(f"the {name}", lag)
    if "times" not in columns:
        return ""
    gaps = np.append(0.0, abs(np.diff(columns["times"])))[near]
    lag = _best(np.nanmedian(gaps, 0), A_WHILE, FURTHER)
    return _begins_elsewhere("the times of another session", lag) if lag else ""


def _begins_elsewhere(what: str, lag: int) -> str:
    return (
        f"{what} begin anew {_away(lag)} the rows in which another user begins, and not in these: one of the columns was moved "
        f"by {_rows(lag)}"
    )


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


def _sorted_within_users(rows: Rows) -> str:
    """Two columns that are both in order, within nearly all users."""
    n = len(rows.users)
    starts = np.append(0, np.flatnonzero(np.diff(rows.users)) + 1)
    long = np.diff(starts, append=n) >= LONG
    columns = (
        rows.columns() if rows.ratings is None else {**rows.columns(), "ratings": rows.ratings}
    )
    ordered = [name for name, values in columns.items() if _in_order(values, starts, long)]
    if len(ordered) < 2:
        return ""
    return f"within nearly all users that were looked at, {_both(ordered)}"


def _in_order(values: np.ndarray, starts: np.ndarray, judged: np.ndarray) -> bool:
    """Whether a column ascends, or descends, within nearly all runs of rows in which it varies."""
    steps = np.append(0, np.diff(values))
    steps[starts] = 0
    missing = np.add.reduceat(np.isnan(steps).astype(np.int64), starts)
    up, down = (np.add.reduceat(way.astype(np.int64), starts) for way in (steps > 0, steps < 0))
    judged = judged & (missing == 0) & (np.maximum(up, down) >= VALUES - 1)
    least = NEARLY_ALL * judged.sum()
    return bool(
        judged.sum() >= ENOUGH_USERS
        and max((judged & (down == 0)).sum(), (judged & (up == 0)).sum()) >= least
    )


def _sorted_throughout(rows: Rows) -> str:
    """A file in the order of users, and of another column, too."""
    columns = {"users": rows.users, **rows.columns()}
    # Users of one row each, or of one session each, may have been numbered in this order.
    if 2 * len(np.unique(rows.users)) > len(rows.users) or _by_session(rows):
        del columns["users"]
    elif len(rows.users) >= MANY_ROWS and rows.times is not None and _are_grouped(rows.users):
        # Official orders of users differ; in none of them does each begin where the one before ended.
        blocks = np.cumsum(np.diff(rows.users, prepend=rows.users[:1]) != 0)
        columns = {**columns, "users": blocks}
    ordered = [
        name
        for name, values in columns.items()
        if len(np.unique(values)) >= ENOUGH_USERS
        and ((np.diff(values) >= 0).all() or (np.diff(values) <= 0).all())
    ]
    return f"in all rows that were looked at, {_both(ordered)}" if len(ordered) > 1 else ""


def _are_grouped(users: np.ndarray) -> bool:
    """Whether the rows of each user stand together."""
    return bool((np.diff(users) != 0).sum() + 1 == len(np.unique(users)))


def _by_session(rows: Rows) -> bool:
    """Whether the times of one user lie far nearer to each other than to those of the next."""
    if rows.times is None:
        return False
    steps, anew = abs(np.diff(rows.times)), np.diff(rows.users) != 0
    stated = ~np.isnan(steps)
    between, within = steps[stated & anew], steps[stated & ~anew]
    if not len(between) or not len(within):
        return False
    return bool(np.median(between) > FURTHER * np.median(within))


def _both(ordered: list[str]) -> str:
    return f"{ordered[0]} and {ordered[1]} are both in order: one of the two columns was sorted without the other"


def _means_of_items(rows: Rows) -> str:
    """Ratings of an item that are all the same."""
    if rows.ratings is None or np.isnan(rows.ratings).all():
        return ""
    stated = ~np.isnan(rows.ratings)
    items, ratings = rows.items[stated], rows.ratings[stated]
    several = np.bincount(items) > 1
    spread = _spread(items, ratings)
    if several.sum() < ENOUGH_ITEMS or spread[several].any() or len(np.unique(ratings)) < 2:
        return ""
    return (
        f"none of {int(several.sum()):,} items that were looked at has two different ratings: ratings were replaced by one of "
        "each item, such as its mean"
    )


def _by_chance(rows: Rows) -> str:
    """Ratings that agree no more with others of the item than those of other items do."""
    if rows.ratings is None:
        return ""
    own, n = _agreement(rows, 0)
    if n < MANY_RATINGS or not own or own > 4 / np.sqrt(n):
        return ""
    return (
        f"{n:,} ratings that were looked at agree with others of their item by chance alone: they may have been shuffled or "
        "drawn at random"
    )


def _one_time_each(rows: Rows) -> str:
    """Users who rated everything at one time."""
    times = rows.columns().get("times")
    if rows.ratings is None or times is None or len(np.unique(times)) < ENOUGH_USERS:
        return ""
    spread, long = _spread(rows.users, times), np.bincount(rows.users) >= LONG
    same = int((spread[long] == 0).sum())
    if long.sum() < ENOUGH_USERS or same < NEARLY_ALL * long.sum():
        return ""
    return (
        f"{same:,} of {int(long.sum()):,} users that were looked at have one time for all their ratings: it says nothing of "
        "the order"
    )


def _spread(codes: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The greatest value of each code less the least; missing ones are left out."""
    spread = np.full(int(codes.max(initial=-1)) + 1, np.nan)
    codes, values = codes[~np.isnan(values)], values[~np.isnan(values)]
    order = np.lexsort((values, codes))
    codes, values = codes[order], values[order]
    starts = np.flatnonzero(np.diff(codes, prepend=-1))
    if len(starts):
        spread[codes[starts]] = values[np.append(starts[1:], len(values)) - 1] - values[starts]
    return spread


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
    comparable = often[users] > 1
    items, apart = items[comparable], apart[comparable]
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


_CHECKS = (
    _moved_times_or_items,
    _moved_ratings,
    _sorted_within_users,
    _sorted_throughout,
    _means_of_items,
)
_NOTES = (_by_chance, _one_time_each)
