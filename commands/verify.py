"""`itdr verify`: compare the raw files on disk with their declarations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def run(
    sources: Annotated[
        list[str] | None, typer.Argument(help="Source ids; by default all with files on disk.")
    ] = None,
    data_dir: Annotated[
        Path | None,
        typer.Option(help="A folder with one folder <source id>/ for each source, searched first."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Read every raw file on disk and report whether it is complete. Exit code 1 on an error.

    Example: itdr verify ml-32m --data-dir ~/raw
    """
    from itdr.builders.dataset import available_sources, own_sources, registry
    from itdr.builders.rawfiles.verify import verify

    source_list = [own_sources.find_source(name)[0] for name in sources or ()]
    all_findings = []
    for source in source_list or map(registry.source, registry.source_ids()):
        findings = verify(source, data_dir)
        if source_list or any(one.level not in ("missing", "note") for one in findings):
            all_findings += [(source.id, one) for one in findings]
    if (
        data_dir is not None
        and data_dir.is_dir()
        and all(one.level == "missing" for _, one in all_findings)
    ):
        example = source_list[0].id if source_list else registry.source_ids()[0]
        available_sources.require_recognised(data_dir.expanduser().absolute(), example)
    if as_json:
        rows = [
            {"source": name, "level": one.level, "file": one.name, "message": one.message}
            for name, one in all_findings
        ]
        print(json.dumps(rows, indent=1))
    else:
        for name, one in all_findings:
            print(f"{one.level:<8} {name}: {one.name}: {one.message}")
        if not all_findings:
            print("No raw files found.")
    if any(one.level == "error" for _, one in all_findings):
        raise typer.Exit(1)
