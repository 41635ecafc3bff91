"""The floor of map-style rows: a builder as anybody would write it, over rows that are there already.

At the top of a module, so that worker processes find the class by name and inherit the rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import datasets

from itdr.builders.dataset.formats import schema

ROWS: dict[str, list[dict[str, Any]]] = {}
"""The finished rows by split, set before a builder is used."""
SHARDS = 32


class Plain(datasets.GeneratorBasedBuilder):
    """Yields `ROWS`."""

    def _info(self) -> datasets.DatasetInfo:
        return datasets.DatasetInfo(features=datasets.Features(schema()))

    def _split_generators(self, dl_manager: Any) -> list[datasets.SplitGenerator]:
        shards = list(range(SHARDS))
        return [
            datasets.SplitGenerator(name=name, gen_kwargs={"shards": shards, "split": name})
            for name in ROWS
        ]

    def _generate_examples(self, shards: list[int], split: str) -> Iterator[Any]:
        rows = ROWS[split]
        for shard in shards:
            for row in rows[len(rows) * shard // SHARDS : len(rows) * (shard + 1) // SHARDS]:
                yield row["id"], row
