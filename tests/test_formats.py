"""Formats of rows: each is declared once, and what it wraps can be read again."""

from __future__ import annotations

from typing import Any

import datasets
import pytest

from itdr.audit.row_checks import Answers
from itdr.builders.core.errors import ConfigError
from itdr.builders.dataset import formats
from itdr.builders.dataset.formats import Texts
from itdr.evaluation import question
from itdr.scoring.metrics.groundedness import reference

TEXTS = Texts("Do this.", "Which one?\n\n1. A\n2. B", "A")
SAMPLE = {"sample": True, "sources": ["ml-32m"], "size": 200}


def rows(config: str = "sequential_rec", **options: Any) -> list[dict[str, Any]]:
    given = {**SAMPLE, "split": "train", "streaming": True, **options}
    return list(datasets.load_dataset("itdr", config, **given))


@pytest.mark.parametrize("name", formats.FORMATS)
@pytest.mark.parametrize("texts", [TEXTS, TEXTS._replace(instruction="")])
def test_what_is_wrapped_is_read_again(name: str, texts: Texts) -> None:
    form = formats.get(name)
    wrong = ("B",) if form.wrong else ()
    row = form.wrap(texts._replace(wrong=wrong))
    assert list(row) == list(form.columns)
    assert formats.of_row({**row, "id": "x", "history": []}) == form
    read = formats.texts_of(row)
    assert (read.answer, read.prompt, read.wrong) == (texts.answer, texts.prompt, wrong)


def test_a_wrong_answer_of_kto_is_not_taken_for_the_true_one() -> None:
    row = formats.get("kto").wrap(TEXTS._replace(wrong=("B",)))
    assert row["completion"] == "B" and row["label"] is False
    assert formats.texts_of(row) == Texts("", TEXTS.prompt, "", ("B",))


@pytest.mark.parametrize("name", formats.FORMATS)
def test_every_format_holds_the_same_rows(name: str) -> None:
    plain = {row["id"]: row for row in rows()}
    found = rows(format=name)
    texts = formats.get(name).columns
    assert [row["id"] for row in found] == list(plain)
    for row in found:
        assert list(row) == list(formats.schema(name))
        same = plain[row["id"]]
        assert all(row[name] == same[name] for name in row if name not in texts)
        assert formats.texts_of(row).prompt == f"{same['instruction']}\n\n{same['input']}"
        assert question(row) == formats.texts_of(row).prompt + "\n"
        assert reference(row) in (same["output"], "")


@pytest.mark.parametrize("name", formats.FORMATS)
@pytest.mark.parametrize("config", ["sequential_rec", "rating_prediction"])
def test_the_audit_reads_the_answers_of_every_format(config: str, name: str) -> None:
    check = Answers()
    for row in rows(config, format=name):
        check.see("train", row)
    assert check.end().checked > 20 and not check.end().faults


def test_about_half_of_the_answers_of_kto_are_true() -> None:
    found = rows(format="kto")
    true = sum(row["label"] for row in found)
    assert 0.3 < true / len(found) < 0.7
    assert found == rows(format="kto")


def test_several_answers_are_rejected_and_all_differ() -> None:
    found = rows(format="preference", rejected=3)
    one = {row["id"]: row["rejected"] for row in rows(format="preference")}
    for row in found:
        wrong = [row["rejected"], row["rejected1"], row["rejected2"]]
        assert len({row["chosen"], *wrong}) == 4 and None not in wrong
        assert row["rejected"] == one[row["id"]]
        assert formats.of_row(row) == formats.get("preference-3")


def test_where_there_are_fewer_wrong_answers_the_rest_is_null() -> None:
    for row in rows(format="preference", rejected=8):
        wrong = [row["rejected"], *(row[f"rejected{n}"] for n in range(1, 8))]
        assert [text is None for text in wrong] == [False] * 4 + [True] * 4


def test_rejected_asks_for_preferences() -> None:
    with pytest.raises(ConfigError, match="format='preference' alone"):
        rows(format="messages", rejected=2)
    with pytest.raises(ConfigError, match="Did you mean 'messages'"):
        rows(format="message")
