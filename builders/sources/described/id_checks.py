"""Whether the ids of a described log are those of its file of items, before either is read as a whole."""

from __future__ import annotations

import contextlib
from pathlib import PurePath
from typing import Any

from itdr.builders.core.connection import open_duckdb
from itdr.builders.core.raw_files import Raw
from itdr.builders.core.reasons import ENOUGH_TO_JUDGE
from itdr.builders.sources.described import expressions as sql
from itdr.builders.sources.described import readers
from itdr.builders.sources.described.files import Resolved
from itdr.builders.sources.described.scan import Scan, scan

LOOKED_AT = 20_000
"""Rows from the beginning of a log whose ids are looked up."""
FEWEST, MOST = 0.1, 0.9
"""The shares of ids with a record: where fewer have one another column holds the ids, which then has more of them."""
MOST_COLUMNS = 30
_WHOLE = r"regexp_replace({id}, '\.0+$', '')"
Rows = Any


def items(found: Resolved, raw: Raw) -> Rows:
    """Read items, once the ids of the log are found among them.

    Args:
        found: the description with its files.
        raw: the raw files.

    Returns:
        What `readers.items` gives.

    Raises:
        ConfigError: hardly an id of the log has a record, and another column holds these ids.
    """
    of = found.description.items
    if of is not None and of.file and of.untitled != "id":
        # A connection of its own: lines that do not parse are counted by that of the reader.
        with contextlib.closing(open_duckdb()) as con:
            _Ids(found, Raw(raw.source, raw.paths, con)).require_known()
    return readers.items(found, raw)


class _Ids:
    """The ids of the log and the columns of the file of items."""

    def __init__(self, found: Resolved, raw: Raw) -> None:
        self.found = found
        self.con = raw.con
        self.log, self.items = (scan(raw, found, name) for name in ("interactions", "items"))
        for one in (self.log, self.items):
            if one.data is not None:
                raw.con.register(one.clause, one.data)
        of = found.description
        assert of.items is not None
        self.columns = of.interactions.columns
        self.key = of.items.columns.item_id.from_

    def require_known(self) -> None:
        """Raise `ConfigError` where another column of either file is the one that was meant."""
        users, items = self.columns.user_id.from_, self.columns.item_id.from_
        if not {users, items} <= set(self.log.types) or self.key not in self.items.types:
            return  # the readers name the column that is missing
        n, matches = self._met(items, self.key)
        if n < ENOUGH_TO_JUDGE or matches > FEWEST * n:
            return
        name, log = (PurePath(one.files[0]).name for one in (self.items, self.log))
        lost = (
            f"{n - matches:,} of {n:,} ids in {items!r} of {log} are not in {self.key!r} of {name}"
        )
        if self._is_most(*self._met(users, self.key)):
            return  # exchanged, which the store tells
        if self._is_most(*self._met(items, self.key, _WHOLE)):
            message = f"item_id: {lost}, as one file writes them with a decimal point (1.0): write both alike."
            raise self.found.fail("items", "columns", "item_id", message=message)
        for other in list(self.items.types)[:MOST_COLUMNS]:
            if other != self.key and self._is_most(*self._met(items, other)):
                message = f"item_id: {lost}, and those in {other!r} are the same: name that column."
                raise self.found.fail("items", "columns", "item_id", message=message)

    def _is_most(self, n: int, met: int) -> bool:
        return n >= ENOUGH_TO_JUDGE and met > MOST * n

    def _met(self, column: str, other: str, form: str = "{id}") -> tuple[int, int]:
        """How many ids are looked up, and how many of them a column of the items holds."""
        mine = f"SELECT {self._text(self.log, 'interactions', column)} AS v FROM {self.log.clause} LIMIT {LOOKED_AT}"
        there = f"SELECT {self._text(self.items, 'items', other)} AS v FROM {self.items.clause}"
        rows = self.con.execute(
            f"WITH ids AS (SELECT DISTINCT {form.format(id='v')} AS v FROM ({mine}) WHERE v IS NOT NULL) "
            f"SELECT (SELECT count(*) FROM ids), count(DISTINCT v) FROM (SELECT {form.format(id='v')} AS v FROM ({there})) "
            "WHERE v IN (SELECT v FROM ids)"
        ).fetchall()
        return int(rows[0][0]), int(rows[0][1])

    def _text(self, of: Scan, table: str, name: str) -> str:
        kind = of.types[name]
        entry = self.found.table(table)
        nulls = sql.NULLS if entry is None or entry.nulls is None else entry.nulls
        return sql.text(sql.choice_sql(name, kind, nulls), kind)
