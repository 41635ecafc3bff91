"""`itdr.spark.build`: configs into a folder that is a complete Hub data set, on a Spark session."""

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
from itdr.publish import folder, provenance
from itdr.spark import draw as spark_draw
from itdr.spark import session
from itdr.spark.chunks import PIECE
from itdr.spark.engine import Maker
from itdr.spark.raw_files import fetch_data_dir
from itdr.spark.store import StoreMaker
from itdr.spark.workdir import Place

AT_ONCE = 3
"""Stores that are built at the same time: one of them rarely keeps a cluster busy."""


def build(
    spark_session: Any,
    config: str | Sequence[str],
    out: str | os.PathLike[str],
    *,
    jsonl: bool = False,
    work: str | None = None,
    piece: int = PIECE,
    overwrite: bool = False,
    **options: Any,
) -> dict[str, dict[str, Any]]:
    """Build configs with Spark; the same files as `itdr build` writes, and each config's provenance.

    spark_session: a `SparkSession` whose executors have this package installed.   config: a config's
    name, or several.   out: the folder to write into, a path or any URL that fsspec knows.   work: a
    folder that driver and executors reach by the same path, for stores and what is on its way
    (default: in the cache, for machines that share a disk).   piece: bytes of raw files that a task
    reads.   overwrite: replace rows that were built otherwise.   options: those of `load_dataset`; `data_dir` may be a URL.
    Raises `ConfigError` and `RawFileError` as `itdr build` does.
    """
    names = [config] if isinstance(config, str) else list(config)
    if options.get("data_dir") is not None:
        options["data_dir"] = fetch_data_dir(os.fspath(options["data_dir"]))
    made = builders(names, options)
    return run(spark_session, made, os.fspath(out), jsonl, work, piece, overwrite)


def builders(configs: Iterable[str], options: dict[str, Any]) -> list[Any]:
    """The builders of these configs."""
    import datasets

    import itdr  # noqa: F401  (teaches load_dataset the name)

    return [datasets.load_dataset_builder("itdr", name, **options) for name in configs]


def run(
    spark_session: Any,
    made: Sequence[Any],
    out: str,
    jsonl: bool = False,
    work: str | None = None,
    piece: int = PIECE,
    overwrite: bool = False,
    roots: Sequence[str] = (),
) -> dict[str, dict[str, Any]]:
    """Build what these builders draw; see `build`. roots: as of `itdr.publish.folder.build`."""
    kind = "jsonl" if jsonl else "parquet"
    place = Place.at(work)
    target = remote.normalize_url(out)
    job = _Job(session.room(spark_session), place, piece, target)
    try:
        return _build_all(job, made, kind, {"overwrite": overwrite, "roots": roots})
    except ItdrError:
        raise
    except Exception as error:
        advice = session.advice(error)
        if advice is None:
            raise
        raise advice from error


def _build_all(
    job: _Job, made: Sequence[Any], kind: str, how: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    if not remote.is_remote(job.target):
        return folder.build(made, Path(job.target), kind, draw=job.draw, **how)
    with tempfile.TemporaryDirectory(prefix="itdr-out-") as scratch:
        here = Path(scratch) / "out"
        _fetch_records(job.target, here)
        built = folder.build(made, here, kind, draw=job.draw, held=job.held, **how)
        _send_records(here, job.target, built)
    return built


@dataclass
class _Job:
    """How a folder's configs are drawn. target: the folder, where it may lie elsewhere."""

    session: Any
    place: Place
    piece: int
    target: str

    def draw(
        self, builder: Any, part: Path, form: str, kind: str, progress: Any
    ) -> tuple[folder.Written, dict[str, Any]]:
        """Write the data files of one builder, as `folder.HashRng`."""
        plans = self._prepare(builder)
        away = remote.is_remote(self.target)
        out = f"{self.target}/{builder.config.name}" if away else str(part)
        if away:
            remote.remove(f"{out}/{folder.RECORD}")
        wording = dataset_builder.wording(builder.config)
        job = spark_draw.job_of(builder, plans, wording, form, self.place)
        try:
            drawn, rungs = spark_draw.draw(self.session, job)
            wanted = [
                file
                for plan, shards in zip(plans, drawn, strict=True)
                for file in spark_draw.plan_files(SPLITS[plan.part], shards)
            ]
            written = spark_draw.write_files(self.session, job.folder, out, wanted, form, kind)
        finally:
            remote.remove(job.folder)
        if away:
            listed = {file["name"] for one in written.values() for file in one.files}
            for name in remote.list_names(out):
                if name not in listed:
                    remote.remove(f"{out}/{name}")
        more: dict[str, Any] = {"hard_negatives": rungs} if rungs else {}
        return {SPLITS[plan.part]: written[SPLITS[plan.part]] for plan in plans}, more

    def held(self, config: str, name: str) -> int | None:
        """The size of a data file in the target."""
        return remote.size(f"{self.target}/{config}/{name}")

    def _prepare(self, builder: Any) -> list[SplitPlan]:
        """Stores, counts and plans; all that executors will read is where they reach it."""
        make = StoreMaker(self.session, self.place, self.piece)
        with use_engine(Maker(self.session, self.place)):
            plans = dataset_builder.prepare(builder.config, make, AT_ONCE)
            _count(plans, dataset_builder.wording(builder.config))
        builder._plans = plans
        for path, url in spark_draw.far_stores(plans).items():
            _send_derived(Path(path), url)
        provenance.forget_rungs(builder)
        return plans


def _count(plans: Iterable[SplitPlan], wording: Any) -> None:
    """Have all counted that rows are drawn from, by drawing one of each cell."""
    for plan in plans:
        for chosen in plan.chosen:
            alone = dataclasses.replace(plan, chosen=(chosen,))
            next(shard_rows(alone, Shard(0, 1), wording), None)


def _send_derived(path: Path, url: str) -> None:
    """What was counted from a store, to where executors find it."""
    here = path.with_name(f"{path.name}-derived")
    there = set(remote.list_names(f"{url}-derived"))
    for one in sorted(here.iterdir()) if here.is_dir() else ():
        if one.name not in there and not derived.is_scratch(one.name):
            remote.send(one, f"{url}-derived/{one.name}")


def _fetch_records(target: str, here: Path) -> None:
    """What a folder that lies elsewhere says of itself."""
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
        remote.send(here / name, f"{target}/{name}")
