"""The report's head and its account of how a folder was built, from its provenance."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from itdr.builders.dataset.options import DEFAULTS

Entries = Mapping[str, Mapping[str, Any]]


def key_numbers(entries: Entries) -> str:
    """Examples, cells, sources and size, as HTML.

    Args:
        entries: the provenance by config.

    Returns:
        HTML.
    """
    splits: dict[str, int] = {}
    for one in entries.values():
        for split, count in one["rows"].items():
            splits[split] = splits.get(split, 0) + count
    size = sum(
        file["size"]
        for one in entries.values()
        for several in one["files"].values()
        for file in several
    )
    sources = {name.partition("/")[0] for one in entries.values() for name in one["sources"]}
    numbers = {
        "examples": f"{sum(splits.values()):,}",
        **{split: f"{count:,}" for split, count in splits.items()},
        "cells": f"{sum(len(one['cells']) for one in entries.values()):,}",
        "sources": f"{len(sources):,}",
        "on disk": f"{size / 1e6:,.1f} MB",
    }
    return "".join(
        f"<div><dd>{value}</dd><dt>{html.escape(name)}</dt></div>"
        for name, value in numbers.items()
    )


def how_built(entries: Entries) -> str:
    """Options, seed, versions, and raw files with hashes and licences, as HTML.

    Args:
        entries: the provenance by config.

    Returns:
        HTML.
    """
    rows = []
    for name, one in entries.items():
        changed = {
            option: value
            for option, value in one["options"].items()
            if value != DEFAULTS.get(option) and option != "seed"
        }
        options = ", ".join(f"{option}={value!r}" for option, value in changed.items())
        versions = ", ".join(f"{library} {number}" for library, number in one["versions"].items())
        rows.append((name, str(one["seed"]), options or "all by default", versions))
    return _table(("config", "seed", "options", "versions"), rows) + _sources(entries)


def _sources(entries: Entries) -> str:
    licences: dict[str, str] = {}
    # A source may stand in several configs, each with other of its files.
    files: dict[str, dict[str, None]] = {}
    for one in entries.values():
        for name, facts in one["sources"].items():
            licences[name] = facts["licence"]["name"]
            for file in facts["raw_files"].values():
                files.setdefault(name, {})[f"{file['name']} {file['sha256'][:12]}"] = None
    rows = [(name, licences[name], ", ".join(files.get(name, ()))) for name in sorted(licences)]
    return _table(("source", "licence", "raw files, with the head of their SHA-256"), rows)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    def line(tag: str, values: tuple[str, ...]) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(one)}</{tag}>" for one in values) + "</tr>"

    body = "\n".join(line("td", row) for row in rows)
    return f'<div class="scroll"><table class="texts"><thead>{line("th", head)}</thead><tbody>\n{body}\n</tbody></table></div>'
