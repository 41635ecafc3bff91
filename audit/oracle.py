"""The raw data as the audit reads it: a user's events, and what the training part knew when.

It queries the store's interactions directly instead of using the code that draws cases, so that a
fault there is not repeated here.
"""

from __future__ import annotations

import contextlib
import functools
from typing import Any

import numpy as np

from itdr.audit.filtered import Filtered, filtered
from itdr.builders.core.numbers import float32_sql
from itdr.builders.core.schema import SKIP
from itdr.builders.sampling.filters import KEEP, Filters
from itdr.builders.sampling.splits import SPLITS, TRAIN, assign_splits
from itdr.builders.store.engine import connect
from itdr.builders.store.reader import MISSING_TIME, Events, StoreReader
from itdr.builders.tasks.base import OpenCell

NEVER = 2**63 - 1
ALWAYS = -(2**62)
"""Stands for "before all known times"."""


class RawOracle:
    """One cell's raw data."""

    def __init__(self, cell: OpenCell) -> None:
        self.cell = cell
        self.store = cell.store
        self._cached: dict[tuple[int, str], int | None] = {}

    # -- codes --------------------------------------------------------------------------------

    def code(self, kind: str, name: str | None, other: bool = False) -> int | None:
        """The code of a user or item.

        Args:
            kind: `user` or `item`.
            name: the id in the source; None gives None.
            other: look in the cell's first domain.

        Returns:
            The code; None for an unknown id.
        """
        store = self.cell.other if other else self.store
        if name is None or store is None:
            return None
        key = (id(store), f"{kind} {name}")
        if key not in self._cached:
            if len(self._cached) > 1_000_000:
                self._cached.clear()
            self._cached[key] = store.code(kind, name)
        return self._cached[key]

    def work(self, item: str) -> int | None:
        """The work of an item."""
        code = self.code("item", item)
        return None if code is None else int(self.store.work[code])

    # -- parts --------------------------------------------------------------------------------

    def split_of(self, kind: str, code: int) -> str:
        """The split that the hash of a user or an item puts it in."""
        hashes = self.store.item_hash if kind == "item" else self.store.user_hash
        part = assign_splits(
            hashes[code : code + 1], self.cell.cell.seed, self.cell.cell.source.random_id, kind
        )
        return SPLITS[int(part[0])]

    @functools.cached_property
    def in_training(self) -> np.ndarray:
        """bool, by user code."""
        if not self.cell.by_subject:
            return np.ones(len(self.store.user_hash), bool)
        seed, source = self.cell.cell.seed, self.cell.cell.source.random_id
        return assign_splits(self.store.user_hash, seed, source) == TRAIN

    # -- one user's events --------------------------------------------------------------------

    @property
    def repeats(self) -> str | None:
        """Which of a user's events with one work counts, where an option says so."""
        return Filters.of(self.cell.cell.options).repeats

    @property
    def is_filtered(self) -> bool:
        """Whether the cell's filters leave out users, items or events."""
        return Filters.of(self.cell.cell.options).any

    @functools.cached_property
    def _filtered(self) -> tuple[Filtered | None, Filtered | None]:
        """What the cell's filters leave of its store, and of that of its first domain."""
        if not self.is_filtered:
            return None, None
        filters = Filters.of(self.cell.cell.options)
        other = None if self.cell.other is None else filtered(self.cell.other, filters)
        return filtered(self.store, filters), other

    def read(
        self, user: int, other: bool = False, counted: bool = True
    ) -> tuple[StoreReader, Events, list[int]]:
        """A user's events, without items that were shown and passed over.

        Args:
            user: the user's code.
            other: look in the cell's first domain.
            counted: leave out what the cell's filters leave out.

        Returns:
            The store, the events in it, and the places of those that are meant.
        """
        store = self.cell.other if other else self.store
        assert store is not None
        events = store.events(user)
        mask = np.ones(len(events.items), bool)
        if events.events is not None:
            mask &= events.events != SKIP
        selection = self._filtered[other] if counted else None
        if selection is not None:
            mask &= selection.counts(user, events)
        return store, events, np.flatnonzero(mask).tolist()

    def met(
        self, user: int, other: bool = False, counted: bool = True
    ) -> dict[int, tuple[int, int]]:
        """When the user first and last met each work.

        Args:
            user: the user's code.
            other: look in the cell's first domain.
            counted: leave out what the cell's filters leave out.

        Returns:
            UTC seconds by work; `ALWAYS` where no time is known.
        """
        store, events, places = self.read(user, other, counted)
        works = store.work[events.items].tolist()
        times = events.times if events.times is not None else np.full(len(works), ALWAYS)
        meetings: dict[int, tuple[int, int]] = {}
        for k in places:
            work = works[k]
            time = ALWAYS if times[k] == MISSING_TIME else int(times[k])
            first, last = meetings.get(work, (NEVER, ALWAYS))
            meetings[work] = (min(first, time), max(last, time))
        return meetings

    def moments(self, user: int) -> dict[int, tuple[int, ...]]:
        """When each work that counts stands in the user's history: first met, last met, or both where
        all events are kept."""
        places = {None: (0,), "first": (0,), "last": (1,), KEEP: (0, 1)}[self.repeats]
        return {work: tuple(times[k] for k in places) for work, times in self.met(user).items()}

    def given(self, user: int, work: int) -> set[float]:
        """The ratings that the user gave a work, as they are stored: in 32 bits."""
        events = self.store.events(user)
        if events.ratings is None:
            return set()
        mine = events.ratings[self.store.work[events.items] == work]
        return set(mine[~np.isnan(mine)].tolist())

    def attribute(self, user: int, name: str) -> str | None:
        """An attribute of a user, ages and years of birth also in bands of ten years, ages below 20 and from 60
        on in one each.

        Args:
            user: the user's code.
            name: the attribute's name in rows.

        Returns:
            The value as text; None where it is unknown.
        """
        value = self.store.value("users", name.replace(" ", "_"), user)
        if value is not None:
            return str(value)
        column = {"age group": "age", "birth decade": "birth_year"}.get(name)
        exact = self.store.value("users", column, user) if column else None
        if exact is None:
            return None
        first = int(exact) - int(exact) % 10
        if column == "age" and not 20 <= first < 60:
            return "under 20" if first < 20 else "60 or older"
        return f"{first}-{first + 9}" if column == "age" else f"{first}s"

    # -- the training part --------------------------------------------------------------------

    @functools.cached_property
    def known(self) -> dict[str, np.ndarray]:
        """By work, of events that count: `users` of the training part who met it, the `first` time, by `who`, and the
        `second` time, of another user (`NEVER`: nobody)."""
        store = self.store
        time = f"coalesce(e.timestamp, {ALWAYS})" if store.has("timestamp") else str(ALWAYS)
        where = [f"e.event <> {SKIP}"] * ("skip" in store.manifest["events"])
        if self.cell.cuts:
            where.append(f"e.timestamp < {self.cell.cuts[0]}")
        users, items = self.in_training, np.ones(len(store.work), bool)
        selection = self._filtered[0]
        if selection is not None:
            users, items = users & selection.users, selection.items
            if selection.min_rating is not None:
                where.append(f"e.rating >= {float32_sql(selection.min_rating)}")
        meetings, seconds = _meetings(store, users, items, time, " AND ".join(where) or "true")
        n = len(store.work)
        columns = {
            "users": np.zeros(n, np.int64),
            "first": np.full(n, NEVER),
            "who": np.full(n, -1, np.int64),
            "second": np.full(n, NEVER),
        }
        for column in ("users", "first", "who"):
            columns[column][meetings["work"]] = meetings[column]
        columns["second"][seconds["work"]] = seconds["met"]
        return columns

    def since(self, work: int, user: int) -> int:
        """When a user of the training part other than `user` first met the work."""
        table = self.known
        return int(table["second"][work] if table["who"][work] == user else table["first"][work])

    def others(self, work: int, user: int, touched: bool) -> int:
        """How many users of the training part other than `user` met the work."""
        mine = touched and user >= 0 and bool(self.in_training[user])
        return int(self.known["users"][work]) - mine

    # -- comments -----------------------------------------------------------------------------

    def comments(self, items: dict[int, Any]) -> Any:
        """Stream all texts on some works.

        Args:
            items: keyed by work.

        Yields:
            (work, user code, text).
        """
        import pyarrow as pa

        codes = np.flatnonzero(np.isin(self.store.work, np.array(sorted(items), np.int32)))
        con = connect()
        try:
            con.register(
                "chosen",
                pa.table({"item_code": codes.astype(np.int32), "work": self.store.work[codes]}),
            )
            name = str(self.store.path / "interactions.parquet").replace("'", "''")
            cursor = con.execute(
                f"SELECT c.work, e.user_code, e.text FROM read_parquet('{name}') AS e "
                "JOIN chosen AS c ON c.item_code = e.item_code WHERE e.text IS NOT NULL"
            )
            while rows := cursor.fetchmany(10_000):
                yield from rows
        finally:
            con.close()


