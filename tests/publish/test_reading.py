"""What is built is read by everybody, without `itdr`: `datasets`, DuckDB, Polars, pandas, the viewer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import datasets
import duckdb
import pyarrow.parquet as pq
import pytest

from itdr.builders.core.schema import ROOT_TASKS
from itdr.builders.dataset import formats, registry
from itdr.publish import files, folder, provenance, views
from tests.publish.building import SMALL, builder, everything, sampled, small

CONFIGS = [name for name in registry.config_names() if sampled(name)]
WRITTEN = [name for name in CONFIGS if name not in ROOT_TASKS]
"""Root tasks have no files of their own: they are views of their subtasks."""
PAGE_BYTES, PAGE_ROWS, LEAST_ROWS = 200_000, 100, 10
"""The Hub's viewer shows the first rows, at most 100 and 200,000 bytes of JSON; only where not even 10
fit does it cut their cells."""

LOADING = """
import json, sys
sys.modules["itdr"] = None  # importing it fails
from datasets import load_dataset
cache, *places = sys.argv[1:]
found = []
for place in places:
    path, config = place.rsplit("#", 1)
    rows = load_dataset(path, config, cache_dir=cache)
    stream = load_dataset(path, config, streaming=True, cache_dir=cache)
    assert list(rows) == list(stream) == ["train", "validation", "test"], list(rows)
    for split in rows:
        assert list(rows[split]) == list(stream[split])
        assert rows[split].features == stream[split].features
    found.append({"features": {name: str(kind) for name, kind in rows["train"].features.items()},
                  "rows": {split: len(one) for split, one in rows.items()},
                  "first": rows["train"][0]})
