"""Whose fans welcome a work: thresholds hold to the last fan, whatever floats make of the shares."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from itdr.builders.evidence.audiences.raters import Raters, RateRule, Rates
from itdr.builders.evidence.audiences.shared_likes import Likes, Ranks

NOBODY = np.zeros(0, np.int64)


def judges(likes: int, of: int, mostly: bool = False) -> Raters:
    nothing, no_works = Likes(NOBODY, NOBODY), Ranks(np.zeros(0, bool), NOBODY)
    rule = RateRule(mostly)
    return Raters(np.arange(of), nothing, likes, np.full(of, 0.5), rule, no_works)


def rates(n: np.ndarray, k: np.ndarray, expected: np.ndarray) -> Rates:
    return Rates(n, k, expected, np.full(len(n), 9.0))


def test_fans_like_it_more_than_everybody_does_by_a_twentieth() -> None:
    n, k = (one.ravel() for one in np.meshgrid(np.arange(8, 61), np.arange(61)))
    for of in (10, 20, 30, 70):
        for likes in range(of + 1):
            welcome = judges(likes, of).welcome_it(rates(n, k, np.zeros(len(n))), 2).tolist()
            least = Fraction(likes, of) + Fraction(1, 20)
            for fans, liking, welcomes in zip(n.tolist(), k.tolist(), welcome, strict=True):
                exactly = Fraction(liking, fans)
                enough = fans >= 13 and 10 * liking >= fans
                assert welcomes == (exactly >= least and enough)


@pytest.mark.parametrize("noise", [-1e-13, 0.0, 1e-13])
def test_the_last_bits_of_what_is_expected_decide_nothing(noise: float) -> None:
    n, k = np.array([20, 20, 30]), np.array([10, 10, 9])
    expected = np.array([8.0, 8.001, 6.0]) + noise
    assert judges(1, 10).welcome_it(rates(n, k, expected), 2).tolist() == [True, False, True]


def test_few_fans_or_half_of_them_welcome_nothing() -> None:
    n, k = np.array([12, 13, 14, 13]), np.array([12, 13, 7, 8])
    found = judges(1, 28, mostly=True).welcome_it(rates(n, k, np.zeros(4)), 2)
    assert found.tolist() == [False, True, False, True]


def test_groups_of_whom_most_do_not_like_it_are_not_named() -> None:
    n, k = np.array([20, 20, 20]), np.array([10, 11, 12])
    welcome = judges(4, 40, mostly=True).welcome_it(rates(n, k, np.zeros(3)), 2)
    assert welcome.tolist() == [False, False, True]


def test_followers_of_a_series_need_like_it_but_a_little_more() -> None:
    n, k = np.array([50, 50, 50]), np.array([40, 40, 40])
    given = rates(n, k, np.array([35.0, 36.4, 36.5]))
    raters = judges(79, 100)
    assert not raters.welcome_it(given, 2).any()
    assert raters.welcome_it(given, 2, known=True).tolist() == [True, True, False]


def test_more_than_half_of_the_judges_are_welcome_only_as_followers_of_a_series() -> None:
    of_26, everything = judges(1, 26, mostly=True), np.array([14, 14, 13])
    given = rates(everything, everything, np.zeros(3))
    assert of_26.welcome_it(given).tolist() == [False, False, True]
    followers = np.array([True, False, False])
    assert of_26.welcome_it(given, known=followers).tolist() == [True, False, True]


def test_more_than_half_of_the_judges_are_everybody() -> None:
    n = np.array([10, 20, 21])
    assert judges(15, 40, mostly=True).is_part(rates(n, n, n)).tolist() == [True, True, False]
    assert judges(15, 40).is_part(rates(n, n, n)).all()


def test_fans_who_are_expected_to_like_it_anyway_or_hardly_like_it_are_no_group() -> None:
    n, k = np.array([50, 50]), np.array([50, 50])
    raters = judges(60, 100, mostly=True)
    assert raters.welcome_it(rates(n, k, np.array([45.0, 45.1])), 2, known=True).tolist() == [
        True,
        False,
    ]
    n, k = np.array([40, 40]), np.array([24, 23])
    raters = judges(30, 100, mostly=True)
    assert raters.welcome_it(rates(n, k, np.zeros(2)), 2).tolist() == [True, False]


def test_followers_need_two_standard_errors_or_a_tenth_more() -> None:
    n, k = np.array([50, 50]), np.array([40, 40])
    given = Rates(n, k, np.array([35.0, 36.0]), np.array([1.9, 1.9]))
    assert judges(70, 100).welcome_it(given, known=True).tolist() == [True, False]


def test_of_groups_of_users_those_count_who_judged_the_work() -> None:
    nothing, no_works = Likes(NOBODY, NOBODY), Ranks(np.zeros(0, bool), NOBODY)
    users = np.array([7, 3, 5])
    raters = Raters(users, nothing, 1, np.full(3, 0.5), RateRule(False), no_works)
    groups = [np.array([3, 4, 7, 8, 900]), np.array([8, 9]), np.array([0, 5, 6])]
    found = raters.rates_among(groups)
    assert found.n.tolist() == [2, 0, 1]
    assert found.k.tolist() == [1, 0, 0]


def test_users_are_found_among_few_judges_and_among_many() -> None:
    rng = np.random.Generator(np.random.PCG64(3))
    users = rng.permutation(5000)[:400]
    groups = [np.sort(rng.permutation(6000)[:size]) for size in (0, 1, 40, 3000, 3600, 6000)]
    nothing, no_works = Likes(NOBODY, NOBODY), Ranks(np.zeros(0, bool), NOBODY)
    chances = rng.random(400)
    found = Raters(users, nothing, 150, chances, RateRule(False), no_works).rates_among(groups)
    for at, group in enumerate(groups):
        places = [place for place, user in enumerate(users.tolist()) if user in group]
        assert found.n[at] == len(places) and found.k[at] == sum(place < 150 for place in places)
        assert found.expected[at] == pytest.approx(chances[places].sum())
