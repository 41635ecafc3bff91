"""The card of a built folder, the project's own card, and `dataset_infos.json`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import datasets
import pytest
import yaml

import itdr
from itdr.builders.core.errors import ConfigError
from itdr.builders.core.schema import PAPER_ROOTS
from itdr.builders.dataset import formats, registry
from itdr.commands import card as command
from itdr.publish import card, examples, folder, project, provenance, tables
from tests import world
from tests.publish.building import builder, everything, run, small

HOME = Path(str(itdr.__file__)).parent


def front_matter(text: str) -> dict[str, Any]:
    assert text.startswith("---\n")
    return yaml.safe_load(text.split("---\n")[1])


# -- a built folder ---------------------------------------------------------------------------


def test_the_yaml_says_what_the_hub_reads() -> None:
    entries = provenance.read(small())
    head = front_matter((small() / "README.md").read_text("utf-8"))
    assert head["license"] == "other"
    assert (small() / head["license_link"]).is_file()
    assert head["language"] == ["en"]
    assert head["task_categories"] == ["text-generation"]
    assert head["size_categories"] == ["n<1K"]
    assert "sequential_rec" in head["tags"]
    assert [one["config_name"] for one in head["configs"]] == list(entries)
    for one in head["configs"]:
        assert [file["split"] for file in one["data_files"]] == ["train", "validation", "test"]
        assert all(list(small().glob(file["path"])) for file in one["data_files"])
    for info in head["dataset_info"]:
        entry = entries[info["config_name"]]
        assert {one["name"]: one["num_examples"] for one in info["splits"]} == entry["rows"]
        sizes = [path.stat().st_size for path in (small() / info["config_name"]).glob("*.parquet")]
        assert info["download_size"] == sum(sizes)
        assert info["dataset_size"] == sum(one["num_bytes"] for one in info["splits"])


def test_datasets_reads_the_features_of_the_yaml_as_they_are() -> None:
    for form in formats.FORMATS:
        columns = formats.schema(form)
        read = datasets.Features._from_yaml_list(tables.yaml_features(columns))
        assert read == datasets.Features(columns)


def test_byte_counts_are_those_that_datasets_counts(tmp_path: Path) -> None:
    head = front_matter((small() / "README.md").read_text("utf-8"))
    declared = {one["name"]: one["num_bytes"] for one in head["dataset_info"][0]["splits"]}
    name = head["dataset_info"][0]["config_name"]
    rows = datasets.load_dataset(str(small()), name, cache_dir=str(tmp_path))
    for split, one in rows["train"].info.splits.items():
        assert declared[split] == pytest.approx(one.num_bytes, rel=0.01)


def test_a_language_is_named_where_titles_are_written_in_it() -> None:
    assert front_matter((everything() / "README.md").read_text("utf-8"))["language"] == ["en", "zh"]


def test_every_source_inside_is_cited_and_its_licence_said(tmp_path: Path) -> None:
    sources = ["ml-32m", "bookcrossing"]
    options = {"data_dir": str(world.folder()), "sources": sources}
    folder.build([builder("rating_prediction", **options)], tmp_path / "a")
    text = {name: (tmp_path / "a" / name).read_text("utf-8") for name in folder.TOP}
    for name in sources:
        source = registry.source(name)
        assert source.citation.strip() in text["CITATION.bib"]
        assert source.licence.summary in text["LICENSE.md"]
        assert source.licence.name in text["README.md"]
    assert "MIND" not in text["LICENSE.md"]
    assert "2508.05667" in text["CITATION.bib"]
    assert "made up" not in text["README.md"]


def test_made_up_rows_say_so() -> None:
    assert "**These rows are made up.**" in (small() / "README.md").read_text("utf-8")
    assert "Apache-2.0" in (small() / "LICENSE.md").read_text("utf-8")


def test_the_card_counts_a_cell_once_and_names_the_papers_size() -> None:
    text = (everything() / "README.md").read_text("utf-8")
    lines = [line for line in text.splitlines() if line.startswith("| `sequential_rec` | `ml-32m`")]
    entry = provenance.read(everything())["sequential_rec"]["cells"]["sequential_rec/ml-32m"]
    numbers = " | ".join(str(entry[split]) for split in ("train", "validation", "test"))
    assert lines == [f"| `sequential_rec` | `ml-32m` | {numbers} | 6,250 |"]


@pytest.mark.parametrize(
    "question",
    ["How the rows are made", "What is grounded", "Popularity", "Easy candidates",
     "translated by machine", "Predicting personal attributes", "Re-identification"],
)  # fmt: skip
def test_the_card_says_what_a_careful_reader_asks(question: str) -> None:
    assert question in (small() / "README.md").read_text("utf-8")


def test_the_example_of_the_card_runs(tmp_path: Path) -> None:
    text = (small() / "README.md").read_text("utf-8")
    found = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert found
    code = found[1].replace("<owner>/<name>", str(small()))
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", registry.task_ids())
def test_the_metrics_that_a_page_names_are_those_of_a_score_in_its_order(name: str) -> None:
    pytest.importorskip("ir_measures")
    from itdr.scoring import score

    rows = datasets.load_dataset(str(everything()), name, split="test").to_list()
    report = score(rows, [row["output"] for row in rows])["subtasks"][name]["metrics"]
    reported = [metric for metric in report if not metric.endswith("(read)")]
    declared = list(registry.task(name).metrics)
    if name == "user_attribute_prediction":
        # One figure for each attribute: what the default asks for is never an exact number.
        assert all(metric.startswith("accuracy ") for metric in reported)
        assert declared[0] == "accuracy per attribute"
    else:
        # With one case for each user there are no groups.
        assert reported == [metric for metric in declared if metric != "grouped AUC"]


# -- the project ------------------------------------------------------------------------------


def test_dataset_infos_json_is_not_stale() -> None:
    """`itdr card` makes it anew."""
    assert (HOME / "dataset_infos.json").read_text("utf-8") == project.dataset_infos()


def test_the_readme_the_figure_and_the_pages_are_not_stale() -> None:
    """`itdr card` makes them anew: tables, examples."""
    if not (HOME / "README.md").is_file():
        pytest.skip("the README is not part of a wheel")
    texts = project.generated_files(HOME)
    assert len(texts) > 20
    stale = [path.name for path, text in texts.items() if path.read_text("utf-8") != text]
    assert not stale


def test_dataset_infos_json_holds_every_config_and_no_sizes() -> None:
    infos = json.loads((HOME / "dataset_infos.json").read_text("utf-8"))
    assert list(infos) == list(registry.config_names())
    for name, info in infos.items():
        assert set(info) == {"description", "citation", "license", "features"}
        for _, source in registry.cells(name):
            assert registry.source(source).citation.strip() in info["citation"]
            assert registry.source(source).licence.name in info["license"]
        read = datasets.Features.from_dict(info["features"])
        assert (
            read.arrow_schema.remove_metadata()
            == datasets.Features(formats.schema("alpaca")).arrow_schema.remove_metadata()
        )


def test_the_generated_parts_replace_themselves_and_nothing_else() -> None:
    old = (
        f"# Title\n\nText\n\n{examples.BEGIN}\nstale\n{examples.END}\n\n"
        f"Between\n\n{project.BEGIN}\nstale\n{project.END}\n\nMore\n"
    )
    new = project.readme(old)
    assert "stale" not in new
    assert "# Title\n\nText\n\n" in new and "\n\nBetween\n\n" in new
    assert new.endswith("\n\nMore\n")
    assert project.readme(new) == new
    with pytest.raises(ConfigError, match="lacks the lines"):
        project.readme("# Title\n")


def test_the_tables_hold_every_cell_and_source() -> None:
    cells = tables.cells_table().splitlines()
    paper = [task for task in registry.task_ids() if registry.task(task).root in PAPER_ROOTS]
    for task in paper:
        for (_, source), quota in registry.cells(task).items():
            line = next(one for one in cells if one.startswith(f"| `{source}` |"))
            assert f"`{task}` {quota:,}" in line
    assert f"| {tables.total_examples():,} |" in cells[-1]
    assert len(tables.sources_table().splitlines()) == 2 + len(registry.source_ids())


def test_the_readmes_table_says_of_each_source_how_its_files_are_had_and_what_asks_of_it() -> None:
    rows = {
        row[0].strip("`"): row[1:]
        for line in tables.overview_table().splitlines()[2:]
        for row in [line.strip("| ").split(" | ")]
    }
    assert tuple(rows) == registry.source_ids()
    assert rows["ml-32m"][:2] == ["films", "downloaded for you (239 MB)"]
    assert "Kaggle" in rows["anime-2023"][1] and "you download them" in rows["yelp"][1]
    for name, (*_, subtasks) in rows.items():
        asked = {
            task for root in PAPER_ROOTS for task, source in registry.cells(root) if source == name
        }
        assert set(re.findall(r"\w+", subtasks)) == asked


def test_the_command_writes_what_is_stale_and_the_check_only_says_so(tmp_path: Path) -> None:
    (tmp_path / "itdr.py").write_text("")
    readme = tmp_path / "README.md"
    parts = (project.BEGIN, project.END, examples.BEGIN, examples.END)
    readme.write_text("# T\n\n" + "\n".join(parts) + "\n", "utf-8")
    checked = run(command.run, "--check", "--root", tmp_path)
    assert isinstance(checked.exception, ConfigError)
    assert not (tmp_path / "dataset_infos.json").exists()
    assert run(command.run, "--root", tmp_path).exit_code == 0
    assert tables.overview_table() in readme.read_text("utf-8")
    assert card.datasheet() in (tmp_path / "docs" / "card.md").read_text("utf-8")
    assert run(command.run, "--check", "--root", tmp_path).exit_code == 0
