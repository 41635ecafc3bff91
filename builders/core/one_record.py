"""Files of one record to a line (JSON, Python literals) whose lines hold several, or all of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.reasons import NO_LITERAL, NO_RECORD
from itdr.builders.core.text_files import AGAIN, TOO_LONG, blocks

SIGNS = frozenset((NO_RECORD, NO_LITERAL, TOO_LONG))
"""Reasons for rejecting a line that may hold several records, each of which would be lost uncounted."""
_BEGIN = re.compile(rb"(?:\xef\xbb\xbf)?\s*(\[?)\s*(\{\s*u?[\"'][^\"'\\\r\n]{1,80}[\"'])")
_OVERLAP = 200


def require_one_per_line(path: Path, reasons: Iterable[str] = SIGNS) -> None:
    """Check that no line holds two records that begin as the first one does.

    Args:
        path: a file; one that does not begin with a record is not checked.
        reasons: why lines of it were rejected; only `SIGNS` call for a check.

    Raises:
        RawFileError: a line does.
    """
    if SIGNS.isdisjoint(reasons):
        return
    pattern, what, offset, before = None, "it was joined or saved anew", 0, b""
    for block in blocks(path):
        if pattern is None:
            begin = _BEGIN.match(block)
            if begin is None:
                return
            pattern = re.compile(rb"\}[ \t]*,?[ \t]*" + re.escape(begin[2]))
            what = "the file is an array" if begin[1] else what
        match = pattern.search(before + block)
        if match:
            place = offset - len(before) + match.start()
            raise RawFileError(
                f"{path}: two records share a line near byte {place:,}: {what}. Expected one record to "
                f"a line. {AGAIN}"
            )
        offset += len(block)
        before = block[-_OVERLAP:]


def refuse_single_line(path: Path) -> None:
    """Refuse a file that is a single line longer than any record.

    Args:
        path: a file of which nothing was left without its overlong lines.

    Raises:
        RawFileError: always.
    """
    head = next(blocks(path), b"")[:80].decode("utf-8", "replace")
    raise RawFileError(
        f"{path}: all of it stands in one line. Expected one record to a line, found {head!r}. {AGAIN}"
    )
