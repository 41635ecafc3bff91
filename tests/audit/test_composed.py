"""Written answers are read as what their evidence says: clean ones to the last letter, changed ones not."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

import pytest

from itdr.audit import composed
from itdr.audit.answer_facts import AnswerFacts, impossible_facts
from tests.audit.planting import clean

Row = dict[str, Any]
WRITTEN = ("interest_recognition", "target_user_identification")


def faults(row: Row) -> list[str]:
    check = AnswerFacts()
    check.see("train", row)
    return [what for _, what in check.result.faults]


def rows(config: str) -> list[Row]:
    return [row for split in clean(config).values() for row in split]


@pytest.mark.parametrize("config", WRITTEN)
def test_every_clean_answer_is_read_to_the_last_letter(config: str) -> None:
    for row in rows(config):
        reading = composed.read(row, row["output"], None)
        assert not reading.wrong, (row["id"], reading.wrong)
        said = {fact.value for one in reading.statements for fact in one.facts}
        assert said == {one["value"] or "" for one in row["evidence"]}


def test_a_title_may_be_given_with_its_year() -> None:
    """It is where another work bears the same."""
    dated = 0
    for row in map(copy.deepcopy, rows("target_user_identification")):
        for one in row["evidence"]:
            bare = re.sub(r" \(\d{4}\)$", "", one["value"] or "")
            if bare != one["value"] and f'"{bare}"' in row["output"]:
                row["output"] = row["output"].replace(f'"{bare}"', f'"{one["value"]}"')
                dated += 1
                assert not composed.read(row, row["output"], None).wrong
                other = row["output"].replace(one["value"], f"{bare} (1066)")
                assert composed.read(row, other, None).wrong
    assert dated


def swapped_numbers(row: Row) -> bool:
    """Two different numbers of the answer, both in its evidence, in each other's place."""
    numbers = re.findall(r"(?<![\w.])\d+(?![\w.%])", re.sub(r'"[^"]*"', "", row["output"]))
    pair = next(((a, b) for a in numbers for b in numbers if int(a) > int(b) > 9), None)
    if pair is None:
        return False
    row["output"] = re.sub(
        rf"\b({pair[0]}|{pair[1]})\b",
        lambda found: pair[1] if found[0] == pair[0] else pair[0],
        row["output"],
    )
    return True


def negated(row: Row) -> bool:
    before = row["output"]
    row["output"] = re.sub(r" liked ", " did not like ", before, count=1)
    return row["output"] != before


def sentence_added(row: Row) -> bool:
    row["output"] += " They also care about the music."
    return True


def fact_dropped(row: Row) -> bool:
    row["evidence"].pop()
    return bool(row["evidence"])


def fact_added(row: Row) -> bool:
    row["evidence"].append({**row["evidence"][0], "value": "Something Else"})
    return True


def fact_reversed(row: Row) -> bool:
    one = next((e for e in row["evidence"] if e["fact"].endswith("/up")), None)
    if one is not None:
        one["fact"] = one["fact"].removesuffix("up") + "down"
    return one is not None


@pytest.mark.parametrize(
    "plant",
    [
        swapped_numbers,
        negated,
        sentence_added,
        fact_dropped,
        fact_added,
        fact_reversed,
    ],
)
@pytest.mark.parametrize("config", WRITTEN)
def test_a_changed_answer_has_no_reading(config: str, plant: Callable[[Row], bool]) -> None:
    tried = 0
    for before in rows(config)[:40]:
        row = copy.deepcopy(before)
        if plant(row) and row["output"] + str(row["evidence"]) != before["output"] + str(
            before["evidence"]
        ):
            tried += 1
            assert faults(row), (row["id"], row["output"])
    assert tried >= 3


@pytest.mark.parametrize(
    ("fact", "count", "of", "base", "possible"),
    [
        ("also_liked/work/up", 7, 20, 3.0, True),
        ("also_liked/work/up", 21, 20, 3.0, False),
        ("also_liked/work/up", 2, 20, 3.0, False),
        ("also_liked/work/up", -1, 20, 0.0, False),
        ("liked_if/work/down", 3, 20, 9.0, True),
        ("liked_if/work/down", 13, 20, 9.0, False),
        ("contrast/category/down", 13, 20, 0.2, True),
        ("contrast/category/down", 3, 20, 0.2, False),
    ],
)
def test_figures_that_cannot_be(
    fact: str, count: int, of: int, base: float, possible: bool
) -> None:
    one = {"fact": fact, "value": "X", "count": count, "of": of, "base": base, "quote": ""}
    assert (not list(impossible_facts({"evidence": [one]}))) is possible


def counted_once_more(row: Row) -> bool:
    """A trait of the displayed likes, in evidence and answer alike."""
    one = next((e for e in row["evidence"] if e["fact"].startswith("shown/category/up")), None)
    if one is None:
        return False
    count, of = one["count"], one["of"]
    one["count"] += 1
    row["output"] = row["output"].replace(f"{count} of the {of} ", f"{count + 1} of the {of} ")
    return True


def other_side_named(row: Row) -> bool:
    """A disliked work as an example of what is liked, in evidence and answer alike."""
    liking, one = False, None
    for entry in row["evidence"]:
        if entry["fact"] == "own/work" and liking:
            one = entry
            break
        if not entry["fact"].startswith(("own", "shown", "overall")):
            liking = entry["fact"].endswith("/up")
    if one is None:
        return False
    last = row["history"][-1]["title"]
    row["output"] = row["output"].replace(one["value"], last)
    one["value"] = last
    return True


@pytest.mark.parametrize(
    ("plant", "what"),
    [
        (counted_once_more, r"^\d+ liked works with '.+' are counted, the question lists \d+$"),
        (other_side_named, r" stands among the dislikes$"),
    ],
)
def test_what_is_said_of_displayed_works_is_held_to_the_question(
    plant: Callable[[Row], bool], what: str
) -> None:
    planted = [row for row in copy.deepcopy(rows("interest_recognition")) if plant(row)]
    found = [faults(row) for row in planted]
    assert len(planted) > 20 and all(found)
    told = sum(any(re.search(what, one) for one in several) for several in found)
    assert told > len(planted) / 2
