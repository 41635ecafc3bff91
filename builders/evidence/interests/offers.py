"""Works that go with what the user likes or dislikes: what to offer next, and what to leave out."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests import counts, likeness, typical, works
from itdr.builders.evidence.interests.companions import Pairs
from itdr.builders.evidence.interests.likeness import Rated
from itdr.builders.evidence.traits import PLUS

if TYPE_CHECKING:
    from itdr.builders.sampling.partition import Partition
    from itdr.builders.store.reader import StoreReader

MAX_OFFERS = 2
PARTS_OF_ONE = 1_000_000
"""Expected numbers are counted in so many parts of one."""
MIN_LIFT_OF_OFFERS, MIN_SHARE_OF_FANS = Fraction(2), Fraction(1, 4)
"""A work is offered if at least this share of a displayed like's fans like it, this many times as many as expected."""
MIN_FANS_OF_ONE_WORK, MIN_SHARE_OF_MANY_FANS = 50, Fraction(1, 3)
"""Where only one displayed like speaks for it, that has so many fans, of whom this share like the work,"""
MIN_SHARE_OF_FEW_FANS = Fraction(1, 2)
"""or this share of fewer fans do."""
MIN_LIFT_FROM_ONE_WORK, MIN_LIFT_FROM_ONE_WORK_OF_A_PERIOD = Fraction(5, 2), Fraction(4)
"""They are so many times as many as expected; and where the taste is for a period."""
MIN_LIFT_OF_AVERSIONS, MIN_SHARE_OF_FANS_OF_A_DISLIKE = Fraction(3), Fraction(2, 5)
"""The same for a displayed dislike's fans, for a work to leave out."""
MIN_FANS_OF_A_DISLIKE = 25
"""Fans of a displayed dislike that speak for leaving out another work, at least."""
MAX_YEARS_APART = 25
"""A work is from so many years before or after the one that speaks for it, at most."""
MIN_SHARED_KINDS = 2
"""Kinds that a work and the one that speaks for it should share."""
MIN_LIKES_OF_A_KIND = 2
"""Displayed likes that have what two works of one period share, at least."""
MIN_FANS, MIN_SHARED_FANS = 10, 8
"""A displayed work has fans to speak of if so many people like it; and so many of them must like the other work."""
MIN_RECEPTION = Fraction(3, 5)
"""A work is offered only if at least this share of those who like or dislike it like it."""
WORKING_TITLE = "untitled"
"""A title that begins so is a working title."""


class Fame(enum.Enum):
    """How well known works are: better than half of the choices, or not."""

    ANY = enum.auto()
    WELL_KNOWN = enum.auto()
    LITTLE_KNOWN = enum.auto()


def offers(
    split: Partition,
    rated: Rated,
    *,
    tastes: Sequence[Fact],
    against: Sequence[Fact] = (),
    silent: Sequence[int] = (),
    fame: Fame = Fame.ANY,
) -> list[Fact]:
    """Works to offer: one for each of the user's tastes, for which the fans of displayed likes of that taste speak.

    Args:
        split: whose training part says what goes together.
        rated: what the user liked and disliked.
        tastes: the tastes that are stated, the first one first; none with mixed results.
        silent: works whose fans are not asked, as they were no choice for the user's own sake.
        against: facts about traits that neither a work to be offered nor the like that speaks for it has.
        fame: how well known what is offered may be.

    Returns:
        Facts `also_liked`; the quote is the title of the displayed work whose likers are counted, and
        the details are how many displayed likes have the taste and, if there is one, another displayed work that
        points to the same work.
    """
    store, table = split.store, counts.companions_of(split)
    pairs = table.of(rated.liked)
    against_carriers = likeness.carrying(split, against)
    barred = against_carriers | _met(store, rated) | _badly_received(split) | works.namesakes(store)
    barred |= likeness.like_the_low(split, rated, np.unique(pairs.other)) | _sequels(split)
    barred[table.of(rated.dislikes).other] = True
    if fame != Fame.ANY:
        barred |= _well_known(split) == (fame == Fame.LITTLE_KNOWN)
    deaf = against_carriers | np.isin(np.arange(len(barred)), np.array(silent, np.int64))
    clear = (
        _clear(pairs, MIN_LIFT_OF_OFFERS, MIN_SHARE_OF_FANS)
        & ~barred[pairs.other]
        & ~deaf[pairs.work]
    )
    able = np.flatnonzero(clear)
    able = able[works.years_apart(store, pairs.work[able], pairs.other[able]) <= MAX_YEARS_APART]
    strength = _strength(pairs, able, len(barred))
    keys = (-pairs.gain[able], store.item_hash[pairs.other[able]], -strength[pairs.other[able]])
    able = able[np.lexsort(keys)]
    facts: list[Fact] = []
    used: set[object] = set()
    # Of a taste and a part of it the part is offered for, if anything is.
    part_values: set[str] = set()
    for taste in sorted(tastes, key=lambda one: not _is_part(one, tastes)):
        if taste.value in part_values:
            continue
        fits = _fitting(split, taste)
        places = able[fits[pairs.other[able]] & fits[pairs.work[able]]]
        if taste.kind == "beside":
            # What is counted apart from the first taste is offered for works without it.
            places = places[~likeness.carrying(split, tastes[:1])[pairs.work[places]]]
        if taste.about == "decade":
            # Being as old as another work alone is no reason.
            places = places[_share_a_kind(store, pairs, places, rated)]
        places = _supported(pairs, places, taste)
        places = _preferred(split, pairs, places, taste, rated)
        place = _place(split, pairs, places, used)
        if place is not None:
            part_values |= set(taste.value.split(PLUS))
            others = places[pairs.other[places] == pairs.other[place]]
            others = others[pairs.work[others] != pairs.work[place]][:1]
            more = tuple(_fact(store, pairs, int(one), UP) for one in others)
            facts.append(
                replace(_fact(store, pairs, place, UP), details=(*taste.details[:1], *more))
            )
        if len(facts) == MAX_OFFERS:
            break
    return facts


