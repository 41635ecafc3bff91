"""Whether the records of a table are those of a released file, value by value: checksums that neither the order of rows nor quotes
nor line ends change, as declared in `contents.yaml`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from itdr.builders.core.schema import COLUMNS, IDS, Source
from itdr.builders.store.build import statements

FILE = Path(__file__).parent / "contents.yaml"
NOT_COMPARED = ("event", "domain", "hidden")
"""Columns that the declaration of a source sets, and none of its files."""
DIGITS = 6
"""Hexadecimal digits of each value's MD5 that are summed up: the sums of a billion values fit into 64 bits."""
VIEWS = {**statements.VIEWS, "interactions": "interactions_raw"}
"""By table, the view with its rows; of interactions the one in which ids have the same names, whatever their type."""
_HEX = "0123456789abcdef"
Row = Callable[[str], Sequence[Any]]
"""Runs a query of one row."""


class Contents(NamedTuple):
    """How the contents of a table compare.

    Attributes:
        same: the tables that are the same as in a released file, with the name of the release.
        changed: a sentence without a full stop for each table that differs in values alone.
        compared: the tables that have as many records as in a release.
    """

    same: dict[str, str]
    changed: list[str]
    compared: frozenset[str]


@functools.cache
def read_contents() -> Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]]:
    """The released files whose contents are known.

    Returns:
        By source and table: `release`, `records` and the checksum of each of its `columns`.
    """
    import yaml

    releases: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return releases


def checksums(row: Row, table: str, columns: Collection[str]) -> dict[str, int]:
    """Sum up the values of each column of a staged table, each together with the ids of its record.

    Args:
        row: runs a query of one row.
        table: the table.
        columns: its columns.

    Returns:
        The sums by column; that of the first id is of the ids alone.
    """
    names, query = sums_query(table, columns)
    return dict(zip(names, map(int, row(query)), strict=True))


def sums_query(table: str, columns: Collection[str]) -> tuple[list[str], str]:
    """The query of `checksums`.

    Args:
        table: the table.
        columns: its columns.

    Returns:
        The names of the columns that it sums up, and SQL for both engines.
    """
    ids = [name for name in IDS if name in columns]
    others = sorted(set(columns) - {*ids, *NOT_COMPARED})
    key = " || '|' || ".join(statements.spelled(name) for name in ids)
    values = [key] + [
        f"{key} || '|' || coalesce({statements.spelled(name)}, '')" for name in others
    ]
    hashed = ", ".join(f"md5({value}) AS h{place}" for place, value in enumerate(values))
    sums = ", ".join(f"CAST(sum({number(f'h{place}')}) AS BIGINT)" for place in range(len(values)))
    rows = f"SELECT {hashed} FROM {VIEWS[table]} WHERE reject IS NULL"
    return [ids[0], *others], f"SELECT {sums} FROM ({rows}) AS hashed"


def number(text: str) -> str:
    """SQL for the first hexadecimal digits of a text as a number, in every engine.

    Args:
        text: SQL for the text.
    """
    return " + ".join(
        f"{16 ** (DIGITS - 1 - place)} * (instr('{_HEX}', substring({text}, {place + 1}, 1)) - 1)"
        for place in range(DIGITS)
    )


def compare(
    source: Source,
    row: Row,
    columns: Mapping[str, Collection[str]],
    files: Mapping[str, Sequence[str]],
) -> Contents:
    """Compare the staged tables with the released files that have as many records.

    Args:
        source: the declaration.
        row: runs a query of one row.
        columns: the columns of each table that was read.
        files: the names of the files of each table.

    Returns:
        Which are the same, and what differs.
    """
    same: dict[str, str] = {}
    changed: list[str] = []
    compared: set[str] = set()
    others: dict[tuple[str, str], tuple[int, int]] = {}
    for table, releases in read_contents().get(source.id, {}).items():
        if not columns.get(table):
            continue
        names = ", ".join(files.get(table, ()))
        (records,) = row(f"SELECT count(*) FROM {VIEWS[table]} WHERE reject IS NULL")
        alike = [one for one in releases if one["records"] == records]
        compared |= {table} if alike else set()
        sums = checksums(row, table, columns[table]) if alike else {}
        differing = [(_differing(sums, one["columns"]), one["release"]) for one in alike]
        fewest, release = min(differing, key=lambda one: len(one[0]), default=([], ""))
        if fewest:
            changed.append(f"{names}: {_said(fewest, records, release)}")
        elif release:
            same[table] = release
        else:
            others |= {(one["release"], names): (records, one["records"]) for one in releases}
    for (release, names), (records, official) in others.items():
        if release in same.values():
            changed.append(
                f"{names}: {records:,} records, and {release}, of which other files are, has {official:,}"
            )
    return Contents(same, changed, frozenset(compared))


def _differing(found: Mapping[str, int], known: Mapping[str, int]) -> list[str]:
    """The columns that differ; where ids do, nothing can be said of what belongs to them."""
    differing = [name for name, value in known.items() if name in found and found[name] != value]
    return differing[:1] if next(iter(known)) in differing else differing


def _said(columns: Sequence[str], records: int, release: str) -> str:
    listed = " and ".join(filter(None, [", ".join(map(repr, columns[:-1])), repr(columns[-1])]))
    if columns[0] in IDS:
        listed = "the ids"
    verb = "is" if len(columns) == 1 and columns[0] not in IDS else "are"
    return (
        f"{listed} of its {records:,} records {verb} not as in {release}: some values were edited, lost, or moved to "
        "other records"
    )


def written(source: str, row: Row, columns: Mapping[str, Collection[str]], release: str) -> str:
    """The declaration of files at hand, as YAML.

    Args:
        source: its id.
        row: runs a query of one row.
        columns: the columns of each table that is complete.
        release: the name of the release.

    Returns:
        Lines for `contents.yaml`.
    """
    lines = [f"{source}:"]
    for table in filter(columns.get, COLUMNS):
        (records,) = row(f"SELECT count(*) FROM {VIEWS[table]} WHERE reject IS NULL")
        sums = checksums(row, table, columns[table])
        values = ", ".join(f"{name}: {value}" for name, value in sums.items())
        lines += [f"  {table}:", f"    - release: {release}", f"      records: {records}"]
        lines.append(f"      columns: {{{values}}}")
    return "\n".join(lines) + "\n"
