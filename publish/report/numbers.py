"""Everything that stats print and reports draw, counted once, as plain values.

All of it comes from the rows of the folder, nothing from raw files.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from itdr.builders.dataset import registry
from itdr.publish.report.row_view import open_folder

if TYPE_CHECKING:
    import duckdb

Rows = list[dict[str, Any]]
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
TOP_VALUES = 8
EXAMPLES = 30
"""Examples of each cell on the page, by default."""
POPULAR = """
    seen AS (
        SELECT DISTINCT source, user_id, shown.item_id AS item_id
        FROM (SELECT source, user_id, unnest(history) AS shown FROM rows
              WHERE split = 'train' AND user_id IS NOT NULL)
    ),
    known AS (SELECT source, item_id, count(*) AS n FROM seen GROUP BY ALL),
    shown AS (
        SELECT id, task, source, user_id, place, item.item_id IN relevant AS true_one,
            item.item_id AS item_id
        FROM (
            SELECT id, task, source, user_id, relevant, unnest(candidates) AS item,
                unnest(range(len(candidates))) AS place
            FROM rows WHERE len(candidates) > 0
        )
    ),
    drawn AS (
        SELECT shown.*, coalesce(known.n, 0) - (seen.user_id IS NOT NULL)::INT AS n
        FROM shown LEFT JOIN known USING (source, item_id)
            LEFT JOIN seen USING (source, user_id, item_id)
    )
"""
"""Candidates with their popularity: in how many training histories of this folder each is, those of
the row's own user left out (another subtask may show the true item there)."""


def collect(folder: Path) -> dict[str, Any]:
    """Count everything that a report shows.

    Args:
        folder: a built folder.

    Returns:
        Plain values by topic.

    Raises:
        ConfigError: where the folder was not built by itdr.
    """
    con, entries = open_folder(folder)
    try:
        cells = _cells(con)
        return {
            "configs": [
                {
                    "config": name,
                    "form": entry["form"],
                    "rows": entry["rows"],
                    "bytes": sum(
                        file["size"] for several in entry["files"].values() for file in several
                    ),
                }
                for name, entry in entries.items()
            ],
            "made_up": all(entry["options"]["sample"] for entry in entries.values()),
            "cells": cells,
            "lengths": _lengths(con),
            "ratings": _ratings(con),
            "histories": _histories(con),
            "popularity": _popularity(con),
            "popular_first": _popular_first(con),
            "places": _places(con),
            "templates": _templates(con),
            "attributes": _attributes(con),
        }
    finally:
        con.close()


def examples(folder: Path, per_cell: int = EXAMPLES) -> Rows:
    """Rows of each cell with their texts, chosen by the hash of their id.

    Args:
        folder: a built folder.
        per_cell: how many of each cell, at most.

    Returns:
        Rows in the order of cells.
    """
    con, _ = open_folder(folder)
    try:
        rows = _query(
            con,
            f"""
            SELECT id, split, task, source, domain, template, instruction, input, output FROM rows
            QUALIFY row_number() OVER (PARTITION BY task, source ORDER BY md5(id), id) <= {per_cell:d}
            ORDER BY md5(id), id
            """,
        )
    finally:
        con.close()
    return _in_order(rows)


def _cells(con: duckdb.DuckDBPyConnection) -> Rows:
    """Examples of each cell by split, beside the paper's."""
    rows = _query(
        con,
        """
        SELECT root_task, task, source, count(*) FILTER (split = 'train') AS train,
            count(*) FILTER (split = 'validation') AS validation,
            count(*) FILTER (split = 'test') AS test, count(*) AS "all"
        FROM rows GROUP BY ALL
        """,
    )
    for one in rows:
        is_registered = one["task"] in registry.task_ids()
        quotas = registry.cells(one["task"]) if is_registered else {}
        one["paper"] = quotas.get((one["task"], one["source"]))
    return _in_order(rows)


def _lengths(con: duckdb.DuckDBPyConnection) -> Rows:
    """Characters of input (with its task description) and output: mean and `QUANTILES`."""
    quantiles = list(QUANTILES)
    return _in_order(
        _query(
            con,
            f"""
            SELECT task, source, round(avg(i), 1) AS input_mean, round(avg(o), 1) AS output_mean,
                quantile_disc(i, {quantiles}) AS input, quantile_disc(o, {quantiles}) AS output
            FROM (SELECT task, source, length(instruction) + length(input) AS i,
                length(output) AS o FROM rows)
            GROUP BY task, source
            """,
        )
    )


