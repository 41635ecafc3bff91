"""Rows on Spark: drawn shard by shard into temporary files, then cut into the files of the data set.

The driver plans as usual. A task draws one shard of one split with the code that a stream runs, and
writes it to a file of its own. Once all shards are drawn and their numbers of rows are known, one task
per file of the data set writes its rows: the same bytes as a single process would write.
"""

from __future__ import annotations

import dataclasses
import functools
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itdr.builders.core import remote
from itdr.builders.dataset.plan import SplitPlan
from itdr.builders.sampling.splits import SPLITS
from itdr.builders.store.engine import Engine, use_engine
from itdr.builders.store.layout import read_manifest
from itdr.publish import files
from itdr.spark import partitions
from itdr.spark.store import fetch_store
from itdr.spark.workdir import WorkDir

if TYPE_CHECKING:
    import pyarrow as pa

    from itdr.builders.dataset.examples import Wording

DRAWN = "task long, name string, rows long, rungs string"
WRITTEN = "file long, name string, facts string"
BATCH = 250


@dataclass(frozen=True)
class DrawJob:
    """What executors need to draw.

    Attributes:
        plans: one per split.
        shards: shards per split.
        wording: what decides the texts.
        remote_stores: URLs of stores on another machine, by their path on the driver.
        form: the format of the rows.
        folder: where drawn rows go.
    """

    plans: tuple[SplitPlan, ...]
    shards: int
    wording: Wording
    remote_stores: Mapping[str, str]
    form: str
    folder: str


@dataclass(frozen=True)
class DrawnShard:
    """The rows of one shard, in a temporary file."""

    name: str
    rows: int


