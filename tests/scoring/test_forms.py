"""Answers that are sets or bare numbers: read, scored, and told from titles."""

from __future__ import annotations

import functools
import itertools
from typing import Any

import pytest

pytest.importorskip("ir_measures")

from itdr.scoring import data, score_rows
from itdr.scoring.metrics import per_task, ranking
from itdr.scoring.parsing import forms
from itdr.scoring.verdicts import NO_CANDIDATE
from tests import world

CASES = [("top_k_rec", "set"), ("top_k_rec", "index"), ("sequential_rec", "index")]
TOP_K = [case for case in CASES if case[0] == "top_k_rec"]


@functools.cache
def rows(config: str, answer: str, form: str = "alpaca") -> list[dict[str, Any]]:
    options = {
        "sources": ["ml-32m"], "answer": answer, "format": form,
        "data_dir": str(world.folder(dirt=False)),
    }  # fmt: skip
    return list(data.open_data(config, options).rows("test"))


@pytest.mark.parametrize(("config", "answer"), CASES)
@pytest.mark.parametrize("form", ["alpaca", "messages", "prompt", "preference"])
def test_a_rows_own_answer_is_right(config: str, answer: str, form: str) -> None:
    plain, given = rows(config, answer), rows(config, answer, form)
    assert len(plain) > 5
    for one in score_rows(given, [row["output"] for row in plain]):
        assert one.readable and one.verdict == "read"
        assert all(value == pytest.approx(1) for value in one.values.values())


@pytest.mark.parametrize(("config", "answer"), CASES)
def test_the_form_is_known_without_the_packages_prompt(config: str, answer: str) -> None:
    for row in rows(config, answer):
        assert forms.form_of(row) == answer
        assert forms.form_of({**row, "template": "of one's own"}) == answer
    for row in rows(config, "title" if config == "sequential_rec" else "ranking"):
        assert forms.form_of(row) == forms.form_of({**row, "template": "other"}) == "titles"


@pytest.mark.parametrize(("config", "answer"), CASES)
def test_a_rejected_answer_is_of_the_same_form_and_wrong(config: str, answer: str) -> None:
    given = rows(config, answer, "preference")
    for row in given:
        n = len(row["relevant"])
        if answer == "index":
            numbers = [int(one) for one in row["rejected"].split(", ")]
            assert len(set(numbers)) == n and set(numbers) <= set(
                range(1, len(row["candidates"]) + 1)
            )
        else:
            titles = {one["title"] for one in row["candidates"]}
            lines = row["rejected"].split("\n")
            assert len(set(lines)) == n and set(lines) <= titles
    right = score_rows(given, [row["chosen"] for row in given])
    wrong = score_rows(given, [row["rejected"] for row in given])
    for one, other in zip(right, wrong, strict=True):
        assert other.readable and other.values["Hit@1"] < one.values["Hit@1"] == 1


@pytest.mark.parametrize(("config", "answer"), TOP_K)
def test_the_order_of_a_set_does_not_matter_and_more_entries_cost(config: str, answer: str) -> None:
    row = rows(config, answer)[0]
    n, joiner = len(row["relevant"]), ", " if answer == "index" else "\n"
    every = (
        [str(k + 1) for k in range(10)]
        if answer == "index"
        else [one["title"] for one in row["candidates"]]
    )
    true = sorted(per_task.true_places(row))
    false = [k for k in range(10) if k not in true]

    def scored(places: list[int]) -> dict[str, float]:
        return score_rows([row], [joiner.join(every[k] for k in places)])[0].values

    mixed = [*true[: n - 1], false[0]]
    both = [scored(mixed), scored(mixed[::-1])]
    assert both[0] == pytest.approx(both[1])
    assert both[0]["Precision@5"] == both[0]["Hit@1"] == pytest.approx((n - 1) / 5)
    assert scored(list(range(10)))["Precision@5"] == pytest.approx(0.5)
    assert scored(true[:2])["Precision@5"] == pytest.approx(2 / 5)


def test_the_chance_of_a_set_is_the_mean_over_all_sets() -> None:
    sums = dict.fromkeys(ranking.NAMES, 0.0)
    sets = list(itertools.combinations(range(7), 3))
    for places in sets:
        one = ranking.expected(per_task.Ranking(places, (3,)), frozenset(range(3)))
        for name, value in one.items():
            sums[name] += value / len(sets)
    assert ranking.chance_of_set(7, 3) == pytest.approx(sums)
    assert ranking.chance_of_set(10, 5)["Hit@1"] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1, 3, 4", (0, 2, 3)),
        ("1,3,4.", (0, 2, 3)),
        ("[1, 3, 4]", (0, 2, 3)),
        ("1\n3\n4", (0, 2, 3)),
        ("- 1\n- 3\n- 4", (0, 2, 3)),
        ("1. 1\n2. 3\n3. 4", (0, 2, 3)),
        ("Answer: 1, 3 and 4", (0, 2, 3)),
        ("The answer is 1 3 4", (0, 2, 3)),
        ("**1, 3, 4**", (0, 2, 3)),
        ("#1, #3, #4", (0, 2, 3)),
        ("(1), (3), (4)", (0, 2, 3)),
        ("A, C, D", (0, 2, 3)),
        ("a) c) d)", (0, 2, 3)),
        ("Numbers: 1, 3, 4", (0, 2, 3)),
        ("第1、3、4个", (0, 2, 3)),
        ("1、3、4", (0, 2, 3)),
        ("<think>2? 5?</think>1, 3, 4", (0, 2, 3)),
        ("1, 3, 99", (0, 2, None)),
        ("5, because they like comedies", (4,)),
        ("I would go for number 2, not the war films.", (1,)),
        ("候选3", (2,)),
        ("I think they like a comedy", ()),
        ("", ()),
        (None, ()),
    ],
)
def test_numbers_and_letters_are_read(text: Any, expected: tuple[int | None, ...]) -> None:
    assert forms.indexes(text, 5) == expected


def test_titles_are_read_where_numbers_were_asked_for() -> None:
    row = rows("sequential_rec", "index")[0]
    titles = [one["title"] for one in row["candidates"]]
    (true,) = per_task.true_places(row)
    for text in (titles[true], f"{true + 1}. {titles[true]}", f'I choose "{titles[true]}".'):
        assert score_rows([row], [text])[0].values["Hit@1"] == 1
    assert score_rows([row], ["17"])[0].verdict == NO_CANDIDATE


def test_a_number_names_nothing_where_titles_were_asked_for() -> None:
    row = rows("sequential_rec", "title")[0]
    assert not score_rows([row], ["3"])[0].readable


def test_a_film_called_a_number_is_not_taken_for_one() -> None:
    row = rows("sequential_rec", "index")[0]
    candidates = [{**one} for one in row["candidates"]]
    (true,) = per_task.true_places(row)
    other = (true + 1) % 5
    candidates[other]["title"] = f"{true + 1}"
    named = {**row, "candidates": candidates}
    assert score_rows([named], [str(true + 1)])[0].values["Hit@1"] == 1
