"""`itdr score` and `itdr baseline` on the sample, and the methods behind them."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

pytest.importorskip("ir_measures")

from itdr.builders.core.errors import ConfigError, ItdrError, RawFileError
from itdr.commands import baseline
from itdr.commands import score as score_command
from itdr.scoring import data, extras, predictions, score
from itdr.scoring.baselines import METHODS, methods_of, predict
from itdr.scoring.baselines.training import Training
from itdr.scoring.metrics.result import Answer
from tests import world

CONFIGS = {
    "top_k_rec": ("ml-32m",),
    "sequential_rec": ("ml-32m",),
    "rating_prediction": ("ml-32m", "bookcrossing"),
    "user_attribute_prediction": ("ml-1m", "bookcrossing"),
}


def run(command: Any, *args: str) -> Any:
    app = typer.Typer()
    app.command()(command)
    return CliRunner().invoke(app, list(args))


@functools.cache
def opened(config: str) -> data.Data:
    options = {"sources": list(CONFIGS[config]), "data_dir": str(world.folder(dirt=False))}
    return data.open_data(config, options)


@functools.cache
def rows(config: str) -> list[dict[str, Any]]:
    return [row for split in opened(config).splits for row in opened(config).rows(split)]


def options(config: str) -> list[str]:
    sources = ",".join(CONFIGS[config])
    return ["--sources", sources, "--data-dir", str(world.folder(dirt=False))]


def write(path: Path, records: list[dict[str, Any]]) -> Path:
    path.write_text("\n".join(json.dumps(one) for one in records) + "\n", "utf-8")
    return path


# -- score ----------------------------------------------------------------------------------------


def test_perfect_answers_get_a_perfect_score(tmp_path: Path) -> None:
    test = list(opened("top_k_rec").rows("test"))
    file = write(tmp_path / "p.jsonl", [{"id": row["id"], "output": row["output"]} for row in test])
    result = run(
        score_command.run, str(file), "--data", "top_k_rec", "--json", *options("top_k_rec")
    )
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert report["rows"] == len(test)
    metrics = report["cells"]["top_k_rec/ml-32m"]["metrics"]
    assert {name: one["value"] for name, one in metrics.items()} == dict.fromkeys(metrics, 1.0)


def test_a_built_folder_scores_as_its_config_does(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    home = tmp_path / "built" / "sequential_rec"
    home.mkdir(parents=True)
    for split in opened("sequential_rec").splits:
        table = pa.Table.from_pylist(list(opened("sequential_rec").rows(split)))
        pq.write_table(table, home / f"{split}-00000-of-00001.parquet")
    mine = rows("sequential_rec")
    file = write(
        tmp_path / "p.jsonl",
        [{"id": row["id"], "said": row["candidates"][0]["title"]} for row in mine],
    )
    common = [str(file), "--split", "all", "--column", "said", "--json"]
    one = run(score_command.run, *common, "--data", "sequential_rec", *options("sequential_rec"))
    for folder in (home, home.parent):
        two = run(score_command.run, *common, "--data", str(folder))
        assert two.exit_code == 0, two.output
        assert json.loads(one.stdout) == json.loads(two.stdout)
    refused = run(score_command.run, *common, "--data", str(home), "--seed", "3")
    assert isinstance(refused.exception, ConfigError) and "seed" in str(refused.exception)


def test_partial_predictions(tmp_path: Path) -> None:
    test = list(opened("sequential_rec").rows("test"))
    first = test[0]
    file = write(tmp_path / "p.jsonl", [{"id": first["id"], "output": first["output"]}])
    args = [str(file), "--data", "sequential_rec", "--json", *options("sequential_rec")]
    whole = json.loads(run(score_command.run, *args).stdout)
    assert whole["answers"] == {"read": 1, "no prediction": len(test) - 1}
    part = json.loads(run(score_command.run, *args, "--partial").stdout)
    assert (part["rows"], part["answers"]) == (1, {"read": 1})


def test_the_table_names_chance_and_interval(tmp_path: Path) -> None:
    test = list(opened("sequential_rec").rows("test"))
    file = write(tmp_path / "p.jsonl", [{"id": row["id"], "output": "?"} for row in test])
    shown = run(
        score_command.run, str(file), "--data", "sequential_rec", *options("sequential_rec")
    ).stdout
    assert "Hit@1" in shown and "chance 0.2000" in shown and "[0.0000, 0.0000]" in shown
    assert f"{len(test)} rows: {len(test)} name no candidate" in shown
    assert "The predictions carry no row_hash" in shown


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("not json\n", "line 1: not JSON"),
        ("[1]\n", "not an object"),
        ('{"output": "x"}\n', "no 'id'"),
        ('{"id": "a"}\n', "no 'output'"),
        ('{"id": 3, "output": "x"}\n', "must be a text"),
        ('{"id": "a", "output": "x"}\n{"id": "a", "output": "y"}\n', "a second answer"),
        ('{"id": "a", "output": "x", "ties": [0]}\n', "ties must be"),
        ('{"id": "a", "output": "x", "row_hash": 7}\n', "row_hash must be a text"),
        ("", "no prediction"),
    ],
)
def test_files_of_predictions_that_are_damaged(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "p.jsonl"
    file.write_text(content, "utf-8")
    with pytest.raises(ItdrError, match=said):
        predictions.read(file)
    with pytest.raises(RawFileError, match="does not exist"):
        predictions.read(tmp_path / "none.jsonl")


def test_predictions_are_read_as_they_were_written(tmp_path: Path) -> None:
    given = [("a", Answer("1. Ä\n2. B", (2,), "0f")), ("b", Answer(None)), ("c", Answer("x"))]
    assert predictions.write(tmp_path / "p.jsonl", iter(given)) == 3
    assert predictions.read(tmp_path / "p.jsonl") == dict(given)


def test_predictions_as_editors_and_shells_save_them(tmp_path: Path) -> None:
    file = tmp_path / "p.jsonl"
    text = '{"id": "a", "output": "Ä"}\r\n'
    file.write_text(text, "utf-8-sig")
    assert predictions.read(file) == {"a": Answer("Ä")}
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        file.write_text(text, encoding)
        with pytest.raises(RawFileError, match="UTF-16 or UTF-32: save it as UTF-8"):
            predictions.read(file)


def test_what_is_neither_folder_nor_config_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Did you mean 'top_k_rec'"):
        data.open_data("topk_rec", {})
    with pytest.raises(ConfigError, match="folder"):
        data.open_data(str(tmp_path), {})


def test_without_the_extra_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from itdr.scoring.extras import MissingExtraError

    monkeypatch.setitem(sys.modules, "sacrebleu", None)
    with pytest.raises(MissingExtraError, match="pip install sacrebleu"):
        score(rows("sequential_rec")[:1], ["x"])


# -- baselines ------------------------------------------------------------------------------------


def test_every_baseline_writes_answers_that_can_be_read(tmp_path: Path) -> None:
    for config in CONFIGS:
        result = run(baseline.run, config, "-o", str(tmp_path), "--json", *options(config))
        assert result.exit_code == 0, result.output
        reports = json.loads(result.stdout)[config]
        assert set(reports) == set(METHODS[config])
        for name, report in reports.items():
            assert list(report["answers"]) == ["read"], (config, name)
            assert report["row_hash_compared"] == report["rows"], "baselines carry the hash"
            assert (tmp_path / f"{config}-{name}.jsonl").is_file()


def test_a_baseline_of_another_subtask_is_refused(tmp_path: Path) -> None:
    named = ["--method", "most-popular", "-o", str(tmp_path)]
    result = run(baseline.run, "rating_prediction", *named, *options("rating_prediction"))
    assert "most-popular answers no row of rating_prediction. There are: " in str(result.exception)
    assert list(tmp_path.iterdir()) == []


def test_a_random_order_scores_exactly_chance() -> None:
    for config in ("top_k_rec", "sequential_rec"):
        mine = rows(config)
        answers = predict(
            opened(config), mine, METHODS[config]["random"], Training(opened(config), mine)
        )
        report = score(mine, answers)
        for one in report["cells"][f"{config}/ml-32m"]["metrics"].values():
            assert one["value"] == pytest.approx(one["chance"])


def test_baselines_know_the_training_part_alone_and_not_the_rows_user() -> None:
    """Counts re-derived from the raw file, without the row's own user."""
    import csv

    from itdr.scoring.baselines.plain import co_occurrence, most_popular

    path = world.folder(dirt=False) / "ml-32m" / "ratings.csv"
    with open(path, newline="", encoding="utf-8") as file:
        events = [(user, item) for user, item, *_ in list(csv.reader(file))[1:]]
    everyone = {"sources": ["ml-32m"], "data_dir": str(world.folder(dirt=False)), "history": 1}
    train = {row["user_id"] for row in data.open_data("rating_prediction", everyone).rows("train")}
    touched: dict[str, set[str]] = {}
    for user, item in events:
        if user in train:
            touched.setdefault(item, set()).add(user)
    mine = rows("top_k_rec")[:40]
    training = Training(opened("top_k_rec"), mine)
    for row in mine:
        own = {row["user_id"]}
        items = {one["title"]: one["item_id"] for one in row["candidates"]}
        for method, worth in {
            most_popular: lambda item, own=own: len(touched.get(item, set()) - own),
            co_occurrence: lambda item, row=row, own=own: max(
                (
                    len((touched[item] - own) & (touched[past["item_id"]] - own))
                    / (len(touched[item] - own) * len(touched[past["item_id"]] - own)) ** 0.5
                    for past in row["history"]
                    if touched[item] - own and touched.get(past["item_id"], set()) - own
                ),
                default=0.0,
            ),
        }.items():
            answer = method(training, row)
            order = [items[line.partition(". ")[2]] for line in answer.text.split("\n")]
            values = [worth(item) for item in order]
            assert values == pytest.approx(sorted(values, reverse=True))
            groups = [values.count(value) for value in dict.fromkeys(values)]
            assert sum(answer.ties) == len(order)
            if method is most_popular:
                assert list(answer.ties) == groups


