"""Fingerprints of the code that decides cached results: a hash over whole packages.

Editing any file of these packages renames what they produce, so no run reads results of older code.
No list of files needs to be kept up to date.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable
from pathlib import Path

BUILDERS = Path(__file__).resolve().parents[1]
STORE_PACKAGES = (
    "core",
    "sources/_formats",
    "sources/_shared",
    "sources/described",
    "store/build",
)
"""With the source's own file, the code that turns raw files into a store."""
COUNT_PACKAGES = ("core", "evidence", "sampling", "store")
"""The code whose results are counted from a store and cached beside it."""


def files_fingerprint(paths: Iterable[Path]) -> str:
    """Hash of the names and contents of files.

    Args:
        paths: the files, in hashing order; a missing file is hashed as absent.

    Returns:
        16 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0")
        try:
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        except OSError:
            digest.update(b"absent")
    return digest.hexdigest()[:16]


def store_code(source_file: Path) -> str:
    """Fingerprint of the code that builds a source's store.

    Args:
        source_file: the source's own module.
    """
    return files_fingerprint([*_package_files(STORE_PACKAGES), source_file])


@functools.cache
def count_code() -> str:
    """Fingerprint of the code that computes what is cached beside a store."""
    return files_fingerprint(_package_files(COUNT_PACKAGES))


def _package_files(packages: Iterable[str]) -> list[Path]:
    """Their modules, and the tables beside them: names of authors and series decide what is counted, too."""
    return [
        path
        for name in packages
        for path in sorted((BUILDERS / name).rglob("*"))
        if path.suffix in (".py", ".yaml", ".csv")
    ]
