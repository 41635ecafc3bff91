"""The columns of a row must agree with each other, with its hash, and with the other rows of its cell."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.audit.planting import audited, clean, faulty

Row = dict[str, Any]


def wrong_root(row: Row) -> None:
    row["root_task"] = "extra"


def wrong_domain(row: Row) -> None:
    row["domain"] = "books"


def another_user(row: Row) -> None:
    row["user_id"] = "nobody"


def rating_filled(row: Row) -> None:
    row["rating"] = 4.0


def item_filled(row: Row) -> None:
    row["item_id"] = "1"


def attribute_filled(row: Row) -> None:
    row["attributes"] = [{"name": "gender", "value": "male"}]


def milliseconds(row: Row) -> None:
    for one in row["history"]:
        one["timestamp"] *= 1000


def before_all_time(row: Row) -> None:
    row["history"][0]["timestamp"] = -1


def twice_in_the_history(row: Row) -> None:
    row["history"][0] = dict(row["history"][1])


def another_hash(row: Row) -> None:
    row["row_hash"] = "0" * 16


def no_times(row: Row) -> None:
    for one in row["history"]:
        one["timestamp"] = None


def no_description(row: Row) -> None:
    row["instruction"] = ""


def another_title(row: Row) -> None:
    row["history"][0]["title"] += " II"


def zero_width(row: Row) -> None:
    row["history"][0]["title"] += "\u200b"


FAULTS = [
    ("columns", wrong_root),
    ("columns", wrong_domain),
    ("columns", another_user),
    ("columns", rating_filled),
    ("columns", item_filled),
    ("columns", attribute_filled),
    ("columns", milliseconds),
    ("columns", before_all_time),
    ("columns", twice_in_the_history),
    ("hash", another_hash),
    ("alike", no_times),
    ("alike", no_description),
    ("texts", zero_width),
]


@pytest.mark.parametrize(("check", "plant"), FAULTS, ids=lambda one: getattr(one, "__name__", one))
def test_a_row_at_odds_is_found_without_raw_data(check: str, plant: Callable[[Row], None]) -> None:
    rows = copy.deepcopy(clean("sequential_rec"))
    row = rows["train"][7]
    plant(row)
    found = faulty(audited("sequential_rec", rows, raw=False))
    assert found[check] == {row["id"]}


def test_an_item_has_one_title() -> None:
    rows = copy.deepcopy(clean("sequential_rec"))
    row = rows["train"][-1]
    seen = {one["item_id"] for other in rows["train"][:-1] for one in other["history"]}
    entry = next(one for one in row["history"] if one["item_id"] in seen)
    entry["title"] += " II"
    assert row["id"] in faulty(audited("sequential_rec", rows, raw=False))["columns"]


@pytest.mark.parametrize("config", ["pointwise_rec", "rating_prediction"])
def test_the_item_asked_about_is_not_shown(config: str) -> None:
    rows = copy.deepcopy(clean(config))
    row = rows["train"][0]
    row["history"][0]["item_id"] = row["item_id"]
    assert row["id"] in faulty(audited(config, rows, raw=False))["columns"]


@pytest.mark.parametrize("config", ["pointwise_rec", "pairwise_rec"])
def test_answers_of_likes_and_pairs_are_read(config: str) -> None:
    rows = copy.deepcopy(clean(config))
    assert faulty(audited(config, rows, raw=False)) == {}
    turned, nonsense = rows["train"][:2]
    if config == "pointwise_rec":
        turned["output"] = {"Yes": "No", "No": "Yes"}[turned["output"]]
    else:
        titles = [one["title"] for one in turned["candidates"]]
        turned["output"] = next(title for title in titles if title != turned["output"])
    nonsense["output"] = "Perhaps"
    found = faulty(audited(config, rows, raw=False))
    assert found["answers"] == {turned["id"], nonsense["id"]}


def test_likes_and_dislikes_stand_on_their_sides() -> None:
    rows = copy.deepcopy(clean("pointwise_rec"))
    row = rows["train"][0]
    best, worst = (f(row["history"], key=lambda one: one["rating"]) for f in (max, min))
    text = row["input"].replace(best["title"], "\0").replace(worst["title"], best["title"])
    row["input"] = text.replace("\0", worst["title"])
    assert row["id"] in faulty(audited("pointwise_rec", rows, raw=False))["wording"]
