"""How often the training part likes and dislikes each work and each trait, and what users usually do.

Counted once for a store and seed, in SQL for both engines, and kept beside the store.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from itdr.builders.core import arrow
from itdr.builders.core.ranges import ranges
from itdr.builders.evidence import comments, verdicts
from itdr.builders.evidence.interests import companions, statements, works
from itdr.builders.evidence.interests.works import KINDS
from itdr.builders.store import derived

if TYPE_CHECKING:
    import pyarrow as pa

    from itdr.builders.sampling.partition import Partition
    from itdr.builders.store.engine import Engine

PARTS_OF_ALL_LIKES = 5
"""Little-known works are the least liked ones that together receive one like in this many."""
HABIT_QUANTILES = (0.1, 0.5, 0.9)
"""Users below the first or above the last of these quantiles are at the extremes of a habit."""


@dataclass(frozen=True)
class Habits:
    """The habits of users who have judged many works, at the quantiles `HABIT_QUANTILES`.

    liked: the share of the judged works that they like.   obscure: the share of little-known works among these likes.
    """

    liked: tuple[float, ...]
    obscure: tuple[float, ...]


@dataclass(frozen=True)
class Counts:
    """What the training part likes and dislikes.

    codes: kind -> name -> code of the trait.   names: (kind, name) by code.   kinds: place of the
    kind in `KINDS`, by code.   starts, traits: the traits of each work, by work code.
    works: how many works that can be shown carry the trait.   liked, disliked: how often such a work was.
    likes, dislikes, judged, marks: of each work, by work code; marks: their sum.   activity: numbers of
    likes, and of users with so many.
    known: a work with fewer likes is little known.
    """

    codes: dict[str, dict[str, int]]
    names: list[tuple[str, str]]
    kinds: np.ndarray
    starts: np.ndarray
    traits: np.ndarray
    works: np.ndarray
    liked: np.ndarray
    disliked: np.ndarray
    likes: np.ndarray
    dislikes: np.ndarray
    judged: np.ndarray
    marks: np.ndarray
    activity: tuple[np.ndarray, np.ndarray]
    known: int
    habits: Habits | None
    cache: dict[Any, Any] = field(default_factory=dict, compare=False)

    def candidates(self, kind: str, least: int) -> tuple[int, int]:
        """How many traits of a kind could be a taste, and the likes of all of them.

        Args:
            kind: kind of trait.
            least: only traits on this many works or more.

        Returns:
            (traits, likes), each at least 1.
        """
        key = (kind, least)
        if key not in self.cache:
            codes = list(self.codes[kind].values())
            numbers = self.liked[codes]
            numbers = numbers[(numbers > 0) & (self.works[codes] >= least)]
            self.cache[key] = max(1, len(numbers)), max(1, int(numbers.sum()))
        return self.cache[key]

    @functools.cached_property
    def all_likes(self) -> int:
        """The likes of the training part."""
        return int(self.likes.sum())

    @functools.cached_property
    def usual_mark(self) -> float:
        """The mean mark of the training part."""
        return float(self.marks.sum() / max(int(self.judged.sum()), 1))

    def traits_of(self, works: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Places of these works, and the traits that they carry."""
        begins = self.starts[works]
        number = self.starts[works + 1] - begins
        return np.arange(len(works)).repeat(number), self.traits[ranges(begins, number)]

    @functools.cached_property
    def _by_trait(self) -> tuple[np.ndarray, np.ndarray]:
        """Where each trait's works begin (by code, one more at the end), and the works."""
        owners = np.arange(len(self.likes)).repeat(np.diff(self.starts))
        order = self.traits.argsort(kind="stable")
        bounds = np.arange(len(self.names) + 1)
        return self.traits[order].searchsorted(bounds), owners[order]

    def bearers(self, trait: int) -> np.ndarray:
        """The works that carry a trait."""
        begins, works = self._by_trait
        return works[begins[trait] : begins[trait + 1]]

    def share(self, trait: int, likes: int) -> float:
        """The expected share of a trait among this many likes, from the works that carry it: people who like
        few works like those that everybody likes."""
        step = self._step(likes)
        key = ("share", trait, step)
        if key not in self.cache:
            self.cache[key] = self._share(trait, step)
        return self.cache[key]

    def _share(self, trait: int, step: int) -> float:
        key = ("all", step)
        if key not in self.cache:
            self.cache[key] = float(self._drawn(self.likes, step).sum())
        own = float(self._drawn(self.likes[self.bearers(trait)], step).sum())
        # Rounded: float noise must not decide what is said.
        return round(own / max(self.cache[key], 1e-12), 9)

    def obscure_share(self, liked: np.ndarray) -> float:
        """The share of little-known works to be expected among a user's likes, given their categories.

        People who like many works inevitably like little-known ones, and so do people who like
        categories that few others like.

        Args:
            liked: the works that the user likes.

        Returns:
            A share, 0 to 1: the mean over the works; for each, the mean over its categories.
        """
        if not len(liked):
            return 0.0
        step = self._step(len(liked))
        key = ("obscure", step)
        if key not in self.cache:
            self.cache[key] = self._obscure_shares(step)
        of_all, by_trait = self.cache[key]
        places, traits = self.traits_of(liked)
        is_category = self.kinds[traits] == KINDS.index("category")
        places, traits = places[is_category], traits[is_category]
        number = np.bincount(places, minlength=len(liked))
        sums = np.bincount(places, by_trait[traits], len(liked))
        shares = np.where(number, sums / np.maximum(number, 1), of_all)
        # Rounded: float noise must not decide what is said.
        return round(float(shares.mean()), 9)

    def _obscure_shares(self, step: int) -> tuple[float, np.ndarray]:
        """The share of little-known works among those drawn: of all, and of those with each trait."""
        chances = self._drawn(self.likes, step)
        little = np.where(self.likes < self.known, chances, 0.0)
        owners = np.arange(len(self.likes)).repeat(np.diff(self.starts))
        n = len(self.names)
        both = np.bincount(self.traits, chances[owners], n)
        shares = np.bincount(self.traits, little[owners], n) / np.maximum(both, 1e-12)
        return float(little.sum()) / max(float(chances.sum()), 1e-12), shares

    @functools.cached_property
    def _chances(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """How likely a user who likes n works is to like a work with a given number of likes (see `activity.py`): the
        values of n, the like counts, and a matrix with one row per n and one column per like count."""
        values = np.unique(self.likes)
        model = companions.activity_of(*self.activity, values)
        return model.mean, values, model.chances(model.rates).T

    def _step(self, likes: int) -> int:
        """The row of `_chances` for so many likes."""
        means = self._chances[0]
        return min(int(means.searchsorted(likes)), max(len(means) - 1, 0))

    def _drawn(self, likes: np.ndarray, step: int) -> np.ndarray:
        """How likely works with these like counts are to be among the likes of a user in that step."""
        _, values, table = self._chances
        if not len(table):
            return np.zeros(len(likes))
        return table[step][values.searchsorted(likes)]


def by_hours(split: Partition) -> bool:
    """Whether hours stand in for ratings."""
    return verdicts.rule(split.store) == "hours"


def counts(split: Partition) -> Counts:
    """The training part's counts: made once for a store and seed."""
    return split.store.shared(("interests", split.seed), lambda: _counts(split))


def companions_of(split: Partition) -> companions.Companions:
    """The works that go together, by what the training part likes."""
    key = ("companions", split.seed)
    return split.store.shared(
        key, lambda: companions.Companions(_prepared(split) / "companions.arrow")
    )


def hours_of(split: Partition) -> tuple[np.ndarray, np.ndarray]:
    """Where each work's hours begin (by work code, one more at the end), and the training part's
    hours (float32, mapped), ascending for each work."""
    return split.store.shared(("hours", split.seed), lambda: _hours(split))


def _counts(split: Partition) -> Counts:
    folder = _prepared(split)
    traits = arrow.read(folder / "traits.arrow")
    kinds = traits.column("kind").to_numpy().astype(np.int64)
    pairs = zip(kinds.tolist(), traits.column("name").to_pylist(), strict=True)
    names = [(KINDS[kind], name) for kind, name in pairs]
    codes: dict[str, dict[str, int]] = {kind: {} for kind in KINDS}
    for code, (kind, name) in enumerate(names):
        codes[kind][name] = code
    carried = arrow.read(folder / "carried.arrow")
    works_of_traits = carried.column("work").to_numpy()
    work_counts = arrow.read(folder / "works.arrow")
    by_work = np.zeros((4, len(split.store.work)), np.int64)
    by_work[:, work_counts.column("work").to_numpy()] = [
        work_counts.column(name).to_numpy() for name in ("likes", "dislikes", "judged", "marks")
    ]
    activity = arrow.read(folder / "activity.arrow")
    return Counts(
        codes,
        names,
        kinds,
        works_of_traits.searchsorted(np.arange(len(split.store.work) + 1)),
        carried.column("trait").to_numpy(),
        traits.column("works").to_numpy(),
        traits.column("liked").to_numpy(),
        traits.column("disliked").to_numpy(),
        by_work[0],
        by_work[1],
        by_work[2],
        by_work[3],
        (activity.column("likes").to_numpy(), activity.column("users").to_numpy()),
        _least_known(by_work[0]),
        _habits(arrow.read(folder / "habits.arrow")),
    )


def _least_known(likes: np.ndarray) -> int:
    """The number of likes from which a work counts as well known."""
    ascending = np.sort(likes)
    sums = ascending.cumsum()
    total = int(sums[-1]) if len(sums) else 0
    if not total:
        return 1
    # All works with the same number of likes fall on the same side.
    return int(ascending[sums.searchsorted(total // PARTS_OF_ALL_LIKES, side="right")])


def _habits(table: pa.Table) -> Habits | None:
    judged, likes, obscure, users = (column.to_numpy() for column in table.columns)
    if not users.sum():
        return None
    shares = (likes / judged, obscure / likes)
    return Habits(*(_quantiles(values, users) for values in shares))


def _quantiles(values: np.ndarray, users: np.ndarray) -> tuple[float, ...]:
    """The values at the shares `HABIT_QUANTILES` of the users."""
    order = values.argsort(kind="stable")
    sums = users[order].cumsum()
    places = [int(sums.searchsorted(share * sums[-1])) for share in HABIT_QUANTILES]
    return tuple(float(values[order[place]]) for place in places)


def _hours(split: Partition) -> tuple[np.ndarray, np.ndarray]:
    table = arrow.read(_prepared(split) / "hours.arrow").combine_chunks()
    owners = table.column("work").to_numpy()
    values = arrow.numbers(table, "hours")
    return owners.searchsorted(np.arange(len(split.store.work) + 1, dtype=owners.dtype)), values


# -- counting ---------------------------------------------------------------------------------


def _prepared(split: Partition) -> Path:
    scale = split.store.source.scale
    facts = (split.seed, scale and (scale.liked, scale.disliked))
    folder = derived.derived_path(split.store, "interests", facts, suffix="")
    return derived.build_once(folder, lambda work: _count(split, work / folder.name))


def _count(split: Partition, folder: Path) -> None:
    """Write the files into `folder`; what does not fit into memory lies beside it."""
    from itdr.builders.store.engine import open_engine, table_of

    folder.mkdir()
    engine = open_engine(folder.parent, "interests.duckdb")
    try:
        comments.register(engine, split.store, split.seed)
        names, carried = works.carried(split.store)
        engine.register("carried", carried)
        order = [("work", "ascending"), ("trait", "ascending")]
        arrow.write_table(carried.sort_by(order), folder / "carried.arrow")
        if by_hours(split):
            engine.keep("hours", verdicts.first_hours("skip" in split.store.manifest["events"]))
            arrow.write_table(table_of(engine, statements.HOURS), folder / "hours.arrow")
        engine.keep("all_judged", statements.of_training(verdicts.marks(split.store)))
        engine.keep("work_verdicts", statements.WORKS)
        arrow.write_table(_traits(engine, names), folder / "traits.arrow")
        by_work = table_of(engine, statements.WORKS_IN_ORDER)
        arrow.write_table(by_work, folder / "works.arrow")
        threshold = _least_known(by_work.column("likes").to_numpy())
        arrow.write_table(table_of(engine, statements.habits(threshold)), folder / "habits.arrow")
        arrow.write_table(table_of(engine, statements.LIKERS), folder / "activity.arrow")
        companions.count(engine, folder / "companions.arrow")
    finally:
        engine.close()


def _traits(engine: Engine, names: pa.Table) -> pa.Table:
    from itdr.builders.store.engine import table_of

    totals = table_of(engine, statements.TRAITS)
    # Every trait is carried by some work, so the rows stand for the codes 0, 1, 2, …
    table = names.append_column("works", totals.column("works"))
    table = table.append_column("liked", totals.column("likes"))
    return table.append_column("disliked", totals.column("dislikes"))
