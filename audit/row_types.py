"""Each column of a row has its declared type; other rows are not checked further."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any

from itdr.audit.result import Result
from itdr.builders.dataset import registry
from itdr.builders.dataset.formats import schema
from itdr.builders.dataset.options import ALL

Row = Mapping[str, Any]
REQUIRED = (
    "id",
    "task",
    "source",
    "domain",
    "template",
    "item_id",
    "title",
    "name",
    "value",
    "fact",
)
"""Columns, and fields of lists, that are never null; only the column `item_id` may be."""
_KINDS = {"string": (str,), "int64": (int,), "bool": (bool,)}


class Types:
    """The check. `see` says whether the row can be read."""

    def __init__(self) -> None:
        self.result = Result("types", "every column has its declared type")

    def see(self, row: Row) -> bool:
        self.result.checked += 1
        wrong = next(_wrong(row), None) or _cell(row["task"], row["source"])
        if wrong:
            self.result.fault(row.get("id"), wrong)
        return wrong is None


@functools.cache
def _columns() -> dict[str, Any]:
    # `row_hash` is younger than other columns.
    texts = {"instruction", "input", "output", "row_hash"}
    return {name: kind for name, kind in schema().items() if name not in texts}


@functools.lru_cache(maxsize=1024)
def _cell(task: str, source: str) -> str | None:
    """What is wrong with a subtask on a source, or None."""
    if task not in registry.task_ids():
        return f"there is no subtask {task!r}"
    cells = registry.cells(task, ALL, named=[source] if registry.is_known(source) else ())
    return None if (task, source) in cells else f"{task} is not made from a source {source!r}"


def _wrong(row: Row) -> Iterator[str]:
    for name, kind in _columns().items():
        value = row.get(name)
        if not isinstance(kind, list):
            required = name in REQUIRED and name != "item_id"
            yield from _of_value(name, value, kind, required)
        elif not isinstance(value, (list, tuple)):
            yield f"{name} is no list"
        else:
            for k, one in enumerate(value):
                yield from _of_entry(f"{name}[{k}]", one, kind[0])


def _of_entry(where: str, entry: Any, kind: Any) -> Iterator[str]:
    if not isinstance(kind, dict):
        yield from _of_value(where, entry, kind, True)
    elif not isinstance(entry, Mapping):
        yield f"{where} is no entry with fields"
    else:
        for name, one in kind.items():
            yield from _of_value(f"{where}.{name}", entry.get(name), one, name in REQUIRED)


def _of_value(where: str, value: Any, kind: Any, required: bool) -> Iterator[str]:
    if value is None:
        if required:
            yield f"{where} is null"
    elif not isinstance(value, _KINDS.get(kind.dtype, (int, float))):
        yield f"{where} is {type(value).__name__}, not {kind.dtype}"
