"""Works and their traits, and how often the training part likes and dislikes each trait.

A source with ratings has a scale that says where liking and disliking begin. Without ratings the
hours that a user gave an item decide, as a percentile among the training part's users of that item:
at the top they "kept" it, at the bottom they "left" it, which says nothing of what they think of it.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from itdr.builders.core import arrow
from itdr.builders.evidence import verdicts
from itdr.builders.evidence.interests import statements as sql_claims
from itdr.builders.store import derived
from itdr.builders.store.reader import KEPT_ITEMS, Item, StoreReader

if TYPE_CHECKING:
    import pyarrow as pa

    from itdr.builders.sampling.partition import Partition
    from itdr.builders.store.engine import Engine

KINDS = ("category", "creator", "tag")
"""Kinds of traits. Tags are what players call a game, in the attribute `Tags`, set apart by commas."""
_COLUMNS = {"category": "categories", "creator": "creators"}
TAGS, _COMMA = "Tags", ", "


@dataclass(frozen=True)
class Counts:
    """What the training part likes and dislikes, by trait.

    codes: kind -> name -> place in the arrays.   works: how many works that can be shown carry the
    trait.   liked, disliked: how often such a work was (int64).   totals: kind -> likes and dislikes
    of works that carry any trait of that kind.   able: room for what is worked out of them.
    """

    codes: dict[str, dict[str, int]]
    works: np.ndarray
    liked: np.ndarray
    disliked: np.ndarray
    totals: dict[str, tuple[int, int]]
    able: dict[tuple[str, int, int], tuple[int, int]] = field(default_factory=dict, compare=False)


@dataclass(slots=True)
class Work(Item):
    """An item with its tags; no trait stands twice."""

    tags: tuple[str, ...] = ()

    def traits(self, kind: str) -> tuple[str, ...]:
        """The traits of a kind, in the item's own order."""
        if kind == "category":
            return self.categories
        return self.creators if kind == "creator" else self.tags


def works_of(store: StoreReader, codes: Sequence[int]) -> list[Work]:
    """The items that stand for these works (kept for the next time they are asked for)."""
    known: dict[int, Work] = store.shared("works", dict)
    missing = [code for code in dict.fromkeys(codes) if code not in known]
    if missing:
        if len(known) + len(missing) > KEPT_ITEMS:
            known.clear()
            missing = list(dict.fromkeys(codes))
        (items,) = store.items_of([missing])
        pairs = store.values("items", "attributes", missing)
        known.update(zip(missing, map(_work, items, pairs), strict=True))
    return [known[code] for code in codes]


def _work(item: Item, attributes: Sequence[dict[str, str]] | None) -> Work:
    tags = itertools.chain(
        *(one["value"].split(_COMMA) for one in attributes or () if one["name"] == TAGS)
    )
    categories, creators, own = (
        tuple(dict.fromkeys(filter(None, of))) for of in (item.categories, item.creators, tags)
    )
    return Work(item.id, item.title, categories, creators, tags=own)


def bearing(store: StoreReader) -> np.ndarray:
    """Whether each work, by its code, has any trait (kept for the next time it is asked for)."""
    return store.shared("bearing", lambda: _bearing(store))


def _bearing(store: StoreReader) -> np.ndarray:
    found = np.zeros(len(store.work), bool)
    for kind in KINDS:
        owners, _ = _named(store, kind, np.flatnonzero(~found))
        found[owners] = True
    return found


def by_hours(split: Partition) -> bool:
    """Whether hours stand in for ratings."""
    return verdicts.rule(split.store) != "ratings"


# -- counting ---------------------------------------------------------------------------------


def counts(split: Partition) -> Counts:
    """The training part's counts: made once for a store and seed, kept beside the stores."""
    return split.store.shared(("claims", split.seed), lambda: _counts(split))


def hours_of(split: Partition) -> tuple[np.ndarray, np.ndarray]:
    """Where each work's hours begin (by work code, one more at the end), and the training part's
    hours (float32, mapped), ascending for each work."""
    return split.store.shared(("hours", split.seed), lambda: _hours(split))


def _counts(split: Partition) -> Counts:

    path = _made(split, "claims")
    table = arrow.read(path)
    codes: dict[str, dict[str, int]] = {kind: {} for kind in KINDS}
    names = zip(table.column("kind").to_pylist(), table.column("name").to_pylist(), strict=True)
    for code, (kind, name) in enumerate(names):
        codes[KINDS[kind]][name] = code
    totals = json.loads(table.schema.metadata[b"totals"])
    works, liked, disliked = (
        table.column(name).to_numpy() for name in ("works", "liked", "disliked")
    )
    sums = {kind: (int(likes), int(dislikes)) for kind, (likes, dislikes) in totals.items()}
    return Counts(codes, works, liked, disliked, sums)


def _hours(split: Partition) -> tuple[np.ndarray, np.ndarray]:

    path = _made(split, "hours")
    table = arrow.read(path).combine_chunks()
    work = table.column("work").combine_chunks().to_numpy()
    begins = np.searchsorted(work, np.arange(len(split.store.work) + 1))
    return begins, table.column("hours").combine_chunks().to_numpy()


