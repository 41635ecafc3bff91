"""What the tasks with candidates share: windows, negatives, the shuffled list, its wording."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from itdr.builders.cases import Case, Shown
from itdr.builders.columns import SKIP, Item
from itdr.builders.hashing import numbers, shuffled
from itdr.builders.negatives import Wanted
from itdr.builders.tasks._task import OpenCell
from itdr.builders.timelines import timelines
from itdr.builders.windows import Window, latest_windows, unordered_windows

_TIMED, _UNTIMED = frozenset({"timed"}), frozenset[str]()


def windows(cell: OpenCell, user: int) -> Iterator[Window]:
    """History, then true candidates: in time where the source has one, else likes in hashed order."""
    lines = timelines(cell.store)
    if cell.timed:
        return latest_windows(lines, user, cell.history, cell.positives, cell.known, *cell.span)
    line = lines.of(user)
    order = cell.hashed_order(user, line.works, "order")
    return unordered_windows(line, cell.history, cell.positives, cell.known, order, cell.liked)


def draw(cell: OpenCell, window: Window) -> Case | None:
    """The window with its negatives; None where too few honest ones are left."""
    return draw_many(cell, [window])[0]


def draw_many(cell: OpenCell, windows: Sequence[Window]) -> list[Case | None]:
    """`draw` for several windows."""
    if not windows:
        return []
    negatives = _negatives(cell, windows)
    cell.store.read_items(_codes(windows, negatives))
    subjects = [window.timeline.user for window in windows]
    states = cell.states(subjects, "place", [window.index for window in windows])
    order = numbers(states, cell.candidates - 1).tolist()
    return [
        None if found is None else _case(cell, window, found, places)
        for window, found, places in zip(windows, negatives, order, strict=True)
    ]


def _codes(windows: Sequence[Window], negatives: Sequence[list[int] | None]) -> list[int]:
    """The items that these cases show."""
    codes: list[int] = []
    for window, found in zip(windows, negatives, strict=True):
        if found is not None:
            items = window.timeline.items
            codes += [items[k] for k in window.history]
            codes += [items[k] for k in window.trues]
            codes += found
    return codes


def _case(cell: OpenCell, window: Window, negatives: list[int], order: list[int]) -> Case:
    line = window.timeline
    item = cell.store.item
    items, ratings, times = line.items, line.ratings, line.times
    users = cell.known.users
    hashes = cell.store.item_hash
    relevant = [item(items[k]) for k in window.trues]
    fallen = sorted(negatives, key=lambda work: (-int(users[work]), int(hashes[work])))
    ranking = relevant + [item(work) for work in fallen]
    user = cell.user_id(line.user)
    return Case(
        key=cell.key(window, user),
        user=user,
        history=[Shown(item(items[k]), ratings[k], times[k]) for k in window.history],
        candidates=shuffled(ranking, order),
        relevant=relevant,
        ranking=ranking,
        flags=_TIMED if cell.timed else _UNTIMED,
    )


def _negatives(cell: OpenCell, windows: Sequence[Window]) -> list[list[int] | None]:
    policy = cell.cell.knobs["negatives"]
    count = cell.candidates - cell.positives
    subjects = [window.timeline.user for window in windows]
    states = cell.states(subjects, "negatives", [window.index for window in windows]).tolist()
    first: list[list[int]] = []
    wanted = []
    for window, state in zip(windows, states, strict=True):
        line = window.timeline
        titles = [line.titles[k] for k in window.history]
        titles += [line.titles[k] for k in window.trues]
        shown = _shown_and_left(cell, window, titles)[:count] if policy == "shown" else []
        titles += [int(cell.store.title_code[work]) for work in shown]
        time = window.time if cell.timed else None
        trues = [line.works[k] for k in window.trues]
        first.append(shown)
        wanted.append(Wanted(count - len(shown), trues, time, line.touched, titles, state))
    drawn = cell.pool.draw_many("popularity" if policy == "shown" else policy, wanted)
    return [
        None if rest is None else shown + rest for shown, rest in zip(first, drawn, strict=True)
    ]


def _shown_and_left(cell: OpenCell, window: Window, titles: list[int]) -> list[int]:
    """Works that were shown to the user and never taken, as honest as any negative: those shown
    together with the true items first, then those of the user's other impressions, by stable hash."""
    line, store = window.timeline, cell.store
    events = store.events(line.user)
    if events.events is None or events.times is None or window.time is None:
        return []
    left = np.flatnonzero(events.events == SKIP)
    together = {line.times[k] for k in window.trues}
    works = store.work[events.items[left]].tolist()
    apart: dict[int, bool] = {}
    for work, time in zip(works, events.times[left].tolist(), strict=True):
        apart[work] = apart.get(work, True) and time not in together
    ordered = list(apart)
    places = cell.hashed_order(line.user, ordered, "shown")
    used = set(titles)
    touched = frozenset(line.touched.tolist())
    found = []
    for place in sorted(places, key=lambda place: apart[ordered[place]]):
        work = ordered[place]
        title = int(store.title_code[work])
        honest = work not in touched and cell.known.since(work, line.user) < window.time
        if honest and title >= 0 and title not in used:
            used.add(title)
            found.append(work)
    return found


def numbered(titles: list[str]) -> str:
    return "\n".join([f"{place}. {title}" for place, title in enumerate(titles, 1)])


def listings(name: str, entries: list[str], needed: frozenset[str]) -> dict[str, object]:
    """A list in the layouts that a template may ask for: `<name>_lines`, `_numbered`, `_inline`."""
    made: dict[str, object] = {}
    if f"{name}_lines" in needed:
        made[f"{name}_lines"] = "\n".join([f"- {entry}" for entry in entries])
    if f"{name}_numbered" in needed:
        made[f"{name}_numbered"] = numbered(entries)
    if f"{name}_inline" in needed:
        made[f"{name}_inline"] = "; ".join(entries)
    return made


def layouts(*names: str) -> frozenset[str]:
    """The variables that `listings` makes for these lists."""
    return frozenset(f"{name}_{how}" for name in names for how in ("lines", "numbered", "inline"))


def categories(item: Item) -> str:
    """An item's categories as they are shown."""
    return ", ".join(item.categories)
