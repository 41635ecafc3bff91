"""`python -m benchmarks [--quick] [--data FOLDER] [--json FILE]`: one table of ratios.

Made-up raw files of the official layouts are written first, below FOLDER, where they are not there
yet; the full size needs 7 GB there and, with --larger, another 8.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from pathlib import Path

from benchmarks import audiences, encoding, raw, reviews, rows, splits
from benchmarks.measure import Line, run, table, to_json

FULL = {"users": 200_948, "items": 87_585, "ratings": 32_000_204}
QUICK = {"users": 6_000, "items": 3_000, "ratings": 600_000}
SMALL = {"users": 2_000, "items": 1_000}
OTHERS = {
    "ml-1m": {"users": 6_000, "items": 2_600},  # with ids up to 3,952, as the official ones
    "steam": {"users": 60_000, "items": 20_000},
    "amazon-reviews-2023": {"users": 60_000, "items": 20_000},
}


def write(root: Path, shape: dict[str, int], quick: bool) -> Path:
    """The raw files, once."""
    folder = root / ("quick" if quick else "full")
    if not (folder / "ml-32m" / "links.csv").exists():
        generate(folder, "ml-32m", shape)
    for source, full in OTHERS.items():
        if not (folder / source).exists():
            generate(folder, source, SMALL if quick else full)
            if source == "amazon-reviews-2023":
                reviews.grow(folder / source / raw.REVIEWS, 2 if quick else 20)
    return folder


def generate(folder: Path, source: str, shape: dict[str, int]) -> None:
    sizes = [f"--{name}={value}" for name, value in shape.items()]
    packed = ["--packed"] if source == "amazon-reviews-2023" else []
    run("tests.rawgen", str(folder / source), f"--source={source}", "--clean", *sizes, *packed)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small size: shows that all runs")
    parser.add_argument("--larger", action="store_true", help="four times the rows as well")
    parser.add_argument("--no-peers", action="store_true", help="leave out pandas, Polars, LensKit")
    parser.add_argument("--data", type=Path, default=Path(tempfile.gettempdir()) / "itdr-bench")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--json", type=Path, help="write the table as JSON too")
    given = parser.parse_args()
    shape = QUICK if given.quick else FULL
    data = write(given.data, shape, given.quick)
    cache = data.parent / f"{data.name}-cache"
    lines: list[Line] = raw.movielens(data, given.rounds, not given.no_peers)
    if given.larger:
        four = {**shape, "users": 4 * shape["users"], "ratings": 4 * shape["ratings"]}
        lines += raw.larger(data, write(given.data / "four", four, given.quick))
    lines += raw.packed(data, given.rounds)
    size, many = (1_000, 4_000) if given.quick else (12_000, 200_000)
    lines += encoding.lines(data, cache, given.rounds, size, many)
    lines += rows.streams(data, cache, given.rounds, size)
    lines += splits.lines(data, cache / "splits", given.rounds)
    lines.append(rows.cold(data, 1))
    lines += audiences.lines(data / "tastes", cache, shape)
    facts = {**shape, "python": platform.python_version(), "cores": os.cpu_count()}
    print(table(lines))
    record = to_json(lines, facts)
    if given.json:
        given.json.write_text(record, "utf-8")
    else:
        print(record)


if __name__ == "__main__":
    main()
