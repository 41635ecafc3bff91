"""What the data say of a user's taste: facts, each tested, the figures with it.

`share` (for decades `era`, for series `series`). Of a user's n likes that have any trait of a kind, k
carry this one; of the likes of the *other* users of the training part, a share p. It is a fact where
k >= 3, the smoothed lift ((k + 10 p) / (n + 10)) / p is at least 1.3, and chance explains it in too few
users: P(X >= k) <= .05 w for X binomial (n, p), where the weights w of all traits of the kind sum to 1:
each gets half of an equal share, and half by how common it is.

`contrast`. The same trait among the user's likes and among their dislikes: Fisher's exact test in both
directions over all traits of the user, at .04 in all by Tarone's bound. So that it is this user's line
and not everybody's, the dislikes must also be more (fewer) than how the works were received at large
lets expect, by two standard deviations.

`habit`. How many works the user has judged, the share of them that they like, and of little-known
works among the likes: said beyond the first or last tenth of users who have judged 20 works or more;
the last only where chance explains it in one of 40.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from itdr.builders.evidence import significance
from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests.counts import Counts
from itdr.builders.evidence.interests.works import KINDS, Work
from itdr.builders.evidence.user_verdicts import Sided
from itdr.builders.evidence.verdicts import DISLIKE, LIKE

LEAST = 3
LIFT = 1.3
CHANCE = 0.05
CONTRAST_CHANCE = 0.04
RECEPTION = 2.0
OBSCURE_CHANCE = 0.025
RECENT = 5
"""A decade that ended less than so many years before the user was active says when, not what."""
FACT_OF = {"decade": "era", "series": "series"}
"""The kind of the fact that a share of these traits is; else `share`."""


class Tally(NamedTuple):
    """How many works, and likes of them, have a trait of some kind; and how many carry each trait."""

    likes: int
    dislikes: int
    names: dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Person:
    """A user whose tastes are sought.

    works, sides: what was liked and disliked.   codes: of the works.   judged: works judged in all.
    training: whether the counts hold this user's own likes, which are then taken out.
    active: the year in which half of the verdicts had been given, None where it is not known.
    """

    works: Sequence[Work]
    sides: Sequence[int]
    codes: Sequence[int]
    judged: int
    training: bool
    active: int | None = None

    @classmethod
    def of(cls, works: Sequence[Work], mine: Sided, training: bool) -> Person:
        """The user with these likes and dislikes."""
        known = sorted(time for time in mine.times if time is not None)
        middle = known[len(known) // 2] if known else None
        active = None if middle is None else 1970 + middle // 31_556_952
        return cls(works, mine.sides, mine.works, mine.judged, training, active)

    def number(self, side: int) -> int:
        """How many works are on a side."""
        return sum(one == side for one in self.sides)

    def tally(self, kind: str) -> Tally:
        """Likes and dislikes of works with a trait of this kind, in all and by trait."""
        totals = {LIKE: 0, DISLIKE: 0}
        names: dict[str, list[int]] = {}
        for work, side in zip(self.works, self.sides, strict=True):
            traits = work.traits(kind)
            totals[side] += bool(traits)
            for name in traits:
                names.setdefault(name, [0, 0])[side == DISLIKE] += 1
        if kind == "sequel":
            # Every work either is a sequel or is none.
            totals = {side: self.number(side) for side in totals}
        found = {name: (likes, dislikes) for name, (likes, dislikes) in names.items()}
        return Tally(totals[LIKE], totals[DISLIKE], found)


def carries(work: Work, fact: Fact) -> bool:
    """Whether a work has the trait that a fact is about."""
    return fact.about in KINDS and fact.value in work.traits(fact.about)


def facts(person: Person, counts: Counts, carried: int) -> list[Fact]:
    """All facts that hold for a user, of each kind the strongest first.

    carried: a category that fewer works than this carry is no taste.
    """
    tallies = {kind: person.tally(kind) for kind in KINDS}
    found = [
        fact
        for kind, tally in tallies.items()
        for fact in _shares(kind, tally, person, counts, carried if kind == "category" else 1)
    ]
    found.sort(key=lambda fact: (-_gain(fact), fact.about, fact.value))
    return [*found, *_contrasts(tallies, person, counts), *_habits(person, counts)]


def _gain(fact: Fact) -> float:
    return significance.gain(fact.count, fact.of * fact.base)


def _shares(
    kind: str, tally: Tally, person: Person, counts: Counts, carried: int
) -> Iterator[Fact]:
    if kind == "sequel":
        return  # What is shared there is how many sequels the source has.
    n = tally.likes
    total = counts.totals.get(kind, (0, 0))[0] - person.training * n
    candidates, sum_of_all = counts.candidates(kind, carried)
    for name, (k, _) in tally.names.items():
        if k < LEAST:
            continue
        if kind == "decade" and _recent(name, person.active):
            continue
        code = counts.codes[kind].get(name)
        if code is None or counts.works[code] < carried:
            continue
        liked = int(counts.liked[code])
        p = (liked - person.training * k + 1) / (total + 2)
        weight = (1 / candidates + liked / sum_of_all) / 2
        if significance.lift(k, n, p) < LIFT:
            continue
        if significance.at_least(k, n, p) <= CHANCE * weight:
            yield Fact(FACT_OF.get(kind, "share"), kind, name, k, n, p, UP)


def _recent(decade: str, active: int | None) -> bool:
    """Whether a decade had hardly ended when the user was active."""
    return active is not None and decade[:1].isdigit() and int(decade[:4]) + 10 > active - RECENT


# -- likes against dislikes -------------------------------------------------------------------


class _Split(NamedTuple):
    """A trait on both sides. least: the smallest chance of either direction, given the margins."""

    kind: str
    name: str
    likes: int
    dislikes: int
    n: int
    m: int
    least: tuple[float, float]

    def chance(self, direction: int) -> float:
        marked, total = self.likes + self.dislikes, self.n + self.m
        if direction == UP:
            return significance.drawn_at_least(self.likes, self.n, marked, total)
        return significance.drawn_at_least(self.dislikes, self.m, marked, total)

    def fact(self, direction: int) -> Fact:
        if direction == UP:
            base, count, of = self.dislikes / self.m, self.likes, self.n
        else:
            base, count, of = self.likes / self.n, self.dislikes, self.m
        return Fact("contrast", self.kind, self.name, count, of, base, direction)


def _contrasts(tallies: dict[str, Tally], person: Person, counts: Counts) -> list[Fact]:
    tried = [one for kind, tally in tallies.items() for one in _splits(kind, tally)]
    bound = significance.tarone([p for one in tried for p in one.least], CONTRAST_CHANCE)
    held = []
    for one in tried:
        for direction, least in zip((UP, DOWN), one.least, strict=True):
            if least <= bound:
                p = one.chance(direction)
                if p <= bound:
                    held.append((p, one, direction))
    if not held:
        return []
    expected = _dislikes_expected(person, counts)
    held.sort(key=lambda entry: (entry[0], entry[1].kind, entry[1].name))
    return [
        one.fact(direction)
        for _, one, direction in held
        if -direction * _surprise(one, person, expected) >= RECEPTION
    ]


def _splits(kind: str, tally: Tally) -> Iterator[_Split]:
    n, m, names = tally
    if not n or not m:
        return
    for name, (likes, dislikes) in names.items():
        marked = likes + dislikes
        if marked >= LEAST:
            up = significance.drawn_at_least(min(marked, n), n, marked, n + m)
            down = significance.drawn_at_least(min(marked, m), m, marked, n + m)
            yield _Split(kind, name, likes, dislikes, n, m, (up, down))


def _dislikes_expected(person: Person, counts: Counts) -> np.ndarray:
    """For each work, how likely this user is to dislike it rather than to like it, by how others
    received it and by how often the user dislikes anything."""
    codes = np.array(person.codes)
    disliked = np.array(person.sides) == DISLIKE
    own = person.training * disliked
    odds = (counts.dislikes[codes] - own + 1) / (
        counts.likes[codes] - (person.training * ~disliked) + 1
    )
    factor, wanted = 1.0, disliked.sum()
    for _ in range(30):
        p = factor * odds / (1 + factor * odds)
        factor *= min(max(wanted / p.sum(), 0.25), 4.0)
    return factor * odds / (1 + factor * odds)


def _surprise(one: _Split, person: Person, expected: np.ndarray) -> float:
    """Standard deviations by which the dislikes of a trait exceed those expected, their sum given."""
    has = np.array([one.name in work.traits(one.kind) for work in person.works])
    spread = expected * (1 - expected)
    within = spread[has].sum()
    variance = within - within * within / spread.sum()
    return float((one.dislikes - expected[has].sum()) / math.sqrt(max(variance, 1e-9)))


# -- habits -----------------------------------------------------------------------------------


def _habits(person: Person, counts: Counts) -> Iterator[Fact]:
    usual = counts.habits
    if usual is None:
        return
    n, judged = person.number(LIKE), person.judged
    if judged >= usual.judged[2]:
        yield Fact("habit", "heavy", "", judged, 0, usual.judged[1], UP)
    elif judged <= usual.judged[0]:
        yield Fact("habit", "light", "", judged, 0, usual.judged[1], DOWN)
    if n / judged >= usual.liked[2]:
        yield Fact("habit", "generous", "", n, judged, usual.liked[1], UP)
    elif n / judged <= usual.liked[0]:
        yield Fact("habit", "strict", "", n, judged, usual.liked[1], DOWN)
    obscure, total = counts.obscure
    likes = [code for code, side in zip(person.codes, person.sides, strict=True) if side == LIKE]
    k = int((counts.likes[likes] < counts.known).sum())
    p = (obscure - person.training * k + 1) / (total - person.training * n + 2)
    if k / n >= usual.obscure[2] and significance.at_least(k, n, p) <= OBSCURE_CHANCE:
        yield Fact("habit", "obscure", "", k, n, p, UP)
    elif k / n <= usual.obscure[0] and significance.at_most(k, n, p) <= OBSCURE_CHANCE:
        yield Fact("habit", "obscure", "", k, n, p, DOWN)
