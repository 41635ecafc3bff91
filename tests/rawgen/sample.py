"""The bundled sample: made-up raw files of every source, written by the generators.

`python -m tests.rawgen.sample` writes it anew, `python -m tests.rawgen.sample ml-1m` that of one source alone; a
test fails where it is stale.
"""

from __future__ import annotations

import argparse
import importlib
import shutil
from collections.abc import Sequence
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


def write(root: Path, sources: Sequence[str] = ()) -> None:
    """Write the sample of these sources below `root`; without any, of all that have a generator."""
    for source in sources or names():
        module = importlib.import_module(f"tests.rawgen.{source.replace('-', '_')}")
        settings = {"users": USERS, "items": ITEMS, "seed": 7, **SETTINGS.get(source, {})}
        module.write(root / source, **settings)


def main() -> None:
    """Replace the bundled sample, or that of the sources on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.rawgen.sample", description=main.__doc__)
    parser.add_argument("sources", nargs="*", metavar="SOURCE", help=", ".join(names()))
    chosen = parser.parse_args().sources
    if unknown := set(chosen) - set(names()):
        parser.error(f"no generator of {', '.join(sorted(unknown))}")
    for folder in [SAMPLE / name for name in chosen] or [SAMPLE]:
        shutil.rmtree(folder, ignore_errors=True)
    write(SAMPLE, chosen)
    total = sum(file.stat().st_size for file in SAMPLE.rglob("*") if file.is_file())
    print(f"{SAMPLE}: {total:,} bytes")


if __name__ == "__main__":
    main()
