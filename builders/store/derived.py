"""Results computed from a store and cached beside it, named by their inputs and by the code.

An edit of the code that counts, or that splits users, changes the name, so nobody reads stale counts.
Each file is built once, in a scratch folder that is swept when its process was killed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from itdr.builders.core import scratch as scratch_folders
from itdr.builders.core.fingerprint import count_code
from itdr.builders.core.rng import stable_hash

if TYPE_CHECKING:
    from itdr.builders.store.reader import StoreReader


def derived_path(
    store: StoreReader, name: str, facts: Sequence[object], suffix: str = ".arrow"
) -> Path:
    """The path of a result computed from a store (see `StoreReader.derived`).

    Args:
        store: the store.
        name: what is computed.
        facts: its inputs besides the store and the code, such as the seed.
        suffix: the end of the file name; empty for a folder.

    Returns:
        The path; its name also depends on the code of every package that counts.
    """
    key = stable_hash(name, *facts, count_code())
    return store.derived(f"{name}-{key:016x}{suffix}")


def build_once(path: Path, make: Callable[[Path], object], beside: Sequence[Path] = ()) -> Path:
    """Build a file or folder unless it exists; concurrent processes build it once.

    Args:
        path: the result. It is either complete or absent.
        make: writes the result, under the name of `path`, into the scratch folder that it is passed.
            That folder is on the same disk and is deleted afterwards.
        beside: further files that `make` writes, moved into place before `path`.

    Returns:
        `path`.
    """
    if path.exists():
        return path
    from filelock import FileLock

    path.parent.mkdir(parents=True, exist_ok=True)
    # The lock is held while the scratch folder is in use: a folder whose lock is free was left behind.
    with FileLock(f"{path}.lock"):
        scratch_folders.sweep(path)
        if not path.exists():
            scratch = path.with_name(f"{path.name}{scratch_folders.MARK}{os.getpid()}")
            scratch.mkdir()
            try:
                make(scratch)
                for target in (*(other for other in beside if other != path), path):
                    os.replace(scratch / target.name, target)
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
    return path


def is_scratch(name: str) -> bool:
    """Whether a name in a folder of derived files is that of an unfinished one, or of a lock."""
    return scratch_folders.MARK in name or name.endswith(".lock")
