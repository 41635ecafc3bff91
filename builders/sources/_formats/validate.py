"""Checks that a raw file is what it should be, before anything is read from it; shared by readers.

Each check raises `RawFileError` with the file, what was expected, what was found and what to do.
A file named `*.gz` is looked at through gzip. Also here: the options under which DuckDB counts the
lines of a delimited file that it cannot read, and the words in which they are reported.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from itdr.builders.core.errors import RawFileError

if TYPE_CHECKING:
    pass

OUTSIDE_SCALE = "rating outside the scale"
EMPTY_ID = "empty id"
NO_TIME = "no valid time"


AGAIN = "Fetch it again, or put the official file in its place."
_HEAD = 1 << 16
_BLOCK = 1 << 22
_MARKS = {codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16"}


def open_raw(path: Path) -> IO[bytes]:
    """Open a raw file for reading bytes, unpacked where it is a `.gz`."""
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def require_not_empty(path: Path) -> None:
    """Raise `RawFileError` where the file is not there or holds no byte."""
    if not path.is_file():
        raise RawFileError(f"{path}: there is no such file. {AGAIN}")
    if path.stat().st_size == 0 or not _head(path):
        raise RawFileError(f"{path}: the file is empty. {AGAIN}")


def require_header(
    path: Path,
    expected: Sequence[str],
    delimiter: str = ",",
    encoding: str = "utf-8",
    *,
    exact: bool = True,
) -> tuple[str, ...]:
    """Check the names in a delimited file's first line, and return them.

    `exact`: exactly the expected names in their order, as a reader by position needs; else all of
    them must be there, others and another order are allowed. A byte order mark of UTF-8 is passed
    over. Raises `RawFileError` where the file is missing, empty, in another encoding, or differs.
    """
    text = _first_line(path, encoding)
    found = tuple(next(csv.reader([text], delimiter=delimiter), ()))
    if found == tuple(expected) if exact else set(expected) <= set(found):
        return found
    missing = [name for name in expected if name not in found]
    what = f"lacks the column(s) {', '.join(missing)}" if missing else "has other columns"
    raise RawFileError(
        f"{path}: the header {what}. Expected {delimiter.join(expected)!r}, found {text[:200]!r}."
        f"{_page(text)} {AGAIN}"
    )


def require_fields(
    path: Path, count: int, delimiter: str = "\t", encoding: str = "utf-8"
) -> tuple[str, ...]:
    """Check that the first line of a file without header has `count` fields, and return them.

    Raises `RawFileError` where the file is missing, empty, in another encoding, or has another
    number of fields; quoting is not looked at.
    """
    line = _first_line(path, encoding)
    found = tuple(line.split(delimiter))
    if len(found) != count:
        raise RawFileError(
            f"{path}: expected {count} fields divided by {delimiter!r} in a line, found "
            f"{len(found)}: {line[:200]!r}.{_page(line)} {AGAIN}"
        )
    return found


def require_final_newline(path: Path) -> None:
    """Raise `RawFileError` where a file does not end with a line end, hence may have been cut off.

    A `.gz` is not read for this: gzip's own trailer tells whoever reads it to the end.
    """
    require_not_empty(path)
    if path.suffix == ".gz":
        return
    with path.open("rb") as file:
        file.seek(-1, io.SEEK_END)
        if file.read(1) not in b"\r\n":
            raise RawFileError(
                f"{path}: the last line has no line end, so the file was cut off. {AGAIN}"
            )


def require_encoding(path: Path, encoding: str = "utf-8", limit: int | None = None) -> None:
    """Raise `RawFileError` where a text file is not in `encoding` or holds NUL bytes.

    limit: how many bytes to look at, for large files of digits; None: all. Streams.
    """
    require_not_empty(path)
    decoder = codecs.getincrementaldecoder(encoding)()
    seen = 0
    with open_raw(path) as file:
        while limit is None or seen < limit:
            block = file.read(_BLOCK if limit is None else min(_BLOCK, limit - seen))
            if not seen:
                _refuse_wide(path, block, encoding)
            elif b"\0" in block:
                _nul(path, seen + block.index(b"\0"))
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                raise RawFileError(
                    f"{path}: not {encoding} near byte {seen + error.start:,} ({error.reason}); "
                    f"the file is broken or was saved in another encoding. {AGAIN}"
                ) from None
            if not block:
                return
            seen += len(block)


def require_closed_quotes(path: Path, record: str) -> bytes:
    """Raise `RawFileError` where the double quotes of a CSV file do not pair up, or where two stray
    ones have made one field of the records between them. Streams; gives the file's last 4 MB, for
    whoever looks at how it ends.

    record: regular expression of what a record holds between its fields, in one line, and no text
    does; where it stands inside quotes, a record was swallowed.
    """
    mark = re.compile(record.encode())
    seen = quotes = 0
    tail = b""
    with open_raw(path) as file:
        while block := file.read(_BLOCK) + file.readline(_BLOCK):
            tail = (tail + block if len(block) < _BLOCK else block)[-_BLOCK:]
            place = 0
            for found in mark.finditer(block):
                quotes += block.count(b'"', place, found.start())
                place = found.start()
                if quotes % 2:
                    raise RawFileError(
                        f"{path}: the record near byte {seen + place:,} stands inside a quoted "
                        f"field, so a quote before it is one too many. {AGAIN}"
                    )
            quotes += block.count(b'"', place)
            seen += len(block)
    if quotes % 2:
        raise RawFileError(
            f"{path}: a quoted field is not closed, so the file was cut off or damaged. {AGAIN}"
        )
    return tail


def _first_line(path: Path, encoding: str) -> str:
    """The first line without its end; a byte order mark of UTF-8 is passed over."""
    require_not_empty(path)
    head = _head(path)
    _refuse_wide(path, head, encoding)
    line = head.removeprefix(codecs.BOM_UTF8).replace(b"\r", b"\n").split(b"\n", 1)[0]
    try:
        return line.decode(encoding)
    except UnicodeDecodeError as error:
        raise RawFileError(
            f"{path}: the first line is not {encoding} ({error.reason}). {AGAIN}"
        ) from None


def _page(line: str) -> str:
    return " It looks like a web page, not data." if line.lstrip()[:1] == "<" else ""


def _head(path: Path) -> bytes:
    try:
        with open_raw(path) as file:
            return file.read(_HEAD)
    except (EOFError, OSError, zlib.error) as error:
        raise RawFileError(f"{path}: cannot be read ({error}). {AGAIN}") from None


def _refuse_wide(path: Path, head: bytes, encoding: str) -> None:
    """Refuse UTF-16 and UTF-32, by their mark or by the NUL bytes they have in any text."""
    for mark, name in _MARKS.items():
        if head.startswith(mark):
            raise RawFileError(f"{path}: the file is {name}, expected {encoding}. {AGAIN}")
    if b"\0" in head:
        _nul(path, head.index(b"\0"))


def _nul(path: Path, place: int) -> None:
    raise RawFileError(
        f"{path}: a NUL byte at byte {place:,}: this is no text file, or it is damaged. {AGAIN}"
    )
