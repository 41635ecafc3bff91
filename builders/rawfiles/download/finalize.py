"""Finish a download: decode, verify, write the receipt, then rename into place."""

from __future__ import annotations

import errno
import os
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from itdr.builders.core.errors import ItdrError
from itdr.builders.core.paths import sync_folder
from itdr.builders.core.schema import Remote
from itdr.builders.rawfiles import filetype
from itdr.builders.rawfiles.checksums import (
    chunks,
    declared_ok,
    digests,
    gunzip,
    new_hasher,
    read_record,
    record_path,
    refused_path,
    split_checksum,
    write_record,
)
from itdr.builders.rawfiles.limits import TooLarge, max_unpacked_bytes, write_bounded


@dataclass(eq=False)
class Unsound(Exception):
    """The body is not the declared file, or is damaged: download it again."""

    reason: str


@dataclass(eq=False)
class Replaced(Exception):
    """The body is whole, but differs from the earlier download that a reader accepted."""

    reason: str


@dataclass(eq=False)
class Unconfirmed(Exception):
    """Nothing proves that the body is whole: neither its length nor its checksum is known, and its
    format does not show it. A second body with the same `sha256` confirms it.
    """

    sha256: str


def finalize(
    body: Path,
    final: Path,
    remote: Remote,
    url: str,
    *,
    encoding: str | None = None,
    framed: bool = True,
    seen: str | None = None,
    tick: Callable[[int], object] | None = None,
) -> Path:
    """Verify a downloaded body, write its receipt and rename it into place.

    Args:
        body: the downloaded bytes.
        final: the final path.
        remote: the declaration.
        url: where it came from.
        encoding: the transport encoding of the body.
        framed: whether the server announced where the body ends.
        seen: SHA-256 of an earlier body, where neither is `framed`.
        tick: called with the number of bytes verified.

    Returns:
        `final`.

    Raises:
        Unsound: the body is wrong or damaged.
        Unconfirmed: the body may be incomplete.
        Replaced: the publisher seems to have replaced the file.
        OSError: the disk failed.
    """
    with _sound():
        body = _decoded(body, remote, encoding)
        body = _unwrapped(body, remote)
        _look(body, remote)
        sums = _verified(body, remote, tick)
    if not framed and not _provable(body, remote) and sums["sha256"] != seen:
        raise Unconfirmed(sums["sha256"])
    _compare_with_earlier(final, remote, sums)
    with open(body, "rb+") as file:
        os.fsync(file.fileno())
    write_record(final, body, sums, url)
    os.replace(body, final)
    refused_path(final).unlink(missing_ok=True)
    sync_folder(final.parent)
    return final


def _look(body: Path, remote: Remote) -> None:
    """Raise `Unsound` where the first bytes cannot be those of the file."""
    size = body.stat().st_size
    if size == 0 and remote.size != 0:
        raise Unsound("it is empty")
    with open(body, "rb") as file:
        head = file.read(filetype.HEAD)
    reason = filetype.mismatch(remote.name, head)
    if not reason and not remote.checksum and size != remote.size:
        reason = filetype.message_problem(remote.name, head, whole=size <= len(head))
    if reason:
        raise Unsound(reason)


def _decoded(body: Path, remote: Remote, encoding: str | None) -> Path:
    """The body without its transport encoding.

    Servers label a `.gz` file itself as encoded, so the bytes stay as sent where they match the
    declared checksum, or where the file should be gzip and decoding would leave no gzip.
    """
    if encoding != "gzip":
        return body
    if remote.checksum:
        algorithm, digits = split_checksum(remote.checksum)
        if digests(chunks(body), [algorithm])[algorithm] == digits:
            return body
    elif remote.name.lower().endswith((".gz", ".tgz")):
        head = next(gunzip(chunks(body, 1 << 16)), b"")
        if filetype.kind_of(head[: filetype.HEAD]) != "gzip":
            return body
    plain = body.with_name(body.name + ".plain")
    write_bounded(gunzip(chunks(body)), plain, max_unpacked_bytes(remote.size, body.stat().st_size))
    return plain


def _unwrapped(body: Path, remote: Remote) -> Path:
    """The single file in a zip that a server (Kaggle) sent in place of the file itself."""
    if "zip" in filetype.expected_kinds(remote.name) or filetype.kind_of_file(body) != "zip":
        return body
    plain = body.with_name(body.name + ".plain")
    with zipfile.ZipFile(body) as archive:
        members = [one for one in archive.infolist() if not one.is_dir()]
        if len(members) != 1:
            raise Unsound(f"it is a zip of {len(members)} files, not the file itself")
        with archive.open(members[0]) as source:
            most = max_unpacked_bytes(remote.size, body.stat().st_size)
            write_bounded(iter(lambda: source.read(1 << 20), b""), plain, most)
    return plain


