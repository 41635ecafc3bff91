"""The company that a work keeps: other works, makers, hashtags and topics whose fans are its likers, too.

What is named must pass two tests. The likers of the work like it more often than their activity predicts (corrected
for the number of tests, so that permuted likes yield next to nothing); and of those of its fans who judged the work,
clearly more like it than their generosity and its reception predict. What a work's likers share seems to make people
like the work even where verdicts are permuted, since these likers were looked at to find it. Hence all works are
first tested together and by others: what some of the judges share, by the verdicts of the rest. Makers and topics
are chosen by who judged the work, whatever they thought of it. The figures of a fact are those of the second test:
of the fans, how many like this work. Where a source records only what was taken, the second cannot be asked, and
the figures are of the fans who took this work, too.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np

from itdr.builders.core.ranges import ranges
from itdr.builders.core.rng import splitmix64
from itdr.builders.evidence import traits as all_traits
from itdr.builders.evidence.activity import DECIMALS, Activity
from itdr.builders.evidence.audiences.expectations import FALSE_FINDS, bound, is_surprise
from itdr.builders.evidence.audiences.fans import Fans
from itdr.builders.evidence.audiences.judged import Judged
from itdr.builders.evidence.audiences.liked_together import (
    MIN_PEOPLE,
    MIN_RATIO,
    MIN_TOGETHER,
    MIN_Z_OF_FOLDS,
    LikedTogether,
    SharedWorks,
    strength_of,
)
from itdr.builders.evidence.audiences.members import TraitTable
from itdr.builders.evidence.audiences.pooled import Pooled
from itdr.builders.evidence.audiences.raters import MIN_FANS_WHO_JUDGED, Raters, Rates
from itdr.builders.evidence.audiences.shared_likes import LikesOfAll, Ranks
from itdr.builders.evidence.audiences.themes import Shared, Themes, makers_of
from itdr.builders.evidence.facts import DOWN, SAMPLE, UP, Fact
from itdr.builders.evidence.series import base_title, tell_one_series
from itdr.builders.store.reader import StoreReader

MOST_TRAITS_COUNTED, MOST_TRAITS_NAMED = 8, 2
"""The most makers, hashtags or topics that are counted as also liked, and that an answer names."""
MOST_EXAMPLES_OF_A_MAKER = 3
ONE_IN_OF_FOLLOWERS = 4
"""Where fans of a part of its series are one in so many of those who judged a work, but no group that likes it, no
other works are named."""
MIN_PERCENT_OF_STRANGE = 30
"""The smallest percentage of takers (in sources without ratings) who must also take another topic for it to be
named."""
ONE_IN_TAKERS = 5
"""Where items are taken rather than judged: one in so many of another work's takers must have taken this one, too."""
MAX_RATIO_OF_SHUNNED = 0.7
"""The factor by which a topic must be avoided among likers."""
MOST_SHUNNED = 2


class _Traits(NamedTuple):
    """Traits that likers of a work like in other works: by trait its code, how many like it, how many is usual."""

    codes: list[int]
    k: list[int]
    expected: list[float]


