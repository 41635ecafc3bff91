"""Checks against the raw data: splits, negatives, what was known when, and order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from itdr.audit.counts import Recount
from itdr.audit.features import Features, of_raw
from itdr.audit.histories import history_faults
from itdr.audit.oracle import ALWAYS, NEVER, RawOracle
from itdr.audit.protocols import SplitPromise
from itdr.audit.result import Result
from itdr.builders.core.schema import EXTRA
from itdr.builders.sampling.splits import SPLITS
from itdr.scoring.data import Data
from itdr.scoring.metrics.per_task import ALL_TASKS

Row = Mapping[str, Any]
BEGINNING = 60
"""How many leading characters of a comment are searched for in a question to tell that it is quoted."""
LEAST = 20


class RawChecks:
    """All checks that read the raw data, over the rows of one `Data`."""

    def __init__(self, data: Data) -> None:
        self._data = data
        self._raws: dict[str, RawOracle] = {}
        self.part = Result("part", "each row is in the split of its user, item or time")
        self.touched = Result(
            "negatives",
            "the user touched no negative, nor another work of its title; of a pair, one was liked and "
            "the other was not",
        )
        self.targets = Result(
            "true items", "everything that a row says of its user is in the raw data"
        )
        self.known = Result(
            "known",
            "training users knew the candidates before the first true item",
        )
        self.order = Result("order", "the history ends before the first true item")
        self.said = Result("comments", "no comment comes from a user of another split")
        self.promise = SplitPromise()
        self.counts = Recount()
        self._about: dict[str, dict[int, tuple[str, str, str]]] = {}

    def raw(self, row: Row) -> RawOracle | None:
        """The raw data behind a row; None where its cell is unknown."""
        cell = self._data.cell_of(dict(row))
        if cell is None:
            return None
        return self._raws.setdefault(cell.cell.name, RawOracle(cell))

    def see(self, split: str, row: Row) -> None:
        """Check one row against the raw data.

        Args:
            split: the split that holds the row.
            row: the row.
        """
        raw = self.raw(row)
        if raw is None:
            self.part.fault(row["id"], "its cell is none of those that were built")
            return
        by_item = raw.cell.cell.task.about == "item"
        kind = "item" if by_item else "user"
        subject = raw.code(kind, row[f"{kind}_id"])
        self.part.checked += 1
        if subject is None:
            self.part.fault(row["id"], f"{kind} {row[f'{kind}_id']} is not in the raw data")
            return
        if raw.cell.by_subject and raw.split_of(kind, subject) != split:
            belongs = raw.split_of(kind, subject)
            self.part.fault(
                row["id"], f"{kind} {row[f'{kind}_id']} belongs to {belongs}, the row is in {split}"
            )
        if by_item:
            self.counts.see(row, raw, subject)
            work = int(raw.store.work[subject])
            self._about.setdefault(raw.cell.cell.name, {})[work] = (row["id"], split, _asked(row))
        else:
            self._user_row(raw, split, row, subject)
            self.promise.see(split, row, raw)

    def facts(self, row: Row) -> Features | None:
        """The features of each candidate from the raw data, for `shortcuts`."""
        raw = self.raw(row)
        return None if raw is None else of_raw(raw, row)

    # -- about users --------------------------------------------------------------------------

    def _user_row(self, raw: RawOracle, split: str, row: Row, user: int) -> None:
        meetings = raw.met(user)
        start = self._start(raw, row, meetings)
        self._trues(raw, row, user, meetings)
        if row["candidates"]:
            if row["root_task"] == EXTRA:
                self._pair(raw, row, user)
            else:
                self._candidates(raw, row, user, start)
        if raw.cell.cuts is not None and start is not None:
            self._in_span(raw, split, row, meetings)
        self._order(raw, row, meetings, start)

    @staticmethod
    def _start(raw: RawOracle, row: Row, meetings: Mapping[int, tuple[int, int]]) -> int | None:
        """When the first target was met; None where that is not known."""
        last = raw.repeats in ("last", "keep")
        items = row["relevant"]
        if not items and row["item_id"] is not None and row["rating"] is not None:
            items, last = [row["item_id"]], _shows_latest(raw, row)
        times = [one[last] for one in _met(raw, items, meetings)]
        return min((time for time in times if time != ALWAYS), default=None)

    def _trues(
        self, raw: RawOracle, row: Row, user: int, meetings: Mapping[int, tuple[int, int]]
    ) -> None:
        self.targets.checked += 1
        true_items = [*row["relevant"]]
        limit = ", as far as it counts" if raw.is_filtered else ""
        if row["rating"] is not None and row["item_id"] is not None:
            true_items.append(row["item_id"])
            work = raw.work(row["item_id"])
            ratings = raw.given(user, work) if work is not None else set()
            if float(np.float32(row["rating"])) not in ratings:
                self.targets.fault(row["id"], f"the user did not rate {row['item_id']} so")
        for item in true_items:
            if raw.work(item) not in meetings:
                self.targets.fault(row["id"], f"the user never touched the true item {item}{limit}")
        for one, times in self._past(raw, row, meetings):
            if times is None:
                self.targets.fault(row["id"], f"the user never touched {one} of the history{limit}")
        for what in history_faults(raw, row, user):
            self.targets.fault(row["id"], what)
        if row["task"] not in ALL_TASKS:
            self.targets.leave_out(f"{row['task']}, as to attributes and gaps in a history")
            return
        for one in row["attributes"]:
            value = raw.attribute(user, one["name"])
            if value is None or value != one["value"]:
                self.targets.fault(row["id"], f"{one['name']} of the user is {value}")

    @staticmethod
    def _past(
        raw: RawOracle, row: Row, meetings: Mapping[int, tuple[int, int]]
    ) -> list[tuple[str, tuple[int, int] | None]]:
        """Each item of the history with the times at which the user met it, in either domain."""
        other = raw.code("user", row["user_id"], other=True)
        elsewhere = raw.met(other, other=True) if other is not None else {}
        past = []
        for one in row["history"]:
            work = raw.work(one["item_id"])
            times = meetings.get(work) if work is not None else None
            code = raw.code("item", one["item_id"], other=True)
            if times is None and code is not None and raw.cell.other is not None:
                times = elsewhere.get(int(raw.cell.other.work[code]))
            past.append((one["item_id"], times))
        return past

    def _candidates(
        self,
        raw: RawOracle,
        row: Row,
        user: int,
        start: int | None,
    ) -> None:
        self.touched.checked += 1
        meetings = raw.met(user, counted=False)
        true = {raw.work(item) for item in row["relevant"]}
        titles = set(raw.store.title_code[list(meetings)].tolist())
        for one in row["candidates"]:
            item = one["item_id"]
            work = raw.work(item)
            if work is None:
                continue
            if work in meetings and work not in true:
                self.touched.fault(row["id"], f"the user touched the false candidate {item}")
            elif work not in true and int(raw.store.title_code[work]) in titles:
                self.touched.fault(row["id"], f"the user touched a work titled as {item} is")
            if item not in row["relevant"] and work in true:
                self.touched.fault(row["id"], f"{item} is the same work as a true item")
        self._known(raw, row, user, [one["item_id"] for one in row["candidates"]], start)

    def _known(
        self, raw: RawOracle, row: Row, user: int, items: Iterable[str], start: int | None
    ) -> None:
        """Candidates were known to somebody else before."""
        self.known.checked += 1
        for item in items:
            work = raw.work(item)
            if work is None:
                self.known.fault(row["id"], f"{item} is not in the raw data")
                continue
            since = raw.since(work, user)
            if since == NEVER:
                self.known.fault(row["id"], f"nobody else in training ever touched {item}")
            elif start is not None and since >= start:
                self.known.fault(
                    row["id"], f"{item} was not yet known when the first true item came"
                )

    def _pair(self, raw: RawOracle, row: Row, user: int) -> None:
        """Both candidates were judged by the user: the true one is a like, the other a dislike."""
        self.touched.checked += 1
        scale = raw.cell.scale
        for one in row["candidates"]:
            item = one["item_id"]
            work = raw.work(item)
            ratings = raw.given(user, work) if work is not None else set()
            if item in row["relevant"]:
                if not any(rating >= scale.liked for rating in ratings):
                    self.touched.fault(row["id"], f"the user did not like the true item {item}")
            elif not any(rating <= scale.disliked for rating in ratings):
                self.touched.fault(
                    row["id"], f"the user did not dislike the false candidate {item}"
                )

    def _order(
        self,
        raw: RawOracle,
        row: Row,
        meetings: Mapping[int, tuple[int, int]],
        start: int | None,
    ) -> None:
        if start is None or not row["history"]:
            return
        self.order.checked += 1
        latest = _shows_latest(raw, row)
        history_times = [one["timestamp"] for one in row["history"]]
        for (item, times), stamp in zip(self._past(raw, row, meetings), history_times, strict=True):
            # If a work has several events, the row's time tells which one is shown.
            named = stamp is not None and times is not None and times[0] <= stamp <= times[1]
            if not named and times is not None and times[latest] >= start:
                self.order.fault(
                    row["id"], f"{item} of the history does not lie before the true item"
                )
        stamps = [one["timestamp"] for one in row["history"] if one["timestamp"] is not None]
        if any(stamp >= start for stamp in stamps):
            self.order.fault(row["id"], "a time in the history does not lie before the true item")

    def _in_span(
        self, raw: RawOracle, split: str, row: Row, meetings: Mapping[int, tuple[int, int]]
    ) -> None:
        start, stop = raw.cell.spans[SPLITS.index(split)]
        low, high = ALWAYS if start is None else start, NEVER if stop is None else stop
        items = row["relevant"] or [row["item_id"]]
        latest = row["rating"] is not None and _shows_latest(raw, row)
        times = [one[latest] for one in _met(raw, items, meetings)]
        if any(not low <= time < high for time in times):
            self.part.fault(row["id"], f"a true item does not lie in the time of {split}")

    # -- comments -----------------------------------------------------------------------------

    def end(self) -> list[Result]:
        """Finish: look up comments, all of a source at once.

        Returns:
            One result per check.
        """
        for name, about in self._about.items():
            raw = self._raws[name]
            if not raw.store.has("text"):
                continue
            self.said.checked += len(about)
            own: set[tuple[int, str]] = set()
            foreign: dict[tuple[int, str], int] = {}
            for work, user, text in raw.comments(about):
                _, split, question_text = about[work]
                start = " ".join(text.split())[:BEGINNING]
                if len(start) < LEAST or start not in question_text:
                    continue
                if raw.split_of("user", user) == split:
                    own.add((work, start))
                else:
                    foreign[work, start] = user
            for (work, start), user in foreign.items():
                if (work, start) not in own:
                    belongs = raw.split_of("user", user)
                    self.said.fault(
                        about[work][0], f"shows a comment by a user of {belongs}: {start!r}"
                    )
        return [
            self.part, self.touched, self.targets, self.known, self.order, self.said,
            self.promise.end(), self.counts.end(),
        ]  # fmt: skip


def _shows_latest(raw: RawOracle, row: Row) -> bool:
    """Whether the row shows the user's latest event on each work, as the prompt of a rating does, or
    the earliest, as all others do."""
    if raw.repeats is not None:
        return raw.repeats == "last"
    return row["rating"] is not None and row["root_task"] != EXTRA


def _met(
    raw: RawOracle, items: Iterable[str], meetings: Mapping[int, tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """When the user first and last met the works of these items, for those that the user met."""
    for item in items:
        work = raw.work(item)
        if work is not None and work in meetings:
            yield meetings[work]


def _asked(row: Row) -> str:
    from itdr.audit.near_duplicates import question

    return " ".join(question(row).split())
