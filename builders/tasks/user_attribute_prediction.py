"""User attribute prediction: gender, age, country and so on from what a user likes or uses most."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from itdr.builders.cases import Case
from itdr.builders.columns import Item
from itdr.builders.declare import UNDERSTANDING
from itdr.builders.hashing import Draw
from itdr.builders.most_liked import most_liked
from itdr.builders.tasks import _ranking
from itdr.builders.tasks._task import CellRule, OpenCell, Task
from itdr.builders.windows import Window

LEAST = 5
"""A user shows at least this many items, unless the cell's rule says otherwise."""

NAMES = {
    "age_group": "age group",
    "birth_year": "birth year",
}
"""Attributes whose column name is not how one says them."""


def _windows(cell: OpenCell, user: int) -> Iterator[Window]:
    yield from filter(None, _firsts(cell, [user]))


def _firsts(cell: OpenCell, users: Sequence[int]) -> list[Window | None]:
    """The one window of each user who has attributes and enough to show."""
    known = [user for user in users if _attributes(cell, user)]
    keys = cell.order_keys(known, "order")
    least = min(int(cell.cell.rule.options.get("least", LEAST)), cell.history)
    found = {
        line.user: Window(line, list(range(len(line))), [])
        for line in most_liked(cell.store, known, keys, cell.history)
        if len(line) >= least
    }
    return [found.get(user) for user in users]


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
    firsts=_firsts,
    draw=_draw,
    draw_many=_draw_many,
    context=_context,
    wrong=_wrong,
    least_events=lambda knobs: 1,
)
