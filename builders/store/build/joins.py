"""Whether a source's tables belong together: ids without a record, and records that contradict others.

Relational steps in standard SQL, run by either engine through `ask`, which gives the one number of a
query.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from itdr.builders.core.reasons import ENOUGH_TO_JUDGE
from itdr.builders.store.build import statements
from itdr.builders.store.build.limits import Row

Ask = Callable[[str], int]
"""Runs a query of one number."""

KEYS = {"items": ("item_id", "item_codes"), "users": ("user_id", "user_codes")}
"""The tables that describe ids: their id column, and the table of the ids that interactions name."""
CONTRADICTING = "repeated id, different record (the one that sorts first is kept)"

_ISBN = (
    "CASE WHEN length({id}) = 13 AND substring({id}, 1, 3) = '978' THEN substring({id}, 4, 9) "
    "WHEN length({id}) = 10 THEN substring({id}, 1, 9) ELSE {id} END"
)
ENOUGH_CONTRADICTED, MOST_CONTRADICTED = 100, 0.9
"""So many ids have different records, and this share of those with several: one table holds those of others."""
MOST_LOST = 0.95
"""The share of ids without a record up to which they are written as those with one are."""
_LEAST_CUT = 4
"""Shorter ids begin others by chance."""
UNUSED_TAG = "user or item without an interaction"
_OTHER = (("items", "users"), ("users", "items"))
_NO_ZEROS = "regexp_replace(trim({id}), '^0+', '')"
SHAPE = "translate(lower({id}), '123456789bcdefghijklmnopqrstuvwxyz', '000000000aaaaaaaaaaaaaaaaaaaaaaaaa')"
"""SQL for the form of an id: 0 for each digit, a for each letter."""
FORMS = {
    "blanks around them": "trim({id})",
    "upper and lower case": "lower(trim({id}))",
    "leading zeros": _NO_ZEROS,
    "ISBN-10 and ISBN-13": _ISBN,
    "marks such as commas": "replace(translate(lower({id}), '.,:;!?()[]&/-\"#*' || chr(39), ''), ' ', '')",
}
"""How ids of two files may differ that mean the same: a name, and SQL for a form that has no such
difference."""


def contradicting_records(row: Row, table: str, columns: Collection[str]) -> tuple[int, int, int]:
    """Count the records beyond the first of an id that say something else than it does.

    Args:
        row: runs a query of one row.
        table: `items` or `users`.
        columns: its columns.

    Returns:
        How many records are not used, identical copies left out; how many ids have several records, and how many of
        these ids have different ones.
    """
    key = KEYS[table][0]
    names = sorted(name for name in columns if name != key)
    if not names:
        return 0, 0, 0
    texts = ", ".join(f"coalesce({statements.spelled(name)}, '')" for name in names)
    from_clause = f"FROM {table}_raw WHERE reject IS NULL"
    unused, repeated, contradicted = row(f"""
SELECT CAST(coalesce(sum(records - 1), 0) AS BIGINT) AS unused, count(*) AS repeated,
       count(CASE WHEN records > 1 THEN 1 END) AS contradicted
FROM (
    SELECT count(DISTINCT md5(concat_ws(chr(29), {texts}))) AS records
    {from_clause} AND {key} IN (SELECT {key} {from_clause} GROUP BY {key} HAVING count(*) > 1)
    GROUP BY {key}
) AS repeated
""")
    return unused, repeated, contradicted


def emptied_in_some(
    row: Row, table: str, columns: Collection[str], contradicted: int
) -> tuple[str, int]:
    """Find the column that some records of an id have and others lack.

    Args:
        row: runs a query of one row.
        table: `items` or `users`.
        columns: its columns.
        contradicted: how many ids have different records.

    Returns:
        The column, and of how many ids this is so, if nearly all; else "" and 0.
    """
    key = KEYS[table][0]
    names = sorted(name for name in columns if name != key)
    counts = ", ".join(
        f"count(CASE WHEN {name}_n BETWEEN 1 AND records - 1 THEN 1 END) AS {name}_some"
        for name in names
    )
    parts = ", ".join(
        f"count(nullif({statements.spelled(name)}, '')) AS {name}_n" for name in names
    )
    column_counts = row(f"""
