"""The bundled sample: made-up raw files of every source, written by the generators.

`python -m tests.rawgen.sample` writes it anew; a test fails where it is stale.
"""

from __future__ import annotations

import importlib
import shutil
from pathlib import Path
from typing import Any

from tests.rawgen.__main__ import names

SAMPLE = Path(__file__).resolve().parents[2] / "builders" / "sample"
USERS = 120
ITEMS = 160
EVENTS = (50, 80)
CROWDED: dict[str, Any] = {"users": 260, "items": 90}
"""Of a work that few people meet nothing can be said for sure."""
LEVEL: dict[str, Any] = {**CROWDED, "slope": 0.5}
"""Where all have met what is popular, nobody is left who never did, and "the popular one" finds targets."""
SETTINGS: dict[str, dict[str, Any]] = {
    "amazon-reviews-2023": {"packed": True},
    "yelp": {"packed": True, **CROWDED},
    "amazon-books": {"events": EVENTS},
    "anime-2023": {"events": EVENTS},
    "steam": {"users": 300, "items": 220, "events": (70, 95)},
    "ml-1m": CROWDED,
    "ml-32m": {**LEVEL, "items": 130},
    "bookcrossing": CROWDED,
    "microlens": CROWDED,
    "pixelrec": CROWDED,
    "mind": LEVEL,
    "lastfm-1k": {"users": 150, "items": 50},
    "lastfm-360k": {"users": 150, "items": 50},
}
"""Users of whom profiles are written have judged many works. Sources whose plain files are large for a
wheel are bundled packed, as they are published."""


def write(root: Path) -> None:
    """Write the sample of every source that has a generator below `root`."""
    for source in names():
        module = importlib.import_module(f"tests.rawgen.{source.replace('-', '_')}")
        settings = {"users": USERS, "items": ITEMS, "seed": 7, **SETTINGS.get(source, {})}
        module.write(root / source, **settings)


def main() -> None:
    """Replace the bundled sample."""
    shutil.rmtree(SAMPLE, ignore_errors=True)
    write(SAMPLE)
    total = sum(file.stat().st_size for file in SAMPLE.rglob("*") if file.is_file())
    print(f"{SAMPLE}: {total:,} bytes")


if __name__ == "__main__":
    main()
