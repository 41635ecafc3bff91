"""What the licences of the sources in a built folder allow."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from itdr.builders.dataset import registry


def terms(entries: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Title, homepage and licence of the sources in a folder, by id.

    The current declaration counts where the source is declared, since terms get corrected; otherwise
    the terms recorded at build time. Sample rows contain nothing of a benchmark.

    Args:
        entries: the provenance by config.

    Returns:
        `title`, `homepage` and `licence` by id.
    """
    by_id: dict[str, dict[str, Any]] = {}
    for entry in entries.values():
        if entry["options"]["sample"]:
            continue
        for name, facts in entry["sources"].items():
            source = name.partition("/")[0]
            is_registered = source in registry.source_ids()
            recorded = {key: facts[key] for key in ("title", "homepage", "licence")}
            by_id[source] = declared_terms([source])[source] if is_registered else recorded
    return dict(sorted(by_id.items()))


def declared_terms(sources: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The declared title, homepage and licence of sources, by id, sorted.

    Args:
        sources: ids of declared sources.

    Returns:
        `title`, `homepage` and `licence` by id.
    """
    by_id = {}
    for name in sorted(sources):
        source = registry.source(name)
        licence = source.licence
        by_id[name] = {
            "title": source.title,
            "homepage": source.homepage,
            "licence": {
                "name": licence.name,
                "url": licence.url,
                "summary": licence.summary,
                "redistribution": licence.redistribution,
                "commercial_use": licence.commercial,
            },
        }
    return by_id


def made_up(entries: dict[str, dict[str, Any]]) -> bool:
    """Whether every row was drawn from the bundled sample."""
    return all(entry["options"]["sample"] for entry in entries.values())


def licence_text(entries: dict[str, dict[str, Any]]) -> str:
    """The text of `LICENSE.md`: the terms of each source, which still apply to the rows.

    Args:
        entries: the provenance by config.

    Returns:
        Markdown.
    """
    lines = ["# Licences of what is inside", ""]
    if made_up(entries):
        lines += [
            "Every row was drawn from the made-up files bundled with `itdr`. They hold nothing of "
            "any benchmark, and are under the licence of `itdr` itself, Apache-2.0.",
        ]
        return "\n".join(lines) + "\n"
    lines += [
        "The rows are composed from public benchmarks, each under its own terms. Whoever uses the "
        "rows keeps the terms of every source inside; this is a summary, the linked text counts.",
    ]
    for name, one in terms(entries).items():
        licence = one["licence"]
        lines += [
            "",
            f"## {one['title']} (`{name}`)",
            "",
            f"- Licence: [{licence['name']}]({licence['url']})",
            f"- Redistribution: {_yes(licence['redistribution'])}; "
            f"commercial use: {_yes(licence['commercial_use'])}",
            f"- Homepage: <{one['homepage']}>",
            "",
            licence["summary"],
        ]
    return "\n".join(lines) + "\n"


def _yes(value: bool) -> str:
    return "allowed" if value else "not allowed"
