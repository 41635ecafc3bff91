"""User attribute prediction: gender, age, country and so on from what a user likes or uses most."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

import pyarrow as pa

from itdr.builders.core.rng import HashRng
from itdr.builders.core.schema import UNDERSTANDING, USERS, Source
from itdr.builders.rendering import lists
from itdr.builders.rendering.layout import Layout
from itdr.builders.sampling.case import Case
from itdr.builders.sampling.favourites import favourites
from itdr.builders.sampling.splits import TRAIN, assign_splits
from itdr.builders.sampling.windows import Window
from itdr.builders.store.reader import Item
from itdr.builders.tasks.base import CellRule, OpenCell, Task

LEAST = 10
"""A user shows at least this many items, unless the cell's rule says otherwise."""
BANDS = {"age": "age_group", "birth_year": "birth_decade"}
"""Attributes that are asked for in bands of ten years by default, and the names of the bands."""
YOUNGEST, OLDEST = 20, 60
"""Ages below the one, and from the other on, are a band each."""
EXACT = ("location",)
"""Attributes asked for only on request: they identify a person and cannot be learned."""

MOST_LISTED = 25
"""An attribute with at most this many values has them all listed in the prompt."""
EXAMPLES = 3
"""Of one with more, the prompt shows this many values of the training part: frequent ones, but not the most
frequent, which are the answer too often to be given away."""

Attributes = list[tuple[str, str]]
"""Names as they are shown, and values."""
NAMES = {
    "age_group": "age group",
    "birth_year": "birth year",
    "birth_decade": "birth decade",
}
"""Attributes whose name in rows is not that of the column."""


@dataclass(slots=True)
class Described(Window):
    """What a user likes, with the user's attributes."""

    attributes: Attributes = field(kw_only=True)


def _windows(cell: OpenCell, user: int) -> Iterator[Described]:
    yield from filter(None, _firsts(cell, [user]))


def _firsts(cell: OpenCell, users: Sequence[int]) -> list[Described | None]:
    """The one window of each user with attributes and enough items to show."""
    attributes = dict(zip(users, _attributes(cell, users), strict=True))
    minimum = _least_attributes(cell)
    eligible = [user for user, values in attributes.items() if len(values) >= minimum]
    keys = cell.order_keys(eligible, "order")
    least = min(int(cell.cell.rule.options.get("least", LEAST)), cell.history)
    windows_by_user = {
        line.user: Described(line, list(range(len(line))), [], attributes=attributes[line.user])
        for line in favourites(cell.store, eligible, keys, cell.history)
        if len(line) >= least
    }
    return [windows_by_user.get(user) for user in users]


def _least_attributes(cell: OpenCell) -> int:
    """How many of the attributes asked for must be known of a user; one, even where nothing can be asked for."""
    return max(1, min(int(cell.cell.rule.options.get("least_attributes", 1)), len(_asked(cell))))


def _asked(cell: OpenCell) -> tuple[str, ...]:
    """The attributes that are asked for: those chosen of which not everybody has the same value."""
    names = chosen_attributes(cell.cell.source, cell.cell.options["attributes"])
    key = ("attributes that differ", names)
    return cell.store.shared(
        key, lambda: tuple(name for name in names if len(_counts_of(cell, name)) > 1)
    )


def available_attributes(source: Source) -> tuple[str, ...]:
    """The attributes of a source that can be asked for, in their order."""
    names = [(name, BANDS.get(name)) for name in source.attributes]
    return tuple(name for pair in names for name in pair if name is not None)


def chosen_attributes(source: Source, wanted: Sequence[str] | None) -> tuple[str, ...]:
    """The attributes of a source that are asked for.

    Args:
        source: the source.
        wanted: the option `attributes`; None for the default: ages in bands, no exact places.
    """
    if wanted is None:
        names = (BANDS.get(name, name) for name in source.attributes)
        return tuple(name for name in names if name not in EXACT)
    return tuple(name for name in available_attributes(source) if name in wanted)


