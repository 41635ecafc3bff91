"""Whether a source's tables belong together: ids without a record, and records that contradict others.

Relational steps in standard SQL, run by either engine through `ask`, which gives the one number of a
query.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from itdr.builders.store.build import statements

Ask = Callable[[str], int]
"""Runs a query of one number."""

KEYS = {"items": ("item_id", "item_codes"), "users": ("user_id", "user_codes")}
"""The tables that describe ids: their id column, and the table of the ids that interactions name."""
CONTRADICTING = "repeated id, different record (the one that sorts first is kept)"

_ISBN = (
    "CASE WHEN length({id}) = 13 AND substring({id}, 1, 3) = '978' THEN substring({id}, 4, 9) "
    "WHEN length({id}) = 10 THEN substring({id}, 1, 9) ELSE {id} END"
)
FORMS = {
    "blanks around them": "trim({id})",
    "upper and lower case": "lower(trim({id}))",
    "leading zeros": "regexp_replace(trim({id}), '^0+', '')",
    "ISBN-10 and ISBN-13": _ISBN,
}
"""How ids of two files may differ that mean the same: a name, and SQL for a form that has no such
difference."""


def contradicting_records(ask: Ask, table: str, columns: Collection[str]) -> int:
    """Count the records beyond the first of an id that say something else than it does.

    Args:
        ask: runs a query.
        table: `items` or `users`.
        columns: its columns.

    Returns:
        How many records are not used, identical copies left out.
    """
    key = KEYS[table][0]
    names = sorted(name for name in columns if name != key)
    if not names:
        return 0
    texts = ", ".join(f"coalesce({statements.spelled(name)}, '')" for name in names)
    kept = f"FROM {table}_raw WHERE reject IS NULL"
    return ask(f"""
SELECT CAST(coalesce(sum(records - 1), 0) AS BIGINT) AS n FROM (
    SELECT count(DISTINCT md5(concat_ws(chr(29), {texts}))) AS records
    {kept} AND {key} IN (SELECT {key} {kept} GROUP BY {key} HAVING count(*) > 1)
    GROUP BY {key}
) AS repeated
""")


def unmatched_ids(ask: Ask, table: str, ids: int) -> dict[str, Any]:
    """How many of the ids that interactions name have no record, and where most have none, why.

    Args:
        ask: runs a query.
        table: `items` or `users`.
        ids: how many ids there are.

    Returns:
        `of`, `missing` and `cause` ("" where most ids have a record).
    """
    missing = ask(f"SELECT count(*) AS n FROM ({_missing(table)}) AS m")
    cause = _cause(ask, table, ids, missing) if is_most(missing, ids) else ""
    return {"of": ids, "missing": missing, "cause": cause}


def untitled_items(ask: Ask, columns: Collection[str]) -> int:
    """Count the items that interactions name and whose records have no title.

    Args:
        ask: runs a query.
        columns: the columns of the table of items.

    Returns:
        How many there are; 0 where no item has a title.
    """
    if "title" not in columns:
        return 0
    return ask("""
SELECT count(*) AS n FROM (
    SELECT CAST(item_id AS STRING) AS id FROM items_raw WHERE reject IS NULL
    GROUP BY item_id HAVING count(title) = 0
) AS r JOIN item_codes AS c ON c.id = r.id
""")


def is_most(missing: int, ids: int) -> bool:
    """Whether more than half of the ids have no record."""
    return 2 * missing > ids


def _missing(table: str) -> str:
    key, codes = KEYS[table]
    return f"""
SELECT c.id AS id FROM {codes} AS c
LEFT JOIN ({_recorded(table, key)}) AS r ON r.id = c.id
WHERE r.id IS NULL"""


def _recorded(table: str, key: str) -> str:
    return f"SELECT DISTINCT CAST({key} AS STRING) AS id FROM {table}_raw WHERE reject IS NULL"


def _cause(ask: Ask, table: str, ids: int, missing: int) -> str:
    """Half a sentence: why most ids have no record."""
    key = KEYS[table][0]
    records = ask(f"SELECT count(*) AS n FROM ({_recorded(table, key)}) AS r")
    for name, form in FORMS.items():
        met = ask(f"""
SELECT count(*) AS n FROM ({_missing(table)}) AS m
WHERE {form.format(id="m.id")} IN (
    SELECT {form.format(id="r.id")} FROM ({_recorded(table, key)}) AS r)
""")
        if 2 * met > missing:
            return f"the ids of the two files differ in {name}"
    if 2 * records < ids:
        return f"the file has {records:,} usable {'record' if records == 1 else 'records'} alone"
    return "the ids of the two files differ: they are written differently, or of different releases"
