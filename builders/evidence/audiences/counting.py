"""What is counted of one item: other works whose fans like it, groups that like it more or less than their
generosity predicts, its reception, and what the works that its audience shares have in common.

Only users of the training part are counted. Each test is corrected for the number of tests per item, so
that permuted data yield next to nothing.
"""

from __future__ import annotations

import functools

import numpy as np

from itdr.builders.evidence import traits as all_traits
from itdr.builders.evidence import verdicts
from itdr.builders.evidence.audiences import judged as all_judged
from itdr.builders.evidence.audiences.company import Company
from itdr.builders.evidence.audiences.contradictions import without_contradictions
from itdr.builders.evidence.audiences.expectations import (
    Generosity,
    activity_of,
    bound,
    deviations,
)
from itdr.builders.evidence.audiences.judged import Judged
from itdr.builders.evidence.audiences.kindred import Kindred, is_single
from itdr.builders.evidence.audiences.members import DECADE, Group, Members, TraitTable
from itdr.builders.evidence.audiences.raters import DECIMALS, Raters, Rates
from itdr.builders.evidence.audiences.reception import Verdicts, clicks, reception
from itdr.builders.evidence.audiences.shared_tags import SharedTags
from itdr.builders.evidence.audiences.themes import Themes
from itdr.builders.evidence.facts import DOWN, SELDOM, UP, Fact
from itdr.builders.evidence.series import base_title, series_key
from itdr.builders.store.reader import StoreReader

