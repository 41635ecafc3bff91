"""`python -m benchmarks [--quick] [--only GROUP] [--data FOLDER] [--json FILE]`: tables of ratios, one to a group.

Made-up raw files of the official layouts are written first, below FOLDER, where they are not there
yet; the full size needs 7 GB there and, with --larger, another 8. Where a group fails, the others are
measured all the same.
"""

from __future__ import annotations

import argparse
import functools
import os
import platform
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping, Sequence
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


def groups(given: argparse.Namespace) -> dict[str, Callable[[], list[Line]]]:
    """What measures each group of lines, by name, in the order of the table."""
    shape = QUICK if given.quick else FULL
    data = given.data / ("quick" if given.quick else "full")
    cache = data.parent / f"{data.name}-cache"
    size, many = (1_000, 4_000) if given.quick else (12_000, 200_000)

    @functools.cache
    def written() -> Path:
        return write(given.data, shape, given.quick)

    def larger() -> list[Line]:
        four = {**shape, "users": 4 * shape["users"], "ratings": 4 * shape["ratings"]}
        return raw.larger(written(), write(given.data / "four", four, given.quick))

    return {
        "movielens": lambda: raw.movielens(written(), given.rounds, not given.no_peers),
        "larger": larger,
        "packed": lambda: raw.packed(written(), given.rounds),
        "rows": lambda: encoding.lines(written(), cache, given.rounds, size, many),
        "streams": lambda: rows.streams(written(), cache, given.rounds, size),
        "splits": lambda: splits.lines(written(), cache / "splits", given.rounds),
        "cold": lambda: [rows.cold(written(), 1)],
        "audiences": lambda: audiences.lines(data / "tastes", cache, shape),
    }


def measured(works: Mapping[str, Callable[[], list[Line]]]) -> tuple[list[Line], list[str]]:
    """The lines of all groups, each printed as soon as it is measured, and the names of groups that failed."""
    lines: list[Line] = []
    failed = []
    for name, work in works.items():
        try:
            found = work()
        except Exception:
            failed.append(name)
            print(f"{name} failed:", traceback.format_exc(), sep="\n", file=sys.stderr, flush=True)
        else:
            print(table(found), flush=True)
            lines += found
    return lines, failed


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small size: shows that all runs")
    parser.add_argument("--larger", action="store_true", help="four times the rows as well")
    parser.add_argument("--no-peers", action="store_true", help="leave out pandas, Polars, LensKit")
    parser.add_argument("--data", type=Path, default=Path(tempfile.gettempdir()) / "itdr-bench")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--only", action="append", metavar="GROUP", help="measure this group alone")
    parser.add_argument("--json", type=Path, help="write the table as JSON too")
    given = parser.parse_args(arguments)
    works = groups(given)
    if unknown := set(given.only or ()) - works.keys():
        parser.error(f"no group {', '.join(sorted(unknown))}; there are {', '.join(works)}")
    chosen = given.only or [name for name in works if given.larger or name != "larger"]
    lines, failed = measured({name: works[name] for name in works if name in chosen})
    shape = QUICK if given.quick else FULL
    facts = {**shape, "python": platform.python_version(), "cores": os.cpu_count()}
    record = to_json(lines, facts)
    if given.json:
        given.json.write_text(record, "utf-8")
    else:
        print(record)
    if failed:
        sys.exit(f"not measured: {', '.join(failed)}")


if __name__ == "__main__":
    main()
