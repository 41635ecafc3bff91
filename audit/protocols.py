"""What a split by time or leave-one-out promises: training contains nothing from the test period or
place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from itdr.audit.oracle import ALWAYS, NEVER, RawOracle
from itdr.audit.result import Result
from itdr.builders.sampling.splits import SPLITS

Row = Mapping[str, Any]
_Key = tuple[str, str, str]


class SplitPromise:
    """Checks the promise of the split that a data set was built with.

    By time: no row shows anything from a later split's span; where validation is of other users, nobody has
    rows in training and validation. Leave one out, and validation by each user's last event: no row shows
    what a later split asks the same user for, and what test (validation) asks for is the last that the user
    did (before test begins). Cold items: no
    training row shows a work, or a title, that validation or test asks for or offers.
    """

    def __init__(self) -> None:
        self.result = Result("split", "no row shows what a later split asks for")
        self._asked: dict[_Key, int] = {}
        self._shown: dict[_Key, tuple[int, str]] = {}
        self._users: dict[tuple[str, str], str] = {}
        self._trained: set[tuple[str, int]] = set()
        self._cold: dict[tuple[str, int], str] = {}

    def see(self, split: str, row: Row, raw: RawOracle) -> None:
        """Look at one row.

        Args:
            split: the row's split.
            row: a row of a cell about users.
            raw: the raw data behind it.
        """
        cell = raw.cell
        if cell.by_subject:
            return
        self.result.checked += 1
        if cell.cuts is not None:
            _, end = cell.spans[SPLITS.index(split)]
            stamps = [one["timestamp"] for one in row["history"] if one["timestamp"] is not None]
            if end is not None and any(stamp >= end for stamp in stamps):
                self.result.fault(row["id"], f"its history reaches beyond the time of {split}")
        if cell.cell.validation == "users" and split != "test":
            self._see_user(split, row)
        if cell.cold is not None:
            self._see_cold(split, row, raw)
        if cell.held:
            self._left_out(SPLITS.index(split), row, raw)

    def _see_user(self, split: str, row: Row) -> None:
        """Where validation is of other users, nobody before test's cut has rows in both."""
        first = self._users.setdefault((row["source"], row["user_id"]), split)
        if first != split:
            self.result.fault(row["id"], f"user {row['user_id']} has rows in {first}, too")

    def _see_cold(self, split: str, row: Row, raw: RawOracle) -> None:
        """Keep the titles that training shows, and those that later splits ask for or offer."""
        offers = [*row["relevant"], *(one["item_id"] for one in row["candidates"])]
        history_items = [one["item_id"] for one in row["history"]]
        for item in [*history_items, *offers]:
            work = raw.work(item)
            if work is None:
                continue
            key = (row["source"], int(raw.store.title_code[work]))
            if split == "train":
                self._trained.add(key)
            elif item in offers:
                self._cold.setdefault(key, row["id"])

    def _left_out(self, part: int, row: Row, raw: RawOracle) -> None:
        history_items = [one["item_id"] for one in row["history"]]
        for key in self._keys(row, raw, row["relevant"]):
            self._asked[key] = max(part, self._asked.get(key, 0))
        for key in self._keys(row, raw, [*history_items, *row["relevant"]]):
            # Of all rows that show it, keep the one of the earliest split, which leaks the most.
            self._shown[key] = min(self._shown.get(key, (part, row["id"])), (part, row["id"]))
        user = raw.code("user", row["user_id"])
        if user is None or part == 0:
            return
        meetings = raw.moments(user)
        works = [work for item in row["relevant"] if (work := raw.work(item)) is not None]
        moments = [moment for work in works for moment in meetings.get(work, ())]
        last = max((moment for moment in moments if moment != ALWAYS), default=None)
        if last is None:
            return
        showable = raw.store.title_code
        cuts, allowed = raw.cell.cuts, 0
        if cuts is not None and SPLITS[part] == "test":
            return  # Any case after the cut qualifies.
        if cuts is None and SPLITS[part] != "test":
            allowed = raw.cell.held
        stop = NEVER if cuts is None else cuts[0]
        later = sum(
            any(last < moment < stop for moment in moments) and int(showable[work]) >= 0
            for work, moments in meetings.items()
        )
        if later > allowed:
            self.result.fault(
                row["id"], f"the user went on to {later} works after what is asked for"
            )

    @staticmethod
    def _keys(row: Row, raw: RawOracle, items: list[str]) -> Iterator[_Key]:
        name = f"{row['task']}/{row['source']}/{row['domain']}"
        for item in items:
            yield name, row["user_id"], str(raw.work(item))

    def end(self) -> Result:
        """Compare what one split asks for with what the others show.

        Returns:
            The result.
        """
        for title in sorted(self._cold.keys() & self._trained):
            self.result.fault(self._cold[title], "asks for, or offers, what training rows show")
        for key, target_part in self._asked.items():
            part, row_id = self._shown[key]
            if part < target_part:
                self.result.fault(
                    row_id,
                    f"shows in {SPLITS[part]} what {SPLITS[target_part]} asks user {key[1]} for",
                )
        return self.result
