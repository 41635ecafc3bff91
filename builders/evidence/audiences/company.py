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
from itdr.builders.evidence.activity import Activity
from itdr.builders.evidence.audiences.expectations import FALSE_FINDS, bound, surprise
from itdr.builders.evidence.audiences.judged import Judged
from itdr.builders.evidence.audiences.members import TraitTable
from itdr.builders.evidence.audiences.pooled import Pooled
from itdr.builders.evidence.audiences.raters import CLEARLY, DECIMALS, FEWEST_FANS, Raters
from itdr.builders.evidence.audiences.themes import Shared, Themes, makers_of
from itdr.builders.evidence.facts import DOWN, SAMPLE, UP, Fact
from itdr.builders.evidence.series import base_title
from itdr.builders.store.reader import StoreReader

MOST_SHARED = 40
"""How many also-liked works are considered for naming."""
KEPT_TRAITS = 8
"""The most makers, hashtags or topics to name as also liked."""
NAMED_TRAITS = 2
"""How many of them an answer names."""
EXAMPLES = 3
"""Works named as examples of a maker's."""
FEW_LIKERS = 8
LEAST_RATIO = 1.5
LEAST_PART = 20
"""One in so many of a work's likers must also like another work for it to be named."""
LEAST_STRANGE_PERCENT = 30
"""The smallest percentage of takers (in sources without ratings) who must also take another topic for it to be
named."""
LEAST_TAKEN = 5
"""Where items are taken rather than judged: one in so many of another work's takers must have taken this one, too."""
FOLDS = 4
"""Parts of the judges of a work: what is shared by the likers of all others is tested on the verdicts of each."""
TOGETHER = 2.33
"""Standard deviations by which the works that are liked, too, must tell verdicts together: what chance gives once in
a hundred times. On permuted verdicts of MovieLens 1M, .044 works an item are then named (four draws), of 2.8 without
this test; on its verdicts 2.3."""
LESS = 0.7
"""The factor by which a topic must be avoided among likers."""


