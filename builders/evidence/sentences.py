"""The sentences of a review, and which of them can be quoted: whole ones, in the author's own words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from itdr.builders.core.text import ELLIPSIS
from itdr.builders.evidence.aspect_words import AspectWords

SHORTEST, LONGEST = 11, 150
"""The shortest and longest span, in characters."""
EDGES = " \t,.;:!?-–—()[]\"'*…"
# After an ellipsis, a word in lower case goes on with the same sentence.
_END = re.compile(
    r"(?<=[.!?;])(?<!\.\.)[\"”'’)]*\s+|(?<=[.!?;…])[\"”'’)]*\s+(?=[^a-z\s])",
)
_LEADING = re.compile(r"(?:and|but|or|so|then|though|which)\s", re.I)
"""How a sentence begins that continues the previous one."""
_QUOTED = re.compile(r'["“”]')
_MARKS = re.compile(r"!+$")
_HEADING = re.compile(
    r"^[A-Z][\w/'’-]+(?:\s(?:(?:&|and|for|of)\s)?[\w/'’-]+)?:"
    r"\s*(?:\(?\d(?:\.\d)?\s*/\s*\d+\)?)?[\s.,–-]*(?=[A-Z])"
)
"""A heading of a word or two with a colon, and perhaps marks, before a sentence: "Decor: (5/5) I love it"."""


def sentences_in(text: str) -> list[str]:
    """Every sentence of a text, whether it can be quoted or not.

    Args:
        text: a review.

    Returns:
        The sentences in order, with their punctuation.
    """
    return _END.split(text)


def quotable(
    text: str, words: AspectWords, longest: int = LONGEST, continuing: bool = False
) -> Iterator[str]:
    """The sentences of a review that can be quoted.

    Args:
        text: the review.
        words: the words of the domain.
        longest: characters of a quote at most.
        continuing: whether sentences that begin with "but" and the like count.

    Yields:
        Spans of the text, without a final full stop.
    """
    begin = open_quotes = marks = 0
    every_mark = text.count('"')
    for stop, following in _bounds(text):
        sentence, passage, begin = text[begin:stop], text[begin:following], following
        inside = open_quotes > 0 or (marks % 2 == 1 and marks < every_mark)
        open_quotes += passage.count("“") - passage.count("”")
        marks += passage.count('"')
        # What stands in quotation marks is not the author's own.
        if inside or _QUOTED.search(passage):
            continue
        span = _span(sentence)
        pieces = span.split(" ", 2)
        has_heading = len(pieces) > 1 and words.is_of("heading", pieces[0].casefold())
        if has_heading and pieces[1][:1].isupper() and pieces[1] != "I":
            continue
        # A truncated sentence proves nothing, and neither does a question.
        elsewhere = words.is_of("somebody", span.split(" ", 1)[0].casefold())
        is_cut = (
            elsewhere or sentence.rstrip(" ')*").endswith((ELLIPSIS, "..", "?")) or "?!" in sentence
        )
        whole = span[:1].isupper() and span.count("(") == span.count(")")
        # What follows a pause is often another thought.
        # The first one of a review continues nothing.
        continues = len(passage) < stop and _LEADING.match(span)
        whole = whole and (continuing or not (continues or ".." in span or ELLIPSIS in span))
        if not is_cut and whole and SHORTEST <= len(span) <= longest:
            yield span


def _bounds(text: str) -> Iterator[tuple[int, int]]:
    """Where each sentence ends, and where the next one begins."""
    for match in _END.finditer(text):
        yield match.start(), match.end()
    yield len(text), len(text)


def _span(sentence: str) -> str:
    """The sentence without heading, edges and a full stop, but with its exclamation marks."""
    span = sentence.strip(EDGES)
    marks = _MARKS.search(sentence.rstrip(" ')*"))
    if marks and sentence.rstrip(" ')*").endswith(span + marks[0]):
        span += marks[0]
    return _HEADING.sub("", span)
