"""Reading answers: whatever a model says is read without a crash, and fast."""

from __future__ import annotations

import json
import random
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itdr.scoring.parsing import parse
from itdr.scoring.parsing.attributes import parse_number, same_value
from tests.scoring.test_reading import FILMS, STARS, TEN, places

PIECES = st.sampled_from(
    [
        *(
            "1. ",
            "- ",
            "\n",
            " ",
            "[",
            "]",
            "{",
            "}",
            '"',
            "'",
            "**",
            "`",
            "|",
            "---",
            ":",
            ";",
            ">",
        ),
        *(
            "Answer:",
            "the answer is ",
            "<think>",
            "</think>",
            "Toy Story",
            "The ",
            "Matrix",
            "(1999)",
        ),
        *(
            "4",
            ".5",
            "out of",
            "★",
            "½",
            "stars",
            "nine",
            "Age group",
            "gender: ",
            "\x00",
            "\ud800",
        ),
        *(
            "\u0301",
            "ß",
            "İ",
            "三",
            "👍🏽",
            "\u200b",
            "1e999",
            "\\",
            "\\'",
            "#",
            "_",
            "\t",
            "\r",
            "/",
        ),
    ]
)
TEXTS = st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=60).map("".join))


def read_all(text: Any, titles: list[str]) -> None:
    ranking = parse.ranking(text, titles)
    assert all(place is None or 0 <= place < len(titles) for place in ranking.places)
    chosen = parse.choice(text, titles)
    assert chosen is None or 0 <= chosen < len(titles)
    for scale in (STARS, TEN):
        rating = parse.rating(text, scale)
        assert rating is None or scale.low <= rating <= scale.high
    found = parse.attributes(text, ["age group", "gender", "age"])
    assert all(isinstance(value, str) for value in found.values())
    for name, value in found.items():
        same_value(name, value, "25-34")
        parse_number(name, value)


@given(
    TEXTS, st.lists(st.one_of(st.text(max_size=40), st.sampled_from(FILMS)), min_size=1, max_size=8)
)
@settings(max_examples=400, deadline=None)
def test_nothing_crashes_the_reading(text: str, titles: list[str]) -> None:
    read_all(text, titles)


@given(st.lists(st.sampled_from(FILMS), unique=True, min_size=1), st.integers(0, 5))
@settings(deadline=None)
def test_what_is_listed_is_what_is_read(titles: list[str], how: int) -> None:
    written = [
        "\n".join(f"{place}. {title}" for place, title in enumerate(titles, 1)),
        "\n".join(f"- {title.upper()}" for title in titles),
        json.dumps(titles),
        str(titles),
        "\n".join(titles),
        "; ".join(titles),
    ][how]
    assert places(written) == tuple(FILMS.index(title) for title in titles)


REPEATED = [
    "a ", "\n", " ", "[", "{", '["', "['a'", "'a'b", '"', "“", "*", "**a", "`", "_", "|-", "-", "1. ",
    "1.\n", "(", "((1999", ")", "★", "1", "1 to ", "4 out of ", "rating ", "answer ", "Answer:\n",
    "the my final ", "Toy Story ", "toy ", "The Matrix, ", "Toy Story\n", "age group ", "age: ",
    "x: \n", "> ", "\\'", "</think>", "<think>", "\u0301", "三", "a\u0301", "nine ", ";", "; ",
    "\u200b", "# ", "- \n", "{\"a\":", "[[", "'", "1e9", "under ", "10's ", "0.", "\t", "\x0b",
]  # fmt: skip


@pytest.mark.parametrize("piece", REPEATED)
def test_a_hundred_kilobytes_do_not_hang(piece: str) -> None:
    titles = [
        *FILMS,
        "a " * 60,
        "Toy " * 40 + "x",
        *(f"Toy Story {n} (19{n})" for n in range(10, 99)),
    ]
    text = (piece * (100_000 // len(piece.encode()) + 1)).encode()[:100_000].decode(errors="ignore")
    for name, read in {
        "ranking": lambda: parse.ranking(text, titles),
        "choice": lambda: parse.choice(text, titles),
        "rating": lambda: parse.rating(text, STARS),
        "attributes": lambda: parse.attributes(text, ["age group", "gender", "age"]),
    }.items():
        start = time.process_time()
        read()
        assert time.process_time() - start < 10, (name, piece)


@given(st.integers(0, 2**32))
@settings(max_examples=8, deadline=None)
def test_long_mixtures_do_not_hang(seed: int) -> None:
    chance = random.Random(seed)
    few = chance.sample(REPEATED, 3)
    text = "".join(chance.choice(few) for _ in range(40_000))[:100_000]
    start = time.process_time()
    read_all(text, FILMS)
    assert time.process_time() - start < 20  # five readings; quadratic time would take minutes
