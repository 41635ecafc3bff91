"""Lines that a program left within a file of data: the page of a server's error, or the marks of a merge conflict."""

from __future__ import annotations

from pathlib import Path

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.text_files import AGAIN, blocks

MOST = 1_000
"""So many rows are left out at most where such lines are looked for: more have another cause."""
_MARKS = {
    "<html": "a web page: a server's error was saved in the place of what follows",
    "<!doctype html": "a web page: a server's error was saved in the place of what follows",
    "<<<<<<< ": "a conflict of git that was not resolved: both versions stand in the file",
}


def refuse_foreign_lines(path: Path) -> None:
    """Check that no line of a file begins as a web page or a conflict of git does.

    Args:
        path: the file.

    Raises:
        RawFileError: a line does.
    """
    offset, before = 0, b"\n"
    for block in blocks(path):
        whole = before + block
        for mark, what in _MARKS.items():
            for form in {mark, mark.upper(), mark.replace("doctype", "DOCTYPE")}:
                place = whole.find(b"\n" + form.encode())
                if place >= 0:
                    raise RawFileError(
                        f"{path}: the line at byte {offset - len(before) + place + 1:,} begins with {form.strip()!r}, "
                        f"as in {what}. {AGAIN}"
                    )
        offset += len(block)
        before = block[-20:]
