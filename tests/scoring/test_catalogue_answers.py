"""Answers to questions without candidates: how they are matched with the catalogue, and scored."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from itdr import rewards
from itdr.builders.core.errors import ConfigError
from itdr.builders.dataset.catalogue_table import schema
from itdr.commands.app import app
from itdr.scoring import score, score_rows
from itdr.scoring.catalogue import Catalogues
from itdr.scoring.data import open_data
from itdr.scoring.metrics.result import Answer
from itdr.scoring.parsing.catalogue_titles import CatalogueTitles
from tests import world
from tests.test_whole_catalogue import build, options

# -- reading answers ------------------------------------------------------------------------------

TITLES = [
    "The Matrix (1999)",
    "Dune (1984)",
    "Dune (2021)",
    "Emma",
    "Emma",
    "Toy Story (1995)",
    "Toy Story 2 (1999)",
    "Amélie (2001)",
    "2 Days in Paris (2007)",
]
CREATORS = [[], [], [], ["Jane Austen"], ["Kaoru Mori"], [], [], [], []]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The Matrix (1999)", [(0,)]),
        ("matrix", [(0,)]),
        ("Matrix, The", [(0,)]),
        ("<think>Dune?</think>\nThe Matrix", [(0,)]),
        ("Dune", [(1, 2)]),
        ("Dune (2021)", [(2,)]),
        ("Dune (2000)", [None]),
        ("Emma", [(3, 4)]),
        ("Emma by Jane Austen", [(3,)]),
        ("Emma (Kaoru Mori)", [(4,)]),
        ("Toy Story 2", [(6,)]),
        ("Toy Story 3", [None]),
        ("Amelie - a perfect fit for them", [(7,)]),
        ('I would suggest "Toy Story" to them.', [(5,)]),
        ("I think they might go for something like a matrix of ideas", [None]),
        ("1. Dune (1984)\n2. No Such Film\n3. Emma by Jane Austen", [(1,), None, (3,)]),
        ("1) **Toy Story**\n2) *Amélie*", [(5,), (7,)]),
        ('["Toy Story (1995)", "Dune (2021)"]', [(5,), (2,)]),
        ("2 Days in Paris (2007)", [(8,)]),
        ("Here are my picks:\nToy Story (1995)\nDune (2021)", [(5,), (2,)]),
        ("", []),
        (None, []),
        (7, []),
    ],
)
def test_answers_are_matched_with_the_catalogue(text: Any, found: list[Any]) -> None:
    assert CatalogueTitles(TITLES, CREATORS).recommended(text) == found


# -- scores ---------------------------------------------------------------------------------------


def catalogues() -> Catalogues:
    n = len(TITLES)
    users = list(range(n, 0, -1))
    columns = [
        ["sequential_rec"] * n,
        ["ml-32m"] * n,
        ["films"] * n,
        [f"i{k}" for k in range(n)],
        [f"i{k}" for k in range(n)],
        TITLES,
        CREATORS,
        [1] * n,
        users,
        [0] * n,
        [0] * n,
    ]
    return Catalogues([pa.table(columns, schema=schema())])


def row(true: str, *past: str, task: str = "sequential_rec") -> dict[str, Any]:
    return {
        "id": f"{task}/ml-32m/{true}{past}",
        "root_task": "user_item_interaction",
        "task": task,
        "source": "ml-32m",
        "domain": "films",
        "history": [
            {"item_id": one, "title": "", "rating": None, "timestamp": None} for one in past
        ],
        "candidates": [],
        "relevant": [true],
    }


def values(answer: Any, true: str = "i0", *past: str) -> dict[str, float]:
    (scored,) = score_rows([row(true, *past)], [answer], catalogues=catalogues())
    return scored.values


def test_the_rank_of_the_true_item_decides() -> None:
    beams = ("Dune (1984)", "No Such Film", "Dune (1984)", "The Matrix")
    found = values(Answer(beams[0], others=beams[1:]))
    assert (found["Recall@1"], found["Recall@5"], found["MRR"]) == (0, 1, 0.25)
    assert found["NDCG@5"] == pytest.approx(1 / math.log2(5))
    assert found["outside the catalogue"] == 0.25 and found["titles per answer"] == 4
    assert found["training users"] == pytest.approx((8 + 8 + 9) / 3)
    # The same as one answer that lists them.
    assert values("\n".join(f"{k}. {one}" for k, one in enumerate(beams, 1))) == found


def test_what_nothing_tells_apart_counts_as_a_guess() -> None:
    assert values("Emma", "i3")["Recall@1"] == 0.5
    assert values("Emma", "i3")["ambiguous titles"] == 1
    assert values("Emma by Jane Austen", "i3")["Recall@1"] == 1
    assert values("Emma by Kaoru Mori", "i3")["Recall@1"] == 0
    # Whoever has seen one of them is not asked for it again.
    assert values("Emma", "i3", "i4")["Recall@1"] == 1
    found = values("1. Emma\n2. Emma by Jane Austen", "i3")
    assert (found["Recall@1"], found["Recall@5"], found["MRR"]) == (0.5, 0.5, 0.5)


def test_chance_is_that_of_as_many_titles() -> None:
    beams = [f"Film {k}" for k in range(3)]
    (scored,) = score_rows(
        [row("i0")], [Answer(beams[0], others=tuple(beams[1:]))], catalogues=catalogues()
    )
    assert scored.chance["Recall@1"] == pytest.approx(1 / 9)
    assert scored.chance["Recall@10"] == pytest.approx(3 / 9)
    assert scored.chance["MRR"] == pytest.approx((1 + 1 / 2 + 1 / 3) / 9)
    assert scored.verdict == "not in the catalogue" and not scored.readable


def test_the_report_has_coverage_and_intervals() -> None:
    rows = [row(f"i{k}", f"i{k + 1}") for k in range(6)]
    answers = [TITLES[0], TITLES[1], TITLES[1], None, "", "No Such Film"]
    report = score(rows, answers, catalogues=catalogues())
    metrics = report["cells"]["sequential_rec/ml-32m"]["metrics"]
    assert metrics["coverage@10"]["value"] == pytest.approx(2 / 9)
    assert metrics["coverage@10"]["low"] is None
    assert metrics["Recall@1"]["value"] == pytest.approx(2 / 6)
    assert metrics["Recall@1"]["low"] < metrics["Recall@1"]["value"]
    assert report["answers"] == {
        "read": 3,
        "not in the catalogue": 1,
        "empty": 1,
        "no prediction": 1,
    }
    with pytest.raises(ConfigError, match=r"lists no candidates: give the catalogue\.parquet"):
        score(rows, answers)
    with pytest.raises(ConfigError, match="there is no catalogue of sequential_rec/ml-1m/films"):
        score([{**rows[0], "source": "ml-1m"}], ["x"], catalogues=catalogues())


@pytest.mark.parametrize("built", [True, False])
def test_the_command_scores_one_answer_or_several(built: bool, tmp_path: Path) -> None:
    own = {"split_by": "leave_one_out"}
    data = open_data("sequential_rec", options(**own))
    rows = list(data.rows("test"))
    where = str(build(tmp_path / "out", "sequential_rec", **own)) if built else "sequential_rec"
    flags = []
    if not built:
        flags = ["--sources", "ml-32m", "--data-dir", str(world.folder()), "--history", "4"]
        flags += ["--candidates", "0", "--size", "all", "--split-by", "leave_one_out"]
    found = []
    for several in (False, True):
        path = tmp_path / f"{several}.jsonl"
        with open(path, "w", encoding="utf-8") as out:
            for one in rows:
                said = {"outputs": ["No Such Film", one["output"]]} if several else {}
                said = said or {"output": one["output"]}
                out.write(json.dumps({"id": one["id"], "row_hash": one["row_hash"], **said}) + "\n")
        result = CliRunner().invoke(app, ["score", str(path), "--data", where, "--json", *flags])
        assert result.exit_code == 0, result.output
        report = json.loads(result.stdout[result.stdout.index("{") :])
        found.append(report["cells"]["sequential_rec/ml-32m"]["metrics"])
    assert found[0]["Recall@1"]["value"] == 1 and found[1]["Recall@1"]["value"] == 0
    assert found[1]["Recall@5"]["value"] == 1 and found[1]["MRR"]["value"] == 0.5
    assert found[1]["outside the catalogue"]["value"] == 0.5


def test_rewards_take_a_catalogue(tmp_path: Path) -> None:
    out = build(tmp_path / "out", "sequential_rec")
    rows = list(open_data(str(out), {}).rows("test"))[:3]
    columns = {name: [one[name] for one in rows] for name in rows[0]}
    texts = [rows[0]["output"], "No Such Film", f"1. Nothing\n2. {rows[2]['output']}"]
    reward = rewards.in_catalogue(out / "sequential_rec" / "catalogue.parquet")
    assert reward(texts, **columns) == pytest.approx([1, 0, 1 / math.log2(3)])
    with pytest.raises(ConfigError, match=r"rewards\.in_catalogue"):
        rewards.next_item(texts, **columns)


def test_harnesses_score_as_we_do(tmp_path: Path) -> None:
    from itdr import evaluation

    out = build(tmp_path / "out", "sequential_rec")
    docs = evaluation.rows("sequential_rec", folder=str(out))["test"]
    one = evaluation.results(docs[0], [docs[0]["output"]])
    assert one["Recall@1"] == one["MRR"] == one["readable"] == 1
    assert evaluation.results(docs[0], [["Nothing", docs[0]["output"]]])["MRR"] == 0.5
