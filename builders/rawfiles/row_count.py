"""How many rows a raw file has, against the number that its declaration gives.

A file that was cut at a line end looks whole in every other way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from itdr.builders.core.schema import RawFile
from itdr.builders.core.text_watch import count_byte


class RowCount:
    """Counts the rows of a file whose plain bytes pass through `watch`: its lines without the header.

    Attributes:
        rows: the rows so far. Of a format whose texts hold line ends, an upper bound.
    """

    def __init__(self, file: RawFile) -> None:
        self._file = file
        self._head = b""
        self._lines = 0
        self._end = b"\n"

    def watch(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Pass on the pieces of a file, unchanged, and count its lines.

        Args:
            pieces: consecutive bytes.

        Returns:
            The same pieces.
        """
        for piece in pieces:
            if len(self._head) < 1 << 12:
                self._head += piece[: 1 << 12]
            self._lines += count_byte(piece, b"\n")
            self._end = piece[-1:] or self._end
            yield piece

    @property
    def rows(self) -> int:
        lines = self._lines + (self._end not in b"\r\n")
        first = _bare(self._head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0])
        example = self._file.example.split("\n", 1)[0]
        # Where the example is that of a record, the first line is one, too; a long header is given with an ellipsis.
        header, *rest = _bare(example.encode()).split("…".encode())
        begins = first.startswith(header) if rest else first == header
        named = header and not header.startswith(b"{") and not any(map(str.isdigit, example))
        return max(0, lines - bool(named and begins))


def count_rows(file: RawFile, pieces: Iterable[bytes]) -> int:
    """The rows of a file.

    Args:
        file: the declaration.
        pieces: the plain bytes of the file.

    Returns:
        Its lines without the header.
    """
    count = RowCount(file)
    for _ in count.watch(pieces):
        pass
    return count.rows


def compared(rows: int, declared: int) -> str:
    """A number of rows beside the declared one: "2 of 719,405 declared rows".

    Args:
        rows: how many a file has; of a format whose texts hold line ends, at most.
        declared: how many the official file has.

    Returns:
        A part of a sentence.
    """
    if rows < declared:
        return f"{rows:,} of {declared:,} declared rows"
    if rows == declared:
        return f"{rows:,} rows, as declared"
    return f"{rows:,} lines, {declared:,} rows declared"


def _bare(line: bytes) -> bytes:
    """A header line as it is compared: without case, quotes and blanks."""
    return line.translate(None, b'" \r').lower()
