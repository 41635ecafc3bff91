"""Whether titles of reviews belong to their texts: columns that were swapped, or moved by a row."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.reasons import ENOUGH_TO_JUDGE
from itdr.builders.sources._formats.validate import AGAIN, ends_of

ENOUGH_REVIEWS = 100
"""So many reviews show whether their titles are longer than their texts."""
_WORD = re.compile("[a-z]{4,}")


def require_own_texts(path: Path) -> None:
    """Check the first and the last reviews of a file of JSON lines.

    Args:
        path: the file; its records have `title` and `text`.

    Raises:
        RawFileError: titles are longer than texts, or share their words with those of the review before or after.
    """
    reviews = []
    for line in ends_of(path).split("\n"):
        with suppress(ValueError, AttributeError):
            record = json.loads(line)
            both = record.get("title"), record.get("text")
            if all(isinstance(one, str) and one for one in both):
                reviews.append(both)
    reviews = list(dict.fromkeys(reviews))
    longer = sum(len(title) > len(text) for title, text in reviews)
    if len(reviews) >= ENOUGH_REVIEWS and 2 * longer > len(reviews):
        raise RawFileError(
            f"{path}: of {len(reviews):,} reviews that were looked at, {longer:,} have a title longer than the text: the two "
            f"columns were swapped. {AGAIN}"
        )
    words = [tuple(set(_WORD.findall(one.lower())) for one in both) for both in reviews]
    own = sum(bool(title & text) for title, text in words)
    others = max(_shared(words), _shared(words[::-1]))
    if others >= ENOUGH_TO_JUDGE and others > 1.5 * own:
        raise RawFileError(
            f"{path}: of {len(reviews):,} reviews that were looked at, {own:,} have a word of the title in their text, and "
            f"{others:,} in that of the review beside them: one of the two columns was moved by a row. {AGAIN}"
        )


def _shared(words: Sequence[tuple[set[str], ...]]) -> int:
    """How many titles share a word with the next text."""
    return sum(bool(one[0] & other[1]) for one, other in pairwise(words))
