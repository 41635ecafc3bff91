"""The project's own card and `dataset_infos.json`, generated from the declarations."""

from __future__ import annotations

import json
from pathlib import Path

from itdr.builders.core.errors import ConfigError
from itdr.builders.core.schema import EXTRA
from itdr.builders.dataset import registry
from itdr.builders.dataset.builder import descriptions
from itdr.builders.dataset.formats import schema
from itdr.publish import card, examples, tables

HOME = Path(__file__).resolve().parents[1]
BEGIN, END = "<!-- card:begin -->", "<!-- card:end -->"


def project_yaml() -> str:
    """Front matter of the project's own README. It has neither `configs` nor `dataset_info`:
    `datasets` 3.6 would verify sizes against them."""
    tasks = registry.task_ids()
    total = sum(quota or 0 for task in tasks for quota in registry.cells(task).values())
    return tables.front_matter(
        {
            "pretty_name": "itdr: instruction-tuning data for recommendation, made on demand",
            "language": ["en", "zh"],
            "license": "other",
            "license_name": "terms-of-the-sources",
            "license_details": "the code is under Apache-2.0; rows are under the terms of the "
            "benchmarks that they are made from",
            "task_categories": tables.task_categories(tasks),
            "tags": [*tables.TAGS, *tasks],
            "size_categories": [tables.size_category(total)],
        }
    )


def project_block() -> str:
    """The generated part of the project's README, between its two markers."""
    return "\n\n".join(
        [
            BEGIN,
            "## Cells and their sizes\n\nExamples at full size, split 8:1:1.\n\n"
            + tables.cells_table()
            + "\n\nBeyond the paper, in the root task `extra`:\n\n"
            + tables.cells_table((EXTRA,)),
            "## Sources\n\n" + tables.sources_table(),
            card.datasheet(),
            END,
        ]
    )


def with_card(readme: str) -> str:
    """The project's README with front matter and generated block made anew; all else untouched.

    Raises `ConfigError` where the markers are missing.
    """
    start, stop = readme.find(BEGIN), readme.find(END)
    if not 0 <= start < stop:
        raise ConfigError(
            f"README.md lacks the lines {BEGIN} and {END}, between which the generated part stands."
        )
    body = readme[:start] + project_block() + readme[stop + len(END) :]
    if body.startswith("---\n"):
        body = body[body.index("\n---\n", 3) + len("\n---\n") :].lstrip("\n")
    return project_yaml() + "\n" + body


def infos() -> str:
    """`dataset_infos.json`: description, features, citation and licence of every config, from the
    declarations. It names no splits: 3.6 would verify their sizes."""
    found = {}
    for name, description in descriptions().items():
        used = sorted({source for _, source in registry.cells(name)})
        sources = [registry.source(one) for one in used]
        found[name] = {
            "description": description,
            "citation": "\n\n".join(dict.fromkeys(one.citation.strip() for one in sources)),
            "license": "; ".join(f"{one.title}: {one.licence.name}" for one in sources),
            "features": tables.plain_features(schema()),
        }
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def generated(root: Path) -> dict[Path, str]:
    """Each generated file of a checkout with the text that it should have.

    Raises `ConfigError` where `root` is no checkout.
    """
    readme = root / "README.md"
    if not (root / "itdr.py").is_file() or not readme.is_file():
        raise ConfigError(f"{root} is no checkout of itdr: it lacks itdr.py or README.md.")
    text = examples.with_examples(with_card(readme.read_text("utf-8")))
    return {readme: text, root / "dataset_infos.json": infos()}
