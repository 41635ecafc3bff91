"""What the members of a taste community like most, and the genre that these works share: by it a community is named."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np

from itdr.builders.evidence import traits as all_traits
from itdr.builders.evidence.audiences.communities import Communities
from itdr.builders.evidence.audiences.company import Company
from itdr.builders.evidence.audiences.examples import names_kind
from itdr.builders.evidence.audiences.kindred import Kindred
from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.series import base_title, series_key
from itdr.builders.evidence.traits import PLUS
from itdr.builders.store.reader import StoreReader

MIN_WORKS_OF_A_COMMUNITY, MAX_WORKS_OF_A_COMMUNITY = 2, 3
"""Typical works that must share a genre for the community to be named by it, and that are named, at most."""

Typical = tuple[int, Fact]
"""A typical work and how many members like it."""


class CommunityWorks:
    """The typical works of each community of a store.

    Args:
        store: the store.
        communities: who belongs together.
        company: what users like.
        kindred: tells the genres of works.
    """

    def __init__(
        self, store: StoreReader, communities: Communities, company: Company, kindred: Kindred
    ) -> None:
        self.store, self.communities = store, communities
        self.company, self.kindred = company, kindred

    def of(self, code: int, work: int, side: int) -> list[list[Fact]]:
        """What a community likes, without a work in question.

        Args:
            code: the community.
            work: the code of the work that is left out, in every edition.
            side: whether the community likes that work more than expected, or less.

        Returns:
            A kind and works of it, the kind first: the genre that most of the typical works share, of several the
            rarest; before it the same works as of that and another genre, if they share two. Nothing where no two
            works share a genre.
        """
        own = base_title(self.store.item(work).title)
        works = [one for one in self._typical[code] if base_title(one[1].value) != own]
        by_genre: dict[str, list[Fact]] = {}
        for other, fact in works:
            theirs = self.kindred.genres(other)
            for genre in (one for one in theirs if names_kind([one], theirs)):
                by_genre.setdefault(genre, []).append(fact)
        several = {
            genre: named
            for genre, named in by_genre.items()
            if len(named) >= MIN_WORKS_OF_A_COMMUNITY
        }
        if side == DOWN:
            # Nobody is warned of an item by what it is.
            own_genres = self.kindred.genres(work)
            several = {genre: named for genre, named in several.items() if genre not in own_genres}
        if not several:
            return []
        genre = min(several, key=lambda one: (*self._rank(one, several[one]), one))
        named = several[genre][:MAX_WORKS_OF_A_COMMUNITY]
        others = [one for one in several if one != genre and set(named) <= set(several[one])]
        pairs = [
            ("blend", PLUS.join(sorted((genre, min(others, key=self.kindred.likes_of)))))
            for _ in others[:1]
        ]
        return [
            [Fact("kin", *kind, len(named), len(works), 0.0, side), *named]
            for kind in [*pairs, (all_traits.CATEGORY, genre)]
        ]

    def _rank(self, genre: str, works: Sequence[Fact]) -> tuple[int, int]:
        return -min(len(works), MAX_WORKS_OF_A_COMMUNITY), self.kindred.likes_of(genre)

    @functools.cached_property
    def _typical(self) -> list[list[Typical]]:
        """By community its typical works, one of a series."""
        judged = self.company.judged
        likes = judged.totals[1]
        users = np.arange(len(judged.likes[0]) - 1)
        member = self.communities.members(users)
        found = []
        for code, works in enumerate(self.communities.typical(likes)):
            inside = users[member == code]
            ranks = self.company.likes_of(inside).ranks
            counts = np.bincount(ranks, minlength=len(likes) + 1)[self.company.ranks.of]
            here: dict[str, Typical] = {}
            for work in works.tolist() if len(inside) else ():
                title = self.store.item(work).title
                share = int(likes[work]) / self.company.active
                fact = Fact("share", "work", title, int(counts[work]), len(inside), share, UP)
                here.setdefault(series_key(title), (work, fact))
            found.append(list(here.values()))
        return found
