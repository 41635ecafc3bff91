"""What the data say of a user's taste: facts, each tested, the figures with it.

`share` (for decades `era`, for series `series`). Of a user's n likes that have any trait of a kind, k
carry this one; of the likes of the *other* users of the training part, a share p. It is a fact where
k >= 3, the smoothed lift ((k + 10 p) / (n + 10)) / p is at least 1.3, and chance explains it in too few
users: P(X >= k) <= .05 w for X binomial (n, p), where the weights w of all traits of the kind sum to 1:
each gets half of an equal share, and half by how common it is. p is at least the share that works drawn
by popularity, so many of them and none twice, let expect. Its direction is none (0) where it is
about as common among the user's dislikes: what they come back to, with mixed results.

`contrast`. The same trait among the user's likes and among their dislikes: Fisher's exact test in both
directions over all traits of the user, at .04 in all by Tarone's bound. So that it is this user's line
and not everybody's, the dislikes must also be more (fewer) than how the works were received at large
lets expect, by two standard deviations.

`habit`. How many works the user has judged, the share of them that they like, and of little-known
works among the likes: said beyond the first or last tenth of users who have judged 20 works or more;
the last only where chance explains it in one of 100, against what so many likes let expect.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from itdr.builders.evidence import significance
from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests.person import Person, Tally
from itdr.builders.evidence.interests.works import KINDS
from itdr.builders.evidence.verdicts import DISLIKE, LIKE

LEAST = 3
LIFT = 1.3
CHANCE = 0.05
CONTRAST_CHANCE = 0.04
RECEPTION = 2.0
OBSCURE_CHANCE = 0.01
SHRINK = 4
"""Verdicts that the reception of works of a trait counts for, beside those on the very work."""
_ROUNDS, _STEP, _CLOSE = 30, 1.5, 1e-9
MIXED = 2
MIXED_SHARE = 0.8
"""A taste is a mixed one by so many dislikes at least, and where its share among the dislikes is at
least so many times that among the likes."""
RECENT = 5
"""A decade that ended less than so many years before the user was active says when, not what."""
FACT_OF = {"decade": "era", "series": "series"}
"""The kind of the fact that a share of these traits is; else `share`."""


def facts(person: Person, carried: int) -> list[Fact]:
    """All facts that hold for a user, of each kind the strongest first.

    carried: a category that fewer works than this carry is no taste.
    """
    tally = person.tally
    found = list(_shares(tally, person, carried))
    found.sort(key=lambda fact: (-_gain(fact), fact.about, fact.value))
    return [*found, *_contrasts(tally, person), *_habits(person)]


def _gain(fact: Fact) -> float:
    expected = fact.base * fact.of if fact.kind == "share" else fact.base
    return significance.gain(fact.count, expected)


def _shares(tally: Tally, person: Person, carried: int) -> Iterator[Fact]:
    counts, own = person.counts, int(person.training)
    traits, k, n = tally.traits, tally.likes, tally.n
    kinds = counts.kinds[traits]
    liked = counts.liked[traits]
    p = (liked - own * k + 1) / (counts.totals[kinds, 0] - own * n + 2)
    lift = (k + significance.PRIOR * p) / (n + significance.PRIOR) / p
    least = np.where(kinds == KINDS.index("category"), carried, 1)
    # What is shared by sequels is how many of them the source has.
    able = (k >= LEAST) & (lift >= LIFT) & (counts.works[traits] >= least)
    able &= kinds != KINDS.index("sequel")
    for place in np.flatnonzero(able).tolist():
        kind, name = counts.names[traits[place]]
        if kind == "decade" and _recent(name, person.active):
            continue
        candidates, sum_of_all = counts.candidates(kind, int(least[place]))
        weight = (1 / candidates + int(liked[place]) / sum_of_all) / 2
        likes, total = int(k[place]), int(n[place])
        # Who likes few works likes the popular ones, and who likes many likes others, too.
        base = max(float(p[place]), counts.share(int(traits[place]), total))
        if significance.lift(likes, total, base) < LIFT:
            continue
        if significance.at_least(likes, total, base) > CHANCE * weight:
            continue
        against = int(tally.dislikes[place])
        mixed = against >= MIXED and against * total >= MIXED_SHARE * likes * int(tally.m[place])
        # Of a `share` the base is one, too; else the number to be expected.
        of_kind = FACT_OF.get(kind, "share")
        base = base if of_kind == "share" else base * total
        yield Fact(of_kind, kind, name, likes, total, base, 0 if mixed else UP)


def _recent(decade: str, active: int | None) -> bool:
    """Whether a decade had hardly ended when the user was active."""
    return active is not None and decade[:1].isdigit() and int(decade[:4]) + 10 > active - RECENT


# -- likes against dislikes -------------------------------------------------------------------


def _contrasts(tally: Tally, person: Person) -> list[Fact]:
    marked = tally.likes + tally.dislikes
    tried = np.flatnonzero((marked >= LEAST) & (tally.n > 0) & (tally.m > 0))
    if not len(tried):
        return []
    marked, n, m = marked[tried], tally.n[tried], tally.m[tried]
    least = {
        UP: significance.least_drawn(n, marked, n + m),
        DOWN: significance.least_drawn(m, marked, n + m),
    }
    bound = significance.tarone(np.concatenate([least[UP], least[DOWN]]), CONTRAST_CHANCE)
    held = []
    for direction, drawn, found in ((UP, n, tally.likes), (DOWN, m, tally.dislikes)):
        k = found[tried]
        # Most tests fail by their first term.
        able = (least[direction] <= bound) & (k * (n + m) > drawn * marked)
        able &= significance.drawn_exactly(k, drawn, marked, n + m) <= bound
        for place in np.flatnonzero(able).tolist():
            p = significance.drawn_at_least(
                int(k[place]), int(drawn[place]), int(marked[place]), int(n[place] + m[place])
            )
            if p <= bound:
                held.append((p, int(tried[place]), direction))
    if not held:
        return []
    facts = []
    for _, place, direction in sorted(held):
        surprise = _surprise(int(tally.traits[place]), person)
        if -direction * surprise >= RECEPTION:
            facts.append(_contrast(tally, person, place, direction))
    return facts


def _contrast(tally: Tally, person: Person, place: int, direction: int) -> Fact:
    kind, name = person.counts.names[tally.traits[place]]
    likes, n = int(tally.likes[place]), int(tally.n[place])
    dislikes, m = int(tally.dislikes[place]), int(tally.m[place])
    if direction == UP:
        return Fact("contrast", kind, name, likes, n, dislikes / m, UP)
    return Fact("contrast", kind, name, dislikes, m, likes / n, DOWN)


def _surprise(trait: int, person: Person) -> float:
    """Standard deviations by which the dislikes of a trait exceed those to be expected of this user,
    who dislikes so many works in all, by how others received the very works."""
    has = person.bears(trait)
    disliked = person.sides == DISLIKE
    odds = _odds(trait, has, disliked, person)
    wanted = float(disliked.sum())
    factor = 1.0
    for _ in range(_ROUNDS):
        p = factor * odds / (1 + factor * odds)
        spread = p * (1 - p)
        off = wanted - float(p.sum())
        if abs(off) < _CLOSE * wanted:
            break
        factor *= math.exp(min(max(off / float(spread.sum()), -_STEP), _STEP))
    within = spread[has].sum()
    variance = within - within * within / spread.sum()
    return float((disliked[has].sum() - p[has].sum()) / math.sqrt(max(variance, 1e-9)))


def _odds(trait: int, has: np.ndarray, disliked: np.ndarray, person: Person) -> np.ndarray:
    """The odds of a dislike against a like of each work, among other users; those of works that few
    have judged are drawn towards the odds of all works that have the trait, or have it not."""
    counts, codes, own = person.counts, person.codes, int(person.training)
    sides = []
    for mine, of_trait, of_work in (
        (disliked, counts.disliked, counts.dislikes),
        (~disliked, counts.liked, counts.likes),
    ):
        there, total = int(of_trait[trait]), int(of_work.sum())
        there -= own * int(mine[has].sum())
        rest = total - own * int(mine.sum()) - there
        sides.append((of_work[codes] - own * mine, np.where(has, there, rest) + 1))
    (dislikes, all_dislikes), (likes, all_likes) = sides
    share = all_dislikes / (all_dislikes + all_likes)
    return (dislikes + SHRINK * share) / (likes + SHRINK * (1 - share))


# -- habits -----------------------------------------------------------------------------------


def _habits(person: Person) -> Iterator[Fact]:
    counts = person.counts
    usual = counts.habits
    if usual is None:
        return
    n, judged = person.likes, person.judged
    if judged >= usual.judged[2]:
        yield Fact("habit", "heavy", "", judged, 0, usual.judged[1], UP)
    elif judged <= usual.judged[0]:
        yield Fact("habit", "light", "", judged, 0, usual.judged[1], DOWN)
    if n / judged >= usual.liked[2]:
        yield Fact("habit", "generous", "", n, judged, usual.liked[1] * judged, UP)
    elif n / judged <= usual.liked[0]:
        yield Fact("habit", "strict", "", n, judged, usual.liked[1] * judged, DOWN)
    likes = counts.likes[person.codes[person.sides == LIKE]]
    k, p = int((likes < counts.known).sum()), counts.obscure_share(n)
    if not 0 < p < 1:
        return
    if k / n >= usual.obscure[2] and significance.at_least(k, n, p) <= OBSCURE_CHANCE:
        yield Fact("habit", "obscure", "", k, n, p * n, UP)
    elif k / n <= usual.obscure[0] and significance.at_most(k, n, p) <= OBSCURE_CHANCE:
        yield Fact("habit", "obscure", "", k, n, p * n, DOWN)
