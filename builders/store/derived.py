"""What is counted from a store and kept beside it: named by facts and code, made once, swept when killed.

An edit of what counts, or of how users are split, gives another name: nobody reads what the code of
yesterday counted.
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
    """Where something counted from a store lies, or is to be put (see `StoreReader.derived`).

    Args:
        store: the store that is counted.
        name: what is counted.
        facts: what it depends on besides the store and the code, as the seed.
        suffix: the end of the file's name; empty for a folder.

    Returns:
        The path, whose name also stands for the code of every package that counts.
    """
    key = stable_hash(name, *facts, count_code())
    return store.derived(f"{name}-{key:016x}{suffix}")


def build_once(path: Path, make: Callable[[Path], object], beside: Sequence[Path] = ()) -> Path:
    """`path`, made first where it is not there yet.

    make: writes it, under its own name, into the scratch folder that it is given, which is on the
    same disk and goes away with all else in it; so that `path` is complete or not there.
    beside: what `make` writes besides.
    """
    if path.exists():
        return path
    from filelock import FileLock

    path.parent.mkdir(parents=True, exist_ok=True)
    # The lock is held as long as the scratch folder is in use: one whose lock is free was left behind.
    with FileLock(f"{path}.lock"):
        scratch_folders.sweep(path)
        if not path.exists():
            scratch = path.with_name(f"{path.name}{scratch_folders.MARK}{os.getpid()}")
            scratch.mkdir()
            try:
                make(scratch)
                for one in (*(other for other in beside if other != path), path):
                    os.replace(scratch / one.name, one)
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
    return path


def is_scratch(name: str) -> bool:
    """Whether a name in a folder of derived files is that of one on its way, or of a lock."""
    return scratch_folders.MARK in name or name.endswith(".lock")
