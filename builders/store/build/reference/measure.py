"""Measures the figures of real files, for their declaration: the range of each over all parts that somebody may have cut."""

from __future__ import annotations

import functools
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from itdr.builders.core.schema import IDS
from itdr.builders.store.build.reference import features, hours, together, within
from itdr.builders.store.build.reference.figures import ALIKE, ROWS, Looked
from itdr.builders.store.build.reference.samples import JOINED, TIMED, Sample, has_many_users

ENOUGH, ENOUGH_OF_PART = 300, 200
"""So many rows of a sample, and of a part of it, are measured."""
LEAST_SHARE, MOST_RISING = 0.02, 0.18
"""A share of less cannot fall, and one of more cannot rise, so far that it would be told."""
LEAST_ASSOCIATION, ERRORS, COMMONEST = 0.15, 5, 4
"""An association that is weaker, or less than so many standard errors, is not declared; so many values of a column are parts."""
MOST_PAIRS = 3
"""Of each column so many associations are declared, the strongest ones."""
MOST_CONSTANT = 0.98
"""A feature of which so many rows have one value says nothing of other columns."""
_NUMBERED = ("longest", "four digits", "length", "digit")
"""Features of ids that depend on how many there are."""
_OF_PARTS = ("longest", "most", "least", "greatest", features.APART, *within.NAMES)
"""Features that say nothing of other columns."""
CUTS = (0.1, 0.3, 0.5, 0.7, 0.9)
"""The shares of rows at which a column is cut in two."""
NO_MEDIAN = ("timestamp", "year", "rating")
"""Columns whose median cannot be several times another one."""
ROWS_OF_USER = 3
"""So many rows a user has, where how they follow each other is measured."""
CHOSEN_BY = ("stated", "whole", "zero", "negative", ALIKE, *within.NAMES)
"""What is measured of ratings: rows and items are chosen by their size."""
_BY_SIZE = ("timestamp", "year", "items.year", "age")
_BY_VALUES = ("categories", "gender", "country", "items.categories")
Ranges = dict[str, dict[str, dict[str, list[float]]]]


def measure(samples: Iterable[Sample]) -> dict[str, Any]:
    """Measure samples of one source.

    Args:
        samples: of several files, or of several editions.

    Returns:
        `shares` by table, column and feature: least and most; and `together` by table: two columns, the kind, and the least size;
        and `hours`, the share of each hour of the day, where times tell it.
    """
    samples = list(samples)
    shares: Ranges = {}
    associations: dict[str, dict[tuple[str, str, str], float]] = {}
    for sample in samples:
        for table, rows in sample.items():
            if len(rows) < ENOUGH or table == TIMED:
                continue
            parts = [Looked(part) for part in _parts(rows)]
            if table != JOINED:
                _add_shares(shares.setdefault(table, {}), parts)
            if not has_many_users(rows):
                continue
            sizes = _associations(table, [one for one in parts if len(one.table) >= ENOUGH])
            weakest = associations.setdefault(table, sizes)
            for key in [key for key in weakest if key in sizes]:
                weakest[key] = _weaker(weakest[key], sizes[key])
    return {
        "shares": {table: _telling(columns) for table, columns in shares.items()},
        "together": {table: _strongest(sizes) for table, sizes in associations.items()},
        "hours": _hours([sample[TIMED] for sample in samples if TIMED in sample]),
    }


def _hours(tables: list[pa.Table]) -> list[float]:
    """The share of each hour; none where times do not tell it."""
    profiles = [one for one in map(hours.of_rows, tables) if one]
    days = sum(n for _, n in profiles)
    shares = (
        sum(of * n for of, n in profiles) / max(1, days) * np.ones(hours.HOURS if profiles else 0)
    )
    return [round(float(share), 3) for share in shares]


def _parts(rows: pa.Table) -> Iterator[pa.Table]:
    """A table, and parts of it as somebody may have cut them: by time or size, of one value, of busy users."""
    yield rows
    masks = []
    looked = Looked(rows)
    for name in filter(looked.columns.__contains__, _BY_SIZE):
        level = looked.features(name).get("value")
        if level is not None and not np.isnan(level).all():
            for cut in np.nanquantile(level, CUTS):
                masks += [level >= cut, level <= cut]
    for name in filter(looked.columns.__contains__, _BY_VALUES):
        values = looked.values(name)
        common = Counter(one for row in values for one in set(row)).most_common(COMMONEST)
        masks += [np.array([one in row for row in values]) for one, _ in common]
    for name in ("user_code", "item_code"):
        if name in rows.column_names:
            codes = np.asarray(rows.column(name))
            often = np.bincount(codes)[codes]
            masks += [often >= np.median(often), often <= np.median(often)]
    half = np.arange(len(rows)) < len(rows) // 2
    for mask in [*masks, half, ~half]:
        if ENOUGH_OF_PART <= mask.sum() < len(rows):
            yield rows.filter(pa.array(mask))


def _add_shares(ranges: dict[str, dict[str, list[float]]], parts: list[Looked]) -> None:
    """Widen the ranges of a table by the figures of its parts."""
    whole = parts[0]
    many = has_many_users(whole.table)
    for column in [*whole.columns, *([ROWS] if _are_whole_users(whole.table) else [])]:
        for name in [*whole.features(column), *([] if column == ROWS else [ALIKE])]:
            if not many and name not in (*within.OF_ITEMS, features.APART):
                continue
            if (name == "value" and column in NO_MEDIAN) or (
                column == "rating" and name not in CHOSEN_BY
            ):
                continue
            figures = [one.figure(column, name) for one in parts]
            sizes = [one.size for one in figures if one and one.rows >= ENOUGH_OF_PART]
            if sizes:
                bounds = ranges.setdefault(column, {}).setdefault(name, [sizes[0], sizes[0]])
                bounds[:] = min(bounds[0], *sizes), max(bounds[1], *sizes)


