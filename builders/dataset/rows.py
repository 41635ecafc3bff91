"""From examples to rows: a dictionary for a stream, columns of a table for a file.

A table is built from flat lists of plain values. Dictionaries for the events of a history are most
of what a row costs in Python to create, encode and collect; a file needs none of them.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from itdr.builders.core.rng import hash_texts
from itdr.builders.sampling.case import Case

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, Any]
LISTS = ("history", "candidates", "attributes", "evidence")
"""The columns that are lists of structs."""
EVIDENCE_FIELDS = ("fact", "value", "count", "of", "base", "quote")
Field = Callable[[Sequence[Any]], Iterable[Any]]
"""Takes one field of each of some entries."""
_PAIR: tuple[Field, ...] = tuple(functools.partial(map, itemgetter(k)) for k in range(2))
_EVIDENCE: tuple[Field, ...] = tuple(
    functools.partial(map, attrgetter(name)) for name in EVIDENCE_FIELDS
)


class Example(NamedTuple):
    """A case in words.

    Attributes:
        hash: see `row_hash`.
        texts: the columns of the row's format.
        about: root task, task, source and domain.
        template: id of the prompt.
    """

    id: str
    hash: str
    texts: Row
    about: dict[str, str]
    template: str
    case: Case


def row_hash(case: Case, texts: Sequence[str]) -> str:
    """Hash of what a row shows and holds to be true, the same in every format.

    A row's id names its source, subtask and user, so rows that differ in history, candidates or
    template share it; this hash tells them apart.

    Args:
        case: what the row is about.
        texts: description, question and answer.

    Returns:
        16 hexadecimal digits.
    """
    return _hash(
        texts,
        case.user,
        case.item.id if case.item else None,
        case.ids,
        case.rating,
        case.attributes,
    )


def row_hash_of_columns(row: Mapping[str, Any], texts: Sequence[str]) -> str:
    """The hash that the columns of a finished row give; see `row_hash`.

    Args:
        row: the row.
        texts: description, question and answer.

    Returns:
        16 hexadecimal digits.
    """
    item_lists = [[one["item_id"] for one in row[name]] for name in ("history", "candidates")]
    attributes = [(one["name"], one["value"]) for one in row["attributes"]]
    items = [*item_lists, row["relevant"]]
    return _hash(texts, row["user_id"], row["item_id"], items, row["rating"], attributes)


def _hash(
    texts: Sequence[str],
    user: str | None,
    item: str | None,
    items: Sequence[Sequence[str]],
    rating: float | None,
    attributes: Sequence[tuple[str, str]],
) -> str:
    history, candidates, relevant = items
    parts = [
        *texts,
        str(user),
        str(item),
        *history,
        "candidates",
        *candidates,
        "relevant",
        *relevant,
    ]
    # Stores and columns hold ratings in single precision: 3.8, however it is passed on.
    plain = None if rating is None else float(str(np.float32(rating)))
    parts += [str(plain), *itertools.chain.from_iterable(attributes)]
    return f"{hash_texts(parts):016x}"


def row(example: Example) -> Row:
    """The example as a row, its columns in the schema's order.

    Args:
        example: a drawn and worded example.

    Returns:
        Column values by name.
    """
    return {
        "id": example.id,
        "row_hash": example.hash,
        **example.texts,
        **example.about,
        "template": example.template,
        **facts(example.case),
    }


def facts(case: Case) -> Row:
    """The columns of a row that hold its case: all those after the template.

    Args:
        case: the case.

    Returns:
        Column values by name.
    """
    none = (None,) * len(case.history)
    history = zip(case.history, case.ratings or none, case.times or none, strict=True)
    return {
        "user_id": case.user,
        "item_id": case.item.id if case.item else None,
        "history": [
            {"item_id": item.id, "title": item.title, "rating": rating, "timestamp": time}
            for item, rating, time in history
        ],
        "candidates": [{"item_id": item.id, "title": item.title} for item in case.candidates],
        "relevant": [item.id for item in case.relevant],
        "rating": case.rating,
        "attributes": [{"name": name, "value": value} for name, value in case.attributes],
        "evidence": [
            {name: getattr(one, name) for name in EVIDENCE_FIELDS} for one in case.evidence
        ],
    }


class Columns:
    """Rows as columns, filled example by example. Lists of structs are kept flat, by field, with
    the place where each row's entries end."""

    def __init__(self, schema: pa.Schema) -> None:
        self.schema = schema
        self._clear()

    def _clear(self) -> None:
        self._plain: dict[str, list[Any]] = {}
        self._fields: dict[str, tuple[list[Any], ...]] = {}
        self._ends: dict[str, list[int]] = {}
        for field in self.schema:
            if field.name in LISTS:
                width = field.type.value_type.num_fields
                self._fields[field.name] = tuple([] for _ in range(width))
                self._ends[field.name] = [0]
            else:
                self._plain[field.name] = []

    def __len__(self) -> int:
        return len(self._plain["id"])

    def extend(self, examples: Sequence[Example]) -> None:
        """Add the rows of some examples.

        Keeps none of their cases: a thousand live cases would slow Python's garbage collector down.

        Args:
            examples: one or more examples of one format.
        """
        cases = [example.case for example in examples]
        plain = self._plain
        plain["id"] += [example.id for example in examples]
        plain["row_hash"] += [example.hash for example in examples]
        plain["template"] += [example.template for example in examples]
        for name in examples[0].texts:
            plain[name] += [example.texts[name] for example in examples]
        for name in examples[0].about:
            plain[name] += [example.about[name] for example in examples]
        plain["user_id"] += [case.user for case in cases]
        plain["item_id"] += [case.item.id if case.item else None for case in cases]
        plain["relevant"] += [case.ids[2] for case in cases]
        plain["rating"] += [case.rating for case in cases]
        for place, name in enumerate(("history", "candidates")):
            self._add(name, [case.ids[place] for case in cases], (iter,))
            titles = self._fields[name][1]
            for case in cases:
                titles += case.titles[place]
        ratings, times = self._fields["history"][2:]
        for case in cases:
            ratings += case.ratings or (None,) * len(case.history)
            times += case.times or (None,) * len(case.history)
        self._add("attributes", [case.attributes for case in cases], _PAIR)
        self._add("evidence", [case.evidence for case in cases], _EVIDENCE)

    def _add(
        self,
        name: str,
        lists: Sequence[Sequence[Any]],
        fields: Sequence[Field],
    ) -> None:
        """Add a list of entries for each row to one column: the first fields of its structs."""
        ends = self._ends[name]
        ends += list(itertools.accumulate(map(len, lists), initial=ends[-1]))[1:]
        entries = list(itertools.chain.from_iterable(lists))
        for column, field in zip(self._fields[name], fields, strict=False):
            column += field(entries)

    def table(self) -> pa.Table:
        """Take out the rows added so far.

        Returns:
            A table in the schema of the rows; the columns are empty afterwards.
        """
        import pyarrow as pa

        arrays = []
        for field in self.schema:
            if field.name in self._plain:
                arrays.append(pa.array(self._plain[field.name], field.type))
                continue
            struct = field.type.value_type
            columns = zip(self._fields[field.name], struct, strict=True)
            fields = [pa.array(values, one.type) for values, one in columns]
            values = pa.StructArray.from_arrays(fields, fields=list(struct))
            ends = pa.array(self._ends[field.name], pa.int32())
            arrays.append(pa.ListArray.from_arrays(ends, values, type=field.type))
        self._clear()
        return pa.table(arrays, schema=self.schema)
