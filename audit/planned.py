"""Every row checked against the plan: all rows are drawn and worded again, and compared column by column.

The plan decides the cases of each split, and a case decides a row's texts, so every edited,
dropped, added or moved row is found, and a split whose rows stand in another order. Rows are compared as
both sides arrive; a row out of order waits as hashes of its columns.
"""

from __future__ import annotations

import struct
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np

from itdr.audit.result import Result

Row = Mapping[str, Any]
MOST_IDS = 1000
"""How many missing rows of a split are named; the rest are only counted."""
_SIZE = 8
_FLOAT = struct.Struct("f")


class _Waiting(NamedTuple):
    """A row whose counterpart has not arrived yet. place: among all rows of its side; hashes: those of its
    columns, in order."""

    split: str
    place: int
    columns: tuple[str, ...]
    hashes: bytes


class _Order:
    """The order of a split's rows against that of the plan: where each row stands on either side.

    Ids are kept of rows that are passed by others while they wait. Behind a row that is missing or new, all
    others wait, but in their order: theirs are not.
    """

    def __init__(self) -> None:
        self._places, self._planned = array("q"), array("q")
        self._last = (-1, -1)
        self._passed: dict[int, str] = {}

    def add(self, place: int, planned: int, waited: str | None = None) -> None:
        """Note a row that both sides have. waited: its id, unless both sides had it at the same time."""
        self._places.append(place)
        self._planned.append(planned)
        if waited is not None and (place < self._last[0] or planned < self._last[1]):
            self._passed[place] = waited
        self._last = (max(place, self._last[0]), max(planned, self._last[1]))

    def first_elsewhere(self) -> str | None:
        """The id of the first row that stands in another order than the plan has; None where none does."""
        places = np.asarray(self._places)
        order = places.argsort()
        back = np.flatnonzero(np.diff(np.asarray(self._planned)[order]) < 0)
        if not len(back):
            return None
        before, behind = places[order[back[0]]], places[order[back[0] + 1]]
        # Of two rows in the wrong order, the one whose two sides met later was passed.
        return self._passed.get(int(behind)) or self._passed[int(before)]


class Planned:
    """The rows of a data set against those that its options give. plan: split and row, drawn anew."""

    def __init__(self, plan: Iterable[tuple[str, Row]]) -> None:
        self.plan = Result(
            "plan", "each split has exactly the rows that the options give, in their order"
        )
        self.redrawn = Result("drawn anew", "the raw data give exactly this row, texts included")
        self._expected = enumerate(plan)
        self._orders: defaultdict[str, _Order] = defaultdict(_Order)
        self._planned: dict[str, list[_Waiting]] = {}
        self._built: dict[str, list[_Waiting]] = {}
        self._names: dict[tuple[str, ...], tuple[str, ...]] = {}

    def see(self, split: str, row: Row) -> None:
        """Compare one row, at once where the plan's next row is this one.

        Args:
            split: the split that holds the row.
            row: the row.
        """
        place = self.plan.checked
        self.plan.checked += 1
        following = next(self._expected, None)
        if following is not None:
            number, (where, planned) = following
            if planned["id"] == row["id"]:
                wrong = [] if planned == row else _differing(planned, row)
                self._report(row["id"], split, where, wrong)
                if split == where:
                    self._orders[split].add(place, number)
                return
            self._wait(where, number, planned, self._planned, self._built)
        self._wait(split, place, row, self._built, self._planned)

    def end(self) -> list[Result]:
        """Draw the rest of the plan, and report what is missing or different.

        Returns:
            The results on the plan and on the redrawn rows.
        """
        for number, (split, row) in self._expected:
            self._wait(split, number, row, self._planned, self._built)
        for row_id, several in self._built.items():
            for one in several:
                self.plan.fault(row_id, f"the plan of {one.split} has no such row, or has it once")
        self._report_missing()
        for split, order in self._orders.items():
            if (first := order.first_elsewhere()) is not None:
                what = "has its rows in another order than its plan; this is the first that stands elsewhere"
                self.plan.fault(first, f"{split} {what}")
        return [self.plan, self.redrawn]

    def _report_missing(self) -> None:
        missing: Counter[str] = Counter()
        for row_id, several in self._planned.items():
            for one in several:
                missing[one.split] += 1
                if missing[one.split] <= MOST_IDS:
                    self.plan.fault(row_id, f"{one.split} lacks this row of its plan")
        for split, count in missing.items():
            self.plan.notes.append(f"{split} lacks {count:,} rows of its plan")

    def _wait(
        self,
        split: str,
        place: int,
        row: Row,
        own: dict[str, list[_Waiting]],
        others: dict[str, list[_Waiting]],
    ) -> None:
        """Compare with the counterpart if it has arrived; else keep hashes until it does."""
        columns = tuple(row)
        columns = self._names.setdefault(columns, columns)
        mine = _Waiting(split, place, columns, b"".join(map(_hash, row.values())))
        counterparts = others.get(row["id"])
        if not counterparts:
            own.setdefault(row["id"], []).append(mine)
            return
        same = (k for k, one in enumerate(counterparts) if one.hashes == mine.hashes)
        theirs = counterparts.pop(next(same, 0))
        if not counterparts:
            del others[row["id"]]
        built, planned = (mine, theirs) if own is self._built else (theirs, mine)
        self._report(row["id"], built.split, planned.split, _unequal(planned, built))
        if built.split == planned.split:
            self._orders[built.split].add(built.place, planned.place, row["id"])

    def _report(self, row_id: str, split: str, planned: str, wrong: list[str]) -> None:
        self.redrawn.checked += 1
        if split != planned:
            self.plan.fault(row_id, f"stands in {split}; the plan has it in {planned}")
        if wrong:
            self.redrawn.fault(row_id, f"the raw data give other values of: {', '.join(wrong)}")


def _unequal(one: _Waiting, other: _Waiting) -> list[str]:
    hashes = [
        {
            name: waiting.hashes[k * _SIZE : (k + 1) * _SIZE]
            for k, name in enumerate(waiting.columns)
        }
        for waiting in (one, other)
    ]
    return [name for name in one.columns if hashes[0][name] != hashes[1].get(name, b"")]


def _differing(planned: Row, row: Row) -> list[str]:
    return [
        name
        for name, value in planned.items()
        if name not in row or (value != row[name] and _hash(value) != _hash(row[name]))
    ]


def _hash(value: Any) -> bytes:
    return blake2b(repr(_plain(value)).encode(), digest_size=_SIZE).digest()


def _plain(value: Any) -> Any:
    """A value as every kind of file returns it: floats in single precision, one type of list."""
    if isinstance(value, float):
        return _FLOAT.pack(value)
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value