def _verified(body: Path, remote: Remote, tick: Callable[[int], object] | None) -> dict[str, str]:
    """Verify a body and return its digests; without a declared checksum, its structure is checked.

    One pass over the bytes, except for zip files without a checksum.
    """
    size = body.stat().st_size
    algorithms = {"sha256"}
    if remote.checksum:
        algorithms.add(split_checksum(remote.checksum)[0])
    elif not remote.plain_checksum and remote.size not in (None, size):
        raise Unsound(f"it has {size} bytes, {remote.size} are declared")
    gzip = filetype.kind_of_file(body) == "gzip"
    through = gzip and (remote.plain_checksum or not remote.checksum)
    if not through:
        sums = digests(chunks(body), algorithms, tick)
        if not remote.checksum and filetype.kind_of_file(body) == "zip":
            sums |= _zip_content(body)
    else:
        sums = _both(body, algorithms, remote.plain_checksum, tick)
    if not remote.checksum and "tar" in filetype.expected_kinds(remote.name):
        sums["content"] = _tar_content(body)
    for declared, prefix in ((remote.checksum, ""), (remote.plain_checksum, "plain_")):
        if not declared:
            continue
        algorithm, digits = split_checksum(declared)
        if prefix + algorithm not in sums:
            # The content of a file that is not compressed: its bytes.
            sums[prefix + algorithm] = digests(chunks(body), [algorithm])[algorithm]
        got = sums[prefix + algorithm]
        if got != digits:
            what = f"its {algorithm}" if not prefix else f"the {algorithm} of its content"
            raise Unsound(f"{what} is {got}, {digits} is declared ({size} bytes)")
    return sums


def _both(
    body: Path, wanted: Iterable[str], plain: str | None, tick: Callable[[int], object] | None
) -> dict[str, str]:
    """Digests of a gzip file and, as `plain_…`, of its decompressed stream, in one pass."""
    outer = {name: new_hasher(name) for name in wanted}

    def raw() -> Iterator[bytes]:
        for piece in chunks(body):
            for hasher in outer.values():
                hasher.update(piece)
            if tick:
                tick(len(piece))
            yield piece

    inner = {"sha256", *([split_checksum(plain)[0]] if plain else ())}
    content = digests(gunzip(raw()), inner)
    sums = {name: hasher.hexdigest() for name, hasher in outer.items()}
    sums |= {f"plain_{name}": text for name, text in content.items()}
    return sums | {"content": content["sha256"]}


def _zip_content(body: Path) -> dict[str, str]:
    """The SHA-256 of a zip's content, all of it read: two archives may differ in irrelevant bytes.
    Empty for an encrypted zip, which is refused when it is unpacked.
    """
    hasher = new_hasher("sha256")
    with zipfile.ZipFile(body) as archive:
        members = sorted(archive.infolist(), key=lambda one: one.filename)
        if any(one.flag_bits & 1 for one in members):
            return {}
        for one in members:
            hasher.update(f"{one.filename}\0{one.file_size}\0".encode())
            with archive.open(one) as source:
                while piece := source.read(1 << 20):
                    hasher.update(piece)
    return {"content": hasher.hexdigest()}


def _tar_content(body: Path) -> str:
    """Like `_zip_content`, for a tar, compressed or not."""
    hasher = new_hasher("sha256")
    with tarfile.open(body) as archive:
        for one in archive:
            hasher.update(f"{one.name}\0{one.size}\0".encode("utf-8", "surrogateescape"))
            source = archive.extractfile(one) if one.isreg() else None
            while source is not None and (piece := source.read(1 << 20)):
                hasher.update(piece)
    return hasher.hexdigest()


def _provable(body: Path, remote: Remote) -> bool:
    """Whether a cut would have been noticed."""
    declared = remote.checksum or remote.plain_checksum or remote.size is not None
    return bool(declared) or filetype.kind_of_file(body) in ("zip", "gzip")


def _compare_with_earlier(final: Path, remote: Remote, found: dict[str, str]) -> None:
    """Where no checksum is published, later downloads must equal the first one that a reader accepted."""
    earlier: dict[str, Any] | None = read_record(final)
    if remote.checksum or remote.plain_checksum or earlier is None or not earlier.get("read"):
        return
    same = earlier["sha256"] == found["sha256"] or (
        "content" in found and earlier.get("content") == found["content"]
    )
    if declared_ok(remote, earlier) and not same:
        raise Replaced(
            f"it is not the file that was downloaded first: its sha256 is {found['sha256']}, then it "
            f"was {earlier['sha256']}. Its publisher may have replaced it. To take the new one, "
            f"delete {record_path(final)} and run the same again"
        )


_NOT_THE_DISK = (None, errno.EINVAL, errno.EOVERFLOW)
"""Numbers of the errors that damaged archives cause: they send a reader to impossible places."""


@contextmanager
def _sound() -> Iterator[None]:
    """Turn whatever the unpackers raise for damaged data into `Unsound`."""
    try:
        yield
    except (Unsound, ItdrError, MemoryError):
        raise
    except TooLarge as error:
        raise Unsound(f"{error}: it is refused") from None
    except OSError as error:
        if error.errno not in _NOT_THE_DISK:
            raise
        raise Unsound(f"it is damaged: {error}") from None
    except Exception as error:
        raise Unsound(f"it is damaged: {error or type(error).__name__}") from None
