"""Which groups of users an item suits, and whom to warn: read off those who in fact liked it.

A group is the fans of a trait, or those of one gender, age or country. It is stated where it is so much
commoner among the item's likers than its share of all likes that chance would hardly do it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from itdr.builders.evidence import significance as _chance
from itdr.builders.evidence.audiences.judges import Count, Counts, Rows, Trait
from itdr.builders.evidence.audiences.statements import FEW_JUDGES

LIFT, Z = 1.3, 2.58
RARE, RARE_Z = 0.7, -2.58
FALSE_ONES = {"suits": 0.1, "disliked": 0.05, "missing": 0.05}
FEW_TESTS = 20
"""Of each kind of traits chance alone states at most so many on an item, by exact binomial tails. For
what an item suits the bound on z sees to that where no more than `FEW_TESTS` traits are tested; but
an author or a brand has but one judge in a thousand, and there are thousands of them."""
MOST = 3
"""Groups stated of an item."""
MOST_AVOIDED = 2


@dataclass(frozen=True, slots=True)
class Group:
    """A group that is stated. how: `suits`, `disliked` (over-represented among dislikers) or `missing`
    (under-represented among likers).   lift: smoothed.   share: of all likes (dislikes)."""

    kind: str
    value: str
    how: str
    k: int
    n: int
    share: float
    lift: float
    z: float


def groups(counts: Counts, work: int) -> tuple[list[Group], list[Group]]:
    """(those that the work suits, those to warn), the strongest first."""
    return groups_of(counts, [work])[0]


def groups_of(counts: Counts, works: Sequence[int]) -> list[tuple[list[Group], list[Group]]]:
    """`groups` of several works.

    To be warned are those who are commoner among the work's dislikers than among all dislikes, and
    than among its likers; and those who are hardly to be found among the latter.
    """
    rows = counts.rows(works)
    chosen = _possible(rows)
    found: list[tuple[list[Group], list[Group]]] = [([], []) for _ in works]
    places = rows.places[chosen].tolist()
    for place, (trait, likers, dislikers) in zip(
        places, rows.at(chosen, counts.traits), strict=True
    ):
        suits, avoid = found[place]
        up, against = _lift(likers), _lift(dislikers)
        group = None
        if up is not None and up >= LIFT:
            group = _tested(trait, likers, up, counts, "suits")
        if group:
            suits.append(group)
            continue
        if against is not None and against >= LIFT and _against(dislikers, likers):
            group = _tested(trait, dislikers, against, counts, "disliked")
        if group is None and up is not None and up <= RARE:
            group = _tested(trait, likers, up, counts, "missing")
        if group:
            avoid.append(group)
    return [(_strongest(suits)[:MOST], _strongest(avoid)[:MOST_AVOIDED]) for suits, avoid in found]


def _possible(rows: Rows) -> np.ndarray:
    """The rows that may state a group, as far as lift, z and the number of judges tell: one in five."""
    up, z = _measured(rows.likers)
    against, its_z = _measured(rows.dislikers)
    commoner = (up >= LIFT) & (z >= Z) & (rows.likers[0] >= FEW_JUDGES)
    disliked = (against >= LIFT) & (its_z >= Z) & (rows.dislikers[0] >= FEW_JUDGES)
    return np.flatnonzero(commoner | disliked | ((up <= RARE) & (z <= RARE_Z)))


def _measured(side: tuple[np.ndarray, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Lift and z of each row, by the formulas of `chance`; NaN where there is nobody to compare with."""
    k, n, some, of = side
    with np.errstate(divide="ignore", invalid="ignore"):
        share = some / of
        lift = ((k + _chance.PRIOR * share) / (n + _chance.PRIOR)) / share
        z = (k - n * share) / np.sqrt(n * share * (1 - share))
    lift[(n <= 0) | (some <= 0) | (some >= of)] = np.nan
    return lift, z


def _lift(count: Count) -> float | None:
    """The smoothed lift; None where there is nobody to compare with."""
    k, n, some, of = count
    return _chance.lift(k, n, some / of) if n and 0 < some < of else None


def _tested(trait: Trait, count: Count, lift: float, counts: Counts, how: str) -> Group | None:
    """The group, if chance would hardly do it. lift: the count's, high enough for `how` (of those
    missing, low enough)."""
    k, n = count.k, count.n
    if how != "missing" and k < FEW_JUDGES:
        return None
    share = count.some / count.all
    z = _chance.z_score(k, n, share)
    if how == "missing":
        stated = z <= RARE_Z
        chance = _chance.at_most(k, n, share) if stated else 1.0
    else:
        stated = z >= Z
        chance = _chance.at_least(k, n, share) if stated else 1.0
    tests = counts.tested[trait.kind]
    guarded = how != "suits" or tests > FEW_TESTS
    if not stated or (guarded and chance > FALSE_ONES[how] / max(tests, FEW_TESTS)):
        return None
    return Group(trait.kind, trait.value, how, k, n, share, lift, z)


def _against(dislikers: Count, likers: Count) -> bool:
    """Whether the group is so much commoner among dislikers than among likers: else its members meet
    the item more often, and only therefore dislike it more often too."""
    share = likers.some / likers.all if likers.all else 0.0
    here = (dislikers.k + _chance.PRIOR * share) / (dislikers.n + _chance.PRIOR)
    there = (likers.k + _chance.PRIOR * share) / (likers.n + _chance.PRIOR)
    return here >= LIFT * there


def _strongest(groups: list[Group]) -> list[Group]:
    def strength(group: Group) -> float:
        return group.lift if group.lift > 1 else 1 / group.lift

    return sorted(groups, key=lambda group: (-strength(group), group.kind, group.value))
