"""Rows of a config, clean or with faults planted in them, and what an audit finds there."""

from __future__ import annotations

import csv
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from itdr import audit
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


_drawn_anew: dict[str, list[tuple[str, Row]]] = {}


class Planted(data.Data):
    """The cells of a config, with rows of one's own."""

    planted: Rows
    made: tuple[str, dict[str, Any]] | None = None
    """The config and the options, where nothing else decides what is drawn."""

    @property
    def splits(self) -> tuple[str, ...]:
        return tuple(self.planted)

    def rows(self, split: str) -> Iterator[Row]:
        yield from self.planted[split]

    def planned(self) -> Iterator[tuple[str, Row]]:
        """What is drawn anew is drawn once for all audits of a config with the same options."""
        if self.made is None:
            return super().planned()
        key = repr((self.made, self.splits))
        if key not in _drawn_anew:
            _drawn_anew[key] = list(super().planned())
        return iter(_drawn_anew[key])


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
    if config in SAMPLED:
        return world.sampled(config, **more)

    def drawn(_: Path) -> Rows:
        opened = data.open_data(config, options(config, **more))
        return {split: list(opened.rows(split)) for split in opened.splits}

    return shared.once("clean", drawn, config, sorted(more.items()))[1]


def audited(config: str, rows: Rows, raw: bool = True, **more: Any) -> dict[str, audit.Result]:
    planted = Planted(config, options(config, **more), [config])
    planted.planted = rows
    planted.made = (config, more)
    return {one.name: one for one in audit.audit(planted, raw=raw)}


@functools.cache
def audited_clean(config: str, raw: bool = True) -> dict[str, audit.Result]:
    """What an audit says of the clean rows of a config."""
    return audited(config, clean(config), raw)


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
