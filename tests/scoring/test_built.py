"""Built folders that are damaged, foreign or not whole: one sentence, and never half of the rows."""

from __future__ import annotations

import functools
import json
import logging
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from itdr.builders.core.errors import ConfigError
from itdr.publish import folder
from itdr.scoring import data
from itdr.scoring.metrics.per_task import TEXT_TASKS
from tests.publish.building import builder

CONFIG = "sequential_rec"
TEST = f"{CONFIG}/test-00000-of-00001"


@functools.cache
def made(kind: str) -> Path:
    out = Path(tempfile.mkdtemp(prefix="itdr-built-")) / "data"
    small = builder(CONFIG, sample=True, sources=["ml-32m"], size=40)
    folder.build([small], out, kind)
    return out


def copied(tmp_path: Path, kind: str, proven: bool = True) -> Path:
    home = Path(shutil.copytree(made(kind), tmp_path / "built"))
    if not proven:
        (home / "provenance.json").unlink()
    return home


def read(where: Path) -> int:
    opened = data.open_data(str(where), {})
    return sum(1 for split in opened.splits for _ in opened.rows(split))


def fewer(path: Path) -> None:
    pq.write_table(pq.read_table(path).slice(1), path)


def moved(home: Path) -> None:
    for path in (home / CONFIG).glob("*.*"):
        path.unlink()


SPOILED: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "a split deleted": ("parquet", lambda home: (home / f"{TEST}.parquet").unlink(), "is missing"),
    "all files deleted": ("parquet", moved, "is missing"),
    "fewer rows": ("parquet", lambda home: fewer(home / f"{TEST}.parquet"), "bytes"),
    "lines cut off": ("jsonl", lambda home: (home / f"{TEST}.jsonl").write_text(""), "0 bytes"),
    "a shard of another build": (
        "parquet",
        lambda home: shutil.copy(
            home / f"{TEST}.parquet", home / CONFIG / "test-00001-of-00002.parquet"
        ),
        "test-00001-of-00002.parquet is not among the files",
    ),
    "provenance of another kind": (
        "parquet",
        lambda home: (home / "provenance.json").write_text("[]"),
        "not written by this version",
    ),
}


@pytest.mark.parametrize("what", SPOILED)
@pytest.mark.parametrize("part", ["", CONFIG])
def test_a_folder_must_be_what_its_provenance_says(tmp_path: Path, what: str, part: str) -> None:
    kind, spoil, said = SPOILED[what]
    home = copied(tmp_path, kind)
    assert read(home / part) > 3
    spoil(home)
    with pytest.raises(ConfigError, match=said) as error:
        data.open_data(str(home / part), {})
    assert str(home) in str(error.value) and "build" in str(error.value)


def test_without_provenance_all_shards_must_be_there(tmp_path: Path) -> None:
    home = copied(tmp_path, "parquet", proven=False)
    rows = read(home)
    only = home / f"{TEST}.parquet"
    first, second = (home / CONFIG / f"test-0000{n}-of-00002.parquet" for n in range(2))
    shutil.copy(only, second)
    only.rename(first)
    assert read(home) > rows
    for lost in (second, first):
        kept = lost.read_bytes()
        lost.unlink()
        with pytest.raises(ConfigError, match=f"{lost.name} is missing"):
            data.open_data(str(home), {})
        lost.write_bytes(kept)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no row"),
        ("[1]\n", "record 1: it is not an object"),
        ('{"id": "x"}\n', "record 1: it lacks .*task, source"),
        ("{", "is damaged"),
    ],
)
def test_lines_that_are_no_rows(tmp_path: Path, text: str, said: str) -> None:
    home = copied(tmp_path, "jsonl", proven=False)
    (home / f"{TEST}.jsonl").write_text(text)
    with pytest.raises(ConfigError, match=said) as error:
        read(home)
    assert f"{TEST}.jsonl" in str(error.value) and "build the folder again" in str(error.value)


def test_a_list_that_is_none(tmp_path: Path) -> None:
    home = copied(tmp_path, "jsonl", proven=False)
    path = home / f"{TEST}.jsonl"
    row = json.loads(path.read_text("utf-8").splitlines()[0])
    path.write_text(json.dumps({**row, "history": 3}) + "\n")
    with pytest.raises(ConfigError, match="history is no list"):
        read(home)


def test_a_foreign_parquet_file(tmp_path: Path) -> None:
    home = copied(tmp_path, "parquet", proven=False)
    pq.write_table(pa.table({"a": [1]}), home / f"{TEST}.parquet")
    with pytest.raises(ConfigError, match="lacks id, root_task"):
        read(home)


def test_a_folder_of_any_name_may_hold_any_subtask(tmp_path: Path) -> None:
    home = copied(tmp_path, "parquet", proven=False)
    assert data.open_data(str(home), {}).tasks == (CONFIG,)
    (home / CONFIG).rename(home / "mine")
    assert {CONFIG, *TEXT_TASKS} <= set(data.open_data(str(home), {}).tasks)


def test_a_folder_of_a_configs_name_is_said_to_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    home = copied(tmp_path, "parquet")
    with caplog.at_level(logging.WARNING, "itdr"):
        monkeypatch.chdir(tmp_path)
        data.open_data(CONFIG, {"sample": True})
        data.open_data("built", {})
        assert caplog.messages == []
        monkeypatch.chdir(home)
        data.open_data(CONFIG, {"sample": True})
        assert [str(home / CONFIG) in said for said in caplog.messages] == [True]
        monkeypatch.chdir(home / CONFIG)
        assert data.open_data(".", {}).tasks == (CONFIG,)
