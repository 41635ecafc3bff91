"""Files and folders that may live on another machine (`s3://`, `hdfs://`, …), through fsspec.

A path without a protocol, or with `file://`, is local. What is memory-mapped is fetched once per
machine.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

BLOCK = 1 << 22
CHANGES = (
    "ETag",
    "etag",
    "blob_id",
    "mtime",
    "LastModified",
    "last_modified",
    "modified",
    "created",
)
"""What file systems of fsspec call the hash or the time of a file's content."""


def normalize_url(url: str) -> str:
    """One spelling for a file or folder: `file://` removed, local paths made absolute."""
    if url.startswith("file:"):
        url = "/" + url.removeprefix("file:").lstrip("/")
    return url.rstrip("/") if is_remote(url) else os.path.abspath(os.path.expanduser(url))


def is_remote(url: str) -> bool:
    """Whether a URL points to another machine."""
    return "://" in url and not url.startswith("file:")


def file_system(url: str) -> tuple[Any, str]:
    """The fsspec file system of a URL, and the path within it."""
    import fsspec

    return fsspec.core.url_to_fs(url)


def fetch(url: str, target: Path) -> bool:
    """Copy a file, or a folder with its files, to this machine unless it is already there.

    Args:
        url: the file or folder.
        target: where to put it. Concurrent processes fetch it once.

    Returns:
        Whether it exists.
    """
    from filelock import FileLock

    if target.exists():
        return True
    files, path = file_system(url)
    if not files.exists(path):
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{target}.lock"):
        if target.exists():
            return True
        scratch = target.with_name(f"{target.name}.part")
        shutil.rmtree(scratch, ignore_errors=True)
        if files.isdir(path):
            scratch.mkdir()
            for entry in files.find(path):
                files.get_file(entry, str(scratch / Path(entry).name))
        else:
            files.get_file(path, str(scratch))
        os.replace(scratch, target)
    return True


def send(path: Path, url: str) -> None:
    """Copy a file, or a folder with its files, to a URL.

    Args:
        path: the local file or folder.
        url: the destination.
    """
    files, there = file_system(url)
    if path.is_dir():
        for entry in sorted(path.iterdir()):
            files.put_file(str(entry), f"{there}/{entry.name}")
    else:
        files.makedirs(there.rpartition("/")[0], exist_ok=True)
        files.put_file(str(path), there)


def size(url: str) -> int | None:
    """The size of a file in bytes; None where there is no such file."""
    if not is_remote(url):
        return Path(url).stat().st_size if Path(url).is_file() else None
    files, path = file_system(url)
    return int(files.size(path)) if files.exists(path) else None


def list_names(url: str) -> list[str]:
    """The sorted names in a folder; empty where there is no such folder.

    Args:
        url: a folder here or on another machine.

    Returns:
        Names without their folder; empty where there is no such folder.
    """
    if not is_remote(url):
        here = Path(url)
        return sorted(entry.name for entry in here.iterdir()) if here.is_dir() else []
    files, path = file_system(url)
    files.invalidate_cache()
    if not files.exists(path):
        return []
    return sorted(entry.rstrip("/").rpartition("/")[2] for entry in files.ls(path, detail=False))


def remove(url: str) -> None:
    """Remove a file or folder, if it exists.

    Args:
        url: a file or folder here or on another machine.
    """
    if not is_remote(url):
        shutil.rmtree(url) if Path(url).is_dir() else Path(url).unlink(missing_ok=True)
        return
    files, path = file_system(url)
    files.invalidate_cache()
    if files.exists(path):
        files.rm(path, recursive=True)


def open_binary(url: str) -> Any:
    """Open a file for reading bytes."""
    if not is_remote(url):
        return open(url, "rb")
    files, path = file_system(url)
    return files.open(path, "rb", block_size=BLOCK)


def version(url: str) -> str:
    """A text that changes when a file is replaced, as far as its file system tells."""
    files, path = file_system(url)
    files.invalidate_cache()
    return state(files.info(path))


def state(facts: Mapping[str, Any]) -> str:
    """Size and, of what a file system reports, the first fact that changes with the content."""
    return f"{facts['size']} {next((facts[name] for name in CHANGES if facts.get(name)), '')}"
