"""The store: built once, shared, atomic, locked, rebuilt when what it is made of changes."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import pytest

from itdr.builders.core.errors import RawFileError
from itdr.builders.store import prepare
from itdr.builders.store.spec import StoreSpec
from tests import world
from tests.world import everything, load

ML = {"sources": ["ml-32m"]}


@pytest.fixture
def raw_copy(tmp_path: Path) -> Path:
    """A data_dir of the test's own."""
    for source in world.SOURCES:
        shutil.copytree(world.folder() / source, tmp_path / "raw" / source)
    return tmp_path / "raw"


def stores(cache: Path, source: str = "ml-32m") -> list[Path]:
    return sorted(path.parent for path in (cache / "store" / source).rglob("manifest.json"))


def config_id(root: Path, config: str = "sequential_rec", **options: Any) -> str:
    options = {"sources": ["ml-32m"], "data_dir": str(root), **options}
    return datasets.load_dataset_builder("itdr", config, **options).config_id


def test_one_store_serves_all_configs_and_processes(caches: Path, raw_copy: Path) -> None:
    load("sequential_rec", root=raw_copy, **ML)
    (built,) = stores(caches)
    before = {path.name: path.stat().st_mtime_ns for path in built.iterdir()}
    load("top_k_rec", root=raw_copy, seed=5, **ML)
    datasets.load_dataset(
        "itdr",
        "rating_prediction",
        data_dir=str(raw_copy),
        num_proc=2,
        cache_dir=str(caches / "datasets"),
        **ML,
    )
    assert stores(caches) == [built]
    assert before == {path.name: path.stat().st_mtime_ns for path in built.iterdir()}


