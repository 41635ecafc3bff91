"""How many of each group like each work: the same figures as counted one by one, with few works or many."""

from __future__ import annotations

import numpy as np
import pytest

from itdr.builders.evidence.audiences.expectations import is_surprise, surprise
from itdr.builders.evidence.audiences.shared_likes import Groups, Likes, Ranks


def likes_at_random(people: int, works: int) -> Likes:
    rng = np.random.Generator(np.random.PCG64(6))
    has = rng.random((people, works)) < 0.3
    return Likes(*np.nonzero(has))


def test_groups_that_overlap_are_counted_as_if_alone() -> None:
    likes = likes_at_random(40, 15)
    rng = np.random.Generator(np.random.PCG64(7))
    member = rng.random((5, 40)) < [[0.5], [0.2], [0.9], [0], [1]]
    found = Groups(member).counts(likes.who, likes.ranks, 15)
    for group, row in zip(member, found, strict=True):
        inside = group[likes.who]
        assert row.tolist() == np.bincount(likes.ranks[inside], minlength=15).tolist()


def test_nobody_and_no_works_are_counted() -> None:
    none = np.zeros(0, np.int64)
    assert Groups(np.zeros((2, 0), bool)).counts(none, none, 3).tolist() == [[0] * 3] * 2
    assert Groups(np.ones((2, 4), bool)).counts(none, none, 0).shape == (2, 0)


def test_ranks_put_first_what_can_be_named_and_is_liked_most() -> None:
    ranks = Ranks(np.array([True, False, True, True]), np.array([2, 9, 5, 5]))
    assert ranks.works.tolist() == [2, 3, 0, 1] and ranks.of.tolist() == [2, 3, 0, 1]


@pytest.mark.parametrize("works", [15, 100_000])
def test_works_near_are_found_among_many_or_few(works: int) -> None:
    likes = likes_at_random(40, 15)
    ranks = Ranks(np.ones(works, bool), np.arange(works)[::-1])
    number = np.bincount(likes.ranks)
    for least in (1, 11, 13):
        common = ranks.common(likes.ranks, least, 12)
        assert common.tolist() == [rank for rank in range(12) if number[rank] >= least]
        for _ in range(2):
            near = ranks.near(likes, common)
            pairs = zip(near.who.tolist(), near.ranks[near.numbers].tolist(), strict=True)
            every = zip(likes.who.tolist(), likes.ranks.tolist(), strict=True)
            assert list(pairs) == [one for one in every if one[1] in common]


def test_what_is_a_surprise() -> None:
    k, mean = (one.ravel() for one in np.meshgrid(np.arange(5, 40), np.arange(1, 20)))
    k, mean = k[k > mean], mean[k > mean].astype(float)
    for chance in (0.2, 0.01, 1e-6):
        assert (is_surprise(k, mean, chance) == (surprise(k, mean) <= chance)).all()
