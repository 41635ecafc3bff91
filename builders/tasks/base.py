"""What a subtask declares, and the open cell that its functions receive.

Each file of `builders/tasks/` declares one `TASK = Task(...)`; a source that fills the columns in
`needs` works with it without new code.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from itdr.builders.core.rng import HashRng, splitmix64, stable_hash
from itdr.builders.core.schema import Scale, Source
from itdr.builders.rendering.layout import Layout, load_layout
from itdr.builders.rendering.templates import ENGLISH, Words, words_of
from itdr.builders.sampling.case import Case
from itdr.builders.sampling.cold_items import ColdItems, item_splits
from itdr.builders.sampling.cuts import Cuts
from itdr.builders.sampling.event_negatives import EventNegatives
from itdr.builders.sampling.negatives import NEAR_IN_TIME, CandidatePool
from itdr.builders.sampling.partition import Partition
from itdr.builders.sampling.popularity import TrainStats
from itdr.builders.sampling.splits import SPLITS
from itdr.builders.sampling.windows import Window
from itdr.builders.store.reader import StoreReader
from itdr.builders.store.titles import broken_off


@dataclass(frozen=True)
class CellRule:
    """The paper's quota of one (task, source) cell, and its exceptions.

    Attributes:
        pairs: for a task across two domains, (from, to) with the paper's quota of each pair.
    """

    quota: int
    pairs: Mapping[tuple[str, str], int] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Task:
    """One subtask.

    Attributes:
        about: `user` or `item`: whose hash decides the split.
        cells: the paper's sources.
        needs: canonical columns, as `table.column`, without which a source cannot serve it.
        needs_any: columns of which a source must have at least one.
        defaults: the options that have a meaning here, with their default.
        variables, flags: what its templates may use.
        lists: what they may loop over.
        windows: the cases of one user (or item, by code), the latest first.
        firsts: the first of them for several users at once, where that is faster; None for a user
            whose windows have to be looked through.
        order: the subjects in the order in which a sample of so many takes them, where that is not
            by hash alone.
        draw: turns windows into cases; None where too few negatives are left.
        context: the template variables of a case.
        wrong: a plausible wrong answer.
        asks: what a case needs, for messages; "" where `least_events` says it all.
        choices: by option, which of its values have a meaning here, where not all have.
        whole_catalogue: whether it can be asked without candidates.
    """

    id: str
    root: str
    title: str
    metrics: tuple[str, ...]
    cells: Mapping[str, CellRule]
    needs: frozenset[str]
    defaults: Mapping[str, Any]
    variables: frozenset[str]
    flags: frozenset[str]
    windows: Callable[[OpenCell, int], Iterator[Any]]
    draw: Callable[[OpenCell, Sequence[Any]], Sequence[Case | None]]
    context: Callable[[OpenCell, Case, frozenset[str]], dict[str, object]]
    wrong: Callable[[OpenCell, Case, HashRng], str]
    needs_any: frozenset[str] = frozenset()
    least_events: Callable[[Mapping[str, Any]], int] = lambda options: 1
    asks: str = ""
    about: Literal["user", "item"] = "user"
    facet: str = "base"
    firsts: Callable[[OpenCell, Sequence[int]], Sequence[Any]] | None = None
    order: Callable[[OpenCell, int], Iterator[np.ndarray]] | None = None
    lists: frozenset[str] = frozenset()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    whole_catalogue: bool = False

    def allows(self, name: str, value: object) -> bool:
        """Whether an option can have this value for the subtask."""
        if name == "candidates" and value == 0:
            return self.whole_catalogue
        return name in self.defaults and value in self.choices.get(name, (value,))


@dataclass(frozen=True)
class Cell:
    """One task on one source (and domain), with its resolved options; nothing is opened yet.

    Attributes:
        other: the domain that a case starts from, for tasks across two; its true items lie in
            `domain`.
        templates: the user's own folder of templates, None without one; it may change the domain's
            words.
        language: of templates and words.
        split_by, cuts, validation: see the options of these names.
    """

    task: Task
    source: Source
    domain: str | None
    other: str | None
    options: Mapping[str, Any]
    seed: int
    rule: CellRule
    templates: Path | None = None
    language: str = ENGLISH
    split_by: str = "user"
    cuts: Cuts | None = None
    validation: str = "time"

    @property
    def name(self) -> str:
        """The name in rows: `task/source`, with the domain where the source has several."""
        name = f"{self.task.id}/{self.source.id}"
        return f"{name}/{self.shown_domain}" if self.domain else name

    @property
    def shown_domain(self) -> str:
        """The domain's name in rows: the source's, one of its own, or `from>to`."""
        if self.other:
            return f"{self.other}>{self.domain}"
        return self.domain or self.source.domain

    @property
    def domains(self) -> tuple[str | None, ...]:
        """The domains whose stores the cell reads, the targets' domain first."""
        return (self.domain, self.other) if self.other else (self.domain,)


