"""Groups that users belong to: fans of a trait, people who hardly like it, genders, ages, countries,
taste communities. Whether somebody is a fan is asked without the work in question."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import yaml

from itdr.builders.core.ranges import ranges
from itdr.builders.core.rng import splitmix64, stable_hash
from itdr.builders.evidence import traits as all_traits
from itdr.builders.evidence.audiences.communities import Communities
from itdr.builders.evidence.audiences.judged import Judged
from itdr.builders.evidence.facts import SELDOM
from itdr.builders.store.reader import StoreReader

MAX_TRAITS_WITH_FANS = 64
"""Traits whose fans are counted, those with most likes."""
MIN_LIKES_OF_A_FAN = 3
"""Likes of a trait that make a fan, the work in question not counted."""
MIN_EXPECTED_LIKES_OF_A_TRAIT = 5
"""The expected number of likes of a trait below which a user cannot be said to hardly like
it."""
MIN_PEOPLE_OF_A_DEMOGRAPHIC = 30
"""The fewest members a demographic group must have to be counted."""
DECADE = "decade"
MAX_SHARE_OF_A_PERIOD = 0.2
"""A period with a larger share of all likes does not count as a taste; such a decade is split into thirds."""
MAX_SHARE_OF_A_DECADE = 0.6
"""Nor is anything said of a decade with a larger share."""
MIN_SHARE_OF_THE_LATEST_PERIOD = 0.001
"""Nor does the latest period if it has this share of all likes: its likers merely like what is new."""
EDITIONS = ("books", "book_reviews")
"""Domains whose years are those of editions."""
NEVER = -2
"""A number of likes that nobody has; somebody whose likes are sampled may have -1 without the work in question."""
MAX_WORKS_AT_HAND = 1 << 16
"""Works whose traits are at hand as lists."""
USERS_OF_A_BLOCK = 1 << 14
"""Users whose likes are gone through at a time."""


@dataclass(frozen=True)
class Group:
    """A group: what it is about, and its value."""

    about: str
    value: str


class TraitTable:
    """The traits of works: categories, creators, hashtags, decades; by code, with their works."""

    def __init__(self, store: StoreReader, judged: Judged) -> None:
        found = all_traits.traits(store)
        names = list(found.names)
        works = found.carries.column("work").to_numpy()
        codes = found.carries.column("trait").to_numpy()
        works, codes = with_one_author(names, works, codes)
        decades = _decades(store, judged.totals[1])
        if decades is not None:
            kept, values = decades
            labels, code = np.unique(values, return_inverse=True)
            works = np.concatenate([works, kept.astype(np.int32)])
            codes = np.concatenate([codes, (code + len(names)).astype(np.int32)])
            names += [(DECADE, _period(label)) for label in labels.tolist()]
        self.names = names
        order = np.lexsort((codes, works))
        self.works, self.codes = works[order], codes[order]
        self.begins = np.searchsorted(self.works, np.arange(len(store.work) + 1))
        self.likers = judged.totals[1]
        likes = self.likers[self.works]
        self.likes = np.bincount(self.codes, likes, minlength=len(names)).astype(np.int64)
        self.belongs = found.belongs
        self._of: dict[int, list[int]] = {}

    def carried(self, works: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(place among the works, trait) for each trait that each of the works carries."""
        counts = self.begins[works + 1] - self.begins[works]
        rows = ranges(self.begins[works], counts)
        return np.arange(len(works)).repeat(counts), self.codes[rows]

    @functools.cached_property
    def _by_code(self) -> tuple[np.ndarray, np.ndarray]:
        """Where each trait's works begin in the second array."""
        order = np.argsort(self.codes, kind="stable")
        begins = np.searchsorted(self.codes[order], np.arange(len(self.names) + 1))
        return begins, self.works[order]

    def works_with(self, code: int) -> np.ndarray:
        """The works that carry a trait, in the order of their codes."""
        begins, works = self._by_code
        return works[begins[code] : begins[code + 1]]

    def of(self, work: int) -> list[int]:
        """The traits of a work."""
        if work not in self._of:
            if len(self._of) >= MAX_WORKS_AT_HAND:
                self._of.clear()
            self._of[work] = self.codes[self.begins[work] : self.begins[work + 1]].tolist()
        return self._of[work]


