"""What is said of files that deviate from the released ones."""

from __future__ import annotations

from collections.abc import Sequence

from itdr.builders.store.build.reference.features import LEVELS, VALUE
from itdr.builders.store.build.reference.within import EQUAL, OWNERS, SPREAD

SAID: dict[str, tuple[str, str]] = {
    "stated": ("have a value", "missing ones were filled, or values removed"),
    "alike": (
        "are equal to another one drawn at random",
        "values were merged, filled or made distinct",
    ),
    "longest": ("are as long as the longest", "they were cut off"),
    "greatest": ("are the greatest", "greater ones were cut off, or missing ones filled"),
    "least": ("are the least", "lesser ones were cut off, or missing ones filled"),
    "most": ("have as many names as the longest list", "lists were cut off"),
    "sorted": ("are in alphabetical order", "lists were sorted or shuffled"),
    "several": ("have several names", "lists were cut, split or joined"),
    "repeated": ("name something twice", "lists were joined"),
    "capital": ("have a capital", "capitals were lost or added, or values are of another kind"),
    "small": ("have a small letter", "small letters were replaced by capitals"),
    "small first": ("begin with a small letter", "capitals were lost, or beginnings cut off"),
    "capital word": ("have a word such as 'Of' within", "words were put in capitals"),
    "small word": ("have a word such as 'of' within", "words were removed or put in capitals"),
    "shouted": ("have a word in capitals", "letters were put in capitals or in small letters"),
    "beyond": ("have a letter or sign beyond ASCII", "accents or other scripts were lost"),
    "chinese": ("have Chinese characters", "texts were translated, or lost other scripts"),
    "digit": ("have a digit", "digits were removed, or values are of another kind"),
    "blank": ("have a blank", "words were joined, cut off or split, or missing values filled in"),
    "two blanks": ("have two blanks in a row", "marks were replaced by blanks"),
    "line end": ("have a line end", "line ends were removed, or two columns swapped"),
    "code": ("have codes such as '&amp;' or '<br>'", "texts were escaped"),
    "link": ("have an address", "values are of another kind"),
    "number alone": ("are mere numbers", "values were replaced by codes"),
    "whole": ("are whole numbers", "they were rounded, or others were filled in"),
    "zero": ("are 0", "missing ones were filled"),
    "negative": ("are negative", "they were converted"),
    "midnight": ("are at 00:00:00", "hours were lost, or times moved"),
    "full hour": ("are at a full hour", "minutes were lost"),
    "full minute": ("are at a full minute", "seconds were lost"),
    "crowded second": (
        "are of one user's ten or more within a second",
        "rows were added, or times rounded",
    ),
    "same second": (
        "are of a second in which the user has others",
        "rows were added, or times rounded or made up",
    ),
    "repeated pair": ("repeat user and item", "rows were added, or users or items merged"),
    **{
        f"{SPREAD}{owner}": (
            f"is within rows of one {owner}",
            f"values were moved to other rows, or one value was given to all rows of each {owner}",
        )
        for owner in OWNERS
    },
    **{
        f"{EQUAL}{owner}": (
            f"are equal to another one of the {owner}",
            f"one value was given to all rows of each {owner}, or rows were added twice",
        )
        for owner in OWNERS
    },
    **{
        name: (f"are between {first}:00 and {first + 5}:59", "times of day were changed")
        for name, first in (("night", 0), ("morning", 6), ("afternoon", 12), ("evening", 18))
    },
    "glued": ("have a mark without a blank behind it", "line ends or blanks were removed"),
    "late hour": ("are between 13:00 and 23:59", "they lost AM and PM"),
    "late minute": ("are in the second half of an hour", "minutes were replaced"),
    "late second": ("are in the second half of a minute", "seconds were replaced"),
    "same rating": ("have the rating of the user's row before", "ratings were filled or replaced"),
    "same weight": ("have the weight of the user's row before", "weights were filled or replaced"),
}
"""By feature, what its share is of, and what a deviation may mean."""
PLAIN = {
    "mark": "have a punctuation mark",
    "comma": "have a comma",
    "apostrophe": "have an apostrophe",
    "hyphen": "have a hyphen or a dash",
    "bracket": "have a bracket",
    "ampersand": "have an '&'",
    "slash": "have a slash",
    "quote": "have a quotation mark",
    "asked": "have a question mark",
    "underscore": "have an underscore",
    "four digits": "have four digits in a row, as years do",
    "article first": "begin with 'The', 'A' or 'An'",
    "pleased": "have a word of praise, such as 'great' or 'best'",
    "displeased": "have a word of dislike, such as 'bad' or 'not'",
    "mark last": "end in a full stop, '!' or '?'",
    "bracket last": "end in a closing bracket",
    "bracket open": "end within brackets",
    "dots last": "end in three dots",
    "multiple of 5": "are multiples of 5",
    "multiple of 10": "are multiples of 10",
    "tens of seconds": "are at a multiple of ten seconds",
    "first of a month": "are of the first day of a month",
    "first twelve days": "are of the first twelve days of a month",
    "January": "are of a January",
    "weekend": "are of a Saturday or Sunday",
}
"""What the share of any other feature is of."""
UNITS = {"length": " characters", "count": " names", "value": ""}
CHANGED = "values were changed or cut"
UNLESS = "if you did not choose such a part, put the official file in place"
ALL_HOURS = (
    "'timestamp' is at all hours of the day alike, and not in the released file: "
    f"perhaps times of day were made up; {UNLESS}"
)
"""What is said of times at random hours."""


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
    may = CHANGED
    if feature in LEVELS:
        unit = UNITS[feature]
        finding = f"the median of {_shown(column)} is {size:,.4g}{unit}"
        usual = _range(f"{least:,.4g}", f"{most:,.4g}")
    else:
        what, may = SAID.get(feature) or (_plainly(feature), may)
        of = "the spread of " if feature.startswith(SPREAD) else ""
        finding = f"{size:.1%} of {of}{_shown(column)} {what}"
        usual = _range(f"{least:.1%}", f"{most:.1%}")
    return f"{finding}, and {usual} in the released file: perhaps {may}; {UNLESS}"


def _plainly(feature: str) -> str:
    """What the share of a feature of `PLAIN` is of, or of `is 4`."""
    return f"are {feature.removeprefix(VALUE)}" if feature.startswith(VALUE) else PLAIN[feature]


def association_said(left: str, right: str, kind: str, size: float, usual: float, rows: int) -> str:
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
    moved = "perhaps one of the two was moved to other rows, or replaced"
    if kind == "words":
        finding = f"{_shown(left)} and {_shown(right)} share a word in {max(0.0, size):.0%} of {rows:,} rows beyond chance"
        return f"{finding}, and in at least {usual:.0%} in the released file: {moved}; {UNLESS}"
    finding = f"{_shown(left)} and {_shown(right)} are associated by {size:.2f} in {rows:,} rows"
    return f"{finding}, and by at least {usual:.2f} in the released file: {moved}; {UNLESS}"


def hours_said(by: int) -> str:
    """What is said of times that are at other hours than those of the released files.

    Args:
        by: how many hours later they are; less than 0 for earlier.

    Returns:
        A sentence without a full stop.
    """
    finding = f"'timestamp' is at the hours of the released file moved by about {by:+d}"
    return (
        f"{finding}: perhaps times were put into another time zone, or AM and PM confused; {UNLESS}"
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


def _range(least: str, most: str) -> str:
    return least if least == most else f"{least} to {most}"
