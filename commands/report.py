"""`itdr report`: pictures of a built folder, as one page or as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from itdr.commands import _outputs


def run(
    folder: Annotated[Path, typer.Argument(help="A folder that `itdr build` wrote.")],
    out: Annotated[str, typer.Option("-o", "--out", help="The page to write.")] = "report.html",
    per_cell: Annotated[
        int, typer.Option("--examples", min=0, help="Examples of each cell in the page.")
    ] = 30,
    plots: Annotated[
        str | None, typer.Option(help="Also write each plot into this folder, as PNG and SVG.")
    ] = None,
) -> None:
    """Draw a built folder as one page that opens from disk.

    It has plots, numbers, and examples that can be searched.
    Needs matplotlib: pip install matplotlib. Example: itdr report itdr-data -o report.html
    """
    from itdr.publish.report import page

    target = _outputs.file(out)
    beside = None if plots is None else _outputs.folder(plots)
    text = page.page(folder, per_cell)
    target.write_text(text, "utf-8", newline="\n")
    print(f"{target}: {len(text.encode()) / 1e6:.1f} MB")
    if beside is not None:
        paths = page.save_plots(folder, beside)
        print(f"{beside}: {', '.join(path.name for path in paths)}")
