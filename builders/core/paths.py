"""Where files live: the cache root and its three folders, and small file helpers.

Every folder is computed at call time, so a changed environment takes effect.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path, PurePosixPath
from typing import Any

from itdr.builders.core.errors import ConfigError

SAMPLE = Path(__file__).resolve().parents[1] / "sample"
"""The bundled made-up raw files, laid out as a `data_dir`."""
RESERVE = 64 * 2**20
"""Bytes that a run always leaves free on a disk."""
UNREADABLE = "?" if os.sep == "\\" else "?\\"
"""Glob characters of DuckDB, which it cannot open in a file name."""
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
FULL_TEXTS = ("No space left", "Disk quota exceeded", "File too large", "Could not write")
"""Messages of DuckDB and Arrow for a full disk; their errors carry no errno."""


def _folder(text: str) -> Path:
    return Path(os.path.abspath(os.path.expandvars(os.path.expanduser(text))))


def cache_root() -> Path:
    """The folder of everything that `itdr` caches.

    `ITDR_CACHE` if set, otherwise `itdr` in the Hugging Face cache, found by the rules of
    `huggingface_hub` (`HF_HOME`, else `XDG_CACHE_HOME/huggingface`, else `~/.cache/huggingface`)
    without importing it.

    Returns:
        An absolute path; the folder need not exist.

    Raises:
        ConfigError: the engine cannot open the path, or it is a loop of links.
    """
    own = os.environ.get("ITDR_CACHE")
    if own:
        return _readable(_folder(own))
    home = os.environ.get("HF_HOME")
    if not home:
        home = os.path.join(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "huggingface")
    return _readable(_folder(home) / "itdr")


def _readable(folder: Path) -> Path:
    """The folder, unless its name means something else to the engine."""
    text = os.fsencode(folder).decode("utf-8", "backslashreplace")
    if text != str(folder):
        raise ConfigError(
            f"The cache may not lie in {text}: the engine cannot open a path that is not UTF-8. "
            "Set ITDR_CACHE to a folder whose name is."
        )
    try:
        folder.stat()
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENAMETOOLONG):
            raise ConfigError(
                f"The cache may not lie in {folder}: {os.strerror(error.errno).lower()}. "
                "Set ITDR_CACHE to another folder."
            ) from None
    except ValueError as error:  # a null byte
        raise ConfigError(f"ITDR_CACHE is no path: {error}.") from None
    for sign in UNREADABLE:
        if sign in str(folder):
            raise ConfigError(
                f"The cache may not lie in {folder}: the engine cannot open a path with {sign!r}. "
                "Set ITDR_CACHE to a folder without it."
            )
    return folder


def raw_root() -> Path:
    """Downloaded raw files, one folder per source id."""
    return cache_root() / "raw"


def store_root() -> Path:
    """Stores: the prepared columns of each source."""
    return cache_root() / "store"


def work_root() -> Path:
    """Scratch space; its contents may be deleted whenever nothing runs."""
    return cache_root() / "work"


def offline_variable() -> str | None:
    """The environment variable that forbids network access, or None where access is allowed.

    Follows `datasets.config.HF_HUB_OFFLINE`, which covers `HF_HUB_OFFLINE` and
    `HF_DATASETS_OFFLINE`.

    Returns:
        Its name, or both names where both are set.
    """
    import datasets

    if not datasets.config.HF_HUB_OFFLINE:
        return None
    names = [name for name in ("HF_DATASETS_OFFLINE", "HF_HUB_OFFLINE") if os.environ.get(name)]
    return " and ".join(names) or "HF_HUB_OFFLINE"


def free_bytes(folder: Path) -> int:
    """Free bytes on the disk of `folder`, which need not exist yet."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def disk_is_full(error: BaseException) -> bool:
    """Whether an error of the system or of an engine means that the disk is full."""
    number = getattr(error, "errno", None)
    return number in FULL or any(text in str(error) for text in FULL_TEXTS)


def format_size(size: int | None) -> str:
    """A number of bytes for people: `238.95 MB`.

    Args:
        size: bytes; None where unknown.

    Returns:
        Three digits or more with a decimal unit; `unknown size` for None.
    """
    if size is None:
        return "unknown size"
    if size < 1000:
        return f"{size} B"
    value = float(size)
    for unit in ("kB", "MB", "GB", "TB"):
        value /= 1000
        if value < 999.5 or unit == "TB":
            return f"{value:.2f} {unit}" if value < 100 else f"{value:.0f} {unit}"
    raise AssertionError("unreachable")


def safe_relative(name: str) -> PurePosixPath:
    r"""A declared file name as a relative path that stays inside its folder.

    Args:
        name: the name, with `/` or `\` between its parts.

    Raises:
        ConfigError: the path is empty, absolute, or climbs out of its folder.
    """
    path = PurePosixPath(name.replace("\\", "/"))
    if not path.parts or path.is_absolute() or ".." in path.parts or path.parts[0][1:2] == ":":
        raise ConfigError(f"A declared file name must be a plain relative path, not {name!r}.")
    return path


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write a JSON object atomically: `path` always holds the old or the new text.

    Args:
        path: the file. The caller holds its lock, as the scratch file has a fixed name.
        value: the object.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f"{path.name}.tmp")
    try:
        with open(scratch, "w", encoding="utf-8") as file:
            json.dump(value, file, indent=1, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        os.replace(scratch, path)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise


def read_json(path: Path) -> dict[str, Any] | None:
    """The JSON object in a file; None where the file is missing or holds anything else.

    Args:
        path: the file.

    Returns:
        The object; None where the file is missing or holds anything else.
    """
    try:
        with open(path, encoding="utf-8") as file:
            value = json.load(file)
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def sync_folder(folder: Path) -> None:
    """Make a finished rename durable, where the system supports syncing folders.

    Args:
        folder: the folder that a file was renamed into.
    """
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)
