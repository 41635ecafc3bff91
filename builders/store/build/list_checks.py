"""Whether lists of items still have all their names: those that were cut to their first one, joined or split have one each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType

from itdr.builders.core.duckdb_csv import literal
from itdr.builders.core.emptied import unreadable
from itdr.builders.core.reasons import ENOUGH_TO_JUDGE
from itdr.builders.core.schema import Source
from itdr.builders.store.build.limits import Row

LISTS = ("categories", "creators")
FEWER = 20
"""Lists were cut or joined where so many times fewer of them have several names than officially."""
MANY, OFTEN = 400, 0.4
"""Where so many lists should have several names, and officially such a share has, those of a part that somebody chose have
them, too."""
SPLIT = 1.2
"""So many rows for each item: its list was split, a row for each name."""
IDS = "SELECT count(*) AS n, count(DISTINCT item_id) AS ids FROM items_raw WHERE reject IS NULL"


def cut_lists(
    source: Source,
    columns: Collection[str],
    row: Row,
    emptied: Mapping[tuple[str, str], int] = MappingProxyType({}),
) -> str:
    """What shows that lists were cut to their first name, joined or split.

    Args:
        source: the declaration; its option `several` has a share by column, or by name of an attribute.
        columns: the columns that its reader fills.
        row: runs a query of one row on `items_raw`.
        emptied: counts of values that were emptied, by table and reason.

    Returns:
        A clause; empty where nothing shows it.
    """
    for name, clause, sure in _single(source, columns, row):
        if sure:
            n, ids = row(IDS)
            if n >= SPLIT * ids:
                return f"{clause}: {n:,} rows are of {ids:,} items, so the lists were split, a row for each name"
            unread = emptied.get(("items", unreadable(name)), 0)
            if unread >= ENOUGH_TO_JUDGE and 2 * unread > n:
                return f"{clause}; {unread:,} others cannot be read: their names were joined by blanks or by another mark, or replaced"
            return f"{clause}: the lists were cut to their first names, or names joined"
    return ""


def unusual_lists(source: Source, columns: Collection[str], row: Row) -> list[str]:
    """Lists that may have been cut to their first name or joined, if one cannot be sure; arguments as for `cut_lists`.

    Returns:
        A clause for each column or attribute.
    """
    return [
        f"{clause}: the lists may have been cut to their first names, or names joined"
        for _, clause, sure in _single(source, columns, row)
        if not sure
    ]


def _single(source: Source, columns: Collection[str], row: Row) -> Iterator[tuple[str, str, bool]]:
    """The name and a clause for each column or attribute with hardly any list of several names, and whether there are many."""
    declared: Mapping[str, float] = source.options.get("several", {})
    judged = [name for name in declared if (name if name in LISTS else "attributes") in columns]
    counts = row(several_query(judged)) if judged else ()
    for place, name in enumerate(judged):
        n, several = counts[2 * place : 2 * place + 2]
        usual = declared[name] * n
        if usual >= ENOUGH_TO_JUDGE and FEWER * several < usual:
            subject = (
                f"only {several:,} of {n:,} items have" if several else f"none of {n:,} items has"
            )
            yield (
                name,
                f"{subject} several {name.lower()}, and officially at least {declared[name]:.0%} do",
                usual >= MANY and declared[name] >= OFTEN,
            )


def several_query(names: Collection[str]) -> str:
    """SQL that counts, for each column of lists or attribute, the items that have it, and those with several names.

    Args:
        names: columns of `LISTS`, and names of attributes.

    Returns:
        A SELECT of two numbers for each.
    """
    counts = []
    for place, name in enumerate(names):
        text, mark = f"listed({name})", "chr(31)"
        if name not in LISTS:
            behind = f"split_part(chr(31) || paired(attributes), chr(31) || {literal(name)} || chr(30), 2)"
            text, mark = f"split_part({behind}, chr(31), 1)", "', '"
        counts += [
            f"count(CASE WHEN {text} <> '' THEN 1 END) AS n_{place}",
            f"count(CASE WHEN instr({text}, {mark}) > 0 THEN 1 END) AS several_{place}",
        ]
    return f"SELECT {', '.join(counts)} FROM items_raw WHERE reject IS NULL"
