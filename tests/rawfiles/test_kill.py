"""SIGKILL at every stage, Ctrl-C, and several processes that want the same file."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from itdr.builders.core.schema import Remote
from itdr.builders.rawfiles.download.download import fetch
from itdr.builders.rawfiles.download.parallel import fetch_all
from itdr.builders.rawfiles.download.retry import Stopped
from tests.rawfiles.server import Misbehaving, count, leftovers, quick, sha

BODY = random.Random(7).randbytes(20_000)
GZ = gzip.compress(bytes(9000) + BODY, mtime=0)
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path.cwd()), *sys.path])}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked children")
@pytest.mark.parametrize(
    ("name", "body", "checksum", "stride"),
    [("a/data.bin", BODY, sha(BODY), 4), ("a/x.gz", GZ, "-", 9)],
    ids=["checksum", "no checksum"],
)
def test_a_kill_at_every_stage(
    name: str, body: bytes, checksum: str, stride: int, server: Misbehaving, tmp_path: Path
) -> None:
    url = server.put("data.bin", body)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.rawfiles.kill_sweep",
            url,
            tmp_path,
            checksum,
            name,
            str(stride),
        ],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    runs = [json.loads(line) for line in done.stdout.splitlines()]
    right = hashlib.sha256(body).hexdigest()
    for run in runs:
        assert run["after"] == right and run["left"] == [], run
        assert run["before"] in (None, right), f"a wrong file under its final name: {run}"
        assert run["before"] is None or run["trust"] == "verified", run
    count("SIGKILL", len(runs) - 1)
    files = {run["place"].partition(":")[0] for run in runs}
    ours = "download.py partial.py http.py finalize.py checksums.py paths.py"
    assert files >= set(ours.split())
    assert len(runs) > 30 and runs[-1]["status"] == 0


CHILD = """
import signal
import sys
from pathlib import Path
from itdr.builders.core.schema import Remote
from itdr.builders.rawfiles.download.parallel import fetch_all
from itdr.builders.rawfiles.download.retry import RetryPolicy
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job may ignore it
urls = sys.argv[2:]
remotes = [Remote(f"{n}.bin", (url,)) for n, url in enumerate(urls)]
print("ready", flush=True)
policy = RetryPolicy(chunk=1024, read_timeout=20)
found = fetch_all(remotes, Path(sys.argv[1]), progress=True, policy=policy)
print(sorted(found), flush=True)
"""


def child(folder: Path, *urls: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder), *urls],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(condition: object, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


@pytest.mark.parametrize("files", [1, 3])
def test_ctrl_c_leaves_a_part_that_is_continued(
    files: int, server: Misbehaving, tmp_path: Path
) -> None:
    urls = [server.put(f"{n}.bin", BODY, "stall:8192") for n in range(files)]
    process = child(tmp_path, *urls)
    parts = [tmp_path / f"{n}.bin.part" for n in range(min(files, 2))]
    wait_for(lambda: all(part.exists() and part.stat().st_size == 8192 for part in parts))
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=10)
    count("Ctrl-C")
    assert process.returncode != 0 and "KeyboardInterrupt" in errors
    assert all(part.stat().st_size == 8192 for part in parts)
    assert "%" not in errors, "no bar where the output is no terminal"
    for n, url in enumerate(urls):
        assert fetch(Remote(f"{n}.bin", (url,)), tmp_path, policy=quick()).read_bytes() == BODY
    assert server.requests("0.bin")[-1].headers["Range"] == "bytes=8192-"
    assert leftovers(tmp_path) == []


def test_ctrl_c_stops_every_thread(tmp_path: Path) -> None:
    saw: list[bool] = []
    started = threading.Barrier(3)

    def endless(remote: Remote, folder: Path, *, stop: threading.Event, **_: object) -> Path:
        started.wait(10)
        saw.append(stop.wait(10))
        raise Stopped

    def press() -> None:
        started.wait(10)
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        threading.Thread(target=press, daemon=True).start()
        with pytest.raises(KeyboardInterrupt):
            fetch_all([Remote(f"{n}", (f"http://a/{n}",)) for n in range(9)], tmp_path,
                      fetch_one=endless)  # fmt: skip
    finally:
        signal.signal(signal.SIGINT, before)
    count("Ctrl-C")
    wait_for(lambda: len(saw) == 2)
    assert saw == [True, True], "both that ran were told, and no other began"


def test_two_processes_share_one_download(server: Misbehaving, tmp_path: Path) -> None:
    url = server.put("data.bin", BODY, "stall:4096")
    first, second = child(tmp_path, url), child(tmp_path, url)
    wait_for(lambda: server.requests("data.bin"))
    results = []

    def here() -> None:
        results.append(fetch(Remote("0.bin", (url,)), tmp_path, policy=quick()))

    third = threading.Thread(target=here)
    third.start()
    time.sleep(0.2)
    assert len(server.seen) == 1, "the others wait"
    server.released.set()
    outputs = [process.communicate(timeout=20) for process in (first, second)]
    third.join(20)
    assert [output[0].split("\n")[1] for output in outputs] == ["['0.bin']"] * 2
    assert results[0].read_bytes() == BODY
    assert len(server.seen) == 2, "the stalled request and the one that went on from there"
    assert leftovers(tmp_path) == []


def test_the_lock_of_a_killed_process_is_free(server: Misbehaving, tmp_path: Path) -> None:
    url = server.put("data.bin", BODY, "stall:4096")
    process = child(tmp_path, url)
    part = tmp_path / "0.bin.part"
    wait_for(lambda: part.exists() and part.stat().st_size == 4096)
    process.kill()
    process.communicate(timeout=10)
    count("SIGKILL")
    assert fetch(Remote("0.bin", (url,)), tmp_path, policy=quick()).read_bytes() == BODY
    assert server.seen[-1].headers["Range"] == "bytes=4096-"


def test_several_files_at_once(server: Misbehaving, tmp_path: Path) -> None:
    """Good and bad ones: each gives its path or its error, and none holds up the others."""
    remotes = []
    for n in range(6):
        script = ["status:404"] if n == 2 else ["drop:500", "stall:9"]
        url = server.put(f"{n}.bin", BODY, *script)
        remotes.append(Remote(f"{n}.bin", (url,)))
    found = fetch_all(remotes, tmp_path, policy=quick(parallel_per_host=3))
    assert list(found) == [f"{n}.bin" for n in range(6)]
    assert "not there (404)" in str(found["2.bin"])
    for n in (0, 1, 3, 4, 5):
        assert (tmp_path / f"{n}.bin").read_bytes() == BODY
    assert leftovers(tmp_path) == []
    assert fetch_all([], tmp_path) == {}


def test_few_at_a_time_from_one_host(tmp_path: Path) -> None:
    now, most, lock = [0], [0], threading.Lock()

    def slow(remote: Remote, folder: Path, **_: object) -> Path:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.02)
        with lock:
            now[0] -= 1
        return folder / remote.name

    one_host = [Remote(f"{n}", (f"http://a/{n}",)) for n in range(6)]
    fetch_all(one_host, tmp_path, fetch_one=slow)
    assert most[0] == 2
    fetch_all([*one_host, Remote("x", ("http://b/x",)), Remote("y", ("http://c/y",))], tmp_path,
              fetch_one=slow)  # fmt: skip
    assert most[0] == 4
