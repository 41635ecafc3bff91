"""Cases -> examples: the shards of a split, drawn in turn and evenly mixed over its cells."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from itdr.builders import garbage, hashing
from itdr.builders.cases import Case
from itdr.builders.opened import open_cell
from itdr.builders.parts import PARTS
from itdr.builders.plan import Chosen, SplitPlan, sample_begin
from itdr.builders.rows import Columns, Example, Row, row
from itdr.builders.tasks._task import OpenCell, Task
from itdr.builders.wording import templates

if TYPE_CHECKING:
    import pyarrow as pa

Drawn = list[tuple[int, int, Case]]
"""Cases, each with the code of its user (or item) and the index of its window."""
FIRST_BATCH, BATCH = 8, 64
"""Users whose cases are drawn together, at a stream's beginning and then; and windows of one user."""
TEXTS = 3
"""Random numbers to an example, to choose its prompt, description and answer."""
KEPT_TEXTS = 64
_read: dict[tuple[str, ...], templates.Templates] = {}


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
    """The rows of one shard."""
    return map(row, _examples(plan, shard, wording, FIRST_BATCH))


def shard_tables(
    plan: SplitPlan, shards: Iterable[Shard], wording: Wording, schema: pa.Schema, size: int
) -> Iterator[pa.Table]:
    """The rows of several shards one after the other, in tables of `size` rows; the last may be
    shorter."""
    drawn = (_examples(plan, shard, wording, BATCH) for shard in shards)
    examples = itertools.chain.from_iterable(drawn)
    columns = Columns(schema)
    while block := list(itertools.islice(examples, min(BATCH, size - len(columns)))):
        columns.extend(block)
        if len(columns) == size:
            yield columns.table()
    if len(columns):
        yield columns.table()


def _examples(plan: SplitPlan, shard: Shard, wording: Wording, first: int) -> Iterator[Example]:
    """The examples of one shard. Every shard holds a consecutive run of each cell's sample, which is
    in random order already, and takes from the cells in turn, in proportion. first: users in the
    first batch of each cell."""
    queue: list[tuple[float, int, int, int, Iterator[Example]]] = []
    for place, chosen in enumerate(plan.chosen):
        examples, expected = _cell_examples(chosen, shard, wording, first)
        if expected:
            heapq.heappush(queue, (0.5 / expected, place, 1, expected, examples))
    if len(queue) == 1:
        yield from queue[0][-1]
        return
    while queue:
        _, place, count, expected, examples = heapq.heappop(queue)
        example = next(examples, None)
        if example is not None:
            yield example
            entry = ((count + 0.5) / expected, place, count + 1, expected, examples)
            heapq.heappush(queue, entry)


def _cell_examples(
    chosen: Chosen, shard: Shard, wording: Wording, first: int
) -> tuple[Iterator[Example], int]:
    """The examples of one cell in one shard, and about how many they are."""
    if chosen.users is None:
        expected = chosen.expected * (shard.index + 1) // shard.of
        expected -= chosen.expected * shard.index // shard.of
        users = _every_user(chosen, shard)
        return _draw_examples(chosen, users, wording, first), max(expected, 1)
    assert chosen.takes is not None
    # Equal shares of cases, not of users, who may give very different numbers.
    ends = chosen.takes.cumsum(dtype=np.int64)
    shares = chosen.expected * np.array([shard.index, shard.index + 1]) // shard.of
    start, stop = ends.searchsorted(shares, side="right").tolist()
    takes = chosen.takes[start:stop].tolist()
    some = zip(chosen.users[start:stop].tolist(), takes, strict=True)
    return _draw_examples(chosen, some, wording, first), sum(takes)


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


def _draw_examples(
    chosen: Chosen, users: Iterator[tuple[int, int | None]], wording: Wording, first: int
) -> Iterator[Example]:
    opened = _open(chosen)
    write = _writer(opened, PARTS[chosen.part], wording)
    batches = _cases(opened, users, first)
    while True:
        with garbage.put_off():
            drawn = next(batches, None)
            if drawn is None:
                return
            subjects, indexes, cases = zip(*drawn, strict=True)
            numbers = hashing.numbers(opened.states(subjects, "template", indexes), TEXTS).tolist()
            written = list(map(write, cases, subjects, indexes, numbers))
        yield from written


