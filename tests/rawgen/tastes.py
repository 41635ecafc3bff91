"""A crowd with tastes about as strong as those of MovieLens: works of a niche find the same people.

Niches lie on a ring, those of one genre beside each other. Each user has a few favourite niches, draws most items from
them and their neighbours, and rates these higher. Popularity falls as that of MovieLens 32M: slowly among the first
films, then ever faster.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.rawgen.common import Crowd
from tests.rawgen.words import titles

NICHES = 80
FAVOURITES = 3
"""Niches of a user around which most of what they watch lies."""
SPREAD = 1.0
"""By how many niches draws lie beside a favourite, as a standard deviation."""
ONE_IN_OF_KNOWN = 146
"""One in so many items is about as popular as the first; the popularity of the others falls with the square of the rank."""
ODDS_OF_OWN = (5.0, 4.0)
"""The share of draws from favourite niches: by user, from a beta distribution with these parameters."""
HEAVY = 6
"""Whoever rates one in so many items takes all of them as they come."""
BASE, LIFT = 0.60, 0.16
"""How an item far from a user's favourite niches is liked, and how much more one within."""
KINDNESS, QUALITY, NOISE = 0.09, 0.08, 0.15
"""How much users, items and single verdicts differ, as standard deviations."""
GENRES_OF_A_NICHE = (0.8, 0.35)
"""How likely a second and a third genre are."""
SKEW = 0.75
"""How steeply genres fall from the most frequent on."""
OWN_GENRES = 0.7
"""The share of items with all genres of their niche; the others lack one or have another one besides."""
TAGS_OF_A_NICHE = 7


class Tasters(Crowd):
    """A `Crowd` of niches instead of groups; its arguments are the same."""

    def __init__(self, *, categories: Sequence[str], **given: Any) -> None:
        super().__init__(categories=categories, **given)
        rng = self.rng(6)
        kinds = sorted(_kinds(rng, len(categories)))
        self.niche = rng.integers(0, NICHES, self.items)
        self.item_categories = [
            tuple(categories[one] for one in sorted(found))
            for found in _varied(rng, [kinds[one] for one in self.niche.tolist()], len(categories))
        ]
        self._kinds = [tuple(categories[one] for one in kind) for kind in kinds]
        rank = rng.permutation(self.items)
        self.weight = (1 + rank * ONE_IN_OF_KNOWN / self.items) ** -2.0
        self._order = np.argsort(self.niche, kind="stable")
        self._until = np.concatenate([[0.0], np.cumsum(self.weight[self._order])])
        begins = np.searchsorted(self.niche[self._order], np.arange(NICHES + 1))
        self._bounds = self._until[begins]
        self.favourites = rng.integers(0, NICHES, (self.users, FAVOURITES))
        self._own = rng.beta(*ODDS_OF_OWN, self.users)
        self._kindness = rng.normal(0, KINDNESS, self.users)
        self.quality = rng.normal(0, QUALITY, self.items)
        names = titles(rng, NICHES * TAGS_OF_A_NICHE, ("{a} {n}",))
        self.tags = np.array(names, object).reshape(NICHES, TAGS_OF_A_NICHE)

    def tastes(self, user: int) -> tuple[str, ...]:
        """The categories of the user's first favourite."""
        return self._kinds[int(self.favourites[user, 0])]

    def _items(self, rng: np.random.Generator, user: np.ndarray) -> np.ndarray:
        """An item for each draw: most of them from near a favourite niche, the others from all; whoever has seen much
        takes what comes."""
        heavy = np.minimum(HEAVY * self.count[user] / self.items, 1)
        own = rng.random(len(user)) < self._own[user] * (1 - heavy)
        favourite = self.favourites[user, rng.integers(0, FAVOURITES, len(user))]
        beside = np.rint(rng.normal(0, SPREAD, len(user))).astype(np.int64)
        niche = (favourite + beside) % NICHES
        low = np.where(own, self._bounds[niche], 0)
        high = np.where(own, self._bounds[niche + 1], self._until[-1])
        point = low + rng.random(len(user)) * (high - low)
        place = np.searchsorted(self._until, point, side="right") - 1
        anyhow = rng.random(len(user)) < heavy
        place[anyhow] = rng.integers(0, self.items, int(anyhow.sum()))
        return self._order[np.minimum(place, self.items - 1)]

    def _liking(self, rng: np.random.Generator, user: np.ndarray, item: np.ndarray) -> np.ndarray:
        away = np.abs(self.favourites[user] - self.niche[item][:, None])
        away = np.minimum(away, NICHES - away).min(axis=1)
        lift = LIFT * np.exp(-((away / (2 * SPREAD)) ** 2) / 2)
        base = BASE + lift + self._kindness[user] + self.quality[item]
        return np.clip(base + rng.normal(0, NOISE, len(item)), 0, 1).astype(np.float32)


def _kinds(rng: np.random.Generator, n: int) -> list[tuple[int, ...]]:
    """The genres of each niche, of which the first are the most frequent."""
    chances = (1.0 + np.arange(n)) ** -SKEW
    drawn = np.argsort(-np.log(chances / chances.sum()) - rng.gumbel(size=(NICHES, n)), axis=1)
    number = 1 + (rng.random((NICHES, 2)) < GENRES_OF_A_NICHE).cumprod(axis=1).sum(axis=1)
    return [tuple(sorted(row[:k])) for row, k in zip(drawn.tolist(), number.tolist(), strict=True)]


def _varied(
    rng: np.random.Generator, kinds: Sequence[tuple[int, ...]], n: int
) -> list[tuple[int, ...]]:
    """The genres of each item, by those of its niche."""
    change = rng.random(len(kinds)) >= OWN_GENRES
    genres = rng.integers(0, n, len(kinds))
    return [
        tuple({*kind} ^ {one}) or kind if changed else kind
        for kind, one, changed in zip(kinds, genres.tolist(), change.tolist(), strict=True)
    ]
