"""What can be claimed of a user's taste, and which items show it.

The test. Let a trait be a category, a creator or a tag. Of a user's n liked works that have any trait of
that kind, k carry this one; of the N likes of the *other* users of the training part, K do. With
p = (K + 1) / (N + 2):

- at least `LEAST` of the user's likes carry it: k >= 3;
- the smoothed lift ((k + 10 p) / (n + 10)) / p is at least 1.3;
- chance explains it in too few users: P(X >= k) <= 0.1 w for X binomial (n, p), where the weights w of
  all traits of the kind sum to 1: each trait gets half of an equal share, and half by how common it is.
  So of users without any taste at most one in ten gets a false claim for each kind of trait. (A bound on
  z, as the target groups have, would not hold here: p of an author may be 1 in 100,000, and a few likes
  then make any z. Equal weights alone would leave the common traits, which are few, next to nothing.)

A dislike is claimed by the same test on the user's dislikes and those of others, and only if these
carry the trait more often than the user's own likes, too: with p' = (k + 1) / (n + 2) of the likes, the
smoothed lift of the dislikes over p' is at least 1.3. It is `firm` where the user disliked at least
twice as many works with the trait as liked ones: only then do they "tend not to enjoy" it; else their
low ratings merely lean that way. A like of which the same holds, and of which there is at least one
dislike to three likes, is `mixed`: they come back to it, and it often fails. So is a like of which there
are as many dislikes as likes, or more. It needs a displayed dislike that carries it, too. No dislike is
claimed of a trait that is claimed as a like.

A claim is stated only if at least `SHOWN` of the displayed likes (or dislikes) carry it.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from itdr.builders.evidence import significance as _chance
from itdr.builders.evidence.interests.counts import KINDS, Counts, Work, works_of
from itdr.builders.evidence.interests.statements import DISLIKED, LIKED
from itdr.builders.evidence.user_verdicts import Sided
from itdr.builders.store.reader import StoreReader

LEAST = 3
SHOWN = 2
LIFT = 1.3
CHANCE = 0.1


@dataclass(frozen=True, slots=True)
class Claim:
    """A trait that passed the test.

    side: `LIKED` or `DISLIKED`.   k of the user's n works on that side carry it, and `against` of
    those on the other.   p: its share among other users' works of that side.
    firm: a dislike that the likes do not weigh up.   mixed: a like that the dislikes speak against.
    """

    side: int
    kind: str
    name: str
    k: int
    n: int
    against: int
    p: float
    lift: float
    firm: bool = True
    mixed: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.name


def carries(work: Work, key: tuple[str, str]) -> bool:
    return key[1] in work.traits(key[0])


def claims(
    store: StoreReader, counts: Counts, mine: Sided, training: bool, carried: int
) -> list[Claim]:
    """All claims that hold for a user, the strongest first.

    training: whether `counts` holds this user's own likes, which are then taken out.
    carried: a category that fewer works than this carry makes no claim.
    """
    works = works_of(store, mine.works)
    found = []
    for kind in KINDS:
        least = carried if kind == "category" else 1
        own = {side: _tally(works, mine.sides, kind, side) for side in (LIKED, DISLIKED)}
        for side in (LIKED, DISLIKED):
            common = _common(counts, kind, side, least, training, own[side])
            found += _tested(kind, side, common, own[side], own[LIKED + DISLIKED - side])
    liked = {one.key for one in found if one.side == LIKED}
    found = [one for one in found if one.side == LIKED or one.key not in liked]
    return sorted(found, key=lambda one: (-one.lift, one.kind, one.name, one.side))


Tally = tuple[int, dict[str, int]]
"""How many works have a trait of some kind, and how many carry each."""


@dataclass(frozen=True, slots=True)
class _Common:
    """By name, the share p of a trait among others' works of a side, and how small the chance must be."""

    p: dict[str, float]
    chance: dict[str, float]


def _common(
    counts: Counts, kind: str, side: int, least: int, training: bool, own: Tally
) -> _Common:
    numbers = counts.liked if side == LIKED else counts.disliked
    total = counts.totals.get(kind, (0, 0))[side - 1]
    able, sum_of_all = _able(counts, kind, side, least)
    n, ks = own
    p, chance = {}, {}
    for name, k in ks.items():
        code = counts.codes[kind][name]
        if k >= LEAST and counts.works[code] >= least:
            p[name] = (int(numbers[code]) - training * k + 1) / (total - training * n + 2)
            weight = (1 / able + int(numbers[code]) / sum_of_all) / 2
            chance[name] = CHANCE * weight
    return _Common(p, chance)