class Companion(NamedTuple):
    """A work that likers of another also like: how clearly, and how many of them would be usual."""

    strength: float
    work: int
    expected: float


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
        self.likers = np.bincount(self.liked, minlength=len(store.work))
        self.active = max(int((np.diff(self.begins) > 0).sum()), 1)
        self._tried = max(int((self.likers >= 5).sum()), 1)
        self.known = np.where(
            (self.likers >= 5) & (store.title_code >= 0), np.arange(len(store.work)), -1
        )

    @functools.cached_property
    def pooled(self) -> Pooled:
        """Makers, hashtags and the like, treated as works liked by anyone who likes any work of theirs."""
        return Pooled(self.traits, self.begins, self.liked, self.is_rated)

    def sampled(self, users: np.ndarray, work: int) -> np.ndarray:
        """The likers of a work among whom it is counted: all, or so many by hash."""
        if len(users) <= SAMPLE:
            return users
        keys = splitmix64(self.store.user_hash[users] ^ self.store.item_hash[work])
        return np.sort(users[np.argsort(keys, kind="stable")[:SAMPLE]])

    def likes_of(self, users: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(which of the users, the work) of all their likes of known works."""
        counts = self.begins[users + 1] - self.begins[users]
        works = self.liked[ranges(self.begins[users], counts)]
        return np.arange(len(users)).repeat(counts), works

    def liked_works(self, users: np.ndarray) -> np.ndarray:
        """The works of all their likes."""
        return self.liked[ranges(self.begins[users], self.begins[users + 1] - self.begins[users])]

    def facts(self, work: int, likers: np.ndarray, raters: Raters | None) -> list[Fact]:
        """The works, makers and topics whose fans the work suits, and those its likers hardly touch.

        Args:
            work: the work's code.
            likers: those of its likers who are counted.
            raters: those who judged it; None where it was only taken.

        Returns:
            Facts, the clearest of each kind first.
        """
        companions = self._of_its_kind(work, self._also_liked(work, likers))
        also = self._also_traits(work, likers if raters is None else raters.users)
        if raters is not None:
            shared = self._welcome(work, companions, raters)
            traits = self._welcome_traits(work, also.codes, raters)
        else:
            shared = self._takers(work, len(likers), companions)
            traits = self._taken_traits(work, len(likers), also)
        traits += self._shunned(work, likers)
        parts = self.themes.parts_among(work, [one.work for one in companions])
        themes = self.themes.facts(work, shared, parts)
        return [*self._not_by(traits, themes, shared), *traits]

    # -- works ----------------------------------------------------------------------------------

    def _also_liked(self, work: int, people: np.ndarray) -> list[Companion]:
        """The works that these people also like, the strongest first."""
        if len(people) < FEW_LIKERS:
            return []
        together = np.bincount(self.liked_works(people), minlength=len(self.likers))
        together[work] = 0
        common = (together >= 5) & (LEAST_PART * together >= len(people))
        pairs = np.flatnonzero(common & (self.known >= 0))
        pairs = pairs[together[pairs] >= LEAST_RATIO * self.activity.at_least(people, pairs)]
        k = together[pairs].astype(np.float64)
        expected, variance = self.activity.expected(people, pairs)
        z = np.round((k - expected) / np.sqrt(variance + 1e-9), 6)
        ratio = np.round(k / np.maximum(expected, 1e-9), 6)
        kept = (z >= 4) & ((k + 5) / (expected + 5) >= 2)
        kept |= (k >= 8) & (ratio >= LEAST_RATIO) & (z >= 5)
        kept |= (ratio >= 2) & (surprise(together[pairs], expected) <= FALSE_FINDS / self._tried)
        pairs, k, expected = pairs[kept], k[kept], expected[kept]
        strength = np.round(2 * (k * np.log(k / expected) - (k - expected)), 6)
        order = np.lexsort((self.store.item_hash[pairs], -strength))[:MOST_SHARED]
        return [
            Companion(float(strength[place]), int(pairs[place]), float(expected[place]))
            for place in order.tolist()
        ]

    def _of_its_kind(self, work: int, companions: list[Companion]) -> list[Companion]:
        """For items that are taken rather than judged (such as one day's news), those that share a topic with the work,
        if topics are known."""
        own = set(self.traits.of(work))
        if self.is_rated or not own:
            return companions
        return [one for one in companions if own.intersection(self.traits.of(one.work))]

    def _pair(self, kind: str, work: int, k: float, n: float, expected: float) -> Fact:
        title = self.store.item(work).title
        return Fact(kind, "work", title, int(k), int(n), float(expected), UP)

    def _welcome(self, work: int, companions: list[Companion], raters: Raters) -> list[Shared]:
        """Those of the works whose fans like this one clearly more than usual, the clearest first: of any works if
        all together pass, or else of parts of the work's series, which nobody had to look for."""
        works = np.array([one.work for one in companions], np.int64)
        if len(works) and self._together_tell(work, raters) < TOGETHER:
            works = np.array(sorted(self.themes.parts_among(work, works.tolist())), np.int64)
        rates = raters.fans_of(works, len(self.likers))
        # The followers of its series are a group, however many they are.
        parts = self.themes.parts_among(work, works.tolist())
        able = raters.is_part(rates) | np.isin(works, sorted(parts))
        places = np.flatnonzero(raters.welcome_it(rates, CLEARLY) & able)
        order = places[np.lexsort((places, -rates.z[places]))]
        return [
            (
                float(rates.z[place]),
                int(works[place]),
                self._pair(
                    "also_liked",
                    int(works[place]),
                    rates.k[place],
                    rates.n[place],
                    rates.expected[place],
                ),
            )
            for place in order.tolist()
        ]

    def _together_tell(self, work: int, raters: Raters) -> float:
        """The z-score of how well what likers of a work share tells the verdicts of others."""
        keys = splitmix64(self.store.user_hash[raters.users] ^ self.store.item_hash[work])
        fold, total, variance = keys % np.uint64(FOLDS), 0.0, 0.0
        for part in range(FOLDS):
            others = raters.users[raters.liked & (fold != part)]
            works = np.array([one.work for one in self._also_liked(work, others)], np.int64)
            excess, spread = raters.excess(works, len(self.likers), fold == part)
            total, variance = total + excess, variance + spread
        return round(total / max(variance, 1e-9) ** 0.5, DECIMALS)

    def _takers(self, work: int, sampled: int, companions: list[Companion]) -> list[Shared]:
        """Those of the works a good part of whose takers took this one, too: counted in full.

        sampled: of how many takers the companions are."""
        takers = self.judged.takers(work)
        found = []
        for strength, other, usual in companions:
            theirs = self.judged.takers(other)
            k = len(np.intersect1d(takers, theirs, assume_unique=True))
            expected = usual * len(takers) / sampled
            if k >= FEWEST_FANS and LEAST_TAKEN * k >= len(theirs) and k > expected:
                pair = self._pair("also_taken", other, k, len(theirs), expected)
                found.append((strength, other, pair))
        return found

    def _not_by(self, traits: list[Fact], found: list[Fact], shared: list[Shared]) -> list[Fact]:
        """Without single works by the makers who are most liked, too: their fans are a group already."""
        named = [one.value for one in traits[:NAMED_TRAITS] if one.about == all_traits.CREATOR]
        makers = makers_of(named)
        theirs = {
            fact.value
            for _, other, fact in shared
            if makers & makers_of(self.store.item(other).creators)
        }
        works = ("also_liked", "also_taken")
        return [one for one in found if one.kind not in works or one.value not in theirs]

    # -- makers, hashtags and topics ------------------------------------------------------------

    def _also_traits(self, work: int, people: np.ndarray) -> _Traits:
        """The makers, hashtags and topics of which these people also like other works, the strongest first."""
        if len(people) < FEW_LIKERS or not self.pooled.able.any():
            return _Traits([], [], [])
        together = self._likers_by_trait(work, people)
        codes = np.flatnonzero((together >= 5) & self.pooled.able)
        k = together[codes]
        expected, _ = self.pooled.activity.expected(people, codes)
        own = set(self.traits.of(work))
        mine = np.array([code in own for code in codes.tolist()], bool)
        likes = np.maximum(self.traits.likes[codes], 1)
        expected = expected * np.where(mine, 1 - self.judged.totals[1][work] / likes, 1)
        chance = surprise(k, expected)
        kept = (k >= 1.5 * expected) & (chance <= FALSE_FINDS / max(int(self.pooled.able.sum()), 1))
        if not self.is_rated:
            kept &= mine | (100 * k >= LEAST_STRANGE_PERCENT * len(people))
        strength = np.round(2 * (k * np.log(k / np.maximum(expected, 1e-9)) - (k - expected)), 6)
        places = np.flatnonzero(kept)
        places = places[np.lexsort((codes[places], -strength[places]))][:KEPT_TRAITS]
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

    def _likers_by_trait(self, work: int, likers: np.ndarray) -> np.ndarray:
        who, works = self.likes_of(likers)
        kept = works != work
        return self.pooled.together(who[kept], works[kept])

    def _welcome_traits(self, work: int, codes: list[int], raters: Raters) -> list[Fact]:
        """Those of the makers and topics whose fans like this work clearly more than usual. Fans like another work
        of theirs, of another series than this one."""
        own = set(self.traits.of(work))
        groups = [self._others_with(code, work) for code in codes]
        rates = raters.fans_of_any(groups, len(self.likers))
        clear = raters.welcome_it(rates, bound(len(codes))) & raters.is_part(rates)
        places = np.flatnonzero(clear)
        found = []
        for place in places[np.lexsort((places, -rates.z[places]))].tolist():
            about, value = self.traits.names[codes[place]]
            kind = "group" if codes[place] in own else "also_liked"
            figures = int(rates.k[place]), int(rates.n[place]), float(rates.expected[place])
            named = (
                self._examples(groups[place], figures[1], raters)
                if about == all_traits.CREATOR
                else ()
            )
            found.append(Fact(kind, about, value, *figures, UP, "", named))
        return found

    def _examples(self, works: np.ndarray, fans: int, raters: Raters) -> tuple[Fact, ...]:
        """Works of a maker that most of these fans like, each with how many of them do."""
        found: dict[str, Fact] = {}
        for work, k in zip(*raters.liked_most(works, len(self.likers)), strict=True):
            share = int(self.judged.totals[1][work]) / self.active
            if self.known[work] < 0 or k <= share * fans:
                continue
            title = self.store.item(int(work)).title
            fact = Fact("share", "work", title, int(k), fans, share, UP)
            found.setdefault(base_title(title), fact)
            if len(found) == EXAMPLES:
                break
        return tuple(found.values())

    def _others_with(self, code: int, work: int) -> np.ndarray:
        """The works with a trait, but for the work and the other parts of its series."""
        works = self.traits.works_with(code)
        if self.traits.names[code][0] != all_traits.CREATOR:
            return works[works != work]
        parts = self.themes.parts_among(work, works.tolist())
        return np.array([one for one in works.tolist() if one != work and one not in parts], int)

    def _shunned(self, work: int, likers: np.ndarray) -> list[Fact]:
        """Topics and hashtags that its likers hardly touch; used if no group dislikes the work by rate."""
        if self.is_rated or len(likers) < FEW_LIKERS or not self.pooled.able.any():
            return []
        together, own = self._likers_by_trait(work, likers), set(self.traits.of(work))
        able = np.flatnonzero(self.pooled.able)
        expected, variance = self.pooled.activity.expected(likers, able)
        k = together[able]
        z = np.round((k - expected) / np.sqrt(variance + 1e-9), 6)
        kept = (z <= -bound(len(able))) & (k <= LESS * expected)
        found = []
        for place in np.flatnonzero(kept)[np.argsort(z[kept], kind="stable")].tolist():
            name = self.traits.names[int(able[place])]
            if int(able[place]) not in own:
                figures = int(k[place]), len(likers), float(expected[place])
                about, value = name
                found.append(Fact("taken_with", about, value, *figures, DOWN))
        return found[:2]
