"""Brackets at the end of a book's title that name its series: without the author whom catalogues put in
front of it, and without what the title says already.

"Key of Valor (Roberts, Nora. Key Trilogy, 3.)" -> "Key of Valor (Key Trilogy, 3)"; "Hot Six: A Stephanie
Plum Novel (A Stephanie Plum Novel)" -> "Hot Six: A Stephanie Plum Novel". [forms seen in Book-Crossing]
"""

from __future__ import annotations

import re

from itdr.builders.core.text import plain

_LAST = re.compile(r"^(?P<head>.+?) *\((?P<said>[^()]+)\)$")
_ARTICLE = re.compile(r"^(?:the|an?) ")
# "The Chase (Forbidden Game 2): The Chase"
_AGAIN = re.compile(
    r"^(?P<title>.{3,}?) ?\((?P<said>[^()]*?) *\): (?P=title)(?P<rest> *\([^()]+\))?$", re.I
)
_NO_SERIES = ("", "works", "short stories", "novels", "selections", "essentials")
"""What stands behind an author in brackets and names no series."""


def without_author(title: str, creator: str | None) -> str:
    """A title whose last brackets name a series alone, not "Author, Series".

    Args:
        title: the title.
        creator: the author; the given name first.

    Returns:
        The title; itself where its brackets name no author.
    """
    match = _LAST.match(title)
    names = (creator or "").split()
    if not match or len(names) < 2:
        return title
    *first_names, family = map(re.escape, names)
    more = "".join(rf"(?: {name})?" for name in first_names[1:])
    author = re.match(
        rf"{family}, {first_names[0]}{more}(?: [A-Z]\.)*(?:(?<=\.)| *[.,])[ .,]*(?P<series>.*)",
        match["said"],
        re.I,
    )
    if not author:
        return title
    series = author["series"].rstrip(" .,")
    return match["head"] if plain(series) in _NO_SERIES else f"{match['head']} ({series})"


def without_repeats(title: str) -> str:
    """A title that says its name, and that of its series, once.

    Args:
        title: the title.

    Returns:
        The title; itself where it says nothing twice.
    """
    if again := _AGAIN.match(title):
        title = again["title"] + (again["rest"] or f" ({again['said']})")
    if not (match := _LAST.match(title)):
        return title
    head, series = (_ARTICLE.sub("", plain(part)) for part in (match["head"], match["said"]))
    several = len(series.split()) > 1
    if series == head or (several and re.search(rf"(?:^| ){re.escape(series)}$", head)):
        return match["head"].rstrip(" :")
    return title
