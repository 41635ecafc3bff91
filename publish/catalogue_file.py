"""`catalogue.parquet` of a built config: what can be an answer where rows list no candidates."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itdr.builders.dataset import catalogue_table
from itdr.builders.dataset.open_cells import open_cell
from itdr.publish import files

if TYPE_CHECKING:
    from itdr.builders.tasks.base import OpenCell

NAME = catalogue_table.FILE


def cells(plans: list[Any]) -> Iterator[OpenCell]:
    """The cells of some plans whose rows list no candidates, each once.

    Args:
        plans: those of all splits of a config.

    Yields:
        Open cells.
    """
    names: set[str] = set()
    for plan in plans:
        for sample in plan.chosen:
            if sample.cell.name not in names:
                names.add(sample.cell.name)
                cell = open_cell(sample.cell, sample.paths)
                if cell.whole_catalogue:
                    yield cell


def write(plans: list[Any], folder: Path) -> dict[str, Any] | None:
    """Write the catalogue of some plans into a folder.

    Args:
        plans: those of all splits of a config.
        folder: where the config's data files go.

    Returns:
        Name, size, SHA-256 and number of items; None where all rows list their candidates.
    """
    import pyarrow.parquet as pq

    open_cells = list(cells(plans))
    if not open_cells:
        return None
    path, items = folder / NAME, 0
    with (
        files.disk_errors(path),
        # Opened here: Arrow would take a name with a colon for the address of another machine.
        open(path, "wb") as file,
        pq.ParquetWriter(file, catalogue_table.schema(), compression="zstd") as out,
    ):
        for one in sorted(open_cells, key=lambda cell: cell.cell.name):
            for batch in catalogue_table.batches(one):
                out.write_batch(batch)
                items += batch.num_rows
    return {**files.facts(path), "items": items}