SELECT {counts} FROM (
    SELECT count(*) AS records, {parts} FROM {table}_raw WHERE reject IS NULL GROUP BY {key} HAVING count(*) > 1
) AS repeated
""")
    most = max(range(len(names)), key=lambda place: column_counts[place])
    return (
        (names[most], column_counts[most])
        if column_counts[most] > MOST_CONTRADICTED * contradicted
        else ("", 0)
    )


def contradict_each_other(repeated: int, contradicted: int) -> bool:
    """Whether the records of one id are those of several: a column was moved, or holds other ids.

    Args:
        repeated: how many ids have several records.
        contradicted: how many of them have different ones.
    """
    return contradicted >= ENOUGH_CONTRADICTED and contradicted > MOST_CONTRADICTED * repeated


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


def are_swapped(
    ask: Ask, counts: Mapping[str, int], unmatched: Mapping[str, Mapping[str, Any]]
) -> bool:
    """Whether the columns of users and items were swapped: what should be ids of users have records of items,
    and what should be ids have none.

    Args:
        ask: runs a query.
        counts: how many items and users the interactions name.
        unmatched: the results of `unmatched_ids` by table.

    Returns:
        False where too few users show it.
    """
    items = unmatched.get("items")
    if not items or counts["users"] < ENOUGH_TO_JUDGE or not is_most(items["missing"], items["of"]):
        return False
    # Numbers may be ids of both: enough users have a profile by chance.
    if any(10 * one["missing"] < one["of"] for one in unmatched.values()):
        return False
    return all(
        _belong_to(ask, table, other, counts[other])
        for table, other in _OTHER
        if table in unmatched
    )


def _belong_to(ask: Ask, table: str, other: str, ids: int) -> bool:
    """Whether nearly all ids of the other kind have a record in a table."""
    key, (_, codes) = KEYS[table][0], KEYS[other]
    matches = ask(f"""
SELECT count(*) AS n FROM {codes} AS c WHERE {_NO_ZEROS.format(id="c.id")} IN (
    SELECT {_NO_ZEROS.format(id="r.id")} FROM ({_recorded(table, key)}) AS r)
""")
    return 10 * matches > 9 * ids


def unused_tags(ask: Ask) -> tuple[int, bool]:
    """Count the tags of a user or an item without an interaction, and tell whether these columns were swapped.

    Args:
        ask: runs a query.

    Returns:
        How many there are, and whether they were.
    """

    def count(query: str) -> int:
        return ask(f"SELECT count(*) AS n FROM ({query}) AS t")

    n = count("SELECT tag FROM tags_raw WHERE reject IS NULL")
    unused = n - count(statements.TAGS.format(item="item_id", user="user_id"))
    if n < ENOUGH_TO_JUDGE or not is_most(unused, n):
        return unused, False
    return unused, 10 * count(statements.TAGS.format(item="user_id", user="item_id")) > 9 * n


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
        matches = ask(f"""
SELECT count(*) AS n FROM ({_missing(table)}) AS m
WHERE {form.format(id="m.id")} IN (
    SELECT {form.format(id="r.id")} FROM ({_recorded(table, key)}) AS r)
""")
        if 2 * matches > missing:
            return f"the ids of the two files differ in {name}"
    if 2 * records >= ids and (least := _cut_to(ask, table, missing)):
        return f"in one of the two files the ids were cut off after {least} characters"
    if missing < MOST_LOST * ids and ids - missing >= ENOUGH_TO_JUDGE and records >= ids:
        return (
            f"the file has {records:,} usable records, and {ids - missing:,} of them are of these ids: the ids of the two files are "
            "of different kinds or releases, or records are missing"
        )
    if 2 * records < ids or (missing < MOST_LOST * ids and ids - missing >= ENOUGH_TO_JUDGE):
        return f"the file has {records:,} usable {'record' if records == 1 else 'records'} alone, and others are missing"
    matches = ask(f"""
SELECT count(*) AS n FROM ({_missing(table)}) AS m
WHERE {SHAPE.format(id="m.id")} IN (
    SELECT {SHAPE.format(id="r.id")} FROM ({_recorded(table, key)}) AS r)
""")
    if 2 * matches > missing:
        return (
            f"the file has {records:,} usable records, and their ids have the same form as these: records of these are missing, or "
            "one of the files is of another release or was numbered anew"
        )
    return "the ids of the two files differ: they are written differently, or of different releases"


def _cut_to(ask: Ask, table: str, missing: int) -> int:
    """The length to which the ids of one file were cut, where most of them begin those of the other one; else 0."""
    recorded = _recorded(table, KEYS[table][0])
    longest = [
        ask(f"SELECT coalesce(max(length(id)), 0) AS n FROM ({ids}) AS t")
        for ids in (_missing(table), recorded)
    ]
    least = min(longest)
    if least == max(longest) or least < _LEAST_CUT:
        return 0
    matches = ask(f"""
SELECT count(*) AS n FROM ({_missing(table)}) AS m
WHERE substring(m.id, 1, {least}) IN (SELECT substring(r.id, 1, {least}) FROM ({recorded}) AS r)
""")
    return least if 2 * matches > missing else 0
