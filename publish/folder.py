"""A folder that is a complete Hub data set, built config by config.

Each config is written aside and renamed when complete, together with a record of its inputs; a config
whose record is unchanged is not built again. The files at the folder's top follow from the records
alone, so a build that was killed and resumed ends in the same bytes.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from itdr.builders.core import paths
from itdr.builders.core.errors import ConfigError, EmptySplitError
from itdr.builders.core.rng import stable_hash
from itdr.builders.dataset import builder as dataset_builder
from itdr.builders.dataset import formats, registry
from itdr.publish import (
    benchmark,
    card,
    catalogue_file,
    croissant,
    files,
    licences,
    llama_factory,
    provenance,
    views,
)
from itdr.publish import overwrite as overwriting

logger = logging.getLogger("itdr")
RECORD = ".itdr.json"
"""Inside each config's folder. Hidden: neither loaded nor pushed."""
LAYOUT = 3
"""Increased when the same rows are laid out in other files."""
RECORDED = frozenset(
    "key config form kind code selected views rows bytes files cells scripts options versions "
    "sources shortfalls".split()
)
"""The entries of a record; one that lacks any of them is damaged, and counts as absent."""
TOP = (
    provenance.PROVENANCE,
    "README.md",
    "CITATION.bib",
    "LICENSE.md",
    croissant.NAME,
    llama_factory.NAME,
    benchmark.NAME,
)
Progress = Callable[[str, "int | None"], Any]
Written = dict[str, files.Written]
WriteRows = Callable[[Any, Path, str, str, "Progress | None"], tuple[Written, dict[str, Any]]]
"""Draws the rows of a builder and writes them, into a folder or elsewhere: (builder, folder, form,
kind, progress) -> what was written, by split, and further entries of the record."""
Held = Callable[[str, str], "int | None"]


def build(
    builders: Iterable[Any],
    out: Path,
    kind: str = "parquet",
    progress: Progress | None = None,
    draw: WriteRows | None = None,
    held: Held | None = None,
    overwrite: bool = False,
    roots: Iterable[str] = (),
    skip_empty: bool = False,
) -> dict[str, dict[str, Any]]:
    """Write configs into `out/<config>/` and make `out` a data set.

    A root task is a view of its subtasks' files (see `itdr.publish.views`): these are written.

    Args:
        builders: constructed `Itdr`s, drawn one after the other.
        out: the folder.
        kind: one of `files.KINDS`.
        progress: (description, total) -> a tqdm-like bar.
        draw: writes the data files, instead of this process.
        held: the size of a data file, by config and name, where the files lie elsewhere.
        overwrite: replace rows that were built with other options, and files that are not itdr's.
        roots: root tasks to be views of whatever subtasks are built.
        skip_empty: leave out configs without a case, with a line on each, instead of raising.

    Returns:
        Config -> its provenance, for configs that were built or already there.

    Raises:
        ConfigError: the folder holds other rows or files, or is being written by another process.
        EmptySplitError: a split has no row, and nothing else is left to build.
    """
    _check_free(out)
    if not overwrite:
        overwriting.refuse_strangers(out, TOP, RECORD)
    builder_list = list(builders)
    required = set() if skip_empty else {builder.config.name for builder in builder_list}
    task_builders, subtasks = views.expand_roots(builder_list, roots)
    out.mkdir(parents=True, exist_ok=True)
    done: dict[str, dict[str, Any]] = {}
    empty: dict[str, EmptySplitError] = {}
    with _locked(out):
        jobs = [_job(builder, subtasks, out, kind) for builder in task_builders]
        if not overwrite:
            overwriting.refuse_other_builds(out, _in_the_way(jobs))
        _check_kind(out, kind, {job.config for job in jobs})
        for stale in out.glob(".*.part"):
            shutil.rmtree(stale, ignore_errors=True)
        for job in jobs:
            try:
                entry = _build_config(job, out, progress, draw or _draw, held)
            except EmptySplitError as error:
                if job.config in required:
                    raise
                empty[job.config] = error
                continue
            done[job.config] = public_record(entry)
            _write_top(out)
    _say_empty(empty, done, [] if skip_empty else subtasks.values())
    return done


