"""`python -m itdr.builders.store.measuring SOURCE DATA_DIR … > builders/store/build/reference/SOURCE.yaml`: measures real files of a
source, and prints the declaration of their figures. It holds numbers alone, and no value of the files."""

from __future__ import annotations

import importlib
import sys
import tempfile
from collections.abc import Collection
from functools import partial
from pathlib import Path
from typing import Any

from itdr.builders.core.raw_files import Raw
from itdr.builders.store.build import build
from itdr.builders.store.build.reference.declarations import written
from itdr.builders.store.build.reference.measure import measure
from itdr.builders.store.build.reference.samples import Sample, draw
from itdr.builders.store.engine import connect
from itdr.builders.store.interactions import Interactions
from itdr.builders.store.prepare import prepare
from itdr.builders.store.spec import StoreSpec


def sample_of(source: str, data_dir: Path) -> Sample:
    """The rows of a source's files that a build looks at.

    Args:
        source: its id, with a domain behind a slash where it has several.
        data_dir: where its files lie.

    Returns:
        The sample.
    """
    drawn: list[Sample] = []

    def read(spec: StoreSpec, paths: dict[str, Path], work: Path, folder: Path) -> dict[str, Any]:
        con = connect(work / "stage.duckdb")
        raw = Raw(spec.source.id, paths, con, domain=spec.domain, facet=spec.facet)
        try:
            stored = partial(Interactions, folder, {})
            result = build.build(spec.source, raw, folder, stored)
            drawn.append(
                draw(
                    lambda query: con.sql(query).to_arrow_table(),
                    result["columns"],
                    stored(),
                    folder,
                )
            )
        finally:
            con.close()
        return result

    name, _, domain = source.partition("/")
    module = importlib.import_module(f"itdr.builders.sources.{name.replace('-', '_')}")
    declared = module.SOURCE
    texts = any("text" in file.facets for file in declared.files)
    spec = StoreSpec(declared, domain or None, "text" if texts else "base", data_dir)
    with tempfile.TemporaryDirectory() as folder:
        prepare(spec, True, False, Path(folder) / "store", read)
    return drawn[-1]


def real_parts(sample: Sample, names: Collection[str]) -> Sample:
    """Choose what is real of a sample.

    Args:
        sample: the sample.
        names: tables as `items`, or columns as `items.title`; none for all.

    Returns:
        The tables with these columns.
    """
    columns: dict[str, list[str]] = {}
    for name in names:
        table, _, column = name.partition(".")
        kept = [
            one
            for one in sample[table].column_names
            if column in ("", one) or one.endswith("_code")
        ]
        columns.setdefault(table, []).extend(kept)
    return {
        table: sample[table].select(list(dict.fromkeys(kept))) for table, kept in columns.items()
    } or sample


def main(arguments: list[str]) -> None:
    """Measure and print.

    Args:
        arguments: the source; folders, each with `=` and the tables or columns that are real in it, where not all are.
    """
    source, *folders = arguments
    samples = []
    for folder in folders:
        path, _, names = folder.partition("=")
        samples.append(real_parts(sample_of(source, Path(path)), names.split(",") if names else ()))
    print(written(measure(samples)), end="")


if __name__ == "__main__":
    main(sys.argv[1:])
