"""A store's folder: whether it is complete, and its manifest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def is_complete(path: Path) -> bool:
    """Whether a folder holds a complete store."""
    return (path / "manifest.json").is_file()


def read_manifest(path: Path) -> dict[str, Any]:
    """A store's manifest."""
    return json.loads((path / "manifest.json").read_text("utf-8"))