def _cases(
    opened: OpenCell, users: Iterator[tuple[int, int | None]], first: int
) -> Iterator[Drawn]:
    """The cases of these users in order, of each as many as it is to give (None: all), in batches:
    a small one first, where the first row is to be there at once."""
    task = opened.cell.task
    size = first
    while block := list(itertools.islice(users, size)):
        size = BATCH
        opened.expect([user for user, _ in block])
        streams = [
            (user, most, _windows(opened, user, window))
            for (user, most), window in zip(block, _firsts(opened, block), strict=True)
        ]
        # Nearly every window makes a case: as many are drawn at first as cases are asked for.
        tried = [list(itertools.islice(found, _at_once(most))) for _, most, found in streams]
        cases = iter(task.cases(opened, [window for windows in tried for window in windows]))
        batch: Drawn = []
        for (user, most, found), windows in zip(streams, tried, strict=True):
            made = _made(user, windows, cases)
            batch += made
            left = None if most is None else most - len(made)
            if left != 0 and len(windows) == _at_once(most):
                if batch:
                    yield batch
                yield from _more(opened, user, left, found)
                batch = []
        if batch:
            yield batch


def _firsts(opened: OpenCell, block: list[tuple[int, int | None]]) -> Sequence[Any]:
    """The first window of each user where it is found at once; it is not looked for where users
    give several, which are found together."""
    task = opened.cell.task
    if task.firsts is None or any(most != 1 for _, most in block):
        return [None] * len(block)
    return task.firsts(opened, [user for user, _ in block])


def _windows(opened: OpenCell, user: int, first: Any) -> Iterator[Any]:
    """The windows of a user; first: the first of them, where it is known already."""
    if first is not None:
        yield first
    found = opened.cell.task.windows(opened, user)
    yield from itertools.islice(found, int(first is not None), None)


def _more(opened: OpenCell, user: int, left: int | None, found: Iterator[Any]) -> Iterator[Drawn]:
    """Further cases of one user, up to `left` of them."""
    while left != 0 and (windows := list(itertools.islice(found, _at_once(left)))):
        made = _made(user, windows, iter(opened.cell.task.cases(opened, windows)))
        if made:
            yield made
        left = None if left is None else left - len(made)


def _made(user: int, windows: list[Any], cases: Iterator[Case | None]) -> Drawn:
    """The windows that made a case; takes one of `cases` for each."""
    pairs = zip(windows, cases, strict=False)
    return [(user, window.index, case) for window, case in pairs if case is not None]


def _at_once(most: int | None) -> int:
    return BATCH if most is None else min(most, BATCH)


def _writer(opened: OpenCell, part: str, wording: Wording) -> Callable[..., Example]:
    """A function (case, code, index, numbers) -> example for this cell: the texts it may use are looked
    up once. numbers: random ones that choose among the texts."""
    cell = opened.cell
    task, source = cell.task, cell.source
    texts = _texts(task, source.words, wording.choice)
    about = {"root_task": task.root, "task": task.id, "source": source.id}
    about["domain"] = cell.shown_domain
    name = cell.name

    def write(case: Case, code: int, index: int, numbers: list[int]) -> Example:
        picked = texts.pick(part, case.flags, numbers)
        instruction, question, answer = picked.render(task.context(opened, case, picked.needed))
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
        return Example(f"{name}/{case.key}", text, about, picked.prompt.id, case)

    return write


def _texts(task: Task, words: str, choice: Any) -> templates.Templates:
    """A task's templates with a domain's words: read once in a process for what a user's folder
    holds."""
    key = (task.id, words, str(choice), templates.fingerprint(choice))
    if key not in _read:
        if len(_read) >= KEPT_TEXTS:
            _read.clear()
        folder = templates.folder_of(choice)
        found = templates.load(task.id, task.variables, task.flags, choice)
        _read[key] = found.with_words(templates.load_words(words, folder))
    return _read[key]


def messages(instruction: str, question: str, answer: str) -> list[dict[str, str]]:
    """The triple as a conversation: system (where there is a description), user, assistant."""
    system = [{"role": "system", "content": instruction}] if instruction else []
    return [
        *system,
        {"role": "user", "content": question},
        {"role": "assistant", "content": answer},
    ]
