"""Stores with planted preferences, the same counted by hand, and rows built from them."""

from __future__ import annotations

import functools
import math
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from itdr.builders.core.schema import SKIP
from itdr.builders.core.text import plain
from itdr.builders.dataset import open_cells, registry
from itdr.builders.evidence import traits
from itdr.builders.sampling.splits import assign_splits
from itdr.builders.store import prepare, spec
from itdr.builders.store.reader import StoreReader
from tests import planted, world

CONFIG = "target_user_identification"
WAYS = {"group": "suits", "avoid:disliked": "disliked", "avoid:missing": "missing"}


@functools.cache
def folder(kind: str) -> tuple[Path, planted.Planted]:
    """A data_dir with made-up files of one kind, and what was planted in them."""
    root = Path(tempfile.mkdtemp(prefix=f"itdr-{kind}-"))
    films = root / "ml-1m"
    if kind == "small":
        return root, planted.films(films, users=300, items=110, shunned=True, per_user=(15, 60))
    if kind == "planted":
        return root, planted.films(films, users=1500, items=600, strength=8, shunned=True)
    if kind == "noise":
        return root, planted.films(films, users=1500, items=600, noise=True, per_user=(20, 120))
    reviews = root / "amazon-reviews-2023"
    return root, planted.reviews(reviews, users=500, items=120)


def opened_store(root: Path, source: str = "ml-1m", facet: str = "base") -> StoreReader:
    declared = registry.source(source)
    domain = "All_Beauty" if declared.domains else None
    return open_cells.open_store(
        declared, prepare.prepare(spec.StoreSpec(declared, domain, facet, root), progress=False)
    )


def leaders(data: StoreReader) -> list[int]:
    """The works of a store, by the code of their leading item."""
    return [code for code in range(len(data.work)) if data.work[code] == code]


class ByHand:
    """Likes, dislikes and fans of the training part, by loops over the store's events."""

    def __init__(self, data: StoreReader, seed: int = 0) -> None:
        self.data = data
        parts = assign_splits(data.user_hash, seed, data.source.id)
        self.train = [user for user in range(len(parts)) if parts[user] == 0]
        self.liked: dict[int, set[int]] = {}
        self.disliked: dict[int, set[int]] = {}
        scale = data.source.scale
        for user in self.train:
            best: dict[int, float] = {}
            events = data.events(user)
            for place, item in enumerate(events.items.tolist()):
                work = int(data.work[item])
                if scale is not None and events.ratings is not None:
                    value = float(events.ratings[place])
                    grade = 1.0 if value >= scale.liked else -1.0 if value <= scale.disliked else 0
                else:
                    assert events.events is not None
                    grade = -1.0 if events.events[place] == SKIP else 1.0
                best[work] = max(best.get(work, -2.0), grade)
            self.liked[user] = {work for work, grade in best.items() if grade == 1}
            self.disliked[user] = {work for work, grade in best.items() if grade == -1}
        self.total = sum(map(len, self.liked.values()))

    def carriers(self, kind: str, value: str) -> set[int]:
        """Works that carry a category or creator."""
        found = set()
        for code in leaders(self.data):
            item = self.data.item(code)
            own = item.categories if kind == "category" else item.creators
            if plain(value) in {plain(one) for one in own}:
                found.add(code)
        return found

    @functools.cache  # noqa: B019
    def members(self, kind: str, value: str, work: int) -> tuple[set[int], set[int]]:
        """(the group, all of whom it is known whether they belong), judged without `work`."""
        if kind in traits.TASTES:
            carrying = self.carriers(kind, value)
            share = sum(len(liked & carrying) for liked in self.liked.values())
            fans = set()
            for user, liked in self.liked.items():
                others = liked - {work}
                mine = len(others & carrying)
                if mine >= 3 and 2 * mine * self.total >= 3 * share * len(others):
                    fans.add(user)
            return fans, set(self.train)
        column = {"age": "age_group"}.get(kind, kind)
        known = {u: self.data.value("users", column, u) for u in self.train}
        return (
            {u for u, has in known.items() if has == value},
            {u for u, has in known.items() if has is not None},
        )

    def count(self, kind: str, value: str, work: int, side: str) -> tuple[int, int, int, int]:
        """(k, n, what the group makes elsewhere, what all make elsewhere) for likes or dislikes."""
        judged = self.liked if side == "likes" else self.disliked
        group, known = self.members(kind, value, work)
        here = {user for user in known if work in judged[user]}
        return (
            len(here & group),
            len(here),
            sum(len(judged[user] - {work}) for user in group),
            sum(len(judged[user] - {work}) for user in known),
        )


def smoothed(k: int, n: int, share: float) -> float:
    return ((k + 10 * share) / (n + 10)) / share


def passes(how: str, k: int, n: int, share: float) -> bool:
    """The test of section 4 of the design, without what guards against many tests."""
    z = (k - n * share) / math.sqrt(n * share * (1 - share))
    if how == "missing":
        return smoothed(k, n, share) <= 0.7 and z <= -2.58
    return k >= 5 and smoothed(k, n, share) >= 1.3 and z >= 2.58


@functools.cache
def rows(kind: str, **options: Any) -> dict[str, list[world.Row]]:
    root, _ = folder(kind)
    source = "ml-1m" if (root / "ml-1m").exists() else "amazon-reviews-2023/All_Beauty"
    options = {"size": "all", "cells": "all", "sources": [source], **options}
    return world.load(CONFIG, root, **options)


def groups_of(row: world.Row) -> Iterator[tuple[str, str, str, dict[str, float]]]:
    """(how, kind, value, numbers) of each group in the evidence of a row."""
    numbers: dict[tuple[str, str], float] = {
        (one["name"], one["value"]): one["weight"] for one in row["evidence"]
    }
    for (name, value), weight in numbers.items():
        for prefix, how in WAYS.items():
            kind = name.removeprefix(f"{prefix}:")
            if name == f"{prefix}:{kind}" and kind in traits.KINDS:
                rest = {part: numbers[f"{name}:{part}", value] for part in PARTS_OF_GROUP}
                yield how, kind, value, {"lift": weight, **rest}


PARTS_OF_GROUP = ("members", "of", "share", "z")
