"""Archives: what is inside, and extracting single members without trusting anything in them.

A member never chooses where it is written: the caller names the target. Still, an archive with a
path that climbs out of its folder, a link or a device is refused whole, as nobody's raw data.
Zip and tar (plain or gzip, also under a wrong name), and a tar inside a zip.
"""

from __future__ import annotations

import errno
import gzip
import re
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from itdr.builders.core.errors import ItdrError, NoRoomError, RawFileError
from itdr.builders.core.paths import RESERVE, disk_is_full, format_size, free_bytes
from itdr.builders.core.schema import RawFile
from itdr.builders.rawfiles import filetype
from itdr.builders.rawfiles.limits import max_unpacked_bytes
from itdr.builders.rawfiles.names import Match, is_ignored, match

CHUNK = 1 << 20
Target = Callable[[RawFile, str], Path]
Tick = Callable[[int], object]


def zip_names(path: Path) -> list[str] | None:
    """The files in a zip, read from its directory; None where it cannot be read as a zip."""
    try:
        with zipfile.ZipFile(path) as archive:
            return [one.filename for one in archive.infolist() if not one.is_dir()]
    except Exception:  # damaged bytes make `zipfile` raise errors of every kind
        return None


def inner_tar(names: Sequence[str]) -> str | None:
    """The only tar among the members of a zip; None where there is none, or more than one.

    Args:
        names: the members of a zip.

    Returns:
        The tar's name; None where there is none, or more than one.
    """
    tars = [
        name
        for name in names
        if not is_ignored(name)
        and filetype.is_archive_name(name)
        and not name.lower().endswith(".zip")
    ]
    return tars[0] if len(tars) == 1 else None


def extract(
    path: Path,
    wanted: Sequence[RawFile],
    others: Sequence[RawFile],
    target: Target,
    tick: Tick | None = None,
) -> dict[str, Path]:
    """Unpack declared files from an archive.

    Args:
        path: the archive.
        wanted: the files to unpack; those that are not inside are left out.
        others: all declared files that the archive may hold.
        target: (file, member's base name) -> where to write it.
        tick: called with the number of bytes after each write.

    Returns:
        Where each file was written, by key.

    Raises:
        RawFileError: the archive is damaged, cut off, encrypted, unsafe, ambiguous or far too large.
        NoRoomError: the disk is full.
    """
    with open(path, "rb") as file:
        head = file.read(filetype.HEAD)
    kind = filetype.kind_of(head)
    writer = _Writer(path, wanted, others, target, tick)
    with _damage(path):
        if kind == "zip":
            _from_zip(path, writer)
        elif kind in filetype.STREAMS:
            with _opened(path, kind) as stream:
                _from_tar(stream, writer)
        else:
            raise RawFileError(_not_an_archive(path, kind, head))
    return writer.paths


def _not_an_archive(path: Path, kind: filetype.Kind, head: bytes) -> str:
    if kind == "empty":
        return f"{path} is empty. {AGAIN}"
    if kind == "html":
        return f"{path} is a web page (a login or an error), not an archive. {AGAIN}"
    if kind in ("rar", "7z", "zstd", "xz", "bzip2"):
        return f"{path} is a {kind} archive, which itdr does not read. Unpack it in its folder."
    return f"{path} is no zip or tar archive: it begins with {head[:16]!r}. {AGAIN}"


AGAIN = "Delete it, then fetch it again or put a whole copy in its place."


class _Writer:
    """Writes the wanted members of one archive, within the size limits."""

    def __init__(
        self,
        path: Path,
        wanted: Sequence[RawFile],
        others: Sequence[RawFile],
        target: Target,
        tick: Tick | None,
    ) -> None:
        self.path, self.wanted, self.others = path, wanted, others
        self.target, self.tick = target, tick
        self.paths: dict[str, Path] = {}

    def choose(self, file: RawFile, names: Sequence[str]) -> str | None:
        """The member that is `file`, if any.

        Args:
            file: the declared file.
            names: the members.

        Raises:
            RawFileError: several members could be meant.
        """
        member: Match = match(file, [name for name in names if not is_ignored(name)], self.others)
        if member.rivals:
            raise RawFileError(
                f"{self.path}: which member is {file.name}? {', '.join(member.rivals[:4])}: {member.why}."
            )
        return member.name

    def check_size(self, file: RawFile, member: str, size: int, packed: int) -> None:
        """Refuse a member that is far larger than it should be.

        Args:
            file: the declared file.
            member: the member's path.
            size: its announced size in bytes.
            packed: its packed size in bytes.

        Raises:
            RawFileError: the member is too large.
        """
        declared = None if member.lower().endswith(".gz") else file.size
        if declared is not None:
            should = f"{format_size(declared)} are declared"
        else:
            should = f"it is packed into {format_size(packed)}"
        if size > max_unpacked_bytes(declared, packed):
            raise RawFileError(
                f"{self.path}: {member} would unpack to {format_size(size)}, {should}. It is refused; get "
                "the official archive."
            )

    def write(self, file: RawFile, member: str, source: IO[bytes], size: int) -> None:
        """Copy a member to its target.

        Args:
            file: the declared file.
            member: the member's path.
            source: its bytes.
            size: its announced size in bytes.

        Raises:
            RawFileError: the member has another size than announced.
            NoRoomError: the disk is full.
        """
        path = self.target(file, PurePosixPath(member.replace("\\", "/")).name)
        path.parent.mkdir(parents=True, exist_ok=True)
        free = free_bytes(path.parent)
        if free < size + RESERVE:
            raise NoRoomError(
                f"The disk of {path.parent} has {format_size(free)} free; unpacking {member} of {self.path} "
                f"takes {format_size(size)}. Free some space, or set ITDR_CACHE to a folder on another disk."
            )
        have = 0
        with open(path, "wb") as out:
            while piece := source.read(CHUNK):
                have += len(piece)
                if have > size:
                    raise RawFileError(f"{self.path}: {member} is larger than it says. {AGAIN}")
                out.write(piece)
                if self.tick:
                    self.tick(len(piece))
        if have != size:
            raise RawFileError(f"{self.path}: {member} ends after {have} of {size} bytes. {AGAIN}")
        self.paths[file.key] = path


