"""What is counted from a store: named by the code that counts it, made once, swept when killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from itdr.builders import catalogue, derived, once, popularity, store
from itdr.builders.columns import Store
from itdr.builders.grounding import claim_counts, comments, group_counts, liking
from itdr.builders.store import StoreSpec
from tests import world
from tests.interest import folder, open_cell


def data() -> Store:
    """A store that nothing is known of yet."""
    spec = StoreSpec(catalogue.source("ml-1m"), data_dir=world.folder())
    return Store(spec.source, store.prepare(spec))


def counted(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names that all that is counted of users and works has now."""
    names: set[str] = set()

    def seen(*given: Any, **more: Any) -> Path:
        path = file_of(*given, **more)
        names.add(path.name)
        return path

    file_of = derived.file_of
    with monkeypatch.context() as patch:
        patch.setattr(derived, "file_of", seen)
        ratings = data()
        popularity.known(ratings, 0)
        once.met_once(ratings)
        group_counts.counts(ratings, 0)
        cell = open_cell("ml-1m", folder())
        cell.store._shared.clear()
        claim_counts.counts(cell)
        books = open_cell("amazon-books", folder()).store
        comments.Comments(books, 0, 80, lambda: liking.verdicts(books)).prepare(0)
    return names


def test_an_edit_of_the_split_counts_all_anew(
    caches: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = counted(monkeypatch)
    kinds = {name.partition("-")[0] for name in before}
    assert kinds == {"known", "once", "groups", "claims", "comments"}
    assert counted(monkeypatch) == before
    edited = tmp_path / "parts.py"
    edited.write_bytes(derived.ALWAYS[0].read_bytes() + b"# edited\n")
    monkeypatch.setattr(derived, "ALWAYS", (edited, derived.ALWAYS[1]))
    derived._fingerprint.cache_clear()
    try:
        assert not counted(monkeypatch) & before
    finally:
        derived._fingerprint.cache_clear()


def test_an_edit_of_what_counts_gives_another_name(caches: Path, tmp_path: Path) -> None:
    code = tmp_path / "code.py"
    code.write_text("a = 1")
    one = derived.file_of(data(), "x", (1,), (str(code),))
    assert one == derived.file_of(data(), "x", (1,), (str(code),))
    assert one != derived.file_of(data(), "x", (2,), (str(code),))
    code.write_text("a = 2")
    derived._fingerprint.cache_clear()
    assert one != derived.file_of(data(), "x", (1,), (str(code),))


# -- made once, whole or not at all ---------------------------------------------------------------


def write(folder: Path) -> None:
    (folder / "spill").mkdir()
    (folder / "a").write_text("whole")
    (folder / "b").write_text("beside")


def there(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.suffix != ".lock"}


def test_what_is_made_is_there_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "new/a"
    assert derived.made(path, write, (tmp_path / "new/b", path)) == path
    assert path.read_text() == "whole" and there(path.parent) == {"a", "b"}
    derived.made(path, lambda scratch: pytest.fail("it is there"))


def test_of_what_fails_nothing_is_left(tmp_path: Path) -> None:
    def fail(scratch: Path) -> None:
        write(scratch)
        raise RuntimeError("full")

    with pytest.raises(RuntimeError, match="full"):
        derived.made(tmp_path / "a", fail)
    assert not there(tmp_path)
    assert derived.made(tmp_path / "a", write).read_text() == "whole"


KILLED = """
import sys, time
from pathlib import Path
from itdr.builders import derived

def hang(scratch):
    (scratch / "spill").write_text("much")
    print("begun", flush=True)
    time.sleep(600)

derived.made(Path(sys.argv[1]), hang)
"""


def begun(path: Path) -> subprocess.Popen[str]:
    """A process that is making `path`, for ever."""
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdout.readline() == "begun\n"
    return process


def test_what_killed_processes_left_is_swept_and_what_is_in_use_is_not(tmp_path: Path) -> None:
    killed, other, busy = (begun(tmp_path / name) for name in ("a", "c", "d"))
    try:
        for process in (killed, other):
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        assert len(there(tmp_path)) == 3
        # The same thing is made again; what another code had begun goes, too.
        derived.made(tmp_path / "a", write)
        assert there(tmp_path) == {"a", f"d.tmp-{busy.pid}"}
        assert derived.is_scratch(f"d.tmp-{busy.pid}")
    finally:
        for process in (killed, other, busy):
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()


def _slowly(path: Path, out: Any) -> None:
    def make(scratch: Path) -> None:
        time.sleep(0.5)
        out.put(os.getpid())
        write(scratch)

    derived.made(path, make)


def test_two_processes_make_it_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    path = tmp_path / "a"
    running = [context.Process(target=_slowly, args=(path, queue)) for _ in range(2)]
    for process in running:
        process.start()
    for process in running:
        process.join(60)
        assert process.exitcode == 0
    assert path.read_text() == "whole" and queue.get(timeout=10) and queue.empty()
