"""A store's folder: whether it is complete, its manifest, and all stores below a folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from itdr.builders.core import paths, scratch


def is_complete(path: Path) -> bool:
    """Whether a folder holds a complete store."""
    return (path / "manifest.json").is_file()


def read_manifest(path: Path) -> dict[str, Any]:
    """A store's manifest."""
    return json.loads((path / "manifest.json").read_text("utf-8"))


def manifest_facts(path: Path) -> dict[str, Any]:
    """A store's manifest for a listing, which goes on where one is damaged.

    Args:
        path: the store's folder.

    Returns:
        The manifest, with all that a listing shows; empty if it cannot be read.
    """
    facts = paths.read_json(path / "manifest.json") or {}
    if "interactions" not in facts.get("rows", {}):
        return {}
    return {"files": {}, "official_rows": {}, "rejected": {}, **facts}


def stores(root: Path) -> Iterator[Path]:
    """The complete stores below a folder, without those that are being built.

    Args:
        root: the folder.

    Yields:
        Their folders, sorted.
    """
    for path in sorted(root.rglob("manifest.json")):
        home = path.parent
        if not any(scratch.MARK in part for part in home.relative_to(root).parts):
            yield home
