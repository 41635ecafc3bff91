"""Names with the family name in front are turned where the file has them the other way far more often."""

from __future__ import annotations

import pytest

from itdr.builders.sources._shared.name_order import turned_names

OTHERS = {"Ann Reed": 1, "Ann Lake": 1, "Ben Ox": 1}


@pytest.mark.parametrize("typed", ["Ox Ann", "OX ANN", "Ox, Ann", "Ann, Ox"])
def test_a_name_is_turned_by_those_of_the_same_file(typed: str) -> None:
    assert turned_names({"Ann Ox": 4, typed: 1} | OTHERS) == {typed: "Ann Ox"}


def test_a_name_of_three_words_is_turned_either_way() -> None:
    counts = {"Ann Beth Ox": 9, "Ox Ann Beth": 1, "Beth Ox Ann": 1}
    assert turned_names(counts) == dict.fromkeys(("Ox Ann Beth", "Beth Ox Ann"), "Ann Beth Ox")


@pytest.mark.parametrize(
    "counts",
    [
        # Not far more often, and too few to tell.
        {"Ann Ox": 7, "Ox Ann": 2} | OTHERS,
        {"Ann Ox": 2, "Ox, Ann": 1},
        # Two people: others are called Thomas, and others Lewis.
        {"Lewis Thomas": 9, "Thomas Lewis": 1, "Thomas Reed": 1, "Ann Lewis": 1, "Ben Lewis": 1},
        # Other words, and too many of them.
        {"Ann Ox": 9, "Ox Beth": 1},
        {"Ann and Ben Ox Reed": 9, "Ox Reed Ann and Ben": 1},
    ],
)
def test_other_names_stay(counts: dict[str, int]) -> None:
    assert turned_names(counts) == {}
