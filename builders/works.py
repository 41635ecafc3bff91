"""Works: editions and repeated catalogue entries of one film, book or song count as one thing.

The work key is the title in NFKC form, casefolded and unpunctuated, with the first creator; film
titles carry their year. An item without a title is a work of its own.
"""

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


def work_key(item_id: str, title: str | None, creator: str | None, by_id: bool = False) -> str:
    """The key of an item's work; `by_id` where names repeat by nature (businesses)."""
    if by_id or not title:
        return "\x00" + item_id
    return plain(title) + "\x1f" + (plain(creator) if creator else "")


def title_key(title: str) -> str:
    """What makes two shown titles look the same to a reader: case, form and blanks aside."""
    return " ".join(unicodedata.normalize("NFKC", title).casefold().split())
