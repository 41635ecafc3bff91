"""A row's history against the user's raw events: each entry is an event that took place then and was rated
so, under the title that the source gives the item; nothing in between is left out; favourites are those
rated highest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from itdr.audit.oracle import RawOracle
from itdr.builders.store.reader import MISSING_TIME, StoreReader
from itdr.scoring.metrics.per_task import ATTRIBUTE_TASK, CHOICE_TASK, TEXT_TASKS

Row = Mapping[str, Any]
Event = tuple[int | None, float | None]
IN_A_ROW = (CHOICE_TASK, "top_k_rec")
"""Subtasks whose history is the user's last works before the first true one."""
CLOSE = 1e-4


def history_faults(raw: RawOracle, row: Row, user: int) -> Iterator[str]:
    """The parts of a history that the raw data contradict.

    Args:
        raw: the raw data of the row's cell.
        row: a row about a user.
        user: the user's code.

    Yields:
        One sentence per fault.
    """
    mine = [(raw.store, _events(raw, user))]
    other = raw.code("user", row["user_id"], other=True)
    if raw.cell.other is not None and other is not None:
        mine.append((raw.cell.other, _events(raw, other, other=True)))
    for one in row["history"]:
        matches = [
            (store, code, events[int(store.work[code])])
            for store, events in mine
            if (code := store.code("item", one["item_id"])) is not None
        ]
        if not matches:
            continue
        if all(store.item(code).title != one["title"] for store, code, _ in matches):
            yield f"{one['item_id']} is titled {matches[0][0].item(matches[0][1]).title!r} in the raw data"
        elif any(events for _, _, events in matches) and not any(
            _fits(one, event, row) for _, _, events in matches for event in events
        ):
            yield f"the user's event on {one['item_id']} was at another time or rated otherwise"
    if row["task"] in IN_A_ROW:
        yield from _gaps(raw, row, user)
    if row["task"] == ATTRIBUTE_TASK:
        yield from _not_highest(raw.store, row, mine[0][1])


def _events(raw: RawOracle, user: int, other: bool = False) -> Mapping[int, list[Event]]:
    """Time and rating of each event of a user that counts, by work."""
    store, events, places = raw.read(user, other)
    works = store.work[events.items].tolist()
    by_work: dict[int, list[Event]] = defaultdict(list)
    for k in places:
        time = None if events.times is None else int(events.times[k])
        rating = None if events.ratings is None else float(events.ratings[k])
        by_work[works[k]].append(
            (None if time == MISSING_TIME else time, None if rating != rating else rating)
        )
    return by_work


def _fits(entry: Mapping[str, Any], event: Event, row: Row) -> bool:
    """Whether an event is the one that an entry shows, as far as the entry says."""
    time, rating = event
    if entry["timestamp"] is not None and entry["timestamp"] != time:
        return False
    # In a profile, a work's rating may be the mean of several.
    if entry["rating"] is None or row["task"] in TEXT_TASKS:
        return True
    return rating is not None and abs(rating - entry["rating"]) < CLOSE


def _gaps(raw: RawOracle, row: Row, user: int) -> Iterator[str]:
    """Works that the user met between two entries of the history but that it leaves out."""
    store, times = raw.store, [one["timestamp"] for one in row["history"]]
    if len(times) < 2 or None in times:
        return
    items = [one["item_id"] for one in (*row["history"], *row["candidates"])]
    codes = [code for item in items if (code := raw.code("item", item)) is not None]
    works, titles = set(store.work[codes].tolist()), set(store.title_code[codes].tolist())
    for work, moments in raw.moments(user).items():
        title = int(store.title_code[work])
        if work in works or title < 0 or title in titles:
            continue
        if raw.cell.cold is not None and not raw.cell.cold.may_show(work):
            continue  # targets of other splits are shown in no split
        if any(times[0] < moment < times[-1] for moment in moments):
            yield f"the history leaves out {store.item(work).id}, met between two of its entries"
            return


def _not_highest(store: StoreReader, row: Row, events: Mapping[int, list[Event]]) -> Iterator[str]:
    """Works that the user rated higher than one of the favourites shown."""
    ratings = [one["rating"] for one in row["history"]]
    if not ratings or None in ratings:
        return
    item_codes = (store.code("item", one["item_id"]) for one in row["history"])
    codes = [code for code in item_codes if code is not None]
    works, titles = set(store.work[codes].tolist()), set(store.title_code[codes].tolist())
    for work, work_events in events.items():
        title = int(store.title_code[work])
        rated = [rating for _, rating in work_events if rating is not None]
        if work in works or title < 0 or title in titles:
            continue
        if rated and min(rated) > min(ratings) + CLOSE:
            yield f"the user rated {store.item(work).id} higher than one of the favourites shown"
            return
