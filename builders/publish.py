"""A folder of Parquet files: one folder per config, one file or more per split, and its provenance.

A config is written aside and renamed when complete; what is finished is not built again. The files
carry no `huggingface` key, which 3.x of `datasets` could not read when 5.x wrote it.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from itdr.builders.errors import ConfigError

FILE_ROWS = 50_000
GROUP_ROWS = 5_000
"""Rows to a row group: at a few kB a row far below the 100 MB that the Hub's viewer reads."""
PROVENANCE = "provenance.json"


def build(
    builder: Any, out: Path, progress: Callable[[str, int | None], Any] | None = None
) -> dict[str, Any]:
    """Write one config into `out/<config>/`; returns its entry in `out/provenance.json`.

    builder: a constructed `Itdr`.   progress: (description, total) -> a tqdm-like bar.
    Raises `ConfigError` where the folder holds something that was not built here.
    """
    config = builder.config.name
    done = provenance(out)
    target = out / config
    known = done.get(config)
    if known and known["config_id"] == builder.config_id and _complete(target, known):
        return known
    if target.exists() and not known:
        raise ConfigError(
            f"{target} exists and was not built by itdr: choose another folder, or remove it."
        )
    part = out / f".{config}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    splits = builder.as_streaming_dataset()
    for cell in _opened(builder):
        cell.pool.rungs.clear()  # planning drew some cases too; only rows count
    files = {}
    counts = {}
    for split, rows in splits.items():
        bar = progress(f"{config}/{split}", expected(builder, split)) if progress else None
        names, count = _write_split(part, split, rows, builder.info.features, bar)
        files[split], counts[split] = names, count
        if bar is not None:
            bar.close()
    entry = {
        "config": config,
        "config_id": builder.config_id,
        "rows": counts,
        "files": files,
        **facts(builder),
    }
    shutil.rmtree(target, ignore_errors=True)
    os.replace(part, target)
    _write_json(out / PROVENANCE, {**done, config: entry})
    return entry


def provenance(out: Path) -> dict[str, Any]:
    """What was built into a folder so far, by config."""
    try:
        return json.loads((out / PROVENANCE).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ConfigError(f"{out / PROVENANCE} is damaged ({error}): remove the folder.") from None


def expected(builder: Any, split: str) -> int | None:
    """How many rows a split will have; None where that is only known at the end."""
    plan = next(one for one in builder._plans if _part(one.part) == split)
    if any(chosen.users is None for chosen in plan.chosen):
        return None
    return sum(chosen.expected for chosen in plan.chosen)


def facts(builder: Any) -> dict[str, Any]:
    """Where the rows come from: knobs, versions, raw files with their hashes, rejected rows, and
    how often each rung of the hard negatives was needed."""
    import datasets

    from itdr.builders import loading
    from itdr.builders.store import manifest

    knobs = loading.knobs_of(builder.config)
    stores = {}
    rungs = {
        cell.cell.source.id: dict(sorted(cell.pool.rungs.items())) for cell in _opened(builder)
    }
    for plan in builder._plans:
        for chosen in plan.chosen:
            for path in chosen.paths:
                made = manifest(path)
                name = "/".join(filter(None, (made["source"], made["domain"])))
                stores[name] = {
                    "raw_files": made["files"],
                    "rows": made["rows"],
                    "rejected": made["rejected"],
                    "licence": chosen.cell.source.licence.name,
                    "homepage": chosen.cell.source.homepage,
                }
    return {
        "seed": knobs.seed,
        "knobs": _plain_knobs(builder.config),
        "versions": {"datasets": datasets.__version__, "itdr": str(builder.VERSION)},
        "sources": stores,
        "hard_negatives": rungs,
        "shortfalls": _shortfalls(knobs, builder._plans),
    }


def _opened(builder: Any) -> list[Any]:
    """The open cells of a prepared builder that draw hard negatives."""
    from itdr.builders.opened import open_cell

    return [
        open_cell(chosen.cell, chosen.paths, chosen.cuts is not None)
        for plan in builder._plans
        for chosen in plan.chosen
        if chosen.cell.knobs.get("negatives") == "hard"
    ]


def _plain_knobs(config: Any) -> dict[str, Any]:
    from itdr.builders.knobs import DEFAULTS

    return {name: getattr(config, name) for name in DEFAULTS}


def _shortfalls(knobs: Any, plans: list[Any]) -> dict[str, dict[str, list[int]]]:
    """Cells with fewer cases than their quota: split -> [examples, quota]."""
    from itdr.builders.knobs import ALL, PAPER
    from itdr.builders.parts import quota_by_part

    if knobs.size == ALL:
        return {}
    found: dict[str, dict[str, list[int]]] = {}
    for plan in plans:
        got: dict[str, int] = {}
        quotas = {}
        for chosen in plan.chosen:
            name = f"{chosen.cell.task.id}/{chosen.cell.source.id}"
            got[name] = got.get(name, 0) + chosen.expected
            quota = chosen.cell.rule.quota if knobs.size == PAPER else int(knobs.size)
            quotas[name] = quota_by_part(quota)[plan.part]
        for name, count in got.items():
            if count < quotas[name]:
                found.setdefault(name, {})[_part(plan.part)] = [count, quotas[name]]
    return found


def _part(part: int) -> str:
    from itdr.builders.parts import PARTS

    return PARTS[part]


def _complete(target: Path, entry: dict[str, Any]) -> bool:
    return all((target / name).is_file() for names in entry["files"].values() for name in names)


def _write_split(
    folder: Path, split: str, rows: Any, features: Any, bar: Any
) -> tuple[list[str], int]:
    """Parquet files of at most `FILE_ROWS` rows; their names and the number of rows."""
    import pyarrow.parquet as pq

    schema = features.arrow_schema.remove_metadata()
    stream = iter(rows)
    parts: list[Path] = []
    count = 0
    batches: Iterator[Any] = _batches(stream, schema)
    batch = next(batches, None)
    while batch is not None:
        path = folder / f"{split}-{len(parts):05d}.part"
        parts.append(path)
        with pq.ParquetWriter(path, schema, compression="zstd") as writer:
            written = 0
            while batch is not None and written < FILE_ROWS:
                writer.write_batch(batch)
                written += batch.num_rows
                if bar is not None:
                    bar.update(batch.num_rows)
                batch = next(batches, None)
        count += written
    names = []
    for number, path in enumerate(parts):
        name = f"{split}-{number:05d}-of-{len(parts):05d}.parquet"
        os.replace(path, folder / name)
        names.append(name)
    return names, count


def _batches(stream: Iterator[dict[str, Any]], schema: Any) -> Iterator[Any]:
    import pyarrow as pa

    while rows := list(islice(stream, GROUP_ROWS)):
        yield pa.RecordBatch.from_pylist(rows, schema=schema)


def _write_json(path: Path, value: Any) -> None:
    part = path.with_name(f".{path.name}.part")
    part.write_text(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False), "utf-8")
    os.replace(part, path)
