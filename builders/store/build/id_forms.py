"""Whether ids have the form in which a source declares them: their length, their signs, their check digits, and ids and not names."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from itdr.builders.core.reasons import ENOUGH_TO_JUDGE
from itdr.builders.core.schema import Source

ENOUGH_IDS, ENOUGH_NAMED = 400, 100
"""So many ids have a capital among them, and so many of 1,000 interactions are not all names."""
ENOUGH_NUMBERS = 200
"""So many ISBNs show how many of them have another check digit than they should."""
SPREAD = 3
"""So many times the root of an expected number may a number be above it by chance."""
ISBN = r"^\d{9}[\dX]$"
NAMED = "^name:"
"""How the id begins of what has only a name."""


def misshapen(source: Source, ids: pa.ChunkedArray, table: str) -> str:
    """What shows that ids were cut, or written in small letters.

    Args:
        source: the declaration; its option `id_signs` says how many signs ids have, with capitals among them, and
            `user_signs` how many those of users have at least, which are an "A", capitals and digits.
        ids: the ids of a table.
        table: its name, for the message.

    Returns:
        A clause; empty where nothing shows it.
    """
    least = source.options.get("user_signs", 0) if table == "users" else 0
    form = f"^A[A-Z0-9]{{9,{least - 2}}}$"
    cut = _count(pc.match_substring_regex(ids, form)) if least else 0
    if cut >= ENOUGH_TO_JUDGE and 2 * cut > len(ids):
        return f"{cut:,} of {len(ids):,} ids of users have fewer than {least} signs, which all official ones have: signs at their ends were removed"
    signs = source.options.get("id_signs")
    if not signs:
        return ""
    n = len(ids)
    others = n - _count(pc.equal(pc.utf8_length(ids), signs))
    if ENOUGH_TO_JUDGE <= others < n - others:
        return f"{others:,} of {n:,} ids of {table} have another length than the {signs} signs of all others: signs were removed or added, or ids replaced"
    small = _count(pc.equal(ids, pc.utf8_lower(ids)))
    if others < n - others and small == n >= ENOUGH_IDS:
        return f"none of {n:,} ids of {table} has a capital: they were written in small letters"
    return ""


def named(source: Source, ids: pa.ChunkedArray, table: str) -> str:
    """What shows that all ids were removed, so that names stand in their place; arguments as for `misshapen`.

    Returns:
        A clause, of what may be right; empty where nothing shows it.
    """
    n = len(ids)
    if source.described or n < ENOUGH_NAMED or _count(pc.match_substring_regex(ids, NAMED)) < n:
        return ""
    return f"none of {n:,} {table} has an id, and all are known by their names: the column of ids may have been emptied"


def unusual(source: Source, ids: pa.ChunkedArray, key: str) -> list[str]:
    """What shows that some ids were cut or edited.

    Args:
        source: the declaration; its option `id_forms` has a pattern by column, and the share of official ids that have another form,
            and `check_digits` the share of ISBNs that may have another check digit.
        ids: the different ids.
        key: their column.

    Returns:
        A clause for each thing that may be wrong.
    """
    table = f"{key.removesuffix('_id')}s"
    notes = []
    if len(ids) >= ENOUGH_TO_JUDGE and key in source.options.get("id_forms", {}):
        pattern, usual = source.options["id_forms"][key]
        others = ids.filter(pc.invert(pc.match_substring_regex(ids, f"^(?:{pattern})$")))
        expected = usual * len(ids)
        if len(others) > expected + SPREAD * math.sqrt(expected):
            notes.append(
                f"{len(others):,} of {len(ids):,} ids of {table} have another form than official ones, such as {others[0].as_py()!r}: "
                "signs were lost or added, or ids replaced"
            )
    if key == "item_id" and "check_digits" in source.options:
        numbers = ids.filter(pc.match_substring_regex(ids, ISBN))
        wrong = _wrong_check_digits(numbers)
        if len(numbers) >= ENOUGH_NUMBERS and wrong > source.options["check_digits"] * len(numbers):
            notes.append(
                f"{wrong:,} of {len(numbers):,} ISBNs have another check digit than their other digits ask for, and officially hardly any "
                "has: digits were edited, lost or exchanged"
            )
    return notes


def _wrong_check_digits(numbers: pa.ChunkedArray) -> int:
    signs = np.array(numbers.to_pylist(), "S10").view(np.uint8).reshape(-1, 10)
    digits = np.where(signs == ord("X"), 10, signs.astype(int) - ord("0"))
    return int(np.count_nonzero(digits @ np.arange(10, 0, -1) % 11))


def _count(found: pa.ChunkedArray) -> int:
    return int(pc.sum(found).as_py() or 0)
