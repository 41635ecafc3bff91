"""Text normalised for comparison (casefolded, without punctuation), and text cut to a length."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

ELLIPSIS = "…"
_BREAKS = (" | ", " - ", " – ", " — ", ", ", ". ", "; ", ": ")
_NOT_WORD = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """NFKC, casefolded, with punctuation and runs of blanks turned into single blanks.

    >>> plain("WALL·E  (2008)")
    'wall e 2008'
    """
    folded = text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    return _NOT_WORD.sub(" ", folded).strip() or " ".join(folded.split())


def joined(names: Sequence[str], comma: str = ", ") -> str:
    """Names in a row; set apart by semicolons where one of them holds a comma itself.

    Args:
        names: the names.
        comma: what sets them apart otherwise.

    Returns:
        One text.

    >>> joined(("Beer, Wine & Spirits", "Bars"))
    'Beer, Wine & Spirits; Bars'
    """
    mark = comma.strip() or comma
    return (comma if not any(mark in name for name in names) else "; ").join(names)


def cut_title(title: str, chars: int) -> str:
    """Shorten a title to at most `chars` characters: behind its last whole phrase, if that keeps a third
    of what fits, else as `cut` does.

    Args:
        title: the title.
        chars: the limit.

    Returns:
        One line.

    >>> cut_title("Eye Cream with Vitamin C, for Dark Circles and Puffiness", 40)
    'Eye Cream with Vitamin C'

    Returns:
        The title itself where it fits.
    """
    title = " ".join(title.split())
    if len(title) <= chars:
        return title
    places = (title.rfind(mark, 0, chars + len(mark)) for mark in _BREAKS)
    for place in sorted(places, reverse=True):
        head = title[: max(place, 0)]
        if len(head) >= chars // 3 and head.count("(") == head.count(")"):
            return head.rstrip(" ,;:.-–—|")
    return cut(title, chars)


def cut(text: str, chars: int) -> str:
    """Shorten a text to one line of at most `chars` characters, at the end of a word, with an ellipsis.

    Args:
        text: the text.
        chars: the limit, ellipsis included.

    >>> cut("A long story, told briefly.", 15)
    'A long story…'

    Returns:
        The text itself where it fits.
    """
    text = " ".join(text.split())
    if len(text) <= chars:
        return text
    head = text[: chars - len(ELLIPSIS) + 1]
    # Scripts without blanks between words are cut where they are.
    words, _, rest = head.rpartition(" ")
    if not words or len(rest) > max(chars // 2, 30):
        words = head[:-1]
    return words.rstrip(" ,;:.-–—!?…([\"'") + ELLIPSIS
