"""The figure at the head of the README: how one row comes from raw lines, drawn from a real row."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from itdr.builders.dataset.formats import texts_of

SOURCE, TASK = "ml-32m", "sequential_rec"
"""The cell that is drawn. Its raw file `ratings.csv` has the columns of `RAW_HEAD`."""
RAW_HEAD = "userId,movieId,rating,timestamp"
SHOWN = 4
"""Lines of the history that are shown."""
WIDTH, HEIGHT, LINE = 1080, 330, 19
LEFT, TOP = 16, 78
CHARS = 44
"""Characters of a prompt's line at its size in its box."""
LINES_OF_PROMPT = 11


@dataclass(frozen=True)
class Theme:
    """Colours of one figure."""

    ground: str
    box: str
    ink: str
    faint: str
    accent: str


THEMES = {
    "light": Theme("#ffffff", "#f6f8fa", "#1f2328", "#59636e", "#0969da"),
    "dark": Theme("#0d1117", "#151b23", "#f0f6fc", "#9198a1", "#4493f8"),
}


def svg(row: Mapping[str, Any], theme: str) -> str:
    """The figure of a row of `TASK`.

    Args:
        row: a row as a config yields it.
        theme: of `THEMES`.

    Returns:
        An SVG document.
    """
    colours = THEMES[theme]
    boxes = (
        (LEFT, 270, "1. Raw files", "ratings.csv, movies.csv", _raw(row), True),
        (LEFT + 270 + 50, 290, "2. Case", "what happened, as columns", _case(row), False),
        (LEFT + 270 + 50 + 290 + 50, 372, "3. Prompt and answer", "worded", _prompt(row), False),
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" role="img" '
        'aria-label="From raw files to a case to a prompt">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{colours.ground}"/>',
    ]
    for x, width, title, about, lines, mono in boxes:
        parts += _box(x, width, title, about, lines, mono, colours)
    for x in (LEFT + 270, LEFT + 270 + 50 + 290):
        parts.append(
            f'<path d="M{x + 10} 175 h24 m-8 -7 l8 7 l-8 7" fill="none" '
            f'stroke="{colours.accent}" stroke-width="2.5"/>'
        )
    return "\n".join([*parts, "</svg>", ""])


def _box(
    x: int,
    width: int,
    title: str,
    about: str,
    lines: Iterable[tuple[str, str]],
    mono: bool,
    colours: Theme,
) -> list[str]:
    family = "ui-monospace, monospace" if mono else "system-ui, sans-serif"
    parts = [
        f'<rect x="{x}" y="16" width="{width}" height="{HEIGHT - 32}" rx="8" fill="{colours.box}" '
        f'stroke="{colours.faint}" stroke-opacity=".4"/>',
        f'<text x="{x + 14}" y="42" font-family="system-ui, sans-serif" font-size="15" '
        f'font-weight="600" fill="{colours.ink}">{html.escape(title)}'
        f'<tspan dx="8" font-size="12" font-weight="400" fill="{colours.faint}">'
        f"{html.escape(about)}</tspan></text>",
    ]
    size = 12 if mono else 13
    for number, (kind, text) in enumerate(lines):
        parts.append(
            f'<text x="{x + 14}" y="{TOP + number * LINE - 8}" font-family="{family}" '
            f'font-size="{size}" fill="{getattr(colours, kind)}" xml:space="preserve">'
            f"{html.escape(text)}</text>"
        )
    return parts


def _raw(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    lines = [
        f"{row['user_id']},{one['item_id']},{one['rating']:.1f},{one['timestamp']}"
        for one in row["history"][:SHOWN]
    ]
    films = [
        f'{one["item_id"]},"{_cut(one["title"], 28)}",…'
        if "," in one["title"]
        else f"{one['item_id']},{_cut(one['title'], 28)},…"
        for one in row["history"][:SHOWN]
    ]
    return [
        ("faint", RAW_HEAD),
        *(("ink", line) for line in lines),
        ("ink", "…"),
        ("faint", "movieId,title,genres"),
        *(("ink", line) for line in films),
    ]


def _case(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    true = set(row["relevant"])
    history = [one["title"] for one in row["history"][:SHOWN]]
    more = len(row["history"]) - SHOWN
    return [
        ("faint", "history"),
        *(("ink", "  " + _cut(title, 36)) for title in history),
        ("ink", f"  … and {more} more"),
        ("faint", "candidates, the true one marked"),
        *(
            ("accent", "✓ " + _cut(one["title"], 36))
            if one["item_id"] in true
            else ("ink", "  " + _cut(one["title"], 36))
            for one in row["candidates"]
        ),
    ]


def _prompt(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    texts = texts_of(row)
    lines = [
        piece
        for line in texts.question.splitlines()
        if line.strip()
        for piece in textwrap.wrap(line, CHARS)
    ]
    keep = LINES_OF_PROMPT - 1
    head, tail = lines[: keep - 3], lines[-3:]
    excerpt = lines if len(lines) <= LINES_OF_PROMPT else [*head, "…", *tail]
    return [*(("ink", line) for line in excerpt), ("accent", f"→ {texts.answer}")]


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