def _attributes(cell: OpenCell, users: Sequence[int]) -> list[Attributes]:
    """The known values of the attributes asked for, of each user, in a fixed order."""
    by_user: list[Attributes] = [[] for _ in users]
    source = cell.cell.source
    for name in _asked(cell):
        label = NAMES.get(name, name)
        column = _column(source, name)
        for user_attributes, value in zip(
            by_user, cell.store.values("users", column, users), strict=True
        ):
            if value is not None and str(value) != "":
                user_attributes.append(
                    (label, str(value) if column == name else _band(name, int(value)))
                )
    return by_user


_COLUMNS = {band: column for column, band in BANDS.items()}


@dataclass(frozen=True, slots=True)
class Choices:
    """The values of an attribute. whole: all of them, not examples."""

    values: tuple[str, ...]
    whole: bool


def _choices(cell: OpenCell) -> dict[str, Choices]:
    """The values of each attribute asked for, by its name in rows; none of exact numbers."""
    choices = {}
    for name in (name for name in _asked(cell) if name not in BANDS):
        key = ("attribute values", name, cell.cell.seed)
        choices[NAMES.get(name, name)] = cell.store.shared(
            key, functools.partial(_values, cell, name)
        )
    return choices


def _values(cell: OpenCell, name: str) -> Choices:
    """Values with ages in the order of years, others in that of letters; examples are rather frequent ones."""
    column = _column(cell.cell.source, name)
    every = _counts_of(cell, name)
    if len(every) <= MOST_LISTED:
        return Choices(tuple(sorted(every, key=_rank)), whole=True)
    part = pa.array(cell.partition.user_splits == TRAIN)
    trained = _counts(cell.store.users.column(column).filter(part), name, column)
    ranked = sorted(trained, key=lambda one: (-trained[one], one))
    examples = ranked[EXAMPLES : 2 * EXAMPLES] or ranked[1:] or ranked
    return Choices(tuple(sorted(examples, key=str.casefold)), whole=False)


def _column(source: Source, name: str) -> str:
    """The column of an attribute, or of its band."""
    return name if name in source.attributes else _COLUMNS[name]


def _counts_of(cell: OpenCell, name: str) -> Counter[str]:
    """How many users of the store have each value."""
    column = _column(cell.cell.source, name)
    return _counts(cell.store.users.column(column), name, column)


def _counts(values: pa.ChunkedArray, name: str, column: str) -> Counter[str]:
    """How many users have each value."""
    counts: Counter[str] = Counter()
    for one in values.value_counts().to_pylist():
        if one["values"] is not None and str(one["values"]) != "":
            value = one["values"]
            counts[str(value) if column == name else _band(name, int(value))] += one["counts"]
    return counts


def _rank(value: str) -> tuple[int, str]:
    """ "under 18" before "18-24" before "25-34"; words stand in the order of letters, "ô" being an "o"."""
    number = _FIRST_NUMBER.match(value)
    letters = unicodedata.normalize("NFD", value)
    return (int(number[2]) - bool(number[1]), letters) if number else (0, letters)


_FIRST_NUMBER = re.compile(r"(under )?(\d+)")


def _band(name: str, value: int) -> str:
    """The ten years around a number, "20-29", "1990s"; ages below 20 and from 60 on are one band each."""
    first = value // 10 * 10
    if name == "birth_decade":
        return f"{first}s"
    if value < YOUNGEST:
        return f"under {YOUNGEST}"
    return f"{first}-{first + 9}" if value < OLDEST else f"{OLDEST} or older"


def _draw(cell: OpenCell, windows: Sequence[Described]) -> list[Case | None]:
    users = [window.user_history.user for window in windows]
    items = cell.store.items_of([window.user_history.items for window in windows])
    return [_case(cell, *of) for of in zip(windows, cell.user_ids(users), items, strict=True)]


