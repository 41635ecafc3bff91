"""Whether a raw file is the one that its publisher declares, by size and checksum, once it is plain.

A placed file may be a part or another version, and Kaggle serves whichever version is the latest: that
such a file differs is a warning. Any other download that differs is refused, and put aside.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.schema import RawFile, Source
from itdr.builders.rawfiles.checksums import chunks, digests, split_checksum
from itdr.builders.rawfiles.inventory import Located
from itdr.builders.rawfiles.refused import put_aside

logger = logging.getLogger("itdr")


def algorithms(file: RawFile, path: Path) -> set[str]:
    """The algorithms of the digests that `other_content` wants of the file at `path`: one, or none."""
    if not file.checksum or path.suffix.lower() == ".gz" or other_size(file, path):
        return set()
    return {split_checksum(file.checksum)[0]}


def other_size(file: RawFile, path: Path) -> str | None:
    """How the size of the file at `path` differs from the declared one; None where it does not.
    A `.gz` is not compared: the declaration is of its content."""
    size = path.stat().st_size
    if file.size in (None, size) or path.suffix.lower() == ".gz":
        return None
    return f"{size} bytes, the official file {file.size}"


def other_content(file: RawFile, path: Path, found: Mapping[str, str]) -> str | None:
    """How the digests `found` of the file at `path` differ from the declared checksum; None where
    they do not, and where its size tells already (see `other_size`)."""
    if not file.checksum or not algorithms(file, path):
        return None
    algorithm, digits = split_checksum(file.checksum)
    if found[algorithm] == digits:
        return None
    return f"the {algorithm} {found[algorithm]}, the official file {digits}"


def binding(one: Located) -> bool:
    """Whether the file must be as declared: a download that its own checksum does not vouch for."""
    remote = one.remote
    if remote is None or remote.checksum or remote.plain_checksum:
        return False
    return remote.access != "kaggle"


def require_published(source: Source, one: Located, path: Path) -> None:
    """Compare the plain file at `path`, which came from `one`, with what is declared of it.

    Where that is `binding`, raises RawFileError for another size or content, the download put aside
    for a next run to fetch it anew; else another size is a warning, and the content is left to
    whoever reads it anyway.
    """
    reason = other_size(one.file, path)
    if not binding(one):
        if reason:
            note(source, one.file, reason)
        return
    if reason is None and one.file.checksum:
        reason = other_content(one.file, path, digests(chunks(path), algorithms(one.file, path)))
    if reason:
        raise RawFileError(
            f"{source.id}: {one.path} does not give the official {one.file.name}: it has {reason}. "
            f"{put_aside(source, one.path)}"
        )


def note(source: Source, file: RawFile, reason: str) -> None:
    """Warn that a file which is taken as it is differs from the published one."""
    logger.warning("itdr: %s: %s has %s: a part, or another version", source.id, file.name, reason)
