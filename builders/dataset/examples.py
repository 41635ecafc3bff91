"""Users -> cases -> examples, in batches: reading and drawing together takes a fraction of the
time."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import cachetools

from itdr.builders.core import gc_pause, rng
from itdr.builders.dataset import formats
from itdr.builders.dataset.formats import Texts
from itdr.builders.dataset.open_cells import open_cell
from itdr.builders.dataset.plan import CellSample, SplitPlan
from itdr.builders.dataset.rows import Columns, Example, Row, row, row_hash
from itdr.builders.dataset.shards import (
    Shard,
    ShardedStream,
    UserRequest,
    expected,
    interleave,
    requested_users,
)
from itdr.builders.rendering import lists, templates
from itdr.builders.sampling.case import Case
from itdr.builders.sampling.splits import SPLITS
from itdr.builders.tasks.base import OpenCell

if TYPE_CHECKING:
    import pyarrow as pa


Drawn = list[tuple[int, int, int, Case]]
"""Cases, each with the place of its shard, the code of its user and the index of its window."""
FIRST_BATCH, GROWTH, BATCH = 8, 4, 256
"""Users whose cases are drawn together: at the beginning of a stream, how much that grows, and at most; also
windows of one user."""
FILE_BATCH, FILE_CASES, FILE_CANDIDATES = 1024, 4096, 1 << 14
"""Cases drawn together for a file: at most; of all cells, which wait for one another; and times their candidates."""
TEXTS = 3
"""Random numbers to an example, to choose its prompt, description and answer."""
_read: cachetools.LRUCache[tuple[str, ...], templates.Templates] = cachetools.LRUCache(maxsize=64)


class _Sizes(NamedTuple):
    """How many users' cases are drawn together, in the first batch and at most, and how many windows of one user."""

    first: int
    most: int
    windows: int


@dataclass(frozen=True)
class Wording:
    """What rows look like: the template choice, descriptions or none, the format's key."""

    choice: Any
    descriptions: bool
    format: str


def shard_rows(plan: SplitPlan, shard: Shard, wording: Wording) -> Iterator[Row]:
    """The rows of one shard."""
    return next(rows_by_shard(plan, [shard], wording))


def rows_by_shard(
    plan: SplitPlan, shards: Sequence[Shard], wording: Wording
) -> Iterator[Iterator[Row]]:
    """The rows of each of several shards, which are drawn together: a shard may have few.

    Yields:
        The rows of a shard; all of them must have been taken before the next shard is asked for.
    """
    sizes = [_Sizes(FIRST_BATCH, BATCH, BATCH)] * len(plan.chosen)
    return (map(row, examples) for examples in _by_shard(plan, shards, wording, sizes))


def shard_tables(
    plan: SplitPlan, shards: Sequence[Shard], wording: Wording, schema: pa.Schema, size: int
) -> Iterator[pa.Table]:
    """The rows of several shards one after the other, in tables of `size` rows; the last may be
    shorter."""
    sizes = [_of_file(sample, len(plan.chosen)) for sample in plan.chosen]
    examples = itertools.chain.from_iterable(_by_shard(plan, shards, wording, sizes))
    columns = Columns(schema)
    while table := _next_table(columns, examples, size):
        yield table


