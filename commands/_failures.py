"""Expected failures, each reported in one line: what, which file, what to do."""

from __future__ import annotations

import errno
import sys
from pathlib import Path

from itdr.builders.core import paths
from itdr.builders.core.errors import ItdrError

ADVICE = {
    errno.EACCES: "choose a place where you may read and write, or change its permissions",
    errno.ENOENT: "check the name, and that its folder exists and can be written",
    errno.ENOTDIR: "a file is where a folder should be: choose another name",
    errno.EEXIST: "it is in the way: choose another name",
    errno.EISDIR: "name a file, not a folder",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ENOSPC: "free some space, or choose a folder on a larger disk",
}
ADVICE |= dict.fromkeys((errno.EPERM, errno.EROFS), ADVICE[errno.EACCES])
ADVICE |= dict.fromkeys((errno.EDQUOT, errno.EFBIG), ADVICE[errno.ENOSPC])
MAX_NAME_CHARS = 200
"""The most characters of a name that are shown."""


def sentence(error: Exception) -> str | None:
    """The message for an error that a user can act on.

    Args:
        error: what a command raised.

    Returns:
        One sentence; None for a bug of ours, whose traceback is needed.
    """
    if isinstance(error, ItdrError):
        return str(error)
    if isinstance(error, OSError):
        return _of_system(error)
    engine = sys.modules.get("duckdb")
    if engine is not None and isinstance(error, engine.OperationalError):
        first = str(error).strip().splitlines()[0]
        return f"The engine failed ({first}): {_engine_advice(first)}."
    if isinstance(error, UnicodeEncodeError):
        return (
            f"Some text cannot be written as {error.encoding} ({error.reason}): set "
            "PYTHONIOENCODING=utf-8, and give names that are UTF-8."
        )
    return None


def _of_system(error: OSError) -> str:
    if error.errno == errno.ENOENT and not _working_folder():
        return "The working folder is gone: change into one that exists."
    what = error.strerror or (str(error).strip() or type(error).__name__).splitlines()[0]
    if not isinstance(error.filename, (str, bytes)):
        return f"{what}: {_advice_without_name(error)}."
    name = error.filename if isinstance(error.filename, str) else repr(error.filename)
    short_name = name if len(name) <= MAX_NAME_CHARS else f"{name[:MAX_NAME_CHARS]}…"
    advice = ADVICE.get(error.errno or 0, "check this file and its folder, then run the same again")
    if _in_cache(name):
        advice = "set ITDR_CACHE to a folder that can be created and written"
    return f"{short_name}: {what}: {advice}."


def _advice_without_name(error: OSError) -> str:
    if paths.disk_is_full(error):
        return f"the disk is full, {ADVICE[errno.ENOSPC]}"
    return "check the files and folders that were named, then run the same again"


def _engine_advice(message: str) -> str:
    if "Out of Memory" in message:
        return "set ITDR_MEMORY to more, such as ITDR_MEMORY=4GB"
    if any(text in message for text in paths.FULL_TEXTS):
        return ADVICE[errno.ENOSPC]
    return "check that the file can be read and its folder written, then run the same again"


def _working_folder() -> bool:
    try:
        Path.cwd()
    except OSError:
        return False
    return True


def _in_cache(name: str) -> bool:
    try:
        return Path(name).absolute().is_relative_to(paths.cache_root())
    except (ItdrError, OSError):
        return False