def _say_empty(
    empty: Mapping[str, EmptySplitError],
    done: Mapping[str, Any],
    groups: Iterable[Sequence[str]],
) -> None:
    """Say which configs were skipped, as they have no case. Raises `EmptySplitError` if nothing else is
    left, or nothing of one of the groups."""
    for group in [*groups, list({**empty, **done})]:
        if group and not any(name in done for name in group):
            reasons = "\n".join(f"  {empty[name]}" for name in group)
            raise EmptySplitError(f"There is nothing to build:\n{reasons}")
    for name, error in empty.items():
        logger.warning("itdr: skipped %s: %s.", name, error.brief)


@dataclass
class _Job:
    """One config to be written. `facts` are the parts of its record known before a row is drawn."""

    builder: Any
    config: str
    target: Path
    form: str
    kind: str
    key: str
    facts: dict[str, Any]
    known: dict[str, Any] | None


def _job(builder: Any, roots: Mapping[str, Sequence[str]], out: Path, kind: str) -> _Job:
    config = builder.config.name
    form = formats.of_options(builder.config).key
    options = dataset_builder.options_of(builder.config)
    facts = {
        "options": json.loads(json.dumps(provenance.plain_options(builder.config))),
        "kind": kind,
        "code": dataset_builder.code_fingerprint(),
        "selected": views.source_option(options.selected),
        "views": [root for root, subtasks in roots.items() if config in subtasks],
    }
    target = out / config
    key = f"{builder.config_id}-{form}-{kind}-{LAYOUT}"
    return _Job(builder, config, target, form, kind, key, facts, _read(target / RECORD))


def _in_the_way(jobs: Iterable[_Job]) -> dict[str, list[str]]:
    return {
        job.config: overwriting.differences(job.known, job.facts)
        for job in jobs
        if job.known is not None and job.known["key"] != job.key
    }


def public_record(entry: dict[str, Any]) -> dict[str, Any]:
    """A record without its key, which depends on file dates and so differs between machines."""
    return {name: value for name, value in entry.items() if name not in ("key", "layout")}


def read_records(out: Path) -> dict[str, dict[str, Any]]:
    """The records of the configs built into a folder, in the registry's order.

    Args:
        out: a built folder.

    Returns:
        Records by config; damaged ones are left out.
    """
    records = {}
    for path in out.glob(f"*/{RECORD}"):
        entry = _read(path)
        if entry is not None:
            records[entry["config"]] = entry
    order = {name: place for place, name in enumerate(registry.config_names())}
    return {
        name: records[name] for name in sorted(records, key=lambda one: (order.get(one, 99), one))
    }


def _build_config(
    job: _Job, out: Path, progress: Progress | None, draw: WriteRows, held: Held | None
) -> dict[str, Any]:
    record = job.known
    if record is not None and record["key"] == job.key and _complete(job.target, record, held):
        if set(job.facts["views"]) <= set(record["views"]):
            return record
        record["views"] = sorted({*record["views"], *job.facts["views"]})
        _write_text(job.target / RECORD, _as_json(record))
        return record
    part = out / f".{job.config}.part"
    part.mkdir(parents=True)
    summaries, more = draw(job.builder, part, job.form, job.kind, progress)
    entry = {**_entry(job, summaries), **more}
    if record is not None:
        entry["views"] = sorted({*record["views"], *entry["views"]})
    _write_text(part / RECORD, _as_json(entry))
    _swap(part, job.target)
    return entry


def _draw(
    builder: Any, part: Path, form: str, kind: str, progress: Progress | None
) -> tuple[Written, dict[str, Any]]:
    """Draw the rows here and write them into `part`."""
    splits = builder.as_streaming_dataset()
    provenance.reset_fallback_counts(builder)
    summaries = {}
    for split, rows in splits.items():
        name = f"{builder.config.name}/{split}"
        bar = progress(name, _expected_rows(builder, split)) if progress else None
        summaries[split] = files.write_split(part, split, rows, form, kind, bar)
        if bar is not None:
            bar.close()
    return summaries, catalogue_entry(catalogue_file.write(builder._plans, part))


def catalogue_entry(facts: dict[str, Any] | None) -> dict[str, Any]:
    """The entry of a record on the config's catalogue; none where rows list their candidates."""
    return {} if facts is None else {"catalogue": facts}


