"""Whether lists of items still have all their names: those that were cut to their first one have one each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from itdr.builders.core.duckdb_csv import literal
from itdr.builders.core.reasons import ENOUGH_TO_JUDGE
from itdr.builders.core.schema import Source
from itdr.builders.store.build.limits import Row

LISTS = ("categories", "creators")
FEWER = 20
"""Lists were cut where so many times fewer of them have several names than officially."""
MANY, OFTEN = 400, 0.4
"""Where so many lists should have several names, and officially such a share has, those of a part that somebody chose have
them, too."""


def cut_lists(source: Source, columns: Collection[str], row: Row) -> str:
    """What shows that lists were cut to their first name.

    Args:
        source: the declaration; its option `several` has a share by column, or by name of an attribute.
        columns: the columns that its reader fills.
        row: runs a query of one row on `items_raw`.

    Returns:
        A clause; empty where nothing shows it.
    """
    found = [clause for clause, sure in _single(source, columns, row) if sure]
    return f"{found[0]}: the lists were cut to their first names" if found else ""


def unusual_lists(source: Source, columns: Collection[str], row: Row) -> list[str]:
    """Lists that may have been cut to their first name, if one cannot be sure; arguments as for `cut_lists`.

    Returns:
        A clause for each column or attribute.
    """
    return [
        f"{clause}: the lists may have been cut to their first names"
        for clause, sure in _single(source, columns, row)
        if not sure
    ]


def _single(source: Source, columns: Collection[str], row: Row) -> Iterator[tuple[str, bool]]:
    """A clause for each column or attribute with hardly any list of several names, and whether there are many."""
    declared: Mapping[str, float] = source.options.get("several", {})
    judged = [name for name in declared if (name if name in LISTS else "attributes") in columns]
    counts = row(several_query(judged)) if judged else ()
    for place, name in enumerate(judged):
        n, several = counts[2 * place : 2 * place + 2]
        usual = declared[name] * n
        if usual >= ENOUGH_TO_JUDGE and FEWER * several < usual:
            found = (
                f"only {several:,} of {n:,} items have" if several else f"none of {n:,} items has"
            )
            yield (
                f"{found} several {name.lower()}, and officially at least {declared[name]:.0%} do",
                usual >= MANY and declared[name] >= OFTEN,
            )


def several_query(names: Collection[str]) -> str:
    """SQL that counts, for each column of lists or attribute, the items that have it, and those with several names.

    Args:
        names: columns of `LISTS`, and names of attributes.

    Returns:
        A SELECT of two numbers for each.
    """
    found = []
    for place, name in enumerate(names):
        text, mark = f"listed({name})", "chr(31)"
        if name not in LISTS:
            behind = f"split_part(chr(31) || paired(attributes), chr(31) || {literal(name)} || chr(30), 2)"
            text, mark = f"split_part({behind}, chr(31), 1)", "', '"
        found += [
            f"count(CASE WHEN {text} <> '' THEN 1 END) AS n_{place}",
            f"count(CASE WHEN instr({text}, {mark}) > 0 THEN 1 END) AS several_{place}",
        ]
    return f"SELECT {', '.join(found)} FROM items_raw WHERE reject IS NULL"
