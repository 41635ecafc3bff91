"""Consistency of a row's columns: id, user, source, domain and hash agree, no column is filled that
the subtask does not have, times are possible, and the item asked about is not shown."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from itdr.audit.result import Result, RowCheck
from itdr.builders.core.rng import stable_hash
from itdr.builders.dataset import registry
from itdr.builders.dataset.formats import texts_of
from itdr.builders.dataset.rows import row_hash_of_columns
from itdr.scoring.metrics.per_task import (
    ATTRIBUTE_TASK,
    CHOICE_TASK,
    LIKE_TASK,
    PAIR_TASK,
    RANKING_TASKS,
    RATING_TASK,
    TEXT_TASKS,
    is_open,
)

Row = Mapping[str, Any]
CHOSEN = ("history", "candidates", "relevant")
FILLED: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys((*RANKING_TASKS, CHOICE_TASK, PAIR_TASK), CHOSEN),
    **dict.fromkeys((RATING_TASK, LIKE_TASK), ("history", "item_id", "rating")),
    ATTRIBUTE_TASK: ("history", "attributes"),
    "interest_recognition": ("history", "evidence"),
    "target_user_identification": ("item_id", "evidence"),
}
"""Subtask -> the columns that its rows fill, besides those of every row."""
COLUMNS = ("item_id", "history", "candidates", "relevant", "rating", "attributes", "evidence")
LATEST = 4_102_444_800
"""The beginning of 2100, in seconds: later times are in another unit."""
ENOUGH_ROWS, NEARLY_ALL = 20, 0.95
"""How many rows a cell must have, and what share of them must agree, before the others count as faults."""


class ColumnsAgree(RowCheck):
    """The check. tasks: the subtasks that there are in this data set; None for any.   repeats: whether a
    history may show an item twice, at other times."""

    def __init__(self, tasks: Collection[str] | None = None, repeats: bool = True) -> None:
        self.result = Result(
            "columns", "the columns of a row agree, and those that do not apply are empty"
        )
        self._tasks = tasks
        self._may_repeat = repeats
        # Item -> title -> how many rows give it, and the first of them.
        self._titles: dict[int, dict[str, tuple[int, str]]] = {}

    def see(self, split: str, row: Row) -> None:
        self.result.checked += 1
        if self._tasks is not None and row["task"] not in self._tasks:
            self.result.fault(row["id"], f"{row['task']} is none of the subtasks built here")
        if row["task"] not in FILLED:
            self.result.leave_out(f"{row['task']}, as to which columns are filled")
        for what in (*_at_odds(row), *_filled(row), *_shown(row, self._may_repeat)):
            self.result.fault(row["id"], what)
        for one in (*row["history"], *row["candidates"]):
            # Two domains may use one id.
            key = stable_hash(row["source"], row["domain"], one["item_id"])
            count, first = self._titles.setdefault(key, {}).get(one["title"], (0, str(row["id"])))
            self._titles[key][one["title"]] = count + 1, first

    def end(self) -> Result:
        """Items that have a different title in a few rows than in most."""
        for titles in self._titles.values():
            usual = max(titles, key=lambda title: titles[title][0])
            for title, (count, first) in titles.items():
                if title != usual:
                    what = f"{title!r} stands for what is {usual!r} in most rows"
                    self.result.fault(first, what + f" (so in {count} rows)" * (count > 1))
        return self.result


def _at_odds(row: Row) -> Iterator[str]:
    task, source = registry.task(row["task"]), registry.source(row["source"])
    if row["root_task"] != task.root:
        yield f"root_task is {row['root_task']}, that of {task.id} is {task.root}"
    start = f"{task.id}/{source.id}/"
    if not row["id"].startswith(start):
        yield f"the id does not begin with task and source, {start}"
        return
    key = row["id"][len(start) :]
    domain = row["domain"] or ""
    if key.startswith(f"{domain}/"):
        key = key[len(domain) + 1 :]
    elif domain != source.domain:
        yield f"the id does not name the domain {domain}"
        return
    subject = row[f"{task.about}_id"]
    if subject is None:
        yield f"there is no {task.about}_id"
    elif key != subject and not key.startswith(f"{subject}/"):
        yield f"the id does not name the {task.about} {subject}"
    if task.about == "item" and row["user_id"] is not None:
        yield "user_id is filled, which the subtask does not have"


def _filled(row: Row) -> Iterator[str]:
    expected = FILLED.get(row["task"])
    if expected is None:
        return
    if is_open(row):
        expected = ("history", "relevant")
    for name in COLUMNS:
        empty = row[name] is None or row[name] == []
        if empty and name in expected:
            yield f"{name} is empty"
        elif not empty and name not in expected:
            yield f"{name} is filled, which the subtask does not have"


def _shown(row: Row, may_repeat: bool) -> Iterator[str]:
    items = [one["item_id"] for one in row["history"]]
    repeated = row["task"] in TEXT_TASKS or row["task"] == ATTRIBUTE_TASK
    twice = [item for item, count in Counter(_with_domains(row, items)).items() if count > 1]
    if twice and (repeated or not (may_repeat and _repeats(row))):
        yield f"{twice[0][1]} stands twice in the history"
    if row["task"] in (RATING_TASK, LIKE_TASK) and row["item_id"] in items:
        yield "the item asked about stands in the history"
    for one in row["history"]:
        if one["timestamp"] is not None and not 0 <= one["timestamp"] < LATEST:
            yield f"the time {one['timestamp']} is none in UTC seconds"
            break


def _with_domains(row: Row, items: list[str]) -> list[tuple[bool, str]]:
    """The items, each with its half of the history if that spans two domains."""
    half = len(items) // 2 if ">" in (row["domain"] or "") else 0
    return [(place < half, item) for place, item in enumerate(items)]


def _repeats(row: Row) -> bool:
    """Whether a history may show an item twice: with the option `repeats=keep`, at other times."""
    times = Counter((one["item_id"], one["timestamp"]) for one in row["history"])
    return all(count == 1 for count in times.values()) and all(
        one["timestamp"] is not None for one in row["history"]
    )


class Hashes(RowCheck):
    """The hash of a row is that of its texts and columns."""

    def __init__(self) -> None:
        self.result = Result("hash", "row_hash matches the texts and columns")

    def see(self, split: str, row: Row) -> None:
        if row.get("row_hash") is None:
            return
        texts = texts_of(row)
        if not texts.answer or None in (texts.instruction, texts.question):
            return
        self.result.checked += 1
        possible = [(texts.instruction, texts.question)]
        if not texts.instruction:
            # Some formats put the description before the question.
            parts = texts.question.split("\n\n")
            possible += [
                ("\n\n".join(parts[:k]), "\n\n".join(parts[k:])) for k in range(1, len(parts))
            ]
        if all(
            row_hash_of_columns(row, (*one, texts.answer)) != row["row_hash"] for one in possible
        ):
            self.result.fault(row["id"], f"{row['row_hash']} is not the hash of this row")


class Alike(RowCheck):
    """What nearly all rows of a cell have in common: a description, times, the number of items."""

    def __init__(self) -> None:
        self.result = Result(
            "alike", "what nearly all rows of a cell have in common, all of them have"
        )
        self._cells: dict[str, dict[str, dict[Any, list[str]]]] = defaultdict(
            lambda: defaultdict(lambda: defaultdict(list))
        )
        self._counts: dict[str, Counter[tuple[str, Any]]] = defaultdict(Counter)

    def see(self, split: str, row: Row) -> None:
        self.result.checked += 1
        cell = f"{row['task']}/{row['source']}/{row['domain']}"
        for name, value in _habits(row):
            self._counts[cell][name, value] += 1
            ids = self._cells[cell][name][value]
            if len(ids) < ENOUGH_ROWS:
                ids.append(row["id"])

    def end(self) -> Result:
        for cell, habits in self._cells.items():
            for name, by_value in habits.items():
                counts = {value: self._counts[cell][name, value] for value in by_value}
                usual, most = max(counts.items(), key=lambda one: one[1])
                rows = sum(counts.values())
                if rows < ENOUGH_ROWS or most == rows or most < NEARLY_ALL * rows:
                    continue
                for value, ids in by_value.items():
                    for row_id in ids if value != usual else ():
                        self.result.fault(
                            row_id,
                            f"{name} {_said(value)}, {most:,} of {rows:,} rows {_said(usual)}",
                        )
        return self.result


def _habits(row: Row) -> Iterator[tuple[str, Any]]:
    texts = texts_of(row)
    yield "description:", bool((texts.instruction or "").strip())
    if row["candidates"]:
        yield "candidates:", len(row["candidates"])
        yield "true items:", len(row["relevant"])
    if row["history"]:
        yield "times:", any(one["timestamp"] is not None for one in row["history"])


def _said(value: Any) -> str:
    return {True: "there", False: "missing"}[value] if isinstance(value, bool) else str(value)
