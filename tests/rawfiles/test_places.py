"""Caches in odd places are one sentence, and scratch goes with its process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from itdr.builders.core import paths, scratch
from itdr.builders.core.errors import ConfigError
from tests import commands

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path.cwd()), *sys.path])}


def odd_places(tmp_path: Path) -> dict[str, str | bytes]:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    (tmp_path / "file").write_text("in the way")
    return {
        "a loop of links": str(loop),
        "below a loop of links": str(loop / "deep"),
        "not UTF-8": os.fsencode(tmp_path) + b"/caf\xe9",
        "below a file": str(tmp_path / "file" / "deep"),
        "a file": str(tmp_path / "file"),
        "not to be written": "/proc/itdr",
        "a long name": str(tmp_path / ("x" * 300)),
    }


def test_an_odd_cache_is_one_sentence(tmp_path: Path) -> None:
    show, fetch = ("show", "rating_prediction", "--sample"), ("fetch", "ml-1m")
    for kind, place in odd_places(tmp_path).items():
        # Both ask one function for the place: the slower command is tried on three kinds.
        slow = kind in ("a loop of links", "not UTF-8", "a file")
        for command in (show, fetch) if slow else (fetch,):
            env = {"ITDR_CACHE": os.fsdecode(place), "ITDR_MIRROR": "http://127.0.0.1:9"}
            env["HF_HUB_OFFLINE"] = "0"
            done = commands.run(*command, cwd=tmp_path, env=env)
            said = done.stderr.strip().splitlines()
            assert done.returncode == 1, (kind, command, said)
            assert "Traceback" not in done.stderr, (kind, command, said)
            assert "ITDR_CACHE" in " ".join(said), (kind, command, said)


def test_loops_and_bytes_are_no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for place in (str(loop), str(loop / "deep"), os.fsdecode(b"/tmp/caf\xe9")):
        monkeypatch.setenv("ITDR_CACHE", place)
        with pytest.raises(ConfigError, match="ITDR_CACHE"):
            paths.cache_root()


HOLDER = """
import os, sys, time
from pathlib import Path
from filelock import FileLock
from itdr.builders.core import scratch
root = Path(sys.argv[1])
own = scratch.own_folder(root, "spill")
(own / "1").mkdir()
(own / "1" / "block").write_bytes(bytes(1000))
lock = FileLock(str(root / "base-1.lock")); lock.acquire()
(root / f"base-1.tmp-{os.getpid()}").mkdir()
print(own.name, flush=True)
time.sleep(60 if len(sys.argv) > 2 else 0)
"""


def test_scratch_without_a_live_owner_is_swept_whatever_its_key(tmp_path: Path) -> None:
    def start(*more: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", HOLDER, str(tmp_path), *more]
        return subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)

    living = start("wait")
    assert living.stdout is not None
    name = living.stdout.readline().strip()
    try:
        scratch.sweep(tmp_path / "base-2")
        mine = scratch.own_folder(tmp_path, "spill")
        assert (tmp_path / name / "1" / "block").exists() and mine.name != name
        assert list(tmp_path.glob("base-1.tmp-*"))
    finally:
        living.send_signal(signal.SIGKILL)
        living.communicate()
    scratch.sweep(tmp_path / "base-2")
    assert not list(tmp_path.glob("base-1.tmp-*"))
    ended = start()
    ended.communicate(timeout=60)
    left = [one.name for one in tmp_path.glob("spill-*")]
    assert left == [mine.name], "what was killed and what ended"
    assert scratch.own_folder(tmp_path, "spill") == mine
