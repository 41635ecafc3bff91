"""Scratch folders that end with their process; the next process removes what a killed one left.

A folder on its way to `NAME` is called `NAME.tmp-PID`, and the lock `NAME.lock` is held as long as it
is in use. A process's own folder holds its lock inside.
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
"""Seconds after which a folder without a lock counts as abandoned."""
_own: dict[tuple[int, str], tuple[Path, Any]] = {}


def sweep(path: Path) -> None:
    """Remove what killed processes left beside `path`, whatever they were building.

    Args:
        path: what is about to be built; its lock is held.
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
    """A folder for this process only, removed at exit; leftovers of killed processes are removed first.

    Args:
        root: the parent folder.
        what: the prefix of its name.

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
