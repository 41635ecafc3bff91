"""What the single works that an item's fans like have in common with it: a genre, two together, or one of its period.

Works without a theme (`themes.py`) are examples of the genre that they share with the item. Where some share one, those
that share none are left out. Nothing is claimed of how usual a kind is.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import combinations

from itdr.builders.core.text import plain
from itdr.builders.evidence import traits as all_traits
from itdr.builders.evidence.audiences.examples import (
    BROAD,
    ERRORS_OF_A_THIRD,
    ERRORS_OF_TWO,
    MOST_RARER,
    errors_above,
    illustrates,
    is_close,
    names_kind,
)
from itdr.builders.evidence.audiences.members import DECADE, MAX_WORKS_AT_HAND, TraitTable
from itdr.builders.evidence.audiences.periods import period_of
from itdr.builders.evidence.facts import SELDOM, UP, Fact
from itdr.builders.evidence.significance import at_least
from itdr.builders.evidence.traits import MAX_CATEGORIES_OF_AN_EXAMPLE, PLUS

SINGLE_WORK_KINDS = ("also_liked", "liked_if")
"""Kinds of facts that name single works."""
MIN_WORKS_OF_A_KIND = 2
"""Works that must be of a kind for it to be named."""
MAX_GENRES_OF_A_BLEND = 4
"""Genres of an item of which two together are named, at most."""
MAX_WORKS_OF_A_KIND = 3
"""Works that are named for a kind."""
MIN_FANS_OF_TWO_WORKS = 40
"""Fans who judged the item, of two works together, for these alone to stand for a kind."""
MIN_WORKS_OF_THE_PERIOD = 3
"""Works of the item's period beside which others of the genre are not named."""
MOST_YEARS_OFF = 5
"""Years by which an item may be older or newer than the works by whose period its kind is told."""
END_OF_OLD_TIMES, END_OF_EARLY_TIMES = 1980, 1960
"""Works made before the first are old: where no shorter period holds, two decades together are one; those made before
the second are all of one period, if one beside the item is of its decade."""
MAX_SHARE_OF_A_TELLING_GENRE = 0.25
"""A genre with a larger share of all likes is not named alone of an item that has one with a smaller share."""
MAX_SHARE_OF_A_GENRE = 0.3
"""A genre with a larger share of all likes is everybody's: it takes more works to say which part of it is meant."""
OF_NEW_TIMES = "action"
"""A genre that is named with no other of a work from before `END_OF_OLD_TIMES`: nobody calls "Logan's Run" an action film."""
TENTHS_OF_A_CLEAR_EXAMPLE = 12
"""Tenths of what is expected that the fans of an example must reach for it to be named beside two others that do."""
OF_CARTOONS = frozenset({"animation", "children", "children's"})
"""Genres of which two are named with a third."""
MAX_KINDS = 2
"""Kinds that are tried, the most telling first: a source may have genres that nobody names."""
DECIMALS_OF_CHANCES = 9


def is_single(fact: Fact) -> bool:
    """Whether a fact names a single work whose fans like the item."""
    return fact.about == "work" and fact.direction == UP and fact.kind in SINGLE_WORK_KINDS


