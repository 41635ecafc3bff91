"""Classic recommenders: trained on the training part alone, scored on the very same cases."""

from __future__ import annotations

import importlib.util
import itertools
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from itdr.builders.core.errors import ConfigError
from itdr.commands.app import app
from itdr.scoring import score
from itdr.scoring.baselines import CLASSIC, METHODS, methods_of
from itdr.scoring.baselines.training import Training
from itdr.scoring.data import Data, open_data
from itdr.scoring.extras import MissingExtraError
from tests import world

LENSKIT = importlib.util.find_spec("lenskit") is not None
needs_lenskit = pytest.mark.skipif(not LENSKIT, reason="needs the extra baselines")
LEFT_OUT = {"split_by": "leave_one_out"}


def opened(config: str = "sequential_rec", **own: Any) -> Data:
    base = {"sources": ["ml-32m"], "data_dir": str(world.folder()), "history": 4, "size": "all"}
    return open_data(config, {**base, **own})


def answers(data: Data, rows: list[Any], name: str) -> list[Any]:
    task = rows[0]["task"]
    (method,) = methods_of(task, [name], rows).values()
    training = Training(data, rows)
    return [method(training, row) for row in rows]


def test_training_events_are_those_of_the_training_part() -> None:
    for own in ({}, LEFT_OUT, {"split_by": "time", "cuts": [0.5, 0.75]}):
        data = opened(**own)
        rows = list(data.rows("test"))
        events = Training(data, rows).of(rows[0]).events
        cell = events.cell
        counts = np.bincount(events.works, minlength=len(cell.store.work))
        shown = cell.train_stats.works[cell.store.title_code[cell.train_stats.works] >= 0]
        assert counts[shown].tolist() == cell.train_stats.users[shown].tolist()
        for row in rows:
            user = cell.store.code("user", row["user_id"])
            assert user is not None
            true = [cell.store.code("item", item) for item in row["relevant"]]
            met = events.met_by(user)
            assert not np.isin(cell.store.work[true], met).any()
            if cell.cuts is None:
                assert bool(len(met)) == bool(own)


@pytest.mark.parametrize("candidates", [5, 0])
def test_popular_recent_counts_the_days_before(candidates: int) -> None:
    data = opened(candidates=candidates, **LEFT_OUT)
    rows = list(data.rows("test"))[:20]
    cell = data.cell_of(rows[0])
    assert cell is not None
    times = world.times("ml-32m")
    held = {(row["user_id"], row["relevant"][0]) for row in data.rows("test")}
    held |= {(row["user_id"], row["relevant"][0]) for row in data.rows("validation")}
    for row, answer in zip(rows, answers(data, rows, "popular-recent"), strict=True):
        moment = max(one["timestamp"] for one in row["history"])
        recent: dict[str, int] = {}
        for (user, item), time in times.items():
            if moment - 30 * 86_400 <= time < moment and user != row["user_id"]:
                recent[item] = recent.get(item, 0) + ((user, item) not in held)
        if candidates:
            places = {one["title"]: one["item_id"] for one in row["candidates"]}
            order = [
                recent.get(places[line.partition(" ")[2]], 0) for line in answer.text.split("\n")
            ]
            assert len(order) == candidates
        else:
            titles = {
                cell.store.item(k).title: cell.store.item(k).id for k in range(len(cell.store.work))
            }
            order = [recent.get(titles[title], 0) for title in (answer.text, *answer.others)]
            assert len(order) == 20 and len({answer.text, *answer.others}) == 20
            past = {one["title"] for one in row["history"]}
            assert not past & {answer.text, *answer.others}
        # Who has fewer held events than a row is left out of the counts above by at most one.
        assert all(later <= first + 1 for first, later in itertools.pairwise(order))


def test_methods_that_cannot_serve_say_so() -> None:
    rows = list(opened(candidates=0).rows("test"))
    assert set(methods_of("sequential_rec", None, rows)) == {"most-popular", "popular-recent"}
    with pytest.raises(
        ConfigError, match="genre-overlap ranks listed candidates, and candidates=0"
    ):
        methods_of("sequential_rec", ["genre-overlap"], rows)
    with pytest.raises(ConfigError, match="Did you mean 'item-knn'"):
        methods_of("sequential_rec", ["item-kn"], rows)
    assert not set(CLASSIC) & {name for several in METHODS.values() for name in several}
    assert methods_of("rating_prediction", ["als"]) == {}


def test_without_the_extra_one_sentence_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lenskit", None)
    data = opened(**LEFT_OUT)
    with pytest.raises(MissingExtraError, match=r"needs lenskit.*pip install lenskit"):
        answers(data, list(data.rows("test"))[:2], "als")


@needs_lenskit
@pytest.mark.parametrize("name", CLASSIC)
@pytest.mark.parametrize("config", ["sequential_rec", "top_k_rec"])
def test_they_rank_candidates_and_the_whole_catalogue(config: str, name: str) -> None:
    for candidates in (10, 0):
        own = {"positives": 2} if config == "top_k_rec" else {}
        data = opened(config, candidates=candidates, **own, **LEFT_OUT)
        rows = list(data.rows("test"))
        found = answers(data, rows, name)
        assert found == answers(data, rows, name)
        catalogues = None if candidates else data.catalogues
        report = score(rows, found, catalogues=catalogues)
        assert report["answers"] == {"read": len(rows)}
        (metrics,) = [one["metrics"] for one in report["cells"].values()]
        first = "Recall@20" if not candidates else "Hit@1"
        # The made-up viewers have tastes, which a recommender finds.
        assert metrics[first]["value"] > metrics[first]["chance"]
        if not candidates:
            assert metrics["outside the catalogue"]["value"] == 0
            for row, one in zip(rows, found, strict=True):
                past = {item["title"] for item in row["history"]}
                assert not past & {one.text, *one.others}


@needs_lenskit
def test_who_was_trained_on_is_not_tried() -> None:
    data = opened()
    test, train = list(data.rows("test")), list(data.rows("train"))
    assert len(answers(data, test, "item-knn")) == len(test)
    with pytest.raises(ConfigError, match="choose --split test or validation"):
        answers(data, train, "item-knn")
    with pytest.raises(ConfigError, match="bpr ranks for users that it was trained on alone"):
        answers(data, test, "bpr")


@needs_lenskit
def test_the_command_prints_a_table(tmp_path: Path) -> None:
    flags = ["--sources", "ml-32m", "--data-dir", str(world.folder()), "--history", "4"]
    flags += ["--split-by", "leave_one_out", "--candidates", "0", "--size", "40"]
    flags += ["--method", "ease", "--method", "most-popular", "-o", str(tmp_path / "out")]
    result = CliRunner().invoke(app, ["baseline", "sequential_rec", *flags])
    assert result.exit_code == 0, result.output
    assert "| ease " in result.stdout and "Recall@20" in result.stdout
    written = (tmp_path / "out" / "sequential_rec-ease.jsonl").read_text("utf-8").splitlines()
    record = json.loads(written[0])
    assert set(record) == {"id", "outputs", "row_hash"} and len(record["outputs"]) == 20
