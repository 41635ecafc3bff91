"""Works that go with what the user likes or dislikes: what to offer next, and what not to."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from itdr.builders.core.rng import HashRng
from itdr.builders.evidence import significance
from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests import counts, works
from itdr.builders.evidence.interests.companions import Pairs
from itdr.builders.evidence.interests.works import KINDS

if TYPE_CHECKING:
    from itdr.builders.sampling.partition import Partition
    from itdr.builders.store.reader import Item, StoreReader

OFFERS = 2
LIFT = 1.5
"""A work is offered if the likers of a displayed work like it this many times as often as expected."""
CLEAR, FANS = 2.0, 0.2
"""A work is warned against if the likers of a displayed dislike like it this many times as often as
expected, and at least this share of them do."""
AGREED = 2
"""How many displayed dislikes must have fans who like the work warned against."""
KINDS_SAID, FAR = ("category", "creator", "tag", "blend"), 1.5
"""A work is warned against as one of these kinds, which it shares with both dislikes, and which is so many
times as common among the displayed dislikes as among the likes."""
RECEIVED = 0.6
"""A work is offered only if at least this share of those who like or dislike it like it."""
JUDGES, BETTER, CHANCE = 20, 1.25, 0.01
"""A work that goes with none of the displayed likes is offered if so many people judged it, this many
times as many of them like it as is usual, and chance explains it in fewer cases than this."""
ALIKE, CLOSE = 10, 0.6
"""Such a work shares more than this share of its traits with a displayed like; of so many of the closest ones it is
one, which differs from user to user."""
FILED = 2
"""Such a work names its category first, or no more categories than this."""


def offers(
    split: Partition,
    liked: np.ndarray,
    touched: np.ndarray,
    *,
    disliked: np.ndarray | None = None,
    tastes: Sequence[Fact] = (),
    against: Sequence[Fact] = (),
    popular: bool = True,
    obscure: bool = True,
    salt: int = 0,
) -> list[Fact]:
    """Works to offer: one for each of the user's tastes, for which a displayed like of that taste speaks.

    Args:
        split: whose training part says what goes together.
        liked: the works of the displayed likes.
        touched: works that the user met in any way.
        disliked: what goes with these works is not offered.
        tastes: the tastes that are stated, the lead one first; if empty, a work of any kind may be offered.
        against: facts about traits that a work to be offered must not have.
        popular: whether works better known than half of the choices may be offered, too.
        obscure: whether the others may be.
        salt: a hash of the user: which work a fact `reception` is about.

    Returns:
        Facts `also_liked`; the quote is the title of the displayed work whose likers are counted, and
        the details are how many displayed likes have the taste and, if there is one, another displayed work that
        points to the same work. If there are none, a fact `reception`: a work of a taste, close in kind to a displayed
        like, that more of those who judged it like than usual; the details are how many displayed likes have the
        taste, and that like if it shares more than the taste. No work whose title another one shares.
    """
    store, table = split.store, counts.companions_of(split)
    pairs = table.of(liked)
    barred = _carrying(split, against)
    titles = store.title_code
    barred |= np.isin(titles, titles[touched])
    if disliked is not None and len(disliked):
        barred[table.of(disliked).other] = True
    barred |= _badly_received(split) | works.namesakes(store)
    if not popular:
        barred |= _well_known(split)
    if not obscure:
        barred |= ~_well_known(split)
    able = np.flatnonzero(~barred[pairs.other] & (pairs.together >= LIFT * pairs.expected))
    strength = _strength(pairs, able, len(titles))
    keys = (-pairs.gain[able], store.item_hash[pairs.other[able]], -strength[pairs.other[able]])
    able = able[np.lexsort(keys)]
    found: list[Fact] = []
    used: set[object] = set()
    for taste in tastes or (None,):
        shown = taste.details[:1] if taste is not None else ()
        place = _place(split, pairs, able, taste, used)
        if place is not None:
            others = able[(pairs.other[able] == pairs.other[place])]
            others = others[pairs.work[others] != pairs.work[place]][:1]
            more = tuple(_fact(store, pairs, int(one), UP) for one in others)
            found.append(replace(_fact(store, pairs, place, UP), details=(*shown, *more)))
        if len(found) == OFFERS:
            break
    if found or counts.by_hours(split):
        # Of each game the same share is played for long.
        return found
    if not popular:
        known = counts.counts(split)
        barred |= known.likes >= known.known
    received = (_well_received(split, liked, barred, taste, salt) for taste in tastes)
    return [one for one in received if one is not None][:1]


def _place(
    split: Partition, pairs: Pairs, able: np.ndarray, taste: Fact | None, used: set[object]
) -> int | None:
    """The best pair whose second work has the taste: one of which the first has it, too, if there is one.
    What it names goes into `used`."""
    store, named = split.store, works.series_of(split.store)
    if taste is not None:
        bears = _carrying(split, [taste])
        able = able[bears[pairs.other[able]]]
        able = able[np.argsort(~bears[pairs.work[able]], kind="stable")]
    for place in able.tolist():
        anchor, code = int(pairs.work[place]), int(pairs.other[place])
        series = named[code][0]
        if not used & {anchor, code, series} and not _one_series(store, anchor, code):
            used |= {anchor, code, series or anchor}
            return place
    return None


def _well_received(
    split: Partition, liked: np.ndarray, barred: np.ndarray, taste: Fact, salt: int
) -> Fact | None:
    """A work that is above all of this taste, close in kind to a displayed like of that taste, and received
    clearly better than usual: one of the closest, by a hash of the user."""
    known, store = counts.counts(split), split.store
    bears = _carrying(split, [taste])
    able = bears & ~barred & (store.title_code >= 0)
    able &= (known.judged >= JUDGES) & (store.work == np.arange(len(able)))
    usual = known.all_likes / max(int(known.judged.sum()), 1)
    codes = np.flatnonzero(able & (known.likes >= BETTER * usual * known.judged))
    close, anchors = _closest(split, codes, liked[bears[liked]])
    order = np.lexsort((store.item_hash[codes], -close))
    numbered = works.series_of(store)
    likely = []
    for place in order[: int((close > CLOSE).sum())].tolist():
        code = int(codes[place])
        k, n = int(known.likes[code]), int(known.judged[code])
        if numbered[code][1] or not _is_of(store.item(code), taste):
            continue
        if significance.at_least(k, n, usual) <= CHANCE:
            likely.append(place)
        if len(likely) == ALIKE:
            break
    if not likely:
        return None
    place = likely[HashRng(salt).below(len(likely))]
    code = int(codes[place])
    k, n = int(known.likes[code]), int(known.judged[code])
    like = [
        Fact("own", "work", store.item(one).title)
        for one in anchors[place : place + 1].tolist()
        if one >= 0
    ]
    details = (*taste.details[:1], *like)
    return Fact("reception", "work", store.item(code).title, k, n, usual * n, UP, details=details)


def _closest(
    split: Partition, codes: np.ndarray, liked: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """For each work the share of its traits and of the closest like's that both have, and that like, -1 if they
    share but one. Only what describes a work counts, blends not twice."""
    known = counts.counts(split)
    counted = np.isin(known.kinds, [KINDS.index(kind) for kind in ("category", "tag", "decade")])
    places, traits = known.traits_of(codes)
    own = np.bincount(places, counted[traits], len(codes))
    close, anchors = np.zeros(len(codes)), np.full(len(codes), -1)
    for like in liked.tolist():
        theirs = known.traits_of(np.array([like]))[1]
        theirs = theirs[counted[theirs]]
        common = np.bincount(places, np.isin(traits, theirs), len(codes))
        share = common / np.maximum(own + len(theirs) - common, 1)
        anchors = np.where(share > close, np.where(common > 1, like, -1), anchors)
        close = np.maximum(close, share)
    return close, anchors


def _is_of(item: Item, taste: Fact) -> bool:
    """Whether a work is of a taste in the first place, as far as its categories say."""
    if taste.about != "category":
        return True
    return item.categories[:1] == (taste.value,) or len(item.categories) <= FILED


def _strength(pairs: Pairs, places: np.ndarray, n_works: int) -> np.ndarray:
    """By work code, how much these pairs together say for the work. Rounded: the order of a sum's terms must
    not decide which of two works comes first."""
    return np.round(np.bincount(pairs.other[places], pairs.gain[places], n_works), 6)


def _carrying(split: Partition, facts: Sequence[Fact]) -> np.ndarray:
    """By work code, whether the work has a trait that one of the facts is about."""
    known = counts.counts(split)
    found = np.zeros(len(split.store.work), bool)
    for fact in facts:
        code = known.codes.get(fact.about, {}).get(fact.value)
        if code is not None:
            found[known.bearers(code)] = True
    return found


def _badly_received(split: Partition) -> np.ndarray:
    """By work code, whether too few of those who like or dislike the work like it."""
    known = counts.counts(split)
    return known.likes < RECEIVED * (known.likes + known.dislikes)


def _well_known(split: Partition) -> np.ndarray:
    """By work code, whether more people like the work than the median of those to choose from."""
    likes = counts.counts(split).likes
    shelf = likes[counts.companions_of(split).works]
    return likes > np.median(shelf) if len(shelf) else np.zeros(len(likes), bool)


def _any_kind(about: str, value: str) -> bool:
    return True


def aversions(
    split: Partition,
    disliked: np.ndarray,
    liked: np.ndarray,
    touched: np.ndarray,
    *,
    tastes: Sequence[Fact] = (),
    sayable: Callable[[str, str], bool] = _any_kind,
) -> list[Fact]:
    """Works to warn against: new to the user, of a kind with two displayed dislikes, and liked by their fans.

    Args:
        split: whose training part says what goes together.
        disliked: the works of the displayed dislikes.
        liked: the works that the user likes; works that go with these are never warned against.
        touched: works that the user met in any way.
        tastes: what the user likes; a work that has one of these traits is never warned against.
        sayable: whether a kind can be named, by what it is about and its value.

    Returns:
        At most one fact `also_liked` with the direction `DOWN`; the quote is the title of the displayed
        work whose likers are counted, and the details are how many displayed dislikes are of the kind that
        the three have in common, and the other one's.
    """
    store, table = split.store, counts.companions_of(split)
    pairs = table.of(disliked)
    titles = store.title_code
    barred = np.isin(titles, titles[touched]) | _carrying(split, tastes) | works.namesakes(store)
    barred[table.of(liked).other] = True
    clear = (pairs.together >= CLEAR * pairs.expected) & (pairs.together >= FANS * pairs.of)
    able = np.flatnonzero(~barred[pairs.other] & clear)
    others, number = np.unique(pairs.other[able], return_counts=True)
    strength = _strength(pairs, able, len(titles))
    several = others[number >= AGREED]
    for code in several[np.lexsort((store.item_hash[several], -strength[several]))].tolist():
        places = able[pairs.other[able] == code]
        places = places[np.argsort(-pairs.gain[places], kind="stable")]
        apart = [k for k in places.tolist() if not _one_series(store, int(pairs.work[k]), code)]
        for chosen in itertools.combinations(apart, AGREED):
            works_of_three = np.append(pairs.work[list(chosen)], code)
            kind = _kind_of_all(split, works_of_three, disliked, liked, sayable)
            if kind is not None:
                first, second = (_fact(store, pairs, place, DOWN) for place in chosen)
                return [replace(first, details=(kind, second))]
    return []


def _kind_of_all(
    split: Partition,
    works_of_it: np.ndarray,
    disliked: np.ndarray,
    liked: np.ndarray,
    sayable: Callable[[str, str], bool],
) -> Fact | None:
    """The narrowest kind that these works have in common and that the user seldom likes: how many of the
    displayed dislikes are of it."""
    known = counts.counts(split)
    traits, number = np.unique(known.traits_of(works_of_it)[1], return_counts=True)
    common = traits[number == len(works_of_it)]
    likes = np.bincount(known.traits_of(liked)[1], minlength=len(known.names))[common]
    for place in np.lexsort((common, known.liked[common])).tolist():
        about, value = known.names[common[place]]
        k = int((known.traits_of(disliked)[1] == common[place]).sum())
        seldom = FAR * int(likes[place]) * len(disliked) <= k * len(liked)
        if seldom and about in KINDS_SAID and sayable(about, value):
            return Fact("shown", about, value, k, len(disliked), 0.0, DOWN)
    return None


def _fact(store: StoreReader, pairs: Pairs, place: int, direction: int) -> Fact:
    first, second = int(pairs.work[place]), int(pairs.other[place])
    k, n, expected = int(pairs.together[place]), int(pairs.of[place]), float(pairs.expected[place])
    name = works.without_year(store.item(first).title)
    return Fact("also_liked", "work", store.item(second).title, k, n, expected, direction, name)


def _one_series(store: StoreReader, first: int, second: int) -> bool:
    """Whether two works belong to one series."""
    series = works.series_of(store)
    return bool(series[first][0]) and series[first][0] == series[second][0]
