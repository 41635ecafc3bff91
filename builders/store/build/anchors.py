"""Whether known items stand at their ids: where they do not, titles or other columns were moved to other rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from itdr.builders.core.duckdb_csv import literal
from itdr.builders.core.schema import Source
from itdr.builders.store.build.limits import Row

ENOUGH = 3
"""So many known items have lost their titles or categories to others by no edit of one record."""


def moved(source: Source, columns: Collection[str], row: Row) -> str:
    """What shows that titles or categories were moved to other items.

    Args:
        source: the declaration; its option `anchors` has titles and a pattern of categories by id.
        columns: the columns that its reader fills.
        row: runs a query of one row on `items_raw`.

    Returns:
        A clause; empty where nothing shows it.
    """
    anchors: Mapping[str, tuple[str, str]] = source.options.get("anchors", {})
    if not anchors or not {"item_id", "title", "categories"} <= {*columns}:
        return ""
    counts = row(_query(anchors))
    if counts[2] >= ENOUGH:
        return (
            f"{counts[2]:,} well-known items have another year than in every official release, or none, such as "
            f"{next(iter(anchors.values()))[0]!r}: years were changed or removed"
        )
    for (item, (title, _)), away in zip(anchors.items(), counts[3:], strict=True):
        if away and counts[0] >= ENOUGH:
            return (
                f"{counts[0]:,} titles stand at other ids than in every official release, such as {title!r}, which is item "
                f"{item}: titles or ids were moved to other rows, or numbered anew"
            )
    if counts[1] >= ENOUGH:
        return (
            f"{counts[1]:,} well-known items have none of their categories, such as {next(iter(anchors.values()))[0]!r}: "
            "the categories were moved to other rows, cut or replaced"
        )
    return ""


def _query(anchors: Mapping[str, tuple[str, str]]) -> str:
    """SQL that counts the known titles that stand at another id, and not at their own one, those at their own id
    with none of their categories, and those with another year; and tells of each whether it stands at another id."""
    names = [f"a{place}" for place in range(len(anchors))]
    expressions = []
    for name, (item, (title, categories)) in zip(names, anchors.items(), strict=True):
        here, named = f"id = {literal(item)}", f"title = {literal(title)}"
        bare = title.rpartition(" (")[0]
        condition = f"{named} AND {here} AND matches(kinds, {literal(categories)})"
        expressions += [
            f"CASE WHEN count(CASE WHEN {named} AND {here} THEN 1 END) > 0 THEN 0 "
            f"WHEN count(CASE WHEN {here} THEN 1 END) > 0 THEN least(1, count(CASE WHEN {named} THEN 1 END)) "
            f"ELSE 0 END AS {name}",
            f"CASE WHEN count(CASE WHEN {condition} THEN 1 END) > 0 THEN 0 "
            f"ELSE least(1, count(CASE WHEN {named} AND {here} AND kinds <> '' THEN 1 END)) END AS {name}_kinds",
            f"least(1, count(CASE WHEN {here} AND NOT ({named}) AND split_part(title, ' (', 1) = {literal(bare)} THEN 1 END)) "
            f"AS {name}_years",
        ]
    ids = ", ".join(map(literal, anchors))
    titles = ", ".join(literal(title) for title, _ in anchors.values())
    return f"""
SELECT {" + ".join(names)} AS titles, {" + ".join(f"{name}_kinds" for name in names)} AS kinds,
       {" + ".join(f"{name}_years" for name in names)} AS years, {", ".join(names)}
FROM (SELECT {", ".join(expressions)} FROM (
    SELECT CAST(item_id AS STRING) AS id, title, listed(categories) AS kinds FROM items_raw
    WHERE reject IS NULL AND (CAST(item_id AS STRING) IN ({ids}) OR title IN ({titles}))
) AS known) AS counted
"""
