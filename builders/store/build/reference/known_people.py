"""Whether users that are known from the released files have the same interactions here, by checksums of all that each has, in
`known_people/`: they show what changed in one row of a thousand, or stands under the ids of others."""

from __future__ import annotations

import csv
import functools
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from itdr.builders.store.build import statements
from itdr.builders.store.build.reference.contents import VIEWS, number

FOLDER = Path(__file__).parent / "known_people"
DIGITS = 8
"""Hexadecimal digits that stand for an id of a user."""
MODULUS = 1 << 16
"""Checksums are below it."""
CUT = 3
"""So many users lack interactions by more than the ends of a part."""
MOST_APART = 1 / 3
"""Where the interactions of known users are by such a share more or fewer, the file is another part of the release."""
Row = Callable[[str], Sequence[Any]]
"""Runs a query of one row."""


class KnownPeople(NamedTuple):
    """Users of a released table.

    Attributes:
        columns: those of which there are checksums, that of the items first.
        people: for each user the hash of the id, the number of interactions, and a checksum for each column.
    """

    columns: Sequence[str]
    people: Sequence[Sequence[str]]


class FoundPeople(NamedTuple):
    """What the interactions at hand have of the known users.

    Attributes:
        people: known users who are there.
        released: the interactions that they have in the copy that was measured.
        apart: how many more or fewer they have here, summed up over them.
        more: users who have more here.
        fewer: users who have fewer.
        differing: by column, how many of the others have another checksum; those with other items count for these alone.
    """

    people: int
    released: int
    apart: int
    more: int
    fewer: int
    differing: Mapping[str, int]

    @property
    def complete(self) -> int:
        """How many users have as many interactions as in the copy that was measured."""
        return self.people - self.more - self.fewer


@functools.cache
def read_known_people(source: str) -> KnownPeople:
    """The known users of a source.

    Args:
        source: its id.

    Returns:
        What is declared of them; nobody where there is no file.
    """
    path = FOLDER / f"{source}.csv"
    if not path.exists():
        return KnownPeople((), ())
    with path.open(encoding="utf-8", newline="") as lines:
        (_, _, *columns), *people = csv.reader(lines)
    return KnownPeople(columns, people)


def clauses(
    row: Row,
    columns: Collection[str],
    known: KnownPeople,
    release: str,
) -> list[str]:
    """What differs in the interactions of known users, at most one thing.

    Args:
        row: runs a query of one row.
        columns: the columns of the interactions that were read.
        known: the known users.
        release: the name of the release.

    Returns:
        A clause, or none.
    """
    found = look_up(row, columns, known)
    if found.apart > MOST_APART * found.released:
        return []
    users = f"of the users that are known from {release} ({found.people:,} here)"
    whole = f"of the users that are known from {release} and have as many interactions as there should be ({found.complete:,} here)"
    # Where most have more, they are more complete.
    if 0 < found.more <= found.complete:
        return [
            f"{users}, {_have(found.more)} more interactions here than there should be: rows of other users stand under their "
            "ids, or rows twice; put the official file in place"
        ]
    differing = {name: n for name, n in found.differing.items() if n}
    if differing:
        names = " and ".join(
            f"{_have(n)} other items" if name == "item_id" else f"{_have(n)} another {name!r}"
            for name, n in differing.items()
        )
        return [
            f"{whole}, {names} in some: values were edited, filled in, or moved to other rows; put the official file in place"
        ]
    if found.fewer >= CUT:
        return [
            f"{users}, {_have(found.fewer)} fewer interactions here than there should be: rows are missing, or stand under "
            "other ids; if you did not choose such a part, put the official file in place"
        ]
    return []


def _have(n: int) -> str:
    return f"{n:,} {'has' if n == 1 else 'have'}"


def look_up(row: Row, columns: Collection[str], known: KnownPeople) -> FoundPeople:
    """Look known users up in the staged interactions.

    Args:
        row: runs a query of one row.
        columns: the columns that were read.
        known: the users.

    Returns:
        What is there of them.
    """
    names, query = lookup_query(columns, known)
    people, released, apart, more, fewer, *differing = map(int, row(query))
    numbers = dict(zip(names, differing, strict=True))
    return FoundPeople(people, released, apart, more, fewer, numbers)


def lookup_query(columns: Collection[str], known: KnownPeople) -> tuple[list[str], str]:
    """The query of `look_up`.

    Args:
        columns: the columns that were read.
        known: the users.

    Returns:
        The names of the columns that it compares, and SQL for both engines.
    """
    names = [name for name in known.columns if name in ("item_id", *columns)]
    places = [2 + known.columns.index(name) for name in names]
    listed = statements.records_sql(
        [one[0], one[1], *(one[p] for p in places)] for one in known.people
    )
    sums = "".join(
        f", CAST(split_part(r, '|', {3 + place}) AS BIGINT) AS k{place}"
        for place in range(len(names))
    )
    # Sums of values belong to their items, so that other items change them all.
    same = "k0 = s0 AND "
    differ = "".join(
        f", count(CASE WHEN n = released AND {same if place else ''}k{place} <> s{place} THEN 1 END)"
        for place in range(len(names))
    )
    known_ids = (
        f"SELECT id FROM user_codes WHERE substring(md5(id), 1, {DIGITS}) IN "
        "(SELECT person FROM known)"
    )
    return (
        names,
        f"""
WITH known AS (
    SELECT split_part(r, '|', 1) AS person, CAST(split_part(r, '|', 2) AS INT) AS released{sums}
    FROM {listed}
),
here AS ({sums_query(names)} AND CAST(user_id AS STRING) IN ({known_ids}) GROUP BY user_id)
SELECT count(*), coalesce(sum(released), 0), coalesce(sum(abs(n - released)), 0), count(CASE WHEN n > released THEN 1 END),
    count(CASE WHEN n < released THEN 1 END){differ}
FROM here JOIN known ON here.person = known.person
""",
    )


def sums_query(names: Sequence[str]) -> str:
    """SQL for the hash of each user's id, the number of interactions, and the checksum of each column, `s0`, …; GROUP BY is missing.

    Args:
        names: the columns, that of the items first.

    Returns:
        A SELECT.
    """
    item = "CAST(item_id AS STRING)"
    values = [
        item,
        *(f"{item} || '|' || coalesce({statements.spelled(name)}, '')" for name in names[1:]),
    ]
    sums = "".join(
        f", CAST(sum({number(f'h{place}')}) % {MODULUS} AS BIGINT) AS s{place}"
        for place in range(len(values))
    )
    hashes = "".join(f", md5({value}) AS h{place}" for place, value in enumerate(values))
    rows = f"SELECT user_id{hashes} FROM {VIEWS['interactions']} WHERE reject IS NULL"
    person = f"substring(md5(CAST(user_id AS STRING)), 1, {DIGITS})"
    return f"SELECT {person} AS person, count(*) AS n{sums} FROM ({rows}) AS hashed WHERE true"


def written(
    rows: Callable[[str], list[tuple[Any, ...]]], columns: Collection[str], most: int
) -> str:
    """Draw known users from interactions at hand, as CSV.

    Args:
        rows: runs a query.
        columns: the columns of the interactions.
        most: the number of users.

    Returns:
        A header and a line for each user.
    """
    names = ["item_id", *sorted(set(columns) - {"user_id", "item_id", "domain"})]
    query = f"SELECT * FROM ({sums_query(names)} GROUP BY user_id) AS s ORDER BY md5(person), person LIMIT {most}"
    lines = [["person", "rows", *names], *sorted(map(list, rows(query)))]
    return "".join(",".join(map(str, line)) + "\n" for line in lines)
