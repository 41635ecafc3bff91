"""Cases -> rows: the shards of a split, drawn one row at a time and evenly mixed over its cells."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from itdr.builders.cases import Case
from itdr.builders.opened import open_cell
from itdr.builders.parts import PARTS
from itdr.builders.plan import Chosen, SplitPlan, sample_begin
from itdr.builders.tasks._task import OpenCell
from itdr.builders.wording import templates

Row = dict[str, Any]


@dataclass(frozen=True)
class Shard:
    """One of `of` equal shares of a split."""

    index: int
    of: int


@dataclass(frozen=True)
class Wording:
    """What rows look like: the template choice, descriptions or none, the format."""

    choice: Any
    descriptions: bool
    format: str


def shard_rows(plan: SplitPlan, shard: Shard, wording: Wording) -> Iterator[Row]:
    """The rows of one shard. Every shard holds a consecutive run of each cell's sample, which is in
    random order already, and takes from the cells in turn, in proportion."""
    queue: list[tuple[float, int, int, int, Iterator[Row]]] = []
    for place, chosen in enumerate(plan.chosen):
        rows, expected = _cell_rows(chosen, shard, wording)
        if expected:
            heapq.heappush(queue, (0.5 / expected, place, 1, expected, rows))
    while queue:
        _, place, count, expected, rows = heapq.heappop(queue)
        row = next(rows, None)
        if row is not None:
            yield row
            entry = ((count + 0.5) / expected, place, count + 1, expected, rows)
            heapq.heappush(queue, entry)


def _cell_rows(chosen: Chosen, shard: Shard, wording: Wording) -> tuple[Iterator[Row], int]:
    """The rows of one cell in one shard, and about how many they are."""
    if chosen.users is None:
        expected = chosen.expected * (shard.index + 1) // shard.of
        expected -= chosen.expected * shard.index // shard.of
        return _draw_rows(chosen, _every_user(chosen, shard), wording), max(expected, 1)
    assert chosen.takes is not None
    n = len(chosen.users)
    start, stop = n * shard.index // shard.of, n * (shard.index + 1) // shard.of
    users, takes = chosen.users[start:stop].tolist(), chosen.takes[start:stop].tolist()
    return _draw_rows(chosen, iter(zip(users, takes, strict=True)), wording), sum(takes)


def _every_user(chosen: Chosen, shard: Shard) -> Iterator[tuple[int, int | None]]:
    """All users of the part in this shard's run of the store, each with all it gives."""
    opened = _open(chosen)
    hashes, _ = opened.subjects
    n = len(hashes)
    begin = sample_begin(opened)
    start, stop = n * shard.index // shard.of, n * (shard.index + 1) // shard.of
    for block in range(start, stop, 4096):
        codes = (np.arange(block, min(block + 4096, stop)) + begin) % n
        if not chosen.cuts:
            codes = codes[opened.parts(hashes[codes]) == chosen.part]
        for user in codes.tolist():
            yield user, chosen.per_user


def _open(chosen: Chosen) -> OpenCell:
    return open_cell(chosen.cell, chosen.paths, time_split=chosen.cuts is not None).for_part(
        chosen.part
    )


def _draw_rows(
    chosen: Chosen, users: Iterator[tuple[int, int | None]], wording: Wording
) -> Iterator[Row]:
    opened = _open(chosen)
    task = opened.cell.task
    write = _writer(opened, PARTS[chosen.part], wording)
    for user, most in users:
        count = 0
        for window in task.windows(opened, user):
            case = task.draw(opened, window)
            if case is None:
                continue
            yield write(case, user, window.index)
            count += 1
            if count == most:
                break


def _writer(opened: OpenCell, part: str, wording: Wording) -> Callable[[Case, int, int], Row]:
    """A function case -> row for this cell: the texts it may use are looked up once."""
    cell = opened.cell
    task, source = cell.task, cell.source
    folder = templates.folder_of(wording.choice)
    words = templates.load_words(source.words, folder)
    texts = templates.load(task.id, task.variables, task.flags, wording.choice)

    def write(case: Case, code: int, index: int) -> Row:
        picked = texts.pick(part, case.flags, opened.draws(code, "template", index).below)
        context = {**words, **task.context(opened, case, texts.needed)}
        instruction, question, answer = picked.render(context)
        if not wording.descriptions:
            instruction = ""
        if wording.format == "alpaca":
            text: Row = {"instruction": instruction, "input": question, "output": answer}
        elif wording.format == "messages":
            text = {"messages": messages(instruction, question, answer)}
        else:
            prompt = f"{instruction}\n\n{question}" if instruction else question
            wrong = task.wrong(opened, case, opened.draws(code, "wrong", index))
            text = {"prompt": prompt, "chosen": answer, "rejected": wrong}
        return {
            "id": f"{cell.name}/{case.key}",
            **text,
            "root_task": task.root,
            "task": task.id,
            "source": source.id,
            "domain": cell.shown_domain,
            "template": picked.prompt.id,
            **_facts(case),
        }

    return write


def messages(instruction: str, question: str, answer: str) -> list[dict[str, str]]:
    """The triple as a conversation: system (where there is a description), user, assistant."""
    system = [{"role": "system", "content": instruction}] if instruction else []
    return [
        *system,
        {"role": "user", "content": question},
        {"role": "assistant", "content": answer},
    ]


def _facts(case: Case) -> Row:
    return {
        "user_id": case.user,
        "item_id": case.item.id if case.item else None,
        "history": [
            {
                "item_id": shown.item.id,
                "title": shown.item.title,
                "rating": shown.rating,
                "timestamp": shown.time,
            }
            for shown in case.history
        ],
        "candidates": [{"item_id": item.id, "title": item.title} for item in case.candidates],
        "relevant": [item.id for item in case.relevant],
        "rating": case.rating,
        "attributes": [{"name": name, "value": value} for name, value in case.attributes],
        "evidence": [
            {"name": one.name, "value": one.value, "weight": one.weight} for one in case.evidence
        ],
    }
