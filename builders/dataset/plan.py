"""Config -> cells -> which users each split takes: everything decided before a row is drawn."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from itdr.builders.core import gc_pause
from itdr.builders.core.errors import ConfigError, EmptySplitError
from itdr.builders.core.messages import warn_once
from itdr.builders.core.schema import Source
from itdr.builders.dataset import registry
from itdr.builders.dataset.available_sources import facet_of
from itdr.builders.dataset.config import Options
from itdr.builders.dataset.open_cells import open_cell
from itdr.builders.dataset.options import ALL, PAPER
from itdr.builders.rendering.templates import folder_of
from itdr.builders.sampling.cuts import parse
from itdr.builders.sampling.negatives import EVENT, NEAR_IN_TIME, POPULARITY
from itdr.builders.sampling.splits import SPLITS, quota_by_part, select_order, shares
from itdr.builders.store import losses
from itdr.builders.store.layout import read_manifest
from itdr.builders.store.spec import StoreSpec
from itdr.builders.tasks.base import Cell, CellRule, OpenCell, Task

USUAL_QUOTA = 6250
"""Full size of a cell that the paper does not have: the paper's commonest quota."""
BLOCK = 65_536
RUN, LARGEST_RUN = 128, 1024
"""Users whose first windows are looked up together: at first, and later, where many are needed."""
SplitUsers = list[tuple[np.ndarray, np.ndarray]]
"""For each split: user codes, and how many cases each user yields."""