print(json.dumps(found))
"""


def loaded(places: list[tuple[Path, str]], here: Path) -> list[dict[str, Any]]:
    """Configs of folders, loaded by a process of its own that cannot import itdr."""
    result = subprocess.run(
        [
            sys.executable,
            "-c",
            LOADING,
            str(here / "cache"),
            *(f"{path}#{config}" for path, config in places),
        ],
        cwd=here,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def configs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What is read of each config of the large folder."""
    places = [(everything(), config) for config in CONFIGS]
    found = loaded(places, tmp_path_factory.mktemp("configs"))
    return dict(zip(CONFIGS, found, strict=True))


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What is read of JSON lines in each format."""
    here = tmp_path_factory.mktemp("forms")
    for form in formats.FORMATS:
        folder.build([builder("sequential_rec", **SMALL, format=form)], here / form, "jsonl")
    found = loaded([(here / form, "sequential_rec") for form in formats.FORMATS], here)
    return dict(zip(formats.FORMATS, found, strict=True))


@pytest.mark.interface
@pytest.mark.parametrize("config", CONFIGS)
def test_every_config_loads_without_itdr(config: str, configs: dict[str, dict[str, Any]]) -> None:
    found = configs[config]
    entries = provenance.read(everything())
    parts = views.views(entries)[config] if config in ROOT_TASKS else [entries[config]]
    assert found["rows"] == views.totals(parts, "rows")
    expected = datasets.Features(formats.schema("alpaca"))
    assert found["features"] == {name: str(kind) for name, kind in expected.items()}


@pytest.mark.interface
@pytest.mark.parametrize("form", formats.FORMATS)
def test_every_format_loads_as_json_lines(form: str, forms: dict[str, dict[str, Any]]) -> None:
    found = forms[form]
    expected = datasets.Features(formats.schema(form))
    assert found["features"] == {name: str(kind) for name, kind in expected.items()}
    options = {**SMALL, "format": form}
    drawn = next(iter(datasets.load_dataset("itdr", "sequential_rec", split="train", **options)))
    assert found["first"] == drawn


def test_sharegpt_is_a_conversation_of_system_human_and_gpt(tmp_path: Path) -> None:
    out = tmp_path / "a"
    folder.build([builder("sequential_rec", **SMALL, format="sharegpt")], out)
    rows = pq.read_table(out / "sequential_rec/train-00000-of-00001.parquet").to_pylist()
    plain = datasets.load_dataset("itdr", "sequential_rec", split="train", **SMALL)
    for row, triple in zip(rows, plain, strict=True):
        assert row["id"] == triple["id"]
        assert [turn["from"] for turn in row["conversations"]] == ["system", "human", "gpt"]
        texts = [triple["instruction"], triple["input"], triple["output"]]
        assert [turn["value"] for turn in row["conversations"]] == texts


def test_ratings_in_json_lines_are_written_as_people_write_them(tmp_path: Path) -> None:
    row = {"history": [{"rating": 3.700000047683716}, {"rating": None}], "rating": 4.5}
    assert files._short(row) == {"history": [{"rating": 3.7}, {"rating": None}], "rating": 4.5}


def test_duckdb_reads_it() -> None:
    entry = provenance.read(small())["sequential_rec"]
    query = f"SELECT count(*), count(DISTINCT id) FROM '{small()}/sequential_rec/*.parquet'"
    total = sum(entry["rows"].values())
    assert duckdb.connect().execute(query).fetchone() == (total, total)
    nested = (
        f"SELECT history[1].title FROM '{small()}/sequential_rec/test-*.parquet' "
        "WHERE len(candidates) = 5"
    )
    titles = [title for (title,) in duckdb.connect().execute(nested).fetchall()]
    assert len(titles) == entry["rows"]["test"]
    assert all(titles)


def test_polars_reads_it() -> None:
    polars = pytest.importorskip("polars")
    frame = polars.scan_parquet(small() / "sequential_rec/train-*.parquet").collect()
    expected = pq.read_table(small() / "sequential_rec/train-00000-of-00001.parquet").to_pylist()
    assert frame.to_dicts() == expected


def test_pandas_reads_it() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_parquet(small() / "sequential_rec")
    entry = provenance.read(small())["sequential_rec"]
    assert len(frame) == sum(entry["rows"].values())
    assert set(frame["source"]) == {"ml-32m"}


# -- the Hub's viewer -------------------------------------------------------------------------


def page(rows: list[dict[str, Any]], features: Any) -> tuple[int, int]:
    """How many whole rows the viewer's first page shows, and the bytes of the page.

    As its backend makes it (huggingface/dataset-viewer, viewer_utils/rows.py and truncate_rows.py):
    the features and the first rows as compact JSON, each row with its number and the names of its
    cut cells; rows are added while the whole stays below the bound.
    """
    kinds = features.to_dict().items()
    around = {"features": [{"name": name, "type": kind} for name, kind in kinds], "rows": []}
    total, shown = _bytes({"dataset": "o/d", "config": "c", "split": "s", **around}), 0
    for place, row in enumerate(rows[:PAGE_ROWS]):
        size = _bytes({"row_idx": place, "row": row, "truncated_cells": []}) + 1
        if total + size >= PAGE_BYTES:
            break
        total, shown = total + size, shown + 1
    return shown, total


def _bytes(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


@pytest.mark.parametrize("config", WRITTEN)
def test_the_viewers_first_page_holds_whole_rows(config: str) -> None:
    features = datasets.Features(formats.schema("alpaca"))
    for paths in provenance.paths(everything(), provenance.read(everything())[config]).values():
        rows = pq.read_table(paths[0]).slice(0, PAGE_ROWS).to_pylist()
        shown, size = page(rows, features)
        assert size < PAGE_BYTES
        assert shown >= min(4 * LEAST_ROWS, len(rows)), "a page should show forty rows or more"
        # Anywhere else in the file, too, ten rows leave the page room: no cell is ever cut.
        heaviest = max(map(_bytes, pq.read_table(paths[0]).to_pylist()))
        assert LEAST_ROWS * heaviest < PAGE_BYTES


@pytest.mark.parametrize("config", WRITTEN)
def test_columns_of_few_values_and_lists_stay_small(config: str) -> None:
    """Up to 30 values the viewer shows a text column as categories."""
    rows = pq.read_table(
        everything() / config, columns=["root_task", "task", "source", "domain", "history",
                                        "candidates", "relevant", "attributes", "evidence"]
    ).to_pylist()  # fmt: skip
    for name in ("root_task", "task", "source", "domain"):
        assert len({row[name] for row in rows}) <= 30
    for name in ("history", "candidates", "relevant", "attributes", "evidence"):
        assert max(len(row[name]) for row in rows) <= 40
