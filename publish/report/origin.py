"""The report's head and its account of how a folder was built, from its provenance."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

from itdr.builders.dataset.options import DEFAULTS

Entries = Mapping[str, Mapping[str, Any]]
Facts = list[tuple[str, str, tuple[str, ...]]]
"""Terms with a note and lines each."""


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
    return _list(_options(entries)) + "<h3>Sources</h3>" + _list(_sources(entries))


def _options(entries: Entries) -> Facts:
    """What was asked for, once for the configs that share it; their sources stand elsewhere."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, one in entries.items():
        changed = [
            f"{option}={value!r}"
            for option, value in one["options"].items()
            if value != DEFAULTS.get(option) and option not in ("seed", "sources")
        ]
        lines = (
            f"seed {one['seed']}",
            f"options: {', '.join(changed)}" if changed else "options: the defaults",
            ", ".join(f"{library} {number}" for library, number in one["versions"].items()),
        )
        groups.setdefault(lines, []).append(name)
    return [(", ".join(names), "", lines) for lines, names in groups.items()]


def _sources(entries: Entries) -> Facts:
    licences: dict[str, str] = {}
    # A source may stand in several configs, each with other of its files.
    files: dict[str, dict[str, None]] = {}
    for one in entries.values():
        for name, facts in one["sources"].items():
            licences[name] = facts["licence"]["name"]
            for file in facts["raw_files"].values():
                line = f"{file['name']} (SHA-256 {file['sha256'][:12]}…)"
                files.setdefault(name, {})[line] = None
    return [
        (name, f"licence: {licences[name]}", tuple(files.get(name, ())))
        for name in sorted(licences)
    ]


def _list(facts: Facts) -> str:
    """Terms, each with a note and lines below."""
    parts = []
    for term, note, lines in facts:
        bullets = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
        small = f"<small>{html.escape(note)}</small>" if note else ""
        parts.append(f"<dt>{html.escape(term)}{small}</dt><dd><ul>{bullets}</ul></dd>")
    return f'<dl class="facts">{"".join(parts)}</dl>'
