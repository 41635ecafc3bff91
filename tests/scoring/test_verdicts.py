"""What becomes of each answer, row by row; and answers that were given to other rows of the same id."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import datasets
import pytest

pytest.importorskip("ir_measures")

from itdr.builders.core.errors import ConfigError
from itdr.commands import score as command
from itdr.scoring import score, score_with_rows
from itdr.scoring.metrics.result import Answer
from tests import world
from tests.scoring.test_commands import run, write

CONFIG = "sequential_rec"
OPTIONS: dict[str, Any] = {"sources": ["ml-32m"], "data_dir": str(world.folder(dirt=False))}
ON_THE_LINE = ["--sources", "ml-32m", "--data-dir", OPTIONS["data_dir"]]


def rows(config: str = CONFIG, **more: Any) -> list[dict[str, Any]]:
    stream = datasets.load_dataset("itdr", config, split="test", streaming=True, **OPTIONS, **more)
    return list(stream)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (None, "no prediction"),
        ("", "empty"),
        (" \n\t", "empty"),
        ("<think>Which of these?</think>", "empty"),
        ("I would rather not say.", "no candidate"),
        ("The Matrix (1999)", "no candidate"),
    ],
)
def test_what_is_no_answer_is_told_apart(text: str | None, verdict: str) -> None:
    report, (record) = score_with_rows(rows()[:1], [text])
    assert report["answers"] == {verdict: 1}
    assert record[0]["verdict"] == verdict and record[0]["metrics"] == {"Hit@1": 0.0}


def test_a_rating_without_a_number_is_unreadable() -> None:
    row = rows("rating_prediction")[0]
    report = score([row], ["I cannot rate films."])
    assert report["answers"] == {"unreadable": 1}


def test_the_hash_is_of_what_decides_a_row_and_not_of_its_format() -> None:
    plain = {row["id"]: row["row_hash"] for row in rows()}
    assert len(set(plain.values())) == len(plain)
    assert {row["id"]: row["row_hash"] for row in rows(format="messages")} == plain
    assert {row["id"]: row["row_hash"] for row in rows(num_shards=3)} == plain
    for other in ({"negatives": "uniform"}, {"history": 5}, {"templates": ["p1"]}, {"seed": 3}):
        again = {row["id"]: row["row_hash"] for row in rows(**other)}
        same = [name for name in plain if again.get(name) == plain[name]]
        assert len(same) < len(plain) / 2, other


def test_predictions_of_other_rows_are_refused(tmp_path: Path) -> None:
    said = [
        {"id": row["id"], "row_hash": row["row_hash"], "output": row["output"]}
        for row in rows(negatives="uniform")
    ]
    file = str(write(tmp_path / "p.jsonl", said))
    result = run(command.run, file, "--data", CONFIG, *ON_THE_LINE)
    assert isinstance(result.exception, ConfigError)
    assert "were made for other rows" in str(result.exception)
    assert said[0]["id"].rpartition("/")[0] in str(result.exception)
    mine = run(command.run, file, "--data", CONFIG, *ON_THE_LINE, "--negatives", "uniform")
    assert mine.exit_code == 0, mine.output
    assert f"{len(said)} predictions carry the row_hash of their row" in mine.output


def test_answers_in_order_are_compared_too() -> None:
    row = rows()[0]
    assert score([row], [Answer(row["output"], row_hash=row["row_hash"])])["row_hash_compared"] == 1
    with pytest.raises(ConfigError, match="1 of 1 predictions were made for other rows"):
        score([row], [Answer(row["output"], row_hash="0" * 16)])
    assert score([row], [row["output"]])["row_hash_compared"] == 0
    old = {name: value for name, value in row.items() if name != "row_hash"}
    assert score([old], [Answer(row["output"], row_hash="0" * 16)])["row_hash_compared"] == 0


def test_the_verdict_on_every_row_is_written(tmp_path: Path) -> None:
    mine = rows()
    said = [{"id": mine[0]["id"], "output": mine[0]["output"]}, {"id": mine[1]["id"], "output": ""}]
    file = str(write(tmp_path / "p.jsonl", said))
    out = tmp_path / "deep" / "rows.jsonl"
    result = run(command.run, file, "--data", CONFIG, *ON_THE_LINE, "--rows", str(out))
    assert result.exit_code == 0, result.output
    found = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [one["id"] for one in found] == [row["id"] for row in mine]
    assert [one["verdict"] for one in found[:3]] == ["read", "empty", "no prediction"]
    assert [one["metrics"] for one in found[:2]] == [{"Hit@1": 1.0}, {"Hit@1": 0.0}]
    assert found[0]["row_hash"] == mine[0]["row_hash"]
