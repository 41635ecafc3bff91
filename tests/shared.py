"""Folders of made-up files that all processes of a test run share, and so the stores that are built of them."""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from filelock import FileLock

T = TypeVar("T")


def once(name: str, write: Callable[[Path], T], *of: object) -> tuple[Path, T]:
    """Write a folder, unless another process of this run has. No test may change what is in it.

    A store is named after the times and sizes of raw files: of a copy it would be built again.

    Args:
        name: the name of the folder.
        write: writes the files below the folder that it is given.
        of: what `write` depends on; each gives a folder of its own.

    Returns:
        The folder, and what `write` returned.
    """
    home = Path(os.environ["ITDR_TESTS_SHARED"])
    home.mkdir(parents=True, exist_ok=True)
    if of:
        name += "-" + hashlib.sha256(repr(of).encode()).hexdigest()[:16]
    folder, returned = home / name, home / f"{name}.pickle"
    with FileLock(home / f"{name}.lock"):
        if not returned.exists():
            folder.mkdir()
            returned.write_bytes(pickle.dumps(write(folder)))
    return folder, pickle.loads(returned.read_bytes())