def _are_whole_users(rows: pa.Table) -> bool:
    """Whether interactions are those of users, and not of items, whose users have one each."""
    if "user_code" not in rows.column_names:
        return False
    return len(rows) >= ROWS_OF_USER * len(np.unique(np.asarray(rows.column("user_code"))))


def _associations(table: str, parts: list[Looked]) -> dict[tuple[str, str, str], float]:
    """The clear associations of all parts: the weakest size of each."""
    if not parts:
        return {}
    whole, associations = parts[0], {}
    for left, right in itertools.combinations(whole.columns, 2):
        if not _may_tell(table, left, right):
            continue
        for kind in _kinds(whole, left, right):
            sizes = [one.association(left, right, kind) for one in parts]
            reliable = [one for one in sizes if one and one.rows >= ENOUGH]
            if not reliable:
                continue
            weakest = functools.reduce(_weaker, (one.size for one in reliable))
            least = max(LEAST_ASSOCIATION, ERRORS * reliable[0].rows ** -0.5)
            if abs(weakest) >= least:
                associations[left, right, kind] = weakest
    return associations


def _may_tell(table: str, left: str, right: str) -> bool:
    """Whether two columns may tell something of each other that is no chance of how many rows each user has."""
    if table == "interactions":
        return "timestamp" not in (left, right)
    return table != JOINED or right.startswith("items.") > left.startswith("items.")


def _kinds(whole: Looked, left: str, right: str) -> list[str]:
    """The kinds of association that two columns may have: of their features, the pair that goes together best."""
    texts = [name for name in (left, right) if "length" in whole.features(name)]
    kinds = ["words"] if len(texts) == 2 else []
    if all(whole.groups(name) is not None for name in (left, right)):
        kinds.append("values")
    names, ranks = zip(*(_ranked(whole, name) for name in (left, right)), strict=True)
    sizes = abs(ranks[0].T @ ranks[1]) / max(1, len(whole.table))
    if not sizes.size or sizes.max() < LEAST_ASSOCIATION:
        return kinds
    one, other = np.unravel_index(int(sizes.argmax()), sizes.shape)
    return [*kinds, f"{names[0][one]} / {names[1][other]}"]


@functools.lru_cache(1_000)
def _ranked(whole: Looked, column: str) -> tuple[list[str], np.ndarray]:
    """The features of a column that vary, and a matrix of their standardised ranks, 0 where there is no value."""
    names, ranks = [], []
    for name, values in whole.features(column).items():
        present = ~np.isnan(values)
        if name in _OF_PARTS or present.sum() < ENOUGH:
            continue
        counts = np.unique(values[present], return_counts=True)[1]
        if counts.max() > MOST_CONSTANT * present.sum():
            continue
        placed = together.ranks(values[present])
        row = np.zeros(len(values))
        row[present] = (placed - placed.mean()) / placed.std()
        names.append(name)
        ranks.append(row)
    return names, np.array(ranks).reshape(len(names), len(whole.table)).T


def _weaker(one: float, other: float) -> float:
    """The one nearer to 0; 0 where the signs differ."""
    return 0.0 if one * other <= 0 else min(one, other, key=abs)


def _telling(columns: Mapping[str, Mapping[str, list[float]]]) -> dict[str, dict[str, list[float]]]:
    """The ranges from which files may deviate so far that it is told."""
    by_column = {}
    for column, ranges in columns.items():
        if ranges.get("stated", [1.0, 1.0])[1] == 0:
            continue
        numbers = column in IDS and ranges["number alone"][0] == 1
        telling = {
            name: [_rounded(least, np.floor), _rounded(min(most, _limit(name)), np.ceil)]
            for name, (least, most) in ranges.items()
            if (name in features.LEVELS or _may_deviate(name, least, most))
            and not (numbers and name in _NUMBERED)
        }
        if telling:
            by_column[column] = telling
    return by_column


def _limit(name: str) -> float:
    return np.inf if name in features.LEVELS else 1.0


def _may_deviate(name: str, least: float, most: float) -> bool:
    if name in within.NAMES:
        return within.may_deviate(name, least, most)
    return least >= LEAST_SHARE or most <= 1 - LEAST_SHARE or most <= MOST_RISING


def _rounded(value: float, towards: Any) -> float:
    size = 1_000 if abs(value) < 10 else 1
    return float(towards(value * size) / size)


def _strongest(found: Mapping[tuple[str, str, str], float]) -> list[list[Any]]:
    """The strongest associations of each column, one for each other column."""
    strongest: list[list[Any]] = []
    pair_counts: Counter[str] = Counter()
    for (left, right, kind), size in sorted(found.items(), key=lambda one: (-abs(one[1]), one[0])):
        is_paired = any(one[:2] == [left, right] for one in strongest)
        if (
            abs(size) < LEAST_ASSOCIATION
            or is_paired
            or min(pair_counts[left], pair_counts[right]) >= MOST_PAIRS
        ):
            continue
        strongest.append([left, right, kind, round(size, 3)])
        pair_counts.update((left, right))
    return strongest
