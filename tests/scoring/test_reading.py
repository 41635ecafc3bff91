"""Reading answers: every shape in which models give them."""

from __future__ import annotations

from typing import Any

import pytest

from itdr.builders.core.schema import Scale
from itdr.scoring.parsing import parse
from itdr.scoring.parsing.attributes import parse_number, same_value

FILMS = [
    "Matrix, The (1999)",
    "Toy Story (1995)",
    "Toy Story 2 (1999)",
    "Amélie (Fabuleux destin d'Amélie Poulain, Le) (2001)",
    "Schindler's List (1993)",
]
STARS = Scale(0.5, 5, 0.5, 4, 2, decimals=1)
TEN = Scale(1, 10, 1, 8, 4)


def places(text: Any, titles: list[str] = FILMS) -> tuple[int | None, ...]:
    return parse.ranking(text, titles).places


@pytest.mark.parametrize(
    "text",
    [
        "1. Matrix, The (1999)\n2. Toy Story (1995)\n3. Toy Story 2 (1999)",
        "1) The Matrix\n2) Toy Story\n3) Toy Story 2",
        "(1) the matrix\n(2) TOY STORY\n(3) toy  story 2",
        "- Matrix\n- Toy Story (1995)\n- Toy Story 2",
        "* **The Matrix** (1999)\n* **Toy Story**\n* **Toy Story 2**",
        "**1. The Matrix (1999)**\n**2. Toy Story (1995)**\n**3. Toy Story 2 (1999)**",
        "Matrix, The (1999)\nToy Story (1995)\nToy Story 2 (1999)",
        "Here is my ranking:\n\n1. The Matrix\n2. Toy Story\n3. Toy Story 2\n\nI hope that helps!",
        "Sure! Based on the history I would rank them as follows:\n"
        "Matrix, The (1999)\nToy Story (1995)\nToy Story 2 (1999)",
        "Answer: ['Matrix, The (1999)', 'Toy Story (1995)', 'Toy Story 2 (1999)']",
        '["The Matrix", "Toy Story", "Toy Story 2"]',
        '```json\n{"ranking": ["The Matrix", "Toy Story", "Toy Story 2"]}\n```',
        '[{"rank": 1, "title": "The Matrix"}, {"rank": 2, "title": "Toy Story"},'
        ' {"rank": 3, "title": "Toy Story 2"}]',
        '{"1": "The Matrix", "2": "Toy Story", "3": "Toy Story 2"}',
        "1. “The Matrix”\n2. “Toy Story”\n3. “Toy Story 2”",
        "1. The Matrix (1999): Action, Sci-Fi\n2. Toy Story - Animation\n3. Toy Story 2 (Comedy)",
        "1. The Matrix — the closest to what they liked, unlike Toy Story\n2. Toy Story\n3. Toy Story 2",
        "| Rank | Title |\n|---|---|\n| 1 | The Matrix |\n| 2 | Toy Story |\n| 3 | Toy Story 2 |",
        "1. The Matrix 2. Toy Story 3. Toy Story 2",
        "The Matrix > Toy Story > Toy Story 2",
        "Matrix, The (1999); Toy Story (1995); Toy Story 2 (1999)",
        "The Matrix, Toy Story, Toy Story 2",
        "I would put The Matrix first, then Toy Story and last Toy Story 2.",
        "<think>Toy Story 2 comes to mind: 1. Toy Story 2</think>\n1. Matrix\n2. Toy Story\n3. Toy Story 2",
        "The Matrix\n2. Toy Story\n3. Toy Story 2",
        "１．Ｔｈｅ Ｍａｔｒｉｘ\n２．Toy Story\n３．Toy Story 2",
        "1. The Matrix\r\n2. Toy Story\r\n3. Toy Story 2\r\n",
        "['The Matrix', 'Toy Story', 'Toy Story 2",
        "### Final Ranking:\n1. The Matrix\n   - dark and fast\n2. Toy Story\n   - light\n3. Toy Story 2",
    ],
)
def test_a_ranking_is_read_in_every_shape(text: str) -> None:
    assert places(text) == (0, 1, 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1. Alien\n2. The Matrix", (None, 0)),
        ("1. The Matrix\n2. The Matrix\n3. Toy Story", (0, 0, 1)),
        ("1. Amelie\n2. schindlers list", (3, 4)),
        ("1. Amélie\n2. Schindler’s List", (3, 4)),
        ("1. Ame\u0301lie", (3,)),
        ("1. Toy Story 3 (2010)\n2. Toy Story", (None, 1)),
        ("1. The Matrix (2021)", (None,)),
        ("The Matrix\nAlien\nToy Story", (0, None, 1)),
        ("I like these films a lot, all of them really.\nThe Matrix\nToy Story", (0, 1)),
        ("", ()),
        ("   \n\n ", ()),
        ("I cannot answer that.", ()),
        (None, ()),
        (float("nan"), ()),
        (["The Matrix"], ()),
    ],
)
def test_strangers_and_repeats_keep_their_rank(text: Any, expected: tuple[int | None, ...]) -> None:
    assert places(text) == expected


