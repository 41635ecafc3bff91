"""Likers, dislikers and fans among them, for all works and traits of a store: counted once per seed.

Set by set in the engine, with bounded memory, and kept beside the store's other derived data. Only
users of the training part are counted, also on works of the other parts.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from itdr.builders.columns import Store
from itdr.builders.grounding import group_sql as sql_groups
from itdr.builders.grounding import liking
from itdr.builders.grounding import traits as _traits
from itdr.builders.grounding.comments import register, rows_of, write_batches
from itdr.builders.hashing import stable_hash
from itdr.builders.store import files_fingerprint

if TYPE_CHECKING:
    import pyarrow as pa

LEAST_USERS = 20
"""Users of whom a thing must be known for them to be a group."""
LEAST_EXPECTED = 5
"""Fans to be expected among the likers of a work, for their absence to mean anything."""
_NUMBERS = (
    "likers", "dislikers", "minus_likes", "plus_likes", "minus_dislikes", "plus_dislikes",
)  # fmt: skip
_NOTHING = (0,) * len(_NUMBERS)


@dataclass(frozen=True, slots=True)
class Trait:
    """A trait and its people in the training part: fans of it, or users of whom it is known.

    likes, dislikes: how many of all likes and dislikes they make.
    """

    kind: str
    value: str
    users: int
    likes: int
    dislikes: int

    @property
    def able(self) -> bool:
        """Whether there are enough of them to be a group."""
        least = sql_groups.FEW_JUDGES if self.kind in _traits.TASTES else LEAST_USERS
        return self.users >= least


class Count(NamedTuple):
    """One side of a trait on one work: of its `n` likers (or dislikers) `k` belong to the trait's
    people, who make `some` of `all` likes (or dislikes) of other works."""

    k: int
    n: int
    some: int
    all: int


class Counts:
    """The counts of one store and seed, mapped from disk."""

    def __init__(self, folder: Path) -> None:
        traits = _read(folder / "traits.arrow")
        columns = [column.to_pylist() for column in traits.columns]
        self.traits = [Trait(*row) for row in zip(*columns, strict=True)]
        met = _read(folder / "met.arrow")
        self._works = met.column("work").to_numpy()
        self._met = (met.column("likes").to_numpy(), met.column("dislikes").to_numpy())
        self._totals = (int(self._met[0].sum()), int(self._met[1].sum()))
        pairs = _read(folder / "pairs.arrow")
        self._pair_works = pairs.column("work").to_numpy()
        self._pairs = [pairs.column(name).to_numpy() for name in ("trait", *_NUMBERS)]

    @cached_property
    def tested(self) -> dict[str, int]:
        """By kind: how many traits each work is tested for."""
        return {kind: sum(self._able[k] for k in codes) for kind, codes in self._codes.items()}

    @cached_property
    def _able(self) -> list[bool]:
        return [trait.able for trait in self.traits]

    @cached_property
    def _codes(self) -> dict[str, list[int]]:
        """Traits by kind, those whose people make the most likes first."""
        ranked = sorted(range(len(self.traits)), key=lambda k: (-self.traits[k].likes, k))
        return {
            kind: [code for code in ranked if self.traits[code].kind == kind]
            for kind in _traits.KINDS
        }

    @cached_property
    def _all(self) -> dict[str, tuple[int, int]]:
        """By kind: all likes and dislikes of users of whom that kind of thing is known."""
        return {
            kind: self._totals
            if kind in _traits.TASTES
            else (
                sum(self.traits[code].likes for code in codes),
                sum(self.traits[code].dislikes for code in codes),
            )
            for kind, codes in self._codes.items()
        }

    def judges(self, work: int) -> tuple[int, int]:
        """How many users of the training part liked the work, and how many disliked it."""
        place, stop = rows_of(self._works, work)
        if place == stop:
            return 0, 0
        return int(self._met[0][place]), int(self._met[1][place])

    def of(self, work: int) -> Iterator[tuple[Trait, Count, Count]]:
        """The traits of the work's judges, each with its count among likers and among dislikers;
        and those that no judge has though some were to be expected."""
        start, stop = rows_of(self._pair_works, work)
        rows = zip(*(column[start:stop].tolist() for column in self._pairs), strict=True)
        found = {row[0]: row[1:] for row in rows}
        by_kind: dict[str, list[int]] = {kind: [] for kind in self._codes}
        for code in found:
            by_kind[self.traits[code].kind].append(code)
        judges = self.judges(work)
        for kind, codes in self._codes.items():
            n = judges
            here = by_kind[kind]
            if kind not in _traits.TASTES:
                n = (sum(found[code][0] for code in here), sum(found[code][1] for code in here))
            likes, dislikes = self._all[kind]
            for code in codes:
                if code not in found:
                    if self.traits[code].likes * n[0] < LEAST_EXPECTED * likes:
                        break
                    here.append(code)
            for code in sorted(here):
                if self._able[code]:
                    trait, row = self.traits[code], found.get(code, _NOTHING)
                    some = trait.likes - row[2] + row[3]
                    less = trait.dislikes - row[4] + row[5] - row[1]
                    yield (
                        trait,
                        Count(row[0], n[0], some, likes - n[0]),
                        Count(row[1], n[1], less, dislikes - n[1]),
                    )


def counts(store: Store, seed: int) -> Counts:
    """The counts for a seed's user split, made first where they are not there yet."""
    return store.shared(("groups", seed), lambda: Counts(_prepared(store, seed)))


