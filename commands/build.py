"""`itdr build`: a folder that is a complete Hub data set."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from itdr.builders.dataset.options import one_of
from itdr.commands import _outputs
from itdr.commands._options import config_names, with_options
from itdr.commands._wording import as_options


@with_options
def run(
    configs: Annotated[
        list[str] | None,
        typer.Argument(
            help="Configs to build; by default every subtask that the options and the data allow.",
            autocompletion=config_names,
        ),
    ] = None,
    out: Annotated[
        str,
        typer.Option(
            "-o",
            "--out",
            help="The folder to write into, created if missing; with Spark also a URL.",
        ),
    ] = "itdr-data",
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Write JSON Lines instead of Parquet.")
    ] = False,
    shown: Annotated[
        int, typer.Option("--examples", min=0, help="Print this many of the examples written.")
    ] = 0,
    drop_raw: Annotated[
        bool, typer.Option("--drop-raw", help="Remove downloads once they are in the store.")
    ] = False,
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite",
            help="Replace rows built with other options, and files that itdr did not write.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was built as JSON.")] = False,
    engine: Annotated[
        str, typer.Option(help="`duckdb` (on this machine) or `spark`; the rows are the same.")
    ] = "duckdb",
    master: Annotated[
        str | None,
        typer.Option(
            help="Spark: `local[2]`, `spark://…`, `yarn`, `k8s://…` (default: all cores)."
        ),
    ] = None,
    work: Annotated[
        str | None,
        typer.Option(help="Spark: a folder or URL for stores that driver and executors share."),
    ] = None,
    *,
    options: dict[str, Any],
) -> None:
    """Build configs into a folder that is a complete Hub data set.

    It holds data files (OUT/<config>/<split>-00000-of-0000N.parquet), a card, licences and provenance.
    Finished configs are not built again, so run the same command to resume. Rows built with other
    options are only replaced with --overwrite. A root task is written as its subtasks, and can be
    loaded by its own name. Without CONFIGS, subtasks without a case are skipped, with a line on each.
    Example: itdr build sequential_rec --sample -o out
    """
    from itdr.builders.core.errors import ConfigError

    one_of("engine", engine, ENGINES)
    out = _outputs.name(out)
    if engine == "spark":
        builders, records = _on_spark(configs, options, out, jsonl, overwrite, master, work)
    elif master or work:
        raise ConfigError("--master and --work only apply to --engine spark.")
    else:
        builders, records = _here(configs, options, out, jsonl, overwrite)
    if drop_raw:
        _drop_raw(builders)
    if as_json:
        print(json.dumps(records, indent=1, ensure_ascii=False))
        return
    for name, entry in records.items():
        if shown:
            _show(f"{out.rstrip('/')}/{name}/{entry['files']['train'][0]['name']}", shown)
        counts = ", ".join(f"{split} {count:,}" for split, count in entry["rows"].items())
        print(f"{out.rstrip('/')}/{name}: {counts}")


ENGINES = ("duckdb", "spark")
Built = tuple[list[Any], dict[str, dict[str, Any]]]


def _here(
    configs: Sequence[str] | None, options: dict[str, Any], out: str, jsonl: bool, overwrite: bool
) -> Built:
    """Build in this process with the embedded engine; returns the builders and what was built."""
    from itdr.publish import folder

    target = _outputs.folder(out)
    builders = _builders(configs, options)
    kind = "jsonl" if jsonl else "parquet"
    records = folder.build(
        builders,
        target,
        kind,
        progress=_bar,
        overwrite=overwrite,
        roots=_roots(configs),
        skip_empty=not configs,
    )
    return builders, records


def _on_spark(
    configs: Sequence[str] | None,
    options: dict[str, Any],
    out: str,
    jsonl: bool,
    overwrite: bool,
    master: str | None,
    work: str | None,
) -> Built:
    """Build on a Spark session, which is stopped afterwards."""
    from itdr.spark import job, raw_files, session

    session.require()
    options["data_dir"] = raw_files.fetch_data_dir(options.get("data_dir"))
    builders = _builders(configs, {name: one for name, one in options.items() if one is not None})
    spark_session = session.start(master)
    try:
        records = job.run(
            spark_session,
            builders,
            out,
            jsonl,
            work,
            overwrite=overwrite,
            roots=_roots(configs),
            skip_empty=not configs,
        )
        return builders, records
    finally:
        spark_session.stop()


def _builders(configs: Sequence[str] | None, options: dict[str, Any]) -> list[Any]:
    """The configs' builders. Without configs, those of all subtasks that these options allow, with a line
    on stderr for each of the others.
    """
    from itdr.builders.core.errors import ConfigError
    from itdr.builders.dataset import registry

    if configs:
        return [_builder(name, options) for name in configs]
    builders = []
    refused: dict[str, ConfigError] = {}
    for name in registry.task_ids():
        try:
            builders.append(_builder(name, _with_able_sources(name, options)))
        except ConfigError as error:
            refused[name] = error
    if not builders:
        raise next(iter(refused.values()))
    for name, reason in refused.items():
        print(f"itdr: skipped {name}: {as_options(str(reason))}", file=sys.stderr)
    return builders


def _roots(configs: Sequence[str] | None) -> Sequence[str]:
    """The root tasks that are views of what is built: all of them where no config is named."""
    from itdr.builders.core.schema import ROOT_TASKS

    return () if configs else ROOT_TASKS


def _builder(config: str, options: dict[str, Any]) -> Any:
    """The builder of a config, checked to have sources before a folder is created for it."""
    import datasets

    import itdr  # noqa: F401  (teaches load_dataset the name)
    from itdr.builders.dataset import builder as dataset_builder

    builder = datasets.load_dataset_builder("itdr", config, **options)
    dataset_builder.check_sources(dataset_builder.options_of(builder.config))
    return builder


def _with_able_sources(config: str, options: dict[str, Any]) -> dict[str, Any]:
    """The options without the sources that have no cell in this config; unchanged where none has one."""
    from itdr.builders.dataset import own_sources, registry

    sources = options.get("sources")
    if not isinstance(sources, list):
        return options
    ids = {one: own_sources.find_source(one)[0].id for one in sources}
    cells = registry.cells(config, options.get("cells", "paper"), named=ids.values())
    able = {source for _, source in cells}
    able_sources = [one for one in sources if ids[one] in able]
    return {**options, "sources": able_sources or sources}


def _drop_raw(builders: Sequence[Any]) -> None:
    """Remove the downloads of complete stores; files placed by hand are never removed."""
    from itdr.builders.core.paths import format_size
    from itdr.builders.dataset import builder as dataset_builder
    from itdr.builders.dataset import plan
    from itdr.builders.rawfiles import locate

    freed = 0
    for builder in builders:
        options = dataset_builder.options_of(builder.config)
        for specs in plan.stores_of(options, plan.cells_of(options)).values():
            freed += sum(
                locate.drop_downloads(one.source, one.files) for one in specs if one.ready()
            )
    print(f"itdr: {format_size(freed)} of downloads removed", file=sys.stderr)


def _show(path: str, number: int) -> None:
    """The first examples, read back from the file that holds them."""
    from itdr.commands.show import readable_example

    rows = _first_rows(path, number)
    for place, row in enumerate(rows, 1):
        print(readable_example(row, place))
    print(f"The first {len(rows)} of {path}")


def _first_rows(path: str, number: int) -> list[dict[str, Any]]:
    from itdr.builders.core import remote

    with remote.open_binary(path) as file:
        if path.endswith(".jsonl"):
            return [json.loads(line) for line, _ in zip(file, range(number), strict=False)]
        import pyarrow.parquet as pq

        return next(pq.ParquetFile(file).iter_batches(batch_size=number)).to_pylist()


def _bar(description: str, total: int | None) -> Any:
    from tqdm import tqdm

    on_terminal = sys.stderr.isatty()
    return tqdm(
        total=total, desc=description, unit=" rows", disable=not on_terminal, leave=False, delay=1
    )
