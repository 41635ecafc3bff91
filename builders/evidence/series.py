"""Which works belong together: parts of a series, and the same work under another title."""

from __future__ import annotations

import re

from itdr.builders.core.text import plain

_NAMED = re.compile(
    r"(?i)[(\[]([^()\[\]]{3,}?)[\s,;:]*(?:book|bk|vol(?:ume)?|nos?|part|#)[\s.:#]*\d+[^()\[\]]*[)\]]"
)
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]")
_NUMBER = re.compile(
    r"(?i)[\s,]+(?:part|vol(?:ume)?|episode|season|chapter|book)?[\s.]*(?:\d{1,2}|[ivx]{1,5}|two|three)$"
)
_SUBTITLE = re.compile(r":\s|\s[-–—]\s|\s:\s")
_LEAST = 4
"""Characters of a series' name."""


def series_of(title: str) -> str:
    """The folded name of the series that a title may belong to; "" where it is too short to be one.

    >>> series_of("Halloween II (1981)"), series_of("Halloween (1978)")
    ('halloween', 'halloween')
    >>> series_of("The Golden Compass (His Dark Materials, Book 1)")
    'his dark materials'
    """
    named = _NAMED.search(title)
    if named:
        return plain(named[1])
    head = _SUBTITLE.split(_BRACKETS.sub("", title), maxsplit=1)[0].strip()
    head = plain(_NUMBER.sub("", head))
    return head if len(head) >= _LEAST else ""


def base_title(title: str) -> str:
    """A title as the same work bears it in other editions: without brackets, folded."""
    return plain(_BRACKETS.sub("", title))
