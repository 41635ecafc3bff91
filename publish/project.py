"""Everything in a checkout that is written from the declarations: parts of the README, the figure,
pages of `docs/`, and `dataset_infos.json`."""

from __future__ import annotations

import json
from pathlib import Path

from itdr.builders.core.errors import ConfigError
from itdr.builders.dataset import registry
from itdr.builders.dataset.builder import descriptions
from itdr.builders.dataset.formats import schema
from itdr.publish import examples, figure, pages, tables

HOME = Path(__file__).resolve().parents[1]
BEGIN, END = "<!-- sources:begin -->", "<!-- sources:end -->"


def readme(old: str) -> str:
    """The README with its example and table of sources made anew; all else untouched.

    Args:
        old: its text.

    Returns:
        The new text.

    Raises:
        ConfigError: where the markers of a generated part are missing.
    """
    text = _replaced(old, BEGIN, END, f"{BEGIN}\n\n{_overview()}\n\n{END}")
    return _replaced(text, examples.BEGIN, examples.END, examples.block())


def _overview() -> str:
    return (
        f"{tables.overview_table()}\n\nAt full size these are up to {tables.total_examples():,} examples, as in "
        "the paper, split 8:1:1. [Subtasks](docs/subtasks/index.md) has the size of each cell."
    )


def _replaced(text: str, begin: str, end: str, block: str) -> str:
    start, stop = text.find(begin), text.find(end)
    if not 0 <= start < stop:
        raise ConfigError(
            f"README.md lacks the lines {begin} and {end}, between which a generated part stands."
        )
    return text[:start] + block + text[stop + len(end) :]


def dataset_infos() -> str:
    """`dataset_infos.json`: description, features, citation and licence of every config.

    It names no splits: `datasets` 3.6 would verify their sizes.

    Returns:
        JSON.
    """
    infos = {}
    for name, description in descriptions().items():
        used = sorted({source for _, source in registry.cells(name)})
        sources = [registry.source(one) for one in used]
        infos[name] = {
            "description": description,
            "citation": "\n\n".join(dict.fromkeys(one.citation.strip() for one in sources)),
            "license": "; ".join(f"{one.title}: {one.licence.name}" for one in sources),
            "features": tables.plain_features(schema()),
        }
    return json.dumps(infos, indent=1, ensure_ascii=False) + "\n"


def generated_files(root: Path) -> dict[Path, str]:
    """Every generated file of a checkout with the text that it should have.

    Args:
        root: the checkout.

    Returns:
        Texts by path.

    Raises:
        ConfigError: where `root` is no checkout.
    """
    path = root / "README.md"
    if not (root / "itdr.py").is_file() or not path.is_file():
        raise ConfigError(f"{root} is no checkout of itdr: it lacks itdr.py or README.md.")
    row = examples.typical_rows(figure.TASK)[figure.SOURCE]
    return {
        path: readme(path.read_text("utf-8")),
        root / "dataset_infos.json": dataset_infos(),
        **{root / "docs" / f"figure-{name}.svg": figure.svg(row, name) for name in figure.THEMES},
        **{root / "docs" / name: text for name, text in pages.pages().items()},
    }