def test_titles_that_look_like_marks_are_titles() -> None:
    titles = [
        "1. FC Köln",
        "12 Angry Men (1957)",
        "3:10 to Yuma (2007)",
        "2001: A Space Odyssey (1968)",
    ]
    assert places("3:10 to Yuma\n12 Angry Men\n1. FC Köln\n2001: A Space Odyssey", titles) == (
        2,
        1,
        0,
        3,
    )
    listed = "1. 2001: A Space Odyssey\n2. 1. FC Koln\n3. 12 angry men\n4. 3:10 to Yuma (2007)"
    assert places(listed, titles) == (3, 0, 1, 2)


def test_a_spelling_that_fits_two_titles_names_neither() -> None:
    titles = ["King Kong (1933)", "King Kong (2005)", "Heat (1995)"]
    assert places("1. King Kong\n2. King Kong (2005)\n3. Heat", titles) == (None, 1, 2)


def test_titles_in_other_scripts_and_without_letters() -> None:
    titles = ["千と千尋の神隠し", "三体：黑暗森林", "!!!", "Steins;Gate", "W.A.L.L·E"]
    listed = "1. 《千と千尋の神隠し》\n2. 三体:黑暗森林\n3. !!!\n4. Steins;Gate\n5. w.a.l.l e"
    assert places(listed, titles) == (0, 1, 2, 3, 4)
    assert parse.choice("我推荐三体：黑暗森林。", titles) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Matrix, The (1999)", 0),
        ("The Matrix", 0),
        ("Answer: The Matrix (1999)", 0),
        ("The answer is: **The Matrix**.", 0),
        ("Matrix, The (1999): Action, Sci-Fi", 0),
        ("The user rated Alien highly, so I would pick The Matrix over Toy Story.", 0),
        ('{"answer": "Toy Story 2"}', 2),
        ('["Toy Story 2", "The Matrix"]', 2),
        ("1. Toy Story 2\n2. The Matrix", 2),
        ("1. Alien\n2. The Matrix", None),
        ("`Toy Story`", 1),
        ("They seem to like animation.\nToy Story (1995)\nBecause it is animated.", 1),
        ("Toy Story 3 (2010)", None),
        ("Toy Story 3", None),
        ("Alien", None),
        ("2", None),
    ],
)
def test_a_choice_is_the_first_title_named(text: str, expected: int | None) -> None:
    assert parse.choice(text, FILMS) == expected


