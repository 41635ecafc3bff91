"""What is said of files that deviate from the released ones."""

from __future__ import annotations

from collections.abc import Sequence

from itdr.builders.store.build.reference.features import LEVELS

MEANING = {
    "capital": "capitals were lost or added",
    "small": "letters were changed",
    "small first": "letters were changed to small ones, or words cut off",
    "beyond": "letters with accents were replaced or lost, or texts translated",
    "chinese": "texts were translated, or are in another encoding",
    "capital word": "words were put in capitals",
    "small word": "words were left out, or put in capitals",
    "line end": "line ends were removed, or two columns swapped",
    "longest": "they were cut off",
    "greatest": "greater ones were cut off, or missing ones filled",
    "least": "lesser ones were cut off, or missing ones filled",
    "most": "lists were cut off",
    "sorted": "lists were sorted",
    "several": "lists were cut to one name, or joined or split in other places",
    "whole": "they were rounded, or replaced by others",
    "multiple of 5": "they were rounded to classes",
    "multiple of 10": "they were rounded to classes",
    "stated": "missing ones were filled, or values removed",
    "alike": "values were merged, filled or made distinct",
    "crowded second": "rows were added, or times filled",
    "same second": "rows were added, or times changed",
    "repeated pair": "rows were added, or users or items merged",
    "same rating": "ratings were filled or replaced",
    "midnight": "hours were lost, or times moved",
    "code": "texts were escaped, or have marks of a web page",
    "code of characters": "texts were escaped",
}
"""By feature, what a deviation may mean."""
ELSE = "values were changed"
NAMES = {
    "stated": "are given",
    "alike": "agree with another one",
    "longest": "are as long as the longest",
    "greatest": "are the greatest one",
    "least": "are the least one",
    "most": "have as many names as the longest list",
    "sorted": "are in alphabetical order",
    "several": "have several names",
    "repeated": "name something twice",
    "capital": "have a capital",
    "small": "have a small letter",
    "beyond": "have a letter or sign beyond ASCII",
    "whole": "are whole numbers",
}
LEVEL_NAMES = {"length": "characters", "value": "", "count": "names"}
AGAIN = "Put the official file in place, unless you chose such a part"


def figure_said(column: str, feature: str, size: float, least: float, most: float) -> str:
    """What is said of a share or a median.

    Args:
        column: the column.
        feature: what was measured.
        size: what was found.
        least: the least of the released files.
        most: the most of them.

    Returns:
        A sentence without a full stop.
    """
    may = MEANING.get(feature, ELSE)
    if feature in LEVELS:
        unit = LEVEL_NAMES[feature]
        return (
            f"the median of {_shown(column)} is {size:,.4g} {unit}".rstrip()
            + f", and {_range(least, most, '{:,.4g}')} in the released file: {may}. {AGAIN}"
        )
    what = NAMES.get(feature, f"are of the kind '{feature}'")
    return (
        f"{size:.1%} of {_shown(column)} {what}, and {_range(least, most, '{:.1%}')} in the released file: perhaps {may}. "
        f"{AGAIN}"
    )


def association_said(
    left: str, right: str, kind: str, size: float, usual: float, rows: int
) -> str:
    """What is said of two columns that no longer say anything of each other.

    Args:
        left: a column.
        right: another one.
        kind: the kind of association.
        size: what was found.
        usual: the size in the released files.
        rows: how many rows were looked at.

    Returns:
        A sentence without a full stop.
    """
    if kind == "words":
        found = f"of {rows:,} rows, {max(0.0, size):.0%} more share a word of {_shown(left)} and {_shown(right)} than by chance"
        return f"{found}, and at least {usual:.0%} in the released file: one of the two columns was perhaps moved to other rows. {AGAIN}"
    return (
        f"{_shown(left)} and {_shown(right)} go together with {size:.2f} in {rows:,} rows, and with at least {usual:.2f} in the "
        f"released file: one of the two columns was perhaps moved to other rows, or replaced. {AGAIN}"
    )


def others_said(column: str, others: Sequence[str]) -> str:
    """What is added where a column no longer says anything of several others.

    Args:
        column: the column.
        others: those beside the one that was named; none adds nothing.
    """
    return f" ({_shown(column)} likewise with {', '.join(map(_shown, others))})" if others else ""


def _shown(column: str) -> str:
    return "rows" if column == "rows" else f"'{column}'"


def _range(least: float, most: float, form: str) -> str:
    low, high = form.format(least), form.format(most)
    return low if low == high else f"{low} to {high}"
