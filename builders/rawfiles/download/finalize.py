"""From a whole body to a trusted file: decode, verify, record, and only then the final name."""

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
from itdr.builders.rawfiles.limits import TooLarge, most_bytes, write_bounded


@dataclass(eq=False)
class Unsound(Exception):
    """The body is not the declared file, or is damaged: it must be fetched anew."""

    reason: str


@dataclass(eq=False)
class Replaced(Exception):
    """The body is whole, but not the file that was downloaded first and read since."""

    reason: str


@dataclass(eq=False)
class Unconfirmed(Exception):
    """Nothing tells whether the body is whole: neither its length nor its checksum is known, and
    its format does not show it. A second body with the same `sha256` will do."""

    sha256: str


def settle(
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
    """Give a whole and right `body` the name `final`, with its record beside it.

    encoding: how the server encoded the body.   framed: whether it said where the body ends.
    seen: SHA-256 of an earlier body, where neither is `framed`.
    Raises Unsound, Unconfirmed, Replaced, or OSError of the disk.
    """
    with _sound():
        body = _decoded(body, remote, encoding)
        body = _unwrapped(body, remote)
        _look(body, remote)
        found = _verified(body, remote, tick)
    if not framed and not _provable(body, remote) and found["sha256"] != seen:
        raise Unconfirmed(found["sha256"])
    _compare_with_earlier(final, remote, found)
    with open(body, "rb+") as file:
        os.fsync(file.fileno())
    write_record(final, body, found, url)
    os.replace(body, final)
    refused_path(final).unlink(missing_ok=True)
    sync_folder(final.parent)
    return final


def _look(body: Path, remote: Remote) -> None:
    """Unsound for what cannot be the file by its first bytes."""
    size = body.stat().st_size
    if size == 0 and remote.size != 0:
        raise Unsound("it is empty")
    with open(body, "rb") as file:
        head = file.read(filetype.HEAD)
    reason = filetype.unlike(remote.name, head)
    if not reason and not remote.checksum and size != remote.size:
        reason = filetype.message(remote.name, head, whole=size <= len(head))
    if reason:
        raise Unsound(reason)


def _decoded(body: Path, remote: Remote, encoding: str | None) -> Path:
    """`body` without the encoding of its transport.

    Servers label a `.gz` file itself as encoded, so the bytes as sent are kept where they are the
    declared ones, or where the file is to be gzip and unpacking would leave no gzip.
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
    write_bounded(gunzip(chunks(body)), plain, most_bytes(remote.size, body.stat().st_size))
    return plain


def _unwrapped(body: Path, remote: Remote) -> Path:
    """The one file in a zip that came where a single file was asked for, as Kaggle does."""
    if "zip" in filetype.expected_kinds(remote.name) or filetype.kind_of_file(body) != "zip":
        return body
    plain = body.with_name(body.name + ".plain")
    with zipfile.ZipFile(body) as archive:
        members = [one for one in archive.infolist() if not one.is_dir()]
        if len(members) != 1:
            raise Unsound(f"it is a zip of {len(members)} files, not the file itself")
        with archive.open(members[0]) as source:
            most = most_bytes(remote.size, body.stat().st_size)
            write_bounded(iter(lambda: source.read(1 << 20), b""), plain, most)
    return plain


def _verified(body: Path, remote: Remote, tick: Callable[[int], object] | None) -> dict[str, str]:
    """The digests of `body`, once they are known to be right; its structure where none is declared.

    One pass over the bytes, zip files without a checksum excepted.
    """
    size = body.stat().st_size
    wanted = {"sha256"}
    if remote.checksum:
        wanted.add(split_checksum(remote.checksum)[0])
    elif not remote.plain_checksum and remote.size not in (None, size):
        raise Unsound(f"it has {size} bytes, {remote.size} are declared")
    gzip = filetype.kind_of_file(body) == "gzip"
    through = gzip and (remote.plain_checksum or not remote.checksum)
    if not through:
        found = digests(chunks(body), wanted, tick)
        if not remote.checksum and filetype.kind_of_file(body) == "zip":
            found |= _zip_content(body)
    else:
        found = _both(body, wanted, remote.plain_checksum, tick)
    if not remote.checksum and "tar" in filetype.expected_kinds(remote.name):
        found["content"] = _tar_content(body)
    for declared, prefix in ((remote.checksum, ""), (remote.plain_checksum, "plain_")):
        if not declared:
            continue
        algorithm, digits = split_checksum(declared)
        if prefix + algorithm not in found:
            # The content of a file that is not compressed: its bytes.
            found[prefix + algorithm] = digests(chunks(body), [algorithm])[algorithm]
        got = found[prefix + algorithm]
        if got != digits:
            what = f"its {algorithm}" if not prefix else f"the {algorithm} of its content"
            raise Unsound(f"{what} is {got}, {digits} is declared ({size} bytes)")
    return found


def _both(
    body: Path, wanted: Iterable[str], plain: str | None, tick: Callable[[int], object] | None
) -> dict[str, str]:
    """Digests of a gzip file and, as `plain_…`, of its decompressed stream, read once."""
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
    found = {name: hasher.hexdigest() for name, hasher in outer.items()}
    found |= {f"plain_{name}": text for name, text in content.items()}
    return found | {"content": content["sha256"]}


def _zip_content(body: Path) -> dict[str, str]:
    """The SHA-256 of what is in a zip, all of it read: two archives may differ in nothing that
    matters. None of one that is encrypted: that is said when it is unpacked."""
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
    """As `_zip_content`, of a tar, packed or not."""
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
    """Where no checksum is published, the first download that a reader took is the measure of later
    ones."""
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
    """Turn whatever the unpackers raise for damaged data into Unsound."""
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
