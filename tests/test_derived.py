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

from itdr.builders.dataset import registry
from itdr.builders.evidence import comments, verdicts
from itdr.builders.evidence.audiences.fact_table import fact_table
from itdr.builders.evidence.interests import counts as interest_counts
from itdr.builders.sampling import popularity, repeats
from itdr.builders.store import derived, prepare
from itdr.builders.store.reader import StoreReader
from itdr.builders.store.spec import StoreSpec
from tests import world
from tests.interest import folder, open_cell


def data() -> StoreReader:
    """A store that nothing is known of yet."""
    spec = StoreSpec(registry.source("ml-1m"), data_dir=world.folder())
    return StoreReader(spec.source, prepare.prepare(spec))


def counted(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names that all that is counted of users and works has now."""
    names: set[str] = set()

    def seen(*given: Any, **more: Any) -> Path:
        path = original(*given, **more)
        names.add(path.name)
        return path

    original = derived.derived_path
    with monkeypatch.context() as patch:
        patch.setattr(derived, "derived_path", seen)
        ratings = data()
        popularity.train_stats(ratings, 0)
        repeats.meets_items_once(ratings)
        table = fact_table(ratings, 0)
        table.of(int(table.candidates[0]))
        cell = open_cell("ml-1m", folder())
        cell.store._shared.clear()
        interest_counts.counts(cell.partition)
        books = open_cell("amazon-books", folder()).store
        comments.Comments(books, 0, 80, lambda: verdicts.verdicts(books)).prepare(0)
    return names


def test_an_edit_of_the_split_counts_all_anew(
    caches: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = counted(monkeypatch)
    kinds = {name.partition("-")[0] for name in before}
    assert kinds == {"known", "once", "judged", "facts", "interests", "comments"}
    assert counted(monkeypatch) == before
    with monkeypatch.context() as patch:
        patch.setattr(derived, "count_code", lambda: "edited")
        assert not counted(monkeypatch) & before


def test_other_facts_give_another_name(caches: Path) -> None:
    one = derived.derived_path(data(), "x", (1,))
    assert one == derived.derived_path(data(), "x", (1,))
    assert one != derived.derived_path(data(), "x", (2,))


# -- made once, whole or not at all ---------------------------------------------------------------


def write(folder: Path) -> None:
    (folder / "spill").mkdir()
    (folder / "a").write_text("whole")
    (folder / "b").write_text("beside")


def there(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.suffix != ".lock"}


def test_what_is_made_is_there_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "new/a"
    assert derived.build_once(path, write, (tmp_path / "new/b", path)) == path
    assert path.read_text() == "whole" and there(path.parent) == {"a", "b"}
    derived.build_once(path, lambda scratch: pytest.fail("it is there"))


def test_of_what_fails_nothing_is_left(tmp_path: Path) -> None:
    def fail(scratch: Path) -> None:
        write(scratch)
        raise RuntimeError("full")

    with pytest.raises(RuntimeError, match="full"):
        derived.build_once(tmp_path / "a", fail)
    assert not there(tmp_path)
    assert derived.build_once(tmp_path / "a", write).read_text() == "whole"


KILLED = """
import sys, time
from pathlib import Path
from itdr.builders.store import derived

def hang(scratch):
    (scratch / "spill").write_text("much")
    print("begun", flush=True)
    time.sleep(600)

derived.build_once(Path(sys.argv[1]), hang)
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
        derived.build_once(tmp_path / "a", write)
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

    derived.build_once(path, make)


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
