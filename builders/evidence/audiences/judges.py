"""Who judged each work, by the traits they have: the counts of a store, read for several works at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from itdr.builders.core import arrow
from itdr.builders.evidence import traits as _traits
from itdr.builders.evidence.audiences.statements import FEW_JUDGES

if TYPE_CHECKING:
    pass

LEAST_USERS = 20
"""Users of whom a thing must be known for them to be a group."""
LEAST_EXPECTED = 5
"""Fans to be expected among the likers of a work, for their absence to mean anything."""
_NUMBERS = (
    "likers", "dislikers", "minus_likes", "plus_likes", "minus_dislikes", "plus_dislikes",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trait:
    """A trait and its people in the training part: fans of it, or users of whom it is known.

    likes, dislikes: how many of all likes and dislikes they make.
    """

    kind: str
    value: str
    users: int
    likes: int
    dislikes: int

    @property
    def able(self) -> bool:
        """Whether there are enough of them to be a group."""
        least = FEW_JUDGES if self.kind in _traits.TASTES else LEAST_USERS
        return self.users >= least


class Count(NamedTuple):
    """One side of a trait on one work: of its `n` likers (or dislikers) `k` belong to the trait's
    people, who make `some` of `all` likes (or dislikes) of other works."""

    k: int
    n: int
    some: int
    all: int


class Rows(NamedTuple):
    """Traits of the judges of several works, an array to a column.

    places: of the works among those asked for.   likers, dislikers: the four numbers of `Count`.
    """

    places: np.ndarray
    traits: np.ndarray
    likers: tuple[np.ndarray, ...]
    dislikers: tuple[np.ndarray, ...]

    def at(
        self, chosen: np.ndarray, traits: Sequence[Trait]
    ) -> Iterator[tuple[Trait, Count, Count]]:
        """These rows one by one. traits: all that there are."""
        sides = (
            map(Count, *(column[chosen].tolist() for column in side))
            for side in (self.likers, self.dislikers)
        )
        return zip((traits[code] for code in self.traits[chosen].tolist()), *sides, strict=True)


class Counts:
    """The counts of one store and seed, mapped from disk."""

    def __init__(self, folder: Path) -> None:
        traits = arrow.read(folder / "traits.arrow")
        columns = [column.to_pylist() for column in traits.columns]
        self.traits = [Trait(*row) for row in zip(*columns, strict=True)]
        met = arrow.read(folder / "met.arrow")
        self._works = met.column("work").to_numpy()
        self._met = (met.column("likes").to_numpy(), met.column("dislikes").to_numpy())
        self._totals = (int(self._met[0].sum()), int(self._met[1].sum()))
        pairs = arrow.read(folder / "pairs.arrow")
        self._pair_works = pairs.column("work").to_numpy()
        self._pair_traits = pairs.column("trait").to_numpy()
        self._numbers = [pairs.column(name).to_numpy() for name in _NUMBERS]

    @cached_property
    def tested(self) -> dict[str, int]:
        """By kind: how many traits each work is tested for."""
        return {kind: int(self._able[codes].sum()) for kind, codes in self._codes.items()}

    @cached_property
    def _able(self) -> np.ndarray:
        return np.array([trait.able for trait in self.traits], bool)

    @cached_property
    def _codes(self) -> dict[str, list[int]]:
        """Traits by kind, those whose people make the most likes first."""
        ranked = sorted(range(len(self.traits)), key=lambda k: (-self.traits[k].likes, k))
        return {
            kind: [code for code in ranked if self.traits[code].kind == kind]
            for kind in _traits.KINDS
        }

    @cached_property
    def _all(self) -> dict[str, tuple[int, int]]:
        """By kind: all likes and dislikes of users of whom that kind of thing is known."""
        return {
            kind: self._totals
            if kind in _traits.TASTES
            else (
                sum(self.traits[code].likes for code in codes),
                sum(self.traits[code].dislikes for code in codes),
            )
            for kind, codes in self._codes.items()
        }

    def judges(self, work: int) -> tuple[int, int]:
        """How many users of the training part liked the work, and how many disliked it."""
        likers, dislikers = self._judges(np.array([work], self._works.dtype))
        return int(likers[0]), int(dislikers[0])

    def _judges(self, works: np.ndarray) -> list[np.ndarray]:
        """`judges` of several works, an array of likers and one of dislikers."""
        if not len(self._works):
            return [np.zeros(len(works), np.int64)] * 2
        places = np.minimum(self._works.searchsorted(works), len(self._works) - 1)
        there = self._works[places] == works
        return [np.where(there, column[places], 0).astype(np.int64) for column in self._met]

    def of(self, work: int) -> Iterator[tuple[Trait, Count, Count]]:
        """The traits of the work's judges, each with its count among likers and among dislikers;
        and those that no judge has though some were to be expected."""
        rows = self.rows([work])
        return rows.at(np.lexsort((rows.traits, self._kinds[rows.traits])), self.traits)

    def rows(self, works: Sequence[int]) -> Rows:
        """`of` several works, in columns."""
        asked = np.array(works, self._pair_works.dtype)
        starts = self._pair_works.searchsorted(asked)
        counts = self._pair_works.searchsorted(asked, side="right") - starts
        at = (starts - counts.cumsum() + counts).repeat(counts) + np.arange(counts.sum())
        places, traits = np.arange(len(asked)).repeat(counts), self._pair_traits[at]
        numbers = np.stack([column[at] for column in self._numbers], axis=1).astype(np.int64)
        sides = self._of_each_kind(asked, places, traits, numbers)
        more_places, more_traits = self._expected(sides[0], places, traits)
        places, traits = np.append(places, more_places), np.append(traits, more_traits)
        numbers = np.pad(numbers, [(0, len(more_traits)), (0, 0)])
        able = self._able[traits]
        return self._rows(places[able], traits[able], numbers[able], sides)

    def _rows(
        self, places: np.ndarray, traits: np.ndarray, numbers: np.ndarray, sides: list[np.ndarray]
    ) -> Rows:
        """numbers: a column to each of `_NUMBERS`.   sides: as of `_of_each_kind`."""
        likers, dislikers, minus_likes, plus_likes, minus_dislikes, plus_dislikes = numbers.T
        kinds = self._kinds[traits]
        likes, dislikes = self._people
        of_likes, of_dislikes = np.array(list(self._all.values()), np.int64)[kinds].T
        by_likers, by_dislikers = (side[places, kinds] for side in sides)
        some = likes[traits] - minus_likes + plus_likes
        less = dislikes[traits] - minus_dislikes + plus_dislikes - dislikers
        return Rows(
            places,
            traits,
            (likers, by_likers, some, of_likes - by_likers),
            (dislikers, by_dislikers, less, of_dislikes - by_dislikers),
        )

    def _of_each_kind(
        self, works: np.ndarray, places: np.ndarray, traits: np.ndarray, numbers: np.ndarray
    ) -> list[np.ndarray]:
        """Likers and dislikers, a row to a work and a column to a kind: of whom something of that
        kind is known. places, traits, numbers: the rows of `pairs`."""
        sides = []
        for judges, column in zip(self._judges(works), numbers.T, strict=False):
            side = np.zeros((len(works), len(self._codes)), np.int64)
            np.add.at(side, (places, self._kinds[traits]), column)
            for kind, name in enumerate(self._codes):
                if name in _traits.TASTES:
                    side[:, kind] = judges
            sides.append(side)
        return sides

    def _expected(
        self, likers: np.ndarray, places: np.ndarray, traits: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Works and traits of which `LEAST_EXPECTED` or more likers were to be expected and nobody
        was found: found are these places and traits."""
        expected = [np.zeros(0, np.int64)]
        for kind, (name, codes) in enumerate(self._codes.items()):
            likes, _ = self._all[name]
            n = likers[:, kind]
            # The least likes with which so many are expected; nobody has more than all.
            least = np.where(n > 0, -(-LEAST_EXPECTED * likes // np.maximum(n, 1)), likes + 1)
            ranked = np.array(codes, np.int64)
            falling = -self._people[0][ranked]
            stops = falling.searchsorted(-least, side="right")
            begins = np.arange(len(stops)).repeat(stops)
            steps = np.arange(stops.sum()) - (stops.cumsum() - stops).repeat(stops)
            expected.append(begins * len(self.traits) + ranked[steps])
        found = places * len(self.traits) + traits
        missing = np.setdiff1d(np.concatenate(expected), found)
        return missing // max(len(self.traits), 1), missing % max(len(self.traits), 1)

    @cached_property
    def _kinds(self) -> np.ndarray:
        """By trait: the place of its kind among `_codes`."""
        order = {kind: place for place, kind in enumerate(self._codes)}
        return np.array([order[trait.kind] for trait in self.traits], np.int64)

    @cached_property
    def _people(self) -> tuple[np.ndarray, np.ndarray]:
        """By trait: the likes and the dislikes that its people make."""
        likes = np.array([trait.likes for trait in self.traits], np.int64)
        return likes, np.array([trait.dislikes for trait in self.traits], np.int64)