class Kindred:
    """The kinds of works.

    Args:
        traits: the traits of works.
        total: all likes, of which a trait has a share.
        categories: gives the categories of a work, also those that too few works have to be traits.
        year: gives the year of a work, 0 for none.
        common_decades: those that are never named, by their first years.
        names_blends: whether two genres together have names, so that a broad one alone need not be named.
        agree: tells of a kind and two works whether what else is known of these, such as tags, allows the second as an
            example of the first; None where genres alone do.
        leans: tells whether those who like a work like a genre of it more than people do; None where it is not asked.
    """

    def __init__(
        self,
        traits: TraitTable,
        total: int,
        categories: Callable[[int], Sequence[str]],
        year: Callable[[int], int] = lambda work: 0,
        common_decades: Collection[int] = (),
        names_blends: bool = False,
        agree: Callable[[Collection[str], int, int], bool] | None = None,
        leans: Callable[[int, str], bool] | None = None,
    ) -> None:
        self.traits, self._total, self._categories = traits, max(total, 1), categories
        self._year, self._common_decades = year, common_decades
        self._names_blends, self._agree, self._leans = names_blends, agree, leans
        known = [
            (value, int(likes))
            for (about, value), likes in zip(traits.names, traits.likes, strict=True)
            if about == all_traits.CATEGORY
        ]
        self._spelled = {plain(value): value for value, _ in known}
        self._likes = dict(known)
        self._at_hand: dict[int, tuple[str, ...]] = {}
        # Many works have the same categories.
        self._told = functools.lru_cache(MAX_WORKS_AT_HAND)(self._is_told)

    def genres(self, work: int) -> set[str]:
        """The categories of a work."""
        return set(self._listed(work))

    def _listed(self, work: int) -> tuple[str, ...]:
        """The same in the source's order; remembered, as works are compared again and again."""
        if work not in self._at_hand:
            if len(self._at_hand) >= MAX_WORKS_AT_HAND:
                self._at_hand.clear()
            names = self._categories(work)
            self._at_hand[work] = tuple([self._spelled.get(plain(one), one) for one in names])
        return self._at_hand[work]

    def best_examples(
        self, kind: Collection[str], works: Sequence[Fact], codes: Mapping[str, int], work: int
    ) -> list[Fact]:
        """Those of some works that are examples of a kind of an item: those of no more telling category, if they are
        two, or all, if they are three.

        Args:
            kind: one category, or two together.
            works: facts that name the works.
            codes: by title, the code of a work.
            work: the item's code.

        Returns:
            Facts, in their order.
        """
        found = [one for one in works if self.is_example(kind, codes[one.value], work)]
        if sum(errors_above(one) >= ERRORS_OF_TWO for one in found) < MIN_WORKS_OF_A_KIND:
            return []
        found = [one for one in found if errors_above(one) >= ERRORS_OF_A_THIRD]
        clear = [one for one in found if 10 * one.count >= TENTHS_OF_A_CLEAR_EXAMPLE * one.base]
        if len(clear) >= MIN_WORKS_OF_A_KIND:
            found = clear
        plain_ones = [one for one in found if self._illustrates(kind, codes[one.value], work, 0)]
        if len(plain_ones) >= MIN_WORKS_OF_A_KIND:
            return plain_ones
        return found if len(found) >= MAX_WORKS_OF_A_KIND else []

    def is_example(
        self, kind: Collection[str], other: int, work: int, most_rarer: int = MOST_RARER
    ) -> bool:
        """Whether a work is an example of a kind of another; see `examples.illustrates`.

        Args:
            kind: one category, or two together.
            other: the code of the example.
            work: the code of the item that is of the kind.
            most_rarer: of how many more telling categories it may be.

        Returns:
            True for one that is.
        """
        if not self._illustrates(kind, other, work, most_rarer):
            return False
        if self._agree:
            close = is_close(kind, self._known(kind, self._listed(other)), self._listed(work))
            if not (close and self._agree(kind, work, other)):
                return False
        # Asked last, as it takes longest.
        return not self._leans or all(self._leans(other, one) for one in kind)

    def _illustrates(self, kind: Collection[str], other: int, work: int, most_rarer: int) -> bool:
        """As `is_example`, by categories alone."""
        return self._told(tuple(kind), self._listed(other), self._listed(work), most_rarer)

    def _is_told(
        self, kind: tuple[str, ...], theirs: Sequence[str], own: Sequence[str], most_rarer: int
    ) -> bool:
        """The same of works with these categories."""
        return illustrates(kind, self._known(kind, theirs), own, self.likes_of, most_rarer)

    def _known(self, kind: Collection[str], categories: Sequence[str]) -> list[str]:
        """The categories of a work but for those that hardly any work has: by these nobody knows it."""
        return [one for one in categories if one in self._likes or one in kind]

    def likes_of(self, genre: str) -> int:
        """The likes of a category; of one that few works have, fewer than of any other."""
        return self._likes.get(genre, 1)

    def is_too_broad(self, genre: str, work: int) -> bool:
        """Whether a genre says too little of an item: it is among the commonest and the item has another that says more,
        as a crime drama, or the item has so many that none says what it is.

        Args:
            genre: one of the item's.
            work: the item's code.

        Returns:
            False where two genres together have no names.
        """
        most, genres = MAX_SHARE_OF_A_TELLING_GENRE * self._total, self.genres(work)
        if self._names_blends and not names_kind([genre], genres):
            return True
        telling = any(self.likes_of(one) <= most for one in genres)
        broad = len(genres) > MAX_GENRES_OF_A_BLEND or (telling and self.likes_of(genre) > most)
        return self._names_blends and broad

    def says_what_it_is(self, about: str, value: str, work: int, side: int) -> bool:
        """Whether a group whom a work suits, or who hardly like what it does not suit, is told by what the work is, rather
        than by a genre beside that.

        Args:
            about, value: of the group.
            work: the work's code.
            side: `UP` where the work suits the group.

        Returns:
            True for a group that is told by something else than genres, but for those who hardly like a decade.
        """
        seldom = about.startswith(SELDOM)
        if about.removeprefix(SELDOM) == all_traits.CATEGORY and (seldom or side == UP):
            return not self.is_too_broad(value, work)
        return side != UP or about != SELDOM + DECADE

    def related(self, work: int, facts: Sequence[Fact], codes: Mapping[str, int]) -> list[Fact]:
        """The facts without single works that share no genre with the item, where others do.

        Args:
            work: the item's code.
            facts: what was counted of it.
            codes: by title, the code of a work.

        Returns:
            The facts that remain, in their order.
        """
        own = self.genres(work)
        alien = [one for one in facts if is_single(one) and not own & self.genres(codes[one.value])]
        if len(alien) == sum(map(is_single, facts)):
            return list(facts)
        return [one for one in facts if one not in alien]

    def kinds(self, work: int, facts: Sequence[Fact], codes: Mapping[str, int]) -> list[Fact]:
        """The kinds of the item to which several of the single works belong, the most telling first.

        Args:
            work: the item's code.
            facts: what was counted of it.
            codes: by title, the code of a work.

        Returns:
            Facts about two genres together (said only if the lexicon has a name for them), perhaps with a period as
            first detail, about a genre, or about a period with the genre as first detail; the works are their details.
        """
        # A work may be named by two facts.
        every = list({one.value: one for one in reversed(facts) if is_single(one)}.values())[::-1]
        carried = {one: self.genres(codes[one.value]) for one in every}
        genres = self.genres(work)
        single = [
            one
            for one in every
            if carried[one] & genres
            and len(carried[one] & self._likes.keys()) <= MAX_CATEGORIES_OF_AN_EXAMPLE
        ]
        found = []
        for genre in genres:
            works = self.best_examples([genre], single, codes, work)
            usual = self.likes_of(genre) / self._total
            if len(works) >= MIN_WORKS_OF_A_KIND and 0 < usual < 1:
                chance = round(at_least(len(works), len(single), usual), DECIMALS_OF_CHANCES)
                found.append((chance, -len(works), genre, works))
        found.sort(key=lambda one: one[:3])
        first = found[0][-2:] if found else ("", [])
        kinds = self._blends(work, single, codes, *first)
        for *_, genre, works in found[:MAX_KINDS]:
            if self.is_too_broad(genre, work):
                continue
            kinds += self._kind(genre, self._near(work, works, codes), works, carried, len(single))
        return [one for one in kinds if not _is_thin(one)]

    def narrower(
        self, work: int, genre: str, works: Sequence[Fact], codes: Mapping[str, int], of: int
    ) -> list[Fact]:
        """The kinds of an item narrower than a genre to which some works of that genre belong, the most telling first.

        Args:
            work: the item's code.
            genre: the genre.
            works: facts that name the works.
            codes: by title, the code of a work.
            of: among how many works they were found.

        Returns:
            Facts as those of `kinds`: two genres together that two thirds of the works have, of the item's period if
            enough are; and the genre of the item's period.
        """
        enough = max(MIN_WORKS_OF_A_KIND, -(-2 * len(works) // 3))
        found = []
        # Of a work of many genres, no two say what it is.
        others = self.genres(work) - {genre}
        for other in sorted(others) if len(others) < MAX_GENRES_OF_A_BLEND else ():
            pair = sorted((genre, other))
            if not (names_kind(pair, {genre, *others}) and self._is_of_its_time(pair, work)):
                continue
            alike = self.best_examples(pair, works, codes, work)
            if len(alike) >= enough:
                found.append((-len(alike), self.likes_of(other), PLUS.join(pair), alike))
        kinds = []
        for *_, both, alike in sorted(found, key=lambda one: one[:3]):
            kinds += self._blend(work, both, alike, codes, of)
        period = None if self.is_too_broad(genre, work) else self._near(work, works, codes)
        if period is not None:
            lead = _kin(all_traits.CATEGORY, genre, works, of)
            kinds.append(_kin(*period[0], period[1], of, [lead, *period[1][:MAX_WORKS_OF_A_KIND]]))
        return [one for one in kinds if not _is_thin(one)]

    def _near(
        self, work: int, works: Sequence[Fact], codes: Mapping[str, int]
    ) -> tuple[tuple[str, str], list[Fact]] | None:
        """The period to name of an item's kind, with those of these works that are of it: the shortest one that holds
        those that are named, near to which the item is; see `_shared_period`."""
        found = self._shared_period(work, works, codes)
        named = (found[1] if found else list(works))[:MAX_WORKS_OF_A_KIND]
        years = [self._year(codes[one.value]) for one in named]
        if not self._is_dated or len(years) < MIN_WORKS_OF_A_KIND:
            return found
        near = min(years) - MOST_YEARS_OFF <= self._year(work) <= max(years) + MOST_YEARS_OFF
        period = period_of(years) if near else ""
        if not period:
            return found if near else None
        return (DECADE, period), found[1] if found else named

    def _is_of_its_time(self, kind: Collection[str], work: int) -> bool:
        """Whether people call an old work a work of these genres together."""
        old = 0 < self._year(work) < END_OF_OLD_TIMES
        return not (old and OF_NEW_TIMES in map(plain, kind))

    @functools.cached_property
    def _is_dated(self) -> bool:
        """Whether a period says what a work is like."""
        return self._names_blends and any(about == DECADE for about, _ in self.traits.names)

    def is_bare(self, genre: str, works: Sequence[Fact]) -> bool:
        """Whether a genre alone, without a period, says too little where periods are known and few works are named."""
        few = len(works) < MAX_WORKS_OF_A_KIND
        return few and self._is_dated and genre.casefold() in BROAD

    def _shared_period(
        self, work: int, works: Sequence[Fact], codes: Mapping[str, int]
    ) -> tuple[tuple[str, str], list[Fact]] | None:
        """The period of an item with those of these works that are of it, too, if they are enough: half a decade, a
        decade, or of old works two decades together."""
        enough = max(MIN_WORKS_OF_A_KIND, min(len(works), MIN_WORKS_OF_THE_PERIOD))
        own = self._period(work)
        periods = {one: self._period(codes[one.value]) for one in works}
        near = [one for one in works if own and periods[one] == own]
        if len(near) >= enough:
            return (DECADE, own), near
        decade = _decade(own)
        near = [one for one in works if decade and _decade(periods[one]) == decade]
        if len(near) >= enough:
            return (DECADE, decade), near
        return self._of_old(decade, {one: _decade(periods[one]) for one in works}, enough)

    def _of_old(
        self, decade: str, decades: Mapping[Fact, str], enough: int
    ) -> tuple[tuple[str, str], list[Fact]] | None:
        """The period of an old item that is longer than its decade; see `_near`. decades: of the works."""
        first = int(decade[:4]) if decade else END_OF_OLD_TIMES
        if first >= END_OF_OLD_TIMES:
            return None
        spans = [(first - 10, first), (first, first + 10)]
        found = []
        for span in spans:
            near = [one for one, theirs in decades.items() if theirs and int(theirs[:4]) in span]
            found.append((len(near), -span[0], near, f"{span[0]}s and {span[1]}s"))
        n, _, near, name = max(found, key=lambda one: one[:2])
        if n >= enough:
            return (DECADE, name), near
        near = [
            one
            for one, theirs in decades.items()
            if theirs and int(theirs[:4]) < END_OF_EARLY_TIMES
        ]
        beside = decade in (decades[one] for one in near[:MAX_WORKS_OF_A_KIND])
        if first < END_OF_EARLY_TIMES and len(near) >= enough and beside:
            return (DECADE, f"before {END_OF_EARLY_TIMES}"), near
        return None

    def _period(self, work: int) -> str:
        """The period of a work, "" for none. One that is no taste, such as the latest, is named all the same."""
        names = (self.traits.names[trait] for trait in self.traits.of(work))
        decade = self._year(work) // 10 * 10
        known = f"{decade}s" if decade and decade not in self._common_decades else ""
        return next((value for about, value in names if about == DECADE), known)

    def _blends(
        self,
        work: int,
        single: Sequence[Fact],
        codes: Mapping[str, int],
        first: str,
        works_of_first: Sequence[Fact],
    ) -> list[Fact]:
        """Two genres together, such as romance and comedy, that as many works have as the first genre (all but one
        of its works, if it is one of the two): the first have most, and of these the rarest genres."""
        found = []
        most = len(works_of_first)
        genres = sorted(self.genres(work))
        for pair in _combined(genres) if len(genres) <= MAX_GENRES_OF_A_BLEND else ():
            if not (names_kind(pair, genres) and self._is_of_its_time(pair, work)):
                continue
            works = self.best_examples(pair, single, codes, work)
            least = min(most - (first in pair), MIN_WORKS_OF_THE_PERIOD)
            if len(works) >= max(least, MIN_WORKS_OF_A_KIND):
                likes = math.prod(map(self.likes_of, pair)) / self._total ** len(pair)
                shown = min(len(works), MAX_WORKS_OF_A_KIND)
                found.append((-shown, -len(pair), -len(works), likes, PLUS.join(pair), works))
        found.sort(key=lambda one: one[:5])
        return [
            kind
            for *_, pair, works in found[:MAX_KINDS]
            for kind in self._blend(work, pair, works, codes, len(single))
        ]

    def _blend(
        self, work: int, pair: str, works: Sequence[Fact], codes: Mapping[str, int], of: int
    ) -> list[Fact]:
        """Two genres together of which these works are, before it those of them that are of the item's period."""
        lead = _kin("blend", pair, works, of, works[:MAX_WORKS_OF_A_KIND])
        period = self._near(work, works, codes)
        if period is None:
            return [lead]
        named = period[1]
        when = _kin(*period[0], named, of)
        both = _kin("blend", pair, named, of, [when, *named[:MAX_WORKS_OF_A_KIND]])
        return [dataclasses.replace(both, kind="era"), lead]

    def _kind(
        self,
        genre: str,
        period: tuple[tuple[str, str], list[Fact]] | None,
        works: Sequence[Fact],
        carried: Mapping[Fact, set[str]],
        of: int,
    ) -> list[Fact]:
        """A genre as a fact, of the item's period if enough of its works are; none where all the works that are named
        share a rarer genre: the item is not of it."""
        named = works if period is None else period[1]
        shared = set.intersection(*(carried[one] for one in named[:MAX_WORKS_OF_A_KIND]))
        if any(self.likes_of(one) < self.likes_of(genre) for one in shared):
            return []
        lead = _kin(all_traits.CATEGORY, genre, named, of)
        if period is None and self.is_bare(genre, named):
            return []
        if period is None:
            common = self.likes_of(genre) > MAX_SHARE_OF_A_GENRE * self._total
            if common and len(named) < MAX_WORKS_OF_A_KIND:
                return []
            return [dataclasses.replace(lead, details=tuple(named[:MAX_WORKS_OF_A_KIND]))]
        return [_kin(*period[0], named, of, [lead, *named[:MAX_WORKS_OF_A_KIND]])]


def _combined(genres: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Each two of some genres, and each three with those of cartoons for children.

    >>> list(_combined(["Animation", "Children", "Musical"]))[0]
    ('Animation', 'Children', 'Musical')
    """
    for three in combinations(genres, 3):
        if len({one.casefold() for one in three} & OF_CARTOONS) > 1:
            yield three
    yield from combinations(genres, 2)


def _is_thin(kind: Fact) -> bool:
    """Whether a kind stands on two works of which few people judged the item."""
    works = [one for one in kind.details if one.about == "work"]
    return (
        len(works) <= MIN_WORKS_OF_A_KIND and sum(one.of for one in works) < MIN_FANS_OF_TWO_WORKS
    )


def _decade(period: str) -> str:
    """The decade in which a period lies.

    >>> _decade("late 1960s"), _decade("before 1950")
    ('1960s', '')
    """
    found = re.search(r"\d{3}0s", period)
    return found[0] if found else ""


def _kin(
    about: str, value: str, works: Sequence[Fact], of: int, details: Sequence[Fact] = ()
) -> Fact:
    """That so many single works are of a kind."""
    return Fact("kin", about, value, len(works), of, 0.0, UP, "", tuple(details))
