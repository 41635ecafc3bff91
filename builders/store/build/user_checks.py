"""Whether the codes of users mean what the official ones do."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from itdr.builders.core.emptied import unreadable
from itdr.builders.core.errors import RawFileError
from itdr.builders.core.reasons import ENOUGH_TO_JUDGE
from itdr.builders.core.schema import Source
from itdr.builders.store.build.limits import Row

CODED = {"age_group": "ages", "occupation": "occupations"}
"""Columns that readers decode from numbers, with what their values are called."""
MOST_UNKNOWN = 0.02
"""The share of codes without a meaning from which on the others have been changed, too."""
USERS = "SELECT count(*) AS n FROM users_raw WHERE reject IS NULL"


def require_official_codes(
    source: Source,
    columns: Collection[str],
    row: Row,
    files: Sequence[Path],
    emptied: Mapping[tuple[str, str], int],
) -> None:
    """Check the codes of a source's users.

    Args:
        source: the declaration; the user's own data are not checked.
        columns: the columns that its reader fills.
        row: runs a query of one row on `users_raw`.
        files: where the users were read from.
        emptied: counts of values that were emptied, by table and reason.

    Raises:
        RawFileError: a considerable share has no meaning, so that the codes are others.
    """
    if source.described:
        return
    for column, called in CODED.items():
        unknown = emptied.get(("users", unreadable(column)), 0)
        if column not in columns or unknown < ENOUGH_TO_JUDGE:
            continue
        (n,) = row(USERS)
        if unknown >= MOST_UNKNOWN * n:
            raise RawFileError(
                f"{source.id}: {unknown:,} of {n:,} {called} in {', '.join(map(str, files))} are none of the "
                "official codes, so the others may stand for something else: they were numbered anew, or columns "
                "swapped. Put the official file in place."
            )
