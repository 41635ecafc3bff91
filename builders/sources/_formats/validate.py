"""Checks that a raw file is what it should be, before anything is read from it; shared by readers.

Each check raises `RawFileError` with the file, what was expected, what was found and what to do.
Gzip files are checked by their content.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from itdr.builders.core.csv_quotes import quote_mark, without_marked_quotes
from itdr.builders.core.errors import RawFileError
from itdr.builders.core.text_files import AGAIN, is_gzip, open_bytes, wide_encoding

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_HEAD = 1 << 16
_BLOCK = 1 << 22


def require_not_empty(path: Path) -> None:
    """Check that a file exists and is not empty.

    Raises:
        RawFileError: it does not, or it is.
    """
    if not path.is_file():
        raise RawFileError(f"{path}: there is no such file. {AGAIN}")
    if path.stat().st_size == 0 or not head_of(path):
        raise RawFileError(f"{path}: the file is empty. {AGAIN}")


def require_header(
    path: Path,
    expected: Sequence[str],
    delimiter: str = ",",
    encoding: str = "utf-8",
    *,
    exact: bool = False,
    in_order: bool = True,
) -> tuple[str, ...]:
    """Check the column names in a delimited file's first line.

    Args:
        path: the file.
        expected: names that must occur exactly once; case, surrounding blanks and quotes do not
            count.
        delimiter: the field separator.
        encoding: of the file; a UTF-8 byte order mark is skipped.
        exact: require exactly these names in this order, as a reader by position needs. Otherwise
            other columns are allowed, such as an index or an empty name behind a trailing comma.
        in_order: with `exact`, whether the order counts.

    Returns:
        A name for each column in the file's order: an expected one as spelled in `expected`; any
        other by its position, `column 1`, `column 2`, ….

    Raises:
        RawFileError: the file is missing, empty, in another encoding, or differs.
    """
    text = _first_line(path, encoding)
    header: list[str] = next(csv.reader([text], delimiter=delimiter), [])
    spelled = {name.casefold(): name for name in expected}
    names = [spelled.get(bare.casefold(), bare) for bare in (name.strip(' "') for name in header)]
    often = Counter(names)
    missing = [name for name in expected if not often[name]]
    twice = [name for name in expected if often[name] > 1]
    same = names == list(expected) or (not in_order and sorted(names) == sorted(expected))
    if missing or twice or (exact and not same):
        what = "has other columns"
        if missing and (other := _other_delimiter(text, expected, delimiter)):
            what = f"has its names set apart by {other} instead of {_DELIMITERS.get(delimiter, delimiter)}"
        elif missing:
            what = f"lacks the column(s) {', '.join(missing)}"
        elif twice:
            what = f"names {', '.join(twice)} twice"
        elif sorted(names) == sorted(expected):
            what = "has the columns in another order"
        raise RawFileError(
            f"{path}: the header {what}. Expected {delimiter.join(expected)!r}, found {text[:200]!r}."
            f"{_page(text)} {AGAIN}"
        )
    return tuple(
        name if name in expected else f"column {place}" for place, name in enumerate(names, 1)
    )


def _other_delimiter(text: str, expected: Sequence[str], delimiter: str) -> str:
    """The name of another mark by which all expected names are set apart in a header; empty where there is none."""
    for mark, name in _DELIMITERS.items():
        fields = {field.strip(' "').casefold() for field in text.split(mark)}
        if mark != delimiter and {one.casefold() for one in expected} <= fields:
            return name
    return ""


def first_fields(path: Path, delimiter: str = ",") -> list[str]:
    """The fields of a CSV file's first line.

    Args:
        path: the file.
        delimiter: the field separator.
    """
    return next(csv.reader([_first_line(path, "utf-8")], delimiter=delimiter), [])


def require_fields(
    path: Path, count: int, delimiter: str = "\t", encoding: str = "utf-8"
) -> tuple[str, ...]:
    """Check the number of fields in the first line of a file without a header; quoting is ignored.

    Args:
        path: the file.
        count: the expected number of fields.
        delimiter: the field separator.
        encoding: of the file.

    Returns:
        The fields.

    Raises:
        RawFileError: the file is missing, empty, in another encoding, or has another number of
            fields.
    """
    line = _first_line(path, encoding)
    fields = tuple(line.split(delimiter))
    if len(fields) != count:
        raise RawFileError(
            f"{path}: expected {count} fields divided by {delimiter!r} in a line, found "
            f"{len(fields)}: {line[:200]!r}.{_page(line)} {AGAIN}"
        )
    return fields


def require_final_newline(path: Path, whole: str = "") -> None:
    """Check that a file ends in a line end: otherwise it may have been cut off.

    A `.gz` is not read for this: gzip's own trailer shows whoever reads it to the end.

    Args:
        path: a file of lines.
        whole: a regular expression that is found in a line of which nothing that is read can be missing; such
            a last line needs no line end.

    Raises:
        RawFileError: the last line has no line end, and may be cut.
    """
    require_not_empty(path)
    last = tail_of(path).replace(b"\r", b"\n").rsplit(b"\n", 1)[-1].decode("utf-8", "replace")
    if last and not (whole and re.search(whole, last)):
        raise RawFileError(
            f"{path}: the last line has no line end, so the file may have been cut off: {last[-60:]!r}. {AGAIN} "
            "If that line is whole, add a line end to it."
        )


def require_encoding(path: Path, encoding: str = "utf-8", limit: int | None = None) -> None:
    """Check a text file's encoding, and that it has no NUL bytes. Streams.

    Args:
        path: the file.
        encoding: the expected encoding.
        limit: how many bytes to check, for large files of digits; None for all.

    Raises:
        RawFileError: a check fails.
    """
    require_not_empty(path)
    decoder = codecs.getincrementaldecoder(encoding)()
    offset = 0
    with open_bytes(path) as file:
        while limit is None or offset < limit:
            block = file.read(_BLOCK if limit is None else min(_BLOCK, limit - offset))
            if not offset:
                _refuse_wide(path, block, encoding)
            elif b"\0" in block:
                _nul(path, offset + block.index(b"\0"))
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                raise RawFileError(
                    f"{path}: not {encoding} near byte {offset + error.start:,} ({error.reason}); "
                    f"the file is broken or was saved in another encoding, such as Latin-1. {AGAIN}"
                ) from None
            if not block:
                return
            offset += len(block)


def require_closed_quotes(path: Path, record: str) -> bytes:
    """Check that a CSV file's double quotes pair up, and that no two stray ones swallow records. Streams.

    Args:
        path: the file.
        record: a regular expression of something that every record contains within a line, and no
            text does; inside quotes it proves that a record was swallowed.

    Returns:
        The last 4 MB of the file, for checks of its end; without quotes that a backslash marks.

    Raises:
        RawFileError: a check fails.
    """
    mark = re.compile(record.encode())
    marked = quote_mark(path)
    offset = quotes = 0
    tail = b""
    with open_bytes(path) as file:
        while block := file.read(_BLOCK) + file.readline(_BLOCK):
            block = without_marked_quotes(block, marked)
            tail = (tail + block if len(block) < _BLOCK else block)[-_BLOCK:]
            place = 0
            for match in mark.finditer(block):
                quotes += block.count(b'"', place, match.start())
                place = match.start()
                if quotes % 2:
                    raise RawFileError(
                        f"{path}: the record near byte {offset + place:,} stands inside a quoted "
                        f"field, so a quote before it is one too many, or one is missing, as where bytes were lost. {AGAIN}"
                    )
            quotes += block.count(b'"', place)
            offset += len(block)
    if quotes % 2:
        raise RawFileError(
            f"{path}: a quoted field is not closed, so the file was cut off or damaged. {AGAIN}"
        )
    return tail


def _first_line(path: Path, encoding: str) -> str:
    """The first line without its end and without a UTF-8 byte order mark."""
    require_not_empty(path)
    head = head_of(path)
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


def tail_of(path: Path, size: int = _HEAD) -> bytes:
    """The last bytes of a plain file; empty for gzip, whose own trailer shows whether it is complete.

    Args:
        path: the file.
        size: how many bytes.
    """
    if is_gzip(path):
        return b""
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, io.SEEK_END) - size))
        return file.read()


def head_of(path: Path, size: int = _HEAD) -> bytes:
    """The first bytes of a file, decompressed.

    Args:
        path: the file, plain or gzip.
        size: how many bytes at most.

    Returns:
        Plain bytes.

    Raises:
        RawFileError: the file cannot be read.
    """
    try:
        with open_bytes(path) as file:
            return file.read(size)
    except OSError as error:
        raise RawFileError(f"{path}: cannot be read ({error}). {AGAIN}") from None


def ends_of(path: Path, size: int = 1 << 18) -> str:
    """The first and the last lines of a plain file: columns that were moved show there.

    Args:
        path: the file.
        size: how many bytes of each end.

    Returns:
        Their text; bytes that are no UTF-8 are marked.
    """
    # Ends that overlap would count lines twice.
    whole = path.stat().st_size <= 2 * size
    ends = [path.read_bytes()] if whole else [head_of(path, size), tail_of(path, size)]
    return b"\n".join(ends).decode("utf-8", "replace")


def _refuse_wide(path: Path, head: bytes, encoding: str) -> None:
    """Refuse UTF-16 and UTF-32, recognised by byte order marks or by NUL bytes."""
    if wide := wide_encoding(head):
        raise RawFileError(f"{path}: the file is {wide}, expected {encoding}. {AGAIN}")
    if b"\0" in head:
        _nul(path, head.index(b"\0"))


def _nul(path: Path, place: int) -> None:
    raise RawFileError(
        f"{path}: a NUL byte at byte {place:,}: this is no text file, or it is damaged. {AGAIN}"
    )
