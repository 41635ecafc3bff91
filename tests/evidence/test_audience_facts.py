"""What is counted of audiences: planted tastes are found, permuted data give next to nothing."""

from __future__ import annotations

import functools
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from itdr.builders.core.rng import splitmix64
from itdr.builders.dataset import registry
from itdr.builders.evidence.audiences import communities, judged
from itdr.builders.evidence.audiences.counting import Counting
from itdr.builders.evidence.audiences.expectations import Generosity, activity_of, surprise
from itdr.builders.evidence.audiences.fact_table import FactTable
from itdr.builders.evidence.audiences.judged import Judged
from itdr.builders.evidence.audiences.members import Group, author_of, with_one_author
from itdr.builders.evidence.audiences.themes import makers_of
from itdr.builders.evidence.facts import DOWN, UP, Fact, percent
from itdr.builders.evidence.series import base_title, series_key
from itdr.builders.store import prepare, spec
from itdr.builders.store.reader import StoreReader
from itdr.builders.store.titles import with_title_chars
from tests import planted

FALSE_FACTS = 0.05
"""Facts of a kind that an item of permuted data may have, on average."""


@functools.cache
def world() -> tuple[Path, planted.Tastes]:
    root = Path(tempfile.mkdtemp(prefix="itdr-tastes-"))
    return root, planted.tastes(root / "ml-1m", users=2500, items=400, strength=4)


def opened(root: Path | None = None) -> StoreReader:
    source = registry.source("ml-1m")
    path = prepare.prepare(spec.StoreSpec(source, None, "base", root or world()[0]), progress=False)
    return StoreReader(source, path)


class Permuted(Judged):
    """Made-up verdicts of the users of a store."""

    def __init__(
        self, store: StoreReader, start: np.ndarray, works: np.ndarray, verdicts: np.ndarray
    ) -> None:
        self.store, self.start, self.works, self.verdicts = store, start, works, verdicts


def facts_by_title(store: StoreReader) -> dict[str, list[Fact]]:
    counting = Counting(store, 0)
    likers = counting.judged.totals[1]
    works = np.flatnonzero((likers >= 10) & (store.work == np.arange(len(likers))))
    return {store.item(work).title: counting.facts(work) for work in works.tolist()}


def test_planted_works_are_found() -> None:
    _, known = world()
    found = facts_by_title(opened())
    hits = 0
    for first, second in known.pairs:
        works = {one.value for one in found[first] if one.kind == "also_liked"}
        works |= {one.value for fact in found[first] for one in fact.details}
        hits += second in works
    assert hits >= 0.9 * len(known.pairs)


def test_groups_that_like_a_film_less_are_found() -> None:
    _, known = world()
    found = facts_by_title(opened())
    hits = 0
    for title, genre in known.disliked.items():
        against = [one for one in found[title] if one.name == "liked_if/category/down"]
        hits += any(one.value == genre for one in against)
        assert all(2 * one.count < 2 * one.base for one in against)
    assert hits >= 0.8 * len(known.disliked)


def permuted_verdicts() -> StoreReader:
    """A store whose verdicts are drawn anew, by the generosity of users and the reception of works."""
    store = opened()
    real = judged.judged(store, 0)
    fitted = Generosity(real.start, real.works, real.verdicts == 1, len(store.work))
    users = np.arange(len(real.start) - 1).repeat(np.diff(real.start))
    logit = fitted.users[users] + fitted.works[real.works]
    rng = np.random.Generator(np.random.PCG64(1))
    drawn = rng.random(len(logit)) < 1 / (1 + np.exp(-logit))
    verdicts = np.where(drawn, 1, -1).astype(np.int8)
    made = Permuted(store, real.start, real.works, verdicts)
    store._shared["judged", 0] = made
    return store


def test_permuted_verdicts_give_next_to_nothing() -> None:
    found = facts_by_title(permuted_verdicts())
    for kind in ("liked_if", "also_liked", "share", "era", "series", "group"):
        _next_to_nothing(found, kind)


def test_what_likers_share_by_chance_does_not_make_their_works_tell() -> None:
    """By their own likes, the likers of a work always share something: it is tested on the verdicts of others."""
    counting = Counting(permuted_verdicts(), 0)
    likers = counting.judged.totals[1]
    told = []
    for work in np.argsort(-likers)[:150].tolist():
        raters = counting.raters(work)
        together = counting.company.together
        folds = together.folds(work, np.arange(raters.n_likers), raters)
        near = together.near(work, raters.fans, raters.fan_likes, raters.n_likers, folds.sizes)
        told.append(together.foretold(near, folds, raters))
    assert abs(np.mean(told)) < 0.25 and np.std(told) < 1.25


