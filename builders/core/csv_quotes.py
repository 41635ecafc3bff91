"""How the quotes inside the fields of a CSV file are marked: doubled, or with a backslash before them.

The official files double them. Spark, R and pandas, if asked to, write a backslash instead.
"""

from __future__ import annotations

import re
from pathlib import Path

from itdr.builders.core.text_files import blocks, open_bytes

DOUBLED, BACKSLASH = '"', "\\"
_BLOCK = 1 << 22
_BARE_RETURN = re.compile(rb"\r[^\r\n]")
_JUDGED = 1 << 26
"""Bytes of a file that are looked at."""


def quote_mark(path: Path, delimiter: str = ",") -> str:
    r"""What stands before a quote inside a field of a CSV file.

    `\"` in the midst of a field is no sign of backslashes where another field has `""` there: then the
    backslash belongs to the text.

    Args:
        path: the file.
        delimiter: the field separator.

    Returns:
        `BACKSLASH` where there are such quotes, and no doubled ones; `DOUBLED` otherwise.
    """
    ends = re.escape(delimiter.encode()) + rb"\r\n"
    doubled = re.compile(rb'[^"\\%b]""[^"%b]' % (ends, ends))
    marked = re.compile(rb'\\"[^"%b]' % ends)
    mark, offset = DOUBLED, 0
    with open_bytes(path) as file:
        while offset < _JUDGED and (block := file.read(_BLOCK)):
            has_backslash = b'\\"' in block
            if (not offset or mark != DOUBLED or has_backslash) and doubled.search(block):
                return DOUBLED
            if has_backslash and marked.search(block):
                mark = BACKSLASH
            offset += len(block)
    return mark


def without_marked_quotes(block: bytes, mark: str) -> bytes:
    """The bytes of a CSV file without the quotes inside its fields that a backslash marks.

    Args:
        block: some of its bytes.
        mark: what `quote_mark` gave for the file.
    """
    return block.replace(b'\\"', b"") if mark == BACKSLASH else block


def bare_return(path: Path) -> int:
    """The first line of a CSV file with a carriage return in a field without quotes, which reads as a line end.

    Args:
        path: the file.

    Returns:
        Its number, from 1; 0 where there is none.
    """
    line, quoted = 1, False
    for block in blocks(path):
        for place, part in enumerate(block.split(b'"')):
            quoted ^= place > 0
            if not quoted and (match := _BARE_RETURN.search(part)):
                return line + part.count(b"\n", 0, match.start())
            line += part.count(b"\n")
    return 0
