"""What is refused of the texts of a table by its counts, at the edge of each threshold."""

from __future__ import annotations

from pathlib import Path

import pytest

from itdr.builders.core.emptied import escaped, printed_as_is
from itdr.builders.core.errors import RawFileError
from itdr.builders.store.build import text_checks
from tests.sources.harness import load

SOURCE = load("ml-32m")
FILES = [Path("raw.csv")]
LETTERS: dict[str, tuple[list[tuple[int, ...]], list[tuple[int, ...]], str]] = {
    "encoded twice": (
        [
            (20, 15, 0, 0, 0),
            (19, 16, 0, 0, 0),
            (19, 18, 0, 0, 0),
            (3, 3, 0, 0, 0),
            (100, 79, 0, 0, 0),
        ],
        [(20, 16, 0, 0, 0), (4, 4, 0, 0, 0), (19, 19, 0, 0, 0), (100, 80, 0, 0, 0)],
        "were encoded twice",
    ),
    "not decoded": (
        [(20, 0, 15, 0, 0), (19, 0, 18, 0, 0), (3, 0, 3, 0, 0)],
        [(20, 0, 16, 0, 0), (4, 0, 4, 0, 0)],
        "a program could not decode",
    ),
    "lost": (
        [(0, 0, 0, 3, 0), (9, 0, 0, 9, 0)],
        [(0, 0, 0, 4, 0), (8, 0, 0, 9, 0)],
        "question marks in place of letters",
    ),
    "misread": (
        [(40, 0, 0, 0, 7), (3, 0, 0, 0, 3)],
        [(40, 0, 0, 0, 8), (4, 0, 0, 0, 4), (20, 0, 0, 0, 4)],
        "have a capital or a sign within a word",
    ),
}
"""By fault, counts of a column's letters that are let pass, counts that are refused, and what is said."""
JUDGED = [(table, name) for table, names in text_checks.JUDGED.items() for name in names]


@pytest.mark.parametrize("fault", LETTERS)
@pytest.mark.parametrize(("table", "column"), JUDGED)
def test_every_column_of_texts_is_judged_by_its_letters(
    table: str, column: str, fault: str
) -> None:
    passed, refused, said = LETTERS[fault]
    query = text_checks.letters_query(table, column)

    def check(found: tuple[int, ...]) -> None:
        sound = {text_checks.CODES: (0, 0, 0), text_checks.lost_query(table, column): (0, 0)}
        row = {**sound, query: found}.__getitem__
        text_checks.require_sound_texts(SOURCE, table, (column,), row, FILES, {})

    for found in passed:
        check(found)
    for found in refused:
        with pytest.raises(RawFileError, match=rf"{text_checks.JUDGED[table][column]} .*{said}"):
            check(found)


@pytest.mark.parametrize(
    ("table", "column", "passed", "refused"),
    [
        ("interactions", "text", [(10, 9), (400, 11)], [(10, 10), (400, 12)]),
        ("items", "description", [(10, 9), (400, 11)], [(10, 10), (400, 12)]),
        ("tags", "tag", [(10, 3), (4_001, 4)], [(10, 4), (4_000, 4)]),
    ],
)
def test_texts_without_a_letter_beyond_ascii_are_judged_by_their_question_marks(
    table: str, column: str, passed: list[tuple[int, int]], refused: list[tuple[int, int]]
) -> None:
    letters, lost = text_checks.letters_query(table, column), text_checks.lost_query(table, column)

    def check(beyond: int, found: tuple[int, int]) -> None:
        row = {letters: (beyond, 0, 0, 0, 0), lost: found}.__getitem__
        text_checks.require_sound_texts(SOURCE, table, (column,), row, FILES, {})

    for found in passed:
        check(0, found)
    for found in refused:
        check(1, found)
        with pytest.raises(RawFileError, match="question marks in place of letters"):
            check(0, found)


CODED: dict[str, list[tuple[tuple[int, int, int], int, int, bool]]] = {
    "addressed": [((40, 3, 0), 0, 0, False), ((40, 4, 0), 0, 0, False), ((39, 4, 0), 0, 0, True)],
    "escaped": [
        ((40, 0, 0), 3, 0, False), ((40, 0, 0), 4, 0, True), ((40, 0, 4), 4, 0, False),
        ((40, 0, 3), 4, 0, True), ((40, 0, 40), 41, 0, True),
    ],
    "printed": [
        ((0, 0, 0), 0, 3, False), ((0, 0, 0), 0, 4, True), ((20, 0, 0), 0, 20, False),
        ((20, 0, 0), 0, 21, True), ((21, 0, 20), 1, 20, False), ((20, 0, 20), 1, 20, True),
    ],
}  # fmt: skip
"""By fault: titles, those with codes as in addresses, those beyond ASCII; titles with other codes, and as
a program prints them; whether they are refused."""


@pytest.mark.parametrize("fault", CODED)
def test_titles_with_codes_are_refused_from_the_threshold_on(fault: str) -> None:
    letters = text_checks.letters_query("items", "title")
    for found, codes, prints, is_refused in CODED[fault]:
        row = {letters: (0, 0, 0, 0, 0), text_checks.CODES: found}.__getitem__
        emptied = {("items", escaped("title")): codes, ("items", printed_as_is("title")): prints}
        arguments = SOURCE, "items", ("title",), row, FILES, emptied
        if not is_refused:
            text_checks.require_sound_texts(*arguments)
            continue
        with pytest.raises(RawFileError, match=r"titles in raw\.csv"):
            text_checks.require_sound_texts(*arguments)