def _from_zip(path: Path, writer: _Writer) -> None:
    with zipfile.ZipFile(path) as archive:
        members = [one for one in archive.infolist() if not one.is_dir()]
        infos = {one.filename: one for one in members}
        for info in archive.infolist():
            _check_name(path, info.filename)
            mode = info.external_attr >> 16
            if info.create_system == 3 and mode & 0o170000 not in (0, 0o100000, 0o040000):
                raise RawFileError(
                    f"{path}: {info.filename} is a link or a device: refused. {AGAIN}"
                )
        names = [
            one.filename for one in members
        ]  # duplicates stay, as nothing tells which one is meant
        missing = []
        for file in writer.wanted:
            name = writer.choose(file, names)
            if name is None:
                missing.append(file)
                continue
            info = infos[name]
            writer.check_size(file, name, info.file_size, info.compress_size)
            with _member(archive, info) as source:
                writer.write(file, name, source, info.file_size)
        tar = inner_tar(names) if missing else None
        if tar is not None:
            with _member(archive, infos[tar]) as source:
                inner = _Writer(path, missing, writer.others, writer.target, writer.tick)
                with _inflated(source) as stream:
                    _from_tar(stream, inner)
                writer.paths.update(inner.paths)


@contextmanager
def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[IO[bytes]]:
    if info.flag_bits & 1:
        raise RawFileError(
            f"{archive.filename}: {info.filename} is encrypted. Unpack it yourself with its password."
        )
    try:
        source = archive.open(info)
    except NotImplementedError:
        raise RawFileError(
            f"{archive.filename}: {info.filename} is packed by method {info.compress_type}, which "
            "Python does not read. Unpack the archive in its folder, for example with 7-Zip."
        ) from None
    with source:
        yield source


def _from_tar(stream: IO[bytes], writer: _Writer) -> None:
    """Extract in one pass over a tar stream, read to its very end, where its checksum stands.

    The best match so far is written; a better one that comes later replaces it.
    """
    candidates: dict[str, list[str]] = {file.key: [] for file in writer.wanted}
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for info in archive:
            _check_name(writer.path, info.name)
            if info.isdir():
                continue
            if not info.isreg():
                raise RawFileError(
                    f"{writer.path}: {info.name} is a link or a device: refused. {AGAIN}"
                )
            for file in writer.wanted:
                names = [*candidates[file.key], info.name]
                if writer.choose(file, [info.name]) is None:
                    continue
                candidates[file.key] = names
                if writer.choose(file, names) != info.name:
                    continue
                writer.check_size(file, info.name, info.size, writer.path.stat().st_size)
                source = cast(Any, archive.extractfile(info))
                writer.write(file, info.name, source, info.size)
                break
    while stream.read(CHUNK):
        pass


@contextmanager
def _opened(path: Path, kind: filetype.Kind) -> Iterator[IO[bytes]]:
    with open(path, "rb") as file, _decoded(file, kind) as stream:
        yield stream


@contextmanager
def _inflated(source: IO[bytes]) -> Iterator[IO[bytes]]:
    """A member that is a tar or a compressed tar, as a tar stream."""
    peek = cast(Any, source).peek
    with _decoded(source, filetype.kind_of(peek(filetype.HEAD)[: filetype.HEAD])) as stream:
        yield stream


@contextmanager
def _decoded(file: IO[bytes], kind: filetype.Kind) -> Iterator[IO[bytes]]:
    if kind == "gzip":
        with gzip.GzipFile(fileobj=file) as stream:
            yield cast(IO[bytes], stream)
    else:
        yield file


def _check_name(path: Path, name: str) -> None:
    plain = name.replace("\\", "/")
    parts = PurePosixPath(plain).parts
    if plain.startswith("/") or ".." in parts or "\0" in name or re.match("[A-Za-z]:", plain):
        raise RawFileError(
            f"{path}: the member {name!r} would be written outside of its folder. The archive is "
            "refused; get the official one."
        )


@contextmanager
def _damage(path: Path) -> Iterator[None]:
    """Report in one sentence what is wrong with an archive that cannot be read to its end."""
    try:
        yield
    except (ItdrError, MemoryError):
        raise
    except Exception as error:
        if disk_is_full(error):
            raise NoRoomError(
                f"The disk became full while {path} was unpacked. Free some space, or set ITDR_CACHE "
                "to a folder on another disk."
            ) from error
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise
        # Damaged bytes make the unpackers raise errors of every kind.
        size = format_size(path.stat().st_size)
        what = "was cut off" if _cut(error) else "is damaged"
        reason = str(error) or type(error).__name__
        raise RawFileError(f"{path} ({size}) {what}: {reason}. {AGAIN}") from error


def _cut(error: BaseException) -> bool:
    text = str(error).lower()
    return isinstance(error, EOFError) or "unexpected end" in text or "not a zip" in text
