"""Near-duplicates among rows that show few items: the question's own words count, not its template's."""

from __future__ import annotations

from typing import Any

from itdr.audit.near_duplicates import Duplicates

TITLES = ("Deception (2008)", "Waitress (2007)", "Juno (2007)", "Milk (2008)", "Clue (1985)")
PROMPT = (
    "{title} is looking for its viewers. Say which groups it suits and why. Say also which ones it "
    "does not suit, if any.\n\nGenres: Action, Drama, Thriller\n{about}"
)


def row(number: int, title: str, about: str = "", item: str | None = None) -> dict[str, Any]:
    return {
        "id": f"target_user_identification/ml-32m/{number}",
        "task": "target_user_identification",
        "source": "ml-32m",
        "template": "target_user_identification/p9",
        "item_id": item or str(number),
        "history": [],
        "candidates": [],
        "instruction": "",
        "input": PROMPT.format(title=title, about=about),
        "output": "Everybody.",
    }


def faults(*rows: dict[str, Any]) -> list[str]:
    check = Duplicates()
    for one in rows:
        check.see("train", one)
    return [name.rpartition("/")[2] for name, _ in check.end().faults]


def honest() -> list[dict[str, Any]]:
    return [row(number, title) for number, title in enumerate(TITLES)]


def test_short_questions_about_different_items_are_no_duplicates() -> None:
    assert faults(*honest()) == []


def test_a_question_asked_twice_is_one() -> None:
    assert faults(*honest(), row(7, TITLES[2])) == ["7"]
    assert faults(row(0, TITLES[0]), row(1, TITLES[0])) == ["1"]


def test_a_description_used_twice_is_one() -> None:
    about = " ".join(f"word{k}" for k in range(120))
    rows = [*honest(), row(7, "Once More (2001)", about), row(8, "Once Again (2002)", about)]
    assert faults(*rows) == ["8"]


def test_copies_of_one_question_are_found_where_nothing_else_is_there() -> None:
    assert faults(*(row(number, TITLES[0]) for number in range(6))) == list("12345")