def _ratings(con: duckdb.DuckDBPyConnection) -> Rows:
    return _query(
        con,
        """
        SELECT source, round(rating::DOUBLE, 3) AS rating, count(*) AS n FROM rows
        WHERE rating IS NOT NULL GROUP BY ALL ORDER BY source, rating
        """,
    )


def _histories(con: duckdb.DuckDBPyConnection) -> Rows:
    return _in_order(
        _query(
            con,
            """
            SELECT task, len(history) AS items, count(*) AS n FROM rows
            WHERE len(history) > 0 GROUP BY ALL ORDER BY items
            """,
        )
    )


def _popularity(con: duckdb.DuckDBPyConnection) -> Rows:
    """True and false candidates by popularity: bin 0 is none, bin k from 2**(k-1) to 2**k - 1."""
    return _in_order(
        _query(
            con,
            f"""
            WITH {POPULAR}
            SELECT task, CASE WHEN n = 0 THEN 0 ELSE floor(log2(n))::INT + 1 END AS bin,
                count(*) FILTER (true_one) AS true_ones,
                count(*) FILTER (NOT true_one) AS false_ones
            FROM drawn GROUP BY ALL ORDER BY bin
            """,
        )
    )


def _popular_first(con: duckdb.DuckDBPyConnection) -> Rows:
    """How often the most popular candidate is a true one (ties shared), and how often by chance."""
    return _in_order(
        _query(
            con,
            f"""
            WITH {POPULAR},
            best AS (SELECT *, max(n) OVER (PARTITION BY id) AS most FROM drawn),
            cases AS (
                SELECT id, task, source, avg(true_one::INT) AS chance,
                    avg(true_one::INT) FILTER (n = most) AS hit
                FROM best GROUP BY id, task, source
            )
            SELECT task, source, count(*) AS rows, round(avg(hit), 4) AS hit,
                round(avg(chance), 4) AS chance
            FROM cases GROUP BY ALL
            """,
        )
    )


def _places(con: duckdb.DuckDBPyConnection) -> Rows:
    """The positions of targets among the candidates, counted from 1."""
    return _in_order(
        _query(
            con,
            f"""
            WITH {POPULAR}
            SELECT task, place + 1 AS place, count(*) FILTER (true_one) AS n, count(*) AS shown
            FROM drawn GROUP BY ALL ORDER BY place
            """,
        )
    )


def _templates(con: duckdb.DuckDBPyConnection) -> Rows:
    rows = _query(con, "SELECT task, template, count(*) AS n FROM rows GROUP BY ALL")
    # p2 stands before p10.
    return _in_order(sorted(rows, key=lambda one: (len(one["template"]), one["template"])))


def _attributes(con: duckdb.DuckDBPyConnection) -> Rows:
    """The commonest values of each attribute to predict, the others as one."""
    return _query(
        con,
        f"""
        WITH counted AS (
            SELECT source, one.name AS name, one.value AS value, count(*) AS n
            FROM (SELECT source, unnest(attributes) AS one FROM rows) GROUP BY ALL
        ),
        ranked AS (
            SELECT *, row_number() OVER (PARTITION BY source, name ORDER BY n DESC, value) AS rank,
                count(*) OVER (PARTITION BY source, name) AS "values" FROM counted
        ),
        cut AS (
            SELECT source, name, CASE WHEN rank <= {TOP_VALUES} THEN value END AS value, n, "values"
            FROM ranked
        ),
        summed AS (
            SELECT source, name, value, sum(n)::BIGINT AS n, max("values") AS "values"
            FROM cut GROUP BY source, name, value
        )
        SELECT * FROM summed ORDER BY source, name, value IS NULL, n DESC, value
        """,
    )


def _query(con: duckdb.DuckDBPyConnection, sql: str) -> Rows:
    cursor = con.execute(sql)
    names = [one[0] for one in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _in_order(rows: Rows) -> Rows:
    """By subtask in the paper's order, then source; within that, as they came."""
    order = {name: place for place, name in enumerate(registry.task_ids())}
    return sorted(
        rows,
        key=lambda one: (order.get(one["task"], len(order)), one["task"], one.get("source", "")),
    )
