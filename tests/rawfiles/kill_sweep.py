"""Run as a program: fetch one file in many children, and kill each at another line of our code.

Arguments: address, folder, checksum or `-`, file name, stride. Prints one line of JSON for each
child: the line it died at, and what the rerun found. Forks from a process without threads.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
import traceback
from pathlib import Path
from types import FrameType
from typing import Any

from itdr.builders.core import paths
from itdr.builders.core.errors import ItdrError
from itdr.builders.core.schema import Remote
from itdr.builders.rawfiles import checksums
from itdr.builders.rawfiles.download import download, finalize, http, partial
from itdr.builders.rawfiles.download.retry import RetryPolicy

OURS = {str(one.__file__) for one in (paths, download, checksums, partial, finalize, http)}
POLICY = RetryPolicy(sleep=lambda seconds: None, read_timeout=2.0, chunk=4096, gain=4096)


def run(remote: Remote, folder: Path, die_at: int) -> int:
    """Fetch in a child that kills itself at its `die_at`-th line of our code; its wait status."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    lines = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal lines
        if frame.f_code.co_filename not in OURS:
            return None
        if event == "line":
            lines += 1
            if lines == die_at:
                place = f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
                (folder.parent / "place").write_text(place)
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)
    try:
        download.fetch(remote, folder, policy=POLICY)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def main() -> None:
    url, base, checksum, name, stride = sys.argv[1:6]
    remote = Remote(name, (url,), checksum=None if checksum == "-" else checksum)
    step = 1
    while True:
        folder = Path(base) / str(step) / "raw"
        folder.mkdir(parents=True)
        status = run(remote, folder, step)
        final = folder / name
        trusted = checksums.trust(final, remote)
        before = hashlib.sha256(final.read_bytes()).hexdigest() if final.exists() else None
        try:
            path = download.fetch(remote, folder, policy=POLICY)
            after = hashlib.sha256(path.read_bytes()).hexdigest()
        except ItdrError as error:
            after = str(error)
        left = [
            one.name
            for one in folder.rglob("*")
            if one.name.endswith((".part", ".part.json", ".tmp", ".plain"))
        ]
        killed = os.WIFSIGNALED(status)
        place = (folder.parent / "place").read_text() if killed else "end"
        facts = {"killed": killed, "status": status, "place": place, "trust": trusted}
        print(json.dumps({**facts, "before": before, "after": after, "left": left}), flush=True)
        if not killed:
            return
        step += int(stride)


if __name__ == "__main__":
    main()
