"""Histories that walk down the alphabet are recognised, one by one and many at once."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from itdr.builders.sampling.alphabet import Alphabet, alphabetical_keys

ALPHABET = Alphabet(np.arange(40, dtype=np.int32))


@pytest.mark.parametrize(
    ("titles", "found"),
    [
        ([3, 4, 9, 12, 20, 30], True),  # six in a row
        ([3, 4, 9, 12, 20, 1, 2, 5], False),  # five
        ([0, 2, 4, 6, 8, 7, 9, 11, 13, 15], True),  # eight of nine steps
        ([8, 2, 4, 6, 9, 7, 9, 11, 13, 12], False),  # six of nine
        ([9, 30, 0, 2, 4, 6, 8, 7, 10, 11, 13, 15, 3], True),  # in the middle
        ([0, 2, 4, 6, 8, 7, 9, 11, 13], False),  # seven of eight: too short to tell
        ([3, 4, 4, 12, 20, 30], True),  # two that differ by their years alone
        ([5], False),
    ],
)
def test_walks_down_the_alphabet_are_found(titles: list[int], found: bool) -> None:
    assert ALPHABET.in_order(titles) is found
    assert ALPHABET.any_in_order(np.array([titles])).tolist() == [found]


def test_one_by_one_and_many_at_once_agree() -> None:
    drawn = np.random.default_rng(5)
    lists = np.sort(drawn.integers(0, 40, (3000, 12)), axis=1)
    for row in lists:
        places = drawn.integers(0, 12, (2, 2))
        row[places[0]] = row[places[0][::-1]]
        row[places[1]] = row[places[1][::-1]]
    one_by_one = [ALPHABET.in_order(row.tolist()) for row in lists]
    assert ALPHABET.any_in_order(lists).tolist() == one_by_one
    assert 0.05 < np.mean(one_by_one) < 0.95


def test_articles_years_and_punctuation_do_not_count() -> None:
    titles = ["Airplane! (1980)", "Airplane II (1982)", "The Alamo (2004)", "Alamo (1960)", "2001"]
    keys = alphabetical_keys(pa.array(titles)).to_pylist()
    assert keys == ["airplane", "airplane ii", "alamo", "alamo", "2001"]
