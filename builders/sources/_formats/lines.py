"""Delimited text without quoting, read by bytes: lines end at LF only, fields at the delimiter.

For formats where a CSV parser goes wrong: stray quotes, bare CRs and Unicode line separators inside
names. Lines are found, split and checked by Arrow's kernels, a few megabytes at a time (about
100 MB/s per core), so memory does not grow with the file.
"""

from __future__ import annotations

import codecs
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from itdr.builders.core.duckdb_csv import BAD_SHAPE, CSV_REASONS
from itdr.builders.core.errors import RawFileError
from itdr.builders.core.reasons import are_too_many
from itdr.builders.core.text_files import LONGEST_LINE, TOO_LONG, whole_blocks, wide_encoding
from itdr.builders.sources._formats.validate import (
    AGAIN,
    head_of,
    require_final_newline,
    require_not_empty,
)

if TYPE_CHECKING:
    import pyarrow as pa

    from itdr.builders.core.raw_files import Raw

BAD_ENCODING = CSV_REASONS["INVALID ENCODING"]
BLOCK = 1 << 20
ROWS = 1 << 16
HEAD = 1 << 20
ENOUGH_VALUES = 10
"""Lines that show that a column is quoted."""
ENOUGH_SPECIAL = 4
"""Values with a comma or a blank that show that a program quoted those, and those alone."""
_QUOTED = r'^"(?:(?:[^"]|"")*|(?:[^"\\]|\\.)*)"$'
"""A field as a CSV writer quotes it, with inner quotes doubled or behind a backslash."""
_QUOTED_WITHIN = r'^"(?:(?:[^"]|"")*""(?:[^"]|"")*|(?:[^"\\]|\\.)*\\"(?:[^"\\]|\\.)*)"$'
"""The same, with at least one such quote inside."""


def read_records(
    raw: Raw,
    table: str,
    path: Path,
    fields: int,
    *,
    delimiter: str = "\t",
    skip: int = 0,
    complete: str = "",
    block: int = BLOCK,
) -> Iterator[list[pa.StringArray]]:
    """Read the fields of a file's lines as columns, at most 65,536 rows at a time.

    Fields that a program quoted like a CSV file's, all of them or those with a quote or a comma inside,
    are unquoted; a field that merely stands between quotes is not one of those.

    Args:
        raw: counts rejected lines.
        table: the canonical table.
        path: the file.
        fields: fields per line; other lines are rejected. With `delimiter=","` and 2 fields a line is
            split at its first comma only.
        delimiter: the field separator.
        skip: header lines.
        complete: a regular expression of a complete line, as for `require_final_newline`.
        block: bytes to read at a time.

    Returns:
        Lists of columns; at least one, even where no line is good.

    Raises:
        RawFileError: the file is missing, empty, cut off, not UTF-8, or has another layout, in too many lines.
    """
    import pyarrow as pa

    _require_layout(path, fields, delimiter)
    # Checked before anything is read, so that the error reaches the user unchanged.
    require_final_newline(path, complete)
    quoted = _quoted_columns(path, fields, delimiter, skip)
    total = lost = 0
    for lines in _lines(raw, table, path, block):
        if skip:
            lines, skip = lines.slice(skip), max(0, skip - len(lines))
        for start in range(0, len(lines), ROWS):
            columns, wrong = _split(lines.slice(start, ROWS), fields, delimiter)
            if wrong:
                raw.reject(table, BAD_SHAPE, wrong)
            yield [
                unquote(column, always=every) for column, every in zip(columns, quoted, strict=True)
            ]
            total, lost = total + wrong + len(columns[0]), lost + wrong
    if are_too_many(total, lost):
        raise RawFileError(
            f"{path}: {lost:,} of its {total:,} lines have another number of fields than {fields}, so columns were "
            f"added or removed. {AGAIN}"
        )
    if not total:
        yield [pa.array([], pa.string())] * fields


def _split(lines: pa.StringArray, fields: int, delimiter: str) -> tuple[list[pa.StringArray], int]:
    """The fields of lines as columns, and how many lines have another number of them."""
    import pyarrow.compute as pc

    limit = 1 if delimiter == "," and fields == 2 else None
    split = pc.split_pattern(lines, delimiter, max_splits=limit)
    right = pc.equal(pc.list_value_length(split), fields)
    wrong = len(lines) - right.true_count
    split = split.filter(right) if wrong else split
    return [pc.list_element(split, place) for place in range(fields)], wrong


def _require_layout(path: Path, fields: int, delimiter: str) -> None:
    """Check that some line in a file's first 64 kB has the expected number of fields.

    Args:
        path: the file.
        fields: fields per line.
        delimiter: the field separator.

    Raises:
        RawFileError: no line has, or the file is no text in UTF-8.
    """
    require_not_empty(path)
    head = head_of(path)
    if wide := wide_encoding(head):
        raise RawFileError(f"{path}: the file is {wide}, expected UTF-8. {AGAIN}")
    if b"\0" in head:
        raise RawFileError(f"{path}: holds NUL bytes, so it is no text file or is damaged. {AGAIN}")
    lines = head.splitlines() if b"\n" not in head else head.split(b"\n")
    mark = delimiter.encode()
    if delimiter == "," and fields == 2:
        right = any(mark in line for line in lines)
    else:
        right = any(line.count(mark) == fields - 1 for line in lines)
    if not right:
        name = {"\t": "TABs", ",": "commas"}.get(delimiter, repr(delimiter))
        beginning = lines[0][:120].decode("utf-8", "replace")
        page = " It looks like a web page, not data." if beginning.lstrip()[:1] == "<" else ""
        raise RawFileError(
            f"{path}: expected {fields} fields set apart by {name} and no header, found {beginning!r}."
            f"{page} {AGAIN}"
        )


