"""Raw text files in the form that readers expect: unpacked, UTF-8, every line ending in LF.

People keep these files as `.gz`, with the line ends of an old Mac, in another encoding, or in a mix
of two. Such a file is converted here, once for all sources, into a copy; a plain file, as the official
ones are, stays where it is. A line longer than any real one is dropped and counted, so that memory
stays bounded.
"""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from itdr.builders.core.errors import RawFileError

LONGEST_LINE = 1 << 21
"""Bytes; the longest line of the official files is a tenth of it."""
TOO_LONG = "line too long"
HOLE = bytes(16)
"""This many NUL bytes in a row are never text."""
CTRL_Z = b"\x1a"
"""What DOS puts behind the last line of a text."""
GZIP = b"\x1f\x8b"
AGAIN = "Fetch it again, or put the official file in its place."
_BLOCK = 1 << 20
_WIDE = {
    codecs.BOM_UTF32_LE: "UTF-32", codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16",
}  # fmt: skip
"""Byte order marks; that of UTF-32 begins with that of UTF-16."""
_LATIN = "".join(
    bytes([code]).decode("latin-1" if code in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else "cp1252")
    for code in range(256)
)
"""Windows-1252, which holds all of Latin-1's letters, with its five undefined bytes as in Latin-1."""


@dataclass(frozen=True)
class TextFile:
    """A raw file ready to be read.

    Attributes:
        path: the file.
        long_lines: how many lines were dropped for their length.
    """

    path: Path
    long_lines: int = 0


def is_gzip(path: Path) -> bool:
    """Whether a file starts with gzip's magic bytes, whatever its name."""
    with path.open("rb") as file:
        return file.read(2) == GZIP


def wide_encoding(head: bytes) -> str:
    """The encoding with several bytes to each letter that a file's byte order mark names; "" where none.

    Args:
        head: the first bytes of the file.
    """
    return next((name for mark, name in _WIDE.items() if head.startswith(mark)), "")


def open_bytes(path: Path) -> IO[bytes]:
    """Open a raw file for reading bytes, decompressed if it is gzip, whatever its name. Reading raises `RawFileError`
    where a gzip stream is cut off or damaged."""
    if not is_gzip(path):
        return path.open("rb")
    return cast("IO[bytes]", io.BufferedReader(_Gunzipped(path), _BLOCK))