def with_one_author(
    names: Sequence[tuple[str, str]], works: np.ndarray, codes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Each (work, trait) once, with all names of an author as one of them: the best known, if the source has it.

    Args:
        names: (kind, value) by trait.
        works, codes: pair by pair, a work and a trait that it carries.

    Returns:
        (works, traits), in the order of works.
    """
    merged = np.arange(len(names), dtype=codes.dtype)
    of_authors: dict[str, list[int]] = {}
    for code, (about, value) in enumerate(names):
        if about == all_traits.CREATOR:
            of_authors.setdefault(author_of(value), []).append(code)
    for author, several in of_authors.items():
        # By the best-known name that the source has.
        merged[several] = min(several, key=lambda code: (names[code][1] != author, names[code][1]))
    pairs = np.unique(np.stack([works, merged[codes]]), axis=1)
    return pairs[0], pairs[1]


def author_of(creator: str) -> str:
    """The best-known name of whoever writes under this one.

    >>> author_of("J. D. Robb")
    'Nora Roberts'
    """
    return pen_names().get(creator, creator)


@functools.cache
def pen_names() -> dict[str, str]:
    """The best-known name of each author who writes under several, by the others."""
    written = yaml.safe_load(Path(__file__).with_name("pen_names.yaml").read_text("utf-8"))
    return {other: name for name, others in written.items() for other in others}


def years_of_items(store: StoreReader) -> np.ndarray:
    """The years of all items.

    Args:
        store: one whose items have years.

    Returns:
        By item its year; 0 where it is not known.
    """
    years = pc.fill_null(store.items.column("year").combine_chunks(), 0)
    return years.to_numpy(zero_copy_only=False)


def _decades(store: StoreReader, likers: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """(works, periods) of the works whose year is known: decades, with those split into thirds from which much
    of what is liked comes; leaving out periods that are liked by most, or for being new, which is no
    taste. The year of a book is that of an edition."""
    if "year" not in store.items.column_names or store.source.domain in EDITIONS:
        return None
    years = years_of_items(store)
    leading = np.flatnonzero(
        (store.work == np.arange(len(store.work))) & (years > 1800) & (years < 2100)
    )
    year = years[leading].astype(np.int64)
    likes = np.bincount(year, likers[leading], minlength=2100)
    total = max(int(likes.sum()), 1)
    decades = likes.reshape(-1, 10).sum(axis=1)
    latest = int(np.flatnonzero(decades > MIN_SHARE_OF_THE_LATEST_PERIOD * total).max(initial=0))
    large = (decades > MAX_SHARE_OF_A_PERIOD * total) | (np.arange(len(decades)) >= latest)
    period = np.where(large[year // 10], year // 10 * 10 + THIRDS[year % 10], year // 10 * 10)
    found = np.bincount(period, likers[leading], minlength=2100)
    last = int(np.flatnonzero(found > MIN_SHARE_OF_THE_LATEST_PERIOD * total).max(initial=0))
    kept = (found[period] <= MAX_SHARE_OF_A_PERIOD * total) & (period < last)
    return leading[kept], period[kept]


def years_of_works(store: StoreReader) -> Callable[[int], int]:
    """What gives the year that a work is from.

    Args:
        store: the store.

    Returns:
        A function of the work's code; it gives 0 where the year is not known: that of a book is that of an edition.
    """
    if "year" not in store.items.column_names or store.source.domain in EDITIONS:
        return lambda work: 0
    years = years_of_items(store)
    return lambda work: int(years[work])


def common_decades(store: StoreReader, likers: np.ndarray) -> frozenset[int]:
    """The decades from which so much of what is liked comes that to be from one says nothing.

    Args:
        store: the store.
        likers: by work, how many like it.

    Returns:
        Their first years.
    """
    if "year" not in store.items.column_names:
        return frozenset()
    years = years_of_items(store)
    decades = np.clip(years.astype(np.int64) // 10, 0, 300)
    likes = np.bincount(decades, likers, minlength=301)
    return frozenset((np.flatnonzero(likes > MAX_SHARE_OF_A_DECADE * likes.sum()) * 10).tolist())


THIRDS = np.array([1, 1, 1, 1, 2, 2, 2, 3, 3, 3])
"""By last digit the third of a decade: added to the decade, it is the number of the period."""
_PERIODS = ("{}s", "early {}s", "mid-{}s", "late {}s")


def _period(number: int) -> str:
    """The name of a period.

    >>> _period(1950), _period(1992)
    ('1950s', 'mid-1990s')
    """
    return _PERIODS[number % 10].format(number // 10 * 10)


class Members:
    """Who belongs to which group."""

    def __init__(self, store: StoreReader, judged: Judged, traits: TraitTable) -> None:
        self.traits, self.judged = traits, judged
        begins, liked = judged.likes
        self.likes = np.diff(begins).astype(np.int64)
        order = np.lexsort((np.arange(len(traits.likes)), -traits.likes))
        self.chosen = order[:MAX_TRAITS_WITH_FANS][traits.likes[order[:MAX_TRAITS_WITH_FANS]] > 0]
        self.counts = self._counted(begins, liked)
        self.total = int(judged.totals[1].sum())
        self.known, self.known_groups = self._known(store)
        self.pooled_ages = _neighbours(self.known_groups)
        self._leans: dict[tuple[int, str], bool] = {}
        keys = splitmix64(store.user_hash ^ np.uint64(stable_hash("communities")))
        self.communities = Communities(begins, liked, judged.totals[1], keys)
        rarely = [one for one in self.chosen.tolist() if self._name(one)[0] in ("category", DECADE)]
        self._is_asked_rarely = np.isin(self.chosen, rarely)
        self.groups = [
            *(Group(*self._name(trait)) for trait in self.chosen),
            *(Group(SELDOM + self._name(trait)[0], self._name(trait)[1]) for trait in rarely),
            *self.known_groups,
            *(Group(all_traits.AGE, name) for name, _ in self.pooled_ages),
            *(Group("community", str(k)) for k in range(len(self.communities.centres))),
        ]
        about = [*self.chosen.tolist(), *rarely]
        none = [-1] * (len(self.groups) - len(about))
        self.trait_of = np.array([*about, *none], np.int64)
        """By group the trait that its members like, or hardly like; -1 for other groups."""
        self.is_seldom = np.array([one.about.startswith(SELDOM) for one in self.groups], bool)
        """By group, whether its members hardly like the trait."""

    def _name(self, trait: int) -> tuple[str, str]:
        return self.traits.names[trait]

    def _counted(self, begins: np.ndarray, liked: np.ndarray) -> np.ndarray:
        """int32 array, by user and chosen trait: how many of the user's likes carry it."""
        users, width = len(begins) - 1, max(len(self.chosen), 1)
        column = np.full(len(self.traits.likes), -1, np.int64)
        column[self.chosen] = np.arange(len(self.chosen))
        counts = np.zeros((users, len(self.chosen)), np.int32)
        for start in range(0, users, USERS_OF_A_BLOCK):
            stop = min(start + USERS_OF_A_BLOCK, users)
            who = np.arange(stop - start).repeat(np.diff(begins[start : stop + 1]))
            rows, traits = self.traits.carried(liked[begins[start] : begins[stop]])
            kept = column[traits] >= 0
            flat = who[rows[kept]] * width + column[traits[kept]]
            found = np.bincount(flat, minlength=(stop - start) * width)
            counts[start:stop] = found.reshape(-1, width)[:, : len(self.chosen)]
        return counts

    def _known(self, store: StoreReader) -> tuple[np.ndarray, list[Group]]:
        """By user and kind the code of a group (-1: none), and the groups."""
        names, belongs = self.traits.names, self.traits.belongs
        users = belongs.column("user_code").to_numpy()
        codes = belongs.column("trait").to_numpy()
        sizes = np.bincount(codes[self.likes[users] > 0], minlength=len(names))
        able = np.flatnonzero(sizes >= MIN_PEOPLE_OF_A_DEMOGRAPHIC).tolist()
        kinds = sorted({names[code][0] for code in able})
        table = np.full((len(self.likes), len(kinds)), -1, np.int32)
        for place, code in enumerate(able):
            table[users[codes == code], kinds.index(names[code][0])] = place
        return table, [Group(*names[code]) for code in able]

    def _is_about(self, traits: np.ndarray, work: int) -> np.ndarray:
        """Which of these traits a work has."""
        own = np.array(self.traits.of(work), np.int64)
        return (traits[:, None] == own).any(axis=1)

    @functools.cached_property
    def fans_of(self) -> np.ndarray:
        """By group of people who hardly like a trait the place of its fans; -1 for others."""
        places = {(one.about, one.value): place for place, one in enumerate(self.groups)}
        names = [
            (one.about.removeprefix(SELDOM), one.value) if one.about.startswith(SELDOM) else None
            for one in self.groups
        ]
        return np.array([places.get(name, -1) if name else -1 for name in names], np.int64)

    def is_own(self, work: int) -> np.ndarray:
        """By group, whether its members like, or hardly like, a trait of a work."""
        return self._is_about(self.trait_of, work)

    def leans(self, work: int, genre: str) -> bool:
        """Whether those who like a work like a genre more than people do: a film that is labelled wrongly has others.

        Args:
            work: the work's code.
            genre: the name of the genre.

        Returns:
            True also for a genre whose fans are not counted.
        """
        if (work, genre) not in self._leans:
            if len(self._leans) >= MAX_WORKS_AT_HAND:
                self._leans.clear()
            column = self._column_of.get((all_traits.CATEGORY, genre))
            self._leans[work, genre] = column is None or self._is_common(work, column)
        return self._leans[work, genre]

    def _is_common(self, work: int, column: int) -> bool:
        """Whether those who like a work like a trait, by its column, as often as people do, or more often."""
        users = self.judged.takers(work)
        theirs, total = int(self.counts[users, column].sum()), int(self.likes[users].sum())
        return theirs * self.total >= int(self.traits.likes[self.chosen[column]]) * total

    @functools.cached_property
    def _column_of(self) -> dict[tuple[str, str], int]:
        """By name of a trait its column of `counts`."""
        return {self._name(trait): place for place, trait in enumerate(self.chosen.tolist())}

    @functools.cached_property
    def _bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """By number of likes and chosen trait: how many likes of it make a fan, at least, and who hardly likes it has
        at most (`NEVER`: nobody has many likes of a rare trait, so that says nothing about them)."""
        likes = np.arange(int(self.likes.max(initial=0)) + 1)[:, None]
        usual, total = self.traits.likes[self.chosen] * likes, max(self.total, 1)
        fans = np.maximum(MIN_LIKES_OF_A_FAN, -(-3 * usual // (2 * total)))
        seldom = np.where(
            usual >= MIN_EXPECTED_LIKES_OF_A_TRAIT * total, usual // (2 * total), NEVER
        )
        return fans.astype(np.int32), seldom[:, self._is_asked_rarely].astype(np.int32)

    def of(self, users: np.ndarray, liked: np.ndarray, work: int) -> np.ndarray:
        """Which users belong to which groups, not counting their like of one work.

        Args:
            users: user codes.
            liked: bool per user, whether they like that work.
            work: code of the work.

        Returns:
            bool of shape (users, groups).
        """
        own = liked.astype(np.int32)
        carried = self.counts.take(users, axis=0)
        carried[:, self._is_about(self.chosen, work)] -= own[:, None]
        likes = self.likes[users] - own
        least, most = self._bounds
        parts = [carried >= least[likes], carried[:, self._is_asked_rarely] <= most[likes]]
        known = self.known[users]
        codes = np.arange(len(self.known_groups))
        bands = (known[:, :, None] == codes).any(axis=1)
        parts.append(bands)
        parts += [bands[:, pair].any(axis=1, keepdims=True) for _, pair in self.pooled_ages]
        member = self.communities.members(users, work, own)
        parts.append(member[:, None] == np.arange(len(self.communities.centres)))
        return np.concatenate(parts, axis=1)

    def of_groups(
        self, users: np.ndarray, liked: np.ndarray, work: int, places: Sequence[int]
    ) -> list[np.ndarray]:
        """Which users belong to each of a few groups; as `of`, for many users.

        Args:
            users, liked, work: as for `of`.
            places: the groups.

        Returns:
            bool by user, for each of the groups.
        """
        own = liked.astype(np.int32)
        likes = self.likes[users] - own
        return [self._of_group(place, users, own, likes, work) for place in places]

    def _of_group(
        self, place: int, users: np.ndarray, own: np.ndarray, likes: np.ndarray, work: int
    ) -> np.ndarray:
        """Which users belong to a group. own, likes: as in `of`."""
        group, least_and_most = self.groups[place], self._bounds
        if self.trait_of[place] >= 0:
            column = int(np.flatnonzero(self.chosen == self.trait_of[place])[0])
            carried = self.counts[users, column]
            if self._is_about(self.chosen[[column]], work)[0]:
                carried = carried - own
            least, most = least_and_most
            if not self.is_seldom[place]:
                return carried >= least[likes, column]
            return carried <= most[likes, int(self._is_asked_rarely[:column].sum())]
        if group.about == "community":
            return np.equal(self.communities.members(users, work, own), int(group.value))
        ages = dict(self.pooled_ages)
        codes = ages[group.value] if group.value in ages else [self.known_groups.index(group)]
        return (self.known[users][:, :, None] == np.array(codes)).any(axis=(1, 2))


_BAND = re.compile(r"(born )?(?:(under|before) )?(\d+)(?:-(\d+)| (or older|or later))?$")


def _neighbours(groups: Sequence[Group]) -> list[tuple[str, list[int]]]:
    """Each two neighbouring age bands as one group: its name, and the places of both.

    >>> _neighbours([Group("age", "25-34"), Group("age", "under 18"), Group("age", "18-24")])
    [('under 25', [1, 2]), ('18-34', [2, 0])]
    """
    bands = []
    for place, group in enumerate(groups):
        match = _BAND.match(group.value) if group.about == all_traits.AGE else None
        if match:
            born, before, first, last, open_end = match.groups()
            low, high = (0, int(first)) if before else (int(first), int(last or 0) + 1)
            bands.append((low, high, born or "", before or "", open_end or "", place))
    found = []
    for (low, high, born, before, _, one), (start, stop, _, _, end, other) in pairwise(
        sorted(bands)
    ):
        if high != start:
            # Nobody is known in the band between.
            continue
        if before:
            name = f"{before} {stop}" if not end else ""
        else:
            name = f"{low} {end}" if end else f"{low}-{stop - 1}"
        if name:
            found.append((born + name, [one, other]))
    return found
