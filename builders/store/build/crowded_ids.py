"""Whether one id stands for many users or items: a word for a missing one, or a value that was filled into many rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from itdr.builders.core.duckdb_csv import literal
from itdr.builders.core.errors import RawFileError
from itdr.builders.core.reasons import ENOUGH_TO_JUDGE
from itdr.builders.core.schema import Source
from itdr.builders.store.build.joins import KEYS
from itdr.builders.store.build.limits import Row

ENOUGH, MOST_OF_ONE, TIMES_MORE = 1_000, 0.05, 20
"""Of so many interactions, hardly one user or item has this share, and so many times as many as the next one."""
MOST_AGAIN = 0.1
"""The share of these by which they are more than their pairs of user and item, where the id is that of many."""
MOST_OF_NOBODY = 0.01
"""The share of the interactions of users who are called by a word for nobody, which may be the name of one."""
NOBODY = (
    "anonymous",
    "anon",
    "unknown",
    "guest",
    "nobody",
    "none",
    "null",
    "nan",
    "undefined",
    "missing",
    "deleted",
)
"""Words that programs write where a user is not known, in small letters."""
FIRST = """
SELECT max_by(id, n) AS id, max(n) AS most, min(n) AS next
FROM (SELECT id, n FROM {codes} ORDER BY n DESC, id LIMIT 2) AS firsts
"""
AGAIN = """
SELECT count(DISTINCT {other}) AS different FROM interactions_raw
WHERE reject IS NULL AND CAST({key} AS STRING) IN (SELECT id FROM {codes} WHERE n >= {most})
"""
RECORDS = """
SELECT count(*) AS n FROM users_raw
WHERE reject IS NULL AND CAST(user_id AS STRING) IN (SELECT id FROM user_codes WHERE n >= {most})
"""
CALLED = f"""
SELECT min(id) AS id, CAST(coalesce(sum(n), 0) AS BIGINT) AS n FROM user_codes
WHERE n >= {ENOUGH_TO_JUDGE} AND lower(trim(id)) IN ({", ".join(map(literal, NOBODY))})
"""


def require_spread_ids(
    source: Source,
    row: Row,
    columns: Mapping[str, Collection[str]],
    counts: Mapping[str, int],
    files: Iterable[Path],
) -> None:
    """Check that no id stands for many users or items.

    Args:
        source: the declaration; the user's own data may be those of one user.
        row: runs a query of one row.
        columns: the columns of each table that was read.
        counts: how many items, users and interactions there are.
        files: the raw files.

    Raises:
        RawFileError: one does.
    """
    if source.described or counts["interactions"] < ENOUGH:
        return
    fault = _called_nobody(row, counts["interactions"])
    for table in KEYS:
        fault = fault or _crowded(row, table, columns, counts)
    if fault:
        names = ", ".join(map(str, files))
        raise RawFileError(f"{source.id}: {names}: {fault}. Put the official file in place.")


def _called_nobody(row: Row, interactions: int) -> str:
    word, n = row(CALLED)
    if n < MOST_OF_NOBODY * interactions:
        return ""
    return (
        f"{n:,} of {interactions:,} interactions are of the user {word!r}: this is no id, but stands in place of those "
        "that are missing"
    )


def _crowded(
    row: Row, table: str, columns: Mapping[str, Collection[str]], counts: Mapping[str, int]
) -> str:
    """One id that has many times as many interactions as any other, and pairs of user and item again and again."""
    key, codes = KEYS[table]
    (other,) = (one for one, _ in KEYS.values() if one != key)
    n, single = counts["interactions"], counts[table] == 1
    if not single and counts[table] < ENOUGH_TO_JUDGE:
        return ""
    first, most, after = row(FIRST.format(codes=codes))
    if not single and most < max(MOST_OF_ONE * n, TIMES_MORE * after):
        return ""
    # Somebody with a profile is one person, and a part of a file may end with them.
    if table == "users" and columns.get(table) and row(RECORDS.format(most=most))[0]:
        return ""
    (different,) = row(AGAIN.format(key=key, other=other, codes=codes, most=most))
    if different < ENOUGH_TO_JUDGE or most - different < MOST_AGAIN * most:
        return ""
    kind = table.removesuffix("s")
    clause = f"{most:,} of {n:,} interactions are of the {kind} {first!r}"
    rest = "there is no other" if single else f"no other has more than {after:,}"
    return f"{clause}, and {rest}: missing ids were filled with it, or others replaced by it"
