"""Compares the figures of the files at hand with those declared of the released ones. What deviates grossly is told, and never
refused: somebody may have chosen such a part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pyarrow as pa

from itdr.builders.core.schema import Source
from itdr.builders.store.build.reference import declarations, features, hours, within
from itdr.builders.store.build.reference.figures import Looked
from itdr.builders.store.build.reference.samples import JOINED, TIMED, Sample, has_many_users
from itdr.builders.store.build.reference.wording import (
    ALL_HOURS,
    association_said,
    figure_said,
    hours_said,
    others_said,
)

ENOUGH_ITEMS = 200
"""Files with fewer items are too small a part, or made up."""
ENOUGH, ENOUGH_EXPECTED = 200, 30
"""So many rows show a share, if so many of them should be of it."""
TIMES, TIMES_LONGER = 5, 4
"""A share has fallen or risen so many times, and a median."""
RISEN = 0.1
"""A share that has risen is at least this; it stood lower."""
PILES, LEAST_PILE, ENOUGH_PILE = ("longest", "greatest", "least"), 0.01, 20
"""Features of which a smaller share suffices: texts and numbers that were cut off at one size."""
MANY_DAYS = 30
"""Days by which half of the times are from the middle one, from which on people have been there at all minutes."""
CHINESE, MOSTLY = "chinese", 0.5
"""The feature of Chinese texts, and the share of which texts are Chinese."""
ENOUGH_TOGETHER, WEAKER, ERRORS = 300, 3, 6
"""So many rows show an association; it is so many times weaker, by so many standard errors."""


class Deviation(NamedTuple):
    """What deviates.

    Attributes:
        column: the column.
        how_far: how many times as much as may be.
        said: the sentence.
    """

    column: str
    how_far: float
    said: str


def deviating(
    source: Source, draw: Callable[[], Sample], files: Mapping[str, Sequence[str]], items: int
) -> list[str]:
    """Find what deviates from the released files.

    Args:
        source: the declaration; the user's own data are not compared.
        draw: draws rows of the store under construction.
        files: the names of the files of each table.
        items: how many records of items there are.

    Returns:
        A sentence without a full stop for each column or two columns.
    """
    if source.described or items < ENOUGH_ITEMS:
        return []
    declaration = declarations.read(source.id)
    deviations = []
    for table, rows in draw().items() if any(declaration.values()) else ():
        names = ", ".join(_files_of(table, files))
        if table == TIMED:
            sentences = _of_hours(rows, declaration.get("hours", ()))
        else:
            looked = Looked(rows)
            sentences = [*_alone(looked, declaration.get("shares", {}).get(table, {}))]
            sentences += _together(looked, declaration.get("together", {}).get(table, ()))
        deviations += [f"{names}: {one}" for one in sentences]
    return deviations


def _of_hours(rows: pa.Table, usual: Sequence[float]) -> list[str]:
    profile = hours.of_rows(rows) if usual else None
    if profile is None:
        return []
    if hours.are_alike(profile[0], usual):
        return [ALL_HOURS]
    by = hours.moved(*profile, usual)
    return [hours_said(by)] if by else []


def _files_of(table: str, files: Mapping[str, Sequence[str]]) -> list[str]:
    tables = {JOINED: ("interactions", "items"), TIMED: ("interactions",)}.get(table, (table,))
    return list(dict.fromkeys(name for one in tables for name in files.get(one, ())))


def _alone(looked: Looked, shares: Mapping[str, Mapping[str, Sequence[float]]]) -> Iterator[str]:
    """The feature of each column that deviates most."""
    many = has_many_users(looked.table)
    for column, all_ranges in shares.items():
        names = all_ranges if many else (*within.OF_ITEMS, *_clocks(looked, column), features.APART)
        ranges = {name: one for name, one in all_ranges.items() if name in names}
        if _is_of_another_edition(looked, column, ranges):
            continue
        worst = max(_of_column(looked, column, ranges), key=lambda one: one.how_far, default=None)
        if worst:
            yield worst.said


def _clocks(looked: Looked, column: str) -> tuple[str, ...]:
    """What is judged of times of few people: of many days."""
    figure = looked.figure(column, features.APART)
    return features.OF_CLOCKS if figure is not None and figure.size >= MANY_DAYS else ()


def _is_of_another_edition(
    looked: Looked, column: str, ranges: Mapping[str, Sequence[float]]
) -> bool:
    """Whether texts are Chinese, where those that were measured are not: some sources are released in both languages."""
    figure = looked.figure(column, CHINESE)
    most = ranges.get(CHINESE, (0.0, 1.0))[1]
    return figure is not None and figure.size > MOSTLY and most < RISEN


def _of_column(
    looked: Looked, column: str, ranges: Mapping[str, Sequence[float]]
) -> Iterator[Deviation]:
    for feature, (least, most) in ranges.items():
        figure = looked.figure(column, feature)
        if figure is None or figure.rows < ENOUGH or feature == features.APART:
            continue
        if feature in within.NAMES and _is_shorter(looked, column, ranges):
            continue
        how_far = deviation(feature, figure.size, figure.rows, least, most)
        if how_far > 1:
            sentence = figure_said(column, feature, figure.size, least, most)
            yield Deviation(column, how_far, sentence)


def _is_shorter(looked: Looked, column: str, ranges: Mapping[str, Sequence[float]]) -> bool:
    """Whether times are of fewer days than those of the shortest part that was measured: in these, all are as near."""
    figure = looked.figure(column, features.APART)
    return figure is not None and figure.size < ranges.get(features.APART, (0.0, 0.0))[0]


def deviation(feature: str, size: float, rows: int, least: float, most: float) -> float:
    """How far a figure lies beyond what may be.

    Args:
        feature: its name.
        size: the figure.
        rows: of how many rows it is.
        least: the least of the released files.
        most: the most of them.

    Returns:
        More than 1 where it is to be told.
    """
    if feature in within.NAMES:
        return within.deviation(feature, size, least, most)
    if feature in features.LEVELS:
        if least <= 0:
            return 0.0
        return max(size / most, least / max(size, 1e-9)) / TIMES_LONGER
    pile = feature in PILES
    return max(
        _fallen(size, rows, least),
        _fallen(1 - size, rows, 1 - most),
        _risen(size, rows, most, LEAST_PILE if pile else RISEN),
        _risen(1 - size, rows, 1 - least, RISEN),
    )


def _fallen(share: float, rows: int, least: float) -> float:
    if least * rows < ENOUGH_EXPECTED or least < 0.02:
        return 0.0
    return least / TIMES / max(share, 1 / (2 * TIMES * rows))


def _risen(share: float, rows: int, most: float, beyond: float) -> float:
    if share * rows < ENOUGH_PILE:
        return 0.0
    return share / max(beyond, TIMES * most)


def _together(looked: Looked, pairs: Sequence[Sequence[Any]]) -> Iterator[str]:
    """Columns that no longer say anything of others: the fewest that explain what was found."""
    broken: dict[tuple[str, str], str] = {}
    for left, right, kind, usual in pairs if has_many_users(looked.table) else ():
        association = looked.association(left, right, kind)
        if association is None or association.rows < ENOUGH_TOGETHER:
            continue
        size, least = (association.size, usual) if usual > 0 else (-association.size, -usual)
        if size * WEAKER < least and (least - size) * association.rows**0.5 >= ERRORS:
            sentence = association_said(left, right, kind, size, least, association.rows)
            broken.setdefault((left, right), sentence)
    while broken:
        counts = Counter(name for pair in broken for name in pair)
        column = min(counts, key=lambda name: (-counts[name], name))
        mine = [pair for pair in broken if column in pair]
        others = [left if right == column else right for left, right in mine[1:]]
        yield broken[mine[0]] + others_said(column, others)
        broken = {pair: sentence for pair, sentence in broken.items() if column not in pair}
