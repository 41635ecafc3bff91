"""A build is complete, atomic, taken up again after a kill, and the same bytes twice."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import datasets
import pyarrow.parquet as pq
import pytest

from itdr.builders.core.errors import ConfigError, ItdrError
from itdr.builders.dataset import registry
from itdr.commands import build as command
from itdr.publish import files, folder, provenance
from itdr.scoring.data import open_data
from tests import world
from tests.publish.building import SMALL, builder, contents, run, small

CHECKOUT = Path(__file__).resolve().parents[2]


def two() -> list[Any]:
    return [builder("sequential_rec"), builder("rating_prediction")]


def test_a_built_folder_holds_what_a_hub_data_set_needs() -> None:
    found = contents(small())
    splits = ("train", "validation", "test")
    data = {
        f"{config}/{split}-00000-of-00001.parquet"
        for config in ("sequential_rec", "rating_prediction")
        for split in splits
    }
    top = set(folder.TOP)
    hidden = {"sequential_rec/.itdr.json", "rating_prediction/.itdr.json"}
    assert set(found) == data | top | hidden


def test_the_files_hold_the_rows_that_are_streamed() -> None:
    stream = datasets.load_dataset("itdr", "sequential_rec", streaming=True, **SMALL)
    for split, rows in stream.items():
        table = pq.read_table(small() / f"sequential_rec/{split}-00000-of-00001.parquet")
        assert table.to_pylist() == list(rows)


def test_parquet_is_compressed_and_without_the_key_that_old_versions_cannot_read() -> None:
    for path in small().rglob("*.parquet"):
        meta = pq.ParquetFile(path).metadata
        assert b"huggingface" not in (pq.read_schema(path).metadata or {})
        assert meta.row_group(0).column(0).compression == "ZSTD"


def test_row_groups_and_files_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "GROUP_BYTES", 20_000)
    monkeypatch.setattr(files, "CHUNK_ROWS", 30)
    monkeypatch.setattr(files, "FILE_ROWS", 40)
    entry = folder.build([builder("sequential_rec")], tmp_path / "a")["sequential_rec"]
    names = [one["name"] for one in entry["files"]["train"]]
    assert len(names) > 1
    assert names[0] == f"train-00000-of-{len(names):05d}.parquet"
    rows = []
    for name in names:
        meta = pq.ParquetFile(tmp_path / "a" / "sequential_rec" / name).metadata
        assert meta.num_row_groups > 1 or name == names[-1]
        assert all(meta.row_group(k).total_byte_size < 40_000 for k in range(meta.num_row_groups))
        rows += pq.read_table(tmp_path / "a" / "sequential_rec" / name).to_pylist()
    assert rows == list(datasets.load_dataset("itdr", "sequential_rec", split="train", **SMALL))


def test_the_same_command_gives_the_same_bytes(tmp_path: Path) -> None:
    folder.build(two(), tmp_path / "a")
    assert contents(tmp_path / "a") == contents(small())


def test_the_order_of_commands_does_not_matter(tmp_path: Path) -> None:
    for one in reversed(two()):
        folder.build([one], tmp_path / "a")
    assert contents(tmp_path / "a") == contents(small())


def test_nothing_is_written_again_where_all_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.build(two(), tmp_path / "a")
    monkeypatch.setattr(files, "write_split", lambda *args: pytest.fail("built again"))
    folder.build(two(), tmp_path / "a")


def test_a_build_killed_in_a_config_goes_on_with_that_config(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real SIGKILL, in the middle of the second config."""
    code = f"""
import os, signal, datasets, itdr
from itdr.publish import files, folder
plain = files.write_split
def write(part, split, *rest):
    if "rating" in part.name and split == "validation":
        os.kill(os.getpid(), signal.SIGKILL)
    return plain(part, split, *rest)
files.write_split = write
one, two = (datasets.load_dataset_builder("itdr", name, **{SMALL!r})
            for name in ("sequential_rec", "rating_prediction"))
folder.build([one, two], folder.Path({str(tmp_path / "a")!r}))
"""
    killed = subprocess.run(
        [sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, timeout=300
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (tmp_path / "a/sequential_rec/train-00000-of-00001.parquet").is_file()
    assert not (tmp_path / "a/rating_prediction").exists()
    assert datasets.load_dataset(
        str(tmp_path / "a"), "sequential_rec", cache_dir=str(tmp_path / "cache")
    )
    written = []
    plain = files.write_split

    def counting(part: Path, split: str, *rest: Any) -> Any:
        written.append((part.name, split))
        return plain(part, split, *rest)

    monkeypatch.setattr(files, "write_split", counting)
    folder.build(two(), tmp_path / "a")
    assert {name for name, _ in written} == {".rating_prediction.part"}
    assert contents(tmp_path / "a") == contents(small())


@pytest.mark.parametrize("step", ["_swap", "_write_top"])
def test_a_build_stopped_between_its_steps_is_taken_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def stop(*args: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(folder, step, stop)
        with pytest.raises(KeyboardInterrupt):
            folder.build(two(), tmp_path / "a")
    folder.build(two(), tmp_path / "a")
    assert contents(tmp_path / "a") == contents(small())


def test_other_options_replace_the_config_and_nothing_of_the_old_stays(tmp_path: Path) -> None:
    folder.build(two(), tmp_path / "a")
    other = [builder("rating_prediction", **SMALL, size=20)]
    folder.build(other, tmp_path / "a", overwrite=True)
    assert len(pq.read_table(tmp_path / "a/rating_prediction/train-00000-of-00001.parquet")) == 16
    names = [path.name for path in (tmp_path / "a").iterdir()]
    assert not [name for name in names if name.startswith(".")]
    folder.build(two(), tmp_path / "a", overwrite=True)
    assert contents(tmp_path / "a") == contents(small())


def test_a_file_that_was_lost_is_made_again(tmp_path: Path) -> None:
    folder.build(two(), tmp_path / "a")
    (tmp_path / "a/sequential_rec/test-00000-of-00001.parquet").unlink()
    folder.build(two(), tmp_path / "a")
    assert contents(tmp_path / "a") == contents(small())


# -- refusals ---------------------------------------------------------------------------------


def test_a_card_that_is_not_ours_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    with pytest.raises(ConfigError, match=r"README\.md, not written by itdr"):
        folder.build([builder("sequential_rec")], tmp_path)
    assert contents(tmp_path) == {"README.md": b"mine"}


def test_a_folder_that_is_not_ours_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "sequential_rec").mkdir()
    (tmp_path / "sequential_rec/notes").write_text("mine")
    with pytest.raises(ConfigError, match="sequential_rec/, not written by itdr"):
        folder.build([builder("sequential_rec")], tmp_path)
    assert (tmp_path / "sequential_rec/notes").read_text() == "mine"


def test_a_folder_with_code_is_refused(tmp_path: Path) -> None:
    (tmp_path / "load.py").write_text("")
    with pytest.raises(ConfigError, match=r"load\.py"):
        folder.build([builder("sequential_rec")], tmp_path)


def test_kinds_of_files_are_not_mixed(tmp_path: Path) -> None:
    folder.build([builder("sequential_rec")], tmp_path / "a")
    with pytest.raises(ConfigError, match="one kind"):
        folder.build([builder("rating_prediction")], tmp_path / "a", kind="jsonl")
    folder.build([builder("sequential_rec")], tmp_path / "a", kind="jsonl", overwrite=True)
    assert not list((tmp_path / "a").rglob("*.parquet"))


def test_a_second_build_of_the_same_folder_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = []

    def hold(part: Path, *rest: Any) -> Any:
        held.append(part)
        code = (
            "import datasets, itdr; from itdr.publish import folder\n"
            f"one = datasets.load_dataset_builder('itdr', 'sequential_rec', **{SMALL!r})\n"
            f"folder.build([one], folder.Path({str(tmp_path / 'a')!r}))"
        )
        second = subprocess.run(
            [sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, timeout=300
        )
        assert second.returncode != 0
        assert "Another `itdr build` is writing" in second.stderr
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "write_split", hold)
    with pytest.raises(KeyboardInterrupt):
        folder.build([builder("sequential_rec")], tmp_path / "a")
    assert held


# -- provenance -------------------------------------------------------------------------------


def test_provenance_names_raw_files_options_versions_and_what_was_left_out() -> None:
    entry = provenance.read(small())["sequential_rec"]
    raw = entry["sources"]["ml-32m"]
    assert set(raw["raw_files"]) >= {"ratings", "movies"}
    assert all(len(one["sha256"]) == 64 for one in raw["raw_files"].values())
    assert raw["rejected"]["interactions"]["rating outside the scale"] > 0
    assert entry["seed"] == 0
    assert entry["options"]["sources"] == ["ml-32m"]
    assert entry["versions"]["datasets"] == datasets.__version__
    assert entry["shortfalls"]["sequential_rec/ml-32m"]["train"][1] == 5000
    assert entry["rows"] == {
        split: pq.read_metadata(small() / f"sequential_rec/{split}-00000-of-00001.parquet").num_rows
        for split in ("train", "validation", "test")
    }
    assert "key" not in entry, "it holds file dates, which differ between machines"


def test_provenance_tells_how_often_each_rung_of_hard_negatives_was_needed(tmp_path: Path) -> None:
    built = folder.build([builder("sequential_rec", **SMALL, negatives="hard")], tmp_path / "a")
    entry = built["sequential_rec"]
    rungs = entry["hard_negatives"]["ml-32m"]
    assert sum(rungs.values()) == 4 * sum(entry["rows"].values())
    plain = provenance.read(small())["sequential_rec"]
    assert plain["hard_negatives"] == {}


def test_provenance_does_not_tell_where_a_users_files_lie(tmp_path: Path) -> None:
    options = {"data_dir": str(world.folder()), "sources": ["ml-32m"]}
    folder.build([builder("rating_prediction", **options)], tmp_path / "a")
    for name, content in contents(tmp_path / "a").items():
        assert str(world.folder()).encode() not in content, name


def test_of_a_template_folder_provenance_tells_the_name_beside_ids_of_its_own(
    tmp_path: Path,
) -> None:
    own = tmp_path / "mine"
    own.mkdir()
    (own / "sequential_rec.yaml").write_text(
        "task: sequential_rec\nprompts:\n  - {id: o1, text: 'Choose among {{ candidates_inline }}.'}\n"
    )
    made = builder("sequential_rec", **SMALL, templates=[str(own), "o1", "p1"])
    entry = folder.build([made], tmp_path / "a")["sequential_rec"]
    assert entry["options"]["templates"] == ["mine", "o1", "p1"]
    for name, content in contents(tmp_path / "a").items():
        assert str(own).encode() not in content, name


def test_a_damaged_folder_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no folder built by"):
        provenance.read(tmp_path)
    (tmp_path / "provenance.json").write_text("{")
    with pytest.raises(ConfigError, match="is damaged"):
        provenance.read(tmp_path)
    right = {"config": "a", "options": {}, "files": {}}
    for wrong in ([], {"a": 3}, *({"a": {**right, name: [3]}} for name in right)):
        (tmp_path / "provenance.json").write_text(json.dumps(wrong))
        with pytest.raises(ConfigError, match="not written by this version"):
            provenance.read(tmp_path)


# -- the command ------------------------------------------------------------------------------


def test_the_command_builds_shows_and_reports(tmp_path: Path) -> None:
    out = tmp_path / "a"
    arguments = ("sequential_rec", "--sample", "--sources", "ml-32m", "-o", out)
    result = run(command.run, *arguments, "--examples", 1)
    assert result.exit_code == 0, result.output
    assert "example 1 · sequential_rec · ml-32m" in result.output
    again = run(command.run, *arguments, "--json")
    entry = json.loads(again.output)["sequential_rec"]
    assert f"train {entry['rows']['train']:,}" in result.output


def test_without_a_name_all_configs_that_the_options_allow_are_built(tmp_path: Path) -> None:
    out = tmp_path / "a"
    result = run(command.run, "--sample", "--sources", "lastfm-1k", "--size", 10, "-o", out)
    assert result.exit_code == 0, result.output
    able = {one for one in registry.task_ids() if ("lastfm-1k" in _sources(one))}
    assert set(provenance.read(out)) == able
    for name in set(registry.task_ids()) - able:
        assert f"skipped {name}: " in result.stderr


def _sources(config: str) -> set[str]:
    return {source for _, source in registry.cells(config)}


def test_a_mistake_is_refused_with_what_there_is(tmp_path: Path) -> None:
    result = run(command.run, "sequential_rec", "--format", "sharegtp", "-o", tmp_path / "a")
    assert isinstance(result.exception, ConfigError)
    assert "'sharegpt'" in str(result.exception)
    result = run(command.run, "--sources", "ml-32", "--sample", "-o", tmp_path / "a")
    assert isinstance(result.exception, ConfigError)
    assert "ml-32m" in str(result.exception)
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("name", ["run:1", "a%20b", "c*[d]"])
@pytest.mark.parametrize("kind", files.KINDS)
def test_a_folder_may_be_called_what_looks_like_an_address(
    name: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = folder.build([builder("sequential_rec")], Path(name), kind=kind)["sequential_rec"]
    there = {path.name for path in (tmp_path / name / "sequential_rec").iterdir()}
    assert there >= {file["name"] for several in made["files"].values() for file in several}
    rows = open_data(name, {}).rows("train")
    assert len(list(rows)) == made["rows"]["train"]


@pytest.mark.parametrize("text", ['{"layout": 1}', '{"layout": 1, "key": "a", "config": "b"}', "5"])
def test_a_record_that_is_damaged_counts_as_absent(text: str, tmp_path: Path) -> None:
    out = tmp_path / "data"
    for _ in range(2):
        folder.build(two(), out)
        assert contents(out) == contents(small())
        (out / "sequential_rec" / folder.RECORD).write_text(text)


@pytest.mark.parametrize("kind", files.KINDS)
def test_a_full_disk_is_one_sentence(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files._Writer, "write", full)
    with pytest.raises(ItdrError, match=r"The disk is full: .*data.*sequential_rec.*a rerun"):
        folder.build([builder("sequential_rec")], tmp_path / "data", kind=kind)


def test_a_disk_that_is_really_full_is_one_sentence() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("has no device that is always full")
    rows = datasets.load_dataset("itdr", "sequential_rec", split="train", streaming=True, **SMALL)
    for kind in files.KINDS:
        with pytest.raises(ItdrError, match="The disk is full: /dev/full"):
            files.write_file(Path("/dev/full"), rows, "alpaca", kind)
