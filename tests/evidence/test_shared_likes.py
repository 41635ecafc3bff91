"""How many of each group like each work: the same figures as counted one by one, with few works or many."""

from __future__ import annotations

import numpy as np
import pytest

from itdr.builders.evidence.audiences.expectations import is_surprise, surprise
from itdr.builders.evidence.audiences.fans import Fans, Groups, Near
from itdr.builders.evidence.audiences.shared_likes import Likes, LikesOfAll, Ranks

PEOPLE, LIKED, NAMEABLE = 40, 15, 12


def likes_at_random(works: int) -> tuple[np.ndarray, Likes, Ranks]:
    """Who likes which work, as a table and as they are counted. The last three of those that are liked cannot be named."""
    has = np.random.Generator(np.random.PCG64(6)).random((PEOPLE, LIKED)) < 0.3
    # One who likes nothing, and one whose likes fill a block.
    has[3], has[5] = False, np.arange(LIKED) < 8
    begins = np.concatenate([[0], has.sum(axis=1).cumsum()])
    is_nameable = (np.arange(works) < NAMEABLE) | (np.arange(works) >= LIKED)
    ranks = Ranks(is_nameable, np.arange(works)[::-1])
    return has, LikesOfAll(begins, has.nonzero()[1], ranks).of(np.arange(PEOPLE)), ranks


def works_of(fans: Fans, ranks: Ranks, codes: np.ndarray) -> list[int]:
    found: list[int] = ranks.works[fans.ranks[codes]].tolist()
    return found


def test_groups_that_overlap_are_counted_as_if_alone() -> None:
    has, likes, ranks = likes_at_random(LIKED)
    fans = Fans(likes, ranks)
    member = np.random.Generator(np.random.PCG64(7)).random((5, PEOPLE))
    member = member < [[0.5], [0.2], [0.9], [0], [1]]
    codes = fans.common(fans.number(), 1)
    near = Near(fans, PEOPLE, codes, fans.number()[codes])
    for groups in (member, member[:1], member[4:]):
        for group, row in zip(groups, Groups(groups).counts(near), strict=True):
            assert row.tolist() == has[group].sum(axis=0)[works_of(fans, ranks, codes)].tolist()


def test_nobody_and_no_works_are_counted() -> None:
    _, likes, ranks = likes_at_random(LIKED)
    none = np.zeros(0, np.intp)
    fans = Fans(Likes(none, none), ranks)
    assert not fans.number().any() and not fans.sums(np.zeros(0)).any()
    assert Groups(np.zeros((2, 0), bool)).counts(Near(fans, 0, none, none)).shape == (2, 0)
    near = Near(Fans(likes, ranks), PEOPLE, none, none)
    assert Groups(np.ones((2, PEOPLE), bool)).counts(near).shape == (2, 0)


def test_ranks_put_first_what_can_be_named_and_is_liked_most() -> None:
    ranks = Ranks(np.array([True, False, True, True]), np.array([2, 9, 5, 5]))
    assert ranks.works.tolist() == [2, 3, 0, 1] and ranks.of.tolist() == [2, 3, 0, 1]
    assert ranks.n_nameable == 3


@pytest.mark.parametrize("works", [LIKED, 100_000])
def test_fans_are_counted_of_many_works_or_few(works: int) -> None:
    has, likes, ranks = likes_at_random(works)
    fans = Fans(likes, ranks)
    for start, stop in ((0, PEOPLE), (0, 20), (20, PEOPLE)):
        inside = has[start:stop].sum(axis=0)
        number = fans.number(start, stop)
        for least in (1, 5, 11):
            found = works_of(fans, ranks, fans.common(number, least))
            assert found == [work for work in range(NAMEABLE) if inside[work] >= least]
        codes = fans.codes_of(ranks.of[:NAMEABLE])
        assert number[codes].tolist() == inside[:NAMEABLE].tolist()
    values = np.arange(30.0)
    assert fans.sums(values)[codes].tolist() == (values @ has[:30, :NAMEABLE]).tolist()


@pytest.mark.parametrize("works", [LIKED, 100_000])
def test_each_part_is_asked_about_its_own_works(works: int) -> None:
    has, likes, ranks = likes_at_random(works)
    fans, part = Fans(likes, ranks), np.arange(PEOPLE) % 2
    # The first work is tried on one part, the second on the other, the third on both.
    codes, marks = fans.codes_of(ranks.of[[0, 1, 2]]), np.array([1, 2, 3])
    found = fans.tried(codes, marks, np.left_shift(1, part).astype(np.uint8))
    own = np.where(part == 0, has[:, 0], has[:, 1])
    assert found.tolist() == (own.astype(int) + has[:, 2]).tolist()


def test_fans_of_any_work_are_found_once() -> None:
    has, likes, ranks = likes_at_random(100_000)
    asked = np.array([1, 2, LIKED - 1, 99_999])
    found = likes.fans_of_any(ranks.of[asked])
    assert found.tolist() == has[:, asked[:-1]].any(axis=1).nonzero()[0].tolist()


def test_what_is_a_surprise() -> None:
    k, mean = (one.ravel() for one in np.meshgrid(np.arange(5, 40), np.arange(1, 20)))
    k, mean = k[k > mean], mean[k > mean].astype(float)
    for chance in (0.2, 0.01, 1e-6):
        assert (is_surprise(k, mean, chance) == (surprise(k, mean) <= chance)).all()