def test_permuted_likes_give_next_to_nothing() -> None:
    store = opened()
    real = judged.judged(store, 0)
    rng = np.random.Generator(np.random.PCG64(2))
    weight = np.log(np.maximum(real.totals[1], 1e-9))
    works, start = [], [0]
    for user in range(len(real.start) - 1):
        likes = int((real.verdicts[real.start[user] : real.start[user + 1]] == 1).sum())
        keys = weight + rng.gumbel(size=len(weight))
        works.append(np.sort(np.argsort(-keys)[:likes]).astype(np.int32))
        start.append(start[-1] + likes)
    liked = np.concatenate(works)
    made = Permuted(store, np.array(start), liked, np.ones(len(liked), np.int8))
    store._shared["judged", 0] = made
    found = facts_by_title(store)
    for kind in ("also_liked", "share", "group"):
        _next_to_nothing(found, kind)


def _next_to_nothing(found: dict[str, list[Fact]], kind: str) -> None:
    counts: Counter[str] = Counter(
        one.about for facts in found.values() for one in facts if one.kind == kind
    )
    assert all(n <= FALSE_FACTS * len(found) + 2 for n in counts.values()), counts


@pytest.mark.parametrize("sampled", [False, True])
def test_counts_are_those_of_loops(sampled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each figure of a few items counted again, user by user; it is of everybody where facts are tried on samples."""
    if sampled:
        monkeypatch.setattr(judged, "MOST_RATERS", 300)
        monkeypatch.setattr(judged, "MOST_LIKES", 40)
    store = opened()
    record = judged.judged(store, 0)
    likes: dict[int, set[int]] = {}
    rated: dict[int, dict[int, bool]] = {}
    for user in range(len(record.start) - 1):
        rows = slice(int(record.start[user]), int(record.start[user + 1]))
        pairs = zip(record.works[rows].tolist(), record.verdicts[rows].tolist(), strict=True)
        rated[user] = {work: verdict == 1 for work, verdict in pairs}
        likes[user] = {work for work, liked in rated[user].items() if liked}
    titles = {store.item(work).title: work for work in range(len(store.work))}
    counting = Counting(store, 0)
    assert max(map(len, likes.values())) > 40 and int(record.totals[0].max()) > 300
    checked: Counter[str] = Counter()
    for work in np.argsort(-record.totals[1])[40:60].tolist():
        likers = {user for user, own in likes.items() if work in own}
        for fact in counting.facts(work):
            if fact.kind in ("also_liked", "series") or fact.name.startswith("liked_if/work"):
                other = titles[fact.value]
                both = [user for user in likes if other in likes[user] and work in rated[user]]
                assert (fact.of, fact.count) == (
                    len(both),
                    sum(rated[user][work] for user in both),
                )
            elif fact.kind == "liked_if" and fact.about == "category":
                theirs = counting.members.of(
                    np.array(sorted(rated)),
                    np.array([work in likes[one] for one in sorted(rated)]),
                    work,
                )
                place = counting.members.groups.index(Group(fact.about, fact.value))
                fans = [
                    user
                    for user in np.flatnonzero(theirs[:, place]).tolist()
                    if work in rated[user]
                ]
                assert (fact.of, fact.count) == (len(fans), sum(rated[one][work] for one in fans))
            elif fact.kind == "reception" and fact.about != "divided":
                assert (fact.of, fact.count) == (
                    sum(work in one for one in rated.values()),
                    len(likers),
                )
            checked[fact.kind] += 1
    assert checked["also_liked"] > 10 and checked["liked_if"] > 0


def test_fans_are_named_only_where_they_like_the_item_more_than_everybody_does() -> None:
    store = opened(planted.liked_together()[0])
    people, likers, _ = judged.judged(store, 0).totals
    shares = {
        store.item(work).title: likers[work] / max(people[work], 1) for work in range(len(people))
    }
    checked = 0
    for title, facts in facts_by_title(store).items():
        named = [one for one in facts if one.kind in ("also_liked", "series", "group")]
        for one in [*named, *(part for fact in facts for part in fact.details)]:
            if one.kind in ("also_liked", "series", "group"):
                checked += 1
                assert one.of >= 8 and 2 * one.count > one.of
                # Followers of its series may be nearly everybody.
                margin = 0.04 if one.kind == "series" else 0.1
                assert one.count >= one.base + margin * one.of
                assert one.kind == "series" or one.count / one.of > shares[title]
    assert checked >= 100


def test_expected_likers_add_up_to_the_real_ones() -> None:
    rng = np.random.Generator(np.random.PCG64(3))
    likes = np.clip(rng.lognormal(3, 1, 3000), 1, 300).astype(np.int64)
    likers = np.array([5, 20, 100, 600])
    activity = activity_of(likes, likers)
    people = activity.by_bin(np.arange(3000))
    expected, variance = (f(people, np.arange(4)) for f in (activity.expected, activity.variance))
    assert np.allclose(expected, likers, rtol=1e-3)
    assert (variance < expected).all() and (variance > 0).all()


def test_the_tail_of_a_poisson() -> None:
    k, mean = np.array([1, 5, 9]), np.array([0.5, 2.0, 3.0])
    assert np.allclose(surprise(k, mean), [0.39346934, 0.05265302, 0.00380299], rtol=1e-5)


def test_generosity_separates_raters_from_works() -> None:
    rng = np.random.Generator(np.random.PCG64(4))
    users, works = 400, 60
    kind, good = rng.normal(0, 1, users), rng.normal(0, 1, works)
    liked = rng.random((users, works)) < 1 / (1 + np.exp(-(kind[:, None] + good)))
    start = np.arange(users + 1) * works
    fitted = Generosity(start, np.tile(np.arange(works), users), liked.ravel(), works)
    assert np.corrcoef(fitted.users, kind)[0, 1] > 0.9
    assert np.corrcoef(fitted.works, good)[0, 1] > 0.97


def test_communities_are_found_and_forget_the_work_in_question() -> None:
    rng = np.random.Generator(np.random.PCG64(5))
    users, works, blocks = 900, 240, 4
    own = rng.integers(0, blocks, users)
    rows = [
        np.sort(rng.choice(np.flatnonzero(np.arange(works) % blocks == one), 25, replace=False))
        for one in own
    ]
    begins = np.arange(users + 1) * 25
    liked = np.concatenate(rows).astype(np.int32)
    likers = np.bincount(liked, minlength=works)
    keys = splitmix64(np.arange(users, dtype=np.uint64))
    found = communities.Communities(begins, liked, likers, keys)
    member = found.members(np.arange(users))
    # Every community holds people of one block only, or nearly.
    for code in np.unique(member):
        counts = np.bincount(own[member == code], minlength=blocks)
        assert counts.max() >= 0.95 * counts.sum()
    again = communities.Communities(begins, liked, likers, keys)
    assert (again.scores == found.scores).all()
    # Nobody belongs to a community because of the like that is left out.
    best = int(found.works[0])
    everybody, liked_it = np.arange(users), np.zeros(users, bool)
    liked_it[[one for one, row in enumerate(rows) if best in row]] = True
    scores = found.scores - liked_it[:, None] * found.centres[:, found._place[best]]
    assert (found.members(everybody, best, liked_it) == scores.argmax(axis=1)).all()
    # Without a like, nearness to every community is what the other likes alone make it.
    work = int(liked[0])
    without = np.delete(liked, 0)
    shorter = communities.Communities.__new__(communities.Communities)
    shorter.__dict__.update(found.__dict__)
    shorter._begins, shorter._liked = np.concatenate([[0], begins[1:] - 1]), without
    alone = shorter._scored()[0]
    assert (alone == found.scores[0] - found.centres[:, found._place[work]]).all()


def test_titles_of_a_series() -> None:
    assert series_key("The Karate Kid, Part II (1986)") == series_key("The Karate Kid (1984)")
    assert series_key("Toy Story 2 (1999)") == series_key("Toy Story (1995)")
    assert series_key("Se7en (1995)") != series_key("Seven Samurai (1954)")
    assert series_key("Foo (Harry Potter, Book 3)") == "harry potter"
    several = ["Foo (An Ada Fox Novel)", "Bar : An Ada Fox Mystery", "Baz (Ada Fox Mysteries)"]
    assert {series_key(title) for title in several} == {"ada fox"}
    assert base_title("It (Paperback)") == base_title("It")


def test_directions() -> None:
    for facts in facts_by_title(opened()).values():
        for one in facts:
            if one.kind in ("liked_if", "group"):
                assert (one.count > one.base) == (one.direction == UP)
            if one.name == "reception/panned/down":
                assert one.direction == DOWN and percent(one.count, one.of) <= 40
            if one.name in ("liked_if/age/down", "liked_if/gender/down"):
                assert 3 * one.count <= one.of


def test_kept_facts_name_works_as_long_as_rows_do() -> None:
    named = []
    for chars in (120, 25):
        store = with_title_chars(opened(), chars)
        table = FactTable(store, 0)
        facts = [fact for work in table.candidates.tolist() for fact in table.of(work)]
        titles = {
            fact.value for fact in facts if fact.about == "work" and fact.kind == "also_liked"
        }
        shown = {store.item(work).title for work in range(len(store.work))}
        assert titles and titles <= shown
        named.append(titles)
    assert named[0] != named[1]


def test_pen_names_are_one_author() -> None:
    names = [("creator", "J. D. Robb"), ("category", "Crime"), ("creator", "Nora Roberts")]
    works, codes = np.array([3, 3, 4, 5]), np.array([0, 2, 0, 1])
    assert [one.tolist() for one in with_one_author(names, works, codes)] == [[3, 4, 5], [2, 2, 1]]
    # A pen name stands for its author where the source does not know the best-known name.
    assert with_one_author(names[:2], works[[0, 3]], codes[[0, 3]])[1].tolist() == [0, 1]


def test_whom_the_traits_take_for_one_author_is_one_everywhere() -> None:
    several = ["A. N. Roquelaure", "Anne Rampling", "Peter Straub", "Richard Bachman"]
    every = np.arange(len(several))
    _, codes = with_one_author([("creator", one) for one in several], every, every)
    for one in every.tolist():
        for other in every.tolist():
            together = bool(makers_of([several[one]]) & makers_of([several[other]]))
            assert together == (codes[one] == codes[other])
    assert codes.tolist() == [0, 0, 2, 3]
    assert author_of("Richard Bachman") == "Stephen King"
