"""Whether the ids of two tables mean the same: of one table alone they may have been numbered anew, or moved by one."""

from __future__ import annotations

from typing import NamedTuple

from itdr.builders.core.reasons import ENOUGH_TO_JUDGE
from itdr.builders.core.schema import Source
from itdr.builders.store.build.joins import KEYS
from itdr.builders.store.build.limits import Row

ENOUGH_DENSE, MANY_DENSE = 100, 500
"""So many ids from 1 on without a gap are no chance, where the official ones have gaps; and where nothing else
shows it."""
MOST_MISSING = 0.01
"""The share of rated ids without a record from which on ids without a gap were numbered anew."""
MORE_RECORDS = 1.2
"""So many records for each id that is rated: where these have no gap, they were numbered anew."""


EXACT = 2_048
"""A float of 16 bits holds even numbers alone above it."""


class Numbers(NamedTuple):
    """How many different ids there are, how many of them are whole numbers, the least and the greatest; how many are above
    `EXACT`, how many of these are even, and how many of the others odd."""

    n: int
    numbers: int
    least: int | None
    most: int | None
    great: int = 0
    even: int = 0
    odd: int = 0

    @property
    def went_through_a_float(self) -> bool:
        """Whether all that a float of 16 bits rounds are rounded, and not chosen so."""
        return self.great == self.even >= ENOUGH_TO_JUDGE <= self.odd

    def has_no_gap(self, first: int = 1) -> bool:
        """Whether they are all the numbers from the first on."""
        dense = self.n == self.numbers >= ENOUGH_DENSE and self.least == first
        return dense and self.most == self.n + first - 1


def numbers_query(ids: str) -> str:
    """SQL for the `Numbers` of ids.

    Args:
        ids: what stands behind FROM; its column `id` is a text, in which letters may stand before a number.

    Returns:
        A SELECT.
    """
    return f"""
SELECT count(*) AS n, count(number) AS numbers, min(number) AS least, max(number) AS most,
       count(CASE WHEN number > {EXACT} THEN 1 END) AS great,
       count(CASE WHEN number > {EXACT} AND number & 1 = 0 THEN 1 END) AS even,
       count(CASE WHEN number <= {EXACT} AND number & 1 = 1 THEN 1 END) AS odd
FROM (SELECT DISTINCT id, TRY_CAST(regexp_replace(id, '^[A-Za-z_]+', '') AS INTEGER) AS number FROM {ids}) AS numbered
"""


def renumbered(source: Source, table: str, row: Row, missing: int) -> str:
    """What shows that ids of the interactions, or of the table that describes them, are others than the official ones.

    Args:
        source: the declaration, which says where official ids have gaps and how far they go.
        table: `items` or `users`.
        row: runs a query of one row.
        missing: how many ids of the interactions have no record.

    Returns:
        A clause; empty where nothing shows it.
    """
    key, codes = KEYS[table]
    last = source.options.get("last_ids", {}).get(key)
    from_one = key in source.options.get("from_one", ())
    gaps = source.options.get("gaps", {}).get(table, ())
    official = source.options.get("all_recorded", {}).get(table)
    if not (last or from_one or gaps or official):
        return ""
    records = Numbers(*row(numbers_query(_recorded(table, key))))
    rated = Numbers(*row(numbers_query(f"(SELECT id FROM {codes}) AS c")))
    for name, ids in {"records": records, "interactions": rated}.items():
        if ids.went_through_a_float:
            return (
                f"all {ids.great:,} ids of {table} above {EXACT:,} in the {name} are even: they went through a float of 16 bits, "
                "which rounds these"
            )
    if from_one and records.has_no_gap(first=2):
        return f"the ids of the records of {table} begin with 2 and have no gap, and official ids begin with 1: they were moved, or the first record was lost"
    for name, ids in {"records": records, "interactions": rated}.items():
        if from_one and ids.n >= ENOUGH_TO_JUDGE and ids.least == 0:
            return f"an id of {table} in the {name} is 0, and official ids begin with 1"
        if last and ids.n >= ENOUGH_TO_JUDGE and (ids.most or 0) > last:
            return f"an id of {table} in the {name} is {ids.most:,}, and official ids end with {last:,}"
    if official and records.n >= official and missing >= ENOUGH_TO_JUDGE:
        return (
            f"all {records.n:,} official records of {table} are there, and {missing:,} of {rated.n:,} ids in the interactions have "
            "none, where officially each has one"
        )
    if "none" in gaps and records.has_no_gap() and (rated.most or 0) > records.n:
        return (
            f"the ids of the records of {table} are all the numbers from 1 to {records.n:,}, and those of the interactions "
            f"go on to {rated.most:,}: the end of the file is missing, records were left out and the others numbered anew, or ids changed"
        )
    lost = missing >= max(ENOUGH_TO_JUDGE, MOST_MISSING * rated.n)
    many = rated.n >= MANY_DENSE and records.n >= MORE_RECORDS * rated.n
    if "rated" in gaps and rated.has_no_gap() and (records.most or 0) > rated.n and (lost or many):
        return _without_gap(table, "interactions", rated, missing)
    if "recorded" in gaps and records.has_no_gap() and (rated.most or 0) > records.n and lost:
        return _without_gap(table, "records", records, missing)
    return ""


def _recorded(table: str, key: str) -> str:
    return f"(SELECT CAST({key} AS STRING) AS id FROM {table}_raw WHERE reject IS NULL) AS r"


def _without_gap(table: str, where: str, ids: Numbers, missing: int) -> str:
    return (
        f"the ids of {table} in the {where} are all the numbers from 1 to {ids.n:,}, the official ones have gaps, "
        f"and {missing:,} ids have no record"
    )
