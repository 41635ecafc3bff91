"""The scripts in `examples/` do what they say."""

from __future__ import annotations

import importlib.util
import json
import math
from pathlib import Path
from types import ModuleType

import datasets
import pytest
import yaml

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def script(name: str) -> ModuleType:
    """A script as a module."""
    path = EXAMPLES / f"{name}.py"
    if not path.is_file():
        pytest.skip("examples/ stands in a checkout only")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_files_for_llama_factory_and_axolotl(tmp_path: Path) -> None:
    counts = script("write_for_trainers").write(tmp_path, "top_k_rec", sample=True)
    rows = datasets.load_dataset("itdr", "top_k_rec", split="train", sample=True)
    info = json.loads((tmp_path / "dataset_info.json").read_text("utf-8"))
    assert {entry["file_name"] for entry in info.values()} == set(counts)
    for entry in info.values():
        held = json.loads((tmp_path / entry["file_name"]).read_text("utf-8"))
        assert len(held) == counts[entry["file_name"]] > 0
        named = {**entry["columns"]}
        assert all(set(named.values()) <= set(row) for row in held)
    plain = json.loads((tmp_path / "top_k_rec_train_alpaca.json").read_text("utf-8"))
    assert plain == [
        {name: row[name] for name in ("instruction", "input", "output")} for row in rows
    ]
    spoken = json.loads((tmp_path / "top_k_rec_train_sharegpt.json").read_text("utf-8"))
    assert [row["system"] for row in spoken] == rows["instruction"]
    for row, whole in zip(spoken, rows, strict=True):
        said = [(one["from"], one["value"]) for one in row["conversations"]]
        assert said == [("human", whole["input"]), ("gpt", whole["output"])]
    # The library that both trainers load files with reads them too.
    read = datasets.load_dataset(
        "json", data_files=str(tmp_path / "top_k_rec_train_sharegpt.json"), split="train"
    )
    assert len(read) == len(rows)


def test_the_axolotl_part_names_files_that_are_there(tmp_path: Path) -> None:
    script("write_for_trainers").write(tmp_path, "sequential_rec", sample=True)
    entries = yaml.safe_load((tmp_path / "axolotl.yml").read_text())["datasets"]
    assert [entry["type"] for entry in entries] == ["alpaca", "chat_template"]
    for entry in entries:
        row = json.loads(Path(entry["path"]).read_text("utf-8"))[0]
        if entry["type"] == "chat_template":
            (first, *_) = row[entry["field_messages"]]
            assert set(entry["message_property_mappings"].values()) == set(first)


@pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in ("torch", "trl")),
    reason="torch and trl are not installed",
)
def test_trl_trains_from_the_stream(tmp_path: Path) -> None:
    losses = script("train_with_trl").train(
        "sequential_rec", 6, str(tmp_path), sample=True, sources=["ml-32m"]
    )
    assert len(losses) == 6
    assert all(math.isfinite(loss) for loss in losses)
    # From scratch the loss begins near that of guessing among all tokens, and falls.
    assert losses[-1] < losses[0]
