"""`itdr export`: a source's cleaned tables with their splits, for other programs."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from itdr.builders.dataset.options import one_of
from itdr.commands._options import DATA_DIR

if TYPE_CHECKING:
    from itdr.builders.core.schema import Source
    from itdr.builders.rawfiles.locate import Plan
    from itdr.builders.store.spec import StoreSpec

logger = logging.getLogger("itdr")


def run(
    source: Annotated[
        str, typer.Argument(help="A source id, id/domain, description or folder of atomic files.")
    ],
    folder: Annotated[Path, typer.Argument(help="The folder to write into.")],
    form: Annotated[
        str, typer.Option("--to", help="`recbole` (atomic files), `csv` or `parquet`.")
    ] = "parquet",
    split_by: Annotated[
        str, typer.Option("--split-by", help="What separates the splits: `user` or `time`.")
    ] = "user",
    seed: Annotated[int, typer.Option(min=0, help="The seed of the splits.")] = 0,
    data_dir: Annotated[str | None, typer.Option("--data-dir", help=DATA_DIR)] = None,
    sample: Annotated[
        bool,
        typer.Option("--sample", help="Use the small made-up files that come with the package."),
    ] = False,
    overwrite: Annotated[
        bool,
        typer.Option("--overwrite", help="Write into a folder that holds files of others."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write the cleaned tables of a source, each event with its split.

    The tables are interactions, items and users. If the files with the texts of reviews are missing,
    the rest is exported without them, and a line says so.
    CSV and Parquet have a column `split`. RecBole gets one log for each split, to be read with
    benchmark_filename: [train, valid, test]. The folder is itself a source.
    Example: itdr export ml-1m --to recbole out/ml-1m
    """
    from itdr.builders.core.errors import ConfigError
    from itdr.builders.core.paths import SAMPLE
    from itdr.builders.dataset import own_sources
    from itdr.builders.dataset.builder import absolute_data_dir
    from itdr.builders.store.prepare import prepare
    from itdr.publish import export
    from itdr.publish.overwrite import refuse_strangers

    logging.getLogger("itdr").setLevel(logging.INFO)
    one_of("form", form, export.FORMS)
    one_of("split_by", split_by, export.SPLIT_BY)
    declaration, domain = own_sources.find_source(source)
    if declaration.domains and not domain:
        example = f"{declaration.id}/{declaration.domains[0]}"
        raise ConfigError(f"{declaration.id} has several domains: name one, as {example}.")
    if split_by == "time" and "interactions.timestamp" not in declaration.columns:
        raise ConfigError(f"{declaration.id} has no times: use --split-by user.")
    if not overwrite:
        refuse_strangers(folder, ("itdr.yaml",), "itdr.yaml")
    where = absolute_data_dir(data_dir)
    place = SAMPLE if sample else Path(where) if where else None
    path = prepare(_store(declaration, domain, place, sample))
    rows = export.export(export.Request(declaration, path, form, split_by, seed), folder)
    if as_json:
        print(json.dumps({"folder": str(folder), "rows": rows}, indent=1))
        return
    for name, count in rows.items():
        print(f"{folder / name}: {count:,} rows")
    print(f"{folder / 'itdr.yaml'}: describes them; use it as sources=[{str(folder)!r}]")


def _store(source: Source, domain: str | None, place: Path | None, sample: bool) -> StoreSpec:
    """The store to export: with the texts, unless their files alone are not at hand."""
    from itdr.builders.rawfiles import locate
    from itdr.builders.store.spec import StoreSpec

    base = StoreSpec(source, domain, "base", place, sample)
    if source.files_for("text", domain) in ((), source.files_for("base", domain)):
        return base
    text = StoreSpec(source, domain, "text", place, sample)
    if text.ready():
        return text
    now = locate.plan(source, dict.fromkeys((*text.files, *base.files)), place)
    absent = _absent(text, now)
    if not absent or not (base.ready() or not _absent(base, now)):
        return text
    name = f"{source.id}/{domain}" if domain else source.id
    problems = [now.problems[file.key] for file in text.files if file.key in now.problems]
    why = "".join(f" (found, but not taken: {one})" for one in problems)
    logger.warning(
        "itdr: %s: the texts of reviews are left out, as %s is not at hand%s. `itdr fetch %s` gets "
        "what can be downloaded.",
        name,
        ", ".join(absent),
        why,
        name,
    )
    return base


def _absent(spec: StoreSpec, now: Plan) -> list[str]:
    """The required raw files of a store that are not on disk, by name."""
    locations = {key: one for key, one in now.located.items() if one is not None}
    here = {key for key, one in locations.items() if one.origin != "declared"}
    return [file.name for file in spec.files if file.key not in here and not file.optional]
