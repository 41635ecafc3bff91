"""Whether a raw file is the published one, by size and checksum of its plain form.

A placed file may be an excerpt or another version, and Kaggle always serves the latest version: such a
difference is a warning. Any other download that differs is refused and put aside.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from itdr.builders.core import text_files
from itdr.builders.core.errors import RawFileError
from itdr.builders.core.schema import RawFile, Source
from itdr.builders.rawfiles.checksums import chunks, digests, split_checksum
from itdr.builders.rawfiles.inventory import Located
from itdr.builders.rawfiles.refused_files import put_aside
from itdr.builders.rawfiles.row_count import count_rows

logger = logging.getLogger("itdr")
CHANGED = "so values were changed, or it was saved in another form"
"""What is so of a file with all its rows and another size."""
MOST_LONGER = 2
"""A file so many times as large as the published one is another: its rows are not counted."""


def required_digests(file: RawFile, path: Path) -> set[str]:
    """The hash algorithms that `content_mismatch` needs: one, or none.

    Args:
        file: the declaration.
        path: the file.
    """
    if not file.checksum or path.suffix.lower() == ".gz" or size_mismatch(file, path):
        return set()
    return {split_checksum(file.checksum)[0]}


def size_mismatch(file: RawFile, path: Path) -> str | None:
    """How a file's size differs from the declared one; None where it does not.

    A `.gz` is not compared: the declaration is of its content.

    Args:
        file: the declaration.
        path: the file.
    """
    size = path.stat().st_size
    if file.size in (None, size) or path.suffix.lower() == ".gz":
        return None
    return f"{size} bytes, the official file {file.size}"


def content_mismatch(file: RawFile, path: Path, found: Mapping[str, str]) -> str | None:
    """How a file's digest differs from the declared checksum.

    Args:
        file: the declaration.
        path: the file.
        found: its digests, by algorithm.

    Returns:
        The difference; None where there is none, or where the size differs already.
    """
    if not file.checksum or not required_digests(file, path):
        return None
    algorithm, digits = split_checksum(file.checksum)
    if found[algorithm] == digits:
        return None
    return f"the {algorithm} {found[algorithm]}, the official file {digits}"


def must_match(one: Located) -> bool:
    """Whether a file must equal the declaration: a download whose own checksum is not declared.

    Args:
        one: the file.
    """
    remote = one.remote
    if remote is None or remote.checksum or remote.plain_checksum:
        return False
    return remote.access != "kaggle"


def require_published(source: Source, one: Located, path: Path) -> None:
    """Compare a plain file with its declaration.

    A file that need not match only causes a warning about its size; its content is checked by
    whoever reads it anyway.

    Args:
        source: the declaration.
        one: where the file came from.
        path: the plain file.

    Raises:
        RawFileError: a file that must match differs; the download is put aside.
    """
    reason = size_mismatch(one.file, path)
    if not must_match(one):
        if reason:
            whole = _has_all_rows(one.file, path)
            warn_unofficial(source, one.file, reason + _packed_beside(one), whole=whole)
        return
    if reason is None and one.file.checksum:
        reason = content_mismatch(
            one.file, path, digests(chunks(path), required_digests(one.file, path))
        )
    if reason:
        raise RawFileError(
            f"{source.id}: {one.path} does not give the official {one.file.name}: it has {reason}. "
            f"{put_aside(source, one.path)}"
        )


def _has_all_rows(file: RawFile, path: Path) -> bool:
    """Whether a plain file of another size has as many rows as the published one."""
    if not file.rows or not file.size or path.stat().st_size > MOST_LONGER * file.size:
        return False
    return count_rows(file, text_files.blocks(path)) == file.rows


def _packed_beside(one: Located) -> str:
    """A clause on an archive that lies beside a file and would give it, too."""
    if one.container:
        return ""
    for folder in (one.path.parent, one.path.parent.parent):
        for name in one.file.packed_in:
            if (folder / name).is_file():
                return f" (it was taken, and {name}, which lies there too, was not opened: remove one of them)"
    return ""


def warn_unofficial(
    source: Source, file: RawFile, reason: str, changed: bool = False, whole: bool = False
) -> None:
    """Warn that a file is used although it differs from the published one.

    Args:
        source: the declaration.
        file: the file.
        reason: the difference.
        changed: it has the official size.
        whole: it has as many rows as the official one.
    """
    cause = "a part, or another version"
    if changed:
        cause = "it has the official size, so values, or the order of rows, were changed"
    elif whole:
        cause = f"it has all {file.rows:,} rows, {CHANGED}"
    logger.warning("itdr: %s: %s has %s: %s", source.id, file.name, reason, cause)
