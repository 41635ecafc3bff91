"""Bounded memory: a store built in less memory than it needs, and a stream that holds no examples."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pyarrow.ipc as ipc
import pyarrow.parquet as pq
import pytest

from itdr.builders.dataset import registry
from itdr.builders.store import prepare, spec
from tests import world

RATINGS = 3_000_000
MB = 1 << 20


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data_dir with three million ratings, a tenth of MovieLens 32M."""
    root = tmp_path_factory.mktemp("large")
    world.write("ml-32m", root, users=20_000, items=9_000, ratings=RATINGS, dirt=False)
    return root


class Spilled(threading.Thread):
    """The most bytes that lay in spill files below a folder while it ran."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self.folder, self.most, self.done = folder, 0, threading.Event()

    def run(self) -> None:
        while not self.done.wait(0.005):
            total = 0
            for path in self.folder.rglob("spill/*"):
                try:
                    total += path.stat().st_size
                except OSError:  # gone meanwhile
                    continue
            self.most = max(self.most, total)


def built(cache: Path, raw: Path, memory: str | None, monkeypatch: pytest.MonkeyPatch) -> int:
    """Build the store below `cache`; returns how many bytes it spilled."""
    monkeypatch.setenv("ITDR_CACHE", str(cache))
    if memory:
        monkeypatch.setenv("ITDR_MEMORY", memory)
    else:
        monkeypatch.delenv("ITDR_MEMORY", raising=False)
    cache.mkdir()
    watch = Spilled(cache)
    watch.start()
    try:
        prepare.prepare(spec.StoreSpec(registry.source("ml-32m"), data_dir=raw))
    finally:
        watch.done.set()
        watch.join()
    return watch.most


@pytest.fixture(scope="module")
def plain(large: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with its store, built in as much memory as it needs."""
    cache = tmp_path_factory.mktemp("plain") / "cache"
    with pytest.MonkeyPatch.context() as patch:
        assert built(cache, large, None, patch) == 0
    return cache


def test_a_build_in_little_memory_gives_the_same_store(
    large: Path, plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spilled = built(tmp_path / "small", large, "160MB", monkeypatch)
    # How much depends on the timing of threads: 10 to 15 MB were seen; without need, none.
    assert spilled > MB, "nothing was spilled: the limit does not bind"
    large_one, small = (
        next((cache / "store").rglob("manifest.json")).parent
        for cache in (plain, tmp_path / "small")
    )
    rows = pq.read_table(small / "interactions.parquet")
    assert rows.num_rows == RATINGS
    assert rows.equals(pq.read_table(large_one / "interactions.parquet"))
    for name in ("users.arrow", "items.arrow"):
        expected = ipc.open_file(large_one / name).read_all()
        assert ipc.open_file(small / name).read_all().equals(expected)
    assert not list(tmp_path.rglob("spill")), "spill files are left behind"


STREAM = """
    import resource, sys
    import itdr
    from datasets import load_dataset

    def peak():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

    options = dict(sources=["ml-32m"], data_dir=sys.argv[1], size="all", per_user="all")
    stream = load_dataset("itdr", "sequential_rec", split="train", streaming=True, **options)
    rows = iter(stream)
    next(rows)
    after_first = peak()
    for count, row in enumerate(rows, 2):
        if count >= int(sys.argv[2]):
            break
    print(after_first, peak(), count)
"""


def streamed(raw: Path, count: int) -> tuple[int, int, int]:
    """A process of its own streams `count` rows: peak MB at the first and at the end, rows seen."""
    result = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(STREAM), str(raw), str(count)],
        capture_output=True,
        text=True,
        timeout=300,
        env=os.environ,
        cwd=raw,
    )
    assert result.returncode == 0, result.stderr
    before, after, seen = map(int, result.stdout.split())
    return before, after, seen


def test_every_window_of_everybody_streams_at_once_in_bounded_memory(
    large: Path, plain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ITDR_CACHE", str(plain))
    streamed(large, 2)  # counts what the training part knows, once
    before, after, seen = streamed(large, 20_000)
    assert seen == 20_000
    # 20,000 rows are 120 MB and more as Python objects; what may grow is what is known of items.
    assert after - before < 60, f"{before} MB at the first row, {after} MB after 20,000"


def test_the_first_row_draws_no_more_than_it_needs(large: Path) -> None:
    """However many users there are: a plan for all of them would read the whole store."""
    import itdr
    from itdr.builders.dataset import builder as dataset_builder
    from itdr.builders.store import reader
    from itdr.builders.store.reader import StoreReader

    options = {"sources": ["ml-32m"], "data_dir": str(large), "size": "all", "per_user": "all"}
    builder = itdr.Itdr(config_name="sequential_rec", **options)
    read = []
    plain = StoreReader._group

    def counting(self: StoreReader, k: int) -> object:
        if (self.path, k) not in reader._groups:
            read.append(k)
        return plain(self, k)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StoreReader, "_group", counting)
        plans = dataset_builder.prepare(builder.config)
        split = dataset_builder.split_generators(builder.config, plans)[0]
        next(dataset_builder.rows(**split.gen_kwargs))
    groups = -(-RATINGS // 65_536)
    assert 0 < len(read) <= 8 < groups / 2