def _prepared(store: Store, seed: int) -> Path:
    here = Path(__file__).resolve()
    names = (here, here.with_name("liking.py"), here.with_name("traits.py"))
    code = files_fingerprint((*names, Path(sql_groups.__file__)))
    folder = store.derived(f"groups-{stable_hash('groups', seed, code):016x}")
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix="groups-", dir=folder.parent))
        try:
            _make(store, seed, made)
            # Another process may have been faster: what it made is the same.
            if not folder.exists():
                os.replace(made, folder)
        except OSError:
            if not folder.exists():
                raise
        finally:
            shutil.rmtree(made, ignore_errors=True)
    return folder


def _make(store: Store, seed: int, folder: Path) -> None:
    from itdr.builders.engine import open_engine, table_of

    engine = open_engine(folder)
    try:
        found = _traits.traits(store)
        register(engine, store, seed)
        engine.register("carries", found.carries)
        engine.register("belongs", found.belongs)
        engine.keep("judged", sql_groups.judged(liking.verdicts(store)))
        engine.keep("people", sql_groups.PEOPLE)
        engine.keep("met", sql_groups.MET)
        engine.keep("trait_likes", sql_groups.TRAIT_LIKES)
        total = table_of(engine, sql_groups.TOTAL).column("likes")[0].as_py()
        engine.keep("tastes", sql_groups.tastes(total))
        known = {
            row.pop("trait"): tuple(row.values())
            for query in (sql_groups.FANS, sql_groups.MEMBERS)
            for row in table_of(engine, query).to_pylist()
        }
        rows = [(*name, *known.get(code, (0, 0, 0))) for code, name in enumerate(found.names)]
        write_batches(engine.batches(sql_groups.MET_IN_ORDER), folder / "met.arrow")
        write_batches(engine.batches(sql_groups.PAIRS), folder / "pairs.arrow")
        _write_traits(rows, folder / "traits.arrow")
    finally:
        engine.close()
        shutil.rmtree(folder / "spill", ignore_errors=True)


def _write_traits(rows: list[tuple[str, str, int, int, int]], path: Path) -> None:
    import pyarrow as pa

    names = ("kind", "value", "users", "likes", "dislikes")
    types = (pa.string(), pa.string(), pa.int64(), pa.int64(), pa.int64())
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    arrays = [pa.array(column, kind) for column, kind in zip(columns, types, strict=True)]
    table = pa.table(arrays, names=list(names))
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as out:
        out.write_table(table)


def _read(path: Path) -> pa.Table:
    import pyarrow as pa

    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()
