"""Whether ids have the form in which a source declares them: their length, their capitals, and ids and not names."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from itdr.builders.core.reasons import ENOUGH_TO_JUDGE
from itdr.builders.core.schema import Source

ENOUGH_IDS, ENOUGH_NAMED = 400, 100
"""So many ids have a capital among them, and so many of 1,000 interactions are not all names."""
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


def _count(found: pa.ChunkedArray) -> int:
    return int(pc.sum(found).as_py() or 0)
