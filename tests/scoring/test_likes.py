"""Reading and scoring of likes: yes, no, how likely; AUC against its definition."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("ir_measures")

from itdr.scoring import data, score, score_rows
from itdr.scoring.baselines import methods_of, predict
from itdr.scoring.baselines.training import Training
from itdr.scoring.parsing.likes import liking
from tests.scoring.test_metrics import row as plain_row


def row(rating: float, key: int, user: str = "1", source: str = "ml-32m") -> dict[str, Any]:
    return plain_row(
        "pointwise_rec", key=key, rating=rating, user_id=user, source=source, root_task="extra"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yes", 1.0), ("no.", 0.0), ("**Yes**", 1.0), ("YES, because they like horror", 1.0),
        ("No, they dislike it", 0.0), ("Answer: yes", 1.0), ("<think>no</think>Yes", 1.0),
        ('{"answer": "no"}', 0.0), ('{"like": true}', 1.0), ("0.83", 0.83), ("0", 0.0), ("70%", 0.7),
        ("They liked horror before, so my answer would be no", 0.0),
        ("I do not think they would like it", 0.0), ("They would probably enjoy it", 1.0),
        ("They would not enjoy it", 0.0), ("是", 1.0), ("不喜欢", 0.0), ("dislike", 0.0),
        ("5", None), ("maybe", None), ("", None), (None, None), (3, None),
    ],
)  # fmt: skip
def test_an_answer_is_read(text: Any, expected: float | None) -> None:
    assert liking(text) == pytest.approx(expected) if expected is not None else liking(text) is None


ANSWERS = st.sampled_from(["Yes", "No", "0.25", "0.75", "0.5", "what?"])
CASES = st.lists(
    st.tuples(st.sampled_from([1.0, 2.0, 4.0, 5.0]), ANSWERS, st.sampled_from("ab")), min_size=1,
    max_size=12,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(CASES)
def test_auc_is_the_share_of_pairs_in_the_right_order(cases: list[tuple[float, str, str]]) -> None:
    rows = [row(rating, k, user) for k, (rating, _, user) in enumerate(cases)]
    report = score(rows, [text for _, text, _ in cases])
    (cell,) = report["cells"].values()
    everyone, users = _auc(cases), []
    for name in "ab":
        mine = [case for case in cases if case[2] == name]
        value = _auc(mine)
        if value is not None:
            users += [value] * len(mine)
    metrics = cell["metrics"]
    assert ("AUC" in metrics) == (everyone is not None)
    assert ("grouped AUC" in metrics) == bool(users)
    if everyone is not None:
        assert metrics["AUC"]["value"] == pytest.approx(everyone)
    if users:
        assert metrics["grouped AUC"]["value"] == pytest.approx(sum(users) / len(users))


def _auc(cases: list[tuple[float, str, str]]) -> float | None:
    def value(text: str, like: bool) -> float:
        said = liking(text)
        return said if said is not None else -9.0 if like else 9.0

    likes = [value(text, True) for rating, text, _ in cases if rating >= 4]
    others = [value(text, False) for rating, text, _ in cases if rating < 4]
    pairs = list(itertools.product(likes, others))
    if not pairs:
        return None
    return sum((a > b) + (a == b) / 2 for a, b in pairs) / len(pairs)


def test_cells_are_not_compared_with_each_other() -> None:
    rows = [row(5, 1), row(1, 2), row(5, 3, source="yelp"), row(1, 4, source="yelp")]
    report = score(rows, ["0.9", "0.8", "0.2", "0.1"])
    assert [cell["metrics"]["AUC"]["value"] for cell in report["cells"].values()] == [1, 1]
    assert report["subtasks"]["pointwise_rec"]["metrics"]["AUC"]["value"] == 1


@pytest.mark.parametrize("task", ["pointwise_rec", "pairwise_rec"])
def test_own_answers_are_right_and_plain_methods_are_scored(task: str) -> None:
    opened = data.open_data(task, {"sample": True})
    rows = list(opened.rows("test"))
    for one in score_rows(rows, [row["output"] for row in rows]):
        assert one.readable and all(value == 1 for value in one.values.values())
    training = Training(opened, rows)
    for name, method in methods_of(task).items():
        report = score(rows, predict(opened, rows, method, training))
        accuracy = report["subtasks"][task]["metrics"]["accuracy"]
        assert 0 <= accuracy["value"] <= 1 and report["answers"] == {"read": len(rows)}
        assert name != "random" or accuracy["value"] == pytest.approx(0.5)
