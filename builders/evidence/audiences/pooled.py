"""Makers, hashtags and topics as works of their own, liked by everybody who likes any of theirs: where
single works have few likers, all works of a maker together say what one does not."""

from __future__ import annotations

import numpy as np

from itdr.builders.evidence import traits as all_traits
from itdr.builders.evidence.audiences.expectations import activity_of
from itdr.builders.evidence.audiences.members import TraitTable

MIN_WORKS_OF_A_POOLED_TRAIT, MIN_LIKERS_OF_A_POOLED_TRAIT = 3, 5
MAX_SHARE_OF_A_POOLED_TRAIT = 0.3
"""A trait of which more users like a work says nothing of them."""
USERS_OF_A_BLOCK = 1 << 14


class Pooled:
    """The traits that are counted as works.

    Args:
        traits: the traits of works.
        begins, liked: where each user's likes begin, and the liked works.
        is_rated: categories are left to rates, which say more.
    """

    def __init__(
        self, traits: TraitTable, begins: np.ndarray, liked: np.ndarray, is_rated: bool
    ) -> None:
        self.traits = traits
        kinds = [
            all_traits.CREATOR,
            all_traits.HASHTAG,
            *([] if is_rated else [all_traits.CATEGORY]),
        ]
        works = np.bincount(traits.codes, minlength=len(traits.names))
        wanted = np.array([about in kinds for about, _ in traits.names], bool)
        self._counted = wanted & (works >= MIN_WORKS_OF_A_POOLED_TRAIT)
        likes = np.diff(begins).astype(np.int64)
        users = np.zeros(len(traits.names), np.int64)
        for start in range(0, len(likes) if self._counted.any() else 0, USERS_OF_A_BLOCK):
            stop = min(start + USERS_OF_A_BLOCK, len(likes))
            who = np.arange(stop - start).repeat(likes[start:stop])
            users += self.together(who, liked[begins[start] : begins[stop]])
        active = max(int((likes > 0).sum()), 1)
        self.able = (
            self._counted
            & (users >= MIN_LIKERS_OF_A_POOLED_TRAIT)
            & (users <= MAX_SHARE_OF_A_POOLED_TRAIT * active)
        )
        self.activity = activity_of(likes, users)

    def together(self, who: np.ndarray, works: np.ndarray) -> np.ndarray:
        """By trait, how many of the people like any of its works: row by row, who likes which work."""
        rows, codes = self.traits.carried(works)
        kept = self._counted[codes]
        size = max(len(self.traits.names), 1)
        pairs = np.unique(who[rows[kept]].astype(np.int64) * size + codes[kept])
        return np.bincount(pairs % size, minlength=len(self.traits.names))