class Company:
    """What is liked together in a store.

    Args:
        store: the store.
        judged: who likes what.
        traits: the traits of its works.
        activity: how likely people are to like each work.
        themes: tells which works are parts of one series.
        is_rated: whether the source has verdicts, not only what was taken or passed over.
    """

    def __init__(
        self,
        store: StoreReader,
        judged: Judged,
        traits: TraitTable,
        activity: Activity,
        themes: Themes,
        is_rated: bool,
    ) -> None:
        self.store, self.judged, self.traits = store, judged, traits
        self.activity, self.themes, self.is_rated = activity, themes, is_rated
        self.begins, self.liked = judged.likes
        likers = np.bincount(self.liked, minlength=len(store.work))
        self.nameable = (likers >= MIN_TOGETHER) & (store.title_code >= 0)
        self.ranks = Ranks(self.nameable, likers)
        self.active = max(int((np.diff(self.begins) > 0).sum()), 1)
        tried = max(int((likers >= MIN_TOGETHER).sum()), 1)
        self.together = LikedTogether(store, activity, self.ranks, tried)
        self.likes_of = LikesOfAll(self.begins, self.liked, self.ranks).of
        """What gives all that some users like."""

    @functools.cached_property
    def pooled(self) -> Pooled:
        """Makers, hashtags and the like, treated as works liked by anyone who likes any work of theirs."""
        return Pooled(self.traits, self.begins, self.liked, self.is_rated)

    def sampled(self, users: np.ndarray, work: int) -> np.ndarray:
        """Which likers of a work are counted: all, or so many by hash.

        Args:
            users: the likers.
            work: the work's code.

        Returns:
            bool by liker.
        """
        if len(users) <= SAMPLE:
            return np.ones(len(users), bool)
        keys = splitmix64(self.store.user_hash[users] ^ self.store.item_hash[work])
        found = np.zeros(len(users), bool)
        found[np.argsort(keys, kind="stable")[:SAMPLE]] = True
        return found

    def of_judged(
        self, work: int, raters: Raters, everybody: Raters
    ) -> tuple[list[Fact], dict[str, int]]:
        """The works, makers and topics whose fans the work suits.

        Args:
            work: the work's code.
            raters: those who judged it, or a sample of them.
            everybody: all who judged it, over whom the figures are counted.

        Returns:
            (facts, the clearest of each kind first; the codes of the works that they name, by title).
        """
        likers = np.flatnonzero(raters.liked)
        likers = likers[self.sampled(raters.users[likers], work)]
        folds = self.together.folds(work, likers, raters)
        near = self.together.near(work, raters.fans, raters.fan_likes, raters.n_likers, folds.sizes)
        (found,) = self.together.shared(raters.users, near, folds.groups[:1])
        companions = self._of_its_kind(work, found)
        # Nobody had to look for the parts of its series, which need not be liked more often than usual.
        parts = self.themes.series_among(work, self.ranks.works[raters.fans.ranks[near.codes]])
        codes = self._also_traits(work, raters.users).codes
        works = np.union1d(companions.works, sorted(parts)).astype(np.int64)
        rates = raters.fans_of(works)
        clear, known = self._welcomed(raters, rates, works, parts), _are_among(works, parts)
        # Folds are dear: they are not asked where the fans of no companion welcome the work.
        if (clear & ~known).any():
            clear &= known | (self.together.foretold(near, folds, raters) >= MIN_Z_OF_FOLDS)
        shared = self._in_full(works[clear], parts, everybody)
        followers = rates.n[known]
        named = parts.intersection(other for _, other, _ in shared)
        if not named and ONE_IN_OF_FOLLOWERS * followers.max(initial=0) >= len(raters.users):
            # What else its audience likes would not be the first to say of a sequel.
            return [], {}
        traits = self._welcome_traits(work, codes, raters, everybody)
        if not self.is_rated:
            users = raters.users[likers]
            traits += self._shunned(work, users)
        return self._named(work, parts, shared, traits)

    def of_taken(self, work: int, takers: np.ndarray) -> tuple[list[Fact], dict[str, int]]:
        """The same of a work that was only taken, and the topics that its takers hardly touch.

        Args:
            work: the work's code.
            takers: those of its takers who are counted.

        Returns:
            As `of_judged`.
        """
        fans = Fans(self.likes_of(takers), self.ranks)
        near = self.together.near(work, fans, fans.number(), len(takers), [len(takers)])
        (found,) = self.together.shared(takers, near, np.ones((1, len(takers)), bool))
        companions = self._of_its_kind(work, found)
        parts = self.themes.parts_among(work, companions.works.tolist())
        also = self._also_traits(work, takers)
        traits = self._taken_traits(work, len(takers), also)
        traits += self._shunned(work, takers)
        shared = self._takers(work, len(takers), companions)
        return self._named(work, parts, shared, traits)

    def _named(
        self, work: int, parts: set[int], shared: list[Shared], traits: list[Fact]
    ) -> tuple[list[Fact], dict[str, int]]:
        """What `of_judged` and `of_taken` return. parts: of the work's series."""
        themes = self.themes.facts(work, shared, parts)
        codes: dict[str, int] = {}
        for _, other, fact in shared:
            codes.setdefault(fact.value, other)
        return [*self._not_by(traits, themes, shared), *traits], codes

    # -- works ----------------------------------------------------------------------------------

    def _of_its_kind(self, work: int, companions: SharedWorks) -> SharedWorks:
        """For items that are taken rather than judged (such as one day's news), those that share a topic with the work,
        if topics are known."""
        own = self.traits.of(work)
        if self.is_rated or not own:
            return companions
        places, traits = self.traits.carried(companions.works)
        kept = np.unique(places[np.isin(traits, own)])
        return SharedWorks(*(column[kept] for column in companions))

    def _pair(self, kind: str, work: int, k: float, n: float, expected: float) -> Fact:
        title = self.store.item(work).title
        return Fact(kind, "work", title, int(k), int(n), float(expected), UP)

    def _welcomed(
        self, raters: Raters, rates: Rates, works: np.ndarray, parts: set[int]
    ) -> np.ndarray:
        """Whether the fans of works like this one clearly more than usual. The followers of its series, whose parts are
        given, are a group however many they are."""
        return raters.welcome_it(rates, known=_are_among(works, parts))

    def _in_full(self, works: np.ndarray, parts: set[int], everybody: Raters) -> list[Shared]:
        """Those of these works whose fans among everybody like this one clearly more than usual, too; the clearest
        first."""
        if not len(works):
            return []
        rates = everybody.rates_among(self._fans(works))
        places = self._welcomed(everybody, rates, works, parts).nonzero()[0]
        order = places[np.lexsort((works[places], -rates.z[places]))].tolist()
        return [
            (
                float(rates.z[place]),
                int(works[place]),
                self._pair("also_liked", int(works[place]), *rates.figures(place)),
            )
            for place in order
        ]

    def _takers(self, work: int, sampled: int, companions: SharedWorks) -> list[Shared]:
        """Those of the works a good part of whose takers took this one, too: counted in full.

        sampled: of how many takers the companions are."""
        takers = self.judged.takers(work)
        found = []
        for other, strength, usual in zip(*(one.tolist() for one in companions), strict=True):
            theirs = self.judged.takers(other)
            k = len(np.intersect1d(takers, theirs, assume_unique=True))
            expected = round(usual * len(takers) / sampled, DECIMALS)
            if k >= MIN_FANS_WHO_JUDGED and ONE_IN_TAKERS * k >= len(theirs) and k > expected:
                pair = self._pair("also_taken", other, k, len(theirs), expected)
                found.append((strength, other, pair))
        return found

    def _not_by(self, traits: list[Fact], found: list[Fact], shared: list[Shared]) -> list[Fact]:
        """Without single works by the makers who are most liked, too: their fans are a group already."""
        named = [one.value for one in traits[:MOST_TRAITS_NAMED] if one.about == all_traits.CREATOR]
        makers = makers_of(named)
        theirs = {
            fact.value
            for _, other, fact in shared
            if makers & makers_of(self.store.item(other).creators)
        }
        works = ("also_liked", "also_taken")
        return [one for one in found if one.kind not in works or one.value not in theirs]

    # -- makers, hashtags and topics ------------------------------------------------------------

    def _also_traits(self, work: int, users: np.ndarray) -> _Traits:
        """The makers, hashtags and topics of which these people also like other works, the strongest first."""
        if len(users) < MIN_PEOPLE or not self.pooled.able.any():
            return _Traits([], [], [])
        together = self._together_by_trait(work, users)
        codes = np.flatnonzero((together >= MIN_TOGETHER) & self.pooled.able)
        k, activity = together[codes], self.pooled.activity
        expected = activity.expected(activity.by_bin(users), codes)
        mine = np.isin(codes, self.traits.of(work))
        likers = np.maximum(self.traits.likes[codes], 1)
        rest = np.where(mine, 1 - self.judged.totals[1][work] / likers, 1)
        expected = np.round(expected * rest, DECIMALS)
        kept = k >= MIN_RATIO * expected
        kept &= is_surprise(k, expected, FALSE_FINDS / max(int(self.pooled.able.sum()), 1))
        if not self.is_rated:
            kept &= mine | (100 * k >= MIN_PERCENT_OF_STRANGE * len(users))
        strength = strength_of(k, expected)
        places = np.flatnonzero(kept)
        places = places[np.lexsort((codes[places], -strength[places]))][:MOST_TRAITS_COUNTED]
        return _Traits(*(one[places].tolist() for one in (codes, k, expected)))

    def _taken_traits(self, work: int, takers: int, traits: _Traits) -> list[Fact]:
        """The facts that its takers take other works with these traits."""
        own = set(self.traits.of(work))
        return [
            Fact(
                "same_taken" if code in own else "taken_with",
                *self.traits.names[code],
                k,
                takers,
                expected,
                UP,
            )
            for code, k, expected in zip(*traits, strict=True)
        ]

    def _together_by_trait(self, work: int, users: np.ndarray) -> np.ndarray:
        """By trait, how many of the people like other works with it."""
        counts = self.begins[users + 1] - self.begins[users]
        works = self.liked[ranges(self.begins[users], counts)]
        kept = works != work
        return self.pooled.together(np.arange(len(users)).repeat(counts)[kept], works[kept])

    def _welcome_traits(
        self, work: int, codes: list[int], raters: Raters, everybody: Raters
    ) -> list[Fact]:
        """Those of the makers and topics whose fans like this work clearly more than usual. Fans like another work
        of theirs, of another series than this one."""
        if not codes:
            return []
        own = set(self.traits.of(work))
        groups = [self._others_with(code, work) for code in codes]
        rates = raters.fans_of_any(groups)
        chosen = np.flatnonzero(raters.welcome_it(rates, bound(len(codes)))).tolist()
        fans = [self._fans(groups[place]) for place in chosen]
        rates = everybody.rates_among([np.unique(np.concatenate(one)) for one in fans])
        clear = np.flatnonzero(everybody.welcome_it(rates, bound(len(codes))))
        found = []
        for at in clear[np.lexsort((clear, -rates.z[clear]))].tolist():
            code, works = codes[chosen[at]], groups[chosen[at]]
            about, value = self.traits.names[code]
            kind = "group" if code in own else "also_liked"
            named: tuple[Fact, ...] = ()
            if about == all_traits.CREATOR:
                named = self._examples(works, everybody.rates_among(fans[at]).n, int(rates.n[at]))
                if tell_one_series([one.value for one in named]):
                    continue
            found.append(Fact(kind, about, value, *rates.figures(at), UP, "", named))
        return found

    def _fans(self, works: np.ndarray) -> list[np.ndarray]:
        """Who likes each of some works."""
        return [self.judged.takers(one) for one in works.tolist()]

    def _examples(self, works: np.ndarray, theirs: np.ndarray, fans: int) -> tuple[Fact, ...]:
        """Works of a maker that most of these fans like, each with how many of them do.

        Args:
            works: the works.
            theirs: by work, how many of the fans like it.
            fans: how many fans there are.
        """
        found: dict[str, Fact] = {}
        for place in np.lexsort((works, -theirs)).tolist():
            work, k = int(works[place]), int(theirs[place])
            share = int(self.judged.totals[1][work]) / self.active
            if not self.nameable[work] or k <= share * fans:
                continue
            title = self.store.item(work).title
            fact = Fact("share", "work", title, k, fans, share, UP)
            found.setdefault(base_title(title), fact)
            if len(found) == MOST_EXAMPLES_OF_A_MAKER:
                break
        return tuple(found.values())

    def _others_with(self, code: int, work: int) -> np.ndarray:
        """The works with a trait, but for the work and the other parts of its series."""
        works = self.traits.works_with(code)
        if self.traits.names[code][0] != all_traits.CREATOR:
            return works[works != work]
        parts = self.themes.parts_among(work, works.tolist())
        return np.array([one for one in works.tolist() if one != work and one not in parts], int)

    def _shunned(self, work: int, takers: np.ndarray) -> list[Fact]:
        """Topics and hashtags that its takers hardly touch; used if no group dislikes the work by rate."""
        if len(takers) < MIN_PEOPLE or not self.pooled.able.any():
            return []
        together, own = self._together_by_trait(work, takers), set(self.traits.of(work))
        able, activity = np.flatnonzero(self.pooled.able), self.pooled.activity
        people, k = activity.by_bin(takers), together[able]
        expected, variance = activity.expected(people, able), activity.variance(people, able)
        z = np.round((k - expected) / np.sqrt(variance + 1e-9), DECIMALS)
        kept = (z <= -bound(len(able))) & (k <= MAX_RATIO_OF_SHUNNED * expected)
        found = []
        for place in np.flatnonzero(kept)[np.argsort(z[kept], kind="stable")].tolist():
            if int(able[place]) not in own:
                about, value = self.traits.names[int(able[place])]
                figures = int(k[place]), len(takers), float(expected[place])
                found.append(Fact("taken_with", about, value, *figures, DOWN))
        return found[:MOST_SHUNNED]


def _are_among(works: np.ndarray, parts: set[int]) -> np.ndarray:
    """Which of a few works are among others."""
    return np.array([one in parts for one in works.tolist()], bool)