def aversions(split: Partition, rated: Rated, *, kinds: Sequence[Fact]) -> list[Fact]:
    """A work to leave out: new to the user, of a kind that disappoints, and liked by most fans of a displayed dislike
    of that kind.

    Args:
        split: whose training part says what goes together.
        rated: what the user liked and disliked; nothing that goes with a like, or by the maker of one, is left out.
        kinds: facts about what disappoints, with their details, the one that is said first.

    Returns:
        At most one fact `also_liked` with the direction `DOWN`; the quote is the title of the displayed
        work whose likers are counted, and the detail is how many displayed dislikes are of that kind.
    """
    store, table = split.store, counts.companions_of(split)
    pairs = table.of(rated.disliked)
    barred = _met(store, rated) | works.namesakes(store)
    barred |= likeness.by_the_makers_of(split, rated.likes)
    barred[table.of(rated.likes).other] = True
    series_by_work = works.series_of(store)
    liked_series = {series_by_work[code][0] for code in rated.likes.tolist()} - {""}
    clear = _clear(pairs, MIN_LIFT_OF_AVERSIONS, MIN_SHARE_OF_FANS_OF_A_DISLIKE) & (
        pairs.of >= MIN_FANS_OF_A_DISLIKE
    )
    able = np.flatnonzero(clear & ~barred[pairs.other])
    able = able[np.lexsort((store.item_hash[pairs.other[able]], -pairs.gain[able]))]
    for kind in kinds:
        fits = _fitting(split, kind)
        for place in able[fits[pairs.other[able]] & fits[pairs.work[able]]].tolist():
            pair = int(pairs.work[place]), int(pairs.other[place])
            alike = not _one_series(store, *pair) and _are_alike(store, *pair)
            if alike and series_by_work[pair[1]][0] not in liked_series:
                return [replace(_fact(store, pairs, place, DOWN), details=kind.details[:1])]
    return []


def _is_part(taste: Fact, tastes: Sequence[Fact]) -> bool:
    """Whether a taste is for a blend of one of these tastes with another category."""
    parts = taste.value.split(PLUS) if taste.about == "blend" else []
    return any(one.value in parts for one in tastes)


def _supported(pairs: Pairs, places: np.ndarray, taste: Fact) -> np.ndarray:
    """These pairs without those for which one displayed like alone speaks, and not clearly enough."""
    alone = (
        MIN_LIFT_FROM_ONE_WORK_OF_A_PERIOD if taste.about == "decade" else MIN_LIFT_FROM_ONE_WORK
    )
    others, number = np.unique(pairs.other[places], return_counts=True)
    several = number[others.searchsorted(pairs.other[places])] > 1
    clear = _is_lifted(pairs, alone) & _is_backed(pairs)
    return places[several | clear[places]]


def _is_backed(pairs: Pairs) -> np.ndarray:
    """Which pairs hold for so many fans that one displayed like may speak for a work alone."""
    many, few = MIN_SHARE_OF_MANY_FANS, MIN_SHARE_OF_FEW_FANS
    by_many = pairs.of >= MIN_FANS_OF_ONE_WORK
    by_many &= pairs.together * many.denominator >= many.numerator * pairs.of
    return by_many | (pairs.together * few.denominator >= few.numerator * pairs.of)


def _share_a_kind(store: StoreReader, pairs: Pairs, places: np.ndarray, rated: Rated) -> np.ndarray:
    """Which of these pairs are of works that share a category that another displayed like has, too; all where works have
    no categories."""
    kinds = Counter(one for code in rated.liked.tolist() for one in store.item(code).categories)
    common = {one for one, number in kinds.items() if number >= MIN_LIKES_OF_A_KIND}

    def of(code: np.int64) -> set[str]:
        return set(store.item(int(code)).categories)

    return np.array(
        [
            not of(work) or bool(of(work) & of(other) & common)
            for work, other in zip(pairs.work[places], pairs.other[places], strict=True)
        ],
        bool,
    )


