"""Whether a file is what it should be: digests, gzip streams, and the record of a good download.

Beside each download lies `<name>.sha256.json`, the record of the bytes that passed. It is written
before the file takes its final name, so a file that has no record was placed by hand.
"""

from __future__ import annotations

import contextlib
import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from threading import Event
from typing import Any, Literal

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.paths import format_size, read_json, write_json
from itdr.builders.core.schema import Remote

_deflate: Any = zlib
with contextlib.suppress(ImportError):
    from isal import isal_zlib as _deflate  # the extra `fast`: takes half of zlib's time

CHUNK = 1 << 20
Trust = Literal["absent", "placed", "verified", "touched", "outdated", "altered"]
"""What the record says of a file in the download cache: `absent`, no file; `placed`, no record, so
somebody put it there; `verified`, as it was downloaded; `touched`, the same size and another time, so
its bytes must be read to know; `outdated`, downloaded under another declaration; `altered`, changed
since it was downloaded."""


def split_checksum(text: str) -> tuple[str, str]:
    """`md5:…` or `sha256:…` as (algorithm, lower-case digits)."""
    algorithm, _, digits = text.partition(":")
    if algorithm not in ("md5", "sha256") or not digits:
        raise ValueError(f"A checksum is written md5:… or sha256:…, not {text!r}")
    return algorithm, digits.lower()


def new_hasher(algorithm: str) -> Any:
    """An empty hash of that name."""
    # MD5 stands here for the publisher's checksum, not for secrecy: allowed on FIPS machines too.
    return hashlib.new(algorithm, usedforsecurity=False)


def chunks(path: Path, size: int = CHUNK, stop: Event | None = None) -> Iterator[bytes]:
    """The bytes of a file, a piece at a time. stop: set by whoever no longer waits for them."""
    with open(path, "rb") as file:
        while (piece := file.read(size)) and not (stop and stop.is_set()):
            yield piece


def digests(
    pieces: Iterable[bytes], algorithms: Iterable[str], tick: Callable[[int], object] | None = None
) -> dict[str, str]:
    """The digests of a stream, by algorithm, in one pass. `tick` is told of each piece's length."""
    hashers = {name: new_hasher(name) for name in sorted(set(algorithms))}
    for piece in pieces:
        for hasher in hashers.values():
            hasher.update(piece)
        if tick:
            tick(len(piece))
    return {name: hasher.hexdigest() for name, hasher in hashers.items()}


def file_matches(path: Path, checksum: str) -> bool:
    """Whether the bytes of `path` have the declared checksum."""
    algorithm, digits = split_checksum(checksum)
    return digests(chunks(path), [algorithm])[algorithm] == digits


def gunzip(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The decompressed stream of gzip `pieces`: all members, in bounded memory.

    ValueError with the reason where the stream is cut off, damaged, or followed by other bytes.
    """
    decoder: Any = None
    members = 0
    for piece in pieces:
        while piece:
            if decoder is None:
                if members:
                    piece = piece.lstrip(b"\0")  # padding after a member
                    if not piece:
                        break
                decoder = _deflate.decompressobj(wbits=31)
                members += 1
            try:
                out = decoder.decompress(piece, CHUNK)
            except _deflate.error as error:
                raise ValueError(f"damaged gzip data ({error})") from None
            if out:
                yield out
            if decoder.eof:
                piece, decoder = decoder.unused_data, None
            else:
                piece = decoder.unconsumed_tail
    if decoder is not None or not members:
        raise ValueError("the gzip stream is cut off before its end")


def check_gzip(path: Path, stop: Event | None = None) -> str | None:
    """What is wrong with a gzip file, read to its end; None where it is whole. stop: as in `chunks`."""
    if path.stat().st_size == 0:
        return "the file is empty"
    try:
        for _ in gunzip(chunks(path, stop=stop)):
            pass
    except ValueError as error:
        return str(error)
    return None


def record_path(path: Path) -> Path:
    """Where the record of a download lies."""
    return path.with_name(path.name + ".sha256.json")


def refused_path(path: Path) -> Path:
    """Where a download lies that turned out not to be the file."""
    return path.with_name(path.name + ".wrong")


def mark_read(path: Path) -> None:
    """Note that a reader took the download at `path`: from now on it is the measure of later ones,
    where no checksum is published."""
    record = read_record(path)
    if record is not None and not record.get("read"):
        with contextlib.suppress(OSError):  # a cache that may only be read
            write_json(record_path(path), {**record, "read": True})


def read_record(path: Path) -> dict[str, Any] | None:
    """The record of the download at `path`, or None."""
    record = read_json(record_path(path))
    return record if record and "sha256" in record and "size" in record else None


def write_record(path: Path, body: Path, found: dict[str, str], url: str) -> None:
    """Record that `body`, about to become `path`, came from `url` with the digests `found`."""
    stat = body.stat()
    earlier = read_record(path) or {}
    same = earlier.get("read") and (
        earlier["sha256"] == found["sha256"] or earlier.get("content", "") == found.get("content")
    )
    write_json(
        record_path(path),
        {
            "name": path.name,
            "url": url,
            "size": stat.st_size,
            "mtime_ns": stat.st_mtime_ns,
            **found,
            **({"read": True} if same else {}),
        },
    )


def declared_ok(remote: Remote, record: dict[str, Any]) -> bool:
    """Whether a recorded download still is what `remote` declares."""
    for declared, prefix in ((remote.checksum, ""), (remote.plain_checksum, "plain_")):
        if declared:
            algorithm, digits = split_checksum(declared)
            if record.get(prefix + algorithm) != digits:
                return False
    if remote.checksum or remote.plain_checksum or remote.size is None:
        return True
    return bool(record["size"] == remote.size)


def trust(path: Path, remote: Remote) -> Trust:
    """What the record beside `path` says of it. Reads no file but the record."""
    try:
        stat = path.stat()
    except OSError:
        return "absent"
    record = read_record(path)
    if record is None:
        return "placed"
    if record["size"] != stat.st_size:
        return "altered"
    if not declared_ok(remote, record):
        return "outdated"
    return "verified" if record.get("mtime_ns") == stat.st_mtime_ns else "touched"


def confirm(path: Path, remote: Remote) -> Trust:
    """As `trust`, but reads a touched file and settles whether it changed."""
    state = trust(path, remote)
    if state != "touched":
        return state
    record = read_record(path)
    assert record is not None
    if digests(chunks(path), ["sha256"])["sha256"] != record["sha256"]:
        return "altered"
    record["mtime_ns"] = path.stat().st_mtime_ns
    with contextlib.suppress(OSError):  # a cache that may only be read is checked again next time
        write_json(record_path(path), record)
    return "verified"


def altered_error(source: str, path: Path) -> RawFileError:
    """The error for a download that is no longer what was downloaded."""
    record = read_record(path) or {}
    was, now = record.get("size"), path.stat().st_size
    sizes = (
        f"it has {format_size(now)}, it had {format_size(was)}"
        if was != now
        else "its bytes differ"
    )
    return RawFileError(
        f"{source}: {path} was changed after it had been downloaded ({sizes}). Delete it to download "
        f"it again; to use it as it is, delete {record_path(path).name} beside it."
    )
