"""`itdr.spark.build`: build configs into a complete Hub data set on a Spark session."""

from __future__ import annotations

import dataclasses
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from itdr.builders.core import remote
from itdr.builders.core.errors import ItdrError
from itdr.builders.dataset import builder as dataset_builder
from itdr.builders.dataset.examples import shard_rows
from itdr.builders.dataset.plan import SplitPlan
from itdr.builders.dataset.shards import Shard
from itdr.builders.sampling.splits import SPLITS
from itdr.builders.store import derived
from itdr.builders.store.engine import use_engine
from itdr.publish import catalogue_file, folder, provenance
from itdr.spark import draw as spark_draw
from itdr.spark import session
from itdr.spark.chunks import CHUNK_BYTES
from itdr.spark.engine import EngineFactory
from itdr.spark.raw_files import fetch_data_dir
from itdr.spark.store import StoreBuilder
from itdr.spark.workdir import WorkDir

AT_ONCE = 3
"""Stores built at the same time: a single one rarely keeps a cluster busy."""


def build(
    spark_session: Any,
    config: str | Sequence[str],
    out: str | os.PathLike[str],
    *,
    jsonl: bool = False,
    work: str | None = None,
    chunk_bytes: int = CHUNK_BYTES,
    overwrite: bool = False,
    **options: Any,
) -> dict[str, dict[str, Any]]:
    """Build configs with Spark; writes the same files as `itdr build`.

    Args:
        spark_session: a `SparkSession` whose executors have this package installed.
        config: the name of a config, or several.
        out: the folder to write into, a path or any URL that fsspec knows.
        jsonl: write JSON Lines instead of Parquet.
        work: a folder that driver and executors reach by the same path, for stores and temporary
            files (default: in the cache, for machines that share a disk).
        chunk_bytes: bytes of raw files per task.
        overwrite: replace rows that were built with other options.
        options: those of `load_dataset`; `data_dir` may be a URL.

    Returns:
        Each config's provenance.

    Raises:
        ConfigError: an option is invalid, or executors lack something.
        RawFileError: a raw file is missing or wrong.
    """
    names = [config] if isinstance(config, str) else list(config)
    if options.get("data_dir") is not None:
        options["data_dir"] = fetch_data_dir(os.fspath(options["data_dir"]))
    return run(
        spark_session, builders(names, options), os.fspath(out), jsonl, work, chunk_bytes, overwrite
    )


def builders(configs: Iterable[str], options: dict[str, Any]) -> list[Any]:
    """The builders of configs.

    Args:
        configs: their names.
        options: those of `load_dataset`.
    """
    import datasets

    import itdr  # noqa: F401  (teaches load_dataset the name)

    return [datasets.load_dataset_builder("itdr", name, **options) for name in configs]


def run(
    spark_session: Any,
    config_builders: Sequence[Any],
    out: str,
    jsonl: bool = False,
    work: str | None = None,
    chunk_bytes: int = CHUNK_BYTES,
    overwrite: bool = False,
    roots: Sequence[str] = (),
    skip_empty: bool = False,
) -> dict[str, dict[str, Any]]:
    """Build the configs of constructed builders.

    Args:
        spark_session: as for `build`.
        config_builders: the builders.
        out: as for `build`.
        jsonl: as for `build`.
        work: as for `build`.
        chunk_bytes: as for `build`.
        overwrite: as for `build`.
        roots: as for `itdr.publish.folder.build`.
        skip_empty: as for `itdr.publish.folder.build`.

    Returns:
        Each config's provenance.

    Raises:
        ConfigError: where executors lack something; it says what to do.
    """
    kind = "jsonl" if jsonl else "parquet"
    workdir = WorkDir.at(work)
    target = remote.normalize_url(out)
    job = _Job(session.isolated_session(spark_session), workdir, chunk_bytes, target)
    try:
        how = {"overwrite": overwrite, "roots": roots, "skip_empty": skip_empty}
        return _build_all(job, config_builders, kind, how)
    except ItdrError:
        raise
    except Exception as error:
        advice = session.executor_advice(error)
        if advice is None:
            raise
        raise advice from error


