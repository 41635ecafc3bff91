"""What the tasks with candidates share: windows, negatives, the shuffled list, its wording."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import numpy as np

from itdr.builders.cases import Case, Shown
from itdr.builders.columns import SKIP, Item
from itdr.builders.tasks._task import OpenCell
from itdr.builders.timelines import (
    Timeline,
    Window,
    latest_windows,
    timeline,
    unordered_windows,
)


def windows(cell: OpenCell, user: int) -> Iterator[Window]:
    """History, then true candidates: in time where the source has one, else likes in hashed order."""
    if cell.timed:
        read = functools.partial(_latest, cell, user)
        return latest_windows(read, cell.history, cell.positives, cell.known, *cell.span)
    line = timeline(cell.store, user)
    order = cell.hashed_order(user, line.works, "order")
    return unordered_windows(line, cell.history, cell.positives, cell.known, order, cell.liked)


def _latest(cell: OpenCell, user: int, last: int | None) -> Timeline:
    return timeline(cell.store, user, last=last)


def draw(cell: OpenCell, window: Window) -> Case | None:
    """The window with its negatives; None where too few honest ones are left."""
    line = window.timeline
    negatives = _negatives(cell, window)
    if negatives is None:
        return None
    item = cell.store.item
    users = cell.known.users
    relevant = [item(line.items[k]) for k in window.trues]
    hashes = cell.store.item_hash
    fallen = sorted(negatives, key=lambda work: (-int(users[work]), int(hashes[work])))
    ranking = relevant + [item(work) for work in fallen]
    return Case(
        key=cell.key(window),
        user=cell.user_id(line.user),
        history=[
            Shown(item(line.items[k]), line.ratings[k], line.times[k]) for k in window.history
        ],
        candidates=cell.draws(line.user, "place", window.index).shuffled(ranking),
        relevant=relevant,
        ranking=ranking,
        flags=frozenset({"timed"}) if cell.timed else frozenset(),
    )


def _negatives(cell: OpenCell, window: Window) -> list[int] | None:
    line = window.timeline
    titles = {line.titles[k] for k in window.history + window.trues}
    wanted = cell.candidates - cell.positives
    policy = cell.cell.knobs["negatives"]
    time = window.time if cell.timed else None
    chosen: list[int] = []
    if policy == "shown":
        chosen = _shown_and_left(cell, window, titles)[:wanted]
        titles |= {int(cell.store.title_code[work]) for work in chosen}
        policy = "popularity"
    rest = cell.pool.draw(
        policy,
        [line.works[k] for k in window.trues],
        time,
        line.touched.union(chosen),
        titles,
        wanted - len(chosen),
        cell.draws(line.user, "negatives", window.index),
    )
    return None if rest is None else chosen + rest


def _shown_and_left(cell: OpenCell, window: Window, titles: set[int]) -> list[int]:
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
    found = []
    for place in sorted(places, key=lambda place: apart[ordered[place]]):
        work = ordered[place]
        title = int(store.title_code[work])
        honest = work not in line.touched and cell.known.since(work, line.user) < window.time
        if honest and title >= 0 and title not in used:
            used.add(title)
            found.append(work)
    return found


def numbered(titles: list[str]) -> str:
    return "\n".join(f"{place}. {title}" for place, title in enumerate(titles, 1))


def listings(name: str, entries: list[str], needed: frozenset[str]) -> dict[str, object]:
    """A list in the layouts that a template may ask for: `<name>_lines`, `_numbered`, `_inline`."""
    made: dict[str, object] = {}
    if f"{name}_lines" in needed:
        made[f"{name}_lines"] = "\n".join(f"- {entry}" for entry in entries)
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


def with_categories(item: Item) -> str:
    """`Title: category, category`; the title alone where there is none."""
    return f"{item.title}: {categories(item)}" if item.categories else item.title