def _case(cell: OpenCell, window: Described, user: str, items: list[Item]) -> Case:
    line = window.user_history
    flags = set()
    if all(map(attrgetter("categories"), items)):
        flags.add("categories")
    if all(map(attrgetter("creators"), items)):
        flags.add("creators")
    return Case(
        key=cell.key(window, user),
        user=user,
        history=items,
        ratings=line.ratings,
        times=line.times,
        attributes=window.attributes,
        flags=frozenset(flags),
    )


def _context(cell: OpenCell, case: Case, needed: frozenset[str]) -> dict[str, object]:
    layout, fields = cell.layout, case.flags & {"categories"}
    if any(map(attrgetter("creators"), case.history)):
        fields |= {"creators"}
    names = [name for name, _ in case.attributes]
    return {
        **lists.of_items("items", case.history, needed, layout, fields, loop="history"),
        "n_items": len(case.history),
        "attributes": layout.joined(names),
        "attribute": _upper(names[0]),
        **_listed(_with_choices(cell, names), needed, layout),
        "n_attributes": len(names),
        "answer": answer(case.attributes),
    }


def _with_choices(cell: OpenCell, names: Sequence[str]) -> list[str]:
    """`Gender (one of: female, male)`."""
    choices, layout = _choices(cell), cell.layout
    return [
        _upper(name) if name not in choices else _with_values(_upper(name), choices[name], layout)
        for name in names
    ]


def _listed(entries: Sequence[str], needed: frozenset[str], layout: Layout) -> dict[str, object]:
    """The attributes asked for as a list; one alone is no list and stands as it is."""
    if len(entries) == 1:
        return {"attributes_lines": entries[0]}
    return lists.listings("attributes", entries, needed, layout)


def _with_values(entry: str, choices: Choices, layout: Layout) -> str:
    if any(layout.comma.strip() in value for value in choices.values):
        values = lists.inline(choices.values, layout)
    else:
        values = layout.comma.join(choices.values)
    pattern = layout.one_of if choices.whole else layout.such_as
    return pattern.format(entry=entry, values=values)


def answer(attributes: Sequence[tuple[str, str]]) -> str:
    """One attribute a line: `Age group: 25-34`."""
    return "\n".join(f"{_upper(name)}: {value}" for name, value in attributes)


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _wrong(cell: OpenCell, case: Case, draw: HashRng) -> str:
    """The attributes of another user of the training part, where they differ."""
    n = len(cell.store.user_hash)
    for _ in range(256):
        other = draw.below(n)
        part = assign_splits(
            cell.store.user_hash[other : other + 1], cell.cell.seed, cell.cell.source.random_id
        )
        theirs = dict(_attributes(cell, [other])[0]) if part[0] == TRAIN else {}
        wrong = [(name, theirs.get(name, value)) for name, value in case.attributes]
        if wrong != case.attributes:
            return answer(wrong)
    return answer([(name, "unknown") for name, _ in case.attributes])


TASK = Task(
    id="user_attribute_prediction",
    root=UNDERSTANDING,
    title="User attribute prediction",
    metrics=("accuracy per attribute", "RMSE of exact ages and birth years"),
    cells={
        # 992 users minus 49 without attributes give the paper's 943: no minimum of items.
        "lastfm-1k": CellRule(943, options={"least": 1}),
        "lastfm-360k": CellRule(6250),
        "anime-2023": CellRule(6250),
        # Of those who tell their country alone, nearly all are from the USA.
        "bookcrossing": CellRule(6250, options={"least_attributes": 2}),
        "ml-1m": CellRule(6040),
    },
    needs=frozenset({"items.title"}),
    needs_any=frozenset(f"users.{name}" for name in USERS if name != "user_id"),
    defaults={"history": 20, "attributes": None},
    asks="users with known attributes that tell them apart, and enough items that can be shown",
    variables=lists.layouts("items")
    | {"n_items", "attribute", "attributes", "attributes_lines", "n_attributes", "answer"},
    lists=frozenset({"history"}),
    flags=frozenset({"categories", "creators"}),
    windows=_windows,
    firsts=_firsts,
    draw=_draw,
    context=_context,
    wrong=_wrong,
    least_events=lambda options: 1,
)