def test_stores_are_built_where_an_interrupt_reaches_them(
    caches: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C is raised in the main thread: a build in another one would go on to its end."""

    def interrupted(*given: Any) -> None:
        assert threading.current_thread() is threading.main_thread()
        raise KeyboardInterrupt

    monkeypatch.setattr(prepare, "_build", interrupted)
    with pytest.raises(KeyboardInterrupt):
        load("sequential_rec", **ML)
    assert not stores(caches)


def test_an_interrupt_does_not_wait_for_what_is_checked_beside_the_build(
    caches: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = threading.Event()

    def facts(spec: Any, paths: Any, suspects: Any, stop: threading.Event) -> dict[str, Any]:
        if stop.wait(60):
            stopped.set()
        return {}

    def interrupted(*given: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(prepare, "_file_facts", facts)
    monkeypatch.setattr(prepare, "_read", interrupted)
    with pytest.raises(KeyboardInterrupt):
        load("sequential_rec", **ML)
    assert stopped.is_set() and not stores(caches)


def test_the_manifest_says_what_was_read_and_left_out(caches: Path, tmp_path: Path) -> None:
    facts = world.write("ml-32m", tmp_path, users=60, items=80, seed=3)
    load("sequential_rec", root=tmp_path, **ML)
    (built,) = stores(caches)
    manifest = json.loads((built / "manifest.json").read_text())
    assert manifest["rows"]["interactions"] == facts.counts["interactions"]
    assert manifest["rejected"]["interactions"] == {
        reason: n for (table, reason), n in facts.rejects.items() if table == "interactions"
    }
    file = manifest["files"]["ratings"]
    raw = (tmp_path / "ml-32m" / "ratings.csv").read_bytes()
    assert file["size"] == len(raw) and file["sha256"] == hashlib.sha256(raw).hexdigest()


@pytest.mark.parametrize("algorithm", ["sha256", "md5"])
def test_a_placed_file_that_is_not_the_published_one_is_taken_with_a_warning(
    algorithm: str, caches: Path, raw_copy: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from itdr.builders.dataset import registry

    source = registry.source("ml-32m")
    path = raw_copy / "ml-32m" / "movies.csv"

    def digits() -> str:
        return hashlib.new(algorithm, path.read_bytes()).hexdigest()

    official = f"{algorithm}:{digits()}"
    files = tuple(
        dataclasses.replace(file, size=path.stat().st_size, checksum=official)
        if file.key == "movies"
        else dataclasses.replace(file, size=None, checksum=None, rows=None)
        for file in source.files
    )
    spec = StoreSpec(dataclasses.replace(source, files=files), data_dir=raw_copy)
    assert prepare.prepare(spec, offline=True) and "another version" not in caplog.text
    path.write_bytes(path.read_bytes().replace(b"Glass", b"Grass"))
    spec = dataclasses.replace(spec)
    assert prepare.prepare(spec, offline=True)
    (warned,) = [one.getMessage() for one in caplog.records if "movies.csv" in one.getMessage()]
    published = official.partition(":")[2]
    assert f"the {algorithm} {digits()}, the official file {published}: " in warned


def test_changed_raw_files_are_read_anew(caches: Path, raw_copy: Path) -> None:
    first = load("sequential_rec", root=raw_copy, **ML)
    name = config_id(raw_copy)
    movies = raw_copy / "ml-32m" / "movies.csv"
    text = movies.read_text("utf-8").replace("Glass", "Crystal").replace("The ", "That ")
    movies.write_text(text, "utf-8")
    assert config_id(raw_copy) != name
    second = load("sequential_rec", root=raw_copy, **ML)
    assert first["train"] != second["train"]
    assert len(stores(caches)) == 2


def test_the_place_of_raw_files_does_not_matter(caches: Path, raw_copy: Path) -> None:
    name = config_id(raw_copy)
    moved = raw_copy.with_name("moved")
    raw_copy.rename(moved)
    assert config_id(moved) == name


def test_a_source_in_the_store_needs_no_raw_file(
    caches: Path, raw_copy: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = load("sequential_rec", root=raw_copy, **ML)
    name = config_id(raw_copy)
    said = f"itdr: ml-32m: no longer in {raw_copy / 'ml-32m'}: ratings.csv, movies.csv"
    assert said not in caplog.text
    shutil.rmtree(raw_copy / "ml-32m")
    assert config_id(raw_copy) == name
    assert caplog.text.count(said) == 1
    assert load("sequential_rec", root=raw_copy, **ML) == first
    assert load("top_k_rec", root=raw_copy, **ML)["train"]


def renamed(path: Path) -> None:
    path.rename(f"{path}.txt")


def linked(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.with_name("moved.csv"))


def replaced(path: Path) -> None:
    path.write_text("other,file\n1,2\n", "utf-8")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (renamed, r"found, but not taken: .*ratings\.csv\.txt: if it is ratings\.csv, rename"),
        (linked, r"found, but not taken: .*ratings\.csv: it is a dead link"),
        (replaced, r"ratings\.csv"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_what_was_stored_is_not_used_where_another_file_lies(
    change: Callable[[Path], None], said: str, caches: Path, raw_copy: Path
) -> None:
    load("sequential_rec", root=raw_copy, **ML)
    change(raw_copy / "ml-32m" / "ratings.csv")
    with pytest.raises(RawFileError, match=said):
        load("sequential_rec", root=raw_copy, **ML)


def test_code_templates_and_options_are_in_the_config_id(
    raw_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from itdr.builders.dataset import builder

    plain = config_id(raw_copy)
    assert config_id(raw_copy) == plain
    assert config_id(raw_copy, seed=1) != plain
    own = tmp_path / "templates"
    own.mkdir()
    prompt = "task: sequential_rec\nprompts:\n  - id: mine\n    text: 'Next {{ item }}? {{ history_lines }} {{ candidates_lines }}'\n"
    (own / "sequential_rec.yaml").write_text(prompt)
    mine = config_id(raw_copy, templates=str(own))
    assert mine != plain
    (own / "sequential_rec.yaml").write_text(prompt.replace("Next", "Which"))
    assert config_id(raw_copy, templates=str(own)) != mine
    monkeypatch.setattr(builder, "code_fingerprint", lambda: "another edition")
    assert config_id(raw_copy) != plain


def test_a_users_own_templates_are_drawn(raw_copy: Path, tmp_path: Path) -> None:
    own = tmp_path / "templates"
    own.mkdir()
    (own / "sequential_rec.yaml").write_text(
        "task: sequential_rec\nreplace: true\nprompts:\n  - id: mine\n"
        "    text: 'MINE {{ item }}: {{ history_inline }} {{ candidates_inline }}'\n"
    )
    rows = load("sequential_rec", root=raw_copy, templates=str(own), **ML)
    assert all(row["input"].startswith("MINE film") for row in everything(rows))
    assert {row["template"] for row in everything(rows)} == {"sequential_rec/mine"}


CHILD = """
import sys, itdr
from datasets import load_dataset
stream = load_dataset("itdr", "sequential_rec", sources=["ml-32m"], data_dir=sys.argv[1],
                      split="train", streaming=True)
print(next(iter(stream))["id"])
"""


def child(root: Path, cache: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(root)],
        env={**os.environ, "ITDR_CACHE": str(cache)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=root,
    )


def test_processes_at_once_build_one_store(caches: Path, raw_copy: Path) -> None:
    running = [child(raw_copy, caches) for _ in range(2)]
    said = [process.communicate(timeout=120) for process in running]
    assert all(process.returncode == 0 for process in running), said
    assert len({out for out, _ in said}) == 1
    assert len(stores(caches)) == 1
    assert not list((caches / "store").rglob("*.tmp-*"))


@pytest.mark.parametrize("after", [0.9, 1.7])
def test_a_killed_build_leaves_nothing_that_is_trusted(
    caches: Path, tmp_path: Path, after: float
) -> None:
    world.write("ml-32m", tmp_path / "raw", users=3000, items=400, seed=1)
    process = child(tmp_path / "raw", caches)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not list((caches / "store").rglob("*.tmp-*")):
        time.sleep(0.01)
    time.sleep((after - 0.9) / 4)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    rows = load("sequential_rec", root=tmp_path / "raw", **ML)
    assert rows["train"]
    assert len(stores(caches)) == 1
    assert not list((caches / "store").rglob("*.tmp-*"))


def test_a_full_disk_is_said_and_leaves_nothing(
    caches: Path, raw_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from itdr.builders.store.build import build

    def full(*args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(build.arrow, "write", full)
    with pytest.raises(RawFileError, match=r"The disk is full.*ITDR_CACHE"):
        load("sequential_rec", root=raw_copy, **ML)
    monkeypatch.undo()
    monkeypatch.setenv("ITDR_CACHE", str(caches))
    assert not list((caches / "store").rglob("*.tmp-*"))
    assert load("sequential_rec", root=raw_copy, **ML)["train"]


@pytest.mark.parametrize(
    "words",
    [
        'Could not write file "stage.duckdb": No space left on device',
        "File too large",
        "Failed to write: Disk quota exceeded",
    ],
)
def test_a_disk_that_the_engine_finds_full_is_no_bad_file(
    words: str, caches: Path, raw_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import duckdb

    from itdr.builders.store.build import staging

    def full(*args: Any) -> None:
        raise duckdb.IOException(f"IO Error: {words}")

    monkeypatch.setattr(staging, "_copy_rows", full)
    with pytest.raises(RawFileError, match=r"The disk is full.*ITDR_CACHE") as said:
        load("sequential_rec", root=raw_copy, **ML)
    assert "official" not in str(said.value)


def test_a_bad_file_is_named_without_its_neighbours(
    caches: Path, raw_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import duckdb

    from itdr.builders.store.build import staging

    bad = raw_copy / "ml-32m" / "ratings.csv"

    def stumble(*args: Any) -> None:
        raise duckdb.InvalidInputException(f"Invalid Input Error: in file {bad}: no number")

    monkeypatch.setattr(staging, "_copy_rows", stumble)
    with pytest.raises(RawFileError, match=r"ratings\.csv.*put the official file") as said:
        load("sequential_rec", root=raw_copy, **ML)
    assert "movies.csv" not in str(said.value)


def test_a_query_that_is_stopped_is_a_keyboard_interrupt(
    caches: Path, raw_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from itdr.builders.store.build import staging

    def stopped(*args: Any) -> None:
        raise RuntimeError("Query interrupted")

    monkeypatch.setattr(staging, "_copy_rows", stopped)
    with pytest.raises(KeyboardInterrupt):
        load("sequential_rec", root=raw_copy, **ML)
    assert not list((caches / "store").rglob("*.tmp-*"))


def test_packed_and_unpacked_files_give_the_same_rows(caches: Path, tmp_path: Path) -> None:
    for source, config in (("ml-32m", "sequential_rec"), ("bookcrossing", "rating_prediction")):
        world.write(source, tmp_path / "plain", users=120, items=120, seed=2)
        world.write(source, tmp_path / "packed", users=120, items=120, seed=2, packed=True)
        assert any(zipfile.is_zipfile(path) for path in (tmp_path / "packed" / source).iterdir())
        plain = load(config, root=tmp_path / "plain", sources=[source])
        assert load(config, root=tmp_path / "packed", sources=[source]) == plain
