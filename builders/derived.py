"""What is counted from a store and kept beside it: named by facts and code, made once, swept when killed.

An edit of what counts, or of how users are split, gives another name: nobody reads what the code of
yesterday counted.
"""

from __future__ import annotations

import functools
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from itdr.builders.hashing import stable_hash
from itdr.builders.store import files_fingerprint

if TYPE_CHECKING:
    from itdr.builders.columns import Store

HERE = Path(__file__).resolve().parent
ALWAYS = (HERE / "parts.py", HERE / "hashing.py")
"""Code that whatever is counted hangs on: who is in the training part, and what hashes are."""
_SCRATCH = ".tmp-"


def file_of(
    store: Store, name: str, facts: Sequence[object], code: Sequence[str], suffix: str = ".arrow"
) -> Path:
    """Where something counted from a store lies, or is to be put (see `Store.derived`).

    facts: what it depends on beside the store, as the seed.   code: the files that count it, by
    their `__file__`.
    """
    key = stable_hash(name, *facts, _fingerprint(tuple(code)))
    return store.derived(f"{name}-{key:016x}{suffix}")


@functools.cache
def _fingerprint(code: tuple[str, ...]) -> str:
    return files_fingerprint((*map(Path, code), *ALWAYS))


def made(path: Path, make: Callable[[Path], object], beside: Sequence[Path] = ()) -> Path:
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
        _sweep(path)
        if not path.exists():
            scratch = path.with_name(f"{path.name}{_SCRATCH}{os.getpid()}")
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
    return _SCRATCH in name or name.endswith(".lock")


def _sweep(path: Path) -> None:
    """Remove what killed processes left in the folder of `path`, whose lock is held."""
    from filelock import FileLock, Timeout

    for left in path.parent.glob(f"*{_SCRATCH}*"):
        name = left.name.partition(_SCRATCH)[0]
        if name == path.name:
            shutil.rmtree(left, ignore_errors=True)
            continue
        try:
            with FileLock(str(path.with_name(f"{name}.lock")), timeout=0):
                shutil.rmtree(left, ignore_errors=True)
        except Timeout:  # in use
            pass
