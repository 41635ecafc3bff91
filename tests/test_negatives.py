"""Negatives where several works bear one title, and how popular hard ones are."""

from __future__ import annotations

import functools
import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itdr.builders.core.rng import splitmix64
from itdr.builders.dataset import registry
from itdr.builders.sampling.negatives import CandidatePool
from itdr.builders.sampling.popularity import train_stats
from itdr.builders.sampling.requests import NegativeRequest, NegativeRequests
from itdr.builders.store.prepare import prepare
from itdr.builders.store.reader import StoreReader
from itdr.builders.store.spec import StoreSpec

TITLES, BRANDS = 40, 3
USERS = 200
"""Each title is that of three products by three brands: three works."""


@functools.cache
def opened(
    titles: int = TITLES, brands: int = BRANDS, users: int = USERS, each: int = 8
) -> StoreReader:
    """A store whose product `k` is one of `titles` titles; the first products are the popular ones."""
    source = registry.source("amazon-reviews-2023")
    data = Path(tempfile.mkdtemp())
    home = data / source.id
    ratings = home / "benchmark/0core/rating_only/All_Beauty.csv"
    products = home / "raw/meta_categories/meta_All_Beauty.jsonl"
    for path in (ratings, products):
        path.parent.mkdir(parents=True)
    records = (
        {
            "parent_asin": f"B{k}",
            "title": f"Title {k % titles}",
            "store": f"Brand {k // titles}",
            "categories": ["All", "Things"],
        }
        for k in range(titles * brands)
    )
    products.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    rng = np.random.default_rng(5)
    odds = 1.0 / np.arange(20, titles * brands + 20)
    lines = ["user_id,parent_asin,rating,timestamp\n"]
    for user in range(users):
        met = rng.choice(titles * brands, each, replace=False, p=odds / odds.sum())
        lines += [f"A{user},B{k},5.0,1{n:03}123456789\n" for n, k in enumerate(met.tolist())]
    ratings.write_text("".join(lines), "utf-8")
    return StoreReader(
        source, prepare(StoreSpec(source, "All_Beauty", data_dir=data), progress=False)
    )


@functools.cache
def pool_of(data: StoreReader) -> CandidatePool:
    return CandidatePool(data, train_stats(data, seed=0))


def touched_by(data: StoreReader, user: int) -> np.ndarray:
    return np.unique(data.work[data.events(user).items])


def titles_of(data: StoreReader, works: np.ndarray) -> set[int]:
    return set(data.title_code[works].tolist())


@given(
    policy=st.sampled_from(("popularity", "hard", "uniform")),
    users=st.lists(st.integers(0, USERS - 1), min_size=1, max_size=6),
    count=st.integers(1, 30),
    state=st.integers(0, 2**64 - 1),
)
@settings(max_examples=60, deadline=None)
def test_no_title_that_the_user_touched(
    policy: str, users: list[int], count: int, state: int
) -> None:
    data = opened()
    pool = pool_of(data)
    touched = [touched_by(data, user) for user in users]
    wanted = NegativeRequests(
        np.full(len(users), count),
        np.array([works[:1] for works in touched]),
        np.full(len(users), 2**63 - 1),
        touched,
        np.full((len(users), 1), -1, np.int32),
        splitmix64(np.arange(len(users), dtype=np.uint64) ^ np.uint64(state)),
    )
    drawn = pool.sample_many(policy, wanted)
    assert drawn == [pool.draw(policy, wanted.one(k)) for k in range(len(users))]
    for works, met in zip(drawn, touched, strict=True):
        # There are 40 titles, of which a user knows 8 at most.
        assert works is not None and len(titles_of(data, np.array(works))) == count
        assert not titles_of(data, np.array(works)) & titles_of(data, met)


def test_titles_are_looked_at_only_where_works_share_them() -> None:
    alone = opened(brands=1)
    works = touched_by(alone, 0)
    assert len(pool_of(alone).titles_met(works)) == 0 and pool_of(alone).most_alike == 1
    works = touched_by(opened(), 0)
    assert set(pool_of(opened()).titles_met(works).tolist()) == titles_of(opened(), works)
    assert pool_of(opened()).most_alike == BRANDS


@pytest.mark.parametrize("false", [1, 4])
def test_hard_negatives_are_as_popular_as_the_true_item(false: int) -> None:
    """Neither the most popular candidate nor the least is the true one more often than chance has
    it, where true items come in proportion to popularity, as negatives do."""
    data = opened(titles=2000, brands=1, users=4000, each=20)
    pool = pool_of(data)
    rng = np.random.default_rng(1)
    most = least = 0.0
    cases = 4000
    targets = rng.choice(pool.works, cases, p=pool.users / pool.users.sum()).tolist()
    for k, true in enumerate(targets):
        met = np.array([true])
        wanted = NegativeRequest(
            false, [true], None, met, [int(data.title_code[true])], splitmix64(k)
        )
        drawn = pool.draw("hard", wanted)
        assert drawn is not None
        counts = known_users(pool)[[true, *drawn]]
        most += (counts[0] == counts.max()) / (counts == counts.max()).sum()
        least += (counts[0] == counts.min()) / (counts == counts.min()).sum()
    chance = 1 / (false + 1)
    assert abs(most / cases - chance) < 0.04 and abs(least / cases - chance) < 0.04


def known_users(pool: CandidatePool) -> np.ndarray:
    users = np.zeros(int(pool.works.max()) + 1, np.int64)
    users[pool.works] = pool.users
    return users
