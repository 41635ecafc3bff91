"""Metrics against figures worked out by hand, and the report around them."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest

pytest.importorskip("ir_measures")

from itdr.builders.core.errors import ConfigError
from itdr.scoring import score
from itdr.scoring.metrics import per_task
from itdr.scoring.metrics import ranking as metrics_ranking
from itdr.scoring.metrics.groundedness import FactSpellings, grounds
from itdr.scoring.metrics.result import Answer
from itdr.scoring.metrics.text import overlap
from itdr.scoring.parsing.parse import Ranking

Row = dict[str, Any]


def row(task: str, **values: Any) -> Row:
    root = (
        "user_item_interaction" if "rec" in task or "rating" in task else "user_item_understanding"
    )
    return {
        "id": f"{task}/x/{values.pop('key', 1)}",
        "instruction": "",
        "input": "?",
        "output": "",
        "root_task": root,
        "task": task,
        "source": "ml-32m",
        "domain": "films",
        "user_id": "1",
        "item_id": None,
        "history": [],
        "candidates": [],
        "relevant": [],
        "rating": None,
        "attributes": [],
        "evidence": [],
        **values,
    }


def ranked(key: int = 1) -> Row:
    """Ten films, A to J; A to E are true."""
    items = [{"item_id": name, "title": f"Film {name}{name}"} for name in "ABCDEFGHIJ"]
    return row("top_k_rec", key=key, candidates=items, relevant=list("ABCDE"))


def listed(names: str) -> str:
    return "\n".join(f"{k}. Film {name}{name}" for k, name in enumerate(names, 1))


def metrics(rows: list[Row], answers: Any) -> dict[str, dict[str, Any]]:
    report = score(rows, answers)
    (cell,) = report["cells"].values()
    return cell["metrics"]


def values(rows: list[Row], answers: Any) -> dict[str, float]:
    return {name: one["value"] for name, one in metrics(rows, answers).items()}


IDEAL = 1 + 1 / math.log2(3) + 1 / 2 + 1 / math.log2(5) + 1 / math.log2(6)


def test_the_ideal_is_what_the_definition_says() -> None:
    assert pytest.approx(2.9485, abs=5e-5) == IDEAL == pytest.approx(metrics_ranking.ideal(5))


@pytest.mark.parametrize(
    ("text", "ndcg", "hit", "precision", "mrr"),
    [
        (listed("ABCDEFGHIJ"), 1, 1, 1, 1),
        (listed("EDCBAJIHGF"), 1, 1, 1, 1),
        (listed("FGHIJABCDE"), 0.5409, 0, 0, 1 / 6),
        (listed("FABCDEGHIJ"), (IDEAL - 1 + 1 / math.log2(7)) / IDEAL, 0, 0.8, 1 / 2),
        # Missing items gain nothing.
        (listed("AB"), (1 + 1 / math.log2(3)) / IDEAL, 1, 0.4, 1),
        # A repeat keeps its rank, and gains nothing.
        (listed("AAB"), (1 + 1 / 2) / IDEAL, 1, 0.4, 1),
        # So does a stranger.
        ("1. Unheard of\n2. Film AA", (1 / math.log2(3)) / IDEAL, 0, 0.2, 1 / 2),
        ("I do not know.", 0, 0, 0, 0),
        ("", 0, 0, 0, 0),
    ],
)
def test_rankings(text: str, ndcg: float, hit: float, precision: float, mrr: float) -> None:
    found = values([ranked()], [text])
    assert found["NDCG@10"] == pytest.approx(ndcg, abs=1e-4)
    assert found["Hit@1"] == pytest.approx(hit)
    assert found["Precision@5"] == pytest.approx(precision)
    assert found["MRR"] == pytest.approx(mrr)


def test_a_random_order_has_the_level_of_chance() -> None:
    tied = Answer(listed("ABCDEFGHIJ"), (10,))
    found = metrics([ranked()], [tied])
    assert found["NDCG@10"]["value"] == pytest.approx(0.7705, abs=5e-5)
    for one in found.values():
        assert one["value"] == pytest.approx(one["chance"])
        assert one["above_chance"] == pytest.approx(0)
    assert found["Hit@1"]["chance"] == found["Precision@5"]["chance"] == 0.5


@pytest.mark.parametrize("ties", [(3,), (1, 2, 2), (5,), (2, 3), (1, 4)])
def test_ties_count_by_expected_value(ties: tuple[int, ...]) -> None:
    """Against the mean over all orders within the groups, each scored by the library."""
    names, true = range(5), frozenset({1, 2, 4})
    groups, start = [], 0
    for size in ties + (1,) * (5 - sum(ties)):
        groups.append(list(itertools.permutations(names[start : start + size])))
        start += size
    orders = [tuple(itertools.chain(*parts)) for parts in itertools.product(*groups)]
    by_library = metrics_ranking.exact([Ranking(one) for one in orders], [true] * len(orders))
    expected = metrics_ranking.expected(Ranking(tuple(names), ties), true)
    for name in metrics_ranking.NAMES:
        mean = sum(one[name] for one in by_library) / len(orders)
        assert expected[name] == pytest.approx(mean), name


def test_without_ties_both_ways_agree() -> None:
    ranking, true = Ranking((3, None, 1, 1, 0)), frozenset({0, 1, 2})
    assert metrics_ranking.expected(ranking, true) == pytest.approx(
        metrics_ranking.exact([ranking], [true])[0]
    )


def chosen(key: int = 1) -> Row:
    items = [{"item_id": name, "title": f"Film {name}{name}"} for name in "ABCDE"]
    return row("sequential_rec", key=key, candidates=items, relevant=["C"])


def test_choices() -> None:
    rows = [chosen(key) for key in range(4)]
    report = score(rows, ["Film CC", "Film AA", "no idea", Answer("Film AA\nFilm CC", (2,))])
    (cell,) = report["cells"].values()
    assert cell["metrics"]["Hit@1"]["value"] == pytest.approx((1 + 0 + 0 + 0.5) / 4)
    assert cell["metrics"]["Hit@1"]["chance"] == pytest.approx(0.2)
    assert cell["answers"] == {"read": 3, "no candidate": 1}


def rated(rating: float, key: int = 1) -> Row:
    return row("rating_prediction", key=key, rating=rating, item_id="7")


def test_ratings_with_and_without_the_unreadable() -> None:
    rows = [rated(4.0, 1), rated(2.0, 2), rated(5.0, 3)]
    found = values(rows, ["3", "2", "no idea"])
    # The scale of ml-32m is 0.5 to 5: the worst error for 5 is 4.5.
    assert found["RMSE"] == pytest.approx(math.sqrt((1 + 0 + 4.5**2) / 3))
    assert found["MAE"] == pytest.approx((1 + 0 + 4.5) / 3)
    assert found["RMSE (read)"] == pytest.approx(math.sqrt(1 / 2))
    assert found["MAE (read)"] == pytest.approx(1 / 2)
    assert score(rows, ["3", "2", "no idea"])["answers"] == {"read": 2, "unreadable": 1}


def test_ratings_are_clipped_to_the_scale() -> None:
    assert values([rated(5.0)], ["50"])["RMSE"] == 0
    assert values([rated(1.0)], ["-9"])["RMSE"] == pytest.approx(0.5)


def test_the_chance_of_a_rating_is_a_step_drawn_alike() -> None:
    found = metrics([rated(5.0)], ["5"])
    steps = [0.5 * k for k in range(1, 11)]
    mean = sum((5 - step) ** 2 for step in steps) / 10
    assert found["RMSE"]["chance"] == pytest.approx(math.sqrt(mean))


def known(key: int, **values: str) -> Row:
    named = [{"name": name.replace("_", " "), "value": value} for name, value in values.items()]
    return row("user_attribute_prediction", key=key, attributes=named)


def test_attributes() -> None:
    rows = [known(1, gender="male", age="30"), known(2, gender="female", age="20")]
    found = values(rows, ["Gender: male\nAge: 33", "Gender: male"])
    assert found["accuracy gender"] == 0.5
    # No age was given for 20: the worst error within 5 to 100 is 80.
    assert found["RMSE age"] == pytest.approx(math.sqrt((9 + 80**2) / 2))
    assert found["RMSE age (read)"] == pytest.approx(3)
    assert metrics(rows, ["", ""])["accuracy gender"]["chance"] == 0.5


# -- texts ----------------------------------------------------------------------------------------


def test_bleu_and_rouge_by_hand() -> None:
    found = overlap("the cat sat on the mat", ["the cat is on the mat"])
    # 5 of 6 words, 3 of 5 pairs, no brevity penalty; the longest common subsequence has 5 words.
    assert found["BLEU-1"] == pytest.approx(5 / 6)
    assert found["BLEU-2"] == pytest.approx(math.sqrt(5 / 6 * 3 / 5))
    assert found["ROUGE-1"] == pytest.approx(5 / 6)
    assert found["ROUGE-2"] == pytest.approx(3 / 5)
    assert found["ROUGE-L"] == pytest.approx(5 / 6)


def test_a_short_answer_pays_for_brevity() -> None:
    found = overlap("the cat", ["the cat is on the mat"])
    assert found["BLEU-1"] == pytest.approx(math.exp(1 - 6 / 2))
    assert found["ROUGE-1"] == pytest.approx(2 * 1 * (2 / 6) / (1 + 2 / 6))


def test_the_best_of_several_phrasings_counts() -> None:
    several = ["nothing like it", "the cat sat on the mat", "they like dogs"]
    assert overlap("the cat sat on the mat", several)["ROUGE-L"] == 1
    assert overlap("The cat sat on the mat", several)["BLEU-2"] == pytest.approx(1)


def test_texts_in_other_scripts_are_compared_too() -> None:
    assert overlap("喜欢恐怖电影", ["喜欢恐怖电影"])["ROUGE-1"] == 1
    assert overlap("", ["something"]) == dict.fromkeys(overlap("", ["x"]), 0.0)


def entry(fact: str, value: str, count: int = 0, of: int = 0, base: float = 0.0) -> Row:
    return {"fact": fact, "value": value, "count": count, "of": of, "base": base, "quote": ""}


def profile(key: int = 1) -> Row:
    evidence = [
        entry("share/category/up", "Horror", 9, 20, 0.1),
        entry("shown/category/up", "Horror", 4, 10),
        entry("contrast/category/down", "Romance", 4, 6),
        entry("also_liked/work/up", "The Omen (1976)", 62, 140, 13.0),
    ]
    return row(
        "interest_recognition",
        key=key,
        evidence=evidence,
        history=[
            {"item_id": "1", "title": "Alien Nights (1999)", "rating": 5.0, "timestamp": None}
        ],
        output="They love horror, as Alien Nights shows. They dislike romance. Offer The Omen.",
    )


def other() -> Row:
    """Makes comedy known to the lexicon."""
    evidence = [entry("share/category/up", "Comedy", 5, 9, 0.1)]
    return row("interest_recognition", key=2, evidence=evidence, output="They love comedy.")


@pytest.mark.parametrize(
    ("text", "precision", "recall"),
    [
        ("A fan of horror films; avoid romances. Try The Omen.", 1, 1),
        ('What works is horror, but not romance. Next: "The Omen".', 1, 1),
        ("Not for:\nromances\n\nHorror fans will like The Omen.", 1, 1),
        ("A fan of horror.", 1, 1 / 3),
        ("A fan of horror and comedy.", 1 / 2, 1 / 3),
        ("A fan of romance. Horror is one to avoid. Avoid horror.", 0, 0),
        ("A fan of comedies.", 0, 0),
        ("Alien Nights was a hit.", 0, 0),
        ("A nice person.", 0, 0),
        ("", 0, 0),
    ],
)
def test_groundedness(text: str, precision: float, recall: float) -> None:
    found = grounds(profile(), text, FactSpellings.of([profile(), other()]))
    assert found.precision == pytest.approx(precision)
    assert found.recall == pytest.approx(recall)
    both = precision + recall
    assert found.f1 == pytest.approx(2 * precision * recall / both if both else 0)


def test_the_rows_own_answer_is_fully_grounded() -> None:
    found = values([profile(), other()], "output")
    assert found["fact F1"] == found["fact precision"] == found["fact recall"] == 1
    assert found["named works"] == 1
    assert found["BLEU-1"] == pytest.approx(1)


# -- the report -----------------------------------------------------------------------------------


def test_levels_are_means_of_what_lies_below() -> None:
    mine = [ranked(key) for key in range(3)]
    more = [{**ranked(9), "source": "ml-1m"}]
    report = score([*mine, *more, chosen()], [listed("ABCDEFGHIJ")] * 3 + ["", "Film CC"])
    assert list(report["cells"]) == ["top_k_rec/ml-1m", "top_k_rec/ml-32m", "sequential_rec/ml-32m"]
    assert report["subtasks"]["top_k_rec"]["metrics"]["Hit@1"]["value"] == 0.5
    assert report["subtasks"]["top_k_rec"]["rows"] == 4
    root = report["root_tasks"]["user_item_interaction"]["metrics"]
    assert root["Hit@1"]["value"] == pytest.approx((0.5 + 1) / 2)
    assert report["rows"] == 5 and report["answers"] == {"read": 4, "empty": 1}


def test_intervals_are_deterministic_and_hold_the_value() -> None:
    rows = [chosen(key) for key in range(200)]
    answers = ["Film CC" if key % 4 == 0 else "Film AA" for key in range(200)]
    one = metrics(rows, answers)["Hit@1"]
    assert one == metrics(rows, answers)["Hit@1"]
    assert one["low"] < one["value"] == 0.25 < one["high"]
    # The normal interval: 0.25 +- 1.96 * sqrt(0.25 * 0.75 / 200).
    assert one["low"] == pytest.approx(0.19, abs=0.015)
    assert one["high"] == pytest.approx(0.31, abs=0.015)


def test_a_missing_prediction_is_wrong_and_counted() -> None:
    report = score([chosen(1), chosen(2)], {"sequential_rec/x/1": "Film CC"})
    assert report["answers"] == {"read": 1, "no prediction": 1}
    assert report["cells"]["sequential_rec/ml-32m"]["metrics"]["Hit@1"]["value"] == 0.5


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (["one", "two"], "2 answers for 1 rows"),
        ({"nobody": "Film CC"}, "belong to no row"),
        ("predictions", "no column 'predictions'"),
    ],
)
def test_answers_that_do_not_fit_are_refused(answers: Any, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        score([chosen()], answers)


def test_an_unknown_subtask_is_refused() -> None:
    with pytest.raises(ConfigError, match="Unknown subtask"):
        score([row("guessing")], ["x"])


def test_every_subtask_has_a_scorer() -> None:
    from itdr.builders.dataset import registry

    assert set(per_task.scorers()) >= set(registry.task_ids())