class OpenCell:
    """A cell with its store open, in one process. Holds what all its cases share."""

    def __init__(
        self,
        cell: Cell,
        store: StoreReader,
        other: StoreReader | None = None,
        cuts: tuple[int, int] | None = None,
    ) -> None:
        self.cell = cell
        self.store = store
        self.other = other
        self.cuts = cuts
        self.part_index = 0
        self.span: tuple[int | None, int | None] = (None, None)
        self.history: int = cell.options.get("history", 0)
        self.min_history: int = cell.options.get("min_history") or self.history
        self.positives: int = cell.options.get("positives", 1)
        self.candidates: int = cell.options.get("candidates", 0)
        self._key = stable_hash(cell.seed, cell.source.random_id, cell.task.id)

    @property
    def part(self) -> str:
        """The split whose cases are asked for."""
        return SPLITS[self.part_index]

    @property
    def held(self) -> int:
        """How many events of a user are test, and as many validation, with leave-one-out; with a split by
        time whose validation is each user's last event, how many are validation; else 0."""
        if self.cell.split_by == "leave_one_out" or self.cell.validation == "last":
            return self.positives
        return 0

    @property
    def spans(self) -> tuple[tuple[int | None, int | None], ...]:
        """Of each split the UTC seconds between which its targets lie; None for no limit."""
        if self.cuts is None:
            return ((None, None),) * len(SPLITS)
        first, second = self.cuts
        if self.cell.validation == "time":
            return (None, first), (first, second), (second, None)
        return (None, second), (None, second), (second, None)

    def serves(self, user: int) -> bool:
        """Whether a user may have cases in the part, where some users are kept for validation."""
        if self.cell.validation != "users" or self.part == "test":
            return True
        return self.partition.is_validation_user(user) == (self.part == "validation")

    @property
    def whole_catalogue(self) -> bool:
        """Whether rows list no candidates, so that any showable item may be the answer."""
        return self.cell.task.whole_catalogue and self.candidates == 0

    @property
    def by_subject(self) -> bool:
        """Whether a user (or item) belongs to one split, so that none has cases in several."""
        return self.cell.split_by == "user"

    @property
    def cold(self) -> ColdItems | None:
        """Which works the part may show and ask for, where items are divided."""
        if self.cell.split_by != "cold_item":
            return None
        return ColdItems(item_splits(self.store, self.cell.seed), self.part_index)

    @functools.cached_property
    def words(self) -> Words:
        """The words of the source's domain, used by questions and answers alike."""
        return words_of(self.cell.source, self.cell.templates, self.cell.language)

    @functools.cached_property
    def layout(self) -> Layout:
        """The marks and joiners of the cell's language."""
        return load_layout(self.cell.language, self.cell.templates)

    @property
    def scale(self) -> Scale:
        """The source's rating scale; only asked for where ratings are."""
        assert self.cell.source.scale is not None
        return self.cell.source.scale

    @functools.cached_property
    def timed(self) -> bool:
        """Whether the store's interactions have an order."""
        return self.store.has("timestamp") or self.store.has("seq")

    @functools.cached_property
    def liked(self) -> float | None:
        """The lowest rating of a like; None where every event is one."""
        scale = self.cell.source.scale
        return scale.liked if scale is not None and self.store.has("rating") else None

    @property
    def partition(self) -> Partition:
        """Who is in which split of the store, and what training knows; shared by all its cells."""
        cold = self.part_index if self.cell.split_by == "cold_item" else None
        facts = (self.cell.seed, self.cuts, self.held, cold, self.cell.validation == "users")
        return self.store.shared(("partition", *facts), lambda: Partition(self.store, *facts))

    @property
    def train_stats(self) -> TrainStats:
        """What the training part knows of each work."""
        return self.partition.train_stats

    @property
    def pool(self) -> CandidatePool:
        """The works that can be negatives."""
        return self.partition.pool

    @property
    def event_negatives(self) -> EventNegatives | None:
        """The sampler of negatives near in time; None where the store has no times."""
        return self.partition.event_negatives(self.span)

    @property
    def subjects(self) -> tuple[np.ndarray, np.ndarray]:
        """Hashes (ascending, uint64) and numbers of interactions of what the task is about: the
        users, or the items, by code."""
        if self.cell.task.about == "item":
            return self.store.item_hash, self.store.item_n
        return self.store.user_hash, self.store.user_n

    def expect(self, subjects: Sequence[int]) -> None:
        """Announce which subjects will be needed: reading them together is faster."""
        if self.cell.task.about == "item":
            self.store.read_items(subjects)
        else:
            self.store.expected = subjects

    def parts(self, hashes: np.ndarray) -> np.ndarray:
        """The part of each subject with these hashes, when the data is split by them."""
        return self.partition.splits(hashes, self.cell.task.about)

    def for_part(self, part: int) -> OpenCell:
        """This cell for one split; where time splits the data, the targets lie in the split's span."""
        self.part_index = part
        self.span = self.spans[part]
        return self

    def has_enough_negatives(self, windows: Sequence[Window]) -> list[bool]:
        """Which windows find their negatives for certain, so that a plan need not draw them.

        Args:
            windows: windows of this cell.

        Returns:
            One flag per window; False means "perhaps".
        """
        if self.candidates <= self.positives:
            return self.can_be_answered(windows)
        near = self.cell.options.get("negatives") in NEAR_IN_TIME
        if near and (events := self.event_negatives) is not None and events.needs_kin:
            return [False] * len(windows)
        times = [window.time if self.timed else None for window in windows]
        there = self.pool.known_before(times).tolist()
        # The case rules out the titles of this many works, each shared by up to `most` works.
        most = self.pool.most_alike
        return [
            work_count > most * (len(window.user_history.touched) + self.history + self.candidates)
            for work_count, window in zip(there, windows, strict=True)
        ]

    def can_be_answered(self, windows: Sequence[Window]) -> list[bool]:
        """Which windows ask for titles that somebody could know: not, without candidates, for one that is
        broken off. Where a protocol fixes the cases, all do.

        Args:
            windows: windows of this cell.

        Returns:
            One flag per window.
        """
        if not self.whole_catalogue or self.held:
            return [True] * len(windows)
        broken = broken_off(self.store)
        return [
            not any(broken[window.user_history.items[k]] for k in window.targets)
            for window in windows
        ]

    def key(self, window: Window, user: str | None = None) -> str:
        """Names the window's case: the user (whose id may be given, if known), and how many later
        ones there are; where time splits the data, also the part, each of which is counted for
        itself."""
        part = "" if self.by_subject else f"{self.part}/"
        name = self.user_id(window.user_history.user) if user is None else user
        return f"{name}/{part}{window.index}"

    def user_id(self, user: int) -> str:
        return str(self.store.value("users", "user_id", user))

    def user_ids(self, users: Sequence[int]) -> list[str]:
        """`user_id` of several users."""
        return [str(one) for one in self.store.values("users", "user_id", users)]

    def draws(self, subject: int, purpose: str, index: int = 0) -> HashRng:
        """Random numbers for one purpose of one case: a hash of (seed, purpose, source, case)."""
        key = self._key ^ _purpose(purpose) ^ int(self.subjects[0][subject])
        return HashRng(splitmix64(splitmix64(key) ^ index))

    def rng_states(
        self, subjects: Sequence[int], purpose: str, indexes: Sequence[int]
    ) -> np.ndarray:
        """uint64 array: where `draws` begins for each of these cases."""
        keys = self.subjects[0][np.array(subjects)] ^ np.uint64(self._key ^ _purpose(purpose))
        return splitmix64(splitmix64(keys) ^ np.array(indexes, np.uint64))

    def hashed_order(self, user: int, works: list[int], purpose: str) -> list[int]:
        """Places 0 … n-1 in the order of a stable hash of the user and each work."""
        hashes = self.store.item_hash[works]
        return splitmix64(hashes ^ self.order_keys([user], purpose)).argsort(kind="stable").tolist()

    def order_keys(self, users: Sequence[int], purpose: str) -> np.ndarray:
        """uint64 array: what the hash of a work is combined with in `hashed_order` of each user."""
        hashes = self.store.user_hash[np.array(users, int)]
        return splitmix64(hashes ^ np.uint64(self._key ^ _purpose(purpose)))


@functools.lru_cache(maxsize=64)
def _purpose(name: str) -> int:
    return stable_hash("purpose", name)
