"""Answers to "would they like it?": yes, no, or how likely that is."""

from __future__ import annotations

import re
from typing import Any

from itdr.scoring.parsing.answer import answer_part, strip_markup
from itdr.scoring.parsing.structured import json_object

_EDGES = " \t\n\"'`*_.,!:;()[]{}\u3002\uff0c\u201c\u201d"
_NUMBER = re.compile(r"(\d{0,3}(?:\.\d{1,12})?)\s*(%?)")
_YES = frozenset(
    ("yes", "yeah", "yep", "true", "likes", "like", "liked", "\u662f", "\u4f1a", "\u559c\u6b22")
)
_NO = frozenset(
    ("no", "nope", "false", "not", "dislike", "dislikes", "disliked", "\u5426", "\u4e0d", "\u4e0d\u4f1a", "\u4e0d\u559c\u6b22")
)  # fmt: skip
_WORD = re.compile(r"(?<![\w'\u2019-])(yes|no)(?![\w'\u2019-])(?!\s+(?:doubt|one)\b)", re.I)
_NEGATED = re.compile(
    r"\b(?:would(?:n.t| not)|will not|won.t|do(?:es)?(?:n.t| not)|unlikely to|not|not think \w+ would) "
    r"(?:\w+ ){0,2}?(?:like|enjoy|love|recommend)\b|\bdislikes?\b",
    re.I,
)
_AFFIRMED = re.compile(
    r"\b(?:would|will|should|likely to) (?:\w+ ){0,2}?(?:like|enjoy|love)\b|\blikes?\b|\benjoys?\b",
    re.I,
)


def liking(text: Any) -> float | None:
    """How sure an answer is that somebody would like an item.

    Args:
        text: whatever a model wrote.

    Returns:
        1 for yes, 0 for no; a number from 0 to 1, or a percentage, for itself. None where the answer
        says neither.
    """
    part = strip_markup(answer_part(text)).strip()
    values = [
        value for value in json_object(part).values() if isinstance(value, (str, int, float, bool))
    ]
    if len(values) == 1:
        part = str(values[0])
    bare = part.strip(_EDGES).lower()
    if bare in _YES or bare in _NO:
        return float(bare in _YES)
    number = _NUMBER.fullmatch(part.strip())
    if number and number[1]:
        value = float(number[1]) / (100 if number[2] else 1)
        return value if value <= 1 else None
    words = [match[1].lower() for match in _WORD.finditer(part[:2000])]
    if words:
        begins = part.lstrip(_EDGES).lower().startswith(words[0])
        return float((words[0] if begins else words[-1]) == "yes")
    if _NEGATED.search(part[:2000]):
        return 0.0
    return 1.0 if _AFFIRMED.search(part[:2000]) else None
