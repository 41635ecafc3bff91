"""How plots look: one size of text, colours that hold on light and dark ground, SVG that follows
the page's theme."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, FAINT = "#1b2733", "#c3cad2"
"""Text and axes; grid lines. In a themed SVG they become the page's own colours."""
COLOURS = ("#3f7fbf", "#d9822b", "#2e9e83", "#b0578d", "#8b7bd0", "#a58a1f", "#7f8c99")
WIDTH = 4.3
"""Inches; narrow, so that text stays readable where a phone shrinks the picture."""


@contextmanager
def style() -> Iterator[None]:
    """matplotlib set up for these plots, and as it was afterwards."""
    import matplotlib as mpl

    settings: dict[str, Any] = {
        "svg.fonttype": "none",
        "svg.hashsalt": "itdr",
        "font.size": 10,
        "font.family": "sans-serif",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.edgecolor": FAINT,
        "axes.labelcolor": INK,
        "axes.titlesize": 10,
        "axes.facecolor": "none",
        "axes.titleweight": "bold",
        "axes.titlecolor": INK,
        "axes.titlelocation": "left",
        "text.color": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "grid.color": FAINT,
        "grid.linewidth": 0.6,
        "legend.frameon": False,
        "figure.dpi": 100,
        "savefig.dpi": 160,
    }
    with mpl.rc_context(settings):
        yield


def figure(height: float, width: float = WIDTH) -> Figure:
    """An empty figure without a window."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def svg(drawn: Figure, themed: bool, name: str = "plot") -> str:
    """The figure as an `<svg>` element, the same text every time.

    Args:
        drawn: the figure.
        themed: transparent, in the colours of the page around it; otherwise dark on white.
        name: makes the ids inside unique on a page.

    Returns:
        The element.
    """
    out = io.StringIO()
    ground = "none" if themed else "white"
    with style():
        drawn.savefig(out, format="svg", facecolor=ground, metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    if not themed:
        return text
    text = re.sub(r'id="([^"]+)"', rf'id="{name}-\1"', text)
    text = re.sub(r'(xlink:href="|url\()#', rf"\1#{name}-", text)
    text = text.replace(INK, "currentColor").replace(FAINT, "var(--faint)")
    return re.sub(r'(<svg[^>]*?) width="([\d.]+)pt"', r'\1 data-width="\2"', text, count=1)


def png(drawn: Figure) -> bytes:
    """The figure as a PNG on white, the same bytes every time with one version of matplotlib."""
    out = io.BytesIO()
    with style():
        drawn.savefig(out, format="png", facecolor="white", metadata={"Software": None})
    return out.getvalue()