def _clear(pairs: Pairs, lift: Fraction, fans: Fraction) -> np.ndarray:
    """Which pairs hold for so large a share of the first work's fans, and so many times as often as expected."""
    enough_fans = (pairs.of >= MIN_FANS) & (pairs.together >= MIN_SHARED_FANS)
    large_share = pairs.together * fans.denominator >= fans.numerator * pairs.of
    return enough_fans & large_share & _is_lifted(pairs, lift)


def _is_lifted(pairs: Pairs, lift: Fraction) -> np.ndarray:
    """Which pairs hold so many times as often as expected. What is expected was rounded when it was counted."""
    expected = np.rint(pairs.expected * PARTS_OF_ONE).astype(np.int64)
    return pairs.together * PARTS_OF_ONE * lift.denominator >= lift.numerator * expected


def _preferred(
    split: Partition, pairs: Pairs, places: np.ndarray, taste: Fact, rated: Rated
) -> np.ndarray:
    """These pairs in their order, but first those of two works that are much alike, then those of the works that got
    the best marks, then those for which another one speaks, too, then those of works that stand for the taste in the
    answer."""
    store = split.store
    titles = {one.value for one in taste.details if one.kind == "own" and one.about == "work"}
    is_example = [store.item(int(work)).title in titles for work in pairs.work[places]]
    mark = dict(zip(rated.liked.tolist(), rated.marks.tolist(), strict=True))
    marks = [mark.get(int(work), 0.0) for work in pairs.work[places]]
    alike = [
        _are_alike(store, int(one), int(other))
        for one, other in zip(pairs.work[places], pairs.other[places], strict=True)
    ]
    others, number = np.unique(pairs.other[places], return_counts=True)
    several = number[others.searchsorted(pairs.other[places])] > 1
    keys = (~np.array(is_example, bool), ~several, -np.array(marks, float), ~np.array(alike, bool))
    order = np.lexsort(keys)
    return places[order]


def _are_alike(store: StoreReader, first: int, second: int) -> bool:
    """Whether two works share two kinds, or all that one of them has."""
    own, other = (set(store.item(code).categories) for code in (first, second))
    return len(own & other) >= min(MIN_SHARED_KINDS, len(own), len(other))


def _place(split: Partition, pairs: Pairs, places: np.ndarray, used: set[object]) -> int | None:
    """The first of these pairs that names nothing named before. What it names goes into `used`."""
    store, series_by_work = split.store, works.series_of(split.store)
    for place in places.tolist():
        anchor, code = int(pairs.work[place]), int(pairs.other[place])
        if store.item(code).title.casefold().startswith(WORKING_TITLE):
            continue
        series = series_by_work[code][0]
        if not used & {anchor, code, series} and not _one_series(store, anchor, code):
            used |= {anchor, code, series or anchor}
            return place
    return None


# -- which works -------------------------------------------------------------------------------


def _met(store: StoreReader, rated: Rated) -> np.ndarray:
    """By work code, whether the user met it, in this edition or another."""
    titles = store.title_code
    return np.isin(titles, titles[rated.touched])


def _fitting(split: Partition, taste: Fact) -> np.ndarray:
    """By work code, whether the work is typical of a taste."""
    trait_counts = counts.counts(split)
    is_kind = (
        taste.about in ("category", "blend") and taste.value in trait_counts.codes[taste.about]
    )
    if is_kind:
        return typical.typical_works(trait_counts, *taste.topic)
    return likeness.carrying(split, [taste])


def _sequels(split: Partition) -> np.ndarray:
    """By work code, whether a work's title numbers it as a sequel: nobody begins with it."""
    return likeness.carrying(split, [Fact("share", "sequel", works.SEQUEL)])


def _badly_received(split: Partition) -> np.ndarray:
    """By work code, whether too few of those who like or dislike the work like it."""
    totals = counts.counts(split)
    verdicts = totals.likes + totals.dislikes
    return totals.likes * MIN_RECEPTION.denominator < MIN_RECEPTION.numerator * verdicts


def _well_known(split: Partition) -> np.ndarray:
    """By work code, whether more people like the work than the median of those to choose from."""
    likes = counts.counts(split).likes
    shelf = likes[counts.companions_of(split).works]
    return likes > np.median(shelf) if len(shelf) else np.zeros(len(likes), bool)


def _strength(pairs: Pairs, places: np.ndarray, n_works: int) -> np.ndarray:
    """By work code, how much these pairs together say for the work. Rounded: the order of a sum's terms must
    not decide which of two works comes first."""
    return np.round(np.bincount(pairs.other[places], pairs.gain[places], n_works), 6)


def _fact(store: StoreReader, pairs: Pairs, place: int, direction: int) -> Fact:
    first, second = int(pairs.work[place]), int(pairs.other[place])
    k, n, expected = int(pairs.together[place]), int(pairs.of[place]), float(pairs.expected[place])
    name = store.item(first).title
    if not works.namesakes(store)[first]:
        name = works.without_year(name)
    return Fact("also_liked", "work", store.item(second).title, k, n, expected, direction, name)


def _one_series(store: StoreReader, first: int, second: int) -> bool:
    """Whether two works belong to one series."""
    series = works.series_of(store)
    return bool(series[first][0]) and series[first][0] == series[second][0]
