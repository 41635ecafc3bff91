"""Display titles of short videos, machine-translated from posts that end in hashtags.

Hashtags behind a title go ("# anime # summer"), and so do serial numbers, emoji and stray marks; a
title that begins with a hashtag shows its longest one. What then has fewer than three words of Latin
letters names nothing ("dish is", "569"). [forms seen in the titles of MicroLens-100K]
"""

from __future__ import annotations

import re
import unicodedata

LEAST_WORDS = 3
"""Words without which a title says too little to be shown."""
_OF_TAG = 4
"""Words that make a hashtag a sentence."""

# Behind one of these, a hashtag is a part of the sentence ("a game video for # Mini-world!").
_OPEN = re.compile(
    r"(?:^|[\s(])(?:a|an|and|as|at|about|against|be|between|by|called|for|from|in|into|is|are|was|like|my|no|of|"
    r"on|or|our|than|that|the|these|those|to|under|vs\.?|versus|with|without|your|his|her|their|its)$",
    re.IGNORECASE,
)
_SERIAL = re.compile(r"^(?:[(\[]?[A-Za-z]?\d{5,}[)\]]?|\d{1,4}\.(?=\s))\s*")
_LEADING = re.compile(r"^(?:[-–—:;,.|/~·*+=>]+(?:\s+|(?=[:|/])))+")
_TRAILING = re.compile(r"[\s,;:~|/·*+=<—–-]+$")
_FULL_STOP = re.compile(r"(?:^|\s)[^.\s]+\.$")
_FIRST_LETTER = re.compile(r"^[\[(\"'“‘]*[a-z]")
_WORD = re.compile(r"[A-Za-zÀ-ɏ]+(?:['’-][A-Za-zÀ-ɏ]+)*")
_OTHER_SCRIPT = re.compile(r"[^\W\d_\u0041-\u024f]")
_MARKS = (
    (re.compile(r"(?:^|\s)@\S+"), ""),  # somebody called by name
    (re.compile(r"\b(\w+)(?:\W+\1\b){3,}", re.IGNORECASE), r"\1"),  # "Ha ha ha ha ha"
    (re.compile(r"【\s*(.*?)\s*】"), r"[\1]"),
    (re.compile(r"\[\s*(.*?)\s*\]"), r"[\1]"),
    (re.compile(r"\](?=\w)"), "] "),
    (re.compile(r"\s*，\s*"), ", "),
    (re.compile(r"\s+(?=[!?.,;:](?:\s|[!?.]|$))"), ""),
    (re.compile(r"([!?])\1+"), r"\1"),
    (re.compile(r"\.{3,}"), "..."),
    (re.compile(r"\s{2,}"), " "),
)


def display_title(text: str) -> str | None:
    """The display title of a short video; None where what is left names nothing.

    Args:
        text: the title, blanks collapsed.

    Returns:
        The title as rows show it, with a capital first letter.
    """
    title = _bare(_without_hashtags(_without_emoji(text)))
    if len(_WORD.findall(title)) < LEAST_WORDS or _OTHER_SCRIPT.search(title):
        return None
    return _FIRST_LETTER.sub(lambda found: found[0].upper(), title)


def _without_emoji(text: str) -> str:
    if text.isascii():
        return text
    return "".join(" " if _is_emoji(mark) else mark for mark in text)


def _is_emoji(mark: str) -> bool:
    """Whether a character is an emoji, or belongs to one: a selector, a joiner, a skin colour."""
    return mark > "\u2100" and unicodedata.category(mark) in ("So", "Sk", "Cf", "Mn")


def _without_hashtags(text: str) -> str:
    head, *tags = (part.strip() for part in re.split("#+", text))
    if not _WORD.search(head):
        tags = [tag for tag in tags if len(_WORD.findall(tag)) >= _OF_TAG]
        return max(tags, key=len, default="")
    while tags and _OPEN.search(head):
        head = f"{head} {tags.pop(0)}".strip()
    return head


def _bare(title: str) -> str:
    """A title without serial number, stray marks at its ends, and blanks before marks."""
    title = _LEADING.sub("", _SERIAL.sub("", _LEADING.sub("", title.strip())))
    for pattern, new in _MARKS:
        title = pattern.sub(new, title)
    for opening, closing in ("[]", "()"):
        if title.count(opening) != title.count(closing):
            title = title.replace(opening, " ").replace(closing, " ")
    title = _TRAILING.sub("", " ".join(title.split()))
    return title[:-1] if _FULL_STOP.search(title) else title
