"""What is counted of one item: other works whose fans like it, groups that like it more or less than their
generosity predicts, its reception, and what the works that its audience shares have in common.

Only users of the training part are counted. Each test is corrected for the number of tests per item, so
that permuted data yield next to nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

import numpy as np

from itdr.builders.evidence import traits as all_traits
from itdr.builders.evidence import verdicts
from itdr.builders.evidence.activity import DECIMALS
from itdr.builders.evidence.audiences import judged as all_judged
from itdr.builders.evidence.audiences.breadth import Breadth
from itdr.builders.evidence.audiences.community_works import CommunityWorks
from itdr.builders.evidence.audiences.company import Company
from itdr.builders.evidence.audiences.contradictions import (
    without_contradictions,
    without_overlaps,
    worth_saying,
)
from itdr.builders.evidence.audiences.expectations import (
    Generosity,
    activity_of,
    bound,
    deviations,
)
from itdr.builders.evidence.audiences.judged import Judged
from itdr.builders.evidence.audiences.kindred import Kindred, is_single
from itdr.builders.evidence.audiences.members import (
    Group,
    Members,
    TraitTable,
    common_decades,
    years_of_works,
)
from itdr.builders.evidence.audiences.over_represented import over_represented
from itdr.builders.evidence.audiences.raters import MIN_Z_OF_FANS, Raters, RateRule, Rates
from itdr.builders.evidence.audiences.reception import (
    Verdicts,
    beyond,
    clicks,
    of_a_series,
    reception,
    with_others,
)
from itdr.builders.evidence.audiences.shared_likes import Likes
from itdr.builders.evidence.audiences.shared_tags import SharedTags
from itdr.builders.evidence.audiences.themes import Themes
from itdr.builders.evidence.audiences.unmoved import unmoved
from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.series import base_title, is_later
from itdr.builders.store.reader import StoreReader

RULES_WITH_VERDICTS = ("ratings", "hours")
"""Rules by which it is known who likes an item and who does not."""
MIN_WORKS_FOR_A_GENRE = 2
"""Works of a genre that are named instead of the genre."""
MAX_WORKS_BY_RATE = 2
"""The most works to name whose likers like the item more or less: works of one taste come in clusters."""
MIN_MEMBERS_OF_A_GROUP = 13
MAX_WORKS_WITH_FANS = 2000
"""How many of the most-liked works are tested for whether their likers like another work more or less."""
FALSE_RATES = 0.025
"""The same, over all groups together that like an item at an unusual rate."""
FALSE_STRANGE_RATES = 0.001
"""The same if only the rate connects the group to the item: for the likers of single works, for
communities, and for fans of what the item is not."""
MIN_Z_OF_RARE_LIKERS, MIN_Z_OF_COMMUNITIES = 2.0, 2.33
"""Standard deviations below what is usual of those who hardly like what the work is, and of communities, for them to
be warned. On permuted verdicts of MovieLens 1M, .004 and .01 such facts an item are found."""
ONE_IN_OF_WARNED_PEOPLE = 3
"""An item is not for people of an age, a gender or a country only if at most one in so many of them like it."""
MIN_MEMBERS_OF_A_STRANGE_GROUP = 25
"""The fewest members of such a group, and of one that hardly likes a trait."""
MIN_PERCENT_OF_ONE_GROUP = 80
"""Groups with at least this Jaccard overlap of members count as one."""
MIN_SHIFT_OF_MEMBERS, MIN_SHIFT_OF_USUAL = 0.08, 0.3
"""A group's likes must differ from the usual by at least this share of its members, or this share of the
usual number."""

NO_LIKES = Likes(np.zeros(0, np.int32), np.zeros(0, np.intp))


class Counting:
    """Counts of a store under one seed."""

    def __init__(self, store: StoreReader, seed: int) -> None:
        self.store = store
        self.rule = verdicts.rule(store)
        self.judged: Judged = all_judged.judged(store, seed)
        self.begins, self.liked = self.judged.likes
        self.likers = np.bincount(self.liked, minlength=len(store.work))
        self.activity = activity_of(np.diff(self.begins).astype(np.int64), self.likers)
        self.traits = TraitTable(store, self.judged)
        self.members = Members(store, self.judged, self.traits)
        tags = SharedTags(store, seed, self.judged.totals[1])
        loosely = store.source.words in all_traits.LOOSELY_LABELLED_IN
        self.kindred = Kindred(
            self.traits,
            self.members.total,
            lambda work: store.item(work).categories,
            years_of_works(store),
            common_decades(store, self.judged.totals[1]),
            store.source.words in all_traits.BLENDED_IN,
            tags.agree if loosely else None,
            self.members.leans if loosely else None,
        )
        self.breadth = Breadth(store, self.judged.totals[1])
        self.themes = Themes(store, self.traits, self.members.total, self.kindred, tags)
        self.company = Company(
            store,
            self.judged,
            self.traits,
            self.activity,
            self.themes,
            self.rule in RULES_WITH_VERDICTS,
        )

    @functools.cached_property
    def generosity(self) -> Generosity | None:
        """How generously users judge; None if the source records only likes."""
        if self.rule == "taken":
            return None
        record, n_works = self.judged, len(self.store.work)
        if self._tested.all():
            return Generosity(record.start, record.works, record.verdicts == 1, n_works)
        kept = self._tested[record.works]
        before = np.concatenate([[0], kept.cumsum(dtype=np.int64)])
        liked = record.verdicts[kept] == 1
        return Generosity(before[record.start], record.works[kept], liked, n_works)

    @functools.cached_property
    def _tested(self) -> np.ndarray:
        """By work, whether its verdicts tell how well it is liked: for many works it is known who took them
        but hardly who passed them over."""
        people, likes, dislikes = self.judged.totals
        return (dislikes >= likes) if self.rule == "skips" else np.ones(len(people), bool)

    @functools.cached_property
    def overall(self) -> float:
        """The share of verdicts that are likes."""
        n, likes, _ = (one[self._tested] for one in self.judged.totals)
        return float(likes.sum()) / max(int(n.sum()), 1)

    def facts(self, work: int) -> list[Fact]:
        """All facts counted of a work, the strongest of each kind first.

        Args:
            work: the work's code.

        Returns:
            Facts that do not contradict each other.
        """
        if self.rule == "taken" or not self._tested[work]:
            # Who takes an item says little if it is known who likes it.
            takers = self.judged.takers(work)
            takers = takers[self.company.sampled(takers, work)]
            found, _ = self.company.of_taken(work, takers)
            return without_contradictions(
                found + over_represented(self.members, self.activity, work, takers)
            )
        raters = self.raters(work)
        is_sample = len(raters.users) < self.judged.totals[0][work]
        everybody = self.everybody(work) if is_sample else raters
        found, codes = self.company.of_judged(work, raters, everybody)
        found += unmoved(found, codes, self.judged, everybody)
        found += self._liked_if(work, raters, everybody)
        for other, fact in self._works_if(work, raters, everybody):
            found.append(fact)
            codes.setdefault(fact.value, other)
        found = self.breadth.narrow_among(self._one_group_a_genre(work, found, codes))
        found += self._reception(work)
        found += beyond(found, codes, self.judged, everybody, self.overall)
        found = of_a_series(found, is_later(self.store.item(work).title))
        found = without_overlaps(without_contradictions(found))
        texts = self.store.has("text")
        found = with_others(found, codes, self.judged, everybody, self.overall, texts)
        return worth_saying(found, self.store.source.words, self.kindred.genres(work))

    def raters(self, work: int) -> Raters:
        """Those who judged a work, or a sample of them: on them facts are tried.

        Args:
            work: the work's code; not of a source that records only likes.

        Returns:
            The people, with what else they like.
        """
        users, verdict = self.judged.some_raters(work)
        users = np.concatenate([users[verdict == 1], users[verdict != 1]])
        return self._raters(work, users, int((verdict == 1).sum()), self.company.likes_of(users))

    def everybody(self, work: int) -> Raters:
        """All who judged a work: over them the figures of facts are counted.

        Args:
            work: as for `raters`.

        Returns:
            The people, without what else they like.
        """
        users, verdict = self.judged.raters(work)
        users = np.concatenate([users[verdict == 1], users[verdict != 1]])
        return self._raters(work, users, int((verdict == 1).sum()), NO_LIKES)

    def _raters(self, work: int, users: np.ndarray, n_likers: int, likes: Likes) -> Raters:
        """users: those first who like the work."""
        assert self.generosity is not None
        chances = self.generosity.chances(users, work)
        return Raters(users, likes, n_likers, chances, self._rate_rule, self.company.ranks)

    @functools.cached_property
    def _rate_rule(self) -> RateRule:
        """What is asked of groups. Hardly anybody takes most of what they are shown."""
        return RateRule(mostly=self.rule != "skips")

    def _one_group_a_genre(
        self, work: int, facts: list[Fact], codes: Mapping[str, int]
    ) -> list[Fact]:
        """Without single works of a genre whose fans are a group already, and beside other groups without works that
        have no genre of this work. Two works say more than the name of their genre alone. What kind they are is named.

        Args:
            work: the work's code.
            facts: the facts counted of it.
            codes: by title, the code of each work that they name.

        Returns:
            The facts that remain, in their order.
        """
        works = [self._genres(codes[one.value]) for one in facts if is_single(one)]
        facts = [
            one
            for one in facts
            if one.kind != "liked_if"
            or one.about != all_traits.CATEGORY
            or one.direction != UP
            or sum(one.topic in genres for genres in works) < MIN_WORKS_FOR_A_GENRE
        ]
        groups = [
            one
            for one in facts
            if one.direction == UP and (one.about != "work" or one.kind == "series")
        ]
        named = {
            part.topic
            for one in groups
            for part in (one, *one.details)
            if part.about == all_traits.CATEGORY
        }
        own = self._genres(work)
        kept = []
        for one in facts:
            if is_single(one):
                genres = self._genres(codes[one.value])
                if genres & named or (groups and own and not genres & own):
                    continue
            kept.append(one)
        kept = self.kindred.related(work, kept, codes)
        # What the works of a theme are comes before what single ones are.
        first = next((place for place, one in enumerate(kept) if is_single(one)), len(kept))
        return [*kept[:first], *self.kindred.kinds(work, kept, codes), *kept[first:]]

    def _genres(self, work: int) -> set[tuple[str, str]]:
        """The categories of a work, as topics."""
        return {(all_traits.CATEGORY, one) for one in self.kindred.genres(work)}

    def _liked_if(self, work: int, raters: Raters, everybody: Raters) -> list[Fact]:
        """Groups that like the work more, or less, than their other verdicts predict."""
        users, liked = raters.users, raters.liked
        belongs = self.members.of(users, liked, work)
        n, k, expected, variance = (
            np.stack([np.ones(len(users)), liked, raters.chances, raters.spread]) @ belongs
        )
        z = deviations(k, expected, variance)
        rates = Rates(n.astype(np.int64), k.astype(np.int64), expected, z)
        own = self.members.is_own(work)
        # People who hardly like a trait are only asked about works that have it.
        tried = (rates.n >= MIN_MEMBERS_OF_A_GROUP) & (own | ~self.members.is_seldom)
        tests = np.bincount(self._families[tried], minlength=int(self._families.max(initial=0)) + 1)
        # Each kind of group gets an equal share of the false finds, however many groups it has.
        chance = FALSE_RATES / max(int((tests > 0).sum()), 1)
        # Fans of the work's own traits, or people of an age, a gender, a country.
        tied = own | self._is_demographic
        bounds = [
            np.array([bound(int(count), one) for count in tests])[self._families]
            for one in (chance, FALSE_STRANGE_RATES)
        ]
        least = self._least_of_warned(np.where(tied, *bounds), z, own)
        every = np.arange(len(n))
        places = np.flatnonzero(tried & self._is_clear(every, rates, tied, least, len(users)))
        order = places[np.lexsort((places, -np.abs(z[places])))]
        said: list[int] = []
        for place in order.tolist():
            group, side = self.members.groups[place], UP if z[place] > 0 else DOWN
            if not self.kindred.says_what_it_is(group.about, group.value, work, side):
                continue
            if not any(_alike(belongs[:, place], belongs[:, other]) for other in said):
                said.append(place)
        return self._in_full(work, said, everybody, tied, least)

    def _least_of_warned(self, least: np.ndarray, z: np.ndarray, own: np.ndarray) -> np.ndarray:
        """The standard deviations that it takes, by group, with those for a warning of the few groups that are asked
        whether they like the work less. own: groups of its own traits."""
        asked = [own & self.members.is_seldom, self._is_community]
        warned = np.select(asked, [MIN_Z_OF_RARE_LIKERS, MIN_Z_OF_COMMUNITIES], np.inf)
        least = np.where(z < 0, np.minimum(least, warned), least)
        # Nobody had to look for the fans of a kind where those who hardly like it are warned.
        fans = self.members.fans_of[asked[0] & (z <= -least)]
        fans = fans[fans >= 0]
        least[fans] = np.minimum(least[fans], MIN_Z_OF_FANS)
        return least

    def _in_full(
        self, work: int, places: list[int], everybody: Raters, tied: np.ndarray, least: np.ndarray
    ) -> list[Fact]:
        """Those of these groups that like the work more, or less, than expected among everybody, too."""
        if not places:
            return []
        members = self.members.of_groups(everybody.users, everybody.liked, work, places)
        rates = everybody.rates_of([np.flatnonzero(one) for one in members])
        kept = self._is_clear(np.array(places), rates, tied, least, len(everybody.users))
        found: list[Fact] = []
        for at in np.flatnonzero(kept).tolist():
            group, side = self.members.groups[places[at]], UP if rates.z[at] > 0 else DOWN
            found += self._group_fact(group, work, *rates.figures(at), side)
        return found

    def _is_clear(
        self,
        places: np.ndarray,
        rates: Rates,
        tied: np.ndarray,
        least: np.ndarray,
        people: int,
    ) -> np.ndarray:
        """Which of these groups like the work so much more, or less, than expected that it is worth saying.

        Args:
            places: the groups.
            rates: theirs.
            tied: by any group, whether more than its rate connects it to the work.
            least: by any group, the standard deviations that it takes.
            people: how many judged the work.

        Returns:
            bool by place.
        """
        n, k, expected, z = rates
        shift = np.minimum(MIN_SHIFT_OF_MEMBERS * n, MIN_SHIFT_OF_USUAL * expected)
        near = tied[places] & ~self.members.is_seldom[places]
        kept = (near | (n >= MIN_MEMBERS_OF_A_STRANGE_GROUP)) & (np.abs(z) >= least[places])
        kept &= np.round(np.abs(k - expected) - shift, DECIMALS) >= 0
        kept &= self._telling(k, n, z)
        # People of an age, a gender or a country differ among themselves more than fans of one thing.
        kept &= (z > 0) | ~self._is_demographic[places] | (ONE_IN_OF_WARNED_PEOPLE * k <= n)
        if self.rule != "skips":
            # More than half of all who judged an item are everybody.
            kept &= 2 * n <= people
        # Fans of a kind that the item is not of would be a puzzling group, whatever the figures.
        return kept & ((z < 0) | tied[places])

    @functools.cached_property
    def _is_demographic(self) -> np.ndarray:
        known = (all_traits.AGE, all_traits.GENDER, all_traits.COUNTRY)
        return np.array([group.about in known for group in self.members.groups], bool)

    @functools.cached_property
    def _is_community(self) -> np.ndarray:
        return np.array([group.about == "community" for group in self.members.groups], bool)

    def _telling(self, k: np.ndarray, n: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Whether a rate supports the statement: most of those to whom an item is recommended
        like it, and at most two fifths of those who are warned do. (If items are taken or passed over, most people
        pass over nearly everything.)"""
        if self.rule == "skips":
            return np.ones(len(k), bool)
        usual = np.round(k - self.overall * n, DECIMALS) >= 0
        return np.where(z > 0, (2 * k > n) & usual, 5 * k <= 2 * n)

    @functools.cached_property
    def _families(self) -> np.ndarray:
        """By group, a number for its kind: tests are corrected within a kind."""
        names = [group.about for group in self.members.groups]
        known = sorted(set(names))
        return np.array([known.index(name) for name in names], np.int64)

    def _group_fact(
        self, group: Group, work: int, k: int, n: int, expected: float, side: int
    ) -> list[Fact]:
        """A group that likes the work more, or less: a fact, of a community one for each name that it may have."""
        figures = k, n, expected, side
        if group.about != "community":
            return [Fact("liked_if", group.about, group.value, *figures)]
        return [
            Fact("liked_if", "community", kind[1].value, *figures, "", tuple(kind))
            for kind in self._community_works.of(int(group.value), work, side)
        ]

    @functools.cached_property
    def _community_works(self) -> CommunityWorks:
        return CommunityWorks(self.store, self.members.communities, self.company, self.kindred)

    def _works_if(self, work: int, raters: Raters, everybody: Raters) -> list[tuple[int, Fact]]:
        """Single works whose likers like this one more, or less, than their other verdicts predict, by their codes."""
        if len(raters.liked) < MIN_MEMBERS_OF_A_STRANGE_GROUP:
            return []
        fans = raters.fans
        number = raters.fan_number[: fans.ranks.searchsorted(self._n_popular)]
        several = fans.common(number, MIN_MEMBERS_OF_A_STRANGE_GROUP)
        rates = raters.fans_at(several)
        works = self.company.ranks.works[fans.ranks[several]]
        able = works != work
        for namesake in self._popular_by_title.get(self._base_title(work), ()):
            able &= works != namesake
        least = bound(int(able.sum()), FALSE_STRANGE_RATES)
        kept = np.flatnonzero(able & self._is_telling_work(rates, raters, least))
        order = kept[np.lexsort((works[kept], -np.abs(rates.z[kept])))][:MAX_WORKS_BY_RATE]
        # Fans of its series are no fans of single works.
        parts = self.themes.parts_among(work, works[order].tolist())
        chosen = [one for one in works[order].tolist() if one not in parts]
        if not chosen:
            return []
        rates = everybody.rates_among([self.judged.takers(one) for one in chosen])
        clear = self._is_telling_work(rates, everybody, least)
        found = []
        for at in np.flatnonzero(clear).tolist():
            title, side = self.store.item(chosen[at]).title, UP if rates.z[at] > 0 else DOWN
            found.append((chosen[at], Fact("liked_if", "work", title, *rates.figures(at), side)))
        return found

    def _is_telling_work(self, rates: Rates, raters: Raters, least: float) -> np.ndarray:
        """Whether the fans of works like another one at a rate that tells something. least: standard deviations."""
        part = (rates.z < 0) | raters.is_part(rates)
        return part & (np.abs(rates.z) >= least) & self._telling(rates.k, rates.n, rates.z)

    @functools.cached_property
    def _n_popular(self) -> int:
        """How many works are asked about: those with the first ranks."""
        return min(MAX_WORKS_WITH_FANS, self.company.ranks.n_nameable)

    @functools.cached_property
    def _popular_by_title(self) -> dict[str, list[int]]:
        """By title without brackets, the popular works that bear it."""
        found: dict[str, list[int]] = {}
        for work in self.company.ranks.works[: self._n_popular].tolist():
            found.setdefault(self._base_title(work), []).append(work)
        return found

    def _base_title(self, work: int) -> str:
        """The whole title of a work, without brackets."""
        return base_title(self.store.value("items", "title", work) or "")

    def _reception(self, work: int) -> list[Fact]:
        """Whether the work is well liked, divides, or disappoints most."""
        verdicts = Verdicts(*(int(one[work]) for one in self.judged.totals))
        if self.rule == "skips":
            return clicks(verdicts, self.overall)
        return reception(verdicts, self.overall, self._disliked)

    @functools.cached_property
    def _disliked(self) -> float:
        """The share of verdicts that are dislikes."""
        return int(self.judged.totals[2].sum()) / max(len(self.judged.works), 1)


def _alike(some: np.ndarray, others: np.ndarray) -> bool:
    """Whether two groups are nearly the same people."""
    both, either = int((some & others).sum()), int((some | others).sum())
    return 100 * both >= MIN_PERCENT_OF_ONE_GROUP * either