def _of_file(sample: CellSample, cells: int) -> _Sizes:
    """The batches of one of so many cells of a file: large ones, which share what numpy takes to begin with."""
    candidates = sample.cell.options.get("candidates") or 1
    size = max(BATCH, min(FILE_BATCH, FILE_CASES // cells, FILE_CANDIDATES // candidates))
    users = size if sample.per_user == 1 else BATCH
    return _Sizes(users, users, size)


def _next_table(columns: Columns, examples: Iterator[Example], size: int) -> pa.Table | None:
    """The next `size` examples, or all that are left; None where none are."""
    with gc_pause.gc_paused():
        while block := list(itertools.islice(examples, min(BATCH, size - len(columns)))):
            columns.extend(block)
        return columns.table() if len(columns) else None


def _by_shard(
    plan: SplitPlan, shards: Sequence[Shard], wording: Wording, sizes: Sequence[_Sizes]
) -> Iterator[Iterator[Example]]:
    """The examples of each of some shards. sizes: of each cell's batches."""
    samples = zip(plan.chosen, sizes, strict=True)
    streams = [ShardedStream(_of_cell(sample, shards, wording, of)) for sample, of in samples]
    by_cell = [expected(sample, shards) for sample in plan.chosen]
    for place, counts in enumerate(zip(*by_cell, strict=True)):
        yield interleave([stream.of(place) for stream in streams], counts)


def _of_cell(
    chosen: CellSample, shards: Sequence[Shard], wording: Wording, sizes: _Sizes
) -> Iterator[tuple[int, Example]]:
    """The examples of one cell, each with the position of its shard."""
    cell = open_cell(chosen.cell, chosen.paths).for_part(chosen.part)
    write = _writer(cell, SPLITS[chosen.part], wording)
    batches = _batches(chosen, cell, shards, sizes)
    while True:
        with gc_pause.gc_paused():
            batch = next(batches, None)
            if batch is None:
                return
        while batch:
            with gc_pause.gc_paused():
                places, subjects, indexes, cases = zip(*batch[:BATCH], strict=True)
                # Whatever is done with is let go: the garbage collector walks through all that is alive.
                del batch[:BATCH]
                states = cell.rng_states(subjects, "template", indexes)
                numbers = rng.numbers(states, TEXTS).tolist()
                examples = list(map(write, cases, subjects, indexes, numbers))
                del cases
            yield from zip(places, examples, strict=True)


def _batches(
    chosen: CellSample, opened: OpenCell, shards: Sequence[Shard], sizes: _Sizes
) -> Iterator[Drawn]:
    """The cases of a split's users in some shards, in batches, which the taker may empty. A process that draws whole
    splits comes to the later ones as well: where the last batch has room, theirs are drawn with it and kept."""
    users = requested_users(chosen, opened, shards)
    if sizes.first < sizes.most or len(shards) < shards[0].of:
        yield from _cases(opened, users, sizes)
        return
    key = tuple(shards)
    ahead = chosen.ahead.pop(key, [])
    if ahead:
        yield list(itertools.chain.from_iterable(ahead))
    later = (
        (queue, who)
        for sample in _later(chosen)
        for queue in [sample.ahead.setdefault(key, [])]
        for who in itertools.islice(requested_users(sample, opened, shards), len(queue), None)
    )
    yield from _cases(opened, itertools.islice(users, len(ahead), None), sizes, later)


def _later(chosen: CellSample) -> Iterator[CellSample]:
    """What the splits after this one take of its cell."""
    while chosen.later is not None:
        chosen = chosen.later
        yield chosen


def _cases(
    opened: OpenCell,
    users: Iterator[UserRequest],
    sizes: _Sizes,
    later: Iterable[tuple[list[Drawn], UserRequest]] = (),
) -> Iterator[Drawn]:
    """The cases of these users in order, as many of each as requested (None: all), in batches; the
    first batch is small where the first row should come at once. later: further users, with whose cases the last batch
    is filled up, each with where to keep them."""
    size, most, windows = sizes
    while block := list(itertools.islice(users, size)):
        others = list(itertools.islice(later, size - len(block)))
        size = min(GROWTH * size, most)
        draws = _drawn_together(opened, block + [who for _, who in others])
        batch: Drawn = []
        for who, rest, cases in itertools.islice(draws, len(block)):
            batch += cases
            if rest is not None:
                if batch:
                    yield batch
                yield from _more(opened, who, rest, windows)
                batch = []
        for (queue, _), (_, rest, cases) in zip(others, draws, strict=True):
            if rest is not None:
                break
            queue.append(cases)
        del draws, others
        if batch:
            yield batch


def _drawn_together(
    opened: OpenCell, block: list[UserRequest]
) -> Iterator[tuple[UserRequest, Iterator[Any] | None, Drawn]]:
    """The cases of some users, drawn at once; where a user may have more, also the request for the rest and
    the windows that are left. Windows are let go when all are told: the fewer objects are alive while rows
    are taken, the less Python's garbage collector walks through."""
    task = opened.cell.task
    firsts = list(zip(block, _firsts(opened, block), strict=True))
    opened.expect([who.user for who, window in firsts if window is None])
    streams = [(who, _windows(opened, who.user, window)) for who, window in firsts]
    # Almost every window yields a case, so start with exactly as many as are requested.
    tried = [list(itertools.islice(stream, _at_once(who.most, BATCH))) for who, stream in streams]
    cases = iter(task.draw(opened, [window for windows in tried for window in windows]))
    for (who, stream), windows in zip(streams, tried, strict=True):
        batch = _made(who, windows, cases)
        left = None if who.most is None else who.most - len(batch)
        if left != 0 and len(windows) == _at_once(who.most, BATCH):
            yield who._replace(most=left), stream, batch
        else:
            yield who, None, batch


def _firsts(opened: OpenCell, block: list[UserRequest]) -> Sequence[Any]:
    """The first window of each user, where it is found at once; not looked up for users with
    several cases, whose windows are found together."""
    task = opened.cell.task
    if task.firsts is None or any(who.most != 1 for who in block):
        return [None] * len(block)
    return task.firsts(opened, [who.user for who in block])


def _windows(opened: OpenCell, user: int, first: Any) -> Iterator[Any]:
    """The windows of a user. first: the first of them, if it is already known."""
    if first is not None:
        yield first
    windows = opened.cell.task.windows(opened, user)
    yield from itertools.islice(windows, int(first is not None), None)


def _more(opened: OpenCell, who: UserRequest, found: Iterator[Any], size: int) -> Iterator[Drawn]:
    """Further cases of one user, from as many windows as it takes, `size` at a time."""
    left = who.most
    while left != 0 and (windows := list(itertools.islice(found, _at_once(left, size)))):
        batch = _made(who, windows, iter(opened.cell.task.draw(opened, windows)))
        left = None if left is None else left - len(batch)
        if batch:
            yield batch


def _made(who: UserRequest, windows: list[Any], cases: Iterator[Case | None]) -> Drawn:
    """The windows that yielded a case; takes one of `cases` for each."""
    pairs = zip(windows, cases, strict=False)
    return [(who.shard, who.user, one.index, case) for one, case in pairs if case is not None]


def _at_once(most: int | None, size: int) -> int:
    return size if most is None else min(most, size)


def _writer(opened: OpenCell, part: str, wording: Wording) -> Callable[..., Example]:
    """A function (case, code, index, numbers) -> example for this cell, whose texts are looked up
    once. numbers: random numbers that choose among the texts."""
    cell = opened.cell
    task, source = cell.task, cell.source
    texts = _texts(opened, wording.choice)
    form = formats.get(wording.format)
    about = {"root_task": task.root, "task": task.id, "source": source.id}
    about["domain"] = cell.shown_domain
    name = cell.name

    def write(case: Case, code: int, index: int, numbers: list[int]) -> Example:
        in_lines = lists.need_lines(case.titles)
        picked = texts.pick(part, case.flags, numbers, in_lines)
        instruction, question, answer = picked.render(task.context(opened, case, picked.needed))
        if not wording.descriptions:
            instruction = ""
        wrong = _wrong(opened, case, code, index, form.wrong) if form.wrong != 0 else ()
        text = form.wrap(Texts(instruction, question, answer, wrong))
        digest = row_hash(case, (instruction, question, answer))
        return Example(f"{name}/{case.key}", digest, text, about, picked.prompt.id, case)

    return write


def _texts(opened: OpenCell, choice: Any) -> templates.Templates:
    """A task's templates with the domain's words: read once in a process for what a user's folder
    holds."""
    task = opened.cell.task
    words = repr(opened.words)
    key = (task.id, words, opened.cell.language, str(choice), templates.fingerprint(choice))
    if key not in _read:
        texts = templates.load(
            task.id, task.variables, task.flags, choice, opened.cell.language, task.lists
        )
        _read[key] = texts.with_words(opened.words)
    return _read[key]


TRIES = 64
"""Draws before giving up on distinct wrong answers."""


def _wrong(
    opened: OpenCell, case: Case, code: int, index: int, count: int | None
) -> tuple[str | None, ...]:
    """Distinct wrong answers to a case, None where there are fewer. A count of None gives one wrong
    answer to half of the cases and none to the others."""
    draw = opened.draws(code, "wrong", index)
    wrong = opened.cell.task.wrong
    if count is None:
        return (wrong(opened, case, draw),) if opened.draws(code, "label", index).below(2) else ()
    answers = {wrong(opened, case, draw): None}
    for _ in range(TRIES if count > 1 else 0):
        if len(answers) == count:
            break
        answers.setdefault(wrong(opened, case, draw))
    return (*answers, *[None] * (count - len(answers)))
