"""Likes and dislikes: their windows, the balance of their answers, and what their rows show."""

from __future__ import annotations

import functools
import re
from typing import Any

import datasets
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import itdr  # noqa: F401  (teaches load_dataset the name)
from itdr.builders.dataset import registry
from itdr.builders.rendering.layout import load_layout
from itdr.builders.sampling.histories import UserHistory
from itdr.builders.sampling.opposites import LEAST, OppositesSpec, opposite_windows

LIKED, DISLIKED = 4.0, 2.0
TASKS = ("pointwise_rec", "pairwise_rec")


def timeline(ratings: list[float | None], moments: list[int], titles: list[int]) -> UserHistory:
    places = list(range(len(ratings)))
    times: list[int | None] = [10 * one for one in moments]
    return UserHistory(
        0, places, places, titles, moments, times, ratings, np.array(places, np.int32), True
    )


EVENTS = st.lists(
    st.tuples(
        st.sampled_from([None, 0.5, 2.0, 3.0, 4.0, 5.0]), st.integers(0, 1), st.integers(0, 30)
    ),
    max_size=40,
)


@settings(max_examples=300, deadline=None)
@given(
    EVENTS,
    st.booleans(),
    st.booleans(),
    st.sampled_from([1, 2]),
    st.integers(1, 5),
    st.one_of(st.none(), st.integers(0, 300)),
)
def test_windows_hold_earlier_likes_and_dislikes(
    events: list[tuple[float | None, int, int]],
    coin: bool,
    timed: bool,
    targets: int,
    each: int,
    start: int | None,
) -> None:
    moments = np.cumsum([one[1] for one in events]).tolist()
    line = timeline([one[0] for one in events], moments, [one[2] for one in events])
    spec = OppositesSpec(each, targets, LIKED, DISLIKED, start)
    found = list(opposite_windows(line, range(len(events)), spec, coin, timed))
    assert [window.index for window in found] == list(range(len(found)))
    assert len(found) % 2 == 0
    used: set[int] = set()
    for window in found:
        kinds = [_kind(line.ratings[k]) for k in window.targets]
        assert kinds[0] == (coin if window.index % 2 == 0 else not coin)
        assert targets == 1 or kinds == [kinds[0], not kinds[0]]
        past = [_kind(line.ratings[k]) for k in window.history]
        assert LEAST <= past.count(True) <= each and LEAST <= past.count(False) <= each
        assert window.history == sorted(window.history)
        for k in window.history:
            assert k < window.targets[0]
            assert not timed or line.moments[k] < line.moments[window.targets[0]]
        titles = [line.titles[k] for k in (*window.history, *window.targets)]
        assert len(set(titles)) == len(titles)
        assert start is None or all((line.times[k] or 0) >= start for k in window.targets)
        assert used.isdisjoint(window.targets)
        used.update(window.targets)


def _kind(rating: float | None) -> bool:
    assert rating is not None and not DISLIKED < rating < LIKED
    return rating >= LIKED


@functools.cache
def rows(task: str, **options: Any) -> list[dict[str, Any]]:
    stream = datasets.load_dataset("itdr", task, sample=True, streaming=True, **options)
    return [row for split in stream.values() for row in split]


@pytest.mark.parametrize("task", TASKS)
def test_rows_show_what_they_say(task: str) -> None:
    for row in rows(task):
        scale = registry.source(row["source"]).scale
        assert scale is not None
        ratings = [one["rating"] for one in row["history"]]
        assert sum(one >= scale.liked for one in ratings) >= LEAST
        assert sum(one <= scale.disliked for one in ratings) >= LEAST
        assert all(one >= scale.liked or one <= scale.disliked for one in ratings)
        assert all(one["title"] in row["input"] for one in row["history"])
        times = [one["timestamp"] for one in row["history"] if one["timestamp"] is not None]
        assert times == sorted(times)
        if task == "pointwise_rec":
            liked = row["rating"] >= scale.liked
            assert liked or row["rating"] <= scale.disliked
            assert row["output"] == ("Yes" if liked else "No")
            assert row["item_id"] not in {one["item_id"] for one in row["history"]}
        else:
            (better,) = row["relevant"]
            titles = {one["item_id"]: one["title"] for one in row["candidates"]}
            assert len(titles) == 2 and row["output"] == titles[better]
            assert all(title in row["input"] for title in titles.values())


@pytest.mark.parametrize("task", TASKS)
def test_neither_answer_nor_place_is_the_likelier(task: str) -> None:
    found = rows(task)
    if task == "pointwise_rec":
        first = sum(row["output"] == "Yes" for row in found)
    else:
        first = sum(row["candidates"][0]["item_id"] == row["relevant"][0] for row in found)
    # Four standard deviations of a fair coin.
    assert abs(first - len(found) / 2) < 2 * len(found) ** 0.5


@pytest.mark.parametrize("task", TASKS)
def test_a_rejected_answer_is_the_other_one(task: str) -> None:
    for row, same in zip(rows(task, format="preference"), rows(task), strict=True):
        assert row["chosen"] == same["output"] != row["rejected"]
        if task == "pointwise_rec":
            assert {row["chosen"], row["rejected"]} == {"Yes", "No"}
        else:
            titles = {one["title"] for one in row["candidates"]}
            assert titles == {row["chosen"], row["rejected"]}


def test_several_rows_of_a_user_ask_about_likes_and_dislikes() -> None:
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows("pointwise_rec", per_user=2):
        found.setdefault((row["source"], row["user_id"]), []).append(row["output"])
    several = [answers for answers in found.values() if len(answers) > 1]
    assert several and all(set(answers) == {"Yes", "No"} for answers in several)


@pytest.mark.parametrize(
    ("source", "likes", "dislikes"),
    [
        ("ml-1m", "rated 4 or 5 out of 5", "rated 1 or 2 out of 5"),
        ("ml-32m", "rated 4 out of 5 or higher", "rated 2 out of 5 or lower"),
        ("bookcrossing", "rated 8 out of 10 or higher", "rated 4 out of 10 or lower"),
    ],
)
def test_the_ratings_of_both_lists_are_named(source: str, likes: str, dislikes: str) -> None:
    scale = registry.source(source).scale
    assert scale is not None
    layout = load_layout()
    assert (layout.likes_of(scale), layout.dislikes_of(scale)) == (likes, dislikes)


def test_the_two_lists_are_called_what_they_are() -> None:
    for row in rows("pointwise_rec"):
        assert re.search(r"like|enjoy|high|good", row["input"], re.I)
        assert not re.search(r"oldest|latest|in order|next(?! up)", row["input"])
