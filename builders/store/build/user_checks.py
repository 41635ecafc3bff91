"""Whether the users of a source, as a whole, are what they should be: codes, countries, ages and genders."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from itdr.builders.core.emptied import unreadable
from itdr.builders.core.errors import RawFileError
from itdr.builders.core.letters import ENOUGH_IF_ALL
from itdr.builders.core.reasons import ENOUGH_TO_JUDGE
from itdr.builders.core.schema import Source
from itdr.builders.store.build.limits import Row

CODED = {"gender": "genders", "age_group": "ages", "occupation": "occupations"}
"""Columns that readers decode from numbers, with what their values are called."""
MOST_UNKNOWN = 0.02
"""The share of codes without a meaning from which on the others have been changed, too."""
USERS = "SELECT count(*) AS n FROM users_raw WHERE reject IS NULL"
ENOUGH_USERS = 200
"""So many users show whether a column is in order, filled, or that of another."""
MOST_OF_ONE, MOST_MISSING, SOME_AGES = 0.3, 0.05, 5
"""The share of the users with one age, of those without any, and how many ages there are, in a column that was
filled with one."""
FOUNDED = 2004
"""The days on which people joined are no birthdays: none is before this year."""
COUNTRIES, MORE_COUNTRIES = 150, 50
"""Different countries are at most so many, and one more for so many users, who misspell them."""
FIRST = 10_000
"""So many users show whether those of neighboring ids are more alike than others."""
ALIKE = 0.3
"""By this share of what is possible, neighbors are more alike than users at random."""
NEARLY_NONE_MISSING = 0.02
"""The share of the users without a value, in a column that is officially incomplete, that may be those who never had."""
COUNTRY = """
SELECT count(country) AS n, count(DISTINCT country) AS countries,
       count(CASE WHEN matches(country, '[0-9]') THEN 1 END) AS digits
FROM users_raw WHERE reject IS NULL
"""
STEP = 5
"""Not all known ages, or years, are multiples of it."""
ATTRIBUTES = ("gender", "age", "age_group", "birth_year", "country", "occupation")


def neighbors(columns: Collection[str]) -> str:
    """SQL that compares each user with the one whose id stands before, in the order of ids.

    Args:
        columns: columns of users.

    Returns:
        A SELECT of four numbers for each column: of how many pairs both have a value, of how many the same one, how
        many pairs of users in any order have the same one, and how many users have a value.
    """
    names = ", ".join(columns)
    before = ", ".join(f"lag({name}) OVER (ORDER BY place) AS {name}_before" for name in columns)
    counts = ", ".join(
        f"count(CASE WHEN {name} IS NOT NULL AND {name}_before IS NOT NULL THEN 1 END) AS {name}_n, "
        f"count(CASE WHEN {name} = {name}_before THEN 1 END) AS {name}_same, "
        f"(SELECT CAST(coalesce(sum(n * n), 0) AS BIGINT) FROM (SELECT count({name}) AS n FROM firsts GROUP BY {name}) AS c) "
        f"AS {name}_pairs, count({name}) AS {name}_stated"
        for name in columns
    )
    return f"""
WITH firsts AS (
    SELECT row_number() OVER (ORDER BY number, id) AS place, {names} FROM (
        SELECT TRY_CAST(user_id AS INTEGER) AS number, CAST(user_id AS STRING) AS id, {names}
        FROM users_raw WHERE reject IS NULL ORDER BY number, id LIMIT {FIRST}
    ) AS ordered
)
SELECT {counts} FROM (SELECT {names}, {before} FROM firsts) AS paired
"""


def commonest(column: str) -> str:
    """SQL for the spread of a column.

    Args:
        column: a column of users.

    Returns:
        A SELECT of how many users there are, how many have a value, how many different ones, the least of them, the
        most frequent one, and how many have this one.
    """
    return f"""
SELECT CAST(coalesce(sum(n), 0) AS BIGINT) AS n,
       CAST(coalesce(sum(CASE WHEN value IS NOT NULL THEN n END), 0) AS BIGINT) AS stated,
       count(value) AS kinds, min(value) AS least,
       max_by(value, CASE WHEN value IS NOT NULL THEN n ELSE 0 END) AS often,
       coalesce(max(CASE WHEN value IS NOT NULL THEN n END), 0) AS most
FROM (SELECT {column} AS value, count(*) AS n FROM users_raw WHERE reject IS NULL GROUP BY {column}) AS counted
"""


def steps(column: str) -> str:
    """SQL that counts the values of a column, and those that are no multiples of `STEP`, and of twice as much.

    Args:
        column: a column of numbers of users.
    """
    return f"""
SELECT count({column}) AS n, count(CASE WHEN {column} % {STEP} <> 0 THEN 1 END) AS others,
       count(CASE WHEN {column} % {2 * STEP} <> 0 THEN 1 END) AS between, count(DISTINCT {column}) AS kinds
