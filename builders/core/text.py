"""Text as it is compared: normalised, casefolded, without punctuation."""

from __future__ import annotations

import re
import unicodedata

_NOT_WORD = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """NFKC, casefolded, punctuation and runs of blanks turned into single blanks.

    >>> plain("WALL·E  (2008)")
    'wall e 2008'
    """
    folded = text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    return _NOT_WORD.sub(" ", folded).strip() or " ".join(folded.split())
