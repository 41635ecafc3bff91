"""Folders and files that may lie on another machine (`s3://`, `hdfs://`, …), reached by fsspec.

A path without a protocol, or with `file://`, is one of this machine's; the others are used as they
are. What is mapped into memory is fetched once for each machine.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
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


def plain(url: str) -> str:
    """A folder or file as one spelling: `file://` taken off, local paths made absolute."""
    if url.startswith("file:"):
        url = "/" + url.removeprefix("file:").lstrip("/")
    return url.rstrip("/") if is_far(url) else os.path.abspath(os.path.expanduser(url))


def is_far(url: str) -> bool:
    """Whether it lies on another machine."""
    return "://" in url and not url.startswith("file:")


def system(url: str) -> tuple[Any, str]:
    """The file system of a URL, and the path there."""
    import fsspec

    return fsspec.core.url_to_fs(url)


def fetch(url: str, target: Path) -> bool:
    """Put a file, or a folder with its files, at `target` where it is not there yet; False where
    there is no such thing. Processes of one machine fetch once."""
    from filelock import FileLock

    if target.exists():
        return True
    found, path = system(url)
    if not found.exists(path):
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{target}.lock"):
        if target.exists():
            return True
        scratch = target.with_name(f"{target.name}.part")
        shutil.rmtree(scratch, ignore_errors=True)
        if found.isdir(path):
            scratch.mkdir()
            for one in found.find(path):
                found.get_file(one, str(scratch / Path(one).name))
        else:
            found.get_file(path, str(scratch))
        os.replace(scratch, target)
    return True


def send(path: Path, url: str) -> None:
    """Copy a file, or a folder with its files, to a URL."""
    found, there = system(url)
    if path.is_dir():
        for one in sorted(path.iterdir()):
            found.put_file(str(one), f"{there}/{one.name}")
    else:
        found.makedirs(there.rpartition("/")[0], exist_ok=True)
        found.put_file(str(path), there)


def size(url: str) -> int | None:
    """Bytes of a file; None where there is none."""
    if not is_far(url):
        return Path(url).stat().st_size if Path(url).is_file() else None
    found, path = system(url)
    return int(found.size(path)) if found.exists(path) else None


def names(url: str) -> list[str]:
    """The names of the files in a folder; none where there is no such folder."""
    if not is_far(url):
        here = Path(url)
        return sorted(one.name for one in here.iterdir()) if here.is_dir() else []
    found, path = system(url)
    found.invalidate_cache()
    if not found.exists(path):
        return []
    return sorted(one.rstrip("/").rpartition("/")[2] for one in found.ls(path, detail=False))


def remove(url: str) -> None:
    """Remove a file or folder, if it is there."""
    if not is_far(url):
        shutil.rmtree(url) if Path(url).is_dir() else Path(url).unlink(missing_ok=True)
        return
    found, path = system(url)
    found.invalidate_cache()
    if found.exists(path):
        found.rm(path, recursive=True)


def opened(url: str) -> Any:
    """A file opened for reading bytes."""
    if not is_far(url):
        return open(url, "rb")
    found, path = system(url)
    return found.open(path, "rb", block_size=BLOCK)


def blocks(url: str) -> Iterator[bytes]:
    """The bytes of a file, some megabytes at a time."""
    with opened(url) as file:
        while block := file.read(BLOCK):
            yield block


def version(url: str) -> str:
    """Names what a file holds now: another text once it was replaced, as far as its file system
    tells."""
    found, path = system(url)
    found.invalidate_cache()
    return state(found.info(path))


def state(facts: Mapping[str, Any]) -> str:
    """Size and, of what a file system tells, the first that changes with the content."""
    return f"{facts['size']} {next((facts[name] for name in CHANGES if facts.get(name)), '')}"
