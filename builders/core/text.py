"""Text normalised for comparison (casefolded, without punctuation), and text cut to a length."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence

ELLIPSIS = "…"
# What ends a phrase of a title: a bar, a dash with blanks, a comma (not that of "1,000"), the end of a
# sentence (not "oz. of", "Dr. Bronner").
_BREAK = re.compile(r" *\| *| +[-–—]+ +| *[,;，、](?!\d) *| *: +|(?<=\w{4})\. +(?=[A-Z])")
# What says more of a thing behind its name: what it is for or comes with, and brackets.
_ASIDE = re.compile(r" +(?:(?:for|with)\b|-(?=\w)|(?=[(\[]))|(?<=\w)-(?= )", re.I)
_LIST_START = re.compile(r" +(?:for|with) +\S+(?: +\S+)?$", re.I)
DISTINCTIVE = 25
"""Characters of a title that are enough to tell it from others."""
_FUNCTION_WORDS = frozenset(
    "a an and as at by for from in into of on or our per plus than that the this to up via with without "
    "your & + w/".split()
)
_GENITIVE = re.compile(r"['’]s?$")
_YEAR = re.compile(r" \(\d{4}[^()]*\)$")
_LOOSE = " ,;:.-–—!?…([\"'"
_NOT_WORD = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """NFKC, casefolded, with punctuation and runs of blanks turned into single blanks.

    >>> plain("WALL·E  (2008)")
    'wall e 2008'
    """
    folded = text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    return _NOT_WORD.sub(" ", folded).strip() or " ".join(folded.split())


@functools.lru_cache(maxsize=256)
def readable_domain(domain: str | None) -> str:
    """The name of a domain, as Amazon's folders have it, the way its pages write it.

    >>> readable_domain("Home_and_Kitchen")
    'Home & Kitchen'
    """
    return (domain or "").replace("_and_", " & ").replace("_", " ")


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
    return (comma if mark not in "\n".join(names) else "; ").join(names)


def shown_title(title: str, other: str | None = None, chars: int | None = None) -> str:
    """A title as lists show it: with the other title of its work in brackets before the year, where both fit.

    Args:
        title: the title.
        other: the other title; None for none.
        chars: the most characters; None for any number.

    Returns:
        One line.

    >>> shown_title("Hate (1995)", "La Haine")
    'Hate (La Haine) (1995)'
    """
    if other:
        year = _YEAR.search(title)
        at = year.start() if year else len(title)
        both = f"{title[:at]} ({other}){title[at:]}"
        if chars is None or len(both) <= chars:
            return both
    return title if chars is None else cut_title(title, chars)


def cut_title(title: str, chars: int) -> str:
    """Shorten a title to at most `chars` characters.

    It ends behind its last whole phrase, where what stays is long enough to tell it from others: a
    shorter name of the same thing, so without an ellipsis. Where there is no such phrase, it ends before
    what the thing is for or comes with, or behind its first phrase. Else it ends at a word, with an
    ellipsis.

    Args:
        title: the title.
        chars: the limit.

    Returns:
        One line; the title itself where it fits.

    >>> cut_title("Eye Cream with Vitamin C, for Dark Circles and Puffiness", 40)
    'Eye Cream with Vitamin C'
    >>> cut_title("Caffeine Eye Cream Roller for Dark Circles and Puffiness", 48)
    'Caffeine Eye Cream Roller'
    >>> cut_title("Eye Cream Vitamin C Dark Circles Puffiness Wrinkles", 48)
    'Eye Cream Vitamin C Dark Circles Puffiness…'
    """
    title = " ".join(title.split())
    if len(title) <= chars:
        return title
    least, start, phrases, short = min(DISTINCTIVE, chars // 3), 0, [], ""
    for end in _BREAK.finditer(title, 0, min(len(title), chars + 3)):
        head = title[: end.start()]
        if len(head) <= chars and _is_phrase(head, start):
            head = _before_list(head, start, end)
            if least <= len(head):
                phrases.append(head)
            else:
                short = short or _named(head)
        start = end.end()
    if phrases:
        return phrases[-1]
    # Found in the whole title: where the search ends, "for" would be found in "forest".
    asides = [title[: one.start()] for one in _ASIDE.finditer(title) if one.start() <= chars]
    wholes = [head for head in asides if _is_phrase(head, 0)]
    long = [head for head in wholes if least <= len(head)]
    short = short or next(filter(None, map(_named, wholes)), "")
    return long[-1] if long else short or _cut_at_word(title, chars)


def _named(head: str) -> str:
    """The beginning of a title where it has words enough to say what the thing is."""
    return head if len(head.split()) > 2 else ""


def _before_list(head: str, start: int, end: re.Match[str]) -> str:
    """A title up to a comma, without the "for Long" at its end that begins a list: "for Long, Thick Hair"."""
    match = _LIST_START.search(head, start)
    more = end.string[end.end() :].split(" ", 1)[0]
    if not match or "," not in end[0] or not more[:1].isalpha() or more.lower() in _FUNCTION_WORDS:
        return head
    return head[: match.start()]


def _is_phrase(head: str, start: int) -> bool:
    """Whether a title may end here: its brackets are closed, and what follows `start`, its last phrase, is
    not the first thing of a list ("…, Sculpt", "… to Plump") nor left open ("… for").
    """
    words = head[start:].lower().split()
    return (
        (len(words) > 1 or not start)
        and not _FUNCTION_WORDS.intersection(words[-1:])
        and words[-2:-1] not in (["to"], ["and"], ["&"])
        and head.count("(") == head.count(")")
        and head.count("[") == head.count("]")
    )


def _cut_at_word(title: str, chars: int) -> str:
    """`cut`, without the words at the end that lead on to others ("… for", "… Skin's")."""
    short = cut(title, chars)
    words = short.removesuffix(ELLIPSIS).split(" ")
    while len(words) > 1 and (words[-1].lower() in _FUNCTION_WORDS or _GENITIVE.search(words[-1])):
        words.pop()
    return " ".join(words).rstrip(_LOOSE) + ELLIPSIS


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
    return words.rstrip(_LOOSE) + ELLIPSIS
