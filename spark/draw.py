"""Rows on Spark: drawn shard by shard into files on the way, then cut into the files of the data set.

The plan is made by the driver, as ever. A task draws one shard of one split with the code that a
stream runs, and writes what it drew into a file of its own. When all are there, and it is known how
many rows each holds, a task for each file of the data set writes its rows: the same bytes as one
process would write.
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
from itdr.spark.workdir import Place

if TYPE_CHECKING:
    import pyarrow as pa

    from itdr.builders.dataset.examples import Wording

DRAWN = "task long, name string, rows long, rungs string"
WRITTEN = "file long, name string, told string"
BATCH = 250


@dataclass(frozen=True)
class Drawing:
    """What executors need to draw: the plans; shards to a split; the wording; the stores that lie
    elsewhere, by their path on the driver; the form of the rows; where the drawn rows go."""

    plans: tuple[SplitPlan, ...]
    shards: int
    wording: Wording
    far_stores: Mapping[str, str]
    form: str
    folder: str


@dataclass(frozen=True)
class Drawn:
    """The rows of one shard, in a file on the way."""

    name: str
    rows: int


def draw(session: Any, job: Drawing) -> tuple[list[list[Drawn]], dict[str, dict[str, int]]]:
    """Draw all shards: for each plan its shards in order, and how often each rung of the hard
    negatives was needed, by source."""
    tasks = len(job.plans) * job.shards
    if not remote.is_remote(job.folder):
        Path(job.folder).mkdir(parents=True, exist_ok=True)
    numbers = session.range(0, tasks, 1, tasks)
    rows = numbers.mapInArrow(functools.partial(_draw, job), DRAWN).collect()
    rungs: dict[str, Counter[str]] = {}
    by_plan: list[list[Drawn]] = [[] for _ in job.plans]
    for row in sorted(rows, key=lambda row: row["task"]):
        by_plan[row["task"] // job.shards].append(Drawn(row["name"], row["rows"]))
        for source, counts in json.loads(row["rungs"]).items():
            rungs.setdefault(source, Counter()).update(counts)
    return by_plan, {source: dict(sorted(counts.items())) for source, counts in rungs.items()}


def _draw(job: Drawing, numbers: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Draw the shards with these numbers, in an executor."""
    import pyarrow as pa

    from itdr.builders.dataset.examples import shard_rows
    from itdr.builders.dataset.shards import Shard

    for batch in numbers:
        for task in batch.column(0).to_pylist():
            plan = _here(job.plans[task // job.shards], job.far_stores)
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


def _here(plan: SplitPlan, far_stores: Mapping[str, str]) -> SplitPlan:
    """The plan with the stores where this machine has them."""
    from itdr.builders.dataset.open_cells import share_cuts

    chosen = []
    for one in plan.chosen:
        paths = tuple(
            fetch_store(far_stores[str(path)]) if str(path) in far_stores else path
            for path in one.paths
        )
        if one.cuts:
            share_cuts(one.cell.source, paths[0], one.cuts)
        chosen.append(dataclasses.replace(one, paths=paths))
    return dataclasses.replace(plan, chosen=tuple(chosen))


def _pools(plan: SplitPlan) -> dict[str, Any]:
    """The pools whose rungs are counted, each once, by source and a number."""
    from itdr.builders.dataset.open_cells import open_cell

    found: dict[str, Any] = {}
    for one in plan.chosen:
        if one.cell.options.get("negatives") == "hard":
            with use_engine(_refuse):
                pool = open_cell(one.cell, one.paths, one.cuts is not None).pool
            if all(pool is not other for other in found.values()):
                found[f"{one.cell.source.id} {len(found)}"] = pool
    return found


def _refuse(scratch: Path) -> Engine:
    """Counting is the driver's: a hundred executors would count the same at once."""
    raise RuntimeError(
        f"something that rows are drawn from was not counted before they were drawn ({scratch.name})"
    )


def _keep(job: Drawing, prefix: str, rows: Iterable[dict[str, Any]]) -> tuple[str, int]:
    """Write rows, as they are drawn, into a file of this attempt; its name and how many they are."""
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
        partitions.deliver(path, job.folder, name)
    return name, count


# -- files ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class File:
    """A file to be written: rows `start` to `stop` - 1 of what these shards hold one after another."""

    split: str
    number: int
    of: int
    shards: tuple[Drawn, ...]
    start: int
    stop: int


def plan_files(split: str, shards: list[Drawn]) -> list[File]:
    """The files of a split, with the shards that each needs."""
    total = sum(shard.rows for shard in shards)
    size = files.file_rows()
    of = -(-total // size)
    made = []
    for number in range(of):
        first, last = number * size, min((number + 1) * size, total)
        needed, before, begin = [], 0, None
        for shard in shards:
            if shard.rows and before < last and before + shard.rows > first:
                needed.append(shard)
                begin = before if begin is None else begin
            before += shard.rows
        begin = begin or 0
        made.append(File(split, number, of, tuple(needed), first - begin, last - begin))
    return made


def write_files(
    session: Any, folder: str, out: str, wanted: list[File], form: str, kind: str
) -> dict[str, files.Written]:
    """Write the data files into `out`, from the rows in `folder`; what was written of each split."""
    numbers = session.range(0, len(wanted), 1, len(wanted))
    write = functools.partial(_write, folder, out, tuple(wanted), form, kind)
    written: dict[str, files.Written] = {}
    told = {row["file"]: row["told"] for row in numbers.mapInArrow(write, WRITTEN).collect()}
    for number, file in enumerate(wanted):
        written.setdefault(file.split, files.Written()).add(_from_json(told[number]))
    return written


def _write(
    folder: str,
    out: str,
    wanted: tuple[File, ...],
    form: str,
    kind: str,
    numbers: Iterable[pa.RecordBatch],
) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    for batch in numbers:
        for number in batch.column(0).to_pylist():
            file = wanted[number]
            name = files.file_name(file.split, file.number, file.of, kind)
            with partitions.scratch_dir(out) as work:
                path = Path(work) / name
                # Each attempt writes the same bytes: whichever is last changes nothing.
                written = files.write_file(path, _rows(folder, file), form, kind)
                written.files.append(files.facts(path))
                partitions.deliver(path, out, name)
            yield pa.record_batch({"file": [number], "name": [name], "told": [_as_json(written)]})


def _rows(folder: str, file: File) -> Iterator[dict[str, Any]]:
    """The rows of one file, as they were drawn."""
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


def _as_json(written: files.Written) -> str:
    cells = [[*cell, count] for cell, count in written.cells.items()]
    return json.dumps({**vars(written), "cells": cells})


def _from_json(told: str) -> files.Written:
    said = json.loads(told)
    cells = Counter({(task, source): count for task, source, count in said.pop("cells")})
    scripts = Counter(said.pop("scripts"))
    return files.Written(**said, cells=cells, scripts=scripts)


def far_stores(plans: Iterable[SplitPlan]) -> dict[str, str]:
    """The stores that lie elsewhere: path on this machine -> URL."""
    paths = {path for plan in plans for chosen in plan.chosen for path in chosen.paths}
    urls = {str(path): read_manifest(path).get("far") for path in paths}
    return {path: url for path, url in urls.items() if url}


def job_of(
    builder: Any, plans: list[SplitPlan], wording: Wording, form: str, place: Place
) -> Drawing:
    """What executors need for a builder's plans."""
    return Drawing(
        tuple(plans),
        builder.config.num_shards,
        wording,
        far_stores(plans),
        form,
        place.scratch(f"drawn-{'-'.join(SPLITS[plan.part] for plan in plans)}"),
    )