def _tested(kind: str, side: int, common: _Common, own: Tally, other: Tally) -> list[Claim]:
    found = []
    n, ks = own
    for name, p in common.p.items():
        k, against = ks[name], other[1].get(name, 0)
        lift = _chance.lift(k, n, p)
        if lift < LIFT or _chance.at_least(k, n, p) > common.chance[name]:
            continue
        claim = Claim(side, kind, name, k, n, against, p, lift)
        if side == LIKED:
            often = 3 * against >= k and _leans(against, other[0], k, n)
            found.append(replace(claim, mixed=often or against >= k))
        elif _leans(k, n, against, other[0]):
            found.append(replace(claim, firm=k >= 2 * against))
    return found


def _leans(disliked: int, n_disliked: int, liked: int, n_liked: int) -> bool:
    """Whether a trait is clearly more often among the user's dislikes than among the likes."""
    return _chance.lift(disliked, n_disliked, (liked + 1) / (n_liked + 2)) >= LIFT


def _tally(works: Sequence[Work], sides: Sequence[int], kind: str, side: int) -> Tally:
    named = [work.traits(kind) for work, of in zip(works, sides, strict=True) if of == side]
    return sum(map(bool, named)), Counter(itertools.chain.from_iterable(named))


def _able(counts: Counts, kind: str, side: int, least: int) -> tuple[int, int]:
    """How many traits of this kind could be claimed, and the sum of their counts on that side."""
    key = (kind, side, least)
    if key not in counts.able:
        codes = list(counts.codes[kind].values())
        numbers = (counts.liked if side == LIKED else counts.disliked)[codes]
        numbers = numbers[(numbers > 0) & (counts.works[codes] >= least)]
        counts.able[key] = max(1, len(numbers)), max(1, int(numbers.sum()))
    return counts.able[key]


def choose(
    works: Sequence[Work],
    titles: Sequence[int],
    order: Sequence[int],
    held: Sequence[Claim],
    most: int,
    taken: set[int],
) -> list[int]:
    """Up to `most` places of `works` to display, distinct in title: those that carry the most claims.

    order: places in the order of a stable hash, which breaks ties; of two items with as many claims,
    the one comes first that brings more claims to the two carriers that they need to be stated.
    taken: title codes already displayed; the chosen ones are added.
    """
    keys = [one.key for one in held]
    carried = {k: [key for key in keys if carries(works[k], key)] for k in order}
    chosen = _greedy(carried, titles, order, most, taken)
    if keys and most >= SHOWN and not stated(held, [works[k] for k in chosen]):
        # The richest items share no claim: show the strongest one that can be shown.
        for key in keys:
            chosen_for = {k: [key] * (key in carried[k]) for k in order}
            again = _greedy(chosen_for, titles, order, most, taken)
            if stated(held, [works[k] for k in again]):
                chosen = again
                break
    taken.update(titles[k] for k in chosen)
    return chosen


def _greedy(
    carried: dict[int, list[tuple[str, str]]],
    titles: Sequence[int],
    order: Sequence[int],
    most: int,
    taken: set[int],
) -> list[int]:
    seen: dict[tuple[str, str], int] = {}
    used, left = set(taken), list(order)
    claims_of = {k: len(carried[k]) for k in left}
    chosen: list[int] = []
    while left and len(chosen) < most:
        most_claims = max(map(claims_of.__getitem__, left))
        rich = [k for k in left if claims_of[k] == most_claims]
        best = max(rich, key=_rank(carried, seen)) if most_claims else rich[0]
        left.remove(best)
        if titles[best] in used:
            continue
        used.add(titles[best])
        chosen.append(best)
        for key in carried[best]:
            seen[key] = seen.get(key, 0) + 1
    return chosen


def _rank(
    carried: dict[int, list[tuple[str, str]]], seen: dict[tuple[str, str], int]
) -> Callable[[int], tuple[int, int]]:
    """Of items with as many claims: more claims first that one displayed item carries already; then
    more that are displayed at all. (`max` takes the first of equals, so the given order breaks
    ties.)"""
    return lambda k: (
        sum([seen.get(key) == SHOWN - 1 for key in carried[k]]),
        sum([key in seen for key in carried[k]]),
    )


def stated(held: Sequence[Claim], displayed: Sequence[Work]) -> list[Claim]:
    """The claims that enough of the displayed items carry."""
    return [one for one in held if sum(carries(work, one.key) for work in displayed) >= SHOWN]
