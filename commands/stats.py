"""`itdr stats`: the numbers of a built folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def run(
    folder: Annotated[Path, typer.Argument(help="A folder that `itdr build` wrote.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the numbers of a built folder.

    These are examples of each cell, lengths, ratings, popularity and use of templates.
    Example: itdr stats itdr-data
    """
    from itdr.publish.report import numbers, text

    counts = numbers.collect(folder)
    print(json.dumps(counts, indent=1, ensure_ascii=False) if as_json else text.report_text(counts))