def test_ratings_by_means() -> None:
    from itdr.scoring.baselines.plain import shown_mean

    row = {"source": "ml-32m", "history": [{"rating": 4.0}, {"rating": 3.0}, {"rating": None}]}
    assert shown_mean(None, row).text == "3.5000"  # type: ignore[arg-type]


def test_unknown_baselines_are_refused() -> None:
    with pytest.raises(ConfigError, match="most-popular"):
        methods_of("top_k_rec", ["popular"])
    assert list(methods_of("top_k_rec", ["random"])) == ["random"]


def test_what_needs_times_is_left_out_where_a_source_has_none() -> None:
    timed, untimed = (
        {"task": "top_k_rec", "history": [{"timestamp": time}], "candidates": [{}]}
        for time in (5, None)
    )
    alone, mixed = (methods_of("top_k_rec", None, rows) for rows in ([timed], [timed, untimed]))
    assert alone.keys() - mixed.keys() == {"popular-recent"} and mixed


@pytest.mark.parametrize(
    ("command", "arguments", "said"),
    [
        (
            score_command.run,
            ["none.jsonl", "--data", "sequential_rec"],
            "none.jsonl does not exist",
        ),
        (
            baseline.run,
            ["sequential_rec", "--method", "mostpopular"],
            "Did you mean 'most-popular'",
        ),
    ],
)
def test_a_wrong_name_is_told_before_a_library_is_asked_for(
    command: Any, arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(extras, "LIBRARIES", ("no_such_library",))
    monkeypatch.chdir(tmp_path)
    done = run(command, *arguments, "--sample")
    assert said in str(done.exception)
