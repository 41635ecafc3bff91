"""Whether records that are known from the released files have other values here: some hundred of each table, as hashes in
`known_records/`, so that parts of files are told from files that were edited or whose ids were numbered anew."""

from __future__ import annotations

import csv
import functools
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from itdr.builders.core.schema import IDS, Source
from itdr.builders.store.build import statements
from itdr.builders.store.build.reference import known_people
from itdr.builders.store.build.reference.contents import VIEWS

FOLDER = Path(__file__).parent / "known_records"
FILE = Path(__file__).parent / "known_records.yaml"
NOT_COMPARED = ("domain", "hidden")
"""Columns that the declaration of a source sets, and none of its files."""
OWNER, KEY, VALUE = 6, 14, 3
"""Hexadecimal digits: of a key, those that stand for its first id; of a key; of a value."""
NONE = "-"
"""A value that is not compared: there is none in the copy that was measured."""
ENOUGH = 20
"""So many records that agree show that the files are of the release."""
HALF = 2
"""Of the records that should be there, one in so many is."""
FEWEST = 2
"""So many records that differ are no chance."""
MISSING = 0.005
"""Rows of users are missing from this share on."""
NEARLY_ALL = 0.9
"""If this share of the known users is there, the others should be, too."""
MORE_ROWS = 1.02
"""Edits and repeated rows make a file longer by less than this."""
Row = Callable[[str], Sequence[Any]]
"""Runs a query of one row."""


class KnownTable(NamedTuple):
    """Records of a released table.

    Attributes:
        release: its name.
        tolerance: the share of records that may differ: the copy that was measured is not the file itself.
        within: a text in the path of each file of the edition; "" where there is one edition.
        without: columns that are not compared: the copy has them in another form.
        columns: the columns that are compared.
        records: for each its key, how many rows its user has (1 but in interactions), and the hash of each value.
        rows: those of the copy that was measured, or of the release where its users are whole in the copy; 0 where they do not matter.
        whole: whether the release has no more rows than these, so that a table with more is of another one.
    """

    release: str
    tolerance: float
    within: str
    without: Collection[str]
    columns: Sequence[str]
    records: Sequence[Sequence[str]]
    rows: int = 0
    whole: bool = False


class Findings(NamedTuple):
    """What a table has of the known records.

    Attributes:
        owners: known users or items that are there.
        expected: records of them, if each has as large a share of its rows here as all have together.
        rows_released: the rows that these users have in the release.
        rows: those that they have here.
        records: known records that are there.
        agreeing: those of which each value is the same.
        differing: by column, how many have another value.
    """

    owners: int
    expected: float
    rows_released: int
    rows: int
    records: int
    agreeing: int
    differing: Mapping[str, int]

    @property
    def is_of_release(self) -> bool:
        """Whether most of the records that should be there are, unchanged; empty ones agree by chance."""
        return self.agreeing >= ENOUGH and HALF * self.agreeing >= max(self.expected, self.records)


@functools.cache
def read_known_records(source: str) -> Mapping[str, KnownTable]:
    """The known records of a source.

    Args:
        source: its id.

    Returns:
        By table.
    """
    import yaml

    tables = {}
    for table, stated in yaml.safe_load(FILE.read_text("utf-8")).get(source, {}).items():
        with (FOLDER / f"{source}.{table}.csv").open(encoding="utf-8", newline="") as lines:
            (_, _, *columns), *records = csv.reader(lines)
        tables[table] = KnownTable(
            stated["release"],
            stated.get("tolerance", 0),
            stated.get("within", ""),
            stated.get("without", ()),
            columns,
            records,
            stated.get("rows", 0),
            stated.get("whole", False),
        )
    return tables


def unlike_known(
    source: Source,
    row: Row,
    columns: Mapping[str, Collection[str]],
    files: Mapping[str, Sequence[str]],
    paths: Iterable[Path],
    facet: str,
    settled: Collection[str],
) -> list[str]:
    """Compare the staged tables with the records that are known from the released files.

    Args:
        source: the declaration.
        row: runs a query of one row.
        columns: the columns of each table that was read.
        files: the names of the files of each table.
        paths: all files.
        facet: what was read; texts may be missing in the facet `base`.
        settled: the tables of which it is known already whether they differ; they show the release, and nothing is said of them.

    Returns:
        A sentence without a full stop for each table that differs; none where the files are of another release.
    """
    texts = [path.as_posix() for path in paths]
    texts_read = source.reads_texts(facet)
    judged = {table: _judged(columns[table] or (), texts_read) for table in columns}
    tables = {
        table: known
        for table, known in read_known_records(source.id).items()
        if columns.get(table) and any(known.within in text for text in texts)
    }
    counts = {
        table: int(row(f"SELECT count(*) FROM {VIEWS[table]} WHERE reject IS NULL")[0])
        for table in tables
    }
    compared = {
        table: _exact(known, counts[table])
        for table, known in tables.items()
        if not (known.whole and counts[table] > known.rows)
    }
    findings = {
        table: look_up(row, table, judged[table], known) for table, known in compared.items()
    }
    if not any(one.is_of_release for one in findings.values()):
        return []
    told = {
        table: _clauses(table, compared[table], one)
        for table, one in findings.items()
        if table not in settled
    }
    people = known_people.read_known_people(source.id)
    # Without texts, other files may be read; and files with more rows than the copy that was measured may hold more of its users.
    if texts_read and told.get("interactions") == [] and people.people:
        known = compared["interactions"]
        if counts["interactions"] <= MORE_ROWS * known.rows:
            told["interactions"] = known_people.clauses(
                row, judged["interactions"], people, known.release
            )
    return [
        f"{', '.join(files.get(table, ()))}: {clause}"
        for table, clauses in told.items()
        for clause in clauses
    ]


