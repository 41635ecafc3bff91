"""What the licences of the sources inside a built folder allow."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from itdr.builders.dataset import registry


def terms(entries: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Source id -> title, homepage and licence of what is inside, in order of id.

    The catalogue's words count where it knows the source, since terms get corrected; else those
    recorded at the build. Rows of the bundled made-up files hold nothing of a benchmark.
    """
    found: dict[str, dict[str, Any]] = {}
    for entry in entries.values():
        if entry["options"]["sample"]:
            continue
        for name, facts in entry["sources"].items():
            source = name.partition("/")[0]
            known = source in registry.source_ids()
            recorded = {key: facts[key] for key in ("title", "homepage", "licence")}
            found[source] = declared([source])[source] if known else recorded
    return dict(sorted(found.items()))


def declared(sources: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Source id -> title, homepage and licence, as declared, in order of id.

    Args:
        sources: ids of declared sources.

    Returns:
        The terms of each.
    """
    found = {}
    for name in sorted(sources):
        source = registry.source(name)
        licence = source.licence
        found[name] = {
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
    return found


def made_up(entries: dict[str, dict[str, Any]]) -> bool:
    """Whether every row was drawn from the bundled made-up files."""
    return all(entry["options"]["sample"] for entry in entries.values())


def text(entries: dict[str, dict[str, Any]]) -> str:
    """`LICENSE.md`: the terms of each source, which the rows stay under."""
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
