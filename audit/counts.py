"""The counts in the evidence of prose answers, recomputed with plain SQL over the raw data.

For some rows of each source: of the training users who rated an item and liked a work, how many liked the item
(`also_liked`, `series`, `liked_if`). It shares no code with the counting that produces the evidence; only sources
with ratings are checked, and only items rated by few enough users to be counted in full.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from itdr.audit.oracle import RawOracle
from itdr.audit.result import Result
from itdr.builders.core.numbers import float32_sql
from itdr.builders.evidence.facts import Fact, fact_of
from itdr.builders.store.engine import connect
from itdr.builders.store.titles import shown_titles

Row = Mapping[str, Any]
MOST_FACTS = 2000
"""Facts of one source that are counted again."""
WHOLE = 400
"""The most users an item may have and still be counted in full, not sampled."""


MANY = 500
"""The most likes a user may have and still be counted in full; of more, only a sample is."""


class _Asked(NamedTuple):
    row_id: str
    fact: Fact
    work: int


class Recount:
    """Collects facts row by row, and counts them again at the end."""

    def __init__(self) -> None:
        self.result = Result("counts", "the counts in a prose answer are those of the raw data")
        self._asked: dict[str, tuple[RawOracle, list[_Asked]]] = {}

    def see(self, row: Row, raw: RawOracle, item: int) -> None:
        """Remember what a row counts.

        Args:
            row: a row about an item.
            raw: the raw data of its cell.
            item: the item's code.
        """
        kinds = ("also_liked", "series", "liked_if")
        facts = [fact for fact in map(fact_of, row["evidence"]) if fact.kind in kinds]
        if facts and (raw.store.source.scale is None or not raw.store.has("rating")):
            self.result.leave_out(f"{row['source']}, which has no ratings")
            return
        _, queries = self._asked.setdefault(raw.cell.cell.name, (raw, []))
        for fact in facts:
            if fact.about == "work" and not fact.quote and len(queries) < MOST_FACTS:
                queries.append(_Asked(row["id"], fact, int(raw.store.work[item])))

    def end(self) -> Result:
        """Count.

        Returns:
            The result.
        """
        for raw, queries in self._asked.values():
            if queries:
                for row_id, what in _faults(raw, queries, self.result):
                    self.result.fault(row_id, what)
        return self.result


def _faults(raw: RawOracle, queries: list[_Asked], result: Result) -> Iterator[tuple[str, str]]:
    works_by_title = _works_by_title(raw, {one.fact.value for one in queries})
    pairs = [
        (number, one.work, work)
        for number, one in enumerate(queries)
        for work in works_by_title.get(one.fact.value, ())
    ]
    ranges_by_number: dict[int, list[tuple[int, ...]]] = {}
    for number, *counts in _counted(raw, pairs) if pairs else ():
        ranges_by_number.setdefault(number, []).append(tuple(counts))
    for number, one in enumerate(queries):
        ranges = ranges_by_number.get(number, [])
        if not ranges or any(raters > WHOLE for *_, raters in ranges):
            continue
        result.checked += 1
        if not any(
            low <= one.fact.count <= high and least <= one.fact.of <= most
            for low, high, least, most, _ in ranges
        ):
            _, high, _, most, _ = ranges[0]
            yield (
                one.row_id,
                f"{one.fact.name} {one.fact.value!r} is {one.fact.count} of {one.fact.of}, "
                f"the raw data give {high} of {most}",
            )


def _works_by_title(raw: RawOracle, titles: set[str]) -> dict[str, set[int]]:
    """The works that have each title."""
    works: dict[str, set[int]] = {}
    for code, title in enumerate(shown_titles(raw.store)):
        if title in titles:
            works.setdefault(title, set()).add(int(raw.store.work[code]))
    return works


def _counted(raw: RawOracle, pairs: list[tuple[int, int, int]]) -> list[tuple[int, ...]]:
    """For each pair of an item and another work, a lower and an upper count of users who liked both, and of those
    who rated the item and liked the other; then who rated the item. Of several ratings of a work, any
    one may count."""
    import pyarrow as pa

    from itdr.builders.sampling.splits import TRAIN, assign_splits

    store = raw.store
    assert store.source.scale is not None
    liked = float32_sql(store.source.scale.liked)
    seed, source = raw.cell.cell.seed, raw.cell.cell.source.random_id
    training = np.flatnonzero(assign_splits(store.user_hash, seed, source) == TRAIN)
    numbers, items, others = map(np.array, zip(*pairs, strict=True))
    con = connect()
    try:
        con.register("training", pa.table({"user_code": training.astype(np.int32)}))
        con.register("pairs", pa.table({"number": numbers, "item": items, "other": others}))
        codes = np.arange(len(store.work), dtype=np.int32)
        con.register("works", pa.table({"item_code": codes, "work": store.work}))
        name = str(store.path / "interactions.parquet").replace("'", "''")
        return con.execute(
            "WITH rated AS ("
            "  SELECT w.work, e.user_code, min(e.rating) AS low, max(e.rating) AS high"
            f"  FROM read_parquet('{name}') AS e"
            "  JOIN training AS t ON t.user_code = e.user_code"
            "  JOIN works AS w ON w.item_code = e.item_code"
            "  WHERE e.rating IS NOT NULL AND w.work IN"
            "    (SELECT item FROM pairs UNION SELECT other FROM pairs)"
            "  GROUP BY w.work, e.user_code"
            "), many AS ("
            "  SELECT e.user_code, true AS many"
            f"  FROM read_parquet('{name}') AS e JOIN training AS t ON t.user_code = e.user_code"
            f"  WHERE e.rating >= {liked} GROUP BY e.user_code HAVING count(*) > {MANY}"
            "), seen AS ("
            "  SELECT p.number, p.item, p.other, coalesce(m.many, false) AS many,"
            f"  r.low >= {liked} AS low, r.high >= {liked} AS high,"
            f"  coalesce(o.low >= {liked}, false) AS other_low,"
            f"  coalesce(o.high >= {liked}, false) AS other_high"
            "  FROM pairs AS p JOIN rated AS r ON r.work = p.item"
            "  LEFT JOIN rated AS o ON o.work = p.other AND o.user_code = r.user_code"
            "  LEFT JOIN many AS m ON m.user_code = r.user_code"
            ") SELECT number,"
            " count(*) FILTER (low AND other_low AND NOT many),"
            " count(*) FILTER (high AND other_high),"
            " count(*) FILTER (other_low AND NOT many), count(*) FILTER (other_high),"
            " count(*) FROM seen GROUP BY number, item, other"
        ).fetchall()
    finally:
        con.close()
