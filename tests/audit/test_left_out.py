"""What a check cannot be applied to it names: rows of a subtask that a package adds, facts without ratings."""

from __future__ import annotations

import copy
from types import SimpleNamespace
from typing import Any

import pytest

from itdr import audit
from itdr.audit.answer_facts import AnswerFacts
from itdr.audit.counts import Recount
from itdr.audit.result import Result, RowCheck
from itdr.audit.row_checks import Answers, HistoryTimes
from itdr.audit.shortcuts import Giveaways
from itdr.builders.dataset import registry
from itdr.scoring.metrics.per_task import ALL_TASKS
from tests.audit.planting import Row, audited_clean, clean


def of_a_package(config: str) -> Row:
    return {**copy.deepcopy(clean(config)["train"][0]), "task": "next_category"}


def test_all_tasks_are_the_built_in_ones() -> None:
    assert sorted(ALL_TASKS) == sorted(registry.task_ids())


@pytest.mark.parametrize(
    ("check", "config"),
    [
        (Answers, "sequential_rec"),
        (HistoryTimes, "sequential_rec"),
        (AnswerFacts, "interest_recognition"),
        (Giveaways, "rating_prediction"),
    ],
)
def test_a_subtask_that_a_check_does_not_know_is_named(check: Any, config: str) -> None:
    one: RowCheck = check()
    one.see("train", of_a_package(config))
    result = one.end()
    ((what, rows),) = result.left_out.items()
    assert what.startswith("next_category") and rows == 1
    assert not result.checked and "     skipped  " in audit.text([result])
    assert f"not applied to 1 rows of {what}" in audit.text([result])
    assert result.entry()["left_out"] == {what: 1}


def test_evidence_of_another_kind_is_named() -> None:
    row = copy.deepcopy(clean("interest_recognition")["train"][0])
    row["evidence"][0]["fact"] = "horoscope/sign"
    check = AnswerFacts()
    check.see("train", row)
    assert check.result.left_out == {"interest_recognition": 1}


def test_counts_of_a_source_without_ratings_are_named() -> None:
    class Store:
        source = registry.source("mind")

    class Raw:
        store = Store()
        cell = SimpleNamespace(cell=SimpleNamespace(name="mind"))

    fact = {"fact": "also_liked/work/up", "value": "X", "count": 3, "of": 9, "base": 1.0, "quote": ""}  # fmt: skip
    check = Recount()
    for evidence in ([fact], []):
        check.see({"id": "1", "source": "mind", "evidence": evidence}, Raw(), 0)  # type: ignore[arg-type]
    assert check.end().left_out == {"mind, which has no ratings": 1}


def test_nothing_is_left_out_of_the_subtasks_of_this_package() -> None:
    for config in ("sequential_rec", "rating_prediction", "interest_recognition"):
        results = audited_clean(config)
        assert {name: one.left_out for name, one in results.items() if one.left_out} == {}


def test_a_fault_is_shown_even_if_some_rows_are_left_out() -> None:
    result = Result("answers", "the answer is right")
    result.leave_out("next_category")
    result.fault("1", "wrong")
    assert "1 FAULT  answers" in audit.text([result])
