"""The scripts in `examples/` do what they say."""

from __future__ import annotations

import importlib.util
import json
import math
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

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
    sys.modules[name] = module  # where its dataclasses look up their types
    spec.loader.exec_module(module)
    return module


FORMATS = ("alpaca", "sharegpt", "preference", "kto")
SAMPLE: dict[str, Any] = {"sample": True, "sources": ["ml-32m", "microlens"]}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    """The folder for trainers, and how many rows each of its files has."""
    out = tmp_path_factory.mktemp("trainers")
    return out, script("write_for_trainers").write(out, "top_k_rec", **SAMPLE)


@pytest.mark.parametrize("form", FORMATS)
def test_files_hold_the_rows_in_their_format(
    written: tuple[Path, dict[str, int]], form: str
) -> None:
    out, counts = written
    rows = datasets.load_dataset("itdr", "top_k_rec", split="train", format=form, **SAMPLE)
    entry = json.loads((out / "dataset_info.json").read_text("utf-8"))[f"top_k_rec_train_{form}"]
    held = json.loads((out / entry["file_name"]).read_text("utf-8"))
    names = list(entry["columns"].values())
    assert counts[entry["file_name"]] == len(held) == len(rows) > 0
    assert held == [{name: row[name] for name in names} for row in rows]
    # The library that both trainers load files with reads them too.
    read = datasets.load_dataset("json", data_files=str(out / entry["file_name"]), split="train")
    assert len(read) == len(rows) and set(read.column_names) == set(names)


@pytest.mark.parametrize("form", FORMATS)
def test_llama_factory_reads_them(written: tuple[Path, dict[str, int]], form: str) -> None:
    converter = pytest.importorskip("llamafactory.data.converter")
    parser = pytest.importorskip("llamafactory.data.parser")
    out, _ = written
    (about,) = parser.get_dataset_list([f"top_k_rec_train_{form}"], str(out))
    read = datasets.load_dataset("json", data_files=str(out / about.dataset_name), split="train")
    convert = converter.get_dataset_converter(about.formatting, about, None)
    plain = datasets.load_dataset("itdr", "top_k_rec", split="train", **SAMPLE)
    for row, triple in zip(map(convert, read), plain, strict=True):
        said = "\n\n".join(text for text in (row["_system"], row["_prompt"][-1]["content"]) if text)
        assert said == f"{triple['instruction']}\n\n{triple['input']}"
        answers = [one["content"] for one in row["_response"]]
        if form == "kto":
            # The good answer, then the bad one; the one that the row has not is empty.
            assert sorted(map(bool, answers)) == [False, True]
            assert answers[0] in ("", triple["output"]) and answers[1] != triple["output"]
        else:
            assert answers[0] == triple["output"]
            assert len(set(answers)) == (2 if form == "preference" else 1)


def test_the_axolotl_part_names_files_that_are_there(written: tuple[Path, dict[str, int]]) -> None:
    out, _ = written
    entries = yaml.safe_load((out / "axolotl.yml").read_text())["datasets"]
    assert [entry["type"] for entry in entries] == ["alpaca", "chat_template"]
    for entry in entries:
        row = json.loads(Path(entry["path"]).read_text("utf-8"))[0]
        if entry["type"] == "chat_template":
            (first, *_) = row[entry["field_messages"]]
            assert set(entry["message_property_mappings"].values()) == set(first)


@pytest.mark.parametrize("kind", ["alpaca", "chat_template"])
def test_axolotl_reads_them(written: tuple[Path, dict[str, int]], kind: str) -> None:
    wrappers = pytest.importorskip("axolotl.utils.data.wrappers")
    from axolotl.utils.dict import DictDefault

    out, _ = written
    entries = yaml.safe_load((out / "axolotl.yml").read_text())["datasets"]
    (entry,) = (DictDefault(one) for one in entries if one["type"] == kind)
    read = datasets.load_dataset("json", data_files=entry.path, split="train").select(range(20))
    plain = datasets.load_dataset("itdr", "top_k_rec", split="train", **SAMPLE)
    texts = [" ".join(map(str, row.values())) for row in read]
    tokenizer = script("train_with_trl").tiny_tokenizer(texts)
    settings = DictDefault({"sequence_len": 4096, "train_on_inputs": False})
    tokens, _ = wrappers.get_dataset_wrapper(
        dataset_config=entry,
        tokenizer=tokenizer,
        cfg=settings,
        dataset_base_type=kind,
        dataset=read,
    )
    assert len(tokens) == len(read)
    for row, triple in zip(tokens, plain.select(range(20)), strict=True):
        whole = tokenizer.decode(row["input_ids"])
        assert triple["instruction"] in whole and triple["input"] in whole
        trained = [token for token in row["labels"] if token != -100]
        answer = tokenizer.decode(trained, skip_special_tokens=True)
        assert answer.strip() == triple["output"]


METHODS = ("sft", "sft-text", "sft-answers", "dpo", "kto", "grpo")


def test_every_method_is_tried() -> None:
    assert tuple(script("train_with_trl").METHODS) == METHODS


@pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in ("torch", "trl")),
    reason="torch and trl are not installed",
)
@pytest.mark.parametrize("method", METHODS)
def test_trl_trains_from_the_stream(tmp_path: Path, method: str) -> None:
    steps = 6 if method.startswith("sft") else 3
    options = {"sample": True, "sources": ["ml-32m"]}
    log = script("train_with_trl").train(
        "rating_prediction", steps, str(tmp_path), method=method, **options
    )
    losses = [entry["loss"] for entry in log]
    assert len(losses) == steps and all(math.isfinite(loss) for loss in losses)
    if method == "sft":
        # From scratch the loss begins near that of guessing among all tokens, and falls.
        assert losses[-1] < losses[0]
    if method == "grpo":
        for name in ("score", "readable"):
            rewards = [entry[f"rewards/{name}/mean"] for entry in log]
            assert all(0 <= reward <= 1 for reward in rewards), rewards
