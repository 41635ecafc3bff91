"""Rows of a config, clean or with faults planted in them, and what an audit finds there."""

from __future__ import annotations

import csv
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from itdr import audit
from itdr.builders.tasks import profiles
from itdr.builders.tasks.base import OpenCell
from itdr.scoring import data
from tests import shared, world

Row = dict[str, Any]
Rows = dict[str, list[Row]]
SOURCES = {
    "top_k_rec": "ml-32m",
    "sequential_rec": "ml-32m",
    "rating_prediction": "ml-32m",
    "user_attribute_prediction": "ml-1m",
}


class Planted(data.Data):
    """The cells of a config, with rows of one's own."""

    planted: Rows

    @property
    def splits(self) -> tuple[str, ...]:
        return tuple(self.planted)

    def rows(self, split: str) -> Iterator[Row]:
        yield from self.planted[split]


SAMPLED = (
    "cross_domain_rec",
    "interest_recognition",
    "target_user_identification",
    "pointwise_rec",
    "pairwise_rec",
)
"""Configs whose rows are drawn from the bundled sample."""


def options(config: str, **more: Any) -> dict[str, Any]:
    base: dict[str, Any] = {"sample": True}
    if config not in SAMPLED:
        base = {"sources": [SOURCES[config]], "data_dir": str(world.folder(dirt=False))}
    return {**base, **more}


@functools.cache
def clean(config: str, **more: Any) -> Rows:
    def drawn(_: Path) -> Rows:
        opened = data.open_data(config, options(config, **more))
        return {split: list(opened.rows(split)) for split in opened.splits}

    return shared.once("clean", drawn, config, sorted(more.items()))[1]


def audited(config: str, rows: Rows, raw: bool = True, **more: Any) -> dict[str, audit.Result]:
    planted = Planted(config, options(config, **more), [config])
    planted.planted = rows
    with mock.patch.object(profiles, "_sketch", sketched_once):
        return {one.name: one for one in audit.audit(planted, raw=raw)}


_sketches: dict[int, tuple[Any, dict[int, Any]]] = {}
_sketch = profiles._sketch


def sketched_once(cell: OpenCell, user: int) -> Any:
    """What there is to say of a user: worked out for the first audit of a cell, and the same for all others."""
    kept = profiles._remembered(cell)  # one for each store and all options that decide
    _, known = _sketches.setdefault(id(kept), (kept, {}))
    if user not in known:
        known[user] = _sketch(cell, user)
    return known[user]


def faulty(results: dict[str, audit.Result]) -> dict[str, set[str]]:
    """Check -> ids of the rows that fail it."""
    return {name: {row for row, _ in one.faults} for name, one in results.items() if one.faults}


@functools.cache
def raw_events() -> dict[str, dict[str, int]]:
    """user -> item -> time, from the raw file."""
    path = world.folder(dirt=False) / "ml-32m" / "ratings.csv"
    found: dict[str, dict[str, int]] = {}
    with open(path, newline="", encoding="utf-8") as file:
        for user, item, _, time in list(csv.reader(file))[1:]:
            found.setdefault(user, {})[item] = int(time)
    return found


@functools.cache
def titles() -> dict[str, str]:
    path = world.folder(dirt=False) / "ml-32m" / "movies.csv"
    with open(path, newline="", encoding="utf-8") as file:
        return {item: title for item, title, _ in list(csv.reader(file))[1:]}


def negative(row: Row) -> Row:
    return next(one for one in row["candidates"] if one["item_id"] not in row["relevant"])


def touched_negative(rows: Rows) -> str:
    row = rows["train"][3]
    shown = {one["item_id"] for name in ("history", "candidates") for one in row[name]}
    item = next(item for item in raw_events()[row["user_id"]] if item not in shown)
    negative(row).update(item_id=item, title=titles()[item])
    return row["id"]
