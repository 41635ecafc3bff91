"""Whether a file is what it should be: digests, gzip streams, and the receipt of a good download.

Beside each download lies its receipt, `<name>.sha256.json`: the digests of the verified bytes. It is
written before the file takes its final name, so a file without a receipt was placed by hand.
"""

from __future__ import annotations

import contextlib
import functools
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
    from isal import isal_zlib as _deflate  # the extra `fast`: twice as fast as zlib

CHUNK = 1 << 20
WHOLE, SAMPLES, BLOCK = 1 << 25, 256, 1 << 14
Trust = Literal["absent", "placed", "verified", "touched", "outdated", "altered"]
"""The state of a file in the download cache, by its receipt: `absent`; `placed` (no receipt, so somebody
put it there); `verified` (as downloaded); `touched` (same size, other time: its bytes must be read to
know); `outdated` (downloaded under an older declaration); `altered` (changed since the download)."""


def split_checksum(text: str) -> tuple[str, str]:
    """Split `md5:…` or `sha256:…` into algorithm and lower-case digits.

    Raises:
        ValueError: the text has another form.
    """
    algorithm, _, digits = text.partition(":")
    if algorithm not in ("md5", "sha256") or not digits:
        raise ValueError(f"A checksum is written md5:… or sha256:…, not {text!r}")
    return algorithm, digits.lower()


def new_hasher(algorithm: str) -> Any:
    """An empty hash of this algorithm."""
    # MD5 stands here for the publisher's checksum, not for secrecy: allowed on FIPS machines too.
    return hashlib.new(algorithm, usedforsecurity=False)


def chunks(path: Path, size: int = CHUNK, stop: Event | None = None) -> Iterator[bytes]:
    """The bytes of a file, in chunks.

    Args:
        path: the file.
        size: bytes per chunk.
        stop: ends the iteration early when set.
    """
    with open(path, "rb") as file:
        while (piece := file.read(size)) and not (stop and stop.is_set()):
            yield piece


def digests(
    pieces: Iterable[bytes], algorithms: Iterable[str], tick: Callable[[int], object] | None = None
) -> dict[str, str]:
    """The digests of a stream, in one pass.

    Args:
        pieces: the stream.
        algorithms: names of hash algorithms.
        tick: called with the length of each piece.

    Returns:
        Hexadecimal digests by algorithm.
    """
    hashers = {name: new_hasher(name) for name in sorted(set(algorithms))}
    for piece in pieces:
        for hasher in hashers.values():
            hasher.update(piece)
        if tick:
            tick(len(piece))
    return {name: hasher.hexdigest() for name, hasher in hashers.items()}


def file_matches(path: Path, checksum: str) -> bool:
    """Whether a file has a checksum.

    Args:
        path: the file.
        checksum: `md5:…` or `sha256:…`.
    """
    algorithm, digits = split_checksum(checksum)
    return digests(chunks(path), [algorithm])[algorithm] == digits


def sampled_digest(path: Path) -> str:
    """A digest of a file's content that costs little: of all bytes up to `WHOLE`, otherwise of `SAMPLES`
    blocks spread over the file, its beginning and its end included.

    Args:
        path: the file.

    Returns:
        16 hexadecimal digits; "unreadable" where the file may not be read, which its reader will say.
    """
    stat = path.stat()
    # The time of change and the inode show whether a digest of this process still holds.
    with contextlib.suppress(OSError):
        return _sampled(path, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)
    return "unreadable"


@functools.lru_cache(maxsize=1024)
def _sampled(path: Path, size: int, *state: int) -> str:
    digest = hashlib.blake2b(digest_size=8)
    if size <= WHOLE:
        for piece in chunks(path):
            digest.update(piece)
        return digest.hexdigest()
    with open(path, "rb") as file:
        for number in range(SAMPLES):
            file.seek((size - BLOCK) * number // (SAMPLES - 1))
            digest.update(file.read(BLOCK))
    return digest.hexdigest()


def gunzip(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Decompress a gzip stream, all its members, in bounded memory.

    Args:
        pieces: the compressed stream.

    Yields:
        The plain bytes.

    Raises:
        ValueError: the stream is cut off, damaged, or followed by other bytes.
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
    """Read a gzip file to its end.

    Args:
        path: the file.
        stop: ends the check early when set.

    Returns:
        What is wrong with it; None where it is whole.
    """
    if path.stat().st_size == 0:
        return "the file is empty"
    try:
        for _ in gunzip(chunks(path, stop=stop)):
            pass
    except ValueError as error:
        return str(error)
    return None


def record_path(path: Path) -> Path:
    """The path of a download's receipt."""
    return path.with_name(path.name + ".sha256.json")


def refused_path(path: Path) -> Path:
    """The path to which a wrong download is moved."""
    return path.with_name(path.name + ".wrong")


def mark_read(path: Path) -> None:
    """Note that a reader accepted a download: where no checksum is published, later ones must equal it."""
    record = read_record(path)
    if record is not None and not record.get("read"):
        with contextlib.suppress(OSError):  # a read-only cache
            write_json(record_path(path), {**record, "read": True})


def read_record(path: Path) -> dict[str, Any] | None:
    """The receipt of a download; None where there is none."""
    record = read_json(record_path(path))
    return record if record and "sha256" in record and "size" in record else None


def write_record(path: Path, body: Path, found: dict[str, str], url: str) -> None:
    """Write the receipt of a download.

    Args:
        path: the download's final path.
        body: the verified file, about to be renamed to `path`.
        found: its digests.
        url: where it came from.
    """
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
    """Whether a recorded download still matches the declaration.

    Args:
        remote: the declaration.
        record: the receipt.

    Returns:
        True also where nothing was declared.
    """
    for declared, prefix in ((remote.checksum, ""), (remote.plain_checksum, "plain_")):
        if declared:
            algorithm, digits = split_checksum(declared)
            if record.get(prefix + algorithm) != digits:
                return False
    if remote.checksum or remote.plain_checksum or remote.size is None:
        return True
    return bool(record["size"] == remote.size)


def trust(path: Path, remote: Remote) -> Trust:
    """How far a file in the download cache can be trusted, judged by its receipt alone.

    Args:
        path: the file.
        remote: its declaration.

    Returns:
        The state of the file.
    """
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
    """Like `trust`, but reads a touched file to decide whether it changed.

    Args:
        path: the file.
        remote: its declaration.

    Returns:
        The state of the file; never "touched".
    """
    state = trust(path, remote)
    if state != "touched":
        return state
    record = read_record(path)
    assert record is not None
    if digests(chunks(path), ["sha256"])["sha256"] != record["sha256"]:
        return "altered"
    record["mtime_ns"] = path.stat().st_mtime_ns
    with contextlib.suppress(OSError):  # a read-only cache is checked again next time
        write_json(record_path(path), record)
    return "verified"


def altered_error(source: str, path: Path) -> RawFileError:
    """The error to raise for a download that changed since it was downloaded.

    Args:
        source: the source's id.
        path: the file.

    Returns:
        An error with both sizes and the remedy.
    """
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
