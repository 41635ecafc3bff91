"""Works: editions and repeated catalogue entries of one film, book or song count as one.

The work key is the title in NFKC form, casefolded and unpunctuated, with the first creator; film
titles carry their year. Editions of a book differ in more: "The Bell Jar", "Bell Jar (Perennial
Classics)" and "The Bell Jar : A Novel" are one work of its author. An item without a title is a work of
its own.
"""

from __future__ import annotations

import re
import unicodedata

from itdr.builders.core.text import plain

_NOVEL = re.compile(r"(?::\s*(?:a novel|novel, a)|\(a novel\))\W*$", re.IGNORECASE)
# The brackets at the end of a title; they may hold others.
_TAIL = re.compile(r"\s*[(\[]((?:[^()\[\]]|[(\[][^()\[\]]*[)\]])*)[)\]]\W*$")
# What tells the volumes of one title apart.
_VOLUME = re.compile(
    r"\W*(?:vol|volume|no|number|issue|tome|band|bd|tomo)?\b\W*(?:\d+|[ivxlc]+)\W*", re.IGNORECASE
)
_LAST_ARTICLE = re.compile(r",\s*(?:the|an?)\s*$", re.IGNORECASE)
_FIRST_ARTICLE = re.compile(r"^(?:the|an?) ")


def work_key(item_id: str, title: str | None, creator: str | None, kind: str | None = None) -> str:
    """The key of an item's work.

    Args:
        item_id: the item's id.
        title: its title, if any.
        creator: its first creator, if known.
        kind: the source's option `work`. "id": each item is a work of its own, as names repeat by
            nature (businesses). "book": editions may leave out an article, "A Novel", and the trailing
            brackets with series, edition or binding (where the creator is known).
    """
    if kind == "id" or not title:
        return "\x00" + item_id
    if not creator:
        return plain(title) + "\x1f"
    return f"{_of_book(title) if kind == 'book' else plain(title)}\x1f{plain(creator)}"


def _of_book(title: str) -> str:
    """A book's plain title without trailing brackets, "A Novel", and a leading or trailing article."""
    bare = title
    while (tail := _TAIL.search(bare)) and tail.start() and not _VOLUME.fullmatch(tail[1]):
        bare = bare[: tail.start()]
    short = plain(_LAST_ARTICLE.sub("", _NOVEL.sub("", bare)))
    return _FIRST_ARTICLE.sub("", short) or plain(title)


def title_key(title: str) -> str:
    """A key that is equal for titles that look alike: case, Unicode form and blanks do not count."""
    return " ".join(unicodedata.normalize("NFKC", title).casefold().split())
