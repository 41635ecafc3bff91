"""`itdr build`: Parquet files, one folder per config."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from itdr.commands._knobs import with_knobs


@with_knobs
def run(
    configs: Annotated[
        list[str] | None, typer.Argument(help="Configs to build; without any, all subtasks.")
    ] = None,
    out: Annotated[
        Path, typer.Option("-o", "--out", help="The folder to write into, made where missing.")
    ] = Path("itdr-data"),
    shown: Annotated[
        int, typer.Option("--show", min=0, help="Print this many examples of what was written.")
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was built as JSON.")] = False,
    *,
    knobs: dict[str, Any],
) -> None:
    """Build configs as Parquet: OUT/<config>/<split>-00000-of-0000N.parquet and provenance.json.

    What is finished is not built again, so a rerun goes on where a stopped one ended.
    Example: itdr build sequential_rec --sample -o out
    """
    import datasets

    import itdr  # noqa: F401  (teaches load_dataset the name)
    from itdr.builders import catalogue, publish

    names = list(configs or catalogue.task_ids())
    builders = [datasets.load_dataset_builder("itdr", name, **knobs) for name in names]
    out.mkdir(parents=True, exist_ok=True)
    built = {}
    for builder in builders:
        built[builder.config.name] = publish.build(builder, out, progress=_bar)
    if as_json:
        print(json.dumps(built, indent=1, ensure_ascii=False))
        return
    for name, entry in built.items():
        counts = ", ".join(f"{split} {count:,}" for split, count in entry["rows"].items())
        if shown:
            _show(out / name / entry["files"]["train"][0], shown)
        print(f"{out / name}: {counts}")


def _show(path: Path, number: int) -> None:
    """The first examples, read back from the file that holds them."""
    import pyarrow.parquet as pq

    from itdr.commands.show import readable

    batch = next(pq.ParquetFile(path).iter_batches(batch_size=number))
    for place, row in enumerate(batch.to_pylist(), 1):
        print(readable(row, place))
    print(f"The first {batch.num_rows} of {path}")


def _bar(description: str, total: int | None) -> Any:
    from tqdm import tqdm

    return tqdm(total=total, desc=description, unit=" rows", disable=not sys.stderr.isatty())