FROM users_raw WHERE reject IS NULL
"""


def require_plausible_users(
    source: Source,
    columns: Collection[str],
    row: Row,
    files: Sequence[Path],
    emptied: Mapping[tuple[str, str], int],
) -> None:
    """Check a source's users.

    Args:
        source: the declaration; the user's own data are not checked.
        columns: the columns that its reader fills.
        row: runs a query of one row on `users_raw`.
        files: where the users were read from.
        emptied: counts of values that were emptied, by table and reason.

    Raises:
        RawFileError: codes have no meaning, or a column holds the values of another one, is sorted or filled.
    """
    if source.described:
        return
    names = ", ".join(map(str, files))
    fault = _unknown_codes(columns, row, emptied)
    if not fault and "country" in columns:
        fault = _foreign_countries(*row(COUNTRY))
    for column in ("age", "birth_year"):
        if not fault and column in columns:
            fault = _filled(column, *row(commonest(column))) or _rounded(
                column, *row(steps(column))
            )
    judged = [column for column in ATTRIBUTES if column in columns]
    if not fault and judged and "user_id" in columns:
        counts = row(neighbors(judged))
        for place, column in enumerate(judged):
            fault = fault or _alike(column, *counts[4 * place : 4 * place + 4])
    if fault:
        raise RawFileError(f"{source.id}: {names}: {fault}. Put the official file in place.")


def _unknown_codes(
    columns: Collection[str], row: Row, emptied: Mapping[tuple[str, str], int]
) -> str:
    for column, plural in CODED.items():
        unknown = emptied.get(("users", unreadable(column)), 0)
        if column not in columns or unknown < ENOUGH_IF_ALL:
            continue
        (n,) = row(USERS)
        if unknown >= MOST_UNKNOWN * n:
            return (
                f"{unknown:,} of {n:,} {plural} are none of the official codes, so the others may stand for something else: "
                "they were numbered anew, put into quotes, or columns swapped"
            )
    return ""


def _foreign_countries(n: int, countries: int, digits: int) -> str:
    if digits >= ENOUGH_TO_JUDGE and 2 * digits > n:
        return f"{digits:,} of {n:,} countries hold digits: the columns were shifted or swapped"
    if n >= ENOUGH_USERS and countries > COUNTRIES + n / MORE_COUNTRIES:
        return (
            f"{n:,} users have {countries:,} different countries: these are towns, so that the parts of the places were "
            "turned round, or columns swapped"
        )
    return ""


def _filled(
    column: str, n: int, stated: int, kinds: int, least: int | None, often: int | None, most: int
) -> str:
    label = column.replace("_", " ")
    if stated < ENOUGH_USERS or n - stated > MOST_MISSING * n:
        return ""
    if column == "birth_year" and (least or 0) >= FOUNDED:
        return f"no {label} of {n:,} users is before {least}: these are the days on which people joined, so columns were swapped"
    if kinds >= SOME_AGES and most >= MOST_OF_ONE * stated:
        return f"{most:,} of {n:,} users have the {label} {often}, and few have none: missing ones were filled with it"
    return ""


def _rounded(column: str, n: int, others: int, between: int, kinds: int) -> str:
    if n < ENOUGH_USERS or others or kinds < 2:
        return ""
    common = STEP if between else 2 * STEP
    return (
        f"all {n:,} known {column.replace('_', ' ')}s are multiples of {common}: they were rounded"
    )


def _alike(column: str, n: int, same: int, pairs: int, stated: int) -> str:
    """n: pairs of neighbors. same: those with one value. pairs: the same of all `stated` squared pairs of users."""
    if n < ENOUGH_USERS or pairs == stated**2:
        return ""
    chance = pairs / stated**2
    if same / n - chance < ALIKE * (1 - chance):
        return ""
    return (
        f"of {n:,} users and those with the id before, {same:,} have the same {column.replace('_', ' ')}, and {chance:.0%} would "
        "by chance: the column was sorted without the others, or missing values were filled with those of the row before"
    )


def unusual_users(source: Source, columns: Collection[str], row: Row) -> list[str]:
    """What is unusual of a source's users, and may be right.

    Args:
        source: the declaration.
        columns: the columns that its reader fills.
        row: runs a query of one row on `users_raw`.

    Returns:
        A clause for each.
    """
    notes = []
    for column in ATTRIBUTES:
        if column not in columns or source.described:
            continue
        n, stated, kinds, *_others = row(commonest(column))
        label = column.replace("_", " ")
        if stated >= ENOUGH_USERS and kinds == 1:
            notes.append(f"all {stated:,} users with a known {label} have the same one")
        few = n - stated <= NEARLY_NONE_MISSING * n
        if stated >= ENOUGH_USERS and few and column in source.options.get("incomplete", ()):
            notes.append(
                f"{stated:,} of {n:,} users have a known {label}, unlike those of the official file: missing ones may have been "
                "filled, or users without one left out"
            )
    return notes
