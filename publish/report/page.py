"""One page that shows a built folder: pictures, numbers, and examples to search. It opens from disk and
fetches nothing."""

from __future__ import annotations

import html
import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from itdr.builders.core.errors import ItdrError
from itdr.publish import provenance
from itdr.publish.report import numbers as counting
from itdr.publish.report import origin, text

HERE = Path(__file__).resolve().parent
FORMATS = ("png", "svg")


def page(folder: Path, per_cell: int = counting.EXAMPLES) -> str:
    """The page of a built folder, the same text every time.

    Args:
        folder: a built folder.
        per_cell: how many examples of each cell it holds.

    Returns:
        HTML that loads nothing.

    Raises:
        ConfigError: where the folder was not built by itdr.
        ItdrError: without matplotlib.
    """
    plots, style = _matplotlib()
    numbers = counting.collect(folder)
    examples = counting.examples(folder, per_cell)
    entries = provenance.read(folder)
    drawable = plots.drawable(numbers)
    figures = []
    for plot in drawable:
        pictures = {"": style.svg(plots.draw(plot, numbers), True, plot.name)}
        if plot.narrow:
            narrow = style.svg(plots.draw(plot, numbers, narrow=True), True, f"{plot.name}-narrow")
            pictures = {"on-wide": pictures[""], "on-narrow": narrow}
        figures.append(_figure(plot, pictures))
    total = sum(one["all"] for one in numbers["cells"])
    parts = {
        "title": "Instruction-tuning data for recommendation: what is inside",
        "css": (HERE / "page.css").read_text("utf-8"),
        "js": (HERE / "page.js").read_text("utf-8"),
        "summary": f"{total:,} examples in {len(numbers['cells'])} cells of subtask and source; configs: "
        + html.escape(", ".join(one["config"] for one in numbers["configs"])),
        "numbers": origin.key_numbers(entries),
        "built": origin.how_built(entries),
        "note": _note(numbers),
        "links": _links(drawable),
        "plots": "\n".join(figures),
        "table": _table(*text.cells(numbers["cells"])),
        "held": f"{len(examples):,} of {total:,} examples are in this page, up to {per_cell} of each "
        "cell, drawn by hash.",
        "data": _embedded(examples),
    }
    return _filled((HERE / "page.html").read_text("utf-8"), parts)


def save_plots(folder: Path, out: Path, formats: Sequence[str] = FORMATS) -> list[Path]:
    """Save each plot as `out/<name>.<format>`, dark on white.

    Args:
        folder: a built folder.
        out: the folder to write into; created if missing.
        formats: `png`, `svg`.

    Returns:
        The files written.
    """
    plots, style = _matplotlib()
    numbers = counting.collect(folder)
    out.mkdir(parents=True, exist_ok=True)
    paths = []
    for plot in plots.drawable(numbers):
        chart = plots.draw(plot, numbers)
        for form in formats:
            path = out / f"{plot.name}.{form}"
            if form == "png":
                path.write_bytes(style.png(chart))
            else:
                path.write_text(style.svg(chart, False) + "\n", "utf-8", newline="\n")
            paths.append(path)
    return paths


def _matplotlib() -> tuple[Any, Any]:
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise ItdrError(
            "The report draws with matplotlib, which is not installed: pip install matplotlib."
        ) from None
    from itdr.publish.report import plots, style

    return plots, style


def _figure(plot: Any, pictures: dict[str, str]) -> str:
    """A plot with its words; `pictures` has them by the class that says where each is seen."""
    kind = ' class="wide"' if plot.narrow else ""
    label = html.escape(plot.title)
    svg = "".join(
        one.replace("<svg", f'<svg role="img" aria-label="{label}" class="{where}"', 1)
        for where, one in pictures.items()
    )
    return (
        f'<figure id="{plot.name}"{kind}><h2>{html.escape(plot.title)}</h2>'
        f'<p class="caption">{html.escape(plot.caption)}</p>{svg}'
        '<div class="save"><button type="button" data-save="svg">Save SVG</button>'
        '<button type="button" data-save="png">Save PNG</button></div></figure>'
    )


def _note(numbers: dict[str, Any]) -> str:
    if not numbers["made_up"]:
        return ""
    return '<p class="note">These rows are made up, from the files bundled with itdr.</p>'


def _links(drawable: Sequence[Any]) -> str:
    places = [(plot.name, plot.title) for plot in drawable]
    places += [
        ("table", "Numbers of each cell"),
        ("built", "How it was built"),
        ("explorer", "Examples"),
    ]
    return "".join(f'<a href="#{name}">{html.escape(title)}</a>' for name, title in places)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose first column becomes headings, each over the rows that share it."""

    def line(tag: str, values: Sequence[str]) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(one)}</{tag}>" for one in values) + "</tr>"

    lines = []
    for group, several in itertools.groupby(rows, key=lambda row: row[0]):
        members = list(several)
        if len(members) == 1 and not members[0][1]:
            lines.append(line("th", [group, *members[0][2:]]))
            continue
        lines.append(f'<tr><th colspan="{len(head) - 1}">{html.escape(group)}</th></tr>')
        lines += [line("td", row[1:]) for row in members]
    body = "\n".join(lines)
    return f"<table><thead>{line('th', head[1:])}</thead><tbody>\n{body}\n</tbody></table>"


def _embedded(value: Any) -> str:
    """JSON that cannot close the element around it."""
    dumped = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return dumped.replace("<", "\\u003c")


def _filled(template: str, parts: dict[str, str]) -> str:
    """The template with its places filled, each once: what is filled in is not read again."""
    pieces = template.split("{{")
    done = [pieces[0]]
    for piece in pieces[1:]:
        name, _, rest = piece.partition("}}")
        done += [parts[name], rest]
    return "".join(done)