def unquote(texts: pa.StringArray, *, always: bool = False) -> pa.StringArray:
    """Remove the quotes that a CSV writer put around fields; inner quotes that it doubled, or put a
    backslash before, are single ones again.

    Args:
        texts: the fields.
        always: unquote every field that stands between quotes; otherwise only those whose inner
            quotes are marked, which no text has that quotes itself ("Heroes").

    Returns:
        The fields without their quotes.
    """
    import pyarrow.compute as pc

    form = _QUOTED if always else _QUOTED_WITHIN
    quoted = pc.match_substring_regex(texts, form)
    if not pc.any(quoted).as_py():
        return texts
    inside = pc.utf8_slice_codeunits(texts, 1, -1)
    doubled = pc.match_substring(inside, '""')
    halved = pc.replace_substring(inside, '""', '"')
    bare = pc.if_else(doubled, halved, pc.replace_substring(inside, '\\"', '"'))
    return pc.if_else(quoted, bare, texts)


def _quoted_columns(path: Path, fields: int, delimiter: str, skip: int) -> list[bool]:
    """Which columns a program put between quotes: all, where the first line is so; or those that have
    quotes in each of the first lines, of which there are `ENOUGH_VALUES`; or those of which it quoted the
    values with a comma (or a blank) or a quote, and no other, as spreadsheets do when they save text with TABs.
    """
    lines = head_of(path, HEAD).removeprefix(codecs.BOM_UTF8).split(b"\n")[skip:-1]
    rows = [line.rstrip(b"\r").split(delimiter.encode()) for line in lines]
    if rows and len(rows[0]) >= fields and all(map(_between_quotes, rows[0])):
        return [True] * fields
    columns = [[row[place] for row in rows if len(row) == fields] for place in range(fields)]
    if delimiter != "," and _is_quoted_where_special(list(itertools.chain(*columns))):
        return [True] * fields
    return [
        _is_quoted(values) or (delimiter != "," and _is_quoted_where_special(values))
        for values in columns
    ]


def _is_quoted(column: Sequence[bytes]) -> bool:
    """Whether each of a column's values stands between quotes, empty ones aside."""
    values = list(filter(None, column))
    return len(values) >= ENOUGH_VALUES and all(map(_between_quotes, values))


def _is_quoted_where_special(values: Sequence[bytes]) -> bool:
    """Whether the values that hold a comma, or those that hold a comma or a blank, stand between quotes, and
    no other without a quote inside."""
    quoted = [value for value in values if _between_quotes(value) and b'"' not in value[1:-1]]
    bare = b"\n".join(value for value in values if not _between_quotes(value))
    return any(
        not any(mark in bare for mark in marks)
        and sum(any(mark in value for mark in marks) for value in quoted) >= ENOUGH_SPECIAL
        and all(any(mark in value for mark in marks) for value in quoted)
        for marks in ((b",",), (b",", b" "))
    )


def _between_quotes(field: bytes) -> bool:
    return len(field) > 1 and field[:1] == field[-1:] == b'"'


def _lines(raw: Raw, table: str, path: Path, block: int) -> Iterator[pa.StringArray]:
    """The lines of each block, without line ends and without those that are not UTF-8."""
    import pyarrow as pa
    import pyarrow.compute as pc

    first = True
    for data in whole_blocks(path, LONGEST_LINE, block):
        if data is None:
            raw.reject(table, TOO_LONG)
            continue
        if first:
            data = data.removeprefix(codecs.BOM_UTF8)
        data = data.removesuffix(b"\n")
        raw_lines = pc.split_pattern(pa.array([data], pa.large_binary()), b"\n").flatten()
        try:
            lines = raw_lines.cast(pa.string())
        except pa.ArrowInvalid:
            lines = _decoded(raw, table, path, raw_lines, first)
        if b"\r" in data:
            lines = pc.utf8_rtrim(lines, "\r")
        first = False
        yield lines


def _decoded(
    raw: Raw, table: str, path: Path, found: pa.LargeBinaryArray, first: bool
) -> pa.StringArray:
    """The lines that are UTF-8; a file whose first lines mostly are not is in another encoding."""
    import pyarrow as pa

    good, foreign, bad = [], 0, 0
    for line in found.to_pylist():
        try:
            good.append(line.decode())
            foreign += not line.isascii()
        except UnicodeDecodeError:
            bad += 1
    if first and bad > foreign:
        raise RawFileError(
            f"{path}: not UTF-8: {bad:,} of its first {len(found):,} lines cannot be decoded; the "
            f"file is broken or was saved in another encoding. {AGAIN}"
        )
    raw.reject(table, BAD_ENCODING, bad)
    return pa.array(good, pa.string())
