"""Taste communities: users grouped by what they like, in whole numbers only, so that every machine and
engine finds the same ones.

Spherical k-means on the likes of the best-known works: a centre holds for each work how many of its
members like it, divided by the centre's length. Which community somebody belongs to can be asked without
one of their likes, so that nobody belongs to a community because of the very work in question.
"""

from __future__ import annotations

import functools
from math import isqrt

import numpy as np

from itdr.builders.core.ranges import ranges

CENTRES = 16
KNOWN_WORKS = 512
LEAST_LIKES = 10
"""Likes of best-known works without which nobody belongs to a community."""
MOST_USERS = 20_000
ROUNDS_OF_K_MEANS = 10
SCALE = 1 << 12
BITS_OF_A_SUM = 26
"""Bits that are enough for the weights of all known works together."""
USERS_AT_A_TIME = 1 << 16


class Communities:
    """The communities of a store.

    Args:
        begins, liked: where each user's likes begin, and the liked works.
        likers: by work, how many like it.
        keys: by user, the hash by which users are sampled.
    """

    def __init__(
        self, begins: np.ndarray, liked: np.ndarray, likers: np.ndarray, keys: np.ndarray
    ) -> None:
        order = np.lexsort((np.arange(len(likers)), -likers))[:KNOWN_WORKS]
        self.works = order[likers[order] > 0]
        self._place = np.full(len(likers), -1, np.int32)
        self._place[self.works] = np.arange(len(self.works))
        self._begins, self._liked = begins, liked
        places = self._place[liked]
        before = np.concatenate([[0], (places >= 0).cumsum(dtype=np.int64)])
        self._known = np.diff(before[begins])
        able = np.flatnonzero(self._known >= LEAST_LIKES)
        sample = able[np.argsort(keys[able], kind="stable")[:MOST_USERS]]
        self.centres = self._fitted(np.sort(sample), keys)
        self.scores = self._scored()

    def _rows(self, users: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(which of the users, which known work) of their likes."""
        counts = self._begins[users + 1] - self._begins[users]
        places = self._place[self._liked[ranges(self._begins[users], counts)]]
        kept = places >= 0
        return np.arange(len(users)).repeat(counts)[kept], places[kept]

    def _fitted(self, users: np.ndarray, keys: np.ndarray) -> np.ndarray:
        """int64 array, a row to a community: the weight of each known work."""
        if len(users) < CENTRES * LEAST_LIKES:
            return np.zeros((0, len(self.works)), np.int64)
        who, place = self._rows(users)
        # The first centres are single users, drawn by hash.
        first = np.argsort(keys[users], kind="stable")[:CENTRES]
        centres = np.zeros((CENTRES, len(self.works)), np.int64)
        for centre, user in enumerate(first.tolist()):
            own = place[who == user]
            centres[centre, own] = SCALE // max(isqrt(len(own)), 1)
        for _ in range(ROUNDS_OF_K_MEANS):
            member = _sums(who, place, centres, len(users)).argmax(axis=1)
            flat = np.bincount(member[who] * len(self.works) + place, minlength=centres.size)
            counts = flat.reshape(centres.shape)
            lengths = [max(isqrt(int(one)), 1) for one in (counts * counts).sum(axis=1)]
            centres = counts * SCALE // np.array(lengths)[:, None]
        return centres

    def _scored(self) -> np.ndarray:
        """int32 array, a row to a user: how near they are to each community."""
        n = len(self._begins) - 1
        scores = np.zeros((n, len(self.centres)), np.int32)
        if not len(self.centres):
            return scores
        for start in range(0, n, USERS_AT_A_TIME):
            users = np.arange(start, min(start + USERS_AT_A_TIME, n))
            who, place = self._rows(users)
            scores[users] = _sums(who, place, self.centres, len(users))
        return scores

    def members(
        self, users: np.ndarray, work: int = -1, liked: np.ndarray | None = None
    ) -> np.ndarray:
        """The community of each user; with `liked`, as if they had not liked one work.

        Args:
            users: user codes.
            work: code of the work that is left out; -1 for none.
            liked: bool per user, whether they like that work.

        Returns:
            Community per user; -1 for users with too few likes.
        """
        found = self._nearest[users]
        place = self._place[work] if work >= 0 else -1
        if place >= 0 and liked is not None and len(self.centres):
            changed = liked.nonzero()[0]
            own = users[changed]
            nearest = (self.scores[own] - self.centres[:, place]).argmax(axis=1)
            found[changed] = np.where(self._known[own] > LEAST_LIKES, nearest, -1)
        return found

    @functools.cached_property
    def _nearest(self) -> np.ndarray:
        """int8 by user: their community; -1 for users with too few likes."""
        if not len(self.centres):
            return np.full(len(self._known), -1, np.int8)
        nearest = self.scores.argmax(axis=1).astype(np.int8)
        return np.where(self._known >= LEAST_LIKES, nearest, np.int8(-1))

    def typical(self, everybody: np.ndarray, least: int = 3) -> list[np.ndarray]:
        """The most typical works of each community: those whose weight stands out most.

        Args:
            everybody: by known work, how many of all users like it.
            least: how many works to find, at least.

        Returns:
            Work codes by community, the most typical first; twice `least` of each.
        """
        found = []
        for centre in self.centres:
            share = centre / np.maximum(np.sqrt(everybody[self.works]), 1)
            order = np.lexsort((np.arange(len(share)), -np.round(share, 6)))
            found.append(self.works[order[: 2 * least]])
        return found


def _sums(who: np.ndarray, place: np.ndarray, centres: np.ndarray, n: int) -> np.ndarray:
    """By user and centre the weights of the user's works, added up exactly."""
    # Two centres at a time (they are even in number): the sums of both go into the 53 bits of a float.
    packed = (centres[::2] + (centres[1::2] << BITS_OF_A_SUM)).astype(float)
    sums = [np.bincount(who, two.take(place), minlength=n).astype(np.int64) for two in packed]
    columns = [
        one for both in sums for one in (both & (1 << BITS_OF_A_SUM) - 1, both >> BITS_OF_A_SUM)
    ]
    return np.stack(columns, axis=1)
