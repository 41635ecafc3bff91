"""Negatives from other users' events near in time, on made-up films that come and go."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itdr.audit.shortcuts import Giveaways, hit_of
from itdr.builders.core import arrow
from itdr.builders.core.rng import splitmix64
from itdr.builders.dataset import registry
from itdr.builders.sampling import event_negatives, popularity
from itdr.builders.sampling.cuts import time_cuts
from itdr.builders.sampling.event_index import event_index
from itdr.builders.sampling.event_negatives import EventNegatives
from itdr.builders.sampling.exclusions import Exclusions, repeated_titles
from itdr.builders.sampling.kin import NONE, YEARS
from itdr.builders.sampling.partition import Partition
from itdr.builders.sampling.requests import NegativeRequests
from itdr.builders.store.prepare import prepare
from itdr.builders.store.reader import StoreReader
from itdr.builders.store.spec import StoreSpec
from tests import world

USERS, FILMS, SEASON = 400, 600, 86_400
GENRES = ("Comedy", "Drama", "Horror", "Western")


@functools.cache
def folder() -> Path:
    """Films of sixty years, one after the other; each user rates some of those of their own days."""
    root = Path(tempfile.mkdtemp(prefix="itdr-seasons-"))
    home = root / "ml-32m"
    home.mkdir()
    films = ["movieId,title,genres\n"]
    films += [f"{k + 1},Film {k} ({1940 + k // 10}),{GENRES[k % 4]}\n" for k in range(FILMS)]
    (home / "movies.csv").write_text("".join(films), "utf-8")
    rng = np.random.default_rng(3)
    lines = ["userId,movieId,rating,timestamp\n"]
    for user in range(USERS):
        day = rng.integers(40, FILMS)
        # Most of what people meet is new, as it comes; they seldom go back to what is gone.
        recent = day - 1 - np.minimum(rng.geometric(0.04, 60), day)
        for step, film in enumerate(dict.fromkeys(recent.clip(0).tolist())):
            when = 10**9 + int(day) * SEASON + step * 7 + user % 7
            lines.append(f"{user + 1},{film + 1},{rng.integers(1, 11) / 2},{when}\n")
    (home / "ratings.csv").write_text("".join(lines), "utf-8")
    (home / "tags.csv").write_text("userId,movieId,tag,timestamp\n", "utf-8")
    return root


@functools.cache
def opened() -> StoreReader:
    source = registry.source("ml-32m")
    return StoreReader(source, prepare(StoreSpec(source, data_dir=folder()), progress=False))


@functools.cache
def drawer() -> EventNegatives:
    found = Partition(opened(), 0).event_negatives((None, None))
    assert found is not None
    return found


def requests_of(users: list[int], count: int, targets: int, state: int) -> NegativeRequests:
    """What cases of these users ask for whose targets are the last works that they met."""
    data = opened()
    events = [data.events(user) for user in users]
    works = np.array([data.work[one.items[-targets:]] for one in events])
    moments = np.array([one.times[-targets:] for one in events if one.times is not None])
    return NegativeRequests(
        np.full(len(users), count),
        works,
        moments[:, 0],
        [np.unique(data.work[one.items]) for one in events],
        data.title_code[works],
        splitmix64(np.arange(len(users), dtype=np.uint64) ^ np.uint64(state)),
        moments,
    )


def drawn(requests: NegativeRequests, hard: bool = False) -> np.ndarray:
    data = opened()
    exclusions = Exclusions(data, repeated_titles(data), requests)
    return drawer().sample_many(requests, exclusions, hard)


def test_the_index_holds_the_first_meetings_of_training_in_order() -> None:
    data = opened()
    index = event_index(data, seed=0)
    train = np.flatnonzero(Partition(data, 0).user_splits == 0).tolist()
    expected = set()
    for user in train:
        events = data.events(user)
        assert events.times is not None
        pairs = zip(data.work[events.items].tolist(), events.times.tolist(), strict=True)
        first: dict[int, int] = {}
        for work, time in pairs:
            first[work] = min(time, first.get(work, time))
        expected |= {(work, user, time) for work, time in first.items()}
    columns = (index.works, index.users, index.times)
    found = list(zip(*(column.tolist() for column in columns), strict=True))
    assert len(found) == len(expected) and set(found) == expected
    assert (np.diff(index.times) >= 0).all()


@pytest.mark.parametrize("held", [0, 2])
def test_the_index_brings_the_training_counts(held: int, caches: Path) -> None:
    """They are those that are counted where nobody asks for an index."""
    data = opened()
    path = popularity.stats_path(data, 0, held=held)
    assert not path.exists()
    event_index(data, 0, held=held)
    beside = arrow.read(path).to_pydict()
    path.unlink()
    popularity.train_stats(data, 0, held=held)
    assert arrow.read(path).to_pydict() == beside
    # Before a cut training knows less than the index holds.
    cuts = time_cuts(data)
    event_index(data, 0, cuts)
    assert not popularity.stats_path(data, 0, cuts[0]).exists()


@given(
    users=st.lists(st.integers(0, USERS - 1), min_size=1, max_size=5),
    count=st.integers(1, 6),
    targets=st.integers(1, 5),
    hard=st.booleans(),
    state=st.integers(0, 2**64 - 1),
)
@settings(max_examples=80, deadline=None)
def test_negatives_are_honest_and_near(
    users: list[int], count: int, targets: int, hard: bool, state: int
) -> None:
    data, index = opened(), event_index(opened(), seed=0)
    requests = requests_of(users, count, targets, state)
    works = drawn(requests, hard)
    stats = Partition(data, 0).train_stats
    for k, row in enumerate(works.tolist()):
        found = [work for work in row if work >= 0]
        assert len({int(data.title_code[work]) for work in found}) == len(found)
        assert not set(found) & set(requests.touched[k].tolist())
        for slot, work in enumerate(row):
            if work < 0:
                continue
            moment, before = int(requests.moments[k, slot % targets]), int(requests.times[k])
            events = np.flatnonzero(index.works == work)
            honest = [
                event
                for event in events.tolist()
                if stats.since(work, int(index.users[event])) < min(before, int(index.times[event]))
            ]
            assert honest, "no event of this work could have been drawn"
            assert stats.since(work, int(users[k])) < before
            if not hard and (row_full := (works[k] >= 0).all()) and row_full:
                # A work met near the target's moment, among all the works of ten years.
                assert min(abs(int(index.times[e]) - moment) for e in honest) < 200 * SEASON


@pytest.mark.parametrize("many_near", [False, True])
@given(
    users=st.lists(st.integers(0, USERS - 1), min_size=2, max_size=6),
    counts=st.lists(st.integers(1, 4), min_size=6, max_size=6),
    state=st.integers(0, 99),
)
@settings(max_examples=30, deadline=None)
def test_what_is_drawn_together_is_what_is_drawn_alone(
    many_near: bool, users: list[int], counts: list[int], state: int
) -> None:
    """Also where random events are tried instead of all, and where cases ask for different numbers."""
    with pytest.MonkeyPatch.context() as patched:
        if many_near:
            patched.setattr(event_negatives, "NEAREST", drawer().nearest)
        together = requests_of(users, 4, 2, state)
        together.counts = np.array(counts[: len(users)])
        works = drawn(together)
        for k, user in enumerate(users):
            alone = requests_of([user], 4, 2, state)
            alone.counts = together.counts[k : k + 1]
            alone.rng_states = together.rng_states[k : k + 1]
            one = drawn(alone)[0].tolist()
            assert one == works[k].tolist()[: len(one)]


def test_years_lie_in_a_span_that_holds_the_targets_own() -> None:
    kin = drawer().kin
    assert kin is not None and (kin.numbers != NONE).all() and kin.width == YEARS
    years = kin.numbers
    requests = requests_of(list(range(0, USERS, 2)), 4, 1, 11)
    works = drawn(requests)
    inside = np.abs(years[works] - years[requests.targets]) <= YEARS
    assert inside[works >= 0].mean() > 0.95
    # The span is placed at random: the target is the oldest and the newest of five alike often.
    newer = (years[works] < years[requests.targets]).all(axis=1).mean()
    older = (years[works] > years[requests.targets]).all(axis=1).mean()
    assert newer < 0.35 and older < 0.35


@functools.cache
def hits(**options: Any) -> dict[str, Any]:
    """By rule its Hit@1 on the rows of all splits, every window of every user."""
    from itdr.audit.against_raw import RawChecks
    from itdr.scoring.data import open_data

    given_ = {"sources": ["ml-32m"], "data_dir": str(folder()), "per_user": "all", **options}
    data = open_data("sequential_rec", given_)
    giveaways, checks = Giveaways(), RawChecks(data)
    for split in data.splits:
        for row in data.rows(split):
            giveaways.see(split, row, checks.facts(row))
    rules = giveaways.table()["sequential_rec/ml-32m"]
    return {name: found["hit"] for name, found in rules.items()}


@pytest.mark.parametrize("rule", ["newest", "first seen last"])
def test_novelty_does_not_find_the_target(rule: str) -> None:
    """The rule that finds most targets among negatives of all time is left with little."""
    before, after = hits(negatives="popularity")[rule], hits()[rule]
    assert before > 0.5 and after < 0.36, (before, after)


def test_hard_negatives_share_the_targets_genre() -> None:
    rows = world.load("sequential_rec", root=folder(), sources=["ml-32m"], negatives="hard")
    same = []
    for row in world.everything(rows):
        genre = {one["item_id"]: int(one["item_id"]) % len(GENRES) for one in row["candidates"]}
        (true,) = row["relevant"]
        same += [genre[item] == genre[true] for item in genre if item != true]
    assert np.mean(same) > 0.7


def test_a_target_is_the_best_of_equals_by_expected_value() -> None:
    assert hit_of([True, False, True], [1.0, 1.0, 0.0]) == 0.5
