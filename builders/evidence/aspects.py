"""What reviews praise and complain of, as verbatim spans: the service, the price, the taste, …

The words stand in the domain's lexicon. A span is one sentence of a displayed review that names an aspect
and judges it; whether it praises or complains may not contradict what its author thought of the item.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from itdr.builders.core.text import ELLIPSIS
from itdr.builders.evidence.comments import Comment
from itdr.builders.evidence.facts import DOWN, UP, Fact

SHORTEST, LONGEST = 12, 150
_SENTENCE = re.compile(r"(?<=[.!?;…])[\"')]*\s+")
_EDGES = " \t,.;:!?-–—()[]\"'*…"


@dataclass(frozen=True)
class AspectWords:
    """The words of a domain: aspects and audiences by name, and what praises, complains and denies."""

    aspects: Mapping[str, Sequence[str]] = field(default_factory=dict)
    audiences: Mapping[str, Sequence[str]] = field(default_factory=dict)
    praise: Sequence[str] = ()
    complaint: Sequence[str] = ()
    denial: Sequence[str] = ()

    @cached_property
    def _judging(self) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
        return _pattern(self.praise), _pattern(self.complaint), _pattern(self.denial)

    @cached_property
    def _naming(self) -> list[tuple[str, str, re.Pattern[str]]]:
        """(about, name, pattern), audiences first: they say more than an aspect."""
        parts = (("audience", self.audiences), ("aspect", self.aspects))
        return [
            (about, name, _pattern(one)) for about, named in parts for name, one in named.items()
        ]

    def polarity(self, sentence: str) -> int:
        """`UP` for praise, `DOWN` for a complaint, 0 where it is neither or both."""
        praise, complaint, denial = self._judging
        bad = bool(complaint.search(sentence))
        rest = complaint.sub(" ", sentence)
        good = bool(praise.search(rest))
        if good == bad or denial.search(rest):
            return 0
        return UP if good else DOWN

    def named(self, sentence: str) -> tuple[str, str] | None:
        """(about, name) of the first audience or aspect that a sentence names."""
        found = ((about, name) for about, name, pattern in self._naming if pattern.search(sentence))
        return next(found, None)


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    """Any of these words or phrases, whole; `*` at the end allows any ending."""
    if not words:
        return re.compile(r"(?!)")
    parts = [
        re.escape(word.removesuffix("*")) + (r"\w*" if word.endswith("*") else "")
        for word in sorted(words, key=len, reverse=True)
    ]
    return re.compile(rf"(?i)(?<!\w)(?:{'|'.join(parts)})(?!\w)")


def aspects(comments: Sequence[Comment], words: AspectWords) -> list[Fact]:
    """The aspects of displayed comments, each once to a side; those of the first comment first.

    Args:
        comments: the comments as displayed, with what their authors thought of the item.
        words: the words of the domain.

    Returns:
        Facts that quote: praise by nobody who disliked the item, complaints by nobody who liked it.
    """
    found: dict[tuple[str, int], Fact] = {}
    for comment in comments if words.aspects else ():
        for sentence in _SENTENCE.split(comment.text):
            span = sentence.strip(_EDGES)
            # What a cut has left of a sentence says nothing for sure.
            if not SHORTEST <= len(span) <= LONGEST or '"' in span or sentence.endswith(ELLIPSIS):
                continue
            if span.count("(") != span.count(")"):
                continue
            side = words.polarity(span)
            named = words.named(span) if side and side != -comment.verdict else None
            if named is not None:
                fact = Fact("aspect", *named, direction=side, quote=span)
                found.setdefault((named[1], side), fact)
    return list(found.values())