RATED = ("ratings", "hours")
"""Rules by which it is known who likes an item and who does not."""
NAMED_WORKS = 2
"""Works of a genre that are named instead of the genre."""
KEPT_RATES = 2
"""The most works to name whose likers like the item more or less: works of one taste come in clusters."""
LEAST_GROUP = 13
POPULAR = 2000
"""How many of the most-liked works are tested for whether their likers like another work more or less."""
MORE = 1.25
"""The factor by which a group must be over-represented among likers."""
FALSE_RATES = 0.025
"""The same, over all groups together that like an item at an unusual rate."""
FALSE_STRANGE_RATES = 0.001
"""The same if only the rate connects the group to the item: for the likers of single works, for
communities, and for fans of what the item is not."""
MANY = 25
"""The fewest members of such a group."""
ALIKE_PERCENT = 80
"""Groups with at least this Jaccard overlap of members count as one."""
LEAST_SHIFT, LEAST_FACTOR = 0.08, 0.3
"""A group's likes must differ from the usual by at least this share of its members, or this share of the
usual number."""


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
        self.themes = Themes(
            store, self.traits, self.members.total, SharedTags(store, seed, self.judged.totals[1])
        )
        self.kindred = Kindred(self.traits, self.members.total)
        self.company = Company(
            store, self.judged, self.traits, self.activity, self.themes, self.rule in RATED
        )

    @functools.cached_property
    def generosity(self) -> Generosity | None:
        """How generously users judge; None if the source records only likes."""
        if self.rule == "taken":
            return None
        record = self.judged
        kept = self._tested[record.works]
        before = np.concatenate([[0], kept.cumsum(dtype=np.int64)])
        liked = record.verdicts[kept] == 1
        return Generosity(before[record.start], record.works[kept], liked, len(self.store.work))

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
        users, verdict = self.judged.raters(work)
        liked = verdict == 1
        likers = self.company.sampled(users[liked], work)
        if self.generosity is None or not self._tested[work]:
            # Who takes an item says little if it is known who likes it.
            found = self.company.facts(work, likers, None) + self._known_groups(work, likers)
            return without_contradictions(found)
        chances = self.generosity.chances(users, work)
        likes = self.company.likes_of(users)
        mostly = self.rule != "skips"
        usual = self.overall if mostly else 0.0
        raters = Raters(users, *likes, liked, chances, mostly, usual)
        found = self.company.facts(work, likers, raters)
        found += self._liked_if(work, users, liked, chances)
        found += self._works_if(work, raters)
        found = self._one_group_a_genre(work, found) + self._reception(work)
        return without_contradictions(found)

    def _one_group_a_genre(self, work: int, facts: list[Fact]) -> list[Fact]:
        """Without single works of a genre whose fans are a group already, and beside other groups without works that
        have no genre of this work. Two works say more than the name of their genre alone. What kind they are is named.

        Args:
            work: the work's code.
            facts: the facts counted of it.

        Returns:
            The facts that remain, in their order.
        """
        works = [self._genres(self._by_title[one.value]) for one in facts if is_single(one)]
        facts = [
            one
            for one in facts
            if one.kind != "liked_if"
            or one.about != all_traits.CATEGORY
            or one.direction != UP
            or sum(one.topic in genres for genres in works) < NAMED_WORKS
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
                genres = self._genres(self._by_title[one.value])
                if genres & named or (groups and own and not genres & own):
                    continue
            kept.append(one)
        kept = self.kindred.related(work, kept, self._by_title)
        return [*self.kindred.kinds(work, kept, self._by_title), *kept]

    def _genres(self, work: int) -> set[tuple[str, str]]:
        """The categories of a work, as topics."""
        return {self.traits.names[code] for code in self.kindred.genres(work)}

    @functools.cached_property
    def _by_title(self) -> dict[str, int]:
        """By title, a work that bears it."""
        able = np.flatnonzero(self.company.known >= 0)
        return {self.store.item(work).title: work for work in able.tolist()}

    def _liked_if(
        self, work: int, users: np.ndarray, liked: np.ndarray, chances: np.ndarray
    ) -> list[Fact]:
        """Groups that like the work more, or less, than their other verdicts predict."""
        belongs = self.members.of(users, liked, work)
        n, k = belongs.sum(axis=0), belongs[liked].sum(axis=0)
        expected = (belongs * chances[:, None]).sum(axis=0)
        variance = (belongs * (chances * (1 - chances))[:, None]).sum(axis=0)
        z = deviations(k, expected, variance)
        tried = (n >= LEAST_GROUP) & self._of_interest(work)
        tests = np.bincount(self._families[tried], minlength=int(self._families.max(initial=0)) + 1)
        # Each kind of group gets an equal share of the false finds, however many groups it has.
        chance = FALSE_RATES / max(int((tests > 0).sum()), 1)
        tied = self._tied(work)
        bounds = [
            np.array([bound(int(count), one) for count in tests])[self._families]
            for one in (chance, FALSE_STRANGE_RATES)
        ]
        least = np.where(tied, *bounds)
        shift = np.minimum(LEAST_SHIFT * n, LEAST_FACTOR * expected)
        kept = tried & (tied | (n >= MANY)) & (np.abs(z) >= least)
        kept &= np.round(np.abs(k - expected) - shift, DECIMALS) >= 0
        kept &= self._telling(k, n, z)
        if self.rule != "skips":
            # An item that suits more than half of all who judged it suits everybody.
            kept &= (z < 0) | (2 * n <= len(users))
        # Fans of a kind that the item is not of would be a puzzling group, whatever the figures.
        kept &= (z < 0) | tied
        places = np.flatnonzero(kept)
        order = places[np.lexsort((places, -np.abs(z[places])))]
        found: list[Fact] = []
        said: list[int] = []
        for place in order.tolist():
            group, side = self.members.groups[place], UP if z[place] > 0 else DOWN
            if side == UP and group.about == SELDOM + DECADE:
                continue
            if any(_alike(belongs[:, place], belongs[:, other]) for other in said):
                continue
            said.append(place)
            figures = int(k[place]), int(n[place]), float(expected[place])
            found.append(self._group_fact(group, work, *figures, side))
        return found

    def _tied(self, work: int) -> np.ndarray:
        """By group, whether it is a group of fans of the work's own traits, or a demographic group."""
        own = {self.traits.names[trait] for trait in self.traits.of(work)}
        known = (all_traits.AGE, all_traits.GENDER, all_traits.COUNTRY)
        return np.array(
            [
                group.about in known or (group.about.removeprefix(SELDOM), group.value) in own
                for group in self.members.groups
            ],
            bool,
        )

    def _of_interest(self, work: int) -> np.ndarray:
        """By group, whether its verdict on the work is informative: people who hardly like a trait
        are only tested on works that have it."""
        own = {self.traits.names[trait] for trait in self.traits.of(work)}
        return np.array(
            [
                not group.about.startswith(SELDOM)
                or (group.about.removeprefix(SELDOM), group.value) in own
                for group in self.members.groups
            ],
            bool,
        )

    def _telling(self, k: np.ndarray, n: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Whether a rate supports the statement: most of those to whom an item is recommended
        like it, and fewer than half of those who are warned do. (If items are taken or passed over, most people
        pass over nearly everything.)"""
        if self.rule == "skips":
            return np.ones(len(k), bool)
        usual = np.round(k - self.overall * n, DECIMALS) >= 0
        return np.where(z > 0, (2 * k > n) & usual, 2 * k < n)

    @functools.cached_property
    def _families(self) -> np.ndarray:
        """By group, a number for its kind: tests are corrected within a kind."""
        names = [group.about for group in self.members.groups]
        known = sorted(set(names))
        return np.array([known.index(name) for name in names], np.int64)

    def _group_fact(
        self, group: Group, work: int, k: int, n: int, expected: float, side: int
    ) -> Fact:
        if group.about != "community":
            return Fact("liked_if", group.about, group.value, k, n, expected, side)
        own = base_title(self.store.item(work).title)
        works = tuple(
            one for one in self._community_works[int(group.value)] if base_title(one.value) != own
        )[:3]
        title = works[0].value if works else group.value
        return Fact("liked_if", "community", title, k, n, expected, side, "", works)

    @functools.cached_property
    def _community_works(self) -> list[tuple[Fact, ...]]:
        """By community a few typical works, with how many of its members like each."""
        communities = self.members.communities
        users = np.arange(len(self.begins) - 1)
        member = communities.members(users)
        likes = self.judged.totals[1]
        found = []
        for code, works in enumerate(communities.typical(likes)):
            inside = users[member == code]
            _, theirs = self.company.likes_of(inside)
            counts = np.bincount(theirs, minlength=len(likes))
            facts: list[Fact] = []
            names: set[str] = set()
            for work in works.tolist():
                title = self.store.item(work).title
                if series_key(title) in names or not len(inside):
                    continue
                names.add(series_key(title))
                share = int(likes[work]) / self.company.active
                facts.append(
                    Fact("share", "work", title, int(counts[work]), len(inside), share, UP)
                )
            found.append(tuple(facts[:4]))
        return found

    def _works_if(self, work: int, raters: Raters) -> list[Fact]:
        """Single works whose likers like this one more, or less, than their other verdicts predict."""
        if len(raters.liked) < MANY:
            return []
        n, k, expected, z = raters.fans_of(self._popular, len(self.likers))
        titles = self._base_titles
        able = (
            (n >= MANY)
            & (self._popular != work)
            & ((z < 0) | raters.is_part(Rates(n, k, expected, z)))
        )
        able &= titles[self._popular] != titles[work]
        least = bound(int(able.sum()), FALSE_STRANGE_RATES)
        kept = able & (np.abs(z) >= least) & self._telling(k, n, z)
        found = []
        for place in np.flatnonzero(kept)[np.argsort(-np.abs(z[kept]), kind="stable")].tolist():
            side = UP if z[place] > 0 else DOWN
            title = self.store.item(int(self._popular[place])).title
            figures = int(k[place]), int(n[place]), float(expected[place])
            found.append(Fact("liked_if", "work", title, *figures, side))
        return found[:KEPT_RATES]

    @functools.cached_property
    def _popular(self) -> np.ndarray:
        """The works with most likers that can be named, in the order of their codes."""
        able = np.flatnonzero(self.company.known >= 0)
        order = np.lexsort((able, -self.likers[able]))[:POPULAR]
        return np.sort(able[order])

    @functools.cached_property
    def _base_titles(self) -> np.ndarray:
        """By work, a number for its title without brackets; 0 for works that cannot be named."""
        known: dict[str, int] = {"": 0}
        numbers = np.zeros(len(self.likers), np.int64)
        for work in np.flatnonzero(self.store.title_code >= 0).tolist():
            numbers[work] = known.setdefault(base_title(self._titles[work] or ""), len(known))
        return numbers

    @functools.cached_property
    def _titles(self) -> list[str | None]:
        titles: list[str | None] = self.store.items.column("title").to_pylist()
        return titles

    def _reception(self, work: int) -> list[Fact]:
        """Whether the work is well liked, divides, or disappoints most."""
        n, likes, dislikes = (int(one[work]) for one in self.judged.totals)
        share = int(self.judged.totals[2].sum()) / max(len(self.judged.works), 1)
        verdicts = Verdicts(n, likes, dislikes)
        if self.rule == "skips":
            return clicks(verdicts, self.overall)
        return reception(verdicts, self.overall, share)

    def _known_groups(self, work: int, likers: np.ndarray) -> list[Fact]:
        """Genders, ages and countries that are over-represented among its likers. Whoever hardly meets
        an item need not dislike it: none is warned."""
        members = self.members
        if len(likers) < LEAST_GROUP or not members.known_groups:
            return []
        users = np.flatnonzero(members.likes > 0)
        chances = self._chances_by_bin(work)
        found = []
        for column in range(members.known.shape[1]):
            codes = members.known[:, column]
            ours = likers[codes[likers] >= 0]
            theirs = users[codes[users] >= 0]
            if len(ours) < LEAST_GROUP:
                continue
            weights = np.bincount(
                codes[theirs],
                chances[self.activity.bins[theirs]],
                minlength=len(members.known_groups),
            )
            counts = np.bincount(codes[ours], minlength=len(weights))
            shares = weights / weights.sum()
            least = bound(int((weights > 0).sum()))
            for code in np.flatnonzero(weights > 0).tolist():
                share, k = float(shares[code]), int(counts[code])
                usual = share * len(ours)
                z = round((k - usual) / max(usual * (1 - share), 1e-9) ** 0.5, 6)
                if z >= least and k >= 5 and k >= MORE * usual:
                    group = members.known_groups[code]
                    fact = Fact("group", group.about, group.value, k, len(ours), usual, UP)
                    found.append((-z, code, fact))
        return [fact for _, _, fact in sorted(found, key=lambda one: one[:2])]

    def _chances_by_bin(self, work: int) -> np.ndarray:
        return -np.expm1(-self.activity.rates[work] * self.activity.mean)


def _alike(some: np.ndarray, others: np.ndarray) -> bool:
    """Whether two groups are nearly the same people."""
    both, either = int((some & others).sum()), int((some | others).sum())
    return 100 * both >= ALIKE_PERCENT * either
