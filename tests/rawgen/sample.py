"""The bundled sample: made-up raw files of every source, written by the generators.

`python -m tests.rawgen.sample` writes it anew; a test fails where it is stale.
"""

from __future__ import annotations

import importlib
import shutil
from pathlib import Path

from tests.rawgen.__main__ import names

SAMPLE = Path(__file__).resolve().parents[2] / "builders" / "sample"
USERS = 120
ITEMS = 160
SIZES: dict[str, dict[str, int]] = {}
"""Sources that need other numbers of users or items for all of their cells to have rows."""


def write(root: Path) -> None:
    """Write the sample of every source that has a generator below `root`."""
    for source in names():
        module = importlib.import_module(f"tests.rawgen.{source.replace('-', '_')}")
        size = {"users": USERS, "items": ITEMS, **SIZES.get(source, {})}
        module.write(root / source, seed=7, **size)


def main() -> None:
    """Replace the bundled sample."""
    shutil.rmtree(SAMPLE, ignore_errors=True)
    write(SAMPLE)
    total = sum(file.stat().st_size for file in SAMPLE.rglob("*") if file.is_file())
    print(f"{SAMPLE}: {total:,} bytes")


if __name__ == "__main__":
    main()
