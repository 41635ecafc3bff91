"""Scratch on disk that ends with its process: whoever comes next sweeps what a killed one left.

A folder on its way to `NAME` is called `NAME.tmp-PID`, and the lock `NAME.lock` is held as long as it
is in use. A folder of a process's own holds its lock inside.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

MARK = ".tmp-"
OLD = 86_400
"""Seconds after which a folder without a lock is nobody's."""
_own: dict[tuple[int, str], tuple[Path, Any]] = {}


def sweep(path: Path) -> None:
    """Remove what killed processes left beside `path`, whose lock is held, on their way to whatever.

    Args:
        path: what is about to be made.
    """
    from filelock import FileLock, Timeout

    for left in path.parent.glob(f"*{MARK}*"):
        name = left.name.partition(MARK)[0]
        if name == path.name:
            shutil.rmtree(left, ignore_errors=True)
            continue
        try:
            with FileLock(str(path.with_name(f"{name}.lock")), timeout=0):
                shutil.rmtree(left, ignore_errors=True)
        except Timeout:  # in use
            pass


def own_folder(root: Path, what: str) -> Path:
    """A folder of this process's own, which goes with it; those of killed processes are removed.

    Args:
        root: where it lies.
        what: how its name begins.

    Returns:
        The folder, the same at every call of a process.
    """
    from filelock import FileLock

    key = (os.getpid(), f"{root}/{what}")
    if key not in _own or not _own[key][0].is_dir():
        root.mkdir(parents=True, exist_ok=True)
        _sweep_folders(root, what)
        folder = Path(tempfile.mkdtemp(prefix=f"{what}-", dir=root))
        lock = FileLock(str(folder / "lock"))
        lock.acquire()
        _own[key] = (folder, lock)
        atexit.register(_remove, folder, lock, os.getpid())
    return _own[key][0]


def _sweep_folders(root: Path, what: str) -> None:
    from filelock import FileLock, Timeout

    for left in root.glob(f"{what}-*"):
        try:
            if (left / "lock").exists():
                with FileLock(str(left / "lock"), timeout=0):
                    pass
            elif time.time() - left.stat().st_mtime < OLD:
                continue  # its process may be about to lock it
            shutil.rmtree(left, ignore_errors=True)
        except (OSError, Timeout):
            continue


def _remove(folder: Path, lock: Any, process: int) -> None:
    if os.getpid() == process:
        lock.release()
        shutil.rmtree(folder, ignore_errors=True)
