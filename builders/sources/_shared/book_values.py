"""Whether ISBNs and places of BookCrossing are whole, as the first and the last lines show."""

from __future__ import annotations

import re
from pathlib import Path

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.reasons import ENOUGH_TO_JUDGE
from itdr.builders.sources._formats.validate import AGAIN, ends_of

_ISBN = re.compile(r'^"?[0-9]+"?[;,]"?([0-9]{6,10})"?[;,]', re.MULTILINE)
_SIGNED = re.compile(r'[;,]"?[0-9]{9}X"?[;,]')
"""An ISBN whose last sign is an X, as of one in eleven."""
_ENOUGH_ISBNS, _LEAST_SHORT = 200, 0.03
_LOCATION = re.compile(r'^"?[0-9]+"?[;,](?:"([^"\r\n]+)"|([^;\r\n]+))[;,]', re.MULTILINE)
"""The ISBN of a rating, where it is a number, and the place of a user."""
_ENOUGH_PLACES = 100


def require_zeros(path: Path) -> None:
    """Check that zeros were not removed from ISBNs.

    Args:
        path: the ratings.

    Raises:
        RawFileError: no ISBN that is a number begins with a zero, and many are too short: they were read as numbers; or
            none ends with X, and many lack it.
    """
    text = ends_of(path)
    isbns = _ISBN.findall(text)
    nine = sum(len(isbn) == 9 for isbn in isbns)
    if (
        len(isbns) >= _ENOUGH_ISBNS
        and nine >= _LEAST_SHORT * len(isbns)
        and not _SIGNED.search(text.upper())
        and any(isbn[0] == "0" for isbn in isbns)
    ):
        raise RawFileError(
            f"{path}: of {len(isbns):,} ISBNs that were looked at, {nine:,} have nine digits, and none ends with X, as one in "
            f"eleven does: a program removed what is no digit. {AGAIN}"
        )
    short = sum(len(isbn) < 10 for isbn in isbns)
    if short >= ENOUGH_TO_JUDGE and 10 * short > len(isbns) and not any(i[0] == "0" for i in isbns):
        raise RawFileError(
            f"{path}: of {len(isbns):,} ISBNs that were looked at, {short:,} have fewer than ten digits, and none begins with 0: a "
            f"spreadsheet removed the zeros. {AGAIN}"
        )


def require_places(path: Path) -> None:
    """Check that places have parts.

    Args:
        path: the users.

    Raises:
        RawFileError: hardly a place is "city, state, country".
    """
    places = ["".join(both) for both in _LOCATION.findall(ends_of(path))]
    parts = sum("," in place for place in places)
    if len(places) >= _ENOUGH_PLACES and 2 * parts < len(places):
        raise RawFileError(
            f"{path}: of {len(places):,} locations that were looked at, {len(places) - parts:,} have no comma, and officially "
            f'all are "city, state, country": they were cut or rewritten. {AGAIN}'
        )