def test_a_word_of_prose_is_no_title() -> None:
    titles = ["It (2017)", "Her (2013)", "Heat (1995)"]
    assert parse.choice("It is likely that her next film is Heat.", titles) == 2
    assert parse.choice("I would choose heat and noise.", titles) is None
    assert parse.choice("It", titles) == 0
    assert parse.choice('It is likely to be "Her".', titles) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4", 4.0),
        ("4.0", 4.0),
        ("4,5", 4.5),
        ("4/5", 4.0),
        ("4.5 / 5", 4.5),
        ("8/10", 4.0),
        ("4 out of 5", 4.0),
        ("four stars", 4.0),
        ("Four and a half stars", 4.5),
        ("4½", 4.5),
        ("★★★★☆", 4.0),
        ("★★★½", 3.5),
        ("⭐⭐⭐", 3.0),
        ("Rating: 3.5", 3.5),
        ("**Answer:** 3.5.", 3.5),
        ("Answer: 3.5\n", 3.5),
        ("I would give it a 4.", 4.0),
        ("I'd predict a rating of 3.5 for Heat (1995).", 3.5),
        ("Heat (1995): 4.0", 4.0),
        ("On a scale from 0.5 to 5, my prediction is 3.", 3.0),
        ('{"rating": 2.5}', 2.5),
        ("11", 5.0),
        ("0", 0.5),
        ("-3", 0.5),
        ("3.5 because they liked 4.0 films", 3.5),
        ("The first got 2 and the second 3, so 4.5", 4.5),
        ("<think>maybe 2</think>4", 4.0),
        (4, 4.0),
        ("good", None),
        ("", None),
        ("1999", 5.0),
        ("nan", None),
        ("inf", None),
        (None, None),
        ("9" * 5000, None),
    ],
)
def test_a_rating_is_read_in_every_shape(text: Any, expected: float | None) -> None:
    assert parse.rating(text, STARS) == expected


def test_a_rating_is_brought_to_the_scale() -> None:
    assert parse.rating("9", TEN) == 9
    assert parse.rating("9/10", TEN) == 9
    assert parse.rating("4/5", TEN) == 8
    assert parse.rating("nine", TEN) == 9
    assert parse.rating("ten out of ten", TEN) == 10
    assert parse.rating("0.5", TEN) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Age group: 25-34\nGender: male",
        "age group: 25-34, gender: male",
        "**Age group:** 25-34\n**Gender:** male",
        "- Age Group: 25-34\n- Gender - male",
        '{"age_group": "25-34", "gender": "male"}',
        "The age group is 25-34 and the gender is male",
        "Answer:\nAge group: 25-34\nGender: male\n",
        "| Age group | 25-34 |\n| Gender | male |",
    ],
)
def test_attributes_are_read_in_every_shape(text: str) -> None:
    found = parse.attributes(text, ["age group", "gender"])
    assert found["age group"] == "25-34"
    assert same_value("gender", found["gender"], "male")


def test_a_bare_value_answers_a_single_attribute() -> None:
    assert parse.attributes("France", ["country"]) == {"country": "France"}
    assert parse.attributes("France", ["country", "age"]) == {}


@pytest.mark.parametrize(
    ("name", "said", "truth", "right"),
    [
        ("gender", "M", "male", True),
        ("gender", "a man", "male", False),
        ("gender", "Female", "male", False),
        ("age group", "25 to 34", "25-34", True),
        ("age group", "25–34 years", "25-34", True),
        ("age group", "27", "25-34", True),
        ("age group", "35-44", "25-34", False),
        ("age group", "under 18", "Under 18", True),
        ("age group", "56 and over", "56+", True),
        ("country", "USA", "United States", True),
        ("country", "UK", "United Kingdom", True),
        ("country", "France", "Spain", False),
        ("location", "Portland, Oregon, USA", "portland, oregon, usa", True),
        ("occupation", "College/grad student", "college/grad student", True),
        ("occupation", "", "writer", False),
    ],
)
def test_when_an_attribute_is_right(name: str, said: str, truth: str, right: bool) -> None:
    assert same_value(name, said, truth) is right


def test_numbers_in_attributes() -> None:
    assert parse_number("age", "27") == 27
    assert parse_number("age", "about 27 years old") == 27
    assert parse_number("age", "25-34") == 29.5
    assert parse_number("age", "20s") == 24.5
    assert parse_number("age", "young") is None
    assert parse_number("birth year", "born in 1987") == 1987
    assert parse_number("birth year", "87") is None