def _build_all(
    job: _Job, config_builders: Sequence[Any], kind: str, how: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    if not remote.is_remote(job.target):
        return folder.build(config_builders, Path(job.target), kind, draw=job.draw, **how)
    with tempfile.TemporaryDirectory(prefix="itdr-out-") as scratch:
        here = Path(scratch) / "out"
        _fetch_records(job.target, here)
        records = folder.build(config_builders, here, kind, draw=job.draw, held=job.held, **how)
        _send_records(here, job.target, records)
    return records


@dataclass
class _Job:
    """How a folder's configs are drawn. `target` is the folder, possibly on another machine."""

    session: Any
    workdir: WorkDir
    chunk_bytes: int
    target: str

    def draw(
        self, builder: Any, part: Path, form: str, kind: str, progress: Any
    ) -> tuple[folder.Written, dict[str, Any]]:
        """Write the data files of one builder, as a `folder.WriteRows`.

        Args:
            builder: the builder.
            part: the local folder to write into, unless `target` is remote.
            form: the format of the rows.
            kind: `parquet` or `jsonl`.
            progress: ignored.
        """
        plans = self._prepare(builder)
        away = remote.is_remote(self.target)
        out = f"{self.target}/{builder.config.name}" if away else str(part)
        if away:
            remote.remove(f"{out}/{folder.RECORD}")
        wording = dataset_builder.wording(builder.config)
        job = spark_draw.draw_job(builder, plans, wording, form, self.workdir)
        try:
            shards_by_plan, rungs = spark_draw.draw(self.session, job)
            output_files = [
                file
                for plan, shards in zip(plans, shards_by_plan, strict=True)
                for file in spark_draw.plan_files(SPLITS[plan.part], shards)
            ]
            summaries = spark_draw.write_files(
                self.session, job.folder, out, output_files, form, kind
            )
            more = folder.catalogue_entry(self._catalogue(plans, part, out))
        finally:
            remote.remove(job.folder)
        if away:
            file_names = {file["name"] for split in summaries.values() for file in split.files}
            file_names |= {facts["name"] for facts in more.values()}
            for name in remote.list_names(out):
                if name not in file_names:
                    remote.remove(f"{out}/{name}")
        more |= {"hard_negatives": rungs} if rungs else {}
        return {SPLITS[plan.part]: summaries[SPLITS[plan.part]] for plan in plans}, more

    def _catalogue(self, plans: list[SplitPlan], part: Path, out: str) -> dict[str, Any] | None:
        """Write the catalogue here, and copy it to where the data files are."""
        with use_engine(EngineFactory(self.session, self.workdir)):
            facts = catalogue_file.write(plans, part)
        if facts is not None and remote.is_remote(self.target):
            remote.send(part / facts["name"], f"{out}/{facts['name']}")
            (part / facts["name"]).unlink()
        return facts

    def held(self, config: str, name: str) -> int | None:
        """The size of a data file in the target.

        Args:
            config: its config.
            name: its name.
        """
        return remote.size(f"{self.target}/{config}/{name}")

    def _prepare(self, builder: Any) -> list[SplitPlan]:
        """Stores, counts and plans; everything that executors will read is put within their reach."""
        make = StoreBuilder(self.session, self.workdir, self.chunk_bytes)
        with use_engine(EngineFactory(self.session, self.workdir)):
            plans = dataset_builder.prepare(builder.config, make, AT_ONCE)
            _count(plans, dataset_builder.wording(builder.config))
        builder._plans = plans
        for path, url in spark_draw.remote_stores(plans).items():
            _send_derived(Path(path), url)
        provenance.reset_fallback_counts(builder)
        return plans


def _count(plans: Iterable[SplitPlan], wording: Any) -> None:
    """Trigger every count that rows need, by drawing one row of each cell."""
    for plan in plans:
        for sample in plan.chosen:
            alone = dataclasses.replace(plan, chosen=(sample,))
            next(shard_rows(alone, Shard(0, 1), wording), None)


def _send_derived(store: Path, url: str) -> None:
    """Copy what was counted from a store to where executors find it."""
    here = store.with_name(f"{store.name}-derived")
    there = set(remote.list_names(f"{url}-derived"))
    for path in sorted(here.iterdir()) if here.is_dir() else ():
        if path.name not in there and not derived.is_scratch(path.name):
            remote.send(path, f"{url}-derived/{path.name}")


def _fetch_records(target: str, here: Path) -> None:
    """Fetch the records of a folder on another machine."""
    here.mkdir()
    for name in folder.TOP:
        remote.fetch(f"{target}/{name}", here / name)
    for name in dataset_builder.descriptions():
        remote.fetch(f"{target}/{name}/{folder.RECORD}", here / name / folder.RECORD)
    for lock in here.rglob("*.lock"):
        lock.unlink()


def _send_records(here: Path, target: str, built: dict[str, Any]) -> None:
    for name in built:
        remote.send(here / name / folder.RECORD, f"{target}/{name}/{folder.RECORD}")
    for name in folder.TOP:
        if (here / name).is_file():
            remote.send(here / name, f"{target}/{name}")
        else:
            remote.remove(f"{target}/{name}")
