"""`data_dir` means what is there: its sources are the default, and nothing is fetched in their place."""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path
from typing import Any

import datasets
import pytest

from itdr.builders.core.errors import ConfigError, RawFileError
from itdr.builders.core.messages import warn_once
from itdr.builders.dataset import builder as dataset_builder
from itdr.builders.rawfiles import locate
from tests import world
from tests.world import load

CONFIG = "rating_prediction"


@pytest.fixture(autouse=True)
def no_download(monkeypatch: pytest.MonkeyPatch) -> None:
    warn_once.cache_clear()
    monkeypatch.setattr(
        locate, "download_missing", lambda *_, **__: pytest.fail("something was fetched")
    )


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    for source in ("ml-32m", "bookcrossing"):
        shutil.copytree(world.folder() / source, tmp_path / "raw" / source)
    return tmp_path / "raw"


def selected(raw: Path | None, config: str = CONFIG, **options: Any) -> list[str]:
    where = None if raw is None else str(raw)
    made = datasets.load_dataset_builder("itdr", config, data_dir=where, **options)
    return [name for name, _ in dataset_builder.options_of(made.config).selected]


def test_the_sources_that_lie_there_are_the_default(
    raw: Path, caches: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "itdr"):
        rows = load(CONFIG, root=raw)
        load(CONFIG, root=raw)
    assert {row["source"] for row in world.everything(rows)} == {"ml-32m", "bookcrossing"}
    (line,) = (one.getMessage() for one in caplog.records if " uses " in one.getMessage())
    assert f"left out: anime-2023, yelp (not in {raw})" in line
    short = [one for one in caplog.messages if "fewer eligible cases" in one]
    assert len(short) == len(set(short)) == 2, "each is said once per process"


def test_a_source_of_which_a_part_lies_there_is_left_out_with_the_reason(raw: Path) -> None:
    (raw / "ml-32m" / "movies.csv").unlink()
    made = datasets.load_dataset_builder("itdr", CONFIG, data_dir=str(raw))
    options = dataset_builder.options_of(made.config)
    assert [name for name, _ in options.selected] == ["bookcrossing"]
    assert "ml-32m.zip not found" in options.left_out["ml-32m"]
    assert str(raw / "ml-32m") in options.left_out["ml-32m"]


def test_a_folder_without_any_source_of_the_config_says_what_it_has(
    tmp_path: Path, caches: Path
) -> None:
    world.write("lastfm-1k", tmp_path, users=30, items=30)
    with pytest.raises(ConfigError, match=r"can be made from none of the sources .*lastfm-1k"):
        load(CONFIG, root=tmp_path)


@pytest.mark.parametrize("offline", [True, False])
@pytest.mark.parametrize("options", [{}, {"sources": ["ml-1m"]}, {"sources": "all"}])
def test_a_folder_one_level_too_deep_is_told(
    raw: Path, options: dict[str, Any], offline: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", offline)
    with pytest.raises(ConfigError) as error:
        selected(
            raw / "ml-32m", "top_k_rec" if not options else "user_item_understanding", **options
        )
    assert (
        f"holds the files of ml-32m itself. Give the folder around it: data_dir={str(raw)!r}"
        in (str(error.value))
    )


def test_a_folder_of_another_name_is_told(raw: Path) -> None:
    (raw / "ml-32m").rename(raw / "movielens")
    shutil.rmtree(raw / "bookcrossing")
    with pytest.raises(ConfigError, match=r"movielens holds the files of ml-32m: rename"):
        selected(raw)
    with pytest.raises(ConfigError, match=r"move them into .*movielens/ml-32m"):
        selected(raw / "movielens")


def test_a_folder_that_may_not_be_read_is_told(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    allowed = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != raw and allowed(path, mode))
    for options in ({}, {"sources": ["ml-32m"]}):
        with pytest.raises(ConfigError, match="cannot be read"):
            selected(raw, **options)


def test_a_strange_folder_says_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ConfigError, match=r"which holds notes\.txt, photos/\. It should hold"):
        selected(tmp_path)


def test_skip_goes_on_with_what_is_at_hand(raw: Path) -> None:
    assert selected(raw, sources=["ml-32m", "yelp"], missing="skip") == ["ml-32m"]
    assert selected(raw, sources="all", missing="skip") == ["bookcrossing", "ml-32m"]
    with pytest.raises(ConfigError, match=r"no source is at hand"):
        load(CONFIG, root=raw, sources=["yelp"], missing="skip")


def test_without_a_data_dir_skip_takes_what_the_cache_holds(caches: Path) -> None:
    assert selected(None, missing="skip") == []
    shutil.copytree(world.folder() / "ml-32m", caches / "raw" / "ml-32m")
    assert selected(None, missing="skip") == ["ml-32m"]


def test_all_that_is_missing_is_said_before_anything_is_read(
    raw: Path, caches: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    with pytest.raises(RawFileError) as error:
        load("top_k_rec", root=raw, sources="all")
    said = str(error.value)
    assert "sources are not at hand" in said and "missing='skip'" in said
    assert "mind: " in said and "microlens: " in said and "ml-32m" not in said
    assert not list(caches.rglob("manifest.json"))


def test_what_is_left_out_does_not_change_the_rows(raw: Path, caches: Path) -> None:
    named = load(CONFIG, root=raw, sources=["bookcrossing", "ml-32m"])
    assert load(CONFIG, root=raw) == named


def test_one_domain_that_lies_there_is_the_default(caches: Path, tmp_path: Path) -> None:
    world.write("amazon-reviews-2023", tmp_path, users=60, items=60)
    for path in tmp_path.rglob("*"):
        if path.is_file() and "Video_Games" not in path.name:
            path.unlink()
    made = datasets.load_dataset_builder("itdr", "sequential_rec", data_dir=str(tmp_path))
    chosen = dict(dataset_builder.options_of(made.config).selected)
    assert chosen == {"amazon-reviews-2023": ("Video_Games",)}


def test_a_folder_with_the_right_name_is_said_to_hold_other_names(tmp_path: Path) -> None:
    (tmp_path / "yelp").mkdir()
    for name in ("review.json", "business.json"):
        (tmp_path / "yelp" / name).write_text("{}\n", "utf-8")
    with pytest.raises(ConfigError) as error:
        selected(tmp_path, "sequential_rec", cells="all")
    said = str(error.value)
    assert f"no raw file of yelp is recognised in {tmp_path / 'yelp'}, which holds bus" in said
    assert "review.json: if it is yelp_academic_dataset_review.json, rename it to that" in said
    assert "itdr sources yelp" in said and "one folder for each source" not in said
