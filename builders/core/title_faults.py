"""What is wrong with titles as a whole that stand as a program prints or joins them, or that are not there."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from itdr.builders.core.letters import ENOUGH_IF_ALL, MOST
from itdr.builders.core.reasons import ENOUGH_TO_JUDGE

QUOTED = r"""^'[^']*'( [(].*[)])?$|^"[^"]*"( [(].*[)])?$"""
"""A title between quotes, perhaps with a place behind it: few are written so."""
MARKED = '\\"'
"""A quote that another program marked as one within a text."""
NA = ("NA", "N/A", "n/a")
"""What R and others write for a missing value; one title may be so."""
ENOUGH_TO_DIFFER, MOST_OFTEN = 40, 50
"""So many items have different titles; on the average a title has fewer items."""


class TitleCounts(NamedTuple):
    """How many titles there are, different ones, those between quotes, with any quote in them, with a
    marked one, that are `NA`, in capitals, and in small letters; and how many items have none."""

    n: int = 0
    titles: int = 0
    quoted: int = 0
    quotes: int = 0
    marked: int = 0
    na: int = 0
    missing: int = 0
    capitals: int = 0
    small: int = 0

    def fault(self) -> str:
        """What is wrong.

        Returns:
            A clause with `{names}` for the files; empty where nothing is.
        """
        n = self.n
        if self.quoted >= ENOUGH_TO_JUDGE and 2 * self.quoted > n:
            return (
                f"{self.quoted:,} of {n:,} titles in {{names}} stand between quotes, as a program prints "
                "a text: 'Heat'."
            )
        if self.marked >= ENOUGH_IF_ALL and self.marked >= MOST * self.quotes:
            return (
                f'{self.marked:,} of {n:,} titles in {{names}} have quotes behind a backslash (\\"): they '
                "were written by a program that marks quotes so."
            )
        if self.na >= ENOUGH_IF_ALL and self.na > self.missing:
            return (
                f"{self.na:,} of {n:,} titles in {{names}} are 'NA', which R writes for a missing value, "
                "or 'N/A': the titles were lost."
            )
        if n >= ENOUGH_TO_DIFFER and self.titles * MOST_OFTEN <= n:
            return f"{n:,} items in {{names}} have {self.titles:,} different titles: they were overwritten, or lost most of their letters."
        if n >= ENOUGH_TO_DIFFER and 10 * self.capitals > 9 * n:
            return f"{self.capitals:,} of {n:,} titles in {{names}} were written in capitals."
        if n >= ENOUGH_TO_DIFFER and 10 * self.small > 9 * n:
            return f"{self.small:,} of {n:,} titles in {{names}} were written in small letters."
        return ""


def title_counts(texts: Any) -> TitleCounts:
    """The counts of titles in an array.

    Args:
        texts: an array of strings.

    Returns:
        The counts.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    n = len(texts) - texts.null_count
    quoted, quotes, marked = (
        pc.match_substring_regex(texts, form).true_count
        for form in (QUOTED, '"', re.escape(MARKED))
    )
    titles, na = pc.count_distinct(texts).as_py(), pc.is_in(texts, pa.array(NA)).true_count
    upper, lower = pc.utf8_upper(texts), pc.utf8_lower(texts)
    # What has no letters of two kinds is written in both.
    both = pc.equal(lower, upper).true_count
    capitals, small = (pc.equal(texts, case).true_count - both for case in (upper, lower))
    return TitleCounts(n, titles, quoted, quotes, marked, na, texts.null_count, capitals, small)


def added(one: TitleCounts, other: TitleCounts) -> TitleCounts:
    """The counts of two arrays together; a title in both counts twice."""
    return TitleCounts._make(a + b for a, b in zip(one, other, strict=True))
