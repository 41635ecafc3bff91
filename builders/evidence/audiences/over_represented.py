"""Genders, ages and countries that are over-represented among those who took an item, where verdicts are not known."""

from __future__ import annotations

import numpy as np

from itdr.builders.evidence.activity import Activity
from itdr.builders.evidence.audiences.expectations import bound
from itdr.builders.evidence.audiences.members import Members
from itdr.builders.evidence.facts import UP, Fact

MIN_TAKERS = 13
"""Likers whose group is known, at least."""
MIN_TAKERS_OF_A_GROUP = 5
MIN_RATIO_OF_TAKERS = 1.25
"""The factor by which a group must be over-represented among likers."""


def over_represented(
    members: Members, activity: Activity, work: int, likers: np.ndarray
) -> list[Fact]:
    """The groups. Whoever hardly meets an item need not dislike it: none is warned.

    Args:
        members: who belongs to which group.
        activity: how likely people are to like each work.
        work: the work's code.
        likers: those who like it, or a sample of them.

    Returns:
        Facts, the clearest first.
    """
    if len(likers) < MIN_TAKERS or not members.known_groups:
        return []
    users, found = np.flatnonzero(members.likes > 0), []
    chances = -np.expm1(-activity.rates[work] * activity.mean)
    for column in range(members.known.shape[1]):
        codes = members.known[:, column]
        ours, theirs = likers[codes[likers] >= 0], users[codes[users] >= 0]
        if len(ours) < MIN_TAKERS:
            continue
        weights = np.bincount(
            codes[theirs], chances[activity.bins[theirs]], minlength=len(members.known_groups)
        )
        counts = np.bincount(codes[ours], minlength=len(weights))
        shares = weights / weights.sum()
        least = bound(int((weights > 0).sum()))
        for code in np.flatnonzero(weights > 0).tolist():
            share, k = float(shares[code]), int(counts[code])
            usual = share * len(ours)
            z = round((k - usual) / max(usual * (1 - share), 1e-9) ** 0.5, 6)
            if z >= least and k >= MIN_TAKERS_OF_A_GROUP and k >= MIN_RATIO_OF_TAKERS * usual:
                group = members.known_groups[code]
                fact = Fact("group", group.about, group.value, k, len(ours), usual, UP)
                found.append((-z, code, fact))
    return [fact for _, _, fact in sorted(found, key=lambda one: one[:2])]
