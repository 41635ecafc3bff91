"""`itdr report`: pictures of a built folder, as one page or as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def run(
    folder: Annotated[Path, typer.Argument(help="A folder made by `itdr build`.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The page to write.")] = Path(
        "report.html"
    ),
    per_cell: Annotated[
        int, typer.Option("--examples", min=0, help="Examples of each cell that the page holds.")
    ] = 30,
    plots: Annotated[
        Path | None, typer.Option(help="Also write each plot into this folder, as PNG and SVG.")
    ] = None,
) -> None:
    """Draw a built folder as one page that opens from disk: plots, numbers, examples to search.

    Needs matplotlib: pip install 'itdr[report]'. Example: itdr report itdr-data -o report.html
    """
    from itdr.report import page

    text = page.page(folder, per_cell)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, "utf-8", newline="\n")
    print(f"{out}: {len(text.encode()) / 1e6:.1f} MB")
    if plots is not None:
        written = page.save_plots(folder, plots)
        print(f"{plots}: {', '.join(path.name for path in written)}")