class _Gunzipped(io.RawIOBase):
    """The content of a gzip file. Its damage, which shows when it is read, is told with the file's name."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = gzip.GzipFile(path, "rb")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            return self._file.readinto(buffer)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise _gzip_error(self._path, error) from None

    def close(self) -> None:
        self._file.close()
        super().close()


def _gzip_error(path: Path, error: Exception) -> RawFileError:
    """The error to raise for a gzip file that cannot be read to its end.

    Args:
        path: the file.
        error: what the decompressor raised.

    Returns:
        An error that names the file, the damage, and the remedy.
    """
    if isinstance(error, EOFError):
        what = "the gzip stream is cut off before its end"
    elif "Not a gzipped file" in str(error):
        what = "something that is not gzip follows the gzip stream"
    else:
        what = f"the gzip stream is damaged ({error})"
    return RawFileError(f"{path}: {what}. {AGAIN}")


def blocks(path: Path, size: int = _BLOCK) -> Iterator[bytes]:
    """The bytes of a file, decompressed, in blocks.

    Args:
        path: the file.
        size: bytes per block.

    Yields:
        Blocks of at most `size` bytes.

    Raises:
        RawFileError: a gzip stream is cut off or damaged, something follows it, or it holds another.
    """
    with open_bytes(path) as file:
        first = is_gzip(path)
        while block := file.read(size):
            if first and block.startswith(GZIP):
                raise RawFileError(
                    f"{path}: gzip data inside gzip: the file was packed twice. Unpack it once."
                )
            first = False
            yield block


def lines(path: Path, longest: int = LONGEST_LINE) -> Iterator[bytes | None]:
    """The lines of a file, decompressed and mended, each with its line end (LF); None in place of an
    overlong line.

    Args:
        path: the file.
        longest: the most bytes of a line.

    Raises:
        RawFileError: as for `blocks`, or the file has a hole.
    """
    for block in _mended(_whole_lines(without_holes(path, blocks(path)), longest)):
        if block is None:
            yield None
        else:
            yield from io.BytesIO(block)


def whole_blocks(
    path: Path, longest: int = LONGEST_LINE, size: int = _BLOCK
) -> Iterator[bytes | None]:
    """The bytes of a file, decompressed, in blocks of whole lines; None in place of an overlong line.

    Args:
        path: the file.
        longest: the most bytes of a line.
        size: bytes to read at a time.

    Raises:
        RawFileError: as for `blocks`.
    """
    return _whole_lines(blocks(path, size), longest)


def normalize(
    path: Path, folder: Path, encoding: str = "utf-8", *, suspect: bool = False
) -> TextFile:
    """A raw file in plain form: the file itself, or a converted copy.

    Args:
        path: the file as it was located.
        folder: where to put a copy; created when needed.
        encoding: of the official file. If that is not UTF-8, each line is decoded on its own: as
            UTF-8 where valid, otherwise as Windows-1252.
        suspect: the file may hold overlong lines, or be one to mend (see `text_watch`).

    Returns:
        The file to read. UTF-16, UTF-32 and files with single NUL bytes are left for their reader to refuse.

    Raises:
        RawFileError: a gzip stream is cut off or damaged, or something follows it; a file that is
            copied has a hole.
    """
    packed = is_gzip(path)
    head = next(blocks(path), b"")
    if wide_encoding(head):
        return TextFile(path)
    bare_cr = b"\n" not in head and b"\r" in head
    if not (packed or bare_cr or suspect) and (encoding == "utf-8" or _is_ascii(path)):
        return TextFile(path)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / path.name.removesuffix(".gz")
    content: Iterator[bytes] = without_holes(path, blocks(path))
    if bare_cr:
        content = (block.replace(b"\r", b"\n") for block in content)
    whole = _whole_lines(content, LONGEST_LINE)
    if suspect or packed:
        whole = _mended(whole, b"\n" if suspect else b"\r\n")
    dropped = 0
    with target.open("wb") as out:
        for block in whole:
            if block is None:
                dropped += 1
            else:
                out.write(block if encoding == "utf-8" else _recoded(block))
    return TextFile(target, dropped)


def _whole_lines(content: Iterator[bytes], longest: int) -> Iterator[bytes | None]:
    """Blocks that end in LF (the last one as the file does); None in place of an overlong line.

    No input block is longer than `longest`.
    """
    rest: list[bytes] = []
    size = 0
    skipping = False
    for block in content:
        cut = block.rfind(b"\n") + 1
        if not cut:
            rest.append(block)
            size += len(block)
            if size > longest:
                rest, size, skipping = [], 0, True
            continue
        first = block.find(b"\n") + 1
        if skipping or size + first > longest:
            yield None
            if first < cut:
                yield block[first:cut]
        else:
            yield b"".join([*rest, block[:cut]])
        rest, size, skipping = [block[cut:]], len(block) - cut, False
    if skipping:
        yield None
    elif size:
        yield b"".join(rest)


def without_holes(path: Path, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Pass on the bytes of a file, and refuse a block of NUL bytes among them.

    Such a block is a part that was never written: of an interrupted download, or a sparse copy.

    Args:
        path: the file.
        pieces: consecutive bytes of it, decompressed.

    Yields:
        The pieces, unchanged.

    Raises:
        RawFileError: there is a block of NUL bytes, or the whole is a tar archive.
    """
    offset = 0
    for piece in pieces:
        if not offset and piece[257:262] == b"ustar":
            raise RawFileError(
                f"{path}: it holds a tar archive, not the file itself. Unpack it there."
            )
        if b"\0" in piece and HOLE in piece:
            raise RawFileError(
                f"{path}: a block of NUL bytes at byte {offset + piece.index(HOLE):,}: a part of the file "
                f"was never written, as in an interrupted download. {AGAIN}"
            )
        offset += len(piece)
        yield piece


def _mended(whole: Iterable[bytes | None], end: bytes = b"\r\n") -> Iterator[bytes | None]:
    """Blocks of whole lines without what programs left between the lines: byte order marks of files that
    were joined, a CR too many before CRLF, and Ctrl-Z at the end.

    end: what CRLF becomes.
    """
    for block in whole:
        if block is not None:
            while b"\r\r\n" in block:
                block = block.replace(b"\r\r\n", b"\r\n")
            if codecs.BOM_UTF8 in block:
                block = block.removeprefix(codecs.BOM_UTF8)
                block = block.replace(b"\n" + codecs.BOM_UTF8, b"\n")
            if block == CTRL_Z or block.endswith(b"\n" + CTRL_Z):
                block = block.removesuffix(CTRL_Z)
            block = block.replace(b"\r\n", end)
        if block != b"":
            yield block


def _is_ascii(path: Path) -> bool:
    return all(block.isascii() for block in blocks(path))


def _recoded(block: bytes) -> bytes:
    """Lines as UTF-8."""
    try:
        block.decode("utf-8")
    except UnicodeDecodeError:
        return b"\n".join(_recoded_line(line) for line in block.split(b"\n"))
    return block


def _recoded_line(line: bytes) -> bytes:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return codecs.charmap_decode(line, "strict", _LATIN)[0].encode()
    return line
