"""Histories that walk down the alphabet are recognised, one by one and many at once."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pyarrow as pa
import pytest

from itdr.builders.sampling.alphabet import (
    EXACT,
    SELDOM,
    SELDOM_AS_A_WHOLE,
    Alphabet,
    alphabetical_keys,
    limits_of,
    most_inversions,
)

ALPHABET = Alphabet(np.arange(400, dtype=np.int32))
"""Titles are neighbors where at most ten of the 400 lie between them."""


@pytest.mark.parametrize(
    ("titles", "found"),
    [
        ([30, 50, 90, 120, 200, 300], True),  # six in a row
        ([30, 50, 90, 120, 200, 10, 390, 50, 20, 180, 60], False),  # five
        ([30, 50, 90, 120, 200, 10, 30, 50], True),  # six of seven steps, all that there are
        ([0, 20, 40, 60, 80, 50, 90, 110, 130, 150], True),  # eight of nine steps
        ([80, 20, 40, 60, 90, 50, 90, 110, 130, 115], False),  # six of nine
        ([90, 300, 0, 20, 40, 60, 80, 50, 90, 110, 130, 150, 30], True),  # in the middle
        ([60, 20, 90, 110, 130, 150, 30], False),  # too short to tell
        # Two falls, and yet down the alphabet: three pairs of 55 are in the wrong order; below, eight of 28.
        ([5, 60, 110, 115, 82, 150, 125, 200, 220, 240, 290], True),
        ([60, 20, 110, 80, 150, 120, 40, 290], False),
        ([30, 50, 50, 120, 200, 300], True),  # two that differ by their years alone
        # A step back to a neighbor, as from "Restoration" to "The Red Violin", is none.
        ([30, 120, 115, 200, 300, 290], True),
        ([30, 120, 100, 200, 300, 280], False),
        # A page of one letter in any order: four of nine steps lead to a neighbor.
        ([390, 0, 60, 68, 60, 200, 100, 92, 96, 300], True),
        ([390, 0, 60, 68, 60, 200, 100, 92, 70, 300], False),
        ([60, 68, 60, 52, 58], True),
        ([60, 68, 300, 295, 100, 200, 20, 24, 150, 80, 85], False),  # too far apart
        ([60, 68, 300, 100, 200, 20, 24, 80, 76, 300, 305], True),
        ([5], False),
    ],
)
def test_walks_down_the_alphabet_are_found(titles: list[int], found: bool) -> None:
    assert ALPHABET.in_order(titles) is found
    assert ALPHABET.any_in_order(np.array([titles])).tolist() == [found]


def test_one_by_one_and_many_at_once_agree() -> None:
    drawn = np.random.default_rng(5)
    lists = np.sort(drawn.integers(0, 400, (3000, 12)), axis=1)
    lists[::3] = drawn.integers(0, 90, (1000, 12))
    for row in lists:
        places = drawn.integers(0, 12, (2, 2))
        row[places[0]] = row[places[0][::-1]]
        row[places[1]] = row[places[1][::-1]]
    one_by_one = [ALPHABET.in_order(row.tolist()) for row in lists]
    assert ALPHABET.any_in_order(lists).tolist() == one_by_one
    assert 0.05 < np.mean(one_by_one) < 0.95


@pytest.mark.parametrize("n", range(1, 9))
def test_how_many_pairs_in_the_wrong_order_are_rare(n: int) -> None:
    found = [
        sum(first > second for first, second in itertools.combinations(order, 2))
        for order in itertools.permutations(range(n))
    ]
    most = most_inversions(n)
    assert sum(k <= most for k in found) * SELDOM_AS_A_WHOLE <= math.factorial(n)
    assert sum(k <= most + 1 for k in found) * SELDOM_AS_A_WHOLE > math.factorial(n)


@pytest.mark.parametrize("n", [5, 11, 50, 200])
def test_lists_in_random_order_are_kept(n: int) -> None:
    drawn = np.random.default_rng(n)
    # As far apart as in a large store, so that no two titles are the same.
    alphabet = Alphabet(np.arange(100_000, dtype=np.int32))
    lists = drawn.integers(0, 100_000, (20_000, n))
    assert alphabet.any_in_order(lists).mean() < 1 / 40
    ranks = alphabet.ranks[lists]
    grows = np.diff(ranks, axis=1) >= -alphabet.reach
    for steps, least in ((limits_of(n).steps, 0), (limits_of(n).steps_but_one, 1)):
        if steps < n:
            windows = np.lib.stride_tricks.sliding_window_view(grows, steps, axis=1)
            assert ((~windows).sum(axis=2) <= least).any(axis=1).mean() < 1 / SELDOM


@pytest.mark.parametrize("n", [11, 50, 200])
def test_walks_of_any_length_are_found(n: int) -> None:
    drawn = np.random.default_rng(n)
    lists = np.sort(drawn.integers(0, 400, (500, n)), axis=1)
    places = drawn.integers(0, n, (500, 2))
    for row, (one, other) in zip(lists, places, strict=True):
        row[one], row[other] = row[other], row[one]
    assert ALPHABET.any_in_order(lists).mean() > 0.95
    assert np.mean([ALPHABET.in_order(row.tolist()) for row in lists]) > 0.95


def test_the_longer_a_list_the_more_of_it_must_be_in_order() -> None:
    assert limits_of(11) == (5, 8, 4, 8)
    limits = [limits_of(n) for n in range(11, 400)]
    assert limits == sorted(limits) and limits[-1] > limits[0]


@pytest.mark.parametrize("n", [EXACT + 1, 101])
def test_beyond_the_exact_numbers_the_normal_distribution_serves(n: int) -> None:
    drawn = np.random.default_rng(7).random((20_000, n)).astype(np.float32)
    wrong = sum((drawn[:, [k]] > drawn[:, k + 1 :]).sum(axis=1) for k in range(n))
    share = (wrong <= most_inversions(n)).mean()
    assert 0.3 / SELDOM_AS_A_WHOLE < share < 1.7 / SELDOM_AS_A_WHOLE
    assert most_inversions(EXACT) < most_inversions(EXACT + 1) < most_inversions(EXACT + 2)


def test_articles_years_and_punctuation_do_not_count() -> None:
    titles = ["Airplane! (1980)", "Airplane II (1982)", "The Alamo (2004)", "Alamo (1960)", "2001"]
    keys = alphabetical_keys(pa.array(titles)).to_pylist()
    assert keys == ["airplane", "airplane ii", "alamo", "alamo", "2001"]