def _meetings(
    store: StoreReader, users: np.ndarray, items: np.ndarray, time: str, where: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Who of these users met works of these items first, and when somebody else did.

    Args:
        store: the store.
        users: by user code, who counts.
        items: by item code, what counts.
        time: SQL for an event's time.
        where: SQL for the events that count.

    Returns:
        `work`, `users`, `first` and `who`; then `work` and `met` of the second user.
    """
    import pyarrow as pa

    codes = np.flatnonzero(items).astype(np.int32)
    name = str(store.path / "interactions.parquet").replace("'", "''")
    events = (
        f"read_parquet('{name}') AS e JOIN training AS t ON t.user_code = e.user_code "
        "JOIN works AS w ON w.item_code = e.item_code"
    )
    with contextlib.closing(connect()) as con:
        trained = np.flatnonzero(users).astype(np.int32)
        con.register("training", pa.table({"user_code": trained}))
        con.register("works", pa.table({"item_code": codes, "work": store.work[codes]}))
        first = con.execute(
            "SELECT work, count(*) AS users, min(met) AS first, arg_min(user_code, met) AS who "
            f"FROM (SELECT w.work, e.user_code, min({time}) AS met FROM {events} "
            f"WHERE {where} GROUP BY w.work, e.user_code) GROUP BY work"
        ).fetchnumpy()
        con.register("firsts", pa.table({"work": first["work"], "who": first["who"]}))
        second = con.execute(
            f"SELECT w.work, min({time}) AS met FROM {events} "
            "JOIN firsts AS f ON f.work = w.work AND f.who <> e.user_code "
            f"WHERE {where} GROUP BY w.work"
        ).fetchnumpy()
    return first, second