@dataclass(frozen=True)
class CellSample:
    """What one split takes of one cell.

    Attributes:
        paths: the stores it reads.
        users: their codes (those of items, where the task is about items) in the order of the
            sample; None: every user of the part, found while rows are drawn.
        takes: how many cases each gives.
        expected: cases in all (with `users` None: users), for an even mix.
        later: what the next split takes of the cell, where its cases may be drawn together with these.
        ahead: by shards, the cases of its first users, a list each, that were drawn with those of an earlier split.
    """

    cell: Cell
    paths: tuple[Path, ...]
    part: int
    cuts: tuple[int, int] | None
    per_user: int | None
    users: np.ndarray | None
    takes: np.ndarray | None
    expected: int
    later: CellSample | None = None
    ahead: dict[tuple[Any, ...], list[Any]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @functools.cached_property
    def ends(self) -> np.ndarray:
        """After each of `users`, how many cases there are so far."""
        assert self.takes is not None
        return self.takes.cumsum(dtype=np.int64)


@dataclass(frozen=True)
class SplitPlan:
    """One split of a config: its cells, in a fixed order."""

    config: str
    part: int
    chosen: tuple[CellSample, ...]


def cells_of(options: Options) -> list[Cell]:
    """The cells of a config, one for each task, source and domain.

    Args:
        options: checked options.

    Returns:
        Cells in the order of the registry.

    Raises:
        ConfigError: where a task needs two domains and they were not both chosen.
    """
    templates = folder_of(options.templates)
    cells = []
    language = options.language
    named = [name for name, _ in options.selected]
    every = registry.cells(options.config, options.cells, language, templates, named)
    for (task_id, source_id), quota in every.items():
        domains = dict(options.selected).get(source_id)
        if domains is None:
            continue
        task, source = registry.task(task_id), registry.source(source_id)
        rule = task.cells.get(source_id) or CellRule(quota or USUAL_QUOTA)
        values = _cell_options(options, task_id, source, rule)
        pairs = list(_domains(rule, domains))
        if not pairs and options.chosen_by_default:
            continue
        if not pairs:
            listed = "; ".join(f"{start} and {to}" for start, to in rule.pairs)
            raise ConfigError(
                f"{task_id} needs both domains of a pair of {source_id}: {listed}. "
                f"Chosen: {', '.join(domains)}."
            )
        for domain, other in pairs:
            cells.append(
                Cell(
                    task,
                    source,
                    domain,
                    other,
                    values,
                    options.seed,
                    rule,
                    templates,
                    language,
                    options.split_by or "user",
                    parse(options.cuts),
                    options.validation,
                )
            )
    return cells


def _cell_options(options: Options, task: str, source: Source, rule: CellRule) -> dict[str, Any]:
    """The options of a cell: those of its subtask, then of its rule, as far as the source's columns allow."""
    values = options.of(task)
    values |= {name: v for name, v in rule.options.items() if name not in options.own}
    if values.get("negatives") == EVENT and "interactions.timestamp" not in source.columns:
        values["negatives"] = POPULARITY
    if "order" in values and "order" not in options.own and not source.timed:
        values["order"] = "rating"
    return values


def _domains(rule: CellRule, chosen: tuple[str, ...]) -> Iterator[tuple[str | None, str | None]]:
    """(domain, other domain) of each cell: the pairs whose domains are both chosen, or each domain."""
    if rule.pairs:
        yield from ((to, start) for start, to in rule.pairs if {start, to} <= set(chosen))
    else:
        yield from ((domain, None) for domain in chosen or (None,))


def stores_of(options: Options, cells: Sequence[Cell]) -> dict[str, tuple[StoreSpec, ...]]:
    """The stores of each cell, by the cell's name; cells of one source share theirs.

    Args:
        options: checked options.
        cells: the cells of a config.

    Returns:
        The specs of each cell's stores, one per domain.
    """
    specs: dict[tuple[str, str | None, str], StoreSpec] = {}
    specs_by_cell = {}
    for cell in cells:
        facet = facet_of(cell.task, cell.source, cell.domain)
        for domain in cell.domains:
            key = (cell.source.id, domain, facet)
            if key not in specs:
                specs[key] = StoreSpec(cell.source, domain, facet, options.folder, options.sample)
        specs_by_cell[cell.name] = tuple(
            specs[cell.source.id, domain, facet] for domain in cell.domains
        )
    return specs_by_cell


def select(
    options: Options, cells: Sequence[Cell], paths: Mapping[str, tuple[Path, ...]]
) -> list[SplitPlan]:
    """Choose the users of every cell and split.

    Args:
        options: checked options.
        cells: the cells of a config.
        paths: folders of the stores, by the cell's name.

    Returns:
        A plan for each split, in the order of `SPLITS`.

    Raises:
        EmptySplitError: where a split has no case.
    """
    by_part: list[list[CellSample]] = [[] for _ in SPLITS]
    groups = []
    for _, group in itertools.groupby(cells, key=lambda cell: (cell.task.id, cell.source.id)):
        groups.append(list(_select_group(options, list(group), paths)))
        for sample in groups[-1]:
            by_part[sample.part].append(sample)
    plans = []
    for part, chosen_here in enumerate(by_part):
        if not any(sample.expected for sample in chosen_here):
            raise _empty_split(options, part, cells, paths)
        nonempty = tuple(sample for sample in chosen_here if sample.expected)
        plans.append(SplitPlan(options.config, part, nonempty))
    for samples in groups:
        _say_short(options, samples)
    return plans


def _select_group(
    options: Options, cells: list[Cell], paths: Mapping[str, tuple[Path, ...]]
) -> Iterator[CellSample]:
    """Choose the users of the domains of one (task, source) cell, which share its quota; what one
    lacks goes to the others."""
    quota = _quota(options, cells[0])
    cells = sorted(cells, key=lambda cell: cell.domain or "")
    open_cells = [_open(options, cell, paths[cell.name]) for cell in cells]
    if quota is None:
        for one in open_cells:
            for part in range(len(SPLITS)):
                yield _all_of(options, one, part, paths[one.cell.name])
        return
    amounts = quota_by_part(quota)
    weights = _weights(options, cells)
    caps = [shares(amount, weights) for amount in amounts]
    users = [_walk(options, one, [cap[k] for cap in caps]) for k, one in enumerate(open_cells)]
    if len(cells) > 1:
        users = _redistribute(options, open_cells, amounts, caps, users)
    samples = [
        _samples(options, one, paths[one.cell.name], of_parts)
        for one, of_parts in zip(open_cells, users, strict=True)
    ]
    yield from itertools.chain.from_iterable(zip(*samples, strict=True))


def _samples(
    options: Options, opened: OpenCell, paths: tuple[Path, ...], found: SplitUsers
) -> list[CellSample]:
    """What each split takes of a cell."""
    per_user = _per_user(options)
    samples: list[CellSample] = []
    for part in reversed(range(len(SPLITS))):
        users, takes = found[part]
        later = samples[0] if samples and per_user == 1 and opened.by_subject else None
        expected = int(takes.sum())
        of = (opened.cell, paths, part, opened.cuts, per_user, users, takes, expected, later)
        samples.insert(0, CellSample(*of))
    return samples


def _say_short(options: Options, samples: Sequence[CellSample]) -> None:
    """One line for a (task, source) cell that has fewer eligible cases than its quota."""
    cell = samples[0].cell
    quota = _quota(options, cell)
    unasked = options.size == PAPER and registry.is_own(cell.source.id)
    if quota is None or options.sample or unasked:
        return
    amounts = quota_by_part(quota)
    got = [sum(one.expected for one in samples if one.part == part) for part in range(len(SPLITS))]
    if got != amounts:
        counts = ", ".join(
            f"{count:,} of {most:,} for {name}"
            for count, most, name in zip(got, amounts, SPLITS, strict=True)
        )
        warn_once(
            f"itdr: {cell.task.id}/{cell.source.id}: fewer eligible cases than its quota: {counts}"
        )


def _quota(options: Options, cell: Cell) -> int | None:
    if options.size == ALL:
        return None
    return cell.rule.quota if options.size == PAPER else int(options.size)


def _weights(options: Options, cells: list[Cell]) -> list[int]:
    """Domains share equally; pairs of domains as in the paper, at the paper's size."""
    if options.size == PAPER and cells[0].rule.pairs:
        return [cell.rule.pairs[cell.other or "", cell.domain or ""] for cell in cells]
    return [1] * len(cells)


def _per_user(options: Options) -> int | None:
    return None if ALL in (options.per_user, options.target) else int(options.per_user)


def _open(options: Options, cell: Cell, paths: tuple[Path, ...]) -> OpenCell:
    opened = open_cell(cell, paths)
    if cell.options.get("negatives") in NEAR_IN_TIME:
        # Build each split's index here once, not in every process that draws rows.
        for part in reversed(range(len(SPLITS))):
            opened.for_part(part).event_negatives  # noqa: B018
    return opened


def _redistribute(
    options: Options,
    opened: list[OpenCell],
    wanted: list[int],
    caps: list[list[int]],
    found: list[SplitUsers],
) -> list[SplitUsers]:
    """Raise the caps of the domains that have more, until the quota is filled or all are short."""
    while True:
        changed = set()
        for part, amount in enumerate(wanted):
            got = [int(one[part][1].sum()) for one in found]
            rich = [k for k in range(len(found)) if got[k] == caps[part][k]]
            lack = amount - sum(got)
            if lack <= 0 or not rich:
                continue
            for k, more in zip(rich, shares(lack, [1] * len(rich)), strict=True):
                if more:
                    caps[part][k] += more
                    changed.add(k)
        if not changed:
            return found
        for k in changed:
            found[k] = _walk(options, opened[k], [cap[k] for cap in caps])


def _walk(options: Options, opened: OpenCell, caps: Sequence[int]) -> SplitUsers:
    """The first eligible users of each split in the sample's order, until each cap is filled. Where
    ties are avoided, users whose history has no clear order come last."""
    users: list[list[int]] = [[] for _ in SPLITS]
    takes: list[list[int]] = [[] for _ in SPLITS]
    left = list(caps)
    per_user = _per_user(options)
    look = per_user == 1
    avoid = opened.cell.options.get("ties") == "avoid"
    tied: list[tuple[int, int]] = []

    def take(user: int, part: int, count: int) -> None:
        if count:
            users[part].append(user)
            takes[part].append(count)
            left[part] -= count

    with gc_pause.gc_paused():
        for user, part, window in _candidates(opened, look, sum(caps)):
            if not left[part]:
                continue
            if window is not None and avoid and window.tied:
                tied.append((user, part))
                continue
            most = left[part] if per_user is None else min(per_user, left[part])
            take(
                user, part, _count_cases(opened.for_part(part), user, most) if window is None else 1
            )
            if not any(left):
                break
        for user, part in tied:
            if left[part]:
                take(user, part, 1)
    by_part = [
        (np.array(users[part], np.int32), np.array(takes[part], np.int32))
        for part in range(len(SPLITS))
    ]
    return (
        by_part if opened.cell.task.order is None else [_by_hash(opened, *one) for one in by_part]
    )


def _by_hash(
    opened: OpenCell, users: np.ndarray, takes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Users chosen in another order, put into the sample's order."""
    order = np.argsort((users - sample_begin(opened)) % max(len(opened.subjects[0]), 1))
    return users[order], takes[order]


def _candidates(opened: OpenCell, look: bool, wanted: int) -> Iterator[tuple[int, int, Any]]:
    """All users with enough events, in the sample's order: user, split, and a window that certainly
    yields a case (from `look`, for many users at once) or None."""
    least = opened.cell.task.least_events(opened.cell.options)
    hashes, numbers = opened.subjects
    order = opened.cell.task.order
    size = RUN
    for block in _sample_order(opened) if order is None else order(opened, wanted):
        block = block[numbers[block] >= least]
        while len(block):
            users, block = block[:size], block[size:]
            size = min(2 * size, LARGEST_RUN)
            opened.expect(users.tolist())
            every = range(len(SPLITS))
            if opened.by_subject:
                parts = opened.parts(hashes[users]).tolist()
                sure = _sure(opened, users) if look else [None] * len(users)
                yield from zip(users.tolist(), parts, sure, strict=True)
                continue
            sure_in = [_sure(opened.for_part(part), users) for part in every] if look else ()
            for k, user in enumerate(users.tolist()):
                for part in every:
                    yield user, part, sure_in[part][k] if look else None


def _sure(opened: OpenCell, users: np.ndarray) -> list[Any]:
    """Each user's first window, if it is found at once and certainly yields a case; else None."""
    task = opened.cell.task
    firsts = [None] * len(users) if task.firsts is None else task.firsts(opened, users.tolist())
    windows = [window for window in firsts if window is not None]
    enough = iter(opened.has_enough_negatives(windows) if windows else ())
    return [window if window is not None and next(enough) else None for window in firsts]


def _count_cases(opened: OpenCell, user: int, most: int | None) -> int:
    """How many cases the user yields, up to `most`."""
    count = 0
    for window in opened.cell.task.windows(opened, user):
        if (
            opened.has_enough_negatives([window])[0]
            or opened.cell.task.draw(opened, [window])[0] is not None
        ):
            count += 1
            if count == most:
                break
    return count


def _sample_order(opened: OpenCell) -> Iterator[np.ndarray]:
    """User codes in ascending order of their sampling hash, in blocks."""
    n = len(opened.subjects[0])
    begin = sample_begin(opened)
    for start in range(0, n, BLOCK):
        yield (np.arange(start, min(start + BLOCK, n)) + begin) % n


def sample_begin(opened: OpenCell) -> int:
    """The user code at which the cell's sample begins."""
    cell = opened.cell
    return select_order(opened.subjects[0], cell.seed, cell.source.random_id, cell.task.id)


def _all_of(options: Options, opened: OpenCell, part: int, paths: tuple[Path, ...]) -> CellSample:
    """Every case of a split, not listed beforehand; one is looked for, to know that there are any."""
    caps = [int(k == part) for k in range(len(SPLITS))]
    any_there = len(_walk(options, opened, caps)[part][0]) > 0
    expected = 0
    if any_there:
        hashes, _ = opened.subjects
        expected = len(hashes)
        if opened.by_subject:
            blocks = (hashes[k : k + BLOCK] for k in range(0, len(hashes), BLOCK))
            expected = sum(int(np.sum(opened.parts(block) == part)) for block in blocks)
    return CellSample(
        opened.cell, paths, part, opened.cuts, _per_user(options), None, None, expected
    )


def _empty_split(
    options: Options,
    part: int,
    cells: Sequence[Cell],
    paths: Mapping[str, tuple[Path, ...]],
) -> EmptySplitError:
    names = ", ".join(sorted({cell.name for cell in cells}))
    needs = "; ".join(
        f"{task.id} needs {_needed(options, task)}"
        for task in {cell.task.id: cell.task for cell in cells}.values()
    )
    stores = {path: cell.source.id for cell in cells for path in paths[cell.name]}
    unmatched = "".join(
        f"{source}: {sentence}. "
        for path, source in stores.items()
        for sentence in losses.unmatched(read_manifest(path), most=True)
    )
    empty = f"no case is eligible for the split {SPLITS[part]!r}"
    settings = [
        f"{name}={value!r}"
        for name in ("min_rating", "k_core", "min_user", "min_item", "cuts")
        if (value := getattr(options, name, None)) not in (None, 0, ())
    ]
    if settings:
        needs += f". {' and '.join(settings)} may leave too little"
    few = (
        "The files may hold too few interactions"
        if all(registry.is_own(cell.source.id) for cell in cells)
        else "The raw files may be too small a part of the benchmark"
    )
    return EmptySplitError(
        f"{options.config}: {empty} in {names}. {needs}. {unmatched}{few}; a shorter history, "
        "another seed, or more sources may help.",
        f"{empty}: {needs}",
    )


def _needed(options: Options, task: Task) -> str:
    """What a case of the task is made of."""
    if task.about == "item":
        return "items about which enough is known"
    least = task.least_events(options.of(task.id))
    return task.asks or f"users with {least} or more items that can be shown"