def _entry(job: _Job, summaries: dict[str, files.Written]) -> dict[str, Any]:
    cells: dict[str, dict[str, int]] = {}
    for split, one in summaries.items():
        for (task, source), count in sorted(one.cells.items()):
            cells.setdefault(f"{task}/{source}", {})[split] = count
    scripts = sum((one.scripts for one in summaries.values()), start=Counter())
    return {
        "layout": LAYOUT,
        "key": job.key,
        "config": job.config,
        "form": job.form,
        "kind": job.kind,
        "code": job.facts["code"],
        "selected": job.facts["selected"],
        "views": job.facts["views"],
        "rows": {split: one.rows for split, one in summaries.items()},
        "bytes": {split: one.bytes for split, one in summaries.items()},
        "files": {split: one.files for split, one in summaries.items()},
        "cells": cells,
        "scripts": dict(sorted(scripts.items())),
        **provenance.build_facts(job.builder),
    }


def _expected_rows(builder: Any, split: str) -> int | None:
    """How many rows a split will have; None where that is only known at the end.

    Args:
        builder: an `Itdr` with plans.
        split: the split.
    """
    from itdr.builders.sampling.splits import SPLITS

    plan = next(one for one in builder._plans if SPLITS[one.part] == split)
    if any(sample.users is None for sample in plan.chosen):
        return None
    return sum(sample.expected for sample in plan.chosen)


def _write_top(out: Path) -> None:
    """Write the files at the top, beginning with the one that marks the folder as ours."""
    entries = {name: public_record(entry) for name, entry in read_records(out).items()}
    texts = top_texts(entries)
    for name, text in texts.items():
        _write_text(out / name, text)
    for name in set(TOP) - set(texts):
        (out / name).unlink(missing_ok=True)


def top_texts(entries: dict[str, dict[str, Any]]) -> dict[str, str]:
    """The files at the top of a built folder, by name.

    Args:
        entries: the records of its configs, as `public_record`.

    Returns:
        Their texts, which follow from the records alone.
    """
    texts = (
        _as_json(entries),
        card.built_card(entries),
        card.citations(entries),
        licences.licence_text(entries),
        croissant.croissant(entries),
        llama_factory.dataset_info(entries),
        benchmark.eval_yaml(entries),
    )
    return {name: text for name, text in zip(TOP, texts, strict=True) if text is not None}


def _check_free(out: Path) -> None:
    """Refuse a path that cannot be a data set's folder."""
    if not out.exists():
        return
    if not out.is_dir():
        raise ConfigError(f"{out} is a file: name a folder to build into.")
    scripts = sorted(path.name for path in out.glob("*.py"))
    if scripts:
        raise ConfigError(
            f"{out} holds {scripts[0]}, which `datasets` would take for a loading script: choose "
            "another folder."
        )


def _check_kind(out: Path, kind: str, building: set[str]) -> None:
    """Refuse to mix kinds of files: `datasets` reads all files of a folder as one kind."""
    for name, entry in read_records(out).items():
        if entry["kind"] != kind and name not in building:
            raise ConfigError(
                f"{out / name} holds {entry['kind']} files, and a data set is of one kind: choose "
                f"another folder for {kind}, or build {name} anew in the same command."
            )


@contextmanager
def _locked(out: Path) -> Iterator[None]:
    """Allow one build of a folder at a time. The lock lies in the cache, to keep the folder clean."""
    from filelock import FileLock, Timeout

    locks = paths.work_root() / "builds"
    locks.mkdir(parents=True, exist_ok=True)
    lock = FileLock(str(locks / f"{stable_hash('build', os.path.realpath(out)):016x}.lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ConfigError(f"Another `itdr build` is writing {out}: wait for it to end.") from None
    try:
        yield
    finally:
        lock.release()


def _complete(target: Path, entry: dict[str, Any], held: Held | None) -> bool:
    def size(config: str, name: str) -> int | None:
        path = target / name
        return path.stat().st_size if path.is_file() else None

    size_of = held or size
    return all(
        size_of(entry["config"], file["name"]) == file["size"] for file in provenance.files(entry)
    )


def _swap(part: Path, target: Path) -> None:
    """Put the finished folder in place of an earlier one, which is removed last."""
    paths.sync_folder(part)
    old = target.with_name(f".{target.name}-old.part")
    if target.exists():
        os.replace(target, old)
    os.replace(part, target)
    paths.sync_folder(target.parent)
    shutil.rmtree(old, ignore_errors=True)


def _read(path: Path) -> dict[str, Any] | None:
    entry = paths.read_json(path)
    if entry is None or entry.get("layout") != LAYOUT:
        return None
    return entry if entry.keys() >= RECORDED else None


def _as_json(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def _write_text(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.tmp")
    with files.disk_errors(path), open(part, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
