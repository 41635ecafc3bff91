"""What the Hub and other programs read of a built folder: Parquet, Croissant, benchmarks, trainers."""

from __future__ import annotations

import inspect
import json
import os
from pathlib import Path
from typing import Any

import datasets
import pyarrow.parquet as pq
import pytest
import yaml

from itdr.builders.dataset import formats
from itdr.publish import benchmark, croissant, files, folder, llama_factory
from tests.publish.building import SMALL, builder, everything, small

CDC = "use_content_defined_chunking"


def data_files() -> list[Path]:
    return sorted(small().glob("*/*.parquet"))


# -- Parquet ----------------------------------------------------------------------------------


def test_every_column_has_a_page_index() -> None:
    for path in data_files():
        meta = pq.ParquetFile(path).metadata
        for group in range(meta.num_row_groups):
            for number in range(meta.num_columns):
                assert meta.row_group(group).column(number).has_offset_index


@pytest.mark.skipif(
    CDC not in inspect.signature(pq.ParquetWriter.__init__).parameters,
    reason="pyarrow before 21 has no content-defined chunking",
)
def test_a_row_that_goes_in_leaves_most_bytes_of_a_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without chunking all pages after it end elsewhere."""
    some = list(datasets.load_dataset(str(small()), "sequential_rec", split="train"))
    rows = [
        {**row, "id": f"{turn}/{row['id']}", "input": f"{turn} {row['input']}"}
        for turn in range(4000 // len(some))
        for row in some
    ]
    more = [*rows[:40], {**rows[0], "input": "a new one " * 50}, *rows[40:]]
    assert shared(tmp_path, rows, more) > 0.15
    monkeypatch.setattr(files, "_chunking", dict)
    assert shared(tmp_path, rows, more) < 0.02


def shared(folder: Path, rows: list[Any], more: list[Any]) -> float:
    """The share of the bytes of a file of `more` that lie in pages of one of `rows` too."""
    for name, some in (("a", rows), ("b", more)):
        files.write_file(folder / name, iter(some), formats.DEFAULT, "parquet")
    first, second = pages(folder / "a"), pages(folder / "b")
    return sum(map(len, first & second)) / sum(map(len, second))


def pages(path: Path) -> set[bytes]:
    """The pages of a file, each compressed frame of zstd by itself."""
    return set(path.read_bytes().split(b"\x28\xb5\x2f\xfd"))


def test_without_chunking_the_rows_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_chunking", dict)
    folder.build([builder("sequential_rec")], tmp_path / "a")
    for path in (tmp_path / "a").glob("*/*.parquet"):
        assert pq.read_table(path).equals(pq.read_table(small() / "sequential_rec" / path.name))


# -- Croissant --------------------------------------------------------------------------------


def described(home: Path) -> dict[str, Any]:
    return json.loads((home / croissant.NAME).read_text("utf-8"))


def test_croissant_names_every_file_with_its_hash_and_every_column() -> None:
    text = described(small())
    listed = {one["contentUrl"]: one["sha256"] for one in text["distribution"]}
    assert set(listed) == {str(path.relative_to(small())) for path in data_files()}
    for entry in folder.read_records(small()).values():
        for several in entry["files"].values():
            for one in several:
                assert listed[f"{entry['config']}/{one['name']}"] == one["sha256"]
    for records in text["recordSet"]:
        assert [one["name"] for one in records["field"]] == list(formats.schema())


def test_croissant_answers_the_questions_of_responsible_ai() -> None:
    text = described(everything())
    for name in (
        "dataCollection",
        "dataLimitations",
        "dataBiases",
        "dataUseCases",
        "personalSensitiveInformation",
        "dataCollectionRawData",
    ):
        assert len(text[f"rai:{name}"]) > 80, name
    assert "MovieLens 32M" in text["rai:dataCollectionRawData"]
    assert "attributes" in text["rai:personalSensitiveInformation"]


def test_mlcroissant_validates_it_and_reads_the_rows_through_it() -> None:
    mlcroissant = pytest.importorskip("mlcroissant", reason="mlcroissant is not installed")
    read = mlcroissant.Dataset(jsonld=str(small() / croissant.NAME))
    issues = read.metadata.ctx.issues
    assert not issues.errors
    # A date would make two builds of the same rows differ.
    assert all("datePublished" in one for one in issues.warnings)
    rows = datasets.load_dataset(str(small()), "sequential_rec", split="test")
    seen = list(read.records("sequential_rec/test"))
    assert [one["sequential_rec/test/id"].decode() for one in seen] == rows["id"]
    first = seen[0]["sequential_rec/test/history"]
    titles = [one["sequential_rec/test/history/title"].decode() for one in first]
    assert titles == [one["title"] for one in rows[0]["history"]]


# -- benchmarks -------------------------------------------------------------------------------


def test_eval_yaml_names_fields_that_the_rows_have() -> None:
    text = yaml.safe_load((small() / benchmark.NAME).read_text("utf-8"))
    assert text["evaluation_framework"] == "inspect-ai"
    assert [one["id"] for one in text["tasks"]] == ["rating_prediction", "sequential_rec"]
    for one in text["tasks"]:
        row = datasets.load_dataset(str(small()), one["config"], split=one["split"])[0]
        spec = one["field_spec"]
        names = [spec["input"], spec["target"], spec["id"], *spec["metadata"]]
        assert all(name in row for name in names)
        assert row[spec["target"]] == row["output"]


def test_a_folder_that_no_scorer_can_compare_has_no_eval_yaml(tmp_path: Path) -> None:
    folder.build([builder("sequential_rec")], tmp_path / "a")
    assert (tmp_path / "a" / benchmark.NAME).is_file()
    folder.build([builder("sequential_rec", **SMALL, format="kto")], tmp_path / "a", overwrite=True)
    assert not (tmp_path / "a" / benchmark.NAME).exists()


# -- trainers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("form", formats.FORMATS)
def test_llama_factory_is_told_of_columns_that_the_format_has(form: str) -> None:
    told = llama_factory.COLUMNS[form]["columns"]
    assert set(told.values()) <= set(formats.get(form).columns)


def test_llama_factory_loads_every_entry_from_the_folder_as_it_is(tmp_path: Path) -> None:
    """As its loader does with `script_url`: the path joined, the subset, the split."""
    info = json.loads((small() / llama_factory.NAME).read_text("utf-8"))
    assert len(info) == 6
    for name, one in info.items():
        path = os.path.join(str(small()), one["script_url"])
        rows = datasets.load_dataset(
            path=path, name=one["subset"], split=one["split"], cache_dir=str(tmp_path)
        )
        assert name == f"{one['subset']}_{one['split']}"
        for column in one["columns"].values():
            assert isinstance(rows[0][column], str) and rows[0][column]
