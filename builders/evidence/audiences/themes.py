"""What the works that an audience shares have in common: the works also liked, taken apart into themes.

Each theme is a genre, a maker, a hashtag, a decade, or a genre of one decade, that stands out among the
works that an item's likers also like. A work counts for one theme alone, so that the groups an answer names
are different people; works of no theme are named by themselves.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Collection, Iterable, Sequence, Set
from typing import NamedTuple

import numpy as np

from itdr.builders.core.text import plain
from itdr.builders.evidence import traits as all_traits
from itdr.builders.evidence.audiences.kindred import MAX_SHARE_OF_A_GENRE, Kindred
from itdr.builders.evidence.audiences.members import (
    DECADE,
    MAX_WORKS_AT_HAND,
    TraitTable,
    author_of,
)
from itdr.builders.evidence.audiences.shared_names import SharedNames
from itdr.builders.evidence.audiences.shared_tags import SharedTags
from itdr.builders.evidence.facts import UP, Fact
from itdr.builders.evidence.series import (
    base_title,
    bracketed_series,
    first_words,
    is_first,
    known_series,
    part,
    series_key,
    series_within,
    series_words,
    shared_beginning,
    shared_title,
    subtitle_words,
    told_series,
)
from itdr.builders.evidence.significance import at_least
from itdr.builders.store.reader import StoreReader

MAX_WORKS_LOOKED_AT = 20
"""The works an audience shares most, among which themes are looked for."""
MIN_WORKS_LOOKED_AT = 5
"""The fewest shared works for ordinary themes; if there are fewer, all must belong to the theme."""
MIN_WORKS_OF_A_THEME, ONE_IN_OF_A_THEME = 3, 5
"""A theme has at least `MIN_WORKS_OF_A_THEME` works, and one in `ONE_IN_OF_A_THEME` of those examined."""
MAX_PARTS_OF_A_SERIES = 3
"""Other parts of its series that are named, at most."""
MIN_TAGGED_WORKS = 2
"""Works that must share a rare tag with the work, such as its director."""
MIN_LIFT_OF_A_THEME = 1.5
MAX_FALSE_THEMES = 0.01
"""Expected false themes per item, over all tests."""
MAX_THEMES = 3
MAX_WORKS_OF_A_THEME = 8
"""Works named as also liked, or for a theme, at most."""

Shared = tuple[float, int, Fact]
"""(strength, work, fact) of a work also liked, the strongest first."""


class _Title(NamedTuple):
    """What a title says of its series. base: without brackets, folded.   series: the words of each series that it may
    belong to.   bracketed: see `bracketed_series`.   subtitle: see `subtitle_words`."""

    base: str
    series: frozenset[frozenset[str]]
    bracketed: tuple[tuple[frozenset[str], frozenset[str]], ...]
    subtitle: frozenset[str]

    def told_by(self, other: _Title) -> bool:
        """Whether the subtitle of one is the series that stands in brackets behind the other."""
        for one, two in ((self, other), (other, self)):
            if one.subtitle and any(named == one.subtitle for named, _ in two.bracketed):
                return True
        return False


class Themes:
    """The themes of a store's audiences.

    Args:
        store: the store.
        traits: the traits of its works.
        total: all likes, of which a trait has a share.
        kindred: tells which works are examples of a genre.
        tags: those that users gave.
    """

    def __init__(
        self,
        store: StoreReader,
        traits: TraitTable,
        total: int,
        kindred: Kindred,
        tags: SharedTags | None = None,
    ) -> None:
        self.store, self.traits, self.total = store, traits, max(total, 1)
        self.kindred, self.tags = kindred, tags
        kinds = (value for about, value in traits.names if about == all_traits.CATEGORY)
        self.names = SharedNames(store, kinds)
        self._titles: dict[int, _Title] = {}
        self._combined = functools.lru_cache(MAX_WORKS_AT_HAND)(self._combinations)
        self._marked: dict[object, list[int]] = {}

    def facts(
        self, work: int, shared: Sequence[Shared], series: Collection[int] = ()
    ) -> list[Fact]:
        """The other parts of a work's series, the themes of its audience, and the works also liked.

        Of the works also liked those without a theme come first, one of each series or maker.

        Args:
            work: the work's code.
            shared: the works that its likers also like, the strongest first.
            series: works that are known to be parts of the work's series.

        Returns:
            Facts, in that order.
        """
        every = _one_a_title(self.store, work, shared)
        title = self.store.item(work).title
        codes = self.parts_among(work, [one[1] for one in every]).union(series)
        parts = [one for one in every if one[1] in codes]
        top = [one for one in every if one not in parts]
        tagged, untagged = self._tagged(work, top[:MAX_WORKS_LOOKED_AT])
        found, left = self._themes(work, untagged)
        found = [*tagged, *found]
        alone = {fact.value for _, _, fact in left}
        makers = {fact.value for fact in found if fact.about == all_traits.CREATOR}
        named = _distinct(self.store, work, top, makers)
        named.sort(key=lambda fact: fact.value not in alone)
        named = self._untagged(named, every, found)
        # Whoever follows a series has read its first volume.
        parts = [] if is_first(title) else parts
        others = [
            dataclasses.replace(fact, kind="series") for _, _, fact in parts[:MAX_PARTS_OF_A_SERIES]
        ]
        series_named = self._named_series(title, others)
        # What has no name is hardly a series: nothing is said of it.
        others = others if series_named else []
        return [*series_named, *others, *found, *named[:MAX_WORKS_OF_A_THEME]]

    def _named_series(self, title: str, parts: Sequence[Fact]) -> list[Fact]:
        """The series of a title under its name, with these parts: as it or one of them tells it, as it is known, or as
        all begin. A part of a series within it is one of that, if all are."""
        if not parts:
            return []
        own = self._series_of(title)
        told = (told_series(one.value) for one in parts)
        same = (name for name in told if series_words(plain(name)) in own)
        every = [title, *(one.value for one in parts)]
        known = {known_series(one) for one in every}
        name = series_within(every) or told_series(title) or next(filter(None, same), "")
        name = name or (known.pop() if len(known) == 1 else "")
        name = name or shared_beginning(every) or shared_title(every)
        # As in "A Grand Day Out with Wallace and Gromit".
        begins = [shared_beginning([one for one in every if one != other]) for other in every]
        name = name or next((one for one in begins if len(every) > 2 and _in_all(one, every)), "")
        if not name:
            return []
        return [Fact("kin", "series", name, len(parts), len(parts), 0.0, UP, "", tuple(parts))]

    def _untagged(
        self, named: Sequence[Fact], every: Sequence[Shared], found: Sequence[Fact]
    ) -> list[Fact]:
        """Those of these works that do not bear the tag that is named: their fans are one group with its fans."""
        tags = [fact.value for fact in found if fact.about == "tag"]
        if self.tags is None or not tags:
            return list(named)
        codes = {fact.value: work for _, work, fact in every}
        return [
            one for one in named if not any(self.tags.bears(codes[one.value], tag) for tag in tags)
        ]

    def _tagged(self, work: int, top: Sequence[Shared]) -> tuple[list[Fact], Sequence[Shared]]:
        """The tag of the work that most of these works bear, too, and those that do not."""
        if self.tags is None or not top:
            return [], top
        best: list[Shared] = []
        lead = None
        tried = self.tags.shown(work)
        for tag in tried:
            alike = [one for one in top if self.tags.bears(one[1], tag)]
            k, n, usual = len(alike), len(top), self.tags.likes(tag) / self.total
            if k < max(len(best) + 1, MIN_TAGGED_WORKS) or k < MIN_LIFT_OF_A_THEME * usual * n:
                continue
            if 0 < usual < 1 and at_least(k, n, usual) <= MAX_FALSE_THEMES / len(tried):
                best, lead = alike, Fact("share", "tag", tag, k, n, usual, UP)
        if lead is None:
            return [], top
        details = tuple(_one_a_series(fact for _, _, fact in best)[:MAX_WORKS_OF_A_THEME])
        return [dataclasses.replace(lead, details=details)], [one for one in top if one not in best]

    def parts_among(self, work: int, works: Iterable[int]) -> set[int]:
        """Those of some works that are parts of a work's series, or other editions of it.

        Args:
            work: the work's code.
            works: the codes of the others.

        Returns:
            Codes.
        """
        found = list(works)
        if not found:
            return set()
        mine = self._title(work)
        alike = self.names.alike(work, found, self.traits)
        return {
            one
            for one in found
            for other in [self._title(one)]
            if one in alike
            or other.base == mine.base
            or self._is_part(other, mine.series)
            or mine.told_by(other)
        }

    def series_among(self, work: int, works: np.ndarray) -> set[int]:
        """The same of many works: only those are looked at whose titles share something with the work's.

        Args:
            work: the work's code.
            works: the codes of the others.

        Returns:
            Codes.
        """
        is_read, is_other = self._flags
        new = works[~is_read[works]].tolist()
        self.store.read_items(new)
        for one in new:
            for mark in self._marks_of(one):
                self._marked.setdefault(mark, []).append(one)
        is_read[new] = True
        near = {one for mark in self._marks_of(work) for one in self._marked.get(mark, ())}
        is_other[works] = True
        codes = np.fromiter(near, np.intp, len(near))
        found = np.sort(codes[is_other[codes]]).tolist()
        is_other[works] = False
        return self.parts_among(work, found)

    @functools.cached_property
    def _flags(self) -> np.ndarray:
        """bool arrays by work: whether its title has been read, and whether it is looked at, which is unset again."""
        return np.zeros((2, len(self.store.title_code)), bool)

    def _marks_of(self, code: int) -> set[object]:
        """What titles of one series share at least some of."""
        base, series, bracketed, subtitle = self._title(code)
        named = (one for one, _ in bracketed)
        return {base, *series, *named, subtitle, *self.names.marks(code)} - {"", frozenset()}

    def _title(self, code: int) -> _Title:
        """What the title of an item, as rows show it, says of its series."""
        if code not in self._titles:
            if len(self._titles) >= MAX_WORKS_AT_HAND:
                self._titles.clear()
            title = self.store.item(code).title
            self._titles[code] = _Title(
                base_title(title),
                self._series_of(title),
                bracketed_series(title),
                subtitle_words(title),
            )
        return self._titles[code]

    def _series_of(self, title: str) -> frozenset[frozenset[str]]:
        """The words of each series that a title may belong to, by itself or as another edition bears it."""
        own = series_words(series_key(title))
        others = self._series_by_title.get(first_words(title), ())
        known = series_words(plain(known_series(title)))
        return frozenset({own, known, *others} - {frozenset()})

    def _is_part(self, title: _Title, series: Set[frozenset[str]]) -> bool:
        """Whether a title belongs to one of these series."""
        if not series.isdisjoint(title.series):
            return True
        for named, words in title.bracketed:
            if named in series:
                return True
            if words and any(words <= one for one in series & self._surely):
                return True
        return False

    @functools.cached_property
    def _surely(self) -> set[frozenset[str]]:
        """The series that some title surely names."""
        return {one for several in self._series_by_title.values() for one in several}

    @functools.cached_property
    def _series_by_title(self) -> dict[str, set[frozenset[str]]]:
        """By title without brackets, the series that any edition of it surely names."""
        found: dict[str, set[frozenset[str]]] = {}
        for title in self.store.items.column("title").to_pylist():
            if title and part(title).sure:
                found.setdefault(first_words(title), set()).add(series_words(series_key(title)))
        return found

    def _themes(self, work: int, top: Sequence[Shared]) -> tuple[list[Fact], Sequence[Shared]]:
        """The themes, the clearest first, and the works that are of none. work: whose audience it is."""
        found: list[Fact] = []
        own = set(self.traits.of(work))
        used: set[int] = set()
        left, n_themes = top, 0
        while n_themes < MAX_THEMES and len(left) >= MIN_WORKS_OF_A_THEME:
            best = self._clearest(left, top, used, own)
            if best is None:
                break
            traits, works = best
            found += self._facts(work, traits, works, top)
            n_themes += 1
            used.update(traits)
            left = [one for one in left if one not in works]
        return found, left

    def _clearest(
        self, left: Sequence[Shared], top: Sequence[Shared], used: set[int], own: set[int]
    ) -> tuple[tuple[int, ...], list[Shared]] | None:
        """The traits that stand out most among the works that are left of all that were looked at, with the works that have
        them: a genre or maker of the work itself, perhaps of its period."""
        of = len(top)
        carried: dict[tuple[int, ...], list[Shared]] = {}
        for one in left:
            for traits in self._combined(one[1]):
                if not used.intersection(traits):
                    carried.setdefault(traits, []).append(one)
        candidates = []
        for traits, works in carried.items():
            usual = self._usual(traits)
            k, n = len(works), len(left)
            common = len(traits) == 1 and usual > MAX_SHARE_OF_A_GENRE
            if (
                k < MIN_WORKS_OF_A_THEME
                or ONE_IN_OF_A_THEME * k < of
                or not 0 < usual < 1
                or common
            ):
                continue
            if not own.issuperset(traits):
                continue
            if len(traits) > 1 and _is_rare(self._share(traits[1:], top)):
                continue
            if k < MIN_LIFT_OF_A_THEME * usual * n or (of < MIN_WORKS_LOOKED_AT and k < of):
                continue
            chance = at_least(k, n, usual)
            if chance <= MAX_FALSE_THEMES / len(carried):
                names = [self.traits.names[trait] for trait in traits]
                candidates.append((round(chance, 12), -k, names, traits, works))
        if not candidates:
            return None
        *_, traits, works = min(candidates, key=lambda one: one[:3])
        return traits, works

    def _combinations(self, work: int) -> list[tuple[int, ...]]:
        """Each trait of a work alone, and each genre with the decade. A period alone is no taste: it may say no more than
        when people were about."""
        kinds: dict[str, list[int]] = {}
        for trait in self.traits.of(work):
            kinds.setdefault(self.traits.names[trait][0], []).append(trait)
        pairs = [
            (decade, category)
            for decade in kinds.get(DECADE, ())
            for category in kinds.get(all_traits.CATEGORY, ())
        ]
        alone = [(trait,) for kind, found in kinds.items() if kind != DECADE for trait in found]
        return [*alone, *pairs]

    def _usual(self, traits: tuple[int, ...]) -> float:
        """The share of all likes that have these traits."""
        if len(traits) == 1:
            return int(self.traits.likes[traits[0]]) / self.total
        return self._likes_of_pairs.get(traits, 0) / self.total

    @functools.cached_property
    def _likes_of_pairs(self) -> dict[tuple[int, ...], int]:
        """The likes of each genre of each decade."""
        table = self.traits
        decades = np.array([about == DECADE for about, _ in table.names], bool)[table.codes]
        genres = np.array([about == all_traits.CATEGORY for about, _ in table.names], bool)
        genres = genres[table.codes]
        decade = np.full(len(table.begins) - 1, -1, np.int64)
        decade[table.works[decades]] = table.codes[decades]
        rows = np.flatnonzero(genres & (decade[table.works] >= 0))
        size = max(len(table.names), 1)
        pairs = decade[table.works[rows]] * size + table.codes[rows]
        codes, place = np.unique(pairs, return_inverse=True)
        likes = np.bincount(place, table.likers[table.works[rows]]).astype(np.int64)
        return {
            tuple(divmod(code, size)): n
            for code, n in zip(codes.tolist(), likes.tolist(), strict=True)
        }

    def _facts(
        self, work: int, traits: tuple[int, ...], works: Sequence[Shared], top: Sequence[Shared]
    ) -> list[Fact]:
        """A theme of a work as a fact, counted among all the works looked at; examples of it are its details. A genre
        of a decade is a fact about the decade whose first detail is the genre. Before it what says more of the same
        works."""
        about, genre = self.traits.names[traits[-1]]
        shown = [fact for _, _, fact in works]
        narrower: list[Fact] = []
        if about == all_traits.CATEGORY:
            codes = {fact.value: other for _, other, fact in works}
            shown = self.kindred.best_examples([genre], shown, codes, work)
            examples = _one_a_series(shown)[:MAX_WORKS_OF_A_THEME]
            narrower = self.kindred.narrower(work, genre, examples, codes, len(top))
            bare = len(traits) == 1 and self.kindred.is_bare(genre, shown)
            if bare or self.kindred.is_too_broad(genre, work):
                return narrower
        details = tuple(_one_a_series(shown)[:MAX_WORKS_OF_A_THEME])
        lead = self._share(traits, top)
        if len(traits) > 1:
            details = (self._share(traits[1:], top), *details)
            lead = dataclasses.replace(lead, kind="era", base=lead.base * lead.of)
        return [*narrower, dataclasses.replace(lead, details=details)]

    def _share(self, traits: tuple[int, ...], top: Sequence[Shared]) -> Fact:
        """How many of these works have all these traits; named is the first."""
        k = sum(set(traits) <= set(self.traits.of(work)) for _, work, _ in top)
        return Fact("share", *self.traits.names[traits[0]], k, len(top), self._usual(traits), UP)


def _in_all(name: str, titles: Iterable[str]) -> bool:
    """Whether all words of a name stand in each of some titles."""
    words = set(plain(name).split())
    return bool(words) and all(words <= set(plain(one).split()) for one in titles)


def _is_rare(genre: Fact) -> bool:
    """Whether a genre is rarer among the works looked at than among all: its fans are no group, whatever the decade."""
    return genre.count < round(genre.base * genre.of, 6)


def _one_a_series(facts: Iterable[Fact]) -> list[Fact]:
    """Works as examples: of each series the first."""
    found: dict[str, Fact] = {}
    for fact in facts:
        title = fact.value
        found.setdefault(known_series(title) or series_key(title) or title, fact)
    return list(found.values())


def _one_a_title(store: StoreReader, work: int, shared: Sequence[Shared]) -> list[Shared]:
    """Each title once, and never the work itself in another edition, or filmed again."""
    seen = {first_words(store.item(work).title)}
    found = []
    for one in shared:
        title = first_words(one[2].value)
        if title not in seen:
            seen.add(title)
            found.append(one)
    return found


def _distinct(
    store: StoreReader, work: int, shared: Sequence[Shared], makers: Iterable[str]
) -> list[Fact]:
    """The works also liked, at most one of a series or maker, none of the work's own series nor by one
    of these makers."""
    item = store.item(work)
    seen = folded([series_key(item.title), known_series(item.title)])
    seen |= makers_of([*item.creators, *makers])
    found = []
    for _, other, fact in shared:
        names = _series_and_maker(fact.value, store.item(other).creators[:1])
        if not names & seen:
            seen |= names
            found.append(fact)
    return found


@functools.lru_cache(maxsize=1 << 16)
def _series_and_maker(title: str, creators: tuple[str, ...]) -> frozenset[str]:
    """What works of one series, or of one maker, share."""
    return frozenset(folded([series_key(title), known_series(title)]) | makers_of(creators))


def folded(names: Iterable[str]) -> set[str]:
    """Names without their case and spaces, as in "J.R.R. Tolkien", which spellings differ by."""
    return {_folded(name) for name in names} - {""}


@functools.lru_cache(maxsize=1 << 16)
def _folded(name: str) -> str:
    return re.sub(r"\W", "", name).casefold()


def makers_of(creators: Iterable[str]) -> set[str]:
    """Those who write under these names, each by one name and spelling."""
    return folded(map(author_of, creators))
