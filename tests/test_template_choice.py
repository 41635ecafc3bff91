"""Which templates a part draws, by flags and by the choice of its user, and what they render."""

from __future__ import annotations

import pickle

import pytest

from itdr.builders.core.errors import TemplateError
from itdr.builders.rendering import templates
from tests.test_templates import FIRST, FLAGS, load, values


def test_picks_are_drawn_by_the_caller_in_a_stable_order() -> None:
    loaded = load("sequential_rec")
    flags = frozenset({"timed"})
    serving = [one.id for one in loaded.prompts["train"] if one.serves(flags)]
    picked = loaded.pick("train", flags, (2**64 // len(serving) * len(serving) - 1, 0, 1))
    assert serving == sorted(serving) and picked.prompt.id == serving[-1]
    assert picked.description == next(one for one in loaded.descriptions if one.serves(flags))
    assert picked.answer == loaded.answers[1 % len(loaded.answers)]
    assert loaded.pick("train", flags, FIRST).prompt.id == "sequential_rec/p1"


def test_rendering_gives_instruction_input_output() -> None:
    picked = load("rating_prediction", "p1").pick("test", frozenset({"timed"}), FIRST)
    words = {**templates.load_words("films"), **values("rating_prediction")}
    instruction, question, answer = picked.render({**words, "unused": None})
    assert instruction.startswith("Predict the rating that a viewer would give a film")
    assert (
        "- Salt Garden – rated 4.5\n- Two Rivers? – rated 4.5" in question
        and "from 0.5 (worst) to 5.0" in question
    )
    assert answer == "4.0"


@pytest.mark.parametrize("value", [{}, {"answer": None}])
def test_a_missing_value_is_an_error_not_a_word(value: dict[str, object]) -> None:
    answer = load("sequential_rec").answers[0]
    with pytest.raises(
        TemplateError, match=r"sequential_rec.yaml:\d+: sequential_rec/a1 cannot be"
    ):
        answer.render(value)


def test_only_what_the_texts_use_is_needed() -> None:
    picked = load("sequential_rec", ["p1"]).pick("train", frozenset({"timed"}), [0, 0, 0])
    assert picked.needed >= {"history_lines", "candidates_lines", "answer"}
    assert "history_inline" not in picked.needed


def test_by_default_no_part_draws_an_unseen_prompt() -> None:
    for task in FLAGS:
        assert not any(one.unseen for pool in load(task).prompts.values() for one in pool)


def test_unseen_prompts_are_for_test_alone() -> None:
    prompts = load("top_k_rec", "unseen").prompts
    assert all(one.unseen for one in prompts["test"])
    assert not any(one.unseen for one in (*prompts["train"], *prompts["validation"]))
    mixed = load("top_k_rec", ["p4", "top_k_rec/u2"]).prompts
    assert [one.id for one in mixed["train"]] == ["top_k_rec/p4"]
    assert [one.id for one in mixed["test"]] == ["top_k_rec/p4", "top_k_rec/u2"]
    with pytest.raises(TemplateError, match="top_k_rec/u2 leaves nothing for train"):
        load("top_k_rec", "u2")


def test_ids_of_other_tasks_leave_a_task_as_it_is() -> None:
    assert load("top_k_rec", ["sequential_rec/p3"]).prompts == load("top_k_rec").prompts
    templates.check_choice("sequential_rec/p3", ["top_k_rec", "sequential_rec"])
    with pytest.raises(TemplateError, match="'sequential_rec/p3' is neither a template"):
        templates.check_choice("sequential_rec/p3", ["top_k_rec"])


@pytest.mark.parametrize("choice", ["p99", "top_k_rec/p99", ["p1", "no/such/folder"], [], [3], 3])
def test_a_choice_that_names_nothing_is_refused(choice: templates.Choice) -> None:
    with pytest.raises(TemplateError, match=r"is neither a template|give an id, a folder"):
        load("top_k_rec", choice)


def test_flags_that_nothing_serves_are_an_error() -> None:
    loaded = load("top_k_rec", "p9")
    loaded.check("train", [])
    with pytest.raises(TemplateError, match=r"no prompt serves the train part.*timed"):
        loaded.check("train", ["timed"])


def test_templates_travel_to_other_processes() -> None:
    loaded = load("top_k_rec")
    again = pickle.loads(pickle.dumps(loaded))
    assert again.prompts == loaded.prompts and again.answers == loaded.answers
