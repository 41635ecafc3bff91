"""Text in the form in which it is compared: normalised, casefolded, without punctuation."""

from __future__ import annotations

import re
import unicodedata

ELLIPSIS = "…"
_NOT_WORD = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """NFKC, casefolded, with punctuation and runs of blanks turned into single blanks.

    >>> plain("WALL·E  (2008)")
    'wall e 2008'
    """
    folded = text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    return _NOT_WORD.sub(" ", folded).strip() or " ".join(folded.split())


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
