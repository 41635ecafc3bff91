"""Wrong downloads are put aside, and the next run downloads them again.

Where no checksum is published, only a reader can tell: what it refuses is put aside, and what it
accepts becomes the reference for later downloads.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from itdr.builders.core.errors import DownloadError, NoRoomError, RawFileError
from itdr.builders.core.paths import raw_root, safe_relative
from itdr.builders.core.schema import RawFile, Source
from itdr.builders.rawfiles.archives import AGAIN
from itdr.builders.rawfiles.checksums import (
    chunks,
    digests,
    mark_read,
    read_record,
    record_path,
    refused_path,
    trust,
)
from itdr.builders.rawfiles.inventory import Located, survey
from itdr.builders.rawfiles.near_misses import longer_copies


def put_aside(source: Source, path: Path) -> str:
    """Rename a download so that it is neither found nor a reference for later ones.

    Args:
        source: the declaration.
        path: the download.

    Returns:
        A sentence that says what to do now.
    """
    aside = refused_path(path)
    try:
        os.replace(path, aside)
        record_path(path).unlink(missing_ok=True)
    except OSError as error:
        return f"Delete it to fetch it again (it cannot be put aside: {error.strerror})."
    return (
        f"It was put aside as {aside.name}: run the same again to fetch it anew. To use it as it is, "
        f"place it as <data_dir>/{source.id}/{path.name}."
    )


def refusal(source: Source, one: Located, error: RawFileError) -> RawFileError:
    """The error to raise for an unusable raw file, after putting aside a download.

    Args:
        source: the declaration.
        one: the file, or the archive that holds it.
        error: what is wrong with it.

    Returns:
        `error` itself where the file was placed by hand, or equals what its publisher declares.
    """
    if isinstance(error, (NoRoomError, DownloadError)) or not _doubtful(one):
        return error
    return RawFileError(f"{_reason(error)} {put_aside(source, one.path)}")


@contextmanager
def put_aside_on_error(
    source: Source, data_dir: Path | None, paths: Mapping[str, Path]
) -> Iterator[None]:
    """Put aside downloads that the block, a reader, refuses; mark the others as accepted.

    Args:
        source: the declaration.
        data_dir: the user's folder, if any.
        paths: the files being read, as returned by `locate.prepare`.

    Raises:
        RawFileError: raised by the block; names what was put aside, and a longer copy beside a file.
    """
    try:
        yield
    except (NoRoomError, DownloadError):
        raise
    except RawFileError as error:
        located = _downloads(source, data_dir, paths)
        message = str(error)
        named = {
            key
            for key, one in located.items()
            if str(paths[key]) in message or str(one.path) in message
        }
        suspects = {one.path: one for key, one in located.items() if key in named or not named}
        advice = [put_aside(source, path) for path, one in suspects.items() if _doubtful(one)]
        advice += [
            f"Beside it lies {copy.name}, which is longer: if that is the whole file, rename it to {path.name}."
            for path in dict.fromkeys(paths.values())
            if str(path) in message
            for copy in longer_copies(path)
        ]
        if not advice:
            raise
        raise RawFileError(f"{_reason(error)} {' '.join(advice)}") from error
    for one in _downloads(source, data_dir, paths).values():
        mark_read(one.path)


def put_aside_without(source: Source, files: Iterable[RawFile]) -> str:
    """Put aside the downloaded archives that should contain files, and do not.

    Args:
        source: the declaration.
        files: required files that were found nowhere.

    Returns:
        A text to append to the error; "" where there is no such archive.
    """
    advice = ""
    for name in sorted({name for file in files for name in file.packed_in}):
        remote = source.remote(name)
        path = raw_root() / source.id / safe_relative(name)
        doubtful = not (remote.checksum or remote.plain_checksum)
        if doubtful and trust(path, remote) in ("verified", "touched"):
            advice += f"\n{name}: {put_aside(source, path)}"
    return advice


def _downloads(
    source: Source, data_dir: Path | None, paths: Mapping[str, Path]
) -> dict[str, Located]:
    files = [file for file in source.files if file.key in paths]
    located = survey(source, files, data_dir).found
    return {
        key: one
        for key, one in located.items()
        if one is not None and one.remote is not None and one.origin != "declared"
    }


def _doubtful(one: Located) -> bool:
    """Whether a file is a download that no published checksum covers."""
    remote, record = one.remote, read_record(one.path)
    if remote is None or record is None:
        return False
    if not (remote.checksum or remote.plain_checksum):
        return True
    return digests(chunks(one.path), ["sha256"])["sha256"] != record["sha256"]


def _reason(error: RawFileError) -> str:
    return str(error).removesuffix(AGAIN).rstrip()
