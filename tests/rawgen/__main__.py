"""Writes made-up raw files of any source: `python -m tests.rawgen OUT --source ml-32m …`."""

from __future__ import annotations

import argparse
import importlib
import inspect
import sys
from pathlib import Path

HERE = Path(__file__).parent
HELPERS = {"__init__", "__main__", "common", "sample", "tastes", "words"}


def names() -> list[str]:
    """The sources that have a generator module here."""
    found = (file.stem for file in HERE.glob("*.py"))
    return sorted(stem.replace("_", "-") for stem in found if stem not in HELPERS)


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line, write the files into OUT, and print what was written."""
    parser = argparse.ArgumentParser(prog="python -m tests.rawgen", description=__doc__)
    parser.add_argument("out", type=Path, help="folder to write the raw files into")
    parser.add_argument("--source", required=True, choices=names(), metavar="SOURCE")
    parser.add_argument("--users", type=int, default=120)
    parser.add_argument("--items", type=int, default=200)
    parser.add_argument("--ratings", type=int, help="how many ratings in all, where it can be set")
    parser.add_argument(
        "--tastes", action="store_true", default=None, help="plant tastes as strong as real ones"
    )
    parser.add_argument("--packed", action="store_true", help="write the official archive")
    parser.add_argument("--clean", action="store_true", help="leave out the known dirt")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    module = importlib.import_module(f"tests.rawgen.{given.source.replace('-', '_')}")
    options = {"seed": given.seed, "packed": given.packed, "dirt": not given.clean}
    for name in ("ratings", "tastes"):
        if (value := getattr(given, name)) is not None:
            if name not in inspect.signature(module.write).parameters:
                parser.error(f"--{name}: the generator of {given.source} has no such setting")
            options[name] = value
    facts = module.write(given.out, users=given.users, items=given.items, **options)
    size = sum(file.stat().st_size for file in given.out.rglob("*") if file.is_file())
    print(f"{given.out}: {size:,} bytes")
    for table, rows in sorted(facts.counts.items()):
        bad = sum(number for (of, _), number in facts.rejects.items() if of == table)
        print(f"  {table}: {rows:,} good rows, {bad:,} bad ones")
    return 0


if __name__ == "__main__":
    sys.exit(main())
