"""How a store's folder is named, known to be complete, and described."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def complete(path: Path) -> bool:
    """Whether a folder is a store, complete."""
    return (path / "manifest.json").is_file()


def manifest(path: Path) -> dict[str, Any]:
    """A store's manifest."""
    return json.loads((path / "manifest.json").read_text("utf-8"))