def _exact(known: KnownTable, records: int) -> KnownTable:
    """A table of which no value may differ, if there are as many records as in the copy that was measured."""
    return known._replace(tolerance=0, without=()) if records == known.rows else known


def _judged(columns: Collection[str], texts_read: bool) -> list[str]:
    return [name for name in columns if name != "text" or texts_read]


def _clauses(table: str, known: KnownTable, found: Findings) -> list[str]:
    """What differs in a table, at most one thing."""
    absent = found.expected - found.records
    # Of somebody who has no fewer rows than in the release none may be missing.
    changed = found.rows >= found.rows_released and absent >= max(
        FEWEST, known.tolerance * found.expected
    )
    if found.expected >= ENOUGH and (changed or HALF * found.records < found.expected):
        number = (
            f"{found.records:,} {'is' if found.records == 1 else 'are'}"
            if found.records
            else "none is"
        )
        return [
            f"of some {found.expected:,.0f} interactions that are known from {known.release} and should be there, "
            f"{number}: ids of users or items were changed, or stand in other rows; put the official file in place"
        ]
    least = max(FEWEST, known.tolerance * found.records)
    differing = {name: n for name, n in found.differing.items() if n >= least}
    if differing:
        counts = " and ".join(
            f"{n:,} {'has' if n == 1 else 'have'} another {name!r}" for name, n in differing.items()
        )
        return [
            f"of {found.records:,} records that are known from {known.release}, {counts} here: values were edited, filled "
            "in, or moved to other records, or the file is of another release; put the official file in place"
        ]
    if found.rows < (1 - MISSING) * found.rows_released:
        if table == "interactions":
            lost = (
                f"{found.owners:,} users that are known from {known.release} have {found.rows:,} of their "
                f"{found.rows_released:,} interactions here: rows are missing, or stand under other ids"
            )
        else:
            lost = (
                f"of {found.rows_released:,} records that are known from {known.release}, {found.rows:,} are here: others "
                "are missing, or stand under other ids"
            )
        return [f"{lost}; if you did not choose such a part, put the official file in place"]
    return []


def look_up(row: Row, table: str, columns: Collection[str], known: KnownTable) -> Findings:
    """Look known records up in a staged table.

    Args:
        row: runs a query of one row.
        table: the table.
        columns: the columns that were read of it.
        known: the records.

    Returns:
        What is there of them.
    """
    names, query = lookup_query(table, columns, known)
    owners, released, rows, known_of_them, records, agreeing, *differing = map(int, row(query))
    people = _people(known)
    if owners >= NEARLY_ALL * len(people):
        owners, released, known_of_them = (
            len(people),
            sum(n for _, n, _ in people),
            len(known.records),
        )
    share = min(1.0, rows / released) if released else 0.0
    expected = share * known_of_them if table == "interactions" else 0.0
    numbers = dict(zip(names, differing, strict=True))
    return Findings(owners, expected, released, rows, records, agreeing, numbers)