def draw(session: Any, job: DrawJob) -> tuple[list[list[DrawnShard]], dict[str, dict[str, int]]]:
    """Draw all shards.

    Args:
        session: a Spark session.
        job: what to draw.

    Returns:
        For each plan its shards in order; and by source, how often each fallback level of the hard
        negatives was used.
    """
    tasks = len(job.plans) * job.shards
    if not remote.is_remote(job.folder):
        Path(job.folder).mkdir(parents=True, exist_ok=True)
    numbers = session.range(0, tasks, 1, tasks)
    rows = numbers.mapInArrow(functools.partial(_draw, job), DRAWN).collect()
    rungs: dict[str, Counter[str]] = {}
    by_plan: list[list[DrawnShard]] = [[] for _ in job.plans]
    for row in sorted(rows, key=lambda row: row["task"]):
        by_plan[row["task"] // job.shards].append(DrawnShard(row["name"], row["rows"]))
        for source, counts in json.loads(row["rungs"]).items():
            rungs.setdefault(source, Counter()).update(counts)
    return by_plan, {source: dict(sorted(counts.items())) for source, counts in rungs.items()}


def _draw(job: DrawJob, numbers: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Draw the shards with these numbers, in an executor."""
    import pyarrow as pa

    from itdr.builders.dataset.examples import shard_rows
    from itdr.builders.dataset.shards import Shard

    for batch in numbers:
        for task in batch.column(0).to_pylist():
            plan = _here(job.plans[task // job.shards], job.remote_stores)
            shard = Shard(task % job.shards, job.shards)
            pools = _pools(plan)
            before = {name: pool.rungs.copy() for name, pool in pools.items()}
            with use_engine(_refuse):
                rows = shard_rows(plan, shard, job.wording)
                name, count = _keep(job, f"rows-{task:06d}", rows)
            rungs: dict[str, Counter[str]] = {}
            for name_of, pool in pools.items():
                used = pool.rungs - before[name_of]
                rungs.setdefault(name_of.partition(" ")[0], Counter()).update(used)
            yield pa.record_batch(
                {"task": [task], "name": [name], "rows": [count], "rungs": [json.dumps(rungs)]}
            )


def _here(plan: SplitPlan, remote_stores: Mapping[str, str]) -> SplitPlan:
    """The plan with this machine's copies of the stores."""
    from itdr.builders.dataset.open_cells import share_cuts

    samples = []
    for sample in plan.chosen:
        paths = tuple(
            fetch_store(remote_stores[str(path)]) if str(path) in remote_stores else path
            for path in sample.paths
        )
        if sample.cuts:
            share_cuts(sample.cell, paths[0], sample.cuts)
        samples.append(dataclasses.replace(sample, paths=paths))
    return dataclasses.replace(plan, chosen=tuple(samples))


def _pools(plan: SplitPlan) -> dict[str, Any]:
    """The distinct pools that count fallback levels, by source and a number."""
    from itdr.builders.dataset.open_cells import open_cell

    pools: dict[str, Any] = {}
    for sample in plan.chosen:
        if sample.cell.options.get("negatives") == "hard":
            with use_engine(_refuse):
                pool = open_cell(sample.cell, sample.paths).pool
            if all(pool is not other for other in pools.values()):
                pools[f"{sample.cell.source.id} {len(pools)}"] = pool
    return pools


def _refuse(scratch: Path) -> Engine:
    """Refuse to count in an executor: a hundred of them would count the same at once."""
    raise RuntimeError(f"rows need a count that the driver did not prepare ({scratch.name})")


def _keep(job: DrawJob, prefix: str, rows: Iterable[dict[str, Any]]) -> tuple[str, int]:
    """Stream rows into a file of this attempt; returns its name and the number of rows."""
    import pyarrow as pa
    from datasets import Features

    from itdr.builders.dataset.formats import schema

    _, number = partitions.attempt()
    name = f"{prefix}-{number}.arrow"
    columns = Features(schema(job.form)).arrow_schema.remove_metadata()
    count = 0
    stream = iter(rows)
    with partitions.scratch_dir(job.folder) as work:
        path = Path(work) / name
        options = pa.ipc.IpcWriteOptions(compression="zstd")
        with pa.ipc.new_file(str(path), columns, options=options) as out:
            while chunk := list(islice(stream, BATCH)):
                out.write_batch(pa.RecordBatch.from_pylist(chunk, schema=columns))
                count += len(chunk)
        partitions.move_into(path, job.folder, name)
    return name, count


# -- files ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OutputFile:
    """A file to be written: rows `start` to `stop` - 1 of the concatenated shards."""

    split: str
    number: int
    of: int
    shards: tuple[DrawnShard, ...]
    start: int
    stop: int


def plan_files(split: str, shards: list[DrawnShard]) -> list[OutputFile]:
    """The files of a split, with the shards that each needs.

    Args:
        split: the split.
        shards: its drawn shards, in order.

    Returns:
        Files in order, each but the last full.
    """
    total = sum(shard.rows for shard in shards)
    size = files.file_rows()
    of = -(-total // size)
    output_files = []
    for number in range(of):
        first, last = number * size, min((number + 1) * size, total)
        needed, before, begin = [], 0, None
        for shard in shards:
            if shard.rows and before < last and before + shard.rows > first:
                needed.append(shard)
                begin = before if begin is None else begin
            before += shard.rows
        begin = begin or 0
        output_files.append(
            OutputFile(split, number, of, tuple(needed), first - begin, last - begin)
        )
    return output_files


def write_files(
    session: Any, folder: str, out: str, wanted: list[OutputFile], form: str, kind: str
) -> dict[str, files.Written]:
    """Write the data files from the drawn rows.

    Args:
        session: a Spark session.
        folder: the drawn rows.
        out: the folder of the data files.
        wanted: the files to write.
        form: the format of the rows.
        kind: `parquet` or `jsonl`.

    Returns:
        What was written, by split.
    """
    numbers = session.range(0, len(wanted), 1, len(wanted))
    write = functools.partial(_write, folder, out, tuple(wanted), form, kind)
    summaries: dict[str, files.Written] = {}
    facts = {row["file"]: row["facts"] for row in numbers.mapInArrow(write, WRITTEN).collect()}
    for number, file in enumerate(wanted):
        summaries.setdefault(file.split, files.Written()).add(_from_json(facts[number]))
    return summaries


def _write(
    folder: str,
    out: str,
    output_files: tuple[OutputFile, ...],
    form: str,
    kind: str,
    numbers: Iterable[pa.RecordBatch],
) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    for batch in numbers:
        for number in batch.column(0).to_pylist():
            file = output_files[number]
            name = files.file_name(file.split, file.number, file.of, kind)
            with partitions.scratch_dir(out) as work:
                path = Path(work) / name
                # Each attempt writes the same bytes: whichever is last changes nothing.
                summary = files.write_file(path, _rows(folder, file), form, kind)
                summary.files.append(files.facts(path))
                partitions.move_into(path, out, name)
            yield pa.record_batch({"file": [number], "name": [name], "facts": [_as_json(summary)]})


def _rows(folder: str, file: OutputFile) -> Iterator[dict[str, Any]]:
    """The drawn rows that belong to one file."""
    import pyarrow as pa

    row = 0
    for shard in file.shards:
        with (
            remote.open_binary(f"{folder}/{shard.name}") as source,
            pa.ipc.open_file(source) as reader,
        ):
            for k in range(reader.num_record_batches):
                batch = reader.get_batch(k)
                start, stop = max(file.start - row, 0), min(file.stop - row, batch.num_rows)
                if start < stop:
                    yield from batch.slice(start, stop - start).to_pylist()
                row += batch.num_rows


def _as_json(summary: files.Written) -> str:
    cells = [[*cell, count] for cell, count in summary.cells.items()]
    return json.dumps({**vars(summary), "cells": cells})


def _from_json(text: str) -> files.Written:
    fields = json.loads(text)
    cells = Counter({(task, source): count for task, source, count in fields.pop("cells")})
    scripts = Counter(fields.pop("scripts"))
    return files.Written(**fields, cells=cells, scripts=scripts)


def remote_stores(plans: Iterable[SplitPlan]) -> dict[str, str]:
    """The stores on other machines: path on this machine -> URL."""
    paths = {path for plan in plans for sample in plan.chosen for path in sample.paths}
    urls = {str(path): read_manifest(path).get("far") for path in paths}
    return {path: url for path, url in urls.items() if url}


def draw_job(
    builder: Any, plans: list[SplitPlan], wording: Wording, form: str, workdir: WorkDir
) -> DrawJob:
    """What executors need for a builder's plans.

    Args:
        builder: an `Itdr`.
        plans: its plans.
        wording: what decides the texts.
        form: the format of the rows.
        workdir: the shared folder.

    Returns:
        A job that can be pickled.
    """
    return DrawJob(
        tuple(plans),
        builder.config.num_shards,
        wording,
        remote_stores(plans),
        form,
        workdir.scratch(f"drawn-{'-'.join(SPLITS[plan.part] for plan in plans)}"),
    )