def _made(split: Partition, what: str) -> Path:
    """The file of what `counts` reads (`claims`) or `hours_of` does (`hours`): both are counted at
    once where hours decide."""
    scale = split.store.source.scale
    facts = (split.seed, scale and (scale.liked, scale.disliked))
    names = ("hours", "claims") if by_hours(split) else ("claims",)
    files = {name: derived.file_of(split.store, name, facts) for name in names}

    def make(work: Path) -> None:
        _count(split, {name: work / path.name for name, path in files.items()})

    return derived.made(files[what], make, tuple(files.values()))


def _count(split: Partition, files: Mapping[str, Path]) -> None:
    """Write these files; what does not fit into memory lies beside them."""
    from itdr.builders.store.engine import open_engine, table_of

    engine = open_engine(files["claims"].parent, "claims.duckdb")
    try:
        names = _register(engine, split)
        skips = "skip" in split.store.manifest["events"]
        if by_hours(split):
            engine.keep("hours", sql_claims.first_hours(skips))
            arrow.write_table(table_of(engine, sql_claims.HOURS_BY_WORK), files["hours"])
            query = sql_claims.SIDES_BY_HOURS
        else:
            scale = split.store.source.scale
            assert scale is not None
            query = sql_claims.sides_by_rating(scale.liked, scale.disliked, skips)
        engine.keep("sides", query)
        engine.keep("work_sides", sql_claims.WORK_SIDES)
        arrow.write_table(_traits(engine, names), files["claims"])
    finally:
        engine.close()


def _register(engine: Engine, split: Partition) -> pa.Table:
    """Give the engine the tables that the statements read; returns kind and name of each trait."""
    import pyarrow as pa

    store = split.store
    part = split.user_splits
    users = np.arange(len(part), dtype=np.int32)
    engine.register("parts", pa.table({"user_code": users, "part": part}))
    items = np.arange(len(store.work), dtype=np.int32)
    shown = (store.title_code >= 0).astype(np.int8)
    engine.register("works", pa.table({"item_code": items, "work": store.work, "shown": shown}))
    engine.events(store, place=True)
    names, carried = _carried(store)
    engine.register("carried", carried)
    return names


def _carried(store: StoreReader) -> tuple[pa.Table, pa.Table]:
    """The traits that there are (kind, name), and which work carries which (work, trait, kind)."""
    import pyarrow as pa

    leads = np.flatnonzero((store.work == np.arange(len(store.work))) & (store.title_code >= 0))
    names: list[str] = []
    kinds: list[int] = []
    parts = [np.zeros((3, 0), np.int64)]
    for number, kind in enumerate(KINDS):
        owner, values = _named(store, kind, leads)
        coded = values.dictionary_encode()
        n = max(len(coded.dictionary), 1)
        pairs = np.unique(owner.astype(np.int64) * n + coded.indices.to_numpy())
        owner, index = np.divmod(pairs, n)
        parts.append(np.stack([owner, index + len(names), np.full(len(owner), number)]))
        names += coded.dictionary.to_pylist()
        kinds += [number] * (len(names) - len(kinds))
    work, trait, of = np.concatenate(parts, axis=1).astype(np.int32)
    traits = pa.table({"kind": pa.array(kinds, pa.int8()), "name": pa.array(names, pa.string())})
    return traits, pa.table({"work": work, "trait": trait, "kind": of})


def _named(store: StoreReader, kind: str, leads: np.ndarray) -> tuple[np.ndarray, pa.StringArray]:
    """Works and the traits of this kind that they name, repeated ones too."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = _COLUMNS.get(kind, "attributes")
    if column not in store.items.column_names:
        return np.zeros(0, np.int64), pa.array([], pa.string())
    lists = store.items.column(column).combine_chunks().take(pa.array(leads))
    owner, values = leads[pc.list_parent_indices(lists).to_numpy()], pc.list_flatten(lists)
    if kind == "tag":
        tags = pc.fill_null(pc.equal(pc.struct_field(values, "name"), TAGS), False)
        split = pc.split_pattern(pc.struct_field(values, "value").filter(tags), _COMMA)
        owner = owner[tags.to_numpy(zero_copy_only=False)]
        owner, values = owner[pc.list_parent_indices(split).to_numpy()], pc.list_flatten(split)
    there = pc.fill_null(pc.not_equal(values, ""), False)
    return owner[there.to_numpy(zero_copy_only=False)], values.filter(there)


def _traits(engine: Engine, names: pa.Table) -> pa.Table:
    from itdr.builders.store.engine import table_of

    found = table_of(engine, sql_claims.TRAIT_SIDES)
    totals = {
        KINDS[row["kind"]]: (row["likes"], row["dislikes"])
        for row in table_of(engine, sql_claims.KIND_SIDES).to_pylist()
    }
    # Every trait is carried by some work, so the rows stand for the codes 0, 1, 2, …
    table = names.append_column("works", found.column("works"))
    table = table.append_column("liked", found.column("likes"))
    table = table.append_column("disliked", found.column("dislikes"))
    return table.replace_schema_metadata({"totals": json.dumps(totals)})