def lookup_query(table: str, columns: Collection[str], known: KnownTable) -> tuple[list[str], str]:
    """The query of `look_up`.

    Args:
        table: the table.
        columns: the columns that were read of it.
        known: the records.

    Returns:
        The names of the columns that it compares, and SQL for both engines.
    """
    compared = [name for name in known.columns if name in columns and name not in known.without]
    places = [2 + known.columns.index(name) for name in compared]
    listed = statements.records_sql([one[place] for place in (0, *places)] for one in known.records)
    parts = "".join(
        f", split_part(r, '|', {2 + place}) AS c{place}" for place in range(len(compared))
    )
    same = [
        f"CASE WHEN known.c{place} IN ('{NONE}', {_hash('known.k', f'here.v{place}')}) THEN 1 ELSE 0 END"
        for place in range(len(compared))
    ]
    best = "".join(f", max({one}) AS m{place}" for place, one in enumerate(same))
    differ = "".join(
        f", sum(CASE WHEN k IS NOT NULL THEN 1 - m{place} END) AS d{place}"
        for place in range(len(compared))
    )
    counts = "".join(f", coalesce(sum(d{place}), 0)" for place in range(len(compared)))
    return (
        compared,
        f"""
WITH known AS (SELECT split_part(r, '|', 1) AS k{parts} FROM {listed}),
people AS (
    SELECT split_part(r, '|', 1) AS owner, CAST(split_part(r, '|', 2) AS INT) AS released,
        CAST(split_part(r, '|', 3) AS INT) AS records
    FROM {statements.records_sql(_people(known))}
),
matched AS (
    SELECT people.owner, known.k, max(people.released) AS released, max(people.records) AS records, count(*) AS n,
        max({" * ".join(same) or "1"}) AS agrees{best}
    FROM ({_keyed(table, columns, compared, "SELECT owner FROM people")}) AS here
    JOIN people ON here.owner = people.owner LEFT JOIN known ON here.k = known.k
    GROUP BY people.owner, known.k
),
owners AS (
    SELECT owner, max(released) AS released, max(records) AS records, sum(n) AS n, count(k) AS there,
        sum(CASE WHEN k IS NOT NULL THEN agrees END) AS agreeing{differ}
    FROM matched GROUP BY owner
)
SELECT count(*), coalesce(sum(released), 0), coalesce(sum(n), 0), coalesce(sum(records), 0), coalesce(sum(there), 0),
    coalesce(sum(agreeing), 0){counts} FROM owners
""",
    )


def _people(known: KnownTable) -> list[tuple[str, int, int]]:
    """The hash of each first id, how many rows there are with it in the release, and how many of these are known."""
    rows = {record[0][:OWNER]: int(record[1]) for record in known.records}
    records = Counter(record[0][:OWNER] for record in known.records)
    return [(owner, rows[owner], records[owner]) for owner in rows]


def _keyed(table: str, columns: Collection[str], compared: Sequence[str], owners: str = "") -> str:
    """SQL for the records of a table that may be known: `owner`, the beginning of the hash of the first id; `k`, the key;
    and the values as texts, `v0`, …; of interactions those alone whose owner is among `owners`, a query, if it is given."""
    ids = [f"CAST({name} AS STRING)" for name in IDS if name in columns]
    owner = f"substring(md5({ids[0]}), 1, {OWNER})"
    joined = " || '|' || ".join(ids)
    key = f"{owner} || substring(md5({joined}), 1, {KEY - OWNER})"
    spelled = "".join(
        f", coalesce({statements.spelled(name)}, '') AS v{place}"
        for place, name in enumerate(compared)
    )
    chosen = ""
    if owners and len(ids) > 1:
        known_ids = f"SELECT id FROM user_codes WHERE substring(md5(id), 1, {OWNER}) IN ({owners})"
        chosen = f" AND {ids[0]} IN ({known_ids})"
    return f"SELECT {owner} AS owner, {key} AS k{spelled} FROM {VIEWS[table]} WHERE reject IS NULL{chosen}"


def _hash(key: str, value: str) -> str:
    """SQL for the hash of a record's value."""
    return f"substring(md5({key} || '|' || {value}), 1, {VALUE})"


def written(
    rows: Callable[[str], list[tuple[Any, ...]]],
    table: str,
    columns: Collection[str],
    most: int,
    exact: bool,
) -> str:
    """Draw known records from a table at hand, as CSV. Pairs of a user and an item that stand there more than once are left out.

    Args:
        rows: runs a query.
        table: the table.
        columns: its columns.
        most: the number of records.
        exact: whether the files are the released ones, so that what is empty here is empty there.

    Returns:
        A header and a line for each record.
    """
    compared = sorted(set(columns) - {*IDS, *NOT_COMPARED})
    values = "".join(
        f", CASE WHEN v{place} = '' AND {not exact} THEN '{NONE}' ELSE {_hash('k', f'v{place}')} END"
        for place in range(len(compared))
    )
    keyed = _keyed(table, columns, compared)
    query = f"""
WITH here AS ({keyed}),
numbered AS (
    SELECT *, count(*) OVER (PARTITION BY owner) AS n, count(*) OVER (PARTITION BY k) AS times,
        dense_rank() OVER (ORDER BY md5(owner), owner) AS person
    FROM here
),
once AS (SELECT *, row_number() OVER (PARTITION BY owner ORDER BY md5(k)) AS place FROM numbered WHERE times = 1)
SELECT k, n{values} FROM once ORDER BY place, person LIMIT {most}
"""
    lines = [["record", "rows", *compared], *sorted(map(list, rows(query)))]
    return "".join(",".join(map(str, line)) + "\n" for line in lines)
