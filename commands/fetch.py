"""`itdr fetch`: download and verify raw files without building anything."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer

from itdr.commands._options import source_names


def run(
    sources: Annotated[
        list[str],
        typer.Argument(
            help="Source ids, or id/domain for one domain.", autocompletion=source_names
        ),
    ],
    data_dir: Annotated[
        Path | None,
        typer.Option(
            help="A folder with raw files; those that are already in it are not downloaded."
        ),
    ] = None,
) -> None:
    """Download and verify the raw files of sources. An interrupted download is resumed.

    If one source cannot be obtained, the others are still fetched; the exit code is then 1.
    Example: itdr fetch ml-1m microlens
    """
    from itdr.builders.core.errors import DownloadError
    from itdr.builders.core.paths import format_size, offline_variable, raw_root
    from itdr.builders.dataset import own_sources
    from itdr.builders.rawfiles import locate

    logging.getLogger("itdr").setLevel(logging.INFO)
    source_files = []
    for entry in sources:
        source, domain = own_sources.find_source(entry)
        files = [one for one in source.files if not domain or one.domain in (None, domain)]
        source_files.append((source, files))
    failed: list[DownloadError] = []
    for source, files in source_files:
        now = locate.plan(source, files, data_dir)
        if not now.fetch:
            print(f"{source.id}: nothing to fetch")
        else:
            offline = offline_variable() is not None
            try:
                locate.download_missing(
                    source, files, now, data_dir, offline=offline, progress=True
                )
            except DownloadError as error:
                failed.append(error)
                continue
            here = raw_root() / source.id
            there = [here / remote.name for remote in now.fetch if (here / remote.name).is_file()]
            size = sum(path.stat().st_size for path in there)
            print(f"{source.id}: {format_size(size)} in {here}")
        if now.by_hand:
            names = ", ".join(file.name for file in now.by_hand)
            print(f"{source.id}: to be placed by hand: {names}\n{source.by_hand.strip()}")
    if failed:
        raise DownloadError("\n".join(map(str, failed)))
