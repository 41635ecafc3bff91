"""The public interface, as users call it: every way to load, from every place, on every version.

Repeated on the oldest and the newest `datasets`, from an installed wheel.
"""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import datasets
import pytest

import itdr
from itdr.builders.dataset import registry
from itdr.builders.dataset.formats import schema

pytestmark = pytest.mark.interface
CHECKOUT = Path(__file__).resolve().parents[1]
OLD = datasets.__version__.startswith("3.")


def python(code: str, cwd: Path, env: dict[str, str] | None = None) -> str:
    """Run a program in a folder, with caches of the tests' own; what it printed."""
    result = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_what_is_imported_is_the_wheel_when_the_wheel_is_tested() -> None:
    if os.environ.get("ITDR_TEST_WHEEL"):
        assert "site-packages" in str(itdr.__file__)
    assert isinstance(itdr.__version__, str)


@pytest.mark.parametrize("config", registry.config_names())
def test_every_config_has_all_splits_and_the_same_features(config: str) -> None:
    rows = datasets.load_dataset("itdr", config, sample=True, size=10)
    assert list(rows) == ["train", "validation", "test"]
    for split in rows.values():
        assert len(split) > 0
        assert dict(split.features) == dict(datasets.Features(schema()))
        assert len(set(split["id"])) == len(split)


def test_configs_concatenate() -> None:
    parts = [
        datasets.load_dataset("itdr", config, split="train", sample=True)
        for config in ("sequential_rec", "user_attribute_prediction")
    ]
    assert len(datasets.concatenate_datasets(parts)) == sum(map(len, parts))


def test_processes_and_streams_give_the_same_rows(tmp_path: Path) -> None:
    options = {"sample": True, "sources": ["ml-32m"], "split": "test"}
    one = datasets.load_dataset("itdr", "sequential_rec", cache_dir=str(tmp_path / "1"), **options)
    four = datasets.load_dataset(
        "itdr", "sequential_rec", cache_dir=str(tmp_path / "4"), num_proc=4, **options
    )
    stream = datasets.load_dataset("itdr", "sequential_rec", streaming=True, **options)
    assert list(one) == list(four) == list(stream)


def test_streams_change_nothing_in_the_module_of_the_builder() -> None:
    """`datasets` replaces `os` and others where a builder opens remote files, and imports scipy for it."""
    stream = datasets.load_dataset(
        "itdr", "sequential_rec", streaming=True, sample=True, split="test"
    )
    assert next(iter(stream))["id"]
    module = sys.modules[itdr.Itdr.__module__]
    assert module.os is os and "open" not in vars(module)


def test_the_inspection_functions_know_the_name() -> None:
    assert datasets.get_dataset_config_names("itdr") == list(registry.config_names())
    names = datasets.get_dataset_split_names("itdr", "sequential_rec", sample=True)
    assert names == ["train", "validation", "test"]
    assert datasets.get_dataset_split_names("itdr", "cross_domain_rec") == names
    assert set(datasets.get_dataset_infos("itdr")) == set(registry.config_names())
    info = datasets.load_dataset_builder("itdr", "sequential_rec", sample=True).info
    assert info.config_name == "sequential_rec"
    assert "MovieLens" in info.citation
    assert "history" in info.features


PLACES = {
    "an empty folder": [],
    "a cluttered folder": ["data.csv", "train.jsonl", "itdr/notes.txt", "itdr/train.csv"],
}


@pytest.mark.parametrize("place", PLACES)
def test_it_loads_from_any_folder(place: str, tmp_path: Path) -> None:
    for name in PLACES[place]:
        if name.startswith("itdr/") and not os.environ.get("ITDR_TEST_WHEEL"):
            # Python takes a plain folder of that name for the package before an editable install.
            continue
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("a,b\n1,2\n")
    assert int(python(LOAD, tmp_path)) > 0


LOAD = """
    import itdr
    from datasets import load_dataset
    options = {"sample": True, "sources": ["ml-32m"], "split": "test"}
    print(len(load_dataset("itdr", "sequential_rec", **options)))
"""


def test_it_loads_from_the_checkout_and_its_parent() -> None:
    if not (CHECKOUT / "itdr.py").is_file():
        pytest.skip("not in a checkout")
    for place in (CHECKOUT, CHECKOUT.parent):
        assert int(python(LOAD, place)) > 0


def test_a_relative_data_dir_and_its_other_spellings_are_one(tmp_path: Path) -> None:
    code = """
        import itdr, os
        from datasets import load_dataset_builder
        sample = os.path.join(os.path.dirname(itdr.__file__), "builders", "sample")
        os.symlink(sample, "raw")
        spelled = ["raw", "./raw", "raw/", os.path.abspath("raw"), "~/raw", sample]
        options = {"sources": ["ml-32m"]}
        print(len({load_dataset_builder("itdr", "sequential_rec", data_dir=one, **options).config_id
                   for one in spelled}))
    """
    assert python(code, tmp_path, {"HOME": str(tmp_path)}).strip() == "1"


@pytest.mark.skipif(not OLD, reason="datasets 4 and newer run no loading scripts")
def test_it_is_a_loading_script_on_datasets_3(tmp_path: Path) -> None:
    script = Path(str(itdr.__file__)).with_name("itdr.py")
    code = f"""
        from datasets import load_dataset
        rows = load_dataset({str(script)!r}, "sequential_rec", split="test", sample=True,
                            trust_remote_code=True)
        print(len(rows))
    """
    assert int(python(code, tmp_path)) > 0


def test_trust_remote_code_is_accepted_everywhere() -> None:
    rows = datasets.load_dataset(
        "itdr", "sequential_rec", split="test", sample=True, trust_remote_code=True
    )
    assert len(rows)


def test_other_paths_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a,b\n1,2\n")
    rows = datasets.load_dataset("csv", data_files=str(tmp_path / "rows.csv"), split="train")
    assert rows[0] == {"a": 1, "b": 2}


def test_the_command_line_runs_as_a_module(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "itdr", "show", "sequential_rec", "--sample", "-n", "1"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert result.returncode == 0, result.stderr
    assert "example 1" in result.stdout


@pytest.mark.parametrize("form", ["messages", "preference"])
def test_the_other_formats(form: str) -> None:
    row = datasets.load_dataset(
        "itdr", "top_k_rec", split="train", sample=True, sources=["ml-32m"], format=form
    )[0]
    assert "instruction" not in row
    if form == "messages":
        assert [one["role"] for one in row["messages"]] == ["system", "user", "assistant"]
        assert all(one["content"] for one in row["messages"])
    else:
        assert row["prompt"] and row["chosen"] != row["rejected"]
        assert sorted(_titles(row["chosen"])) == sorted(_titles(row["rejected"]))


def _titles(ranking: str) -> list[str]:
    return [line.split(". ", 1)[1] for line in ranking.splitlines()]


def test_without_descriptions_the_instruction_is_empty() -> None:
    row = next(
        iter(
            datasets.load_dataset(
                "itdr",
                "sequential_rec",
                split="train",
                streaming=True,
                sample=True,
                descriptions=False,
            )
        )
    )
    assert row["instruction"] == "" and row["input"]
