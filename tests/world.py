"""Made-up raw files of several sources, and rows drawn from them through the public interface."""

from __future__ import annotations

import csv
import functools
import importlib
from pathlib import Path
from typing import Any

import datasets

import itdr  # noqa: F401  (teaches load_dataset the name)
from itdr.builders.core.schema import ROOT_TASKS
from tests import shared

Row = dict[str, Any]
SOURCES = ("ml-32m", "ml-1m", "bookcrossing")


def sources_of(config: str, cells: str = "paper") -> list[str]:
    """The sources of a config of which there are made-up files."""
    from itdr.builders.dataset import registry

    able = {source for _, source in registry.cells(config, cells)}
    return [source for source in SOURCES if source in able]


@functools.cache
def folder(users: int = 150, items: int = 160, seed: int = 0, dirt: bool = True) -> Path:
    """A data_dir with all sources that have a generator, written once for all tests of a run."""

    def all_sources(root: Path) -> None:
        for source in SOURCES:
            write(source, root, users=users, items=items, seed=seed, dirt=dirt)

    return shared.once("world", all_sources, users, items, seed, dirt)[0]


def write(source: str, root: Path, **sizes: Any) -> Any:
    """The raw files of one source below `root`; what was written."""
    module = importlib.import_module(f"tests.rawgen.{source.replace('-', '_')}")
    (root / source).mkdir(parents=True, exist_ok=True)
    return module.write(root / source, **sizes)


def load(config: str, root: Path | None = None, **options: Any) -> dict[str, list[Row]]:
    """All rows by split, streamed."""
    options.setdefault("data_dir", str(root or folder()))
    stream = datasets.load_dataset("itdr", config, streaming=True, **options)
    return {split: list(rows) for split, rows in stream.items()}


@functools.cache
def sampled(config: str, **options: Any) -> dict[str, list[Row]]:
    """All rows of a config on the bundled sample, drawn once for all tests of a run. No test may change them."""

    from itdr.builders.dataset import registry

    def draw(_: Path) -> dict[str, list[Row]]:
        return load(config, data_dir=None, sample=True, **options)

    if config not in ROOT_TASKS and not options:
        # Its rows are those of its root, which other tests read as a whole.
        root = sampled(registry.task(config).root)
        return {
            split: [row for row in rows if row["task"] == config] for split, rows in root.items()
        }
    return shared.once("sampled", draw, config, sorted(options.items()))[1]


def everything(rows: dict[str, list[Row]]) -> list[Row]:
    """The rows of all splits."""
    return [row for split in ("train", "validation", "test") for row in rows[split]]


@functools.cache
def times(source: str) -> dict[tuple[str, str], int]:
    """(user, item) -> seconds, of the made-up MovieLens ratings, read by the standard library."""
    found = {}
    with open(folder() / source / "ratings.csv", newline="", encoding="utf-8") as file:
        for row in csv.reader(file):
            if len(row) == 4 and row[3].isdigit():
                found[row[0], row[1]] = int(row[3])
    return found
