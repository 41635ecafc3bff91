"""What training users did, as the baselines need it: counted once per cell."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from itdr.builders.core.errors import ConfigError
from itdr.builders.core.numbers import float32_sql
from itdr.builders.sampling import statements as sampling_statements
from itdr.builders.sampling.held_out import held_out
from itdr.builders.sampling.popularity import validation_users
from itdr.builders.sampling.splits import TRAIN, assign_splits
from itdr.builders.store.engine import connect
from itdr.builders.tasks.base import OpenCell
from itdr.scoring.baselines.train_events import TrainEvents
from itdr.scoring.data import Data

Row = Mapping[str, Any]
SHRINK = 10
"""How many pseudo-ratings at the users' means are added to an item's ratings (shrinkage)."""


class Training:
    """Counts over the training part of each cell of `data`, for the given rows.

    Memory grows with the works that the rows show, not with the raw files.
    """

    def __init__(self, data: Data, rows: Sequence[Row]) -> None:
        self._data = data
        self._rows = rows
        self._cells: dict[str, CellTraining] = {}
        self._words: dict[str, Counter[str]] = {}
        self._shown: dict[str, Counter[str]] = {}
        self._true: dict[str, Counter[str]] = {}
        self._train_ids: set[str] = set()

    def of(self, row: Row) -> CellTraining:
        """What is known in the row's cell.

        Args:
            row: a row of any split.

        Returns:
            The training data of the row's cell.

        Raises:
            ConfigError: where the cell does not belong to the config.
        """
        cell = self._data.cell_of(dict(row))
        if cell is None:
            raise ConfigError(f"{row['id']}: its cell is none of this config.")
        name = cell.cell.name
        if name not in self._cells:
            mine = [one for one in self._rows if self._data.cell_of(dict(one)) is cell]
            self._cells[name] = CellTraining(cell, mine)
        return self._cells[name]

    def words(self, row: Row) -> Counter[str]:
        """How often each word stands in the answers of the training rows of the row's cell.

        Args:
            row: a row of any split.

        Returns:
            Counts by word.
        """
        from itdr.scoring.metrics.groundedness import reference

        if not self._words:
            for one in self._data.rows("train"):
                name = f"{one['task']}/{one['source']}"
                self._words.setdefault(name, Counter()).update(reference(one).split())
        return self._words.get(f"{row['task']}/{row['source']}", Counter())

    def item_shares(self, row: Row) -> Callable[[str], float]:
        """How often an item is a target among the cell's training rows that show it.

        Smoothed with two extra showings at the rate of chance; the row itself is left
        out.

        Args:
            row: a row with candidates.

        Returns:
            A function from item id to that share.
        """
        if not self._shown:
            for one in self._data.rows("train"):
                name = f"{one['task']}/{one['source']}"
                items = [candidate["item_id"] for candidate in one["candidates"]]
                self._shown.setdefault(name, Counter()).update(items)
                self._true.setdefault(name, Counter()).update(one["relevant"])
                self._train_ids.add(one["id"])
        name = f"{row['task']}/{row['source']}"
        appearances, true = self._shown.get(name, Counter()), self._true.get(name, Counter())
        own = row["id"] in self._train_ids
        chance = len(row["relevant"]) / len(row["candidates"])

        def share(item: str) -> float:
            hits = true[item] - (own and item in row["relevant"])
            return (hits + 2 * chance) / (appearances[item] - own + 2)

        return share


class CellTraining:
    """One cell's training part."""

    def __init__(self, cell: OpenCell, rows: Sequence[Row]) -> None:
        self.cell = cell
        self._rows = rows

    @functools.cached_property
    def events(self) -> TrainEvents:
        """The training part event by event."""
        return TrainEvents(self.cell)

    @functools.cached_property
    def _part(self) -> np.ndarray:
        cell = self.cell
        if cell.partition.by_users:
            return validation_users(cell.store, cell.cell.seed)
        if not cell.by_subject:
            return np.zeros(len(cell.store.user_hash), np.int8)
        return assign_splits(cell.store.user_hash, cell.cell.seed, cell.cell.source.random_id)

    def work(self, item_id: str) -> int | None:
        """The work of an item, None for one of another domain."""
        code = self.cell.store.code("item", item_id)
        return None if code is None else int(self.cell.store.work[code])

    def year(self, item_id: str) -> int | None:
        """The year of an item, None where it is not known."""
        code = self.cell.store.code("item", item_id)
        return None if code is None else self.cell.store.value("items", "year", code)

    def categories(self, item_id: str) -> tuple[str, ...]:
        """The categories of an item.

        Args:
            item_id: an item of either domain.

        Returns:
            Names of categories; empty for an unknown item.
        """
        store = self.cell.store
        code = store.code("item", item_id)
        if code is None and self.cell.other is not None:
            store = self.cell.other
            code = store.code("item", item_id)
        return () if code is None else store.item(code).categories

    def user(self, row: Row) -> int | None:
        """The row's user, if in the training part; no count may include them."""
        code = self.cell.store.code("user", row["user_id"])
        return code if code is not None and self._part[code] == TRAIN else None

    def touched_by(self, work: int) -> np.ndarray:
        """Codes of training users who touched the work, ascending."""
        return self._users.get(work, np.zeros(0, np.int32))

    @functools.cached_property
    def _users(self) -> dict[int, np.ndarray]:
        item_ids = {
            item["item_id"]
            for row in self._rows
            for name in ("history", "candidates")
            for item in row[name]
        }
        works = {work for work in map(self.work, item_ids) if work is not None}
        table = self._touches(sorted(works))
        codes, starts = np.unique(table["work"], return_index=True)
        return dict(zip(codes.tolist(), np.split(table["user_code"], starts[1:]), strict=True))

    def _register(self, con: Any, mask: np.ndarray) -> None:
        """Have a connection know `parts`, and `works` of the chosen items; where a filter says what
        counts, only of what is kept."""
        import pyarrow as pa

        store, part = self.cell.partition.counted, self._part
        users = np.arange(len(part), dtype=np.int32)
        if store.selection is not None:
            users, mask = users[store.selection.users], mask & store.selection.items
        codes = np.flatnonzero(mask).astype(np.int32)
        con.register("parts", pa.table({"user_code": users, "part": part[users]}))
        con.register("works", pa.table({"item_code": codes, "work": store.work[codes]}))
        if self.cell.held:
            until = self.cell.cuts[0] if self.cell.cuts else None
            con.register("held", held_out(store, self.cell.held, until))

    @property
    def _least(self) -> float | None:
        """The lowest rating that counts; None for any."""
        selection = self.cell.partition.counted.selection
        return None if selection is None else selection.min_rating

    def _touches(self, works: list[int]) -> dict[str, np.ndarray]:
        store = self.cell.store
        until = self.cell.cuts[0] if self.cell.cuts else None
        con = connect()
        try:
            self._register(con, np.isin(store.work, np.array(works, np.int32)))
            name = str(store.path / "interactions.parquet").replace("'", "''")
            con.execute(f"CREATE VIEW events AS SELECT * FROM read_parquet('{name}')")
            skips = "skip" in store.manifest["events"]
            touches = sampling_statements.train_touches(
                store.has("timestamp"),
                skips,
                until,
                min_rating=self._least,
                held=self.cell.held > 0,
            )
            query = f"SELECT work, user_code FROM ({touches}) ORDER BY work, user_code"
            return con.execute(query).fetchnumpy()  # type: ignore[return-value]  # pandas-stubs: no Categorical here
        finally:
            con.close()

    # -- ratings ------------------------------------------------------------------------------

    @functools.cached_property
    def _ratings(self) -> dict[int, tuple[float, int]]:
        """Work -> sum and number of the training part's ratings; -1 for all works together."""
        store = self.cell.store
        if not store.has("rating"):
            return {}
        until = f"AND e.timestamp < {self.cell.cuts[0]}" if self.cell.cuts else ""
        if self._least is not None:
            until += f" AND e.rating >= {float32_sql(self._least)}"
        con = connect()
        try:
            self._register(con, np.ones(len(store.work), bool))
            name = str(store.path / "interactions.parquet").replace("'", "''")
            work_sums = con.execute(
                "SELECT w.work, sum(CAST(round(e.rating * 100) AS BIGINT)), count(*) "
                f"FROM read_parquet('{name}') AS e JOIN parts AS p ON p.user_code = e.user_code "
                "JOIN works AS w ON w.item_code = e.item_code "
                f"WHERE p.part = 0 AND e.rating IS NOT NULL {until} GROUP BY w.work"
            ).fetchall()
        finally:
            con.close()
        totals = {int(work): (int(total) / 100, int(n)) for work, total, n in work_sums}
        every = (sum(one[0] for one in totals.values()), sum(one[1] for one in totals.values()))
        return {**totals, -1: every}

    def item_mean(self, row: Row) -> float | None:
        """The mean rating of the row's item in the training part, without the row's user."""
        work = self.work(row["item_id"])
        total, count = self._ratings.get(-1 if work is None else work, (0.0, 0))
        if self.user(row) is not None:
            total, count = total - row["rating"], count - 1
        return total / count if count > 0 else None

    @functools.cached_property
    def _biases(self) -> dict[int, tuple[float, int]]:
        """Work -> sum, over its ratings in the training part, of how far each lies above its giver's
        mean; and their number."""
        store = self.cell.store
        until = f"AND e.timestamp < {self.cell.cuts[0]}" if self.cell.cuts else ""
        if self._least is not None:
            until += f" AND e.rating >= {float32_sql(self._least)}"
        con = connect()
        try:
            self._register(con, np.ones(len(store.work), bool))
            name = str(store.path / "interactions.parquet").replace("'", "''")
            # Whole numbers, so that sums do not depend on the order of rows.
            rated = (
                "SELECT e.user_code, e.item_code, CAST(round(e.rating * 100) AS BIGINT) AS given "
                f"FROM read_parquet('{name}') AS e JOIN parts AS p ON p.user_code = e.user_code "
                f"WHERE p.part = 0 AND e.rating IS NOT NULL {until}"
            )
            con.execute(f"CREATE TEMP TABLE rated AS {rated}")
            work_sums = con.execute(
                "WITH means AS (SELECT user_code, sum(given) * 100 // count(*) AS mean "
                "FROM rated GROUP BY user_code) "
                "SELECT w.work, sum(r.given * 100 - m.mean), count(*) FROM rated AS r "
                "JOIN means AS m ON m.user_code = r.user_code "
                "JOIN works AS w ON w.item_code = r.item_code GROUP BY w.work"
            ).fetchall()
        finally:
            con.close()
        return {int(work): (int(total) / 10_000, int(n)) for work, total, n in work_sums}

    def item_bias(self, row: Row) -> float:
        """How far other training users rated the row's item above their own means.

        Shrunk by `SHRINK` additional ratings at the mean.

        Args:
            row: a row of rating prediction.

        Returns:
            The difference, in points of the scale; 0 where nobody else rated the item.
        """
        work = self.work(row["item_id"])
        total, count = self._biases.get(-1 if work is None else work, (0.0, 0))
        if self.user(row) is not None:
            mean = self._own_mean(row)
            total, count = total - (row["rating"] - mean), count - 1
        return total / (count + SHRINK) if count > 0 else 0.0

    def _own_mean(self, row: Row) -> float:
        """The mean of all that the row's user rated, to the step that `_biases` counts in."""
        code = self.cell.store.code("user", row["user_id"])
        ratings = None if code is None else self.cell.store.events(code).ratings
        return float(row["rating"]) if ratings is None else float(np.nanmean(ratings))

    def mean(self) -> float | None:
        """The mean of all ratings of the training part."""
        total, count = self._ratings.get(-1, (0.0, 0))
        return total / count if count else None

    def user_mean(self, row: Row) -> float | None:
        """The mean of the user's ratings of other works, up to the last shown event where there are times.

        Args:
            row: a row of rating prediction.

        Returns:
            The mean; None without such a rating.
        """
        code = self.cell.store.code("user", row["user_id"])
        if code is None:
            return None
        events = self.cell.store.events(code)
        if events.ratings is None:
            return None
        mask = ~np.isnan(events.ratings)
        mask &= self.cell.store.work[events.items] != self.work(row["item_id"])
        times = [one["timestamp"] for one in row["history"] if one["timestamp"] is not None]
        if events.times is not None and times:
            mask &= events.times <= max(times)
        return float(events.ratings[mask].mean()) if mask.any() else None

    # -- attributes ---------------------------------------------------------------------------

    @functools.cache  # noqa: B019  (one object per cell and run)
    def values(self, column: str) -> tuple[tuple[str, int], ...]:
        """How often each value of a user attribute occurs in the training part.

        Args:
            column: a column of the users' table.

        Returns:
            (value, count) pairs, the commonest first; empty for an unknown column.
        """
        table = self.cell.store.users
        if column not in table.column_names:
            return ()
        values = table.column(column).to_pylist()
        counts = Counter(
            str(value)
            for value, part in zip(values, self._part.tolist(), strict=True)
            if value is not None and part == TRAIN
        )
        return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
