"""User attribute prediction: gender, age, country and so on from what a user likes or uses most."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from itdr.builders.cases import Case
from itdr.builders.columns import MISSING_TIME, SKIP, Item
from itdr.builders.declare import UNDERSTANDING
from itdr.builders.hashing import Draw
from itdr.builders.tasks import _ranking
from itdr.builders.tasks._task import CellRule, OpenCell, Task
from itdr.builders.timelines import NO_WORKS, Timeline
from itdr.builders.windows import Window

LEAST = 5
"""A user shows at least this many items, unless the cell's rule says otherwise."""

NAMES = {
    "age_group": "age group",
    "birth_year": "birth year",
}
"""Attributes whose column name is not how one says them."""


def _windows(cell: OpenCell, user: int) -> Iterator[Window]:
    if not _attributes(cell, user):
        return
    line = _most_liked(cell, user)
    if len(line) >= min(int(cell.cell.rule.options.get("least", LEAST)), cell.history):
        yield Window(line, list(range(len(line))), [])


def _most_liked(cell: OpenCell, user: int) -> Timeline:
    """The works to show, distinct in title: the best rated (or most used) first, ties by stable
    hash."""
    store = cell.store
    events = store.events(user)
    shown = store.title_code[events.items] >= 0
    if events.events is not None:
        shown &= events.events != SKIP
    items = events.items[shown]
    works, first, inverse = np.unique(store.work[items], return_index=True, return_inverse=True)
    strength = np.zeros(len(works))
    if events.ratings is not None:
        # An unrated event counts as use: below every rating.
        np.maximum.at(strength, inverse, np.nan_to_num(events.ratings[shown], nan=0.0))
    elif events.weights is not None:
        np.add.at(strength, inverse, np.nan_to_num(events.weights[shown], nan=0.0))
    else:
        strength = np.bincount(inverse, minlength=len(works)).astype(float)
    hashed = cell.hashed_order(user, works.tolist(), "order")
    rank = np.empty(len(works), np.int64)
    rank[hashed] = np.arange(len(works))
    order = np.lexsort((rank, -strength))
    titles = store.title_code[items[first[order]]]
    _, distinct = np.unique(titles, return_index=True)
    order = order[np.sort(distinct)[: cell.history]]
    chosen = first[order]
    rated = strength[order].tolist() if events.ratings is not None else [0.0] * len(order)
    times = None if events.times is None else events.times[shown][chosen].tolist()
    n = len(chosen)
    return Timeline(
        user,
        items[chosen].tolist(),
        works[order].tolist(),
        store.title_code[items[chosen]].tolist(),
        [0] * n,
        [None] * n if times is None else [None if t == MISSING_TIME else t for t in times],
        [rating or None for rating in rated],
        NO_WORKS,
    )


def _attributes(cell: OpenCell, user: int) -> list[tuple[str, str]]:
    """The user's attributes that are known, in the source's order."""
    found = []
    for name in cell.cell.source.attributes:
        value = cell.store.value("users", name, user)
        if value is not None and str(value) != "":
            found.append((NAMES.get(name, name), str(value)))
    return found


def _draw(cell: OpenCell, window: Window) -> Case:
    line = window.timeline
    history = [cell.store.item(line.items[k]) for k in window.history]
    flags = set()
    if all(item.categories for item in history):
        flags.add("categories")
    if all(item.creators for item in history):
        flags.add("creators")
    user = cell.user_id(line.user)
    return Case(
        key=cell.key(window, user),
        user=user,
        history=history,
        ratings=[line.ratings[k] for k in window.history],
        times=[line.times[k] for k in window.history],
        attributes=_attributes(cell, line.user),
        flags=frozenset(flags),
    )


def _draw_many(cell: OpenCell, windows: Sequence[Window]) -> list[Case | None]:
    cell.store.read_items(itertools.chain.from_iterable(one.timeline.items for one in windows))
    return [_draw(cell, window) for window in windows]


def _entry(item: Item, flags: frozenset[str]) -> str:
    """`Title by Creator: category, category`, as far as the whole list has them."""
    text = item.title
    if "creators" in flags:
        text += f" by {item.creators[0]}"
    if "categories" in flags:
        text += f": {_ranking.categories(item)}"
    return text


def _context(cell: OpenCell, case: Case, needed: frozenset[str]) -> dict[str, object]:
    items = [_entry(item, case.flags) for item in case.history]
    names = [name for name, _ in case.attributes]
    return {
        **_ranking.listings("items", items, needed),
        "n_items": len(items),
        "attributes": _enumerated(names),
        "attributes_lines": "\n".join(f"- {_titled(name)}" for name in names),
        "n_attributes": len(names),
        "answer": answer(case.attributes),
    }


def answer(attributes: list[tuple[str, str]]) -> str:
    """One attribute a line: `Age group: 25-34`."""
    return "\n".join(f"{_titled(name)}: {value}" for name, value in attributes)


def _titled(name: str) -> str:
    return name[:1].upper() + name[1:]


def _enumerated(names: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([*[", ".join(names[:-1])] * (len(names) > 1), names[-1]])


def _wrong(cell: OpenCell, case: Case, draw: Draw) -> str:
    """The attributes of another user of the training part, where they differ."""
    from itdr.builders.parts import TRAIN, parts_of

    n = len(cell.store.user_hash)
    for _ in range(256):
        other = draw.below(n)
        part = parts_of(
            cell.store.user_hash[other : other + 1], cell.cell.seed, cell.cell.source.id
        )
        theirs = dict(_attributes(cell, other)) if part[0] == TRAIN else {}
        wrong = [(name, theirs.get(name, value)) for name, value in case.attributes]
        if wrong != case.attributes:
            return answer(wrong)
    return answer([(name, "unknown") for name, _ in case.attributes])


TASK = Task(
    id="user_attribute_prediction",
    root=UNDERSTANDING,
    title="User attribute prediction",
    metrics=("accuracy per attribute", "RMSE of age and birth year"),
    cells={
        # 992 users less 49 without attributes give the paper's 943: no minimum of items.
        "lastfm-1k": CellRule(943, options={"least": 1}),
        "lastfm-360k": CellRule(6250),
        "anime-2023": CellRule(6250),
        "bookcrossing": CellRule(6250),
        "ml-1m": CellRule(6040),
    },
    needs=frozenset({"items.title"}),
    needs_any=frozenset(
        f"users.{name}"
        for name in (
            "gender",
            "age",
            "age_group",
            "birth_year",
            "country",
            "location",
            "occupation",
        )
    ),
    defaults={"history": 20},
    variables=_ranking.layouts("items")
    | {"n_items", "attributes", "attributes_lines", "n_attributes", "answer"},
    flags=frozenset({"categories", "creators"}),
    windows=_windows,
    draw=_draw,
    draw_many=_draw_many,
    context=_context,
    wrong=_wrong,
    least_events=lambda knobs: 1,
)
